/** What a mail that came back says. `original`: addresses at which the message in question left, as the reporter tells it. */
export type MailReport =
  | { readonly kind: 'delivery'; readonly recipients: readonly RecipientStatus[]; readonly original: readonly string[] }
  | { readonly kind: 'feedback'; readonly type: string; readonly original: readonly string[] }
  /** A person, or their mail program for them. */
  | { readonly kind: 'letter'; readonly subject: string }
  /** An absence, a receipt, a loop: nobody reads it. */
  | { readonly kind: 'automatic' }
  | { readonly kind: 'unreadable' }

/** Per-recipient fields of a delivery status (RFC 3464 §2.3). */
export interface RecipientStatus {
  /** `failed`, `delayed`, `delivered`, `relayed`, `expanded`; '' when it is not said. */
  readonly action: string
  /** RFC 3463, such as 5.1.1; '' when it is not said. */
  readonly status: string
  /** What the receiving server said, cut. */
  readonly diagnostic: string
}

type Fields = ReadonlyMap<string, string>
interface Part {
  readonly fields: Fields
  readonly body: string
}

/** Only so much of a mail is looked at: enough for any report with the message that it speaks of. */
const LOOKED_AT = 262_144
const MOST_PARTS = 20
const MOST_RECIPIENTS = 50
const DIAGNOSTIC = 300

/** Reads a mail as bytes in Latin 1. Whatever the bytes are, it answers; it never throws and its work is linear in them. */
export function readReport(source: string): MailReport {
  const mail = partOf(source.slice(0, LOOKED_AT).replaceAll('\r\n', '\n'))
  const type = contentType(mail)
  const parts = type.name === 'multipart/report' ? partsOf(mail.body, type.boundary) : []
  if (type.name === 'multipart/report' && parts.length === 0) return { kind: 'unreadable' }
  const feedback = parts.find((part) => contentType(part).name === 'message/feedback-report')
  if (feedback) return feedbackOf(feedback, parts)
  // RFC 3464, and RFC 6533 where addresses are not ASCII.
  const status = parts.find((part) => /^message\/(?:global-)?delivery-status$/.test(contentType(part).name))
  if (status) return { kind: 'delivery', recipients: recipientsOf(textOf(status)), original: originalOf(parts) }
  if (parts.length > 0 || isAutomatic(mail.fields)) return { kind: 'automatic' }
  return { kind: 'letter', subject: (mail.fields.get('subject') ?? '').slice(0, 200) }
}

/** RFC 5965: the first fields say what it is, and `Original-Mail-From` the return path of the message. */
function feedbackOf(part: Part, parts: readonly Part[]): MailReport {
  const fields = fieldsOf(textOf(part))
  const from = addressIn(fields.get('original-mail-from') ?? '')
  return { kind: 'feedback', type: (fields.get('feedback-type') ?? '').toLowerCase(), original: [...from, ...originalOf(parts)] }
}

/** The return path in the message, or its headers, that came back along with the report. */
function originalOf(parts: readonly Part[]): string[] {
  const names = /^(?:message\/(?:rfc822|global|rfc822-headers|global-headers)|text\/rfc822-headers)$/
  const returned = parts.find((part) => names.test(contentType(part).name))
  return returned ? addressIn(fieldsOf(textOf(returned)).get('return-path') ?? '') : []
}

/** Groups of fields with an empty line between them: the first speaks of the message, each other one of a recipient. */
function recipientsOf(text: string): RecipientStatus[] {
  const groups = text.split(/\n[ \t]*\n/).map(fieldsOf)
  return groups
    .filter((fields) => fields.has('action') || fields.has('final-recipient'))
    .slice(0, MOST_RECIPIENTS)
    .map((fields) => ({
      action: wordOf(fields.get('action')),
      status: /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(fields.get('status') ?? '')?.[0] ?? '',
      diagnostic: (fields.get('diagnostic-code') ?? '').slice(0, DIAGNOSTIC),
    }))
}

/** RFC 3834 §2 and what was written before it. */
function isAutomatic(fields: Fields): boolean {
  const submitted = wordOf(fields.get('auto-submitted'))
  if (submitted !== '' && submitted !== 'no') return true
  return (
    fields.has('x-autoreply') || fields.has('x-autorespond') || /^(?:bulk|junk|list|auto_reply)$/.test(wordOf(fields.get('precedence')))
  )
}

const wordOf = (value: string | undefined): string => /^[\w-]*/.exec((value ?? '').trim().toLowerCase())![0]

/** `<a@b>`, `rfc822;a@b` or `a@b`; none for anything else. */
function addressIn(value: string): string[] {
  const bare = value
    .slice(0, 400)
    .replace(/^\s*rfc822;/i, '')
    .trim()
    .replace(/^<|>$/g, '')
  return /^[^\s<>@]{1,64}@[^\s<>@]{1,255}$/.test(bare) ? [bare] : []
}

function partOf(text: string): Part {
  const end = text.startsWith('\n') ? 0 : text.indexOf('\n\n')
  return end < 0
    ? { fields: fieldsOf(text), body: '' }
    : { fields: fieldsOf(text.slice(0, end)), body: text.slice(end).replace(/^\n{1,2}/, '') }
}

/** Header fields (RFC 5322 §2.2), unfolded; of several with one name the first. */
function fieldsOf(text: string): Fields {
  const fields = new Map<string, string>()
  let name = ''
  for (const line of text.split('\n')) {
    if (line.trim() === '' && fields.size > 0) break
    if (/^[ \t]/.test(line) && name !== '') {
      fields.set(name, `${fields.get(name)} ${line.trim()}`)
      continue
    }
    const colon = line.indexOf(':')
    const found = colon > 0 && colon < 80 ? line.slice(0, colon).trim().toLowerCase() : ''
    name = fields.has(found) ? '' : found
    if (name !== '') fields.set(name, line.slice(colon + 1).trim())
  }
  return fields
}

function contentType({ fields }: Part): { readonly name: string; readonly boundary: string } {
  const value = (fields.get('content-type') ?? '').slice(0, 1_000)
  const name = /^[\w.+-]{1,60}\/[\w.+-]{1,60}/.exec(value)?.[0].toLowerCase() ?? 'text/plain'
  const found = /;\s*boundary\s*=\s*(?:"([^"]{1,100})"|([^\s;"]{1,100}))/i.exec(value)
  return { name, boundary: found?.[1] ?? found?.[2] ?? '' }
}

/** Parts between boundary lines (RFC 2046 §5.1.1); a mail that was cut off still has those before. */
function partsOf(body: string, boundary: string): Part[] {
  if (boundary === '') return []
  const parts: Part[] = []
  let lines: string[] | null = null
  for (const line of `${body}\n--${boundary}--`.split('\n')) {
    if (!line.startsWith(`--${boundary}`)) lines?.push(line)
    else {
      if (lines) parts.push(partOf(lines.join('\n')))
      if (parts.length >= MOST_PARTS || line.startsWith(`--${boundary}--`)) break
      lines = []
    }
  }
  return parts
}

/** RFC 3464 allows 7bit only; some servers encode nevertheless. */
function textOf({ fields, body }: Part): string {
  switch (wordOf(fields.get('content-transfer-encoding'))) {
    case 'base64':
      return decoded(body.replace(/[^A-Za-z0-9+/]/g, ''))
    case 'quoted-printable':
      return body.replace(/=\n/g, '').replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    default:
      return body
  }
}

function decoded(text: string): string {
  const whole = text.slice(0, text.length - (text.length % 4 === 1 ? 1 : 0))
  const bytes = Uint8Array.fromBase64(whole, { lastChunkHandling: 'loose' })
  return Array.from(bytes, (byte) => String.fromCharCode(byte))
    .join('')
    .replaceAll('\r\n', '\n')
}
