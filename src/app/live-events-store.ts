import type { LogBlock, Queryable } from '#platform/log.ts'

export interface LogEnd {
  readonly partition: number
  readonly seq: number
}

export async function logEnds(db: Queryable): Promise<LogEnd[]> {
  const { rows } = await db.query<LogEnd>('select partition, seq from log_heads order by partition')
  return rows
}

/** Blocks of one workspace behind each cursor and up to `end`, the oldest first. */
export async function blocksOf(
  db: Queryable,
  { ws, cursors, most }: { ws: string; cursors: readonly { partition: number; from: number; end: number }[]; most: number },
): Promise<LogBlock[]> {
  if (cursors.length === 0) return []
  const { rows } = await db.query<LogBlock>(
    `select b.partition, b.first_seq, b.last_seq, b.at, b.records
     from unnest($1::smallint[], $2::bigint[], $3::bigint[]) c(partition, seq, upto)
     cross join lateral (
       select * from log l where l.partition = c.partition and l.last_seq > c.seq and l.last_seq <= c.upto and l.workspace_id = $4
       order by l.last_seq desc limit $5
     ) b order by b.at, b.partition, b.last_seq`,
    [cursors.map(({ partition }) => partition), cursors.map(({ from }) => from), cursors.map(({ end }) => end), ws, most],
  )
  return rows
}
