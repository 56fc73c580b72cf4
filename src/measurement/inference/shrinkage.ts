import type { Prior } from './bayes.ts'

/** A finished test, as a share of control's mean. All of them: taking only winners is what this is to mend. */
export interface PastEffect {
  readonly estimate: number
  readonly se: number
}

/** Below so many tests nobody can say how large effects are here. */
export const LEAST_PAST = 8

/**
 * How large effects usually are here: N(0, τ²), τ² by marginal likelihood over past tests (empirical Bayes; Efron & Morris 1975). Mean 0, since
 * most changes do nothing. Estimates drawn to it no longer flatter winners (Lee & Shen 2018). Null below eight tests.
 */
export function priorOfPast(past: readonly PastEffect[]): Prior | null {
  const known = past.filter(({ estimate, se }) => Number.isFinite(estimate) && se > 0 && Number.isFinite(se))
  if (known.length < LEAST_PAST) return null
  const cost = (variance: number): number =>
    known.reduce((sum, { estimate, se }) => sum + Math.log(variance + se * se) + (estimate * estimate) / (variance + se * se), 0)
  const most = Math.max(...known.map(({ estimate, se }) => estimate * estimate + se * se))
  const least = Math.min(...known.map(({ se }) => se * se)) * 1e-6
  return { mean: 0, variance: lowest(cost, least, most) }
}

const GRID = 200

/** Of a positive number; the grid is for likelihoods with two tops, the golden section for the digits. 0 where nothing beats it. */
function lowest(cost: (variance: number) => number, least: number, most: number): number {
  const step = Math.log(most / least) / GRID
  const at = (i: number): number => least * Math.exp(i * step)
  const grid = Array.from({ length: GRID + 1 }, (_, i) => cost(at(i)))
  const best = grid.indexOf(Math.min(...grid))
  if (cost(0) <= grid[best]!) return 0
  const golden = (Math.sqrt(5) - 1) / 2
  let [low, high] = [Math.log(at(Math.max(0, best - 1))), Math.log(at(Math.min(GRID, best + 1)))]
  for (let n = 0; n < 80; n++) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)]
    if (cost(Math.exp(a)) < cost(Math.exp(b))) high = b
    else low = a
  }
  return Math.exp((low + high) / 2)
}
