import { partitionOf, type Queryable } from './log.ts'

/** How often somebody was erased from each partition. */
export async function erasedCounts(db: Queryable): Promise<ReadonlyMap<number, number>> {
  const { rows } = await db.query<{ partition: number; erased: number }>('select partition, erased from log_heads')
  return new Map(rows.map(({ partition, erased }) => [partition, erased]))
}

/** A partition at the moment of an erasure. */
export interface Fenced {
  readonly partition: number
  /** The last record that there is, and the last one that was handled. */
  readonly head: number
  readonly done: number
}

/**
 * Holds these partitions to the end of the transaction: nothing is appended and nothing is handled meanwhile. Workers lose them, so what they
 * hold in memory cannot be saved; whoever appends next learns that somebody was erased.
 */
export async function fencePartitions(tx: Queryable, partitions: readonly number[]): Promise<Fenced[]> {
  await tx.query('select from leases where partition = any($1) order by partition for update', [partitions])
  await tx.query(`update leases set owner = null, until = 'epoch', epoch = epoch + 1 where partition = any($1)`, [partitions])
  const { rows } = await tx.query<Fenced>(
    `with locked as (select partition from log_heads where partition = any($1) order by partition for update)
     update log_heads h set erased = h.erased + 1 from locked, leases l
     where h.partition = locked.partition and l.partition = locked.partition returning h.partition, h.seq as head, l.done_seq as done`,
    [partitions],
  )
  return rows
}

/**
 * Which of these people there still are. Nobody of them can be erased before the transaction ends, so that what was read of them earlier may be
 * put on the log; of those that are missing it may not.
 */
export async function stillThere(
  tx: Queryable,
  { ws, keys, partitions }: { ws: string; keys: readonly string[]; partitions: number },
): Promise<ReadonlySet<string>> {
  const theirs = [...new Set(keys.map((key) => partitionOf(key, partitions)))]
  // An erasure locks these first; whoever waits here sees what it has done.
  await tx.query('select from log_heads where partition = any($1) order by partition for update', [theirs])
  const { rows } = await tx.query<{ id: string }>(
    `select id from keyed_state where workspace_id = $1 and kind = 'profile' and id = any($2)`,
    [ws, keys],
  )
  return new Set(rows.map(({ id }) => id))
}

export interface Stretch {
  readonly partition: number
  /** Records behind `after`, up to `upTo`. */
  readonly after: number
  readonly upTo: number
}

const TOMBSTONE = { kind: 'erased' }

/**
 * Puts a tombstone in the place of every record of these keys; all other records and all numbers stay as they are. Resolves with how many.
 * Records of before the boundary only: whoever comes back later may get the same id.
 */
export async function buryRecords(
  tx: Queryable,
  { partition, after, upTo }: Stretch,
  { ws, keys }: { ws: string; keys: readonly string[] },
): Promise<number> {
  const { rows } = await tx.query<{ first_seq: number; last_seq: number; records: string }>(
    `select first_seq, last_seq, records from log where partition = $1 and last_seq > $2 and first_seq <= $3 and workspace_id = $4
       and exists (select from unnest($5::text[]) k where position(k in records) > 0) order by last_seq for update`,
    [partition, after, upTo, ws, keys],
  )
  const gone = new Set(keys)
  let count = 0
  for (const block of rows) {
    const records = JSON.parse(block.records) as { key?: string }[]
    let found = 0
    const kept = records.map((record, i) => {
      const seq = block.first_seq + i
      if (seq <= after || seq > upTo || !gone.has(record.key ?? '')) return record
      found++
      return TOMBSTONE
    })
    if (found === 0) continue
    count += found
    await tx.query('update log set records = $3 where partition = $1 and last_seq = $2', [partition, block.last_seq, JSON.stringify(kept)])
  }
  return count
}
