import { grouped } from '#lib/grouped.ts'
import { type Language, language } from './words.ts'
import { zone } from './zone.ts'

/** A number with exactly so many decimals, in the reader's writing. */
export const decimal = (value: number, digits: number): string => grouped(value.toFixed(digits), language())

/** 12040 → `12,040`, in German `12.040`. */
export const count = (value: number): string => grouped(value.toFixed(0), language())

/** An amount with at most two decimals. */
export const amount = (value: number): string => grouped(String(Number(value.toFixed(2))), language())

/** 0.1824 → `18.2 %`; a rate that is not quite none or all never reads as none or all. */
export function percent(share: number, digits = 1): string {
  const text = (share * 100).toFixed(digits)
  if (share > 0 && Number(text) === 0) return `< ${decimal(10 ** -digits, digits)} %`
  if (share < 1 && Number(text) === 100) return `> ${decimal(100 - 10 ** -digits, digits)} %`
  return `${decimal(share * 100, digits)} %`
}

/** Percentage points with a sign: 0.031 → `+3.1 pp`. */
export const points = (difference: number): string =>
  `${difference < 0 ? '−' : '+'}${decimal(Math.abs(difference * 100), 1)} ${language() === 'de' ? 'Pp.' : 'pp'}`

/** With a sign. */
export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${amount(Math.abs(value))}`

export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`

/** `1 message`, `no messages`. */
export const pluralOrNone = (n: number, one: string, many = `${one}s`): string => (n === 0 ? `no ${many}` : plural(n, one, many))

export function bytes(size: number): string {
  if (size < 1024) return `${size} B`
  return size < 1_048_576 ? `${decimal(size / 1024, 1)} KB` : `${decimal(size / 1_048_576, 1)} MB`
}

const AGO = [
  ['y', 'J.', 31_536_000_000],
  ['mo', 'Mon.', 2_592_000_000],
  ['d', 'Tg.', 86_400_000],
  ['h', 'Std.', 3_600_000],
  ['min', 'Min.', 60_000],
] as const

/** `3 min ago`, `in 2 h`, `just now`. */
export function ago(at: number, now: number): string {
  const german = language() === 'de'
  const distance = Math.abs(now - at)
  for (const [unit, einheit, size] of AGO) {
    if (distance < size) continue
    const span = `${Math.floor(distance / size)} ${german ? einheit : unit}`
    return at > now ? `in ${span}` : german ? `vor ${span}` : `${span} ago`
  }
  if (at > now + 1_000) return `in ${Math.ceil(distance / 1000)} s`
  return german ? 'gerade eben' : 'just now'
}

const DATE_AND_TIME = { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' } as const
/** Days before months, and 24 hours, in English too. */
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', de: 'de-DE' }
const dates = new Map<string, Intl.DateTimeFormat>()

function written(at: number, options: Intl.DateTimeFormatOptions): string {
  const timeZone = zone()
  const key = `${language()} ${timeZone} ${JSON.stringify(options)}`
  const known = dates.get(key) ?? new Intl.DateTimeFormat(LOCALES[language()], { ...options, ...(timeZone !== '' && { timeZone }) })
  dates.set(key, known)
  return known.format(at)
}

/** `22 Nov 2026, 14:02:11` in the zone that the reader chose. */
export const stamp = (at: number): string => written(at, DATE_AND_TIME)
/** With the weekday and the zone's name. */
export const stampWithZone = (at: number): string => written(at, { dateStyle: 'full', timeStyle: 'long' })
export const day = (at: number): string => written(at, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
export const time = (at: number): string => written(at, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
/** `22 Nov`. */
export const shortDay = (at: number): string => written(at, { day: 'numeric', month: 'short' })
/** `CET`, `GMT+5:30`: how the zone of all times on the screen is called at that moment. */
export function zoneName(at: number): string {
  const timeZone = zone()
  const parts = new Intl.DateTimeFormat(LOCALES[language()], { timeZoneName: 'short', ...(timeZone !== '' && { timeZone }) }).formatToParts(
    at,
  )
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
}

/** `abandoned-cart`, `email_verified` → `abandoned cart`, `email verified`. */
export const words = (slug: string): string => slug.replaceAll(/[_-]+/g, ' ')
