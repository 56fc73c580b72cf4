/** A text that is a number and a unit. `raw`: it is written in another way and is shown as it is. */
export type Measured = { readonly n: string; readonly unit: string } | { readonly raw: string }

export const UNITS = ['m', 'h', 'd', 'w', 's', 'ms'] as const
const CALENDAR = /^([1-9]\d{0,2}) calendar days?$/

/** `2d` → 2 and d; `2h30m` stays as it is written. */
export function readDuration(text: string): Measured {
  const [, n, unit] = /^(\d+)(ms|[wdhms])$/.exec(text) ?? []
  if (n !== undefined && unit !== undefined) return { n, unit }
  const days = CALENDAR.exec(text)
  if (days && text === writeDuration(days[1]!, 'calendar')) return { n: days[1]!, unit: 'calendar' }
  return { raw: text }
}
export const writeDuration = (n: string, unit: string): string =>
  unit === 'calendar' ? `${n} calendar ${n === '1' ? 'day' : 'days'}` : `${n}${unit}`

/** `-14d` → before, 14, d. A plus that was written stays written. */
export function readOffset(
  text: string,
): { readonly sign: '-' | '+' | ''; readonly n: string; readonly unit: string } | { readonly raw: string } {
  const [, sign, n, unit] = /^([+-]?)(\d+)(ms|[wdhms])$/.exec(text) ?? []
  return n === undefined || unit === undefined ? { raw: text } : { sign: sign as '-' | '+' | '', n, unit }
}
export const writeOffset = ({ sign, n, unit }: { sign: string; n: string; unit: string }): string => `${sign}${n}${unit}`

/** `10%` → `10`; what is no share stays as it is. */
export const readShare = (text: string): string => (/^\d+(\.\d+)?%$/.test(text) ? text.slice(0, -1) : text)
export const writeShare = (typed: string): string => {
  const plain = typed.trim().replace(',', '.')
  return /^\d+(\.\d+)?$/.test(plain) ? `${plain}%` : plain
}

/** What was typed into a number's field; undefined: it is no number (yet). A comma is read as a point. */
export function readNumber(typed: string): number | undefined {
  const plain = typed.trim().replace(',', '.')
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) && Number.isFinite(Number(plain)) ? Number(plain) : undefined
}
