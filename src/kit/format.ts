const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })

/** 12040 → `12 040`: a thin space groups, so that a number never reads as a decimal one. */
export const count = (value: number): string => whole.format(value).replaceAll(',', '\u2009')

/** An amount with at most two decimals. */
export const amount = (value: number): string => short.format(value).replaceAll(',', '\u2009')

/** 0.1824 → `18.2 %`; a rate that is not quite none or all never reads as none or all. */
export function percent(share: number, digits = 1): string {
  const text = (share * 100).toFixed(digits)
  if (share > 0 && Number(text) === 0) return `< ${(10 ** -digits).toFixed(digits)} %`
  if (share < 1 && Number(text) === 100) return `> ${(100 - 10 ** -digits).toFixed(digits)} %`
  return `${text} %`
}

/** Percentage points with a sign: 0.031 → `+3.1 pp`. */
export const points = (difference: number): string => `${difference < 0 ? '−' : '+'}${Math.abs(difference * 100).toFixed(1)} pp`

/** With a sign. */
export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${amount(Math.abs(value))}`

export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`

/** `1 message`, `no messages`. */
export const pluralOrNone = (n: number, one: string, many = `${one}s`): string => (n === 0 ? `no ${many}` : plural(n, one, many))

export function bytes(size: number): string {
  if (size < 1024) return `${size} B`
  return size < 1_048_576 ? `${(size / 1024).toFixed(1)} KB` : `${(size / 1_048_576).toFixed(1)} MB`
}

const AGO = [
  ['y', 31_536_000_000],
  ['mo', 2_592_000_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const

/** `3 min ago`, `in 2 h`, `just now`. */
export function ago(at: number, now: number): string {
  const distance = Math.abs(now - at)
  for (const [unit, size] of AGO) {
    if (distance >= size) return at <= now ? `${Math.floor(distance / size)} ${unit} ago` : `in ${Math.floor(distance / size)} ${unit}`
  }
  return at > now + 1_000 ? `in ${Math.ceil(distance / 1000)} s` : 'just now'
}

const dateAndTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const withZone = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' })
const dayOnly = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
const timeOnly = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** `22 Nov 2026, 14:02:11` in the reader's zone. */
export const stamp = (at: number): string => dateAndTime.format(at)
export const stampWithZone = (at: number): string => withZone.format(at)
export const day = (at: number): string => dayOnly.format(at)
export const time = (at: number): string => timeOnly.format(at)

/** `abandoned-cart`, `email_verified` → `abandoned cart`, `email verified`. */
export const words = (slug: string): string => slug.replaceAll(/[_-]+/g, ' ')
