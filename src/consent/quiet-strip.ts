import type { QuietHours } from './policy.ts'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export const DAY_MINUTES = 24 * 60

type Rule = Pick<QuietHours, 'days' | 'from' | 'to'>
/** Minutes of a day: the first quiet one, and the first that is not. */
export type Span = readonly [from: number, to: number]

const minutes = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))

/** When it is quiet on a day of the week (0 is Monday), by the clock, without overlaps. Hours over midnight belong to the day on which they begin. */
export function quietSpans(rules: readonly Rule[], day: number): Span[] {
  const spans = rules.flatMap(({ days, from, to }): Span[] => {
    const isOn = (index: number): boolean => !days || days.includes(DAYS[(index + 7) % 7]!)
    const [begin, end] = [minutes(from), minutes(to)]
    if (end > begin) return isOn(day) ? [[begin, end]] : []
    const tonight: Span[] = isOn(day) ? [[begin, DAY_MINUTES]] : []
    return isOn(day - 1) && end > 0 ? [[0, end], ...tonight] : tonight
  })
  const merged: Span[] = []
  for (const [from, to] of spans.sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1)
    if (last && from <= last[1]) merged[merged.length - 1] = [last[0], Math.max(last[1], to)]
    else merged.push([from, to])
  }
  return merged
}

/** Rules that hold for a channel; those without one hold for all. */
export const rulesOfChannel = <R extends { readonly channel?: string | undefined }>(rules: readonly R[], channel: string): R[] =>
  rules.filter((rule) => rule.channel === undefined || rule.channel === channel)
