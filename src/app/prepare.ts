import { createHash } from 'node:crypto'
import type { LinkKeys } from '#channels/adapters/keys.ts'
import { address } from '#channels/address.ts'
import type { Header, Prepared, PreparedEmail, PreparedWebhook } from '#channels/channel.ts'
import { emailHeaders, type Letter, messageIdOf, returnPath } from '#channels/message.ts'
import { mimeMessage } from '#channels/mime.ts'
import { NotePayload, TemplatePayload, WebhookPayload } from '#channels/payload.ts'
import { spokenTo } from '#content/adapters/compile.ts'
import { renderJson } from '#content/adapters/json.ts'
import type { TemplateLibrary } from '#content/adapters/library.ts'
import { render } from '#content/adapters/templates.ts'
import { renderText } from '#content/adapters/texts.ts'
import type { Rendered, Scope, Sender } from '#content/schema.ts'
import { digest } from '#lib/hash.ts'
import type { JsonObject } from '#lib/json.ts'
import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
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
}

export interface Made {
  readonly prepared: Prepared
  /** SHA-256 of what is handed over, before it is signed. */
  readonly hash: string
  readonly headers: readonly Header[]
  /** Null for a webhook. */
  readonly rendered: Rendered | null
}

/** What an effect hands over: a function of the entry and of the versions that it names, so that it can be shown again later. */
export async function prepare(due: Due, parts: PrepareParts): Promise<Outcome<Made>> {
  if (due.channel === 'webhook') return prepareWebhook(due, parts)
  if (due.channel !== 'email') return prepareText(due, parts)
  return due.payload['note'] === true ? prepareNote(due, parts) : prepareEmail(due, parts)
}

const invalid = (detail: string) =>
  refuse({ code: 'payload_invalid', status: 422, title: 'The message cannot be made from what the step said', detail })

async function prepareEmail(due: Due, parts: PrepareParts): Promise<Outcome<Made>> {
  const payload = TemplatePayload.safeParse(due.payload)
  if (!payload.success) return invalid(payload.error.message)
  const { template, template_version: version, data, journey_id: journey, step_id: step } = payload.data
  const to = address(due.address)
  if (isRefusal(to)) return refuse({ ...to.refused, code: 'address_invalid' })
  const found = await parts.library.compiled(due.ws, template, version)
  if (isRefusal(found)) return found
  const compiled = spokenTo(found, data.profile)
  if (compiled.channel !== 'email') return invalid('The template is written for another channel')
  const sender = await parts.sender(due.ws, payload.data.sender || (compiled.sender ?? ''))
  if (!sender) return refuse(NO_SENDER)
  const who = { ws: due.ws, profile: due.key, effect: due.id }
  const unsubscribeUrl = `${parts.publicUrl}/u/${parts.links.token({ kind: 'unsubscribe', ...who, topic: due.topic, address: due.address.toLowerCase() })}`
  const scope = scopeOf(due, { data, sender, unsubscribeUrl, workspace: await parts.workspace(due.ws) })
  const rendered = render(compiled, scope, {
    link: (url, index) => `${parts.publicUrl}/c/${parts.links.token({ kind: 'click', ...who, index, url })}`,
    pixel: `${parts.publicUrl}/o/${parts.links.token({ kind: 'open', ...who })}.gif`,
  })
  if (isRefusal(rendered)) return rendered
  const name = typeof data.profile['name'] === 'string' ? data.profile['name'].slice(0, 100) : ''
  return letterMade({
    ...due,
    workspace: due.ws,
    journey,
    step,
    at: due.createdAt,
    sender,
    to: { name, address: to.address },
    unsubscribeUrl,
    rendered,
  })
}

/** A note to a colleague: plain words, no links to follow, nothing to unsubscribe from. */
async function prepareNote(due: Due, parts: PrepareParts): Promise<Outcome<Made>> {
  const payload = NotePayload.safeParse(due.payload)
  if (!payload.success) return invalid(payload.error.message)
  const to = address(due.address)
  if (isRefusal(to)) return refuse({ ...to.refused, code: 'address_invalid' })
  const sender = await parts.sender(due.ws, '')
  if (!sender) return refuse(NO_SENDER)
  const { subject, text, journey_id: journey, step_id: step } = payload.data
  const html = `<p style="white-space:pre-wrap">${escapeHtml(text)}</p>`
  const rendered = { subject, text, html, links: [] }
  const who = { name: '', address: to.address }
  return letterMade({ ...due, workspace: due.ws, journey, step, at: due.createdAt, sender, to: who, unsubscribeUrl: '', rendered })
}

const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const NO_SENDER = { code: 'sender_missing', status: 422, title: 'There is no sender to write as', hint: 'Publish a sender document.' }

function letterMade(letter: Letter): Made {
  const { sender, rendered, workspace } = letter
  const headers = emailHeaders(letter)
  const message = Buffer.from(
    mimeMessage({ headers, text: rendered.text, html: rendered.html, boundary: `=_${digest(`${workspace} ${letter.id}`)}` }),
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
}

function scopeOf(due: Due, { data, workspace, sender, unsubscribeUrl }: Given): Scope {
  return {
    profile: data.profile,
    entry: data.entry,
    event: data.event,
    run: data.run,
    message: { id: due.id, at: new Date(due.createdAt).toISOString(), topic: due.topic, unsubscribe_url: unsubscribeUrl },
    workspace,
    sender: { name: sender?.from.name ?? '', address: sender?.from.address ?? '', postal_address: sender?.postalAddress ?? '' },
    unsubscribe_url: unsubscribeUrl,
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

/** A message of any other channel that says what a template says. */
async function prepareText(due: Due, parts: PrepareParts): Promise<Outcome<Made>> {
  const payload = TemplatePayload.safeParse(due.payload)
  if (!payload.success) return invalid(payload.error.message)
  const { template, template_version: version, data, sender, devices } = payload.data
  const found = await parts.library.compiled(due.ws, template, version)
  if (isRefusal(found)) return found
  const compiled = spokenTo(found, data.profile)
  if (compiled.channel === 'email' || compiled.channel !== due.channel) return invalid('The template is written for another channel')
  const rendered = renderText(compiled, scopeOf(due, { data, workspace: await parts.workspace(due.ws), unsubscribeUrl: '' }))
  if (isRefusal(rendered)) return rendered
  const about = { id: due.id, workspace: due.ws, lane: due.lane, provider: sender || (compiled.sender ?? '') }
  const prepared = textMessage(compiled.template, rendered, { about, due, devices })
  return { prepared, hash: sha256(JSON.stringify(prepared)), headers: [], rendered: null }
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')
