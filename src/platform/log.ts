import { murmur32 } from '#lib/hash.ts'

/** Anything that runs one statement: a pool, or a client inside a transaction. */
export interface Queryable {
  query<Row extends object = Record<string, never>>(text: string, values?: unknown[]): Promise<{ rows: Row[]; rowCount: number | null }>
}

/** One record for the log, as JSON text. The key decides the partition. */
export interface LogEntry {
  readonly workspace: string
  readonly key: string
  readonly text: string
}

/** The records that one append put on one partition for one workspace. */
export interface LogBlock {
  readonly partition: number
  readonly first_seq: number
  readonly last_seq: number
  /** Epoch ms; never decreases within a partition. */
  readonly at: number
  /** JSON array of records. */
  readonly records: string
}

export const partitionOf = (key: string, partitions: number): number => murmur32(key) % partitions

/** Makes the partitions on the first start; afterwards their number must stay as it is. */
export async function preparePartitions(db: Queryable, partitions: number): Promise<void> {
  const { rows } = await db.query<{ count: number }>('select count(*)::int as count from log_heads')
  const there = rows[0]!.count
  if (there === partitions) return
  if (there > 0) {
    throw new Error(
      `The log has ${there} partitions and PARTITIONS says ${partitions}. The number is fixed at the first start: set PARTITIONS=${there}.`,
    )
  }
  await db.query(
    `with made as (insert into log_heads (partition) select generate_series(0, $1 - 1) on conflict do nothing)
     insert into leases (partition) select generate_series(0, $1 - 1) on conflict do nothing`,
    [partitions],
  )
}

/**
 * Appends in the caller's transaction: locks the heads of the partitions in order, numbers the records,
 * writes one block for each partition and workspace. Durable when the transaction commits.
 */
export async function append(tx: Queryable, entries: readonly LogEntry[], at: Appending): Promise<void> {
  await appendCounting(tx, entries, at)
}

export interface Appending {
  readonly partitions: number
  readonly now: number
  /** The handling of other records puts these there: see `caughtUp`. */
  readonly follows?: boolean
}

/**
 * As `append`; resolves with how often somebody had been erased from each of these partitions: what was known of identities before such a change
 * may not be true any more.
 */
export async function appendCounting(
  tx: Queryable,
  entries: readonly LogEntry[],
  { partitions, now, follows = false }: Appending,
): Promise<ReadonlyMap<number, number>> {
  if (entries.length === 0) return new Map()
  const groups = new Map<number, Map<string, string[]>>()
  for (const entry of entries) push(groups, partitionOf(entry.key, partitions), entry)
  return appendGroups(tx, groups, { now, follows })
}

/** Appends one record of the system's own to each of the partitions. */
export async function appendToPartitions(
  tx: Queryable,
  text: string,
  { partitions, now }: { partitions: readonly number[]; now: number },
): Promise<void> {
  if (partitions.length === 0) return
  await appendGroups(tx, new Map(partitions.map((partition) => [partition, new Map([['', [text]]])])), { now })
}

/**
 * Leaves room on the log for so many records of each partition that were handled elsewhere: tombstones stand in their places. Resolves with the
 * number before the first of them.
 */
export async function leaveRoom(
  tx: Queryable,
  { workspace, counts, now }: { workspace: string; counts: ReadonlyMap<number, number>; now: number },
): Promise<ReadonlyMap<number, number>> {
  if (counts.size === 0) return new Map()
  const groups = new Map(
    [...counts].map(([partition, n]) => [partition, new Map([[workspace, Array<string>(n).fill('{"kind":"erased"}')]])]),
  )
  await appendGroups(tx, groups, { now })
  // The heads are locked until the transaction ends.
  const { rows } = await tx.query<{ partition: number; seq: number }>('select partition, seq from log_heads where partition = any($1)', [
    [...counts.keys()],
  ])
  return new Map(rows.map(({ partition, seq }) => [partition, seq - counts.get(partition)!]))
}

function push(groups: Map<number, Map<string, string[]>>, partition: number, entry: LogEntry): void {
  const workspaces = groups.get(partition) ?? new Map<string, string[]>()
  groups.set(partition, workspaces)
  const texts = workspaces.get(entry.workspace)
  if (texts) texts.push(entry.text)
  else workspaces.set(entry.workspace, [entry.text])
}

async function appendGroups(
  tx: Queryable,
  groups: ReadonlyMap<number, ReadonlyMap<string, readonly string[]>>,
  { now, follows = false }: { now: number; follows?: boolean },
): Promise<ReadonlyMap<number, number>> {
  const partitions = [...groups.keys()]
  const counts = partitions.map((partition) => [...groups.get(partition)!.values()].reduce((sum, texts) => sum + texts.length, 0))
  const heads = await tx.query<{ partition: number; seq: number; at: number; erased: number }>(
    `with locked as (select partition from log_heads where partition = any($1) order by partition for update)
     update log_heads h set seq = h.seq + v.n, at = greatest(h.at, $3::bigint), told = case when $4 then h.seq + v.n else h.told end
     from locked, unnest($1::smallint[], $2::int[]) v(partition, n)
     where h.partition = locked.partition and v.partition = locked.partition
     returning h.partition, h.seq, h.at, h.erased`,
    [partitions, counts, now, follows],
  )
  if (heads.rowCount !== partitions.length) throw new Error('The log has fewer partitions than the engine expects')
  const values: unknown[] = []
  const rows: string[] = []
  for (const head of heads.rows) {
    const workspaces = groups.get(head.partition)!
    let last = head.seq - counts[partitions.indexOf(head.partition)]!
    for (const [workspace, texts] of workspaces) {
      const first = last + 1
      last += texts.length
      const i = values.length
      rows.push(`($${i + 1}, $${i + 2}::smallint, $${i + 3}::bigint, $${i + 4}::bigint, $${i + 5}::bigint, $${i + 6})`)
      values.push(workspace, head.partition, first, last, head.at, `[${texts.join(',')}]`)
    }
  }
  await tx.query(`insert into log (workspace_id, partition, first_seq, last_seq, at, records) values ${rows.join(', ')}`, values)
  return new Map(heads.rows.map(({ partition, erased }) => [partition, erased]))
}

export interface Cursor {
  readonly partition: number
  /** The last record already read. */
  readonly seq: number
}

/** The next blocks behind each cursor, in log order within a partition. */
export async function readBlocks(db: Queryable, cursors: readonly Cursor[], blocksPerPartition: number): Promise<LogBlock[]> {
  const { rows } = await db.query<LogBlock>(
    `select b.partition, b.first_seq, b.last_seq, b.at, b.records
     from unnest($1::smallint[], $2::bigint[]) c(partition, seq)
     cross join lateral (
       select * from log l where l.partition = c.partition and l.last_seq > c.seq order by l.last_seq limit $3
     ) b`,
    [cursors.map((cursor) => cursor.partition), cursors.map((cursor) => cursor.seq), blocksPerPartition],
  )
  return rows
}
