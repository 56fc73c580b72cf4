import type { Cell, ColumnType } from './column.ts'

/** A cell as people read it, in English; what cannot be told is a dash, a time is its day (UTC). */
export function written(value: Cell, type: ColumnType): string {
  if (typeof value === 'string') return value
  if (value === null || !Number.isFinite(value)) return '–'
  switch (type) {
    case 'share':
      return `${trimmed(value * 100, 2)} %`
    case 'money':
      return grouped(value.toFixed(2))
    case 'points':
      return `${value > 0 ? '+' : ''}${trimmed(value * 100, 2)} points`
    case 'time':
      return new Date(value).toISOString().slice(0, 10)
    case 'duration':
      return spoken(value)
    case 'count':
    case 'text':
    case 'number':
      return trimmed(value, Math.abs(value) < 10 ? 3 : 1)
  }
}

/** At most so many digits after the point, and none that say nothing. */
const trimmed = (value: number, digits: number): string => grouped(String(Number(value.toFixed(digits))))

/** Thousands apart: 1,204.5. Numbers that JavaScript writes with an exponent stay so. */
const grouped = (text: string): string => {
  const [whole = '', rest] = text.split('.')
  return text.includes('e') ? text : [whole.replaceAll(/\B(?=(\d{3})+$)/g, ','), rest].filter((part) => part !== undefined).join('.')
}

/** Milliseconds in the largest unit that leaves at least 1. */
function spoken(ms: number): string {
  const [size, unit] = UNITS.find(([size]) => Math.abs(ms) >= size) ?? [1, 'ms']
  return `${trimmed(ms / size, 1)} ${unit}`
}
const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const
