import type { Queryable } from '#platform/log.ts'

export interface ListImport {
  readonly id: string
  readonly list: string
  readonly file: string
  readonly hash: string
  readonly status: 'running' | 'done' | 'failed'
  /** Read so far; the work goes on behind them. */
  readonly rows: number
  readonly taken: number
  readonly refused: number
  readonly faults: readonly { readonly row: number; readonly title: string }[]
  readonly by: string
  readonly beganAt: number
  readonly endedAt: number | null
}

/** An import as whoever reads its file has it. */
export interface ImportWork extends Pick<ListImport, 'id' | 'list' | 'hash' | 'rows' | 'taken' | 'refused' | 'faults' | 'beganAt'> {
  readonly ws: string
  readonly map: Readonly<Record<string, string>>
  readonly round: number
  readonly tries: number
}

const IMPORT = `id, list_id as list, file_name as file, hash, status, rows, taken, refused, faults, by, began_at as "beganAt", ended_at as "endedAt"`

interface Beginning extends Pick<ListImport, 'id' | 'list' | 'file' | 'hash' | 'by'> {
  readonly ws: string
  readonly map: Readonly<Record<string, string>>
  readonly at: number
}

/** Begins an import, or the same one again; its file follows piece by piece in the same transaction. False: it is being read already. */
export async function beginImport(tx: Queryable, { ws, id, list, file, hash, map, by, at }: Beginning): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into list_imports as i (workspace_id, id, list_id, file_name, hash, status, map, by, began_at) values ($1, $2, $3, $4, $5, 'running', $6, $7, $8)
     on conflict (workspace_id, id) do update set status = 'running', rows = 0, taken = 0, refused = 0, faults = '[]', map = excluded.map,
       file_name = excluded.file_name, by = excluded.by, began_at = excluded.began_at, ended_at = null, round = i.round + 1, until = null, tries = 0
     where i.status <> 'running' or i.map <> excluded.map`,
    [ws, id, list, file, hash, JSON.stringify(map), by, at],
  )
  if (rowCount === 1) await dropParts(tx, ws, id)
  return rowCount === 1
}

const dropParts = (db: Queryable, ws: string, id: string) =>
  db.query('delete from list_import_parts where workspace_id = $1 and id = $2', [ws, id])

export async function keepPart(
  tx: Queryable,
  { ws, id }: Pick<ImportWork, 'ws' | 'id'>,
  piece: { part: number; content: Buffer },
): Promise<void> {
  await tx.query('insert into list_import_parts (workspace_id, id, part, content) values ($1, $2, $3, $4)', [
    ws,
    id,
    piece.part,
    piece.content,
  ])
}

/** A piece of the file; undefined behind the last. */
export async function partOf(db: Queryable, { ws, id }: Pick<ImportWork, 'ws' | 'id'>, part: number): Promise<Buffer | undefined> {
  const { rows } = await db.query<{ content: Buffer }>(
    'select content from list_import_parts where workspace_id = $1 and id = $2 and part = $3',
    [ws, id, part],
  )
  return rows[0]?.content
}

/** Takes the oldest import that nobody reads, for so many seconds. */
export async function claimImport(db: Queryable, seconds: number): Promise<ImportWork | undefined> {
  const { rows } = await db.query<ImportWork>(
    `update list_imports i set until = now() + make_interval(secs => $1), tries = i.tries + 1 from (
       select workspace_id, id from list_imports where status = 'running' and (until is null or until < now())
       order by began_at, id limit 1 for update skip locked
     ) next where i.workspace_id = next.workspace_id and i.id = next.id
     returning i.workspace_id as ws, i.id, i.list_id as list, i.hash, i.map, i.rows, i.taken, i.refused, i.faults, i.began_at as "beganAt", i.round, i.tries`,
    [seconds],
  )
  return rows[0]
}

type Mine = Pick<ImportWork, 'ws' | 'id' | 'round'>
type Tally = Pick<ListImport, 'rows' | 'taken' | 'refused' | 'faults'>

/** Writes down how far it has come, and keeps it for so many seconds more; false when it has been begun anew. */
export async function noteImport(
  db: Queryable,
  { ws, id, round }: Mine,
  { seconds, ...tally }: Tally & { seconds: number },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update list_imports set rows = $4, taken = $5, refused = $6, faults = $7, tries = case when $4 > rows then 0 else tries end,
       until = now() + make_interval(secs => $8)
     where workspace_id = $1 and id = $2 and round = $3 and status = 'running'`,
    [ws, id, round, tally.rows, tally.taken, tally.refused, JSON.stringify(tally.faults), seconds],
  )
  return rowCount === 1
}

/** What has been imported stays as it was noted; the file goes. */
export async function endImport(tx: Queryable, { ws, id, round }: Mine, ended: { status: 'done' | 'failed'; at: number }): Promise<void> {
  const { rowCount } = await tx.query(
    `update list_imports set status = $4, ended_at = $5, until = null where workspace_id = $1 and id = $2 and round = $3 and status = 'running'`,
    [ws, id, round, ended.status, ended.at],
  )
  if (rowCount === 1) await dropParts(tx, ws, id)
}

/** Nobody else takes it for so many seconds; 0: whoever comes first takes it. */
export async function holdImport(db: Queryable, { ws, id, round }: Mine, seconds: number): Promise<void> {
  await db.query(
    `update list_imports set until = case when $4 > 0 then now() + make_interval(secs => $4) end where workspace_id = $1 and id = $2 and round = $3`,
    [ws, id, round, seconds],
  )
}

/** Imports into a list, newest first. */
export async function importsOf(db: Queryable, workspace: string, list: string): Promise<ListImport[]> {
  const { rows } = await db.query<ListImport>(
    `select ${IMPORT} from list_imports where workspace_id = $1 and list_id = $2 order by began_at desc limit 50`,
    [workspace, list],
  )
  return rows
}
