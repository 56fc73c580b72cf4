import { ProviderDocument } from '#channels/provider-document.ts'
import { receipt } from '#channels/receipts.ts'
import { revocationOf } from '#consent/revocation.ts'
import type { ChannelName } from '#events/reaction.ts'
import type { EventRecord } from '#events/schema.ts'
import { digest } from '#lib/hash.ts'
import type { JsonObject } from '#lib/json.ts'
import { liveDocuments } from '#platform/documents.ts'
import type { Queryable } from '#platform/log.ts'
import { enqueue } from '#platform/outbox.ts'
import { cancelFor, suppress, unsuppress } from '#platform/suppressions.ts'
import { findWorkspace } from '#workspaces/store.ts'
import type { Heard, OnInbound } from './reception.ts'

/** What is answered to STOP, START and HELP, by provider; left out: the words below. */
export interface Replies {
  readonly stop?: string | undefined
  readonly start?: string | undefined
  readonly help?: string | undefined
}

interface Options {
  /** The workspace's name, and the replies that the provider's document gives. */
  readonly words: (workspace: string, provider: string) => Promise<{ readonly name: string; readonly replies: Replies }>
}

/**
 * A word to one number is meant for all that goes to the number, whatever the topic: 47 CFR 64.1200(a)(10) speaks of calls and texts, and the
 * wider scope is the safe one. E-mail is another matter.
 */
const BY_NUMBER: readonly ChannelName[] = ['sms', 'whatsapp']
const scopeOf = (channel: ChannelName): readonly ChannelName[] => (BY_NUMBER.includes(channel) ? BY_NUMBER : [channel])

/** One reply to one word of one number within this time (ms): two machines that answer each other come to rest. */
const ONCE_MS = 600_000
/** A confirmation of an opt-out has to go within five minutes, and may hold no marketing (47 CFR 64.1200(a)(12)). */
const WITHIN_MS = 300_000

/** STOP, START and HELP, and what asks for the same in other words, in the transaction that puts the message on the log. */
export const onInbound =
  ({ words }: Options): OnInbound =>
  async (tx, heard, now) => {
    const meant = revocationOf(heard.text)
    if (meant === 'none') return []
    const records = meant === 'help' ? [] : await (meant === 'stop' ? stopped : started)(tx, heard, now)
    if (heard.profile !== null) await reply(tx, { heard, profile: heard.profile, meant, now, said: await words(heard.ws, heard.provider) })
    return records
  }

async function stopped(tx: Queryable, heard: Heard, now: number): Promise<EventRecord[]> {
  const { ws, from: address, provider } = heard
  const whom = { ws, address, topic: '' }
  await suppress(tx, [{ ...whom, reason: 'unsubscribed', note: `${heard.channel} by ${provider}` }], now)
  const cancelled = await cancelFor(tx, whom, { now, reason: 'consent_withdrawn' })
  const taken = cancelled.map((row) =>
    receipt({ ...row, ws }, { name: 'message.cancelled', at: now, props: { reason: 'consent_withdrawn' } }),
  )
  return [...changes(heard, { name: 'message.unsubscribed', now }), ...taken]
}

async function started(tx: Queryable, heard: Heard, now: number): Promise<EventRecord[]> {
  await unsuppress(tx, { ws: heard.ws, address: heard.from, topic: '' })
  return changes(heard, { name: 'message.resubscribed', now })
}

/** The change on the person's own log, once for each channel that it means. Somebody unknown has only the suppression. */
function changes(heard: Heard, { name, now }: { name: string; now: number }): EventRecord[] {
  const { ws, profile, channel: by, from, text, provider, id } = heard
  if (profile === null) return []
  return scopeOf(by).map((channel) => {
    const props: JsonObject = {
      topic: '',
      address: from,
      source: 'keyword',
      method: 'keyword',
      proof_ref: `in:${provider}:${id}`,
      text: text.slice(0, 200),
    }
    const record = receipt({ ws, key: profile, id: `in:${provider}:${id}`, channel, payload: {} }, { name, at: now, once: channel, props })
    return { ...record, props: { ...record.props, channel } }
  })
}

interface Answering {
  readonly heard: Heard
  readonly profile: string
  readonly meant: 'stop' | 'start' | 'help'
  readonly now: number
  readonly said: { readonly name: string; readonly replies: Replies }
}

const STANDARD = {
  stop: (name: string) => `${name}: You are unsubscribed and will get no more messages. Reply START to come back.`,
  start: (name: string) => `${name}: You are subscribed again. Reply HELP for help, STOP to end.`,
  help: (name: string) => `${name}: These messages are sent on your request. Reply STOP to end. Message and data rates may apply.`,
}

async function reply(tx: Queryable, { heard, profile, meant, now, said }: Answering): Promise<void> {
  const { ws, channel, from, provider } = heard
  const text = said.replies[meant] ?? STANDARD[meant](said.name)
  const id = `reply:${digest(`${provider} ${from} ${meant}`)}:${Math.floor(now / ONCE_MS)}`
  const about = { id, ws, key: profile, channel, address: from, topic: '', lane: 'transactional' as const }
  await enqueue(tx, [{ ...about, due: now, expires: now + WITHIN_MS, payload: { reply: true, text, sender: provider } }], now)
}

/** The workspace's name, and what the provider's document says to answer. */
export async function replyWords(db: Queryable, workspace: string, provider: string): Promise<{ name: string; replies: Replies }> {
  const found = (await liveDocuments(db, workspace)).find(({ kind, id }) => kind === 'provider' && id === provider)
  const replies = found ? ProviderDocument.parse(found.body).replies : undefined
  return { name: (await findWorkspace(db, workspace))?.name ?? '', replies: replies ?? {} }
}
