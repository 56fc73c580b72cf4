import type { Cell, ColumnType } from './column.ts'

/** A cell as people read it, in English; what cannot be told is a dash, a time is its day (UTC). */
export function written(value: Cell, type: ColumnType): string {
  if (typeof value === 'string') return value
  if (value === null || !Number.isFinite(value)) return '–'
  switch (type) {
    case 'share':
      return `${trimmed(value * 100, 2)} %`
    case 'money':
      return value.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
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

const trimmed = (value: number, digits: number): string => value.toLocaleString('en', { maximumFractionDigits: digits })

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
