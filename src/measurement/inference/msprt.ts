import type { Effect, Tested } from './welch.ts'

/**
 * Mixture sequential probability ratio test (Johari, Pekelis & Walsh 2015) of an effect with the prior N(0, tau²): ratio, always-valid p and
 * interval. `tau` in the effect's unit: about as large as effects are here; far off it only costs width.
 */
export function msprt(
  { estimate, se }: Pick<Effect, 'estimate' | 'se'>,
  { alpha, tau }: { alpha: number; tau: number },
): Tested & { ratio: number } {
  if (se === 0) return { low: estimate, high: estimate, p: estimate === 0 ? 1 : 0, ratio: estimate === 0 ? 1 : Number.MAX_VALUE }
  const [s2, t2] = [se * se, tau * tau]
  const log = 0.5 * Math.log(s2 / (s2 + t2)) + (t2 * estimate * estimate) / (2 * s2 * (s2 + t2))
  const half = Math.sqrt(((2 * s2 * (s2 + t2)) / t2) * (Math.log(1 / alpha) + 0.5 * Math.log((s2 + t2) / s2)))
  return { low: estimate - half, high: estimate + half, p: Math.min(1, Math.exp(-log)), ratio: Math.min(Number.MAX_VALUE, Math.exp(log)) }
}
