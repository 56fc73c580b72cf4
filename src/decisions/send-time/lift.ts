import type { JsonObject } from '#lib/json.ts'
import { normalPpf } from '#lib/numeric/distributions.ts'

/** A message whose hour was chosen, long enough ago that it is known whether it was read. */
export interface Tally {
  readonly person: string
  readonly group: 'control' | 'explore' | 'best'
  readonly read: boolean
}

/** Messages that each group needs, and readings that both need together, before anything is said. */
const [MESSAGES, READINGS] = [100, 20]
const LEVEL = 0.95

export interface Lift {
  readonly control: Rate
  readonly best: Rate
  /** Of the rates, best − control; null: not enough is known. */
  readonly difference: { readonly value: number; readonly from: number; readonly to: number } | null
  /** In words. */
  readonly says: string
}
export interface Rate {
  readonly messages: number
  readonly people: number
  readonly read: number
}

/**
 * What the choice of hours has changed, from messages that went at once by chance instead. A message that never left counts as not read in its group
 * (intention to treat). People get several messages, so the interval is taken over people (linearised ratio of means).
 */
export function liftOf(tallies: readonly Tally[]): Lift {
  const control = rateOf(tallies, 'control')
  const best = rateOf(tallies, 'best')
  return liftFrom({ control, best, variance: control.messages * best.messages === 0 ? 0 : variance(tallies, { control, best }) })
}

/** The same from sums alone; `variance` is that of the difference of the rates, over people. */
export function liftFrom({ control, best, variance }: { readonly control: Rate; readonly best: Rate; readonly variance: number }): Lift {
  const enough = Math.min(control.messages, best.messages) >= MESSAGES && control.read + best.read >= READINGS
  if (!enough || Math.min(control.people, best.people) < 2) return { control, best, difference: null, says: tooThin(control, best) }
  const [atOnce, chosen] = [control.read / control.messages, best.read / best.messages]
  const value = chosen - atOnce
  const half = normalPpf(1 - (1 - LEVEL) / 2) * Math.sqrt(variance)
  const difference = { value, from: value - half, to: value + half }
  return { control, best, difference, says: words({ atOnce, chosen, difference }) }
}

function rateOf(tallies: readonly Tally[], group: Tally['group']): Rate {
  const theirs = tallies.filter((each) => each.group === group)
  return {
    messages: theirs.length,
    people: new Set(theirs.map(({ person }) => person)).size,
    read: theirs.reduce((sum, { read }) => sum + (read ? 1 : 0), 0),
  }
}

/** Of the difference of the two rates, over people: Σ z² with z the part of it that is one person's. */
function variance(tallies: readonly Tally[], { control, best }: { control: Rate; best: Rate }): number {
  const parts = new Map<string, number>()
  const rate = { control: control.read / control.messages, best: best.read / best.messages }
  for (const { person, group, read } of tallies) {
    if (group === 'explore') continue
    const sign = group === 'best' ? 1 : -1
    const messages = group === 'best' ? best.messages : control.messages
    parts.set(person, (parts.get(person) ?? 0) + (sign * ((read ? 1 : 0) - rate[group])) / messages)
  }
  const sum = [...parts.values()].reduce((total, each) => total + each * each, 0)
  return (sum * parts.size) / Math.max(1, parts.size - 1)
}

const percent = (share: number): string => `${(Math.round(share * 1_000) / 10).toFixed(1)} %`
const points = (share: number): string => `${share < 0 ? '−' : '+'}${(Math.round(Math.abs(share) * 1_000) / 10).toFixed(1)}`

function tooThin(control: Rate, best: Rate): string {
  const least = `${MESSAGES} messages of each kind and ${READINGS} readings are needed`
  return `It cannot be said yet whether the chosen hours help: ${least}, and there are ${control.messages} that went at once, ${best.messages} at the chosen hour, and ${control.read + best.read} readings.`
}

function words({
  atOnce,
  chosen,
  difference: { value, from, to },
}: {
  atOnce: number
  chosen: number
  difference: NonNullable<Lift['difference']>
}): string {
  const both = `Of messages at the chosen hour ${percent(chosen)} were read, of those that went at once, by chance, ${percent(atOnce)}.`
  const range = `(95 % interval ${points(from)} to ${points(to)} points)`
  if (from > 0) return `${both} The chosen hours help: ${points(value)} percentage points ${range}.`
  if (to < 0)
    return `${both} The chosen hours do harm: ${points(value)} percentage points ${range}. Send at once, or look at what counts as reading.`
  return `${both} That may be chance: ${points(value)} percentage points ${range}.`
}

export const liftReport = ({ control, best, difference, says }: Lift): JsonObject => ({
  says,
  control: { ...control },
  best: { ...best },
  difference: difference && { ...difference },
})
