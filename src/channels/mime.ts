import type { Attachment, Header } from './channel.ts'

const encoder = new TextEncoder()
/** Longest line without its CRLF: 76 in encoded text (RFC 2045 §6.7), 998 in plain text (RFC 5322 §2.1.1). */
const ENCODED = 76
const PLAIN = 998
const CRLF = '\r\n'

/**
 * A message as ASCII text: multipart/alternative (RFC 2046 §5.1.4), plain text first, HTML last; with files around it as multipart/mixed (§5.1.3).
 */
export function mimeMessage({
  headers,
  text,
  html,
  boundary,
  attachments = [],
}: {
  headers: readonly Header[]
  text: string
  html: string
  boundary: string
  attachments?: readonly Attachment[]
}): string {
  const head = [...headers.map(([name, value]) => foldHeader(name, value)), 'MIME-Version: 1.0']
  if (attachments.length === 0) return [...head, alternatives({ text, html, boundary })].join(CRLF)
  const outer = `${boundary}-mixed`
  return [
    ...head,
    `Content-Type: multipart/mixed; boundary="${outer}"`,
    '',
    `--${outer}`,
    alternatives({ text, html, boundary }),
    ...attachments.flatMap((file) => [`--${outer}`, attached(file)]),
    `--${outer}--`,
    '',
  ].join(CRLF)
}

const alternatives = ({ text, html, boundary }: { text: string; html: string; boundary: string }): string =>
  [
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    part('text/plain', text),
    `--${boundary}`,
    part('text/html', html),
    `--${boundary}--`,
    '',
  ].join(CRLF)

/** A file in base64, lines of 76 (RFC 2045 §6.8); its name is plain ASCII (`filename`, RFC 2183). */
const attached = ({ name, type, bytes }: Attachment): string => {
  const shown = name.replaceAll(/[^\w.-]/g, '_')
  return [
    `Content-Type: ${type}; name="${shown}"`,
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${shown}"`,
    '',
    bytes.toBase64().replaceAll(/.{76}/g, `$&${CRLF}`),
  ].join(CRLF)
}

function part(type: string, content: string): string {
  const lines = content.replace(/\r\n?|\n/g, CRLF)
  const plain = isPlain(lines)
  const encoding = plain ? '7bit' : 'quoted-printable'
  return [
    `Content-Type: ${type}; charset=utf-8`,
    `Content-Transfer-Encoding: ${encoding}`,
    '',
    plain ? lines : quotedPrintable(lines),
  ].join(CRLF)
}

/** ASCII without control characters but tab and line ends, and no line that SMTP forbids. */
function isPlain(lines: string): boolean {
  return (
    /^[\t\r\n\x20-\x7e]*$/.test(lines) &&
    !lines.split(CRLF).some((line) => line.length > PLAIN || line.startsWith('From ') || /[ \t]$/.test(line))
  )
}

const HEX = Array.from({ length: 256 }, (_, byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)

/** Quoted-printable (RFC 2045 §6.7) of lines that end in CRLF. */
export function quotedPrintable(text: string): string {
  return text.split(CRLF).map(quotedLine).join(CRLF)
}

const UNSAFE = /[^\t\x20-\x3c\x3e-\x7e]/gu

function quotedLine(line: string): string {
  let quoted = line.replace(UNSAFE, bytesQuoted)
  if (/[ \t]$/.test(quoted)) quoted = quoted.slice(0, -1) + bytesQuoted(quoted.slice(-1))
  if (quoted.startsWith('From ')) quoted = `=46${quoted.slice(1)}`
  if (quoted.length <= ENCODED) return quoted
  let out = ''
  let start = 0
  while (quoted.length - start > ENCODED) {
    const end = breakBefore(quoted, start + ENCODED - 1)
    out += `${quoted.slice(start, end)}=${CRLF}`
    start = end
  }
  return out + quoted.slice(start)
}

/** The last place up to here where a soft line break divides neither an escape nor the bytes of one character. */
function breakBefore(quoted: string, place: number): number {
  let end = place
  if (quoted[end - 1] === '=') end -= 1
  else if (quoted[end - 2] === '=') end -= 2
  while (quoted[end] === '=' && /[89AB]/.test(quoted[end + 1]!)) end -= 3
  return end
}

const bytesQuoted = (unit: string): string => Array.from(encoder.encode(unit), (byte) => HEX[byte]!).join('')

/** A header value as ASCII: words of RFC 2047 where it needs them; control characters become spaces. */
export function headerText(value: string): string {
  const line = value.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
  return /^[\x20-\x7e]*$/.test(line) && !line.includes('=?') ? line : encodedWords(line)
}

/** `Name <address>` with the name quoted or encoded (RFC 5322 §3.4); the address is valid already. */
export function mailbox({ name, address }: { name: string; address: string }): string {
  const shown = name.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
  if (shown === '') return address
  if (!/^[\x20-\x7e]*$/.test(shown) || shown.includes('=?')) return `${encodedWords(shown)} <${address}>`
  return /^[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]+$/.test(shown) ? `${shown} <${address}>` : `"${shown.replace(/(["\\])/g, '\\$1')}" <${address}>`
}

/** `=?utf-8?Q?…?=` words of at most 75 characters (RFC 2047 §2) that end between code points. */
function encodedWords(text: string): string {
  const room = 75 - '=?utf-8?Q??='.length
  const words = ['']
  for (const character of text) {
    const unit = character === ' ' ? '_' : /^[A-Za-z0-9!*+/-]$/.test(character) ? character : bytesQuoted(character)
    if (words.at(-1)!.length + unit.length > room) words.push('')
    words[words.length - 1] += unit
  }
  return words.map((word) => `=?utf-8?Q?${word}?=`).join(' ')
}

/** One header, folded before spaces so that lines keep within 78 characters where they can (RFC 5322 §2.1.1). */
export function foldHeader(name: string, value: string): string {
  let line = `${name}:`
  let out = ''
  for (const word of value.split(' ')) {
    if (line.length + 1 + word.length > 78 && line.trim() !== `${name}:` && word !== '') {
      out += line + CRLF
      line = ` ${word}`
    } else line += ` ${word}`
  }
  return out + line
}
