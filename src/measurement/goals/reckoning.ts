import type { Metric } from '../metrics/schema.ts'
import { below, type DailyModel, fitDays, foretell, type Outlook, quantile, type Silence } from './forecast.ts'
import { type Gap, newShare } from './once.ts'
import { baselineSpan, dayOf, daysBetween, plusDays, type Span, spanOf, startOf, weekdayOf } from './period.ts'
import type { Goal } from './schema.ts'
import { dayText } from './words.ts'

/** What the facts say of a goal. Days without anything may be missing. */
export interface GoalFacts {
  readonly days: readonly { readonly day: string; readonly times: number; readonly people: number; readonly sum: number }[]
  /** Of people who count once: by the first day in the period; different ones in the baseline; since when they had done it last. */
  readonly once: {
    readonly firsts: readonly { readonly day: string; readonly people: number }[]
    readonly baseline: number
    readonly gaps: readonly Gap[]
  } | null
  /** Of goals by person: people in the segment when the period, and the baseline, began. */
  readonly members: { readonly period: number; readonly baseline: number } | null
  /** Epoch ms at which the segment of the scope first held anybody; null: no scope, or never. */
  readonly segmentSince: number | null
}

/** Share of forecasts whose interval should hold what comes. */
export const LEVEL = 0.8
/** Days of history that a forecast looks back on. */
export const HISTORY = 400

export interface Asked {
  readonly goal: Goal
  readonly metric: Metric
  readonly facts: GoalFacts
  /** Epoch ms. */
  readonly asOf: number
}

export type Standing = 'reached' | 'missed' | 'likely' | 'open' | 'unlikely' | 'unknown'

export interface Foretold {
  readonly estimate: number
  readonly low: number
  readonly high: number
  readonly level: number
  /** Of reaching the target; null without one. */
  readonly chance: number | null
  readonly method: string
}

export interface Progress {
  readonly period: Span & { readonly gone: number }
  readonly baseline: { readonly first: string | null; readonly last: string | null; readonly value: number } | null
  /** Why there is no baseline; '' when there is one. */
  readonly noBaseline: string
  readonly target: { readonly value: number; readonly direction: 'at_least' | 'at_most' } | null
  readonly soFar: number
  readonly forecast: Foretold | null
  /** Why nothing is foretold; '' when something is, or the period is over. */
  readonly noForecast: string
  readonly standing: Standing
  readonly sentence: string
  /** What would have to happen; '' when nothing can be said. */
  readonly needs: string
  readonly doubts: readonly { readonly code: string; readonly sentence: string }[]
  readonly definitions: readonly { readonly term: string; readonly means: string }[]
}

/** Everything in the numbers that are counted; `scale` makes them those of the goal (1, or 1 ÷ people). */
export interface Reckoned {
  readonly span: Span
  readonly today: string
  /** Whole days before today, from the first on which anything happened. */
  readonly history: { readonly values: readonly number[]; readonly first: string } | null
  /** Of the period, up to now. */
  readonly soFar: number
  readonly scale: number
  readonly model: DailyModel | Silence | 'over'
  /** By day from today to the last of the period; the share of it that counts and has not passed. */
  readonly shares: readonly number[]
  readonly whole: boolean
}

const METHOD =
  'A level that wanders from day to day under a weekday profile, with noise that grows with the level (local level model, quasi-Poisson); the speed of wandering averaged over what the history allows'

export const MEASURED = { converted: 'people', count: 'times', sum: 'sum' } as const

export function reckon({ goal, metric, facts, asOf }: Asked): Reckoned {
  const { zone, per } = goal
  const span = spanOf(goal.period, { zone, at: asOf })
  const today = dayOf(asOf, zone).toString()
  const measure = MEASURED[metric.measure as keyof typeof MEASURED]
  const byDay = new Map(facts.days.map((row) => [row.day, row[measure]]))
  const begun = facts.days.find(({ day }) => day < today)?.day
  const history = begun === undefined ? null : { first: begun, values: stretch(begun, today, (day) => byDay.get(day) ?? 0) }
  const inPeriod = facts.once ? facts.once.firsts.map(({ day, people }) => [day, people] as const) : [...byDay]
  const soFar = inPeriod.reduce((sum, [day, value]) => (day >= span.first && day <= span.last ? sum + value : sum), 0)
  const over = asOf >= span.to
  const shares = over ? [] : sharesOf({ span, today, zone, asOf, gaps: facts.once?.gaps ?? null })
  const members = facts.members?.period ?? 0
  return {
    span,
    today,
    history,
    soFar,
    scale: per === 'total' ? 1 : members > 0 ? 1 / members : Number.NaN,
    model: over ? 'over' : history ? fitDays({ values: history.values, weekday: weekdayOf(history.first) }) : 'nothing_yet',
    shares,
    whole: metric.measure !== 'sum',
  }
}

export const stretch = (from: string, to: string, value: (day: string) => number): number[] =>
  Array.from({ length: Math.max(0, daysBetween(from, to)) }, (_, i) => value(plusDays(from, i)))

interface Ahead {
  readonly span: Span
  readonly today: string
  readonly zone: string
  readonly asOf: number
  readonly gaps: readonly Gap[] | null
}

/** From today on: what is left of today, whole days after it, and nothing of days before the period. */
function sharesOf({ span, today, zone, asOf, gaps }: Ahead): number[] {
  const [begins, ends] = [startOf(today, zone), startOf(plusDays(today, 1), zone)]
  const left = (ends - asOf) / (ends - begins)
  const fresh = gaps ? newShare(gaps, span.days) : null
  return Array.from({ length: daysBetween(today, span.last) + 1 }, (_, i) => {
    const place = daysBetween(span.first, today) + i
    if (place < 0) return 0
    return (i === 0 ? left : 1) * (fresh ? fresh[place]! : 1)
  })
}

export interface Base {
  readonly first: string | null
  readonly last: string | null
  /** In the unit of the goal, as for a period as long as the goal's. */
  readonly value: number | null
  readonly because: string
  readonly partial: boolean
}

export function baselineOf({ goal, metric, facts, asOf }: Asked, span: Span): Base {
  const none = { first: null, last: null, value: null, because: '', partial: false }
  if (typeof goal.baseline === 'object' && 'value' in goal.baseline) return { ...none, value: goal.baseline.value }
  const days = baselineSpan(goal.baseline, { period: goal.period, zone: goal.zone, at: asOf })
  const place = { first: days.first, last: days.last }
  const seen = facts.days[0]?.day
  if (seen === undefined || seen > days.last)
    return {
      ...none,
      ...place,
      because: `Nothing is known of ${dayText(days.first)} to ${dayText(days.last)}, which it is to be held against.`,
    }
  const measure = MEASURED[metric.measure as keyof typeof MEASURED]
  const inside = facts.days.filter(({ day }) => day >= days.first && day <= days.last)
  const counted = facts.once ? facts.once.baseline : inside.reduce((sum, row) => sum + row[measure], 0) * (span.days / days.days)
  const people = goal.per === 'total' ? 1 : (facts.members?.baseline ?? 0)
  if (people === 0) return { ...none, ...place, because: `Nobody is known to have been in the segment on ${dayText(days.first)}.` }
  return { ...place, value: counted / people, because: '', partial: seen > days.first }
}

export function targetOf({ target }: Goal, { better }: Metric, baseline: number | null): Progress['target'] {
  if ('to' in target) return { value: target.to, direction: better === 'less' ? 'at_most' : 'at_least' }
  if (baseline === null) return null
  const change = Number.parseFloat(target.change) / 100
  return { value: baseline * (1 + change), direction: change < 0 ? 'at_most' : 'at_least' }
}

export function foretoldOf({ model, shares, today, soFar, scale, whole }: Reckoned, target: Progress['target']): Foretold | null {
  if (typeof model === 'string' || !Number.isFinite(scale)) return null
  const outlook = foretell(model, { shares, weekday: weekdayOf(today) })
  const at = (p: number): number => (soFar + (whole ? Math.round(quantile(outlook, p)) : quantile(outlook, p))) * scale
  const [estimate, low, high] = [(soFar + outlook.mean) * scale, at((1 - LEVEL) / 2), at((1 + LEVEL) / 2)]
  if (![estimate, low, high].every(Number.isFinite)) return null
  return { estimate, low, high, level: LEVEL, chance: target && chanceOf(outlook, target, { soFar, scale, whole }), method: METHOD }
}

/** Whole numbers lie half a step away from their neighbours. */
function chanceOf(
  outlook: Outlook,
  { value, direction }: NonNullable<Progress['target']>,
  { soFar, scale, whole }: Pick<Reckoned, 'soFar' | 'scale' | 'whole'>,
): number {
  const left = value / scale - soFar
  if (direction === 'at_least') return left <= 0 ? 1 : 1 - below(outlook, whole ? Math.ceil(left - 1e-9) - 0.5 : left)
  return left < 0 ? 0 : below(outlook, whole ? Math.floor(left + 1e-9) + 0.5 : left)
}

/** What the words are made of. */
export interface Telling extends Asked {
  readonly reckoned: Reckoned
  readonly base: Base
  readonly target: Progress['target']
  readonly forecast: Foretold | null
}
