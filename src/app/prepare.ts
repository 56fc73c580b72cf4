import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { LinkKeys } from '#channels/adapters/keys.ts'
import { address } from '#channels/address.ts'
import type {
  Attachment,
  Header,
  Prepared,
  PreparedEmail,
  PreparedSlack,
  PreparedSms,
  PreparedWebhook,
  PreparedWhatsapp,
} from '#channels/channel.ts'
import { emailHeaders, type Letter, messageIdOf, returnPath } from '#channels/message.ts'
import { mimeMessage } from '#channels/mime.ts'
import { NotePayload, ReplyPayload, TemplatePayload, WebhookPayload } from '#channels/payload.ts'
import { spokenTo } from '#content/adapters/compile.ts'
import { renderJson } from '#content/adapters/json.ts'
import type { TemplateLibrary } from '#content/adapters/library.ts'
import { type CompiledEmail, letterOf, type Tracking } from '#content/adapters/templates.ts'
import { type CompiledText, trimmed } from '#content/adapters/texts.ts'
import { inProcess, type Renderer } from '#content/adapters/worker.ts'
import type { Rendered, Scope, Sender } from '#content/schema.ts'
import { digest } from '#lib/hash.ts'
import type { JsonObject } from '#lib/json.ts'
import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import type { LiveContent } from './live-content.ts'
import { compiledFor, isTest, marked } from './test-message.ts'
import { textMessage } from './text-message.ts'

/** What rendering needs of the rest of the house. */
export interface PrepareParts {
  readonly library: TemplateLibrary
  /** The named sender; '' for the workspace's first. */
  readonly sender: (workspace: string, id: string) => Promise<Sender | undefined>
  /** What `workspace` means in templates. */
  readonly workspace: (workspace: string) => Promise<JsonObject>
  readonly links: LinkKeys
  /** Where signed links lead to: PUBLIC_URL, without a slash at the end. */
  readonly publicUrl: string
  /** Left out: in this thread. */
  readonly renderer?: Renderer
  /** What is different for each message; left out: a template with such things cannot be used. */
  readonly live?: LiveContent
  /** A file that goes along with a note; undefined when it is kept no more. */
  readonly file?: (workspace: string, id: string) => Promise<Attachment | undefined>
}

/** An outbox entry as far as its message depends on it. */
export interface Due {
  readonly id: string
  readonly ws: string
  readonly key: string
  readonly channel: string
  readonly address: string
  readonly topic: string
  readonly lane: 'transactional' | 'marketing'
  readonly createdAt: number
  readonly payload: Readonly<Record<string, unknown>>
  /** From 1; left out: the first. */
  readonly attempt?: number
}

export interface Made {
  readonly prepared: Prepared
  /** SHA-256 of what is handed over, before it is signed. */
  readonly hash: string
  readonly headers: readonly Header[]
  /** Null for a webhook. */
  readonly rendered: Rendered | null
  /** What else stands behind it (versions, exposures, verdicts), for the archive; nothing that says who the person is. */
  readonly record?: JsonObject
  /** What its receipt says besides. */
  readonly said?: JsonObject
}

/** What an effect hands over: a function of the entry and of the versions that it names, so that it can be shown again later. */
export async function prepare(due: Due, parts: PrepareParts): Promise<Outcome<Made>> {
  if (due.channel === 'webhook') return prepareWebhook(due, parts)
  if (due.payload['reply'] === true) return prepareReply(due)
  if (due.channel !== 'email') return prepareText(due, parts)
  return due.payload['note'] === true ? prepareNote(due, parts) : prepareEmail(due, parts)
}

/** The provider document that a message asks for by its step, template or sender; '' for none. Cheap: it renders nothing. */
export async function wantedProvider(due: Due, parts: Pick<PrepareParts, 'library' | 'sender'>): Promise<string> {
  const payload = TemplatePayload.safeParse(due.payload)
  if (!payload.success || due.payload['note'] === true) return ''
  const compiled = await parts.library.compiled(due.ws, payload.data.template, payload.data.template_version)
  const named = payload.data.sender || (isRefusal(compiled) ? '' : (compiled.sender ?? ''))
  return due.channel === 'email' ? ((await parts.sender(due.ws, named))?.provider ?? '') : named
}

const invalid = (detail: string) =>
  refuse({ code: 'payload_invalid', status: 422, title: 'The message cannot be made from what the step said', detail })

async function prepareEmail(due: Due, parts: PrepareParts): Promise<Outcome<Made>> {
  const payload = TemplatePayload.safeParse(due.payload)
  if (!payload.success) return invalid(payload.error.message)
  const { data, journey_id: journey, step_id: step } = payload.data
  const to = address(due.address)
  if (isRefusal(to)) return refuse({ ...to.refused, code: 'address_invalid' })
  const found = await compiledFor(due, payload.data, parts.library)
  if (isRefusal(found)) return found
  const compiled = spokenTo(found, data.profile)
  if (compiled.channel !== 'email') return invalid('The template is written for another channel')
  const sender = await parts.sender(due.ws, payload.data.sender || (compiled.sender ?? ''))
  if (!sender) return refuse(NO_SENDER)
  const who = { ws: due.ws, profile: due.key, effect: due.id }
  const leaving = { kind: 'unsubscribe' as const, ...who, topic: due.topic, address: due.address.toLowerCase() }
  const unsubscribeUrl = `${parts.publicUrl}/u/${isTest(due.id) ? 'test' : parts.links.token(leaving)}`
  const about = { data, sender, unsubscribeUrl, workspace: await parts.workspace(due.ws), ...ownPages(due, parts) }
  const live = await withLive(due, { compiled, payload: payload.data, scope: scopeOf(due, about) }, parts)
  if (isRefusal(live)) return live
  const { scope, said } = live
  const pieces = await (parts.renderer ?? inProcess).render(compiled.pieces, scope)
  if (isRefusal(pieces)) return pieces
  const tracking: Tracking = {
    link: (url, index) => `${parts.publicUrl}/c/${parts.links.token({ kind: 'click', ...who, index, url })}`,
    pixel: `${parts.publicUrl}/o/${parts.links.token({ kind: 'open', ...who })}.gif`,
  }
  const rendered = letterOf(marked(due.id, pieces), scope, isTest(due.id) ? undefined : tracking)
  if (isRefusal(rendered)) return rendered
  const name = typeof data.profile['name'] === 'string' ? data.profile['name'].slice(0, 100) : ''
  const made = letterMade({
    ...due,
    workspace: due.ws,
    journey,
    step,
    at: due.createdAt,
    sender,
    to: { name, address: to.address },
    unsubscribeUrl,
    returns: returnsOf(due, parts.links),
    rendered,
  })
  return { ...made, ...said }
}

interface Template {
  readonly compiled: CompiledEmail | CompiledText
  readonly payload: Pick<z.output<typeof TemplatePayload>, 'template' | 'template_version' | 'slots'>
  readonly scope: Scope
}

/** The scope with what is live in the template, and what the receipt and the archive say of it. */
async function withLive(
  due: Due,
  { compiled, payload, scope }: Template,
  { live }: PrepareParts,
): Promise<Outcome<{ readonly scope: Scope; readonly said: Pick<Made, 'said' | 'record'> }>> {
  // A test uses up no code, and shows nobody anything that is to be measured.
  if (!compiled.live || isTest(due.id)) return { scope, said: {} }
  if (!live) return invalid('Nobody chooses what is live in the template')
  const { template, template_version: version, slots: eligible } = payload
  const about = { ws: due.ws, effect: due.id, profile: due.key, template, version, eligible, attempt: due.attempt ?? 1, scope }
  const chosen = await live(about, compiled.live)
  if (isRefusal(chosen)) return chosen
  const { told } = chosen
  const { exposures } = told
  return { scope: { ...scope, ...chosen.scope }, said: exposures === undefined ? {} : { said: told, record: { exposures } } }
}

/** A note to a colleague: plain words, no links to follow, nothing to unsubscribe from. */
async function prepareNote(due: Due, parts: PrepareParts): Promise<Outcome<Made>> {
  const payload = NotePayload.safeParse(due.payload)
  if (!payload.success) return invalid(payload.error.message)
  const to = address(due.address)
  if (isRefusal(to)) return refuse({ ...to.refused, code: 'address_invalid' })
  const sender = await parts.sender(due.ws, '')
  if (!sender) return refuse(NO_SENDER)
  const { subject, text, files, journey_id: journey, step_id: step } = payload.data
  const found = await Promise.all(files.map((id) => parts.file?.(due.ws, id)))
  const attachments = found.filter((file) => file !== undefined)
  if (attachments.length < files.length) return refuse(FILE_GONE)
  const html = `<p style="white-space:pre-wrap">${escapeHtml(text)}</p>`
  const rendered = { subject, text, html, links: [] }
  const who = { name: '', address: to.address }
  const returns = returnsOf(due, parts.links)
  const about = { ...due, workspace: due.ws, journey, step, at: due.createdAt, attachments }
  return letterMade({ ...about, sender, to: who, unsubscribeUrl: '', returns, rendered })
}

function returnsOf({ ws: workspace, id, createdAt: at }: Due, links: LinkKeys): Letter['returns'] {
  const message = { workspace, id, at }
  return { bounce: links.returnTo({ kind: 'bounce', ...message }), unsubscribe: links.returnTo({ kind: 'unsubscribe', ...message }) }
}

const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const FILE_GONE = { code: 'file_missing', status: 410, title: 'The file that goes with this message is not kept any more' }
const NO_SENDER = { code: 'sender_missing', status: 422, title: 'There is no sender to write as', hint: 'Publish a sender document.' }

function letterMade(letter: Letter): Made {
  const { sender, rendered, workspace, attachments = [] } = letter
  const headers = emailHeaders(letter)
  const message = Buffer.from(
    mimeMessage({ headers, text: rendered.text, html: rendered.html, boundary: `=_${digest(`${workspace} ${letter.id}`)}`, attachments }),
    'latin1',
  )
  const prepared: PreparedEmail = {
    kind: 'email',
    id: letter.id,
    workspace,
    provider: sender.provider ?? '',
    messageId: messageIdOf(letter),
    lane: letter.lane,
    envelope: { from: returnPath(letter), to: letter.to.address },
    message,
    signing: sender.dkim && { workspace, ...sender.dkim },
    parts: {
      from: sender.from,
      to: letter.to,
      replyTo: sender.replyTo,
      subject: rendered.subject,
      html: rendered.html,
      text: rendered.text,
      headers: headers.filter(([name]) => !IN_PARTS.has(name)),
      ...(attachments.length > 0 && { attachments }),
    },
  }
  return { prepared, hash: sha256(message), headers, rendered }
}

/** Headers that providers write themselves from the parts. */
const IN_PARTS = new Set(['From', 'To', 'Reply-To', 'Subject', 'Date'])

interface Given {
  readonly data: { readonly profile: JsonObject; readonly entry: JsonObject; readonly event: JsonObject; readonly run: JsonObject }
  readonly workspace: JsonObject
  readonly sender?: Sender
  readonly unsubscribeUrl: string
  readonly preferencesUrl?: string
  readonly webViewUrl?: string
  readonly confirmUrl?: string
}

/** Signed links to what belongs to this person alone. */
export function ownPages(due: Due, { links, publicUrl }: Pick<PrepareParts, 'links' | 'publicUrl'>) {
  const { channel, topic } = due
  if (isTest(due.id)) return { preferencesUrl: `${publicUrl}/p/test`, webViewUrl: `${publicUrl}/w/test`, confirmUrl: '' }
  const who = { ws: due.ws, profile: due.key, effect: due.id, channel, address: due.address.toLowerCase() }
  const confirm = due.payload['confirm'] === true && { kind: 'confirm' as const, ...who, topic, at: due.createdAt }
  // One signature for both: who may choose what comes to this address may also read what came to it.
  const token = links.token({ kind: 'preferences', ...who })
  return {
    preferencesUrl: `${publicUrl}/p/${token}`,
    webViewUrl: channel === 'email' ? `${publicUrl}/w/${token}` : '',
    confirmUrl: confirm ? `${publicUrl}/y/${links.token(confirm)}` : '',
  }
}

function scopeOf(
  due: Due,
  { data, workspace, sender, unsubscribeUrl, preferencesUrl = '', webViewUrl = '', confirmUrl = '' }: Given,
): Scope {
  return {
    profile: data.profile,
    entry: data.entry,
    event: data.event,
    run: data.run,
    message: { id: due.id, at: new Date(due.createdAt).toISOString(), topic: due.topic, unsubscribe_url: unsubscribeUrl },
    workspace,
    sender: { name: sender?.from.name ?? '', address: sender?.from.address ?? '', postal_address: sender?.postalAddress ?? '' },
    unsubscribe_url: unsubscribeUrl,
    preferences_url: preferencesUrl,
    web_view_url: webViewUrl,
    confirm_url: confirmUrl,
  }
}

async function prepareWebhook(due: Due, parts: PrepareParts): Promise<Outcome<Made>> {
  const payload = WebhookPayload.safeParse(due.payload)
  if (!payload.success) return invalid(payload.error.message)
  const { url, method, data, answer } = payload.data
  const scope = scopeOf(due, { data, workspace: await parts.workspace(due.ws), unsubscribeUrl: '' })
  const written = renderJson({ headers: payload.data.headers, body: payload.data.body }, scope)
  if (isRefusal(written)) return written
  const { headers, body } = written.value as { headers: Record<string, string>; body: JsonObject }
  const text = JSON.stringify(body)
  const prepared: PreparedWebhook = {
    kind: 'webhook',
    id: due.id,
    workspace: due.ws,
    method,
    url,
    headers: Object.entries(headers),
    body: text,
    ...(answer ? { answer } : {}),
  }
  return { prepared, hash: sha256(`${method} ${url}\n${text}`), headers: prepared.headers, rendered: null }
}

/** An answer to what a person wrote to us, by the way that it came. */
function prepareReply(due: Due): Outcome<Made> {
  const payload = ReplyPayload.safeParse(due.payload)
  if (!payload.success) return invalid(payload.error.message)
  const { text, sender: provider } = payload.data
  const about = { id: due.id, workspace: due.ws, lane: due.lane, provider, to: due.address, text }
  const prepared = replyBy(due.channel, about)
  return prepared
    ? { prepared, hash: sha256(JSON.stringify(prepared)), headers: [], rendered: null }
    : invalid(`Nobody is answered by ${due.channel}`)
}

function replyBy(channel: string, about: Omit<PreparedSms, 'kind'>): PreparedSms | PreparedWhatsapp | PreparedSlack | undefined {
  switch (channel) {
    case 'sms':
      return { kind: 'sms', ...about }
    case 'whatsapp':
      return { kind: 'whatsapp', ...about, approved: undefined }
    case 'slack':
      return { kind: 'slack', ...about }
    default:
      return undefined
  }
}

/** A message of any other channel that says what a template says. */
async function prepareText(due: Due, parts: PrepareParts): Promise<Outcome<Made>> {
  const payload = TemplatePayload.safeParse(due.payload)
  if (!payload.success) return invalid(payload.error.message)
  const { data, sender, devices } = payload.data
  const found = await compiledFor(due, payload.data, parts.library)
  if (isRefusal(found)) return found
  const compiled = spokenTo(found, data.profile)
  if (compiled.channel === 'email' || compiled.channel !== due.channel) return invalid('The template is written for another channel')
  const given = { data, workspace: await parts.workspace(due.ws), unsubscribeUrl: '', ...ownPages(due, parts) }
  const live = await withLive(due, { compiled, payload: payload.data, scope: scopeOf(due, given) }, parts)
  if (isRefusal(live)) return live
  const pieces = await (parts.renderer ?? inProcess).render(compiled.pieces, live.scope)
  if (isRefusal(pieces)) return pieces
  const rendered = marked(due.id, trimmed(pieces))
  const about = { id: due.id, workspace: due.ws, lane: due.lane, provider: sender || (compiled.sender ?? '') }
  const prepared = textMessage(compiled.template, rendered, { about, due, devices })
  return { prepared, hash: sha256(JSON.stringify(prepared)), headers: [], rendered: null, ...live.said }
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')
