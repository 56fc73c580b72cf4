import type { Json } from '#lib/json.ts'
import type { Author } from './documents.ts'
import type { Queryable } from './log.ts'

/** One state that a draft has been in. */
export interface DraftChange {
  readonly n: number
  readonly since: number
  readonly at: number
  readonly by: string
  readonly what: 'edited' | 'restored' | 'discarded'
  readonly label: string | null
  readonly hash: string
  readonly saves: number
}
export interface DraftState extends DraftChange {
  readonly body: Json
  readonly source: string | null
}
type Name = { readonly kind: string; readonly id: string }

/** Saves of one person that follow each other this closely (ms) are one change. */
const TOGETHER_MS = 5 * 60_000
/** Changes without a name that are kept for each document. */
const KEPT = 200

/** Notes a state of a draft, in the transaction that made it and that holds the documents' lock. */
export async function noteChange(
  tx: Queryable,
  { workspace, actor, at }: Author,
  { kind, id, what, hash, body, source }: Name & Pick<DraftState, 'what' | 'hash' | 'body' | 'source'>,
): Promise<void> {
  const name = [workspace, kind, id]
  const { rows } = await tx.query<Pick<DraftChange, 'n' | 'by' | 'what' | 'at' | 'label' | 'hash'>>(
    'select n, by, what, at, label, hash from document_changes where workspace_id = $1 and kind = $2 and id = $3 order by n desc limit 1',
    name,
  )
  const last = rows[0]
  if (last?.hash === hash && what === 'edited') return
  const text = JSON.stringify(body)
  if (what === 'edited' && last?.what === 'edited' && last.by === actor && last.label === null && at - Number(last.at) < TOGETHER_MS) {
    await tx.query(
      `update document_changes set at = $5, hash = $6, body = $7, source = $8, saves = saves + 1
       where workspace_id = $1 and kind = $2 and id = $3 and n = $4`,
      [...name, last.n, at, hash, text, source],
    )
    return
  }
  await tx.query(
    `insert into document_changes (workspace_id, kind, id, n, since, at, by, what, hash, body, source)
     values ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10)`,
    [...name, (last?.n ?? 0) + 1, at, actor, what, hash, text, source],
  )
  await tx.query('delete from document_changes where workspace_id = $1 and kind = $2 and id = $3 and n <= $4 and label is null', [
    ...name,
    (last?.n ?? 0) + 1 - KEPT,
  ])
}

const LINE = 'n, since, at, by, what, label, hash, saves'

/** Newest first, from below `before`. */
export async function draftChanges(
  db: Queryable,
  { workspace, kind, id, before, limit }: Name & { workspace: string; before: number | undefined; limit: number },
): Promise<DraftChange[]> {
  const { rows } = await db.query<DraftChange>(
    `select ${LINE} from document_changes where workspace_id = $1 and kind = $2 and id = $3 and ($4::integer is null or n < $4) order by n desc limit $5`,
    [workspace, kind, id, before ?? null, limit],
  )
  return rows.map(whole)
}

/** A state and the one before it; `n` left out: the newest. */
export async function draftChange(
  db: Queryable,
  { workspace, kind, id, n }: Name & { workspace: string; n?: number | undefined },
): Promise<readonly DraftState[]> {
  const { rows } = await db.query<DraftState>(
    `select ${LINE}, body, source from document_changes
     where workspace_id = $1 and kind = $2 and id = $3 and ($4::integer is null or n <= $4) order by n desc limit 2`,
    [workspace, kind, id, n ?? null],
  )
  return rows.map((row) => ({ ...row, ...whole(row) }))
}

const whole = (row: DraftChange): DraftChange => ({ ...row, since: Number(row.since), at: Number(row.at) })

/** Gives the newest state a name. */
export async function nameChange(
  tx: Queryable,
  { workspace, kind, id, n, label }: Name & { workspace: string; n: number; label: string },
): Promise<void> {
  await tx.query('update document_changes set label = $5 where workspace_id = $1 and kind = $2 and id = $3 and n = $4', [
    workspace,
    kind,
    id,
    n,
    label,
  ])
}

/** What stands at the head of a document: its draft, and its live version. */
export async function headsOf(
  db: Queryable,
  { workspace, kind, id }: { workspace: string; kind: string; id: string },
): Promise<{ draft: { hash: string; by: string; at: number } | undefined; live: { hash: string; version: number } | undefined }> {
  const { rows } = await db.query<{ status: string; version: number; hash: string; by: string; at: number }>(
    `select status, version, hash, by, at from documents where workspace_id = $1 and kind = $2 and id = $3 and status in ('draft', 'published')`,
    [workspace, kind, id],
  )
  return { draft: rows.find(({ status }) => status === 'draft'), live: rows.find(({ status }) => status === 'published') }
}
