import { grouped } from '#lib/grouped.ts'
import type { Language } from '#lib/language.ts'

/** A number as people write it: `1,204`, `73.5`, `0.084`. */
export function figure(value: number, language: Language = 'en'): string {
  const size = Math.abs(value)
  const places =
    size >= 100 || Number.isInteger(value)
      ? 0
      : size >= 10
        ? 1
        : size >= 1
          ? 2
          : size === 0
            ? 0
            : Math.min(6, 2 - Math.floor(Math.log10(size)))
  // What JavaScript reads back has no zeros at its end.
  return grouped(String(Number(value.toFixed(places))), language)
}

export const percent = (share: number): string => `${figure(Math.round(share * 1_000) / 10)} %`

/** A chance in whole percent, never quite none and never quite sure. */
export const chanceText = (chance: number): string =>
  chance < 0.01 ? 'below 1 %' : chance > 0.99 ? 'above 99 %' : `${Math.round(chance * 100)} %`

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

/** `2026-03-31` as “31 March 2026”. */
export function dayText(day: string): string {
  const [year, month, date] = day.split('-').map(Number)
  return `${date} ${MONTHS[month! - 1]} ${year}`
}
