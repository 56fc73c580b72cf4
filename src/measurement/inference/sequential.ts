import { alwaysValid, halfWidth, tuning } from '#lib/numeric/sequential.ts'
import { bestRho, normalMixtureBound } from './exact.ts'
import type { Effect, Tested } from './welch.ts'

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
