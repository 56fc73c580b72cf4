import { grouped } from '#lib/grouped.ts'
import type { Definition, Doubt } from './told.ts'

export const definition = (term: string, means: string): Definition => ({ term, means })
export const doubt = (code: string, sentence: string): Doubt => ({ code, sentence })

/** 0.0123 → `1.23 %`: two digits below the point where it is small. */
export function percent(share: number): string {
  const value = share * 100
  const digits = Math.abs(value) >= 10 || value === 0 ? 1 : 2
  return `${value.toFixed(digits)} %`
}
/** A difference of shares: `+1.2` percentage points. */
export const points = (difference: number): string => {
  const value = Math.abs(difference * 100).toFixed(2)
  return `${difference < 0 ? '−' : '+'}${value}`
}
/** 12345 → `12,345`. */
export const whole = (count: number): string => grouped(String(Math.round(count)))
export const plural = (count: number, one: string, many = `${one}s`): string => `${whole(count)} ${count === 1 ? one : many}`

/** x ÷ n; null: of nothing there is no share. */
export const shareOf = (x: number, n: number): number | null => (n > 0 ? x / n : null)
