import type { Queryable } from '#platform/log.ts'

export interface PresentRow {
  readonly person: string
  readonly tab: string
  readonly step: string
  readonly editing: boolean
  readonly since: number
}
type Document = { readonly workspace: string; readonly kind: string; readonly id: string }

/** A window that was not told of for this long (ms) is closed. */
const ALIVE_MS = 15_000

export async function tellPresent(
  tx: Queryable,
  { workspace, kind, id }: Document,
  { person, tab, step, editing, at }: { person: string; tab: string; step: string; editing: boolean; at: number },
): Promise<void> {
  await tx.query(
    `insert into presence (workspace_id, kind, document, tab, person_id, part, editing, since, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
     on conflict (workspace_id, kind, document, tab) do update
     set part = excluded.part, editing = excluded.editing, at = excluded.at where presence.person_id = excluded.person_id`,
    [workspace, kind, id, tab, person, step, editing, at],
  )
  // Two that come back late at once each hold their own row: whoever is being told of is left to itself, else both would wait for ever.
  await tx.query(
    'delete from presence where ctid = any(array(select ctid from presence where workspace_id = $1 and at < $2 for update skip locked))',
    [workspace, at - ALIVE_MS],
  )
}

export async function leavePresence(
  tx: Queryable,
  { workspace, kind, id }: Document,
  { person, tab }: { person: string; tab: string },
): Promise<void> {
  await tx.query('delete from presence where workspace_id = $1 and kind = $2 and document = $3 and tab = $4 and person_id = $5', [
    workspace,
    kind,
    id,
    tab,
    person,
  ])
}

/** Windows that have a document open now. */
export async function presentNow(db: Queryable, { workspace, kind, id }: Document, now: number): Promise<PresentRow[]> {
  const { rows } = await db.query<PresentRow>(
    `select person_id as person, tab, part as step, editing, since from presence
     where workspace_id = $1 and kind = $2 and document = $3 and at >= $4 order by since, tab`,
    [workspace, kind, id, now - ALIVE_MS],
  )
  return rows.map((row) => ({ ...row, since: Number(row.since) }))
}
