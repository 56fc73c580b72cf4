import type { Queryable } from '#platform/log.ts'
import type { MailKind } from './mail-choices-api.ts'

/** Ids of the members who do not want mails of a kind. */
export async function whoDeclined(db: Queryable, workspace: string, kind: MailKind): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ person: string }>(
    'select person_id as person from mail_choices where workspace_id = $1 and kind = $2',
    [workspace, kind],
  )
  return new Set(rows.map(({ person }) => person))
}

export async function declinedBy(db: Queryable, workspace: string, person: string): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ kind: string }>('select kind from mail_choices where workspace_id = $1 and person_id = $2', [
    workspace,
    person,
  ])
  return new Set(rows.map(({ kind }) => kind))
}

interface Choice {
  readonly workspace: string
  readonly person: string
  readonly kind: MailKind
  readonly wanted: boolean
  readonly at: number
}

export async function putChoice(tx: Queryable, { workspace, person, kind, wanted, at }: Choice): Promise<void> {
  const key = [workspace, person, kind]
  if (wanted) await tx.query('delete from mail_choices where workspace_id = $1 and person_id = $2 and kind = $3', key)
  else
    await tx.query('insert into mail_choices (workspace_id, person_id, kind, at) values ($1, $2, $3, $4) on conflict do nothing', [
      ...key,
      at,
    ])
}
