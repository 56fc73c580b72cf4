import { simpleParser } from 'mailparser'
import type { OutputOf } from '#lib/action.ts'
import { type Outcome, refuse } from '#lib/problem.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { GetMail, ListMail } from './api.ts'
import { countMail, findMail, listMail, type MailLine } from './store.ts'

interface Options {
  readonly pool: Pool
  /** Mail is delivered into the built-in mailbox. */
  readonly receiving: boolean
}

const PAGE = 50
const LARGEST_SOURCE = 524_288

export const mailBindings = (options: Options): Binding[] => [
  bind(ListMail, ({ q, cursor }, { workspace }) =>
    inWorkspace(options.pool, workspace, async (tx) => {
      const lines = await listMail(tx, workspace, {
        text: q.trim(),
        before: cursor && /^\d{1,18}$/.test(cursor) ? cursor : null,
        limit: PAGE,
      })
      return {
        mail: lines.map(summary),
        next: lines.length === PAGE ? lines.at(-1)!.id : null,
        total: await countMail(tx, workspace),
        receiving: options.receiving,
      }
    }),
  ),
  bind(GetMail, ({ id }, { workspace }) => showMail(options.pool, workspace, id)),
]

const summary = ({ sender, recipient, ...line }: MailLine) => ({ ...line, from: sender, to: recipient })

/** One mail, taken apart. */
export async function showMail(pool: Pool, workspace: string, id: string): Promise<Outcome<OutputOf<typeof GetMail>>> {
  const found = /^\d{1,18}$/.test(id) ? await inWorkspace(pool, workspace, (tx) => findMail(tx, workspace, id)) : undefined
  if (!found) return refuse({ code: 'mail.unknown', status: 404, title: 'There is no such mail in the mailbox', detail: id })
  const { raw, ...line } = found
  const parsed = await simpleParser(raw, { skipImageLinks: true, skipTextToHtml: true })
  return {
    mail: summary(line),
    html: typeof parsed.html === 'string' ? parsed.html : '',
    text: parsed.text ?? '',
    headers: parsed.headerLines.map(({ key, line: whole }): [string, string] => [key, whole.slice(whole.indexOf(':') + 1).trim()]),
    source: raw.toString('utf8', 0, LARGEST_SOURCE),
  }
}
