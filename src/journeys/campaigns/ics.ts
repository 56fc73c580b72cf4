/** One line of a calendar that other programs read. */
export interface IcsEvent {
  readonly uid: string
  /** Epoch ms. */
  readonly begins: number
  readonly ends: number
  readonly title: string
  readonly text: string
  readonly url: string
}

const stamp = (at: number): string => new Date(at).toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '')
/** RFC 5545, 3.3.11. */
const escaped = (text: string): string => text.replace(/([\\;,])/g, '\\$1').replace(/\r\n|\r|\n/g, '\\n')

/** RFC 5545, 3.1: a line has at most 75 octets; what is longer goes on behind a space. */
function folded(line: string): string {
  const encoder = new TextEncoder()
  const parts: string[] = []
  let part = ''
  let size = 0
  for (const char of line) {
    const bytes = encoder.encode(char).length
    if (size + bytes > 74) {
      parts.push(part)
      part = ''
      size = 0
    }
    part += char
    size += bytes
  }
  return [...parts, part].join('\r\n ')
}

/** Planned sends as iCalendar (RFC 5545), as of a moment (epoch ms). */
export function icsOf(events: readonly IcsEvent[], { name, now }: { name: string; now: number }): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Cadenza//Calendar//EN',
    'CALSCALE:GREGORIAN',
    `X-WR-CALNAME:${escaped(name)}`,
    ...events.flatMap(({ uid, begins, ends, title, text, url }) => [
      'BEGIN:VEVENT',
      `UID:${escaped(uid)}`,
      `DTSTAMP:${stamp(now)}`,
      `DTSTART:${stamp(begins)}`,
      `DTEND:${stamp(Math.max(ends, begins + 60_000))}`,
      `SUMMARY:${escaped(title)}`,
      `DESCRIPTION:${escaped(text)}`,
      `URL:${url}`,
      'TRANSP:TRANSPARENT',
      'END:VEVENT',
    ]),
    'END:VCALENDAR',
  ]
  return lines.map((line) => `${folded(line)}\r\n`).join('')
}
