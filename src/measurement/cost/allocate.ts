import type { Micros } from '#decisions/budgets/schema.ts'

/** A whole amount in whole parts by weight (largest remainder, Hamilton 1792): they sum to the amount exactly. Without any weight: undefined. */
export function allocate(amount: Micros, weights: readonly number[]): Micros[] | undefined {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (!(total > 0) || !Number.isFinite(total)) return undefined
  const sign = amount < 0 ? -1 : 1
  const whole = Math.abs(amount)
  const exact = weights.map((weight) => whole * (weight / total))
  const parts = exact.map(Math.floor)
  let left = whole - parts.reduce((sum, part) => sum + part, 0)
  const order = exact.map((each, i) => [each - Math.floor(each), i] as const).sort((a, b) => b[0] - a[0] || a[1] - b[1])
  // Binary fractions may lose or win some units of a large sum: then more than one round.
  for (let k = 0; left !== 0; k = (k + 1) % order.length) {
    const i = order[left > 0 ? k : order.length - 1 - k]![1]
    if (weights[i]! <= 0 || (left < 0 && parts[i] === 0)) continue
    const step = Math.sign(left)
    parts[i] = parts[i]! + step
    left -= step
  }
  return parts.map((part) => (part === 0 ? 0 : sign * part))
}

/** Days from one to another, both included, as `2026-11-23`. */
export function daysBetween(from: string, until: string): string[] {
  const days: string[] = []
  const last = Temporal.PlainDate.from(until)
  for (let day = Temporal.PlainDate.from(from); Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 }))
    days.push(day.toString())
  return days
}

/** What each day of a month bears of a monthly amount: the days of a whole month sum to it exactly. */
export function dailyOf(amount: Micros, day: string): Micros {
  const { daysInMonth, day: place } = Temporal.PlainDate.from(day)
  return allocate(
    amount,
    Array.from({ length: daysInMonth }, () => 1),
  )![place - 1]!
}
