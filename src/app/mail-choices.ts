import { refuse } from '#lib/problem.ts'
import { liveDocuments } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { GetMailChoices, MAIL_KINDS, PutMailChoice } from '#workspaces/mail-choices-api.ts'
import { declinedBy, putChoice } from '#workspaces/mail-choices-store.ts'

const NOBODY = { code: 'account.person', status: 403, title: 'A key gets no mail.', hint: 'Sign in as a person.' }
const personIn = (actor: string): string | undefined => /^person:(.+)$/.exec(actor)?.[1]

async function choicesOf(tx: Queryable, workspace: string, person: string) {
  const declined = await declinedBy(tx, workspace, person)
  const live = await liveDocuments(tx, workspace)
  return {
    choices: MAIL_KINDS.map((kind) => ({ kind, wanted: !declined.has(kind) })),
    possible: live.some(({ kind }) => kind === 'sender'),
  }
}

/** Which mails a member gets. */
export const mailChoiceBindings = ({ pool, now }: { pool: Pool; now: () => number }): Binding[] => [
  bind(GetMailChoices, async (_input, { workspace, actor }) => {
    const person = personIn(actor)
    return person === undefined ? refuse(NOBODY) : inWorkspace(pool, workspace, (tx) => choicesOf(tx, workspace, person))
  }),
  bind(PutMailChoice, async ({ kind, wanted }, { workspace, actor }) => {
    const person = personIn(actor)
    if (person === undefined) return refuse(NOBODY)
    return inWorkspace(pool, workspace, async (tx) => {
      await putChoice(tx, { workspace, person, kind, wanted, at: now() })
      return choicesOf(tx, workspace, person)
    })
  }),
]
