import type { Logger } from 'pino'
import type { LinkKeys } from '#channels/adapters/keys.ts'
import { type CameIn, type MailIn, startMailIn } from '#channels/adapters/mail-in.ts'
import { receiptsOf } from '#channels/bounce.ts'
import { readReport } from '#channels/mail-report.ts'
import type { Returned } from '#channels/return-path.ts'
import type { Queryable } from '#platform/log.ts'
import type { Metrics } from '#platform/metrics.ts'
import { workspaceIds } from '#workspaces/store.ts'
import { messagesOf } from './mail-in-store.ts'
import type { Reception } from './reception.ts'

export interface MailInOptions {
  readonly host: string
  readonly port: number
  readonly db: Queryable
  readonly links: LinkKeys
  readonly reception: Pick<Reception, 'told'>
  readonly now: () => number
  readonly logger: Logger
  readonly metrics: Metrics
}

/** What receipts name as the one who told them. */
const VIA = 'mail'
/** Feedback loops post to one address for all; which message is meant is said by its return path inside. */
const FEEDBACK = 'fbl'

/** Bounces, complaints and unsubscribe mails, as they come in by SMTP. Nothing happens without an address that we have made. */
export function startBounceMail(options: MailInOptions): Promise<MailIn> {
  const { host, port, links, logger, metrics } = options
  const counted = metrics.counter({ name: 'cadenza_mail_in_total', help: 'Mail to return addresses', labels: ['outcome'] })
  return startMailIn({
    host,
    port,
    known: (local) => local.toLowerCase() === FEEDBACK || links.returned(local) !== undefined,
    take: async (mail) => {
      const outcome = await takeMail(mail, options)
      counted.inc({ outcome })
      // No address and no word of the mail: whoever sent it is not known.
      logger.debug({ outcome }, 'mail came in')
    },
    onError: (error) => logger.warn({ err: error }, 'mail could not be taken in'),
  })
}

/** `ignored`: it says nothing that counts; `unknown`: of a message that is not there any more. */
export async function takeMail(
  { source, locals }: CameIn,
  { db, links, reception, now }: Pick<MailInOptions, 'db' | 'links' | 'reception' | 'now'>,
): Promise<'taken' | 'ignored' | 'unknown'> {
  const report = readReport(source)
  // A report that came to an address of the message needs no other word for which one it is.
  const addressed = locals.flatMap((local) => links.returned(local) ?? [])
  const inside =
    report.kind === 'feedback' ? report.original.flatMap((each) => links.returned(each.slice(0, each.lastIndexOf('@'))) ?? []) : []
  const [returned] = addressed.length > 0 ? addressed : inside
  const about = { kind: returned?.kind ?? 'bounce', effect: '', now: now() } as const
  if (!returned || receiptsOf(report, about).length === 0) return 'ignored'
  const message = await messageOf(db, returned)
  if (!message) return 'unknown'
  await reception.told({ ws: message.ws, id: VIA }, { receipts: receiptsOf(report, { ...about, effect: message.id }), inbound: [] })
  return 'taken'
}

/** The one among those decided at its moment: the address itself says which, so none had to be kept for it. */
async function messageOf(db: Queryable, returned: Returned): Promise<{ readonly ws: string; readonly id: string } | undefined> {
  const workspaces = (await workspaceIds(db)).filter((id) => returned.isOf(id))
  if (workspaces.length === 0) return undefined
  return (await messagesOf(db, workspaces, returned.at)).find(({ id }) => returned.is(id))
}
