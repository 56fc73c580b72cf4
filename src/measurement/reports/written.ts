import { grouped } from '#lib/grouped.ts'
import type { Language } from '#lib/language.ts'
import type { Cell, ColumnType } from './column.ts'

/** A cell as people read it; what cannot be told is a dash, a time is its day (UTC). */
export function written(value: Cell, type: ColumnType, language: Language = 'en'): string {
  if (typeof value === 'string') return value
  if (value === null || !Number.isFinite(value)) return '–'
  switch (type) {
    case 'share':
      return `${trimmed(value * 100, 2, language)} %`
    case 'money':
      return grouped(value.toFixed(2), language)
    case 'points':
      return `${value > 0 ? '+' : ''}${trimmed(value * 100, 2, language)} ${POINTS[language]}`
    case 'time':
      return new Date(value).toISOString().slice(0, 10)
    case 'duration':
      return spoken(value, language)
    case 'count':
    case 'text':
    case 'number':
      return trimmed(value, Math.abs(value) < 10 ? 3 : 1, language)
  }
}

const POINTS: Readonly<Record<Language, string>> = { en: 'points', de: 'Pp.' }

/** At most so many digits after the point, and none that say nothing. */
const trimmed = (value: number, digits: number, language: Language): string => grouped(String(Number(value.toFixed(digits))), language)

/** Milliseconds in the largest unit that leaves at least 1. */
function spoken(ms: number, language: Language): string {
  const [size, units] = UNITS.find(([size]) => Math.abs(ms) >= size) ?? UNITS.at(-1)!
  return `${trimmed(ms / size, 1, language)} ${units[language]}`
}
const UNITS: readonly (readonly [ms: number, units: Readonly<Record<Language, string>>])[] = [
  [86_400_000, { en: 'd', de: 'Tg.' }],
  [3_600_000, { en: 'h', de: 'Std.' }],
  [60_000, { en: 'min', de: 'Min.' }],
  [1_000, { en: 's', de: 's' }],
  [1, { en: 'ms', de: 'ms' }],
]
