import { gammaP } from '#lib/numeric/distributions.ts'

/** Whole days, oldest first; all values ≥ 0. */
export interface Days {
  readonly values: readonly number[]
  /** Of the first value; 0 is Monday. */
  readonly weekday: number
}

/** Why nothing can be foretold. */
export type Silence = 'too_short' | 'nothing_yet' | 'negative'

/** A level that wanders, seen with noise; one for each speed of wandering that is thought possible. */
interface Level {
  /** Chance of this speed, given the days that were seen. */
  readonly weight: number
  /** Of a day with weekday factor 1. */
  readonly level: number
  /** Variance of the level now, of what it wanders in a day, and of the noise of a day with factor 1. */
  readonly unsure: number
  readonly wanders: number
  readonly noise: number
}

export interface DailyModel {
  readonly levels: readonly Level[]
  /** By weekday, 0 is Monday; mean 1. */
  readonly profile: readonly number[]
  /** Days that it was fitted on. */
  readonly days: number
}

const FEWEST_DAYS = 21
const MOST_DAYS = 400
/** How much the level wanders in a day, as a share of the variance of a day's noise. */
const SPEEDS = [0, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1] as const
/** A level that never moves is the one thing that is not believed easily. */
const PRIOR = [0.5, 1, 1, 1, 1, 1, 0.7, 0.4] as const
/** A weekday's factor is drawn towards 1 as by so many typical events of that day. */
const SHRINK = 4

/**
 * Fits the daily totals of a count or a sum: a weekday profile over a local level (Harvey 1989, ch. 2; Durbin & Koopman 2012, ch. 2) whose noise
 * grows with the level as for overdispersed counts (quasi-Poisson), the noise's size integrated out and the speed of the level averaged over a grid.
 */
export function fitDays({ values: all, weekday: first }: Days): DailyModel | Silence {
  if (all.some((value) => value < 0)) return 'negative'
  const begun = all.findIndex((value) => value > 0)
  if (begun < 0) return 'nothing_yet'
  const skipped = Math.max(begun, all.length - MOST_DAYS)
  const values = all.slice(skipped)
  if (values.length < FEWEST_DAYS) return 'too_short'
  const weekdays = values.map((_, i) => (first + skipped + i) % 7)
  const profile = profileOf(values, weekdays)
  const fits = SPEEDS.map((speed, i) => filtered({ values, factors: weekdays.map((day) => profile[day]!), speed, prior: PRIOR[i]! }))
  const best = Math.max(...fits.map(({ log }) => log))
  const weights = fits.map(({ log }) => Math.exp(log - best))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const levels = fits.map(({ log: _, ...level }, i) => ({ ...level, weight: weights[i]! / sum })).filter(({ weight }) => weight > 1e-4)
  return { levels, profile, days: values.length }
}

/** What a weekday has of a mean day, over the last half year, each day against the week around it, so that a level that wanders does not count. */
function profileOf(values: readonly number[], weekdays: readonly number[]): number[] {
  const from = Math.max(3, values.length - 182)
  const came = [0, 0, 0, 0, 0, 0, 0]
  const around = [0, 0, 0, 0, 0, 0, 0]
  const week: number[] = []
  for (let i = from; i < values.length - 3; i++) {
    const mean = values.slice(i - 3, i + 4).reduce((sum, value) => sum + value, 0) / 7
    week.push(mean)
    came[weekdays[i]!]! += values[i]!
    around[weekdays[i]!]! += mean
  }
  const expected = (i: number): number => (week[i]! * came[weekdays[from + i]!]!) / Math.max(1e-9, around[weekdays[from + i]!]!)
  const total = week.reduce((sum, mean) => sum + mean, 0)
  if (total === 0) return [1, 1, 1, 1, 1, 1, 1]
  const spread = week.reduce((sum, _, i) => sum + (values[from + i]! - expected(i)) ** 2, 0)
  const pull = SHRINK * (spread / total)
  const raw = came.map((sum, day) => (sum + pull) / (around[day]! + pull))
  const norm = raw.reduce((sum, value) => sum + value, 0) / 7
  // A weekday on which nothing ever happens still gets a little, or its one event would weigh without end.
  return raw.map((value) => Math.max(0.01, value / norm))
}

interface Filter {
  readonly values: readonly number[]
  readonly factors: readonly number[]
  readonly speed: number
  readonly prior: number
}

/** Kalman filter in units of the noise, whose size is integrated out under its scale-free prior. */
function filtered({ values, factors, speed, prior }: Filter): Omit<Level, 'weight'> & { readonly log: number } {
  const start = values.slice(0, 14).reduce((sum, value) => sum + value, 0) / factors.slice(0, 14).reduce((sum, factor) => sum + factor, 0)
  const floor = 0.02 * (values.reduce((sum, value) => sum + value, 0) / values.length)
  let level = start
  let unsure = Math.max(level, floor)
  let squares = 0
  let logs = 0
  let seen = 0
  for (let i = 0; i < values.length; i++) {
    const size = Math.max(level, floor)
    const before = unsure + speed * size
    const spread = before + size / factors[i]!
    const surprise = values[i]! / factors[i]! - level
    const gain = before / spread
    level += gain * surprise
    unsure = before * (1 - gain)
    // The first fortnight has made the start.
    if (i < 14) continue
    squares += (surprise * surprise) / spread
    logs += Math.log(spread)
    seen++
  }
  const size = Math.max(level, floor)
  // Mean of the scaled inverse chi-square that is left of the noise; three is the fewest degrees of freedom with a mean.
  const scale = squares / Math.max(1, seen - 2)
  const log = Math.log(prior) - 0.5 * logs - 0.5 * seen * Math.log(Math.max(squares, 1e-300))
  return { level: Math.max(0, level), unsure: scale * unsure, wanders: scale * speed * size, noise: scale * size, log }
}

/** A sum of days that have not come yet: a mixture of gamma distributions with a mean and a variance each. */
export interface Outlook {
  readonly mean: number
  readonly parts: readonly { readonly weight: number; readonly mean: number; readonly variance: number }[]
}

/**
 * What the coming days bring in all. `shares`: for each of them, from tomorrow on, the share of it that counts (1; 0 for a day that does not;
 * the share of people who are new where people count once). `weekday` is that of the first of them.
 */
export function foretell(
  { levels, profile }: DailyModel,
  { shares, weekday }: { readonly shares: readonly number[]; readonly weekday: number },
): Outlook {
  const weights = shares.map((share, i) => share * profile[(weekday + i) % 7]!)
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  // What wanders on day i is in every day from i on.
  let after = all
  let walked = 0
  for (const weight of weights) {
    walked += after * after
    after -= weight
  }
  const parts = levels.map(({ weight, level, unsure, wanders, noise }) => ({
    weight,
    mean: level * all,
    variance: unsure * all * all + wanders * walked + noise * all,
  }))
  return { mean: parts.reduce((sum, { weight, mean }) => sum + weight * mean, 0), parts }
}

/** P(sum ≤ x). */
export function below({ parts }: Outlook, x: number): number {
  if (x < 0) return 0
  return parts.reduce((sum, { weight, mean, variance }) => sum + weight * share(x, mean, variance), 0)
}

const share = (x: number, mean: number, variance: number): number =>
  !(mean > 0) || !(variance > 0) ? (x >= mean ? 1 : 0) : gammaP((mean * mean) / variance, (x * mean) / variance)

/** The x below which the sum lies with chance p. */
export function quantile(outlook: Outlook, p: number): number {
  const most = Math.max(0, ...outlook.parts.map(({ mean, variance }) => mean + 12 * Math.sqrt(variance)))
  let low = 0
  let high = most
  for (let i = 0; i < 60 && high - low > 1e-9 * most; i++) {
    const middle = (low + high) / 2
    if (below(outlook, middle) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

export interface TrackRecord {
  /** Forecasts that could have been made in the past, `horizon` days ahead. */
  readonly forecasts: number
  /** Of them, those whose interval held what came. */
  readonly held: number
}

/** How often an interval of this level would have held what came, from starts `every` days apart; each forecast sees only its own past. */
export function trackRecord(
  { values, weekday }: Days,
  {
    horizon,
    level,
    every,
    fewest = 56,
  }: { readonly horizon: number; readonly level: number; readonly every: number; readonly fewest?: number },
): TrackRecord {
  let forecasts = 0
  let held = 0
  for (let start = values.length - horizon; start >= fewest; start -= every) {
    const model = fitDays({ values: values.slice(0, start), weekday })
    if (typeof model === 'string') continue
    const outlook = foretell(model, { shares: Array.from({ length: horizon }, () => 1), weekday: (weekday + start) % 7 })
    const came = values.slice(start, start + horizon).reduce((sum, value) => sum + value, 0)
    forecasts++
    if (came >= quantile(outlook, (1 - level) / 2) && came <= quantile(outlook, (1 + level) / 2)) held++
  }
  return { forecasts, held }
}
