/** Round numbers that cover low … high with about `count` gaps (Heckbert, "Nice numbers for graph labels", Graphics Gems, 1990). */
export function ticks(low: number, high: number, count = 5): number[] {
  if (!(high > low)) return [low]
  const step = nice((high - low) / count)
  const first = Math.floor(low / step)
  const last = Math.ceil(high / step)
  // Multiples, not sums, and no more digits than the step has: 3 × 0.1 is not 0.3.
  const digits = Math.min(100, Math.max(0, -Math.floor(Math.log10(step))))
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toFixed(digits)))
}

function nice(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw))
  const lead = raw / power
  return (lead < 1.5 ? 1 : lead < 3 ? 2 : lead < 7 ? 5 : 10) * power
}

/** Days (epoch ms, UTC midnights) between low and high, about `count` of them. */
export function dayTicks(low: number, high: number, count = 6): number[] {
  const step = Math.max(1, Math.ceil((high - low) / DAY / count)) * DAY
  const first = Math.ceil(low / DAY) * DAY
  const days: number[] = []
  for (let day = first; day <= high; day += step) days.push(day)
  return days
}
const DAY = 86_400_000

/** From [a, b] to [c, d]; the middle where a and b are one. */
export const linear =
  ([a, b]: readonly [number, number], [c, d]: readonly [number, number]) =>
  (x: number): number =>
    a === b ? (c + d) / 2 : c + ((x - a) / (b - a)) * (d - c)
