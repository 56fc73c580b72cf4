import { gammaPpf } from '#lib/numeric/distributions.ts'
import { type Metric, meaningOf, nameOf } from '../metrics/schema.ts'
import { below, type DailyModel, fitDays, foretell, type Outlook, quantile, type Silence, trackRecord } from './forecast.ts'
import { type Gap, newShare } from './once.ts'
import { baselineSpan, dayOf, daysBetween, plusDays, type Span, spanOf, startOf, weekdayOf } from './period.ts'
import { type Goal, goalName } from './schema.ts'
import { chanceText, dayText, figure, percent } from './words.ts'

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
interface Reckoned {
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

/** How far a goal is, where it is going, and what it would take. */
export function progressOf(asked: Asked): Progress {
  const { goal, metric, asOf } = asked
  const reckoned = reckon(asked)
  const { span, soFar, scale } = reckoned
  const base = baselineOf(asked, span)
  const target = targetOf(goal, metric, base.value)
  const forecast = foretoldOf(reckoned, target)
  const told = { ...asked, reckoned, base, target, forecast }
  const standing = standingOf(told)
  return {
    period: { ...span, gone: Math.max(0, Math.min(span.days, daysBetween(span.first, reckoned.today))) },
    baseline: base.value === null ? null : { first: base.first, last: base.last, value: base.value },
    noBaseline: base.because,
    target,
    soFar: soFar * scale,
    forecast,
    noForecast: forecast || asOf >= span.to ? '' : silenceText(reckoned.model),
    standing,
    sentence: sentenceOf(told, standing),
    needs: needsOf(told, standing),
    doubts: doubtsOf(told),
    definitions: definitionsOf(asked),
  }
}

const MEASURED = { converted: 'people', count: 'times', sum: 'sum' } as const

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

const stretch = (from: string, to: string, value: (day: string) => number): number[] =>
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

interface Base {
  readonly first: string | null
  readonly last: string | null
  /** In the unit of the goal, as for a period as long as the goal's. */
  readonly value: number | null
  readonly because: string
  readonly partial: boolean
}

function baselineOf({ goal, metric, facts, asOf }: Asked, span: Span): Base {
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

function targetOf({ target }: Goal, { better }: Metric, baseline: number | null): Progress['target'] {
  if ('to' in target) return { value: target.to, direction: better === 'less' ? 'at_most' : 'at_least' }
  if (baseline === null) return null
  const change = Number.parseFloat(target.change) / 100
  return { value: baseline * (1 + change), direction: change < 0 ? 'at_most' : 'at_least' }
}

function foretoldOf({ model, shares, today, soFar, scale, whole }: Reckoned, target: Progress['target']): Foretold | null {
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

interface Telling extends Asked {
  readonly reckoned: Reckoned
  readonly base: Base
  readonly target: Progress['target']
  readonly forecast: Foretold | null
}

function standingOf({ reckoned: { span, soFar, scale }, target, forecast, asOf }: Telling): Standing {
  const value = soFar * scale
  if (!target || !Number.isFinite(value)) return 'unknown'
  const reaches = target.direction === 'at_least' ? value >= target.value : value <= target.value
  if (asOf >= span.to) return reaches ? 'reached' : 'missed'
  if (target.direction === 'at_least' && reaches) return 'reached'
  if (target.direction === 'at_most' && !reaches) return 'missed'
  const chance = forecast?.chance
  if (chance === undefined || chance === null) return 'unknown'
  return chance >= 0.8 ? 'likely' : chance <= 0.2 ? 'unlikely' : 'open'
}

function sentenceOf({ goal, metric, reckoned, base, target, forecast, asOf }: Telling, standing: Standing): string {
  const { span, soFar, scale, today } = reckoned
  const shown = (value: number): string => (goal.per === 'person' ? percent(value) : figure(value))
  if (!Number.isFinite(scale))
    return `Nobody is known to have been in the segment on ${dayText(span.first)}, so there is nothing to divide by.`
  const over = asOf >= span.to
  const day = Math.max(0, daysBetween(span.first, today)) + 1
  const when = over
    ? `from ${dayText(span.first)} to ${dayText(span.last)}`
    : asOf < span.from
      ? `before ${dayText(span.first)}`
      : `so far (day ${day} of ${span.days})`
  const head = `${nameOf(metric)}: ${shown(soFar * scale)} ${when}.`
  const ahead = forecast
    ? ` As things go it will be ${shown(forecast.estimate)} by ${dayText(span.last)} (${percent(LEVEL)} interval ${shown(forecast.low)} to ${shown(forecast.high)}).`
    : ''
  return `${head}${ahead}${aimText({ target, base, shown })}${END[standing]}${chanceSentence(forecast, standing)}`
}

const END: Readonly<Record<Standing, string>> = {
  reached: ' It is reached.',
  missed: ' It is missed.',
  likely: ' It is likely to be reached:',
  open: ' It is open:',
  unlikely: ' It is unlikely to be reached:',
  unknown: '',
}

const chanceSentence = (forecast: Foretold | null, standing: Standing): string =>
  forecast?.chance === undefined || forecast.chance === null || !END[standing].endsWith(':')
    ? ''
    : ` the chance is ${chanceText(forecast.chance)}.`

function aimText({ target, base, shown }: { target: Progress['target']; base: Base; shown: (value: number) => string }): string {
  if (!target) return base.because === '' ? '' : ` ${base.because}`
  const aim = ` The goal is ${target.direction === 'at_least' ? 'at least' : 'at most'} ${shown(target.value)}`
  if (base.value === null || base.value === 0) return `${aim}.`
  const change = target.value / base.value - 1
  const against = base.first === null ? 'the baseline' : `${dayText(base.first)} to ${dayText(base.last!)}`
  return `${aim}, ${percent(Math.abs(change))} ${change < 0 ? 'below' : 'above'} the ${shown(base.value)} of ${against}.`
}

/** What the days left would have to bring, beside what days bring now. */
function needsOf({ metric, reckoned, target, asOf }: Telling, standing: Standing): string {
  const { span, soFar, scale, history, shares } = reckoned
  if (!target || asOf >= span.to || standing === 'reached' || standing === 'missed' || !Number.isFinite(scale)) return ''
  const left = target.value / scale - soFar
  const days = shares.reduce((sum, share) => sum + (share > 0 ? 1 : 0), 0)
  const recent = history?.values.slice(-28) ?? []
  const what = metric.measure === 'converted' ? ' new people' : ''
  const bound = target.direction === 'at_least' ? 'at least' : 'at most'
  const head = `To reach it, the ${days === 1 ? 'day' : `${days} days`} left may bring ${bound} ${figure(left)}${what}, ${figure(left / days)} a day`
  // People who have come before do not count again, so what a day brought is no measure of new ones.
  if (recent.length === 0 || metric.measure === 'converted') return `${head}.`
  return `${head}; the last ${recent.length} days brought ${figure(recent.reduce((sum, value) => sum + value, 0) / recent.length)} a day.`
}

function silenceText(model: Reckoned['model']): string {
  switch (model) {
    case 'too_short':
      return 'There are fewer than three weeks of history: nothing can be foretold yet.'
    case 'nothing_yet':
      return 'It has never happened so far: nothing can be foretold.'
    case 'negative':
      return 'Some days come to less than nothing (refunds?): this method cannot foretell such sums.'
    default:
      return 'There is nothing to divide by.'
  }
}

function doubtsOf({ goal, facts, reckoned, base, forecast }: Telling): { code: string; sentence: string }[] {
  const { model, shares, span } = reckoned
  const found: { code: string; sentence: string }[] = []
  const doubt = (code: string, sentence: string): void => void found.push({ code, sentence })
  if (base.partial)
    doubt('baseline_partial', `History begins within the baseline (${dayText(facts.days[0]!.day)}), so the baseline is too small.`)
  if (facts.segmentSince !== null && facts.segmentSince > (base.first === null ? span.from : startOf(base.first, goal.zone)))
    doubt('scope_young', 'The segment is younger than what it is held against: who would have been in it before is not counted.')
  if (typeof model !== 'string' && forecast) {
    if (model.days < 56) doubt('history_short', `The forecast rests on ${model.days} days: its interval may be too narrow.`)
    if (shares.length > 14)
      doubt('seasons', 'The forecast knows weekdays and where things stand, not holidays, seasons or what is planned.')
    if (facts.once)
      doubt('once', 'Who is new in the period is foretold from how long ago people came last; it takes habits to stay as they are.')
  }
  if (goal.per === 'person') doubt('joined', 'Who came into the segment after the period began counts above the line and not below it.')
  return found
}

function definitionsOf({ goal, metric }: Asked): { term: string; means: string }[] {
  const counted = { converted: 'each person once in the period', count: 'every time', sum: `the sum of ${metric.value}` }[
    metric.measure as keyof typeof MEASURED
  ]
  return [
    { term: nameOf(metric), means: `${counted} of “${metric.event}”${metric.where === undefined ? '' : ` where ${metric.where}`}` },
    ...(goal.scope ? [{ term: 'Scope', means: `only of people who were in the segment “${goal.scope.segment}” just before` }] : []),
    ...(goal.per === 'person'
      ? [{ term: 'Per person', means: 'divided by the people who were in the segment when the period began' }]
      : []),
    { term: 'Baseline', means: 'what it is held against; of a longer or shorter time: as for the days of the period' },
    { term: `${percent(LEVEL)} interval`, means: 'four of five such forecasts hold what comes' },
    { term: 'Chance', means: 'how likely the goal is reached if things go on as they are' },
    { term: 'Within a journey', means: meaningOf(metric) },
  ]
}

export interface SeriesDay {
  readonly day: string
  readonly value: number
  readonly cumulative: number
}
export interface FanDay {
  readonly day: string
  readonly mid: number
  readonly low: number
  readonly high: number
}

/** Days of the period up to now, and where the sum may go from here. In the unit of the goal. */
export function seriesOf(asked: Asked): { series: SeriesDay[]; fan: FanDay[] } {
  const reckoned = reckon(asked)
  const { span, today, scale, soFar, model, shares } = reckoned
  if (!Number.isFinite(scale)) return { series: [], fan: [] }
  const measure = MEASURED[asked.metric.measure as keyof typeof MEASURED]
  const byDay = new Map(
    asked.facts.once
      ? asked.facts.once.firsts.map(({ day, people }) => [day, people])
      : asked.facts.days.map((row) => [row.day, row[measure]]),
  )
  let sum = 0
  const end = asked.asOf >= span.to ? plusDays(span.last, 1) : plusDays(today, 1)
  const series = stretch(span.first, end, (day) => byDay.get(day) ?? 0).map((value, i) => {
    sum += value
    return { day: plusDays(span.first, i), value: value * scale, cumulative: sum * scale }
  })
  if (typeof model === 'string') return { series, fan: [] }
  const fan = shares.flatMap((_, i) => {
    const day = plusDays(today, i)
    if (day < span.first) return []
    const { mean, variance } = momentsOf(foretell(model, { shares: shares.slice(0, i + 1), weekday: weekdayOf(today) }))
    const at = (p: number): number =>
      (soFar + (mean > 0 && variance > 0 ? (gammaPpf(p, (mean * mean) / variance) * variance) / mean : mean)) * scale
    return [{ day, mid: at(0.5), low: at((1 - LEVEL) / 2), high: at((1 + LEVEL) / 2) }]
  })
  return { series, fan }
}

/** Mean and variance of the mixture; one gamma of these is near enough to draw. */
function momentsOf({ mean, parts }: Outlook): { mean: number; variance: number } {
  return { mean, variance: parts.reduce((sum, part) => sum + part.weight * (part.variance + (part.mean - mean) ** 2), 0) }
}

/** How forecasts as long as what is left of the period have done here; null: there is too little history to try. */
export function recordOf(asked: Asked): { forecasts: number; held: number; days: number } | null {
  const { history, shares } = reckon(asked)
  if (!history || shares.length === 0) return null
  const days = Math.max(7, Math.min(56, shares.length))
  const record = trackRecord(
    { values: history.values.slice(-HISTORY), weekday: weekdayOf(plusDays(history.first, Math.max(0, history.values.length - HISTORY))) },
    { horizon: days, level: LEVEL, every: 7 },
  )
  return record.forecasts < 3 ? null : { ...record, days }
}

export const aboutGoal = (goal: Goal) => ({
  id: goal.id,
  name: goalName(goal),
  owner: goal.owner ?? '',
  description: goal.description ?? '',
})
