import type { Queryable } from './log.ts'

/** A partition that this worker owns, and how far its work has come. */
export interface Lease {
  readonly partition: number
  readonly epoch: number
  /** Last record handled. */
  readonly done: number
  /** Block time (epoch ms) and place of the last tick handled. */
  readonly tick: number
  readonly tickSeq: number
  /** Definitions revision in force. */
  readonly revision: number
}

/** Takes what is free, expired or already this owner's, and raises the epochs: whoever held it before is fenced off. */
export async function acquireLeases(db: Queryable, owner: string, seconds: number): Promise<Lease[]> {
  const { rows } = await db.query<Lease>(
    `with free as (select partition from leases where owner is null or until < now() or owner = $1 order by partition for update skip locked)
     update leases l set owner = $1, epoch = l.epoch + 1, until = now() + make_interval(secs => $2)
     from free where l.partition = free.partition
     returning l.partition, l.epoch, l.done_seq as done, l.tick, l.tick_seq as "tickSeq", l.revision`,
    [owner, seconds],
  )
  return rows
}

/** Prolongs what is this owner's and has not expired; resolves with those partitions. */
export async function renewLeases(db: Queryable, owner: string, seconds: number): Promise<number[]> {
  const { rows } = await db.query<{ partition: number }>(
    'update leases set until = now() + make_interval(secs => $2) where owner = $1 and until > now() returning partition',
    [owner, seconds],
  )
  return rows.map((row) => row.partition)
}

/** Whether a partition is nobody's, or its owner has not been heard of for too long. */
export async function isAnyLeaseFree(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ free: boolean }>('select exists (select from leases where owner is null or until < now()) as free')
  return rows[0]!.free
}

export async function releaseLeases(db: Queryable, owner: string): Promise<void> {
  await db.query(`update leases set owner = null, until = 'epoch' where owner = $1`, [owner])
}

/** Moves the offsets on, and locks the leases until the transaction ends; false when an epoch is not ours any more. */
export async function advanceLeases(tx: Queryable, leases: readonly Lease[]): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update leases l set done_seq = v.done, tick = v.tick, tick_seq = v.tick_seq, revision = v.revision
     from unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) v(partition, epoch, done, tick, tick_seq, revision)
     where l.partition = v.partition and l.epoch = v.epoch`,
    [
      leases.map((lease) => lease.partition),
      leases.map((lease) => lease.epoch),
      leases.map((lease) => lease.done),
      leases.map((lease) => lease.tick),
      leases.map((lease) => lease.tickSeq),
      leases.map((lease) => lease.revision),
    ],
  )
  return rowCount === leases.length
}

/** How many records wait to be handled, over all partitions. */
export async function backlog(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ waiting: number }>(
    'select coalesce(sum(h.seq - l.done_seq), 0)::bigint as waiting from log_heads h join leases l using (partition)',
  )
  return rows[0]!.waiting
}

/**
 * Resolves when everything that is on the log at the call has been handled: what was accepted before has had its say.
 * Rejects with the signal's reason.
 */
export async function caughtUp(db: Queryable, signal: AbortSignal): Promise<void> {
  const { rows: heads } = await db.query<{ partition: number; seq: number }>('select partition, seq from log_heads')
  const partitions = heads.map((head) => head.partition)
  const seqs = heads.map((head) => head.seq)
  for (;;) {
    const { rows } = await db.query<{ behind: boolean }>(
      `select exists (select from unnest($1::smallint[], $2::bigint[]) h(partition, seq) join leases l using (partition) where l.done_seq < h.seq) as behind`,
      [partitions, seqs],
    )
    if (!rows[0]!.behind) return
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
    signal.throwIfAborted()
  }
}

const LOOK_AGAIN_MS = 3
