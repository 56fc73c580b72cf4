import type { Logger } from 'pino'
import { PROVIDERS } from '#channels/adapters/providers.ts'
import { smtpChannel } from '#channels/adapters/smtp.ts'
import type { Channel } from '#channels/channel.ts'
import type { ProviderType } from '#channels/provider.ts'
import { ProviderDocument } from '#channels/provider-document.ts'
import { isRefusal } from '#lib/problem.ts'
import type { Config } from '#platform/config.ts'
import { liveDocuments } from '#platform/documents.ts'
import type { Queryable } from '#platform/log.ts'
import type { LetterTo, Post } from '#workspaces/letters.ts'
import { findWorkspace } from '#workspaces/store.ts'
import { connectionOf, type ExitsParts, toolsOf } from './exits.ts'
import { type PrepareParts, prepare } from './prepare.ts'

interface Options {
  readonly db: Queryable
  readonly config: Pick<Config, 'mail'>
  readonly parts: Pick<ExitsParts, 'tools' | 'told' | 'now' | 'secret' | 'publicUrl'>
  readonly render: PrepareParts
  readonly now: () => number
  readonly warn: (about: object, message: string) => void
  readonly types?: ReadonlyMap<string, ProviderType>
}

interface Serving extends Pick<Options, 'now'> {
  readonly config: Options['config']
  readonly parts: { readonly work: Queryable }
  readonly providers: Options['parts']
  readonly logger: Pick<Logger, 'warn'>
}

/** The same from the parts of a running server. */
export const postOf = ({ config, parts, providers, logger, now }: Serving, render: PrepareParts): Post =>
  systemMail({ db: parts.work, config, parts: providers, render, now, warn: (about, message) => logger.warn(about, message) })

/** Somebody waits for the answer while the mail is handed over. */
const HANDOVER_MS = 10_000

/**
 * Mail of the programme itself (invitations, new passwords), past outbox and archive: what it says must not be read by whoever may read
 * messages. For the same reason it never goes to the built-in mailbox, and nothing of it leaves a sample workspace.
 */
export const systemMail = (options: Options): Post => {
  const { db, render, now, warn } = options
  return async (letter) => {
    try {
      if (((await findWorkspace(db, letter.workspace))?.sample ?? null) !== null) return false
      const way = (await providerOf(options, letter)) ?? serverOf(options)
      if (!way) return false
      const { prepared } = await made(letter, { render, at: now(), id: crypto.randomUUID() })
      if (!prepared) return false
      try {
        const { kind } = await way.send(prepared, AbortSignal.timeout(HANDOVER_MS))
        if (kind !== 'sent') warn({ ws: letter.workspace, outcome: kind }, 'a mail of the programme was not taken')
        return kind === 'sent'
      } finally {
        await way.close()
      }
    } catch (error) {
      // The link that the mail holds is shown to whoever made it: without the mail nothing is lost.
      warn({ ws: letter.workspace, err: error }, 'a mail of the programme could not be sent')
      return false
    }
  }
}

async function made({ workspace, to, subject, text }: LetterTo, { render, at, id }: { render: PrepareParts; at: number; id: string }) {
  const origin = { journey_id: 'cadenza', version: 0, enrollment_id: id, step_id: 'letter' }
  const payload = { ...origin, note: true, subject, text }
  const due = {
    ws: workspace,
    id: `letter:${id}`,
    key: '',
    channel: 'email',
    address: to,
    topic: '',
    lane: 'transactional' as const,
    createdAt: at,
    payload,
  }
  const answer = await prepare(due, render)
  return isRefusal(answer) ? { prepared: undefined } : { prepared: answer.prepared }
}

/** The provider for mail that the workspace has live, the default first. */
async function providerOf({ db, parts, types = PROVIDERS }: Options, { workspace }: LetterTo): Promise<Channel | undefined> {
  const documents = (await liveDocuments(db, workspace))
    .filter(({ kind }) => kind === 'provider')
    .map(({ body }) => ProviderDocument.parse(body))
  const mail = documents.filter(({ channel, mode }) => channel === 'email' && mode === 'live')
  const document = mail.find((each) => each.default) ?? mail[0]
  const type = document && types.get(document.type)
  if (!document || !type) return undefined
  return type.connect(
    connectionOf({ ws: workspace, id: document.id, document, type }, parts),
    toolsOf({ ws: workspace, id: document.id }, parts),
  ) as Channel
}

/** The server's own way, where it leads to a mail server and not to the built-in mailbox. */
function serverOf({ config: { mail }, parts }: Options): Channel | undefined {
  if (mail.kind !== 'smtp') return undefined
  const dkimKey = (workspace: string, name: string) => parts.secret({ workspace, name, target: 'dkim' })
  return smtpChannel({ url: mail.url, connections: 1, dkimKey }) as Channel
}
