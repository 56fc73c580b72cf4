import { normalPpf } from '#lib/numeric/distributions.ts'
import type { MetricAsked } from './asked.ts'
import { belief, inUnits, type Prior, posterior } from './bayes.ts'
import { cuped } from './cuped.ts'
import { tooEarly } from './doubts.ts'
import { bernoulliInterval } from './exact.ts'
import { quantileMoments } from './quantile.ts'
import type { Bounds, Comparison, Doubt, EffectFigure } from './schema.ts'
import { oneSided, relativeSequence, sequence } from './sequential.ts'
import { type ArmStatistics, type Moments, momentsOf } from './statistics.ts'
import { type Effect, effectOf, fixedHorizon } from './welch.ts'

export interface FigureOptions {
  readonly alpha: number
  readonly narrowestAt: number
  readonly prior: Prior | null
  readonly seed: string
}

/** Everything that numbers say of one arm against control, before other comparisons are looked at. */
export interface Figures
  extends Pick<Comparison, 'absolute' | 'relative' | 'adjustment' | 'bayes' | 'shrunk' | 'method' | 'control' | 'treated'> {
  readonly early: Doubt | null
  /** Of rates while it is too early for asymptotics: exact, at all looks. */
  readonly exact: Bounds | null
  /** For what is asked one-sided. */
  readonly effect: Effect | null
}

interface Sides {
  readonly control: ArmStatistics
  readonly treated: ArmStatistics
  readonly names: { readonly control: string; readonly treated: string }
}

const momentsFor = (arm: ArmStatistics, seed: string): Moments | null =>
  arm.kind === 'quantile' ? quantileMoments(arm, seed) : momentsOf(arm)

export function figuresOf(metric: MetricAsked, { control, treated, names }: Sides, options: FigureOptions): Figures {
  const raw = { control: momentsFor(control, `${options.seed}/control`), treated: momentsFor(treated, `${options.seed}/treated`) }
  const early = tooEarly(control, treated)
  const figure = (arm: string, of: ArmStatistics, moments: Moments | null) => ({ arm, n: of.n, mean: moments?.base ?? null })
  const shown = { control: figure(names.control, control, raw.control), treated: figure(names.treated, treated, raw.treated), early }
  const exact = early && control.n > 0 && treated.n > 0 ? exactDifference({ control, treated }, options.alpha) : null
  const method = methodOf(control, { early: early !== null, exact: exact !== null })
  const nothing = { absolute: null, relative: null, adjustment: null, bayes: null, shrunk: null, effect: null }
  if (!raw.control || !raw.treated) return { ...shown, ...nothing, exact, method }
  const adjusted = cuped(raw.control, raw.treated)
  const used = adjusted ?? { control: raw.control, treated: raw.treated }
  const effect = effectOf(used.control, used.treated, 'absolute')
  const shares = relativeSequence(used.control, used.treated, options)
  const relative = shares && effectOf(used.control, used.treated, 'relative')
  const show = (of: Effect | null): EffectFigure | null =>
    of && { estimate: of.estimate, se: of.se, always: early ? null : sequence(of, options), fixed: fixedHorizon(of, options.alpha) }
  const share = show(relative)
  return {
    ...shown,
    absolute: show(effect),
    relative: share && { ...share, always: early ? null : shares },
    adjustment: adjusted && {
      theta: adjusted.theta,
      removed: adjusted.removed,
      unadjusted: show(effectOf(raw.control, raw.treated, 'absolute')),
    },
    bayes: effect && !early ? bayesOf(effect, { better: metric.better, base: used.control.base, ...options }) : null,
    shrunk: relative && options.prior && !early ? shrunkOf(relative, options.prior, options.alpha) : null,
    exact,
    effect,
    method: adjusted ? `${method}; CUPED` : method,
  }
}

function bayesOf(
  effect: Effect,
  { better, base, prior, alpha }: Pick<FigureOptions, 'prior' | 'alpha'> & { better: 'more' | 'less'; base: number },
): Comparison['bayes'] {
  const { expected, low, high, chance, risk } = belief(effect, prior && inUnits(prior, base), alpha)
  if (better === 'more') return { chanceBetter: chance, expected, low, high, risk }
  return { chanceBetter: 1 - chance, expected, low, high, risk: { stay: risk.change, change: risk.stay } }
}

function shrunkOf(relative: Effect, prior: Prior, alpha: number): Comparison['shrunk'] {
  const { mean, sd } = posterior(relative, prior)
  const reach = normalPpf(1 - alpha / 2) * sd
  return { estimate: mean, low: mean - reach, high: mean + reach }
}

/** People, of a rate, and conversions, of their split, at which exact intervals are narrowest: they are used while there are few. */
const FEW = { people: 200, allPeople: 2_000, conversions: 50 }
/** Up to this rate the arms' numbers of people are known so much better than those of conversions that they may be taken as given. */
const RARE = 0.1

/** Of two rates at all looks together, from the first person on; of nobody anything is possible. Null where it is no rate. */
export function exactDifference({ control, treated }: Omit<Sides, 'names'>, alpha: number): Bounds | null {
  if (control.kind !== 'proportion' || treated.kind !== 'proportion') return null
  const all = { n: control.n + treated.n, x: control.sum + treated.sum }
  if (all.x <= RARE * all.n && control.n > 0 && treated.n > 0) return bySplit({ control, treated, all }, alpha)
  // Each rate at half the error, so that both hold, and with them their difference.
  const [a, b] = [control, treated].map(({ n, sum }) => bernoulliInterval({ x: sum, n }, { alpha: alpha / 2, at: FEW.people }))
  return { low: b![0] - a![1], high: b![1] - a![0] }
}

/**
 * Of rare conversions: each falls to treated with a chance that the ratio of the rates and the arms' sizes say (as in Przyborowski & Wilenski
 * 1940), so the split of all conversions tells the ratio, and all people tell the rate of both. Far narrower than two intervals where few are
 * held out.
 */
function bySplit({ control, treated, all }: BothRates, alpha: number): Bounds {
  const split = bernoulliInterval({ x: treated.sum, n: all.x }, { alpha: alpha / 2, at: FEW.conversions })
  const rate = bernoulliInterval(all, { alpha: alpha / 2, at: FEW.allPeople })
  const [ofControl, ofTreated] = [control.n / all.n, treated.n / all.n]
  // Rates are split × rate ÷ share of the people, for each arm.
  const per = (q: number): number => q / ofTreated - (1 - q) / ofControl
  const [least, most] = [per(split[0]), per(split[1])]
  return { low: least * rate[least > 0 ? 0 : 1], high: most * rate[most > 0 ? 1 : 0] }
}
interface BothRates {
  readonly control: { readonly n: number; readonly sum: number }
  readonly treated: { readonly n: number; readonly sum: number }
  readonly all: { readonly n: number; readonly x: number }
}

function methodOf({ kind }: ArmStatistics, { early, exact }: { early: boolean; exact: boolean }): string {
  if (exact) return 'exact confidence sequences of rates (Howard et al. 2021)'
  if (early) return 'none yet'
  const how = {
    proportion: 'of rates',
    mean: 'of means',
    ratio: 'of ratios by the delta method',
    quantile: 'of quantiles by the cluster bootstrap',
  }
  return `asymptotic confidence sequence ${how[kind]} (Waudby-Smith et al. 2021); Welch beside it`
}

/** Of the error, what exact looks at the first people may use up; the rest is for the looks after. */
export const EARLY = 0.2

/** What a guardrail says of harm, which is counted upwards: shown when `low` is above 0; each side by itself, at all looks together. */
export function harmOf(
  metric: MetricAsked,
  { control, treated }: Omit<Sides, 'names'>,
  { figures, alpha, narrowestAt }: { figures: Figures; alpha: number; narrowestAt: number },
): Bounds | null {
  const bounds = figures.early
    ? exactDifference({ control, treated }, EARLY * alpha)
    : figures.effect && oneSided(figures.effect, { alpha: (1 - EARLY) * alpha, narrowestAt })
  if (!bounds) return null
  return metric.better === 'less' ? bounds : { low: -bounds.high, high: -bounds.low }
}
