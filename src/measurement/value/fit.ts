import { type Buyer, type FittedBgNbd, fitBgNbd } from '#decisions/propensity/bg-nbd.ts'
import { aliveUnder, type Buying, buyingOf, discountedOf, expectedOf } from './buying.ts'
import { type FittedGammaGamma, fitGammaGamma, type GammaGamma, type Spender, spendOf } from './gamma-gamma.ts'
import { type FittedParetoNbd, fitParetoNbd } from './pareto-nbd.ts'
import { bootstrapTotal, errorsOf, type Interval, totalInterval, totalOf } from './uncertainty.ts'

/** People of the same history (weeks), with what they spend and what they did after the histories end. */
export interface Counted extends Buyer {
  readonly times: number
  readonly spent: number
  readonly realised: number
  readonly later: number
}

export interface ValueData {
  readonly groups: readonly Counted[]
  readonly spenders: readonly Spender[]
  readonly people: number
  readonly repeaters: number
  readonly realised: number
  readonly correlation: number
  readonly unitDays: number
  /** Histories cut short, with what came after; null: there is too little past. */
  readonly trial: { readonly groups: readonly Counted[]; readonly weeks: number } | null
}

export interface ValueSettings {
  readonly margin: number
  /** Weeks. */
  readonly horizon: number
  readonly next: number
  /** Per year. */
  readonly discount: number
  readonly seed: string
}

/** How a model that was learned before did on what came after. */
export interface Trial {
  readonly weeks: number
  readonly buyers: number
  readonly predicted: Interval
  readonly actual: number
  /** By repeat purchases before; the last one stands for all more frequent ones. */
  readonly byCount: readonly { readonly x: number; readonly people: number; readonly predicted: number; readonly actual: number }[]
}

export interface ValueFit {
  readonly buying: FittedBgNbd
  readonly errors: { readonly r: number; readonly alpha: number; readonly a: number; readonly b: number } | null
  readonly pareto: FittedParetoNbd | null
  readonly spending: FittedGammaGamma | null
  readonly people: number
  readonly repeaters: number
  readonly realised: number
  /** Null: it cannot be told. */
  readonly correlation: number | null
  readonly unitDays: number
  readonly trial: Trial | null
  readonly next: { readonly weeks: number; readonly purchases: Interval }
  /** Margin that all who have bought are to bring within the horizon, discounted; null: what a purchase brings is not known. */
  readonly value: number | null
  /** Those whom the model still counts in. */
  readonly alive: number
}

/** So many different histories can be resampled in seconds; with more, derivatives say as much. */
const RESAMPLED = 1_500

function intervalOf(fitted: FittedBgNbd, buyers: readonly Buyer[], { t, seed }: { readonly t: number; readonly seed: string }): Interval {
  const found = buyers.length <= RESAMPLED ? bootstrapTotal({ fitted, buyers, t, seed, rounds: 100 }) : totalInterval({ fitted, buyers, t })
  const estimate = totalOf(buyingOf(fitted), buyers, t)
  // Flat in some direction: anything from nothing to what nobody lost would buy.
  return found ?? { estimate, low: 0, high: totalOf({ kind: 'nbd', r: fitted.r, alpha: fitted.alpha }, buyers, t) }
}

const TOP = 7

function triedOn({ groups, weeks }: NonNullable<ValueData['trial']>, seed: string): Trial | null {
  const fitted = fitBgNbd(groups)
  if (!fitted) return null
  const model = buyingOf(fitted)
  const counts = Array.from({ length: TOP + 1 }, (_, x) => groups.filter((each) => Math.min(each.x, TOP) === x))
  return {
    weeks,
    buyers: fitted.buyers,
    predicted: intervalOf(fitted, groups, { t: weeks, seed }),
    actual: groups.reduce((sum, { later }) => sum + later, 0),
    byCount: counts.map((each, x) => ({
      x,
      people: each.reduce((sum, { times }) => sum + times, 0),
      predicted: totalOf(model, each, weeks),
      actual: each.reduce((sum, { later }) => sum + later, 0),
    })),
  }
}

/** Everything that is learned of a workspace's buyers; null: fewer than 50 of them, or 50 repeat purchases. */
export function learnValue(data: ValueData, settings: ValueSettings): ValueFit | null {
  const { groups, people, repeaters, realised, unitDays, correlation } = data
  const buying = fitBgNbd(groups)
  if (!buying) return null
  const model = buyingOf(buying)
  const spending = fitGammaGamma(data.spenders)
  return {
    buying,
    errors: errorsOf(buying, groups),
    pareto: fitParetoNbd(groups),
    spending,
    people,
    repeaters,
    realised,
    correlation: Number.isFinite(correlation) ? correlation : null,
    unitDays,
    trial: data.trial && triedOn(data.trial, `${settings.seed} trial`),
    next: { weeks: settings.next, purchases: intervalOf(buying, groups, { t: settings.next, seed: settings.seed }) },
    value: spending && valueOfAll({ model, spending, settings }, groups),
    alive: groups.reduce((sum, group) => sum + group.times * worthOfHistory(model, group, settings).alive, 0),
  }
}

/** E[M | x, m] is linear in m, so the sum over a group needs only the sum of m. */
function valueOfAll(
  { model, spending, settings }: { readonly model: Buying; readonly spending: GammaGamma; readonly settings: ValueSettings },
  groups: readonly Counted[],
): number | null {
  let sum = 0
  for (const group of groups) {
    const spend = spendOf(spending, { x: group.x, m: group.spent / group.times })
    if (spend === null) return null
    sum += group.times * spend * settings.margin * worthOfHistory(model, group, settings).discounted
  }
  return sum
}

const WEEKS_OF_YEAR = 365.25 / 7
/** Value is discounted month by month. */
export const monthsOf = ({ horizon, discount }: Pick<ValueSettings, 'horizon' | 'discount'>) => {
  const periods = Math.max(1, Math.round((horizon / WEEKS_OF_YEAR) * 12))
  const period = horizon / periods
  return { period, periods, rate: (1 + discount) ** (period / WEEKS_OF_YEAR) - 1 }
}

/** What the model says of a history, before money. */
export function worthOfHistory(model: Buying, buyer: Buyer, settings: Pick<ValueSettings, 'horizon' | 'discount' | 'next'>) {
  return {
    alive: aliveUnder(model, buyer),
    next: expectedOf(model, buyer, settings.next),
    discounted: discountedOf(model, buyer, monthsOf(settings)),
  }
}
