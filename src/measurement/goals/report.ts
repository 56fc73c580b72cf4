import { gammaPpf } from '#lib/numeric/distributions.ts'
import { foretell, type Outlook, trackRecord } from './forecast.ts'
import { daysBetween, plusDays, weekdayOf } from './period.ts'
import {
  type Asked,
  baselineOf,
  foretoldOf,
  HISTORY,
  LEVEL,
  MEASURED,
  type Progress,
  reckon,
  type Standing,
  stretch,
  type Telling,
  targetOf,
} from './reckoning.ts'
import { type Goal, goalName } from './schema.ts'
import { definitionsOf, doubtsOf, needsOf, sentenceOf, silenceText } from './telling.ts'

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
