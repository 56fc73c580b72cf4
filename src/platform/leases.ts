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

/** A table of leases, its key, and the role of the workers that share it out among themselves. */
export interface Shared {
  readonly table: 'leases' | 'carriers'
  readonly key: 'partition' | 'shard'
  readonly role: 'engine' | 'ingest'
}
export const PARTITIONS: Shared = { table: 'leases', key: 'partition', role: 'engine' }
export const SHARDS: Shared = { table: 'carriers', key: 'shard', role: 'ingest' }

/**
 * How many of the leases are $1's share: the living split them evenly, and what is left over goes to those who came first, so that
 * everybody computes the same and nobody takes what another has to give up again. Who asks counts as living.
 */
const standing = ({ table, role }: Shared): string => `living as (
    select owner, joined from workers where until > now() and '${role}' = any(roles) and owner <> $1
    union all select $1::text, coalesce((select joined from workers where owner = $1), 'infinity')
  ), ranked as (
    select owner, row_number() over (order by joined, owner) - 1 as rank, count(*) over () as n from living
  ), standing as (
    select (t.n / r.n + case when r.rank < t.n % r.n then 1 else 0 end)::int as share from ranked r, (select count(*) as n from ${table}) t where r.owner = $1
  )`

/** Takes what is this owner's already, and of what is free or expired up to its share; raises the epochs: whoever held it before is fenced off. */
export async function acquireLeases(db: Queryable, owner: string, seconds: number): Promise<Lease[]> {
  const { rows } = await db.query<Lease>(
    `${taking(PARTITIONS)} returning l.partition, l.epoch, l.done_seq as done, l.tick, l.tick_seq as "tickSeq", l.revision`,
    [owner, seconds],
  )
  return rows
}

/** As `acquireLeases`, for the shards of the stream. */
export async function acquireShards(db: Queryable, owner: string, seconds: number): Promise<{ shard: number; epoch: number }[]> {
  const { rows } = await db.query<{ shard: number; epoch: number }>(`${taking(SHARDS)} returning l.shard, l.epoch`, [owner, seconds])
  return rows
}

const taking = (shared: Shared): string => {
  const { table, key } = shared
  return `with ${standing(shared)}, mine as (
      select ${key} from ${table} where owner = $1 order by ${key} for update skip locked
    ), free as (
      select ${key} from ${table} where owner is distinct from $1 and (owner is null or until < now()) order by ${key}
      limit greatest(0, (select share from standing) - (select count(*) from mine)) for update skip locked
    )
    update ${table} l set owner = $1, epoch = l.epoch + 1, until = now() + make_interval(secs => $2)
    from (select ${key} from mine union all select ${key} from free) taken where l.${key} = taken.${key}`
}

/** How a worker stands among the others. */
export interface Standing {
  /** What is still its own. */
  readonly kept: readonly number[]
  /** How many it should have. */
  readonly share: number
  /** How many are nobody's, or of an owner that has not been heard of for too long. */
  readonly free: number
}

/** Prolongs what is this owner's and has not expired. */
export async function renewLeases(
  db: Queryable,
  { owner, seconds, of = PARTITIONS }: { owner: string; seconds: number; of?: Shared },
): Promise<Standing> {
  const { rows } = await db.query<Standing>(
    `with ${standing(of)}, kept as (
       update ${of.table} set until = now() + make_interval(secs => $2) where owner = $1 and until > now() returning ${of.key}
     )
     select coalesce((select array_agg(${of.key} order by ${of.key}) from kept), '{}') as kept, share,
       (select count(*)::int from ${of.table} where owner is null or until < now()) as free from standing`,
    [owner, seconds],
  )
  return rows[0]!
}

/** Hands these over to whoever should have them. */
export async function giveLeases(
  db: Queryable,
  { owner, keys, of = PARTITIONS }: { owner: string; keys: readonly number[]; of?: Shared },
): Promise<void> {
  await db.query(`update ${of.table} set owner = null, until = 'epoch' where owner = $1 and ${of.key} = any($2::smallint[])`, [owner, keys])
}

/** Hands everything over. */
export async function releaseLeases(db: Queryable, owner: string, of: Shared = PARTITIONS): Promise<void> {
  await db.query(`update ${of.table} set owner = null, until = 'epoch' where owner = $1`, [owner])
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
 * Resolves when everything that is on the log at the call has been handled, and what its handling put on the log for others as well (the run of
 * a profile that turned out to be the buyer's): what was accepted before has had its say. Rejects with the signal's reason.
 */
export async function caughtUp(db: Queryable, signal: AbortSignal): Promise<void> {
  let { rows: upTo } = await db.query<Mark>('select partition, seq from log_heads')
  for (let hops = 0; hops <= MOST_HOPS && upTo.length > 0; hops++) {
    for (;;) {
      const { behind, told } = await standingOf(db, upTo)
      if (!behind) {
        upTo = told
        break
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
      signal.throwIfAborted()
    }
  }
}

interface Mark {
  readonly partition: number
  readonly seq: number
}

/** In one look: whether something up to these places waits, and up to where records wait that handling has put there. */
async function standingOf(db: Queryable, upTo: readonly Mark[]): Promise<{ behind: boolean; told: Mark[] }> {
  const { rows } = await db.query<{ behind: boolean; told: Mark[] }>(
    `select exists (select from unnest($1::smallint[], $2::bigint[]) h(partition, seq) join leases l using (partition) where l.done_seq < h.seq) as behind,
       coalesce((select json_agg(json_build_object('partition', h.partition, 'seq', h.told))
         from log_heads h join leases l using (partition) where l.done_seq < h.told), '[]') as told`,
    [upTo.map(({ partition }) => partition), upTo.map(({ seq }) => seq)],
  )
  return rows[0]!
}

const LOOK_AGAIN_MS = 3
/** A record is handed on so often at most: merge, state, and a signpost or two on its way. Beyond that others' records would be waited for without end. */
const MOST_HOPS = 4
