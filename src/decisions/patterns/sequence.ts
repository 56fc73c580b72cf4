import { z } from 'zod'
import { murmur32 } from '#lib/hash.ts'

/** Type index of the question "and now?" of the clock, and of every name that has no index of its own. */
export const NOW = 0
export const OTHER = 1
/** Indices that a vocabulary may have, the two reserved ones included. */
export const MOST_TYPES = 64
/** Events of a person that are kept to be read again by the next snapshot. */
export const KEPT_EVENTS = 50
/** Numbers that go with each event beside its type. */
export const STEP_FEATURES = 4

/**
 * The last events of a person, oldest first, ten characters each: four for the name (24 bits of its hash) and six for the second.
 * Names by hash, not by type index: the sequence outlives the vocabulary, and serves all models.
 */
export const Sequence = z.strictObject({
  /** Second of the first event ever heard. */
  first: z.number(),
  events: z.string(),
})
export type Sequence = z.output<typeof Sequence>

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const NAME_DIGITS = 4
const TIME_DIGITS = 6
const WIDTH = NAME_DIGITS + TIME_DIGITS
const VALUE = new Uint8Array(128)
for (let i = 0; i < 64; i++) VALUE[DIGITS.charCodeAt(i)] = i

/** 24 bits that stand for the name. */
export const nameCode = (name: string): number => murmur32(name) & 0xffffff

/** Second of an event (`at` in epoch ms); nothing is before 1970 or after the year 4147. */
export const secondOf = (at: number): number => Math.max(0, Math.min(64 ** TIME_DIGITS - 1, Math.floor(at / 1_000)))

function digits(value: number, count: number): string {
  let text = ''
  for (let i = 0, rest = value; i < count; i++, rest = Math.floor(rest / 64)) text = DIGITS[rest % 64]! + text
  return text
}

function valueAt(text: string, from: number, count: number): number {
  let value = 0
  for (let i = from; i < from + count; i++) value = value * 64 + VALUE[text.charCodeAt(i) & 127]!
  return value
}

export const lengthOf = (sequence: Sequence | undefined): number => (sequence ? sequence.events.length / WIDTH : 0)
export const codeAt = (sequence: Sequence, index: number): number => valueAt(sequence.events, index * WIDTH, NAME_DIGITS)
export const timeAt = (sequence: Sequence, index: number): number => valueAt(sequence.events, index * WIDTH + NAME_DIGITS, TIME_DIGITS)
/** Second of the newest event; undefined: there is none. */
export const lastTime = (sequence: Sequence | undefined): number | undefined =>
  sequence && sequence.events !== '' ? timeAt(sequence, lengthOf(sequence) - 1) : undefined

/** The sequence with one more event; one that comes late counts as happening with the newest. */
export function extended(sequence: Sequence | undefined, name: string, at: number): Sequence {
  const second = Math.max(secondOf(at), lastTime(sequence) ?? 0)
  const event = digits(nameCode(name), NAME_DIGITS) + digits(second, TIME_DIGITS)
  if (!sequence) return { first: second, events: event }
  const full = sequence.events.length >= KEPT_EVENTS * WIDTH
  return { first: sequence.first, events: (full ? sequence.events.slice(WIDTH) : sequence.events) + event }
}

/** Two people turn out to be one: their events in the order of time, the newest of them kept. */
export function united(a: Sequence | undefined, b: Sequence | undefined): Sequence | undefined {
  if (!a || !b) return a ?? b
  const events = [a, b].flatMap(({ events }) =>
    Array.from({ length: events.length / WIDTH }, (_, i) => events.slice(i * WIDTH, i * WIDTH + WIDTH)),
  )
  const time = (event: string) => valueAt(event, NAME_DIGITS, TIME_DIGITS)
  const sorted = events.toSorted((x, y) => time(x) - time(y) || (x < y ? -1 : x > y ? 1 : 0))
  return { first: Math.min(a.first, b.first), events: sorted.slice(-KEPT_EVENTS).join('') }
}

/** What goes with an event beside its type, written to `out` from `at`: log gap, log age, sine and cosine of the hour (UTC). Seconds. */
export function writeFeatures(
  out: Float64Array,
  at: number,
  moment: { readonly gap: number; readonly age: number; readonly second: number },
): void {
  const angle = ((moment.second % 86_400) / 86_400) * 2 * Math.PI
  out[at] = Math.log1p(Math.max(0, moment.gap) / 60) / 8
  out[at + 1] = Math.log1p(Math.max(0, moment.age) / 86_400) / 5
  out[at + 2] = Math.sin(angle)
  out[at + 3] = Math.cos(angle)
}

/** Receipts that say something of a person; the others say something of us. */
export const TELLING_RECEIPTS: ReadonlySet<string> = new Set([
  'message.sent',
  'message.opened',
  'message.clicked',
  'message.replied',
  'message.unsubscribed',
])
/** Beginnings of names that follow from us. */
export const OWN_PREFIXES: readonly string[] = ['segment.', 'list.', 'score.', 'journey.', 'pattern.', 'anomaly.', 'decision.']

/** Whether an event belongs to the sequence: what follows from it must not be read as if the person had done it. */
export const belongs = (name: string): boolean =>
  name.startsWith('message.') ? TELLING_RECEIPTS.has(name) : !OWN_PREFIXES.some((prefix) => name.startsWith(prefix))
