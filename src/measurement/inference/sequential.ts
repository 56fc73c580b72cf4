import { alwaysValid, halfWidth, tuning } from '#lib/numeric/sequential.ts'
import { bestRho, normalMixtureBound } from './exact.ts'
import type { Moments } from './statistics.ts'
import { type Effect, effectOf, type Tested } from './welch.ts'

export interface SequenceOptions {
  readonly alpha: number
  /** Units of both arms at which the interval is to be narrowest; it holds at all others too. */
  readonly narrowestAt?: number
}

const NARROWEST = 5_000

/**
 * Asymptotic confidence sequence of an effect, absolute or relative: its interval holds at all looks together (Waudby-Smith, Arbour, Sinha,
 * Kennedy & Ramdas 2021/24, eq. 9). Needs some hundred units and some twenty conversions before it is to be trusted (`readout` waits for them).
 */
export function sequence({ estimate, se, n }: Effect, { alpha, narrowestAt = NARROWEST }: SequenceOptions): Tested {
  const rho = tuning(alpha, narrowestAt)
  const variance = se * se * n
  const half = halfWidth(n, variance, { alpha, rho })
  return { low: estimate - half, high: estimate + half, p: alwaysValid(estimate, { n, variance, rho }) }
}

/** At every look the effect is at least `low` (or, by itself, at most `high`): each ever wrong with a chance of at most alpha. For guardrails. */
export function oneSided({ estimate, se, n }: Effect, { alpha, narrowestAt = NARROWEST }: SequenceOptions): Omit<Tested, 'p'> {
  const rho = bestRho({ at: narrowestAt, alpha }, 'one')
  // In units of one unit's deviation, intrinsic time is the number of units.
  const half = (normalMixtureBound(n, alpha, { rho, sides: 'one' }) / Math.sqrt(n)) * se
  return { low: estimate - half, high: estimate + half }
}

/**
 * The same for the effect as a share of control's mean, without the delta method: all shares r whose contrast treated − (1+r) control the
 * sequence does not exclude (Fieller, JRSS B 16 (1954)). So it holds as well as the absolute one, and both exclude 0 at the same look.
 * Null: control's mean is not clearly apart from 0, so any share is possible.
 */
export function relativeSequence(control: Moments, treated: Moments, { alpha, narrowestAt = NARROWEST }: SequenceOptions): Tested | null {
  const effect = effectOf(control, treated, 'absolute')
  if (!effect) return null
  const { estimate, se, n } = effect
  const { base, variance, unadjusted = { variance, covariance: variance } } = control
  const reach = halfWidth(n, n, { alpha, rho: tuning(alpha, narrowestAt) }) ** 2
  const square = base * base - (reach * unadjusted.variance) / control.n
  if (!(square > 0)) return null
  const linear = estimate * base + (reach * unadjusted.covariance) / control.n
  const root = Math.sqrt(Math.max(0, linear * linear - square * (estimate * estimate - reach * se * se)))
  // A negative mean turns the ends round only in their sign: a share is of its size.
  const [low, high] = [(linear - root) / square, (linear + root) / square].map((end) => end * Math.sign(base)) as [number, number]
  const found = { low: Math.min(low, high), high: Math.max(low, high), p: sequence(effect, { alpha, narrowestAt }).p }
  return Number.isFinite(found.low) && Number.isFinite(found.high) ? found : null
}
