import { nelderMead } from '#lib/numeric/optimise.ts'
import { lbeta } from '#lib/numeric/special.ts'

/** How often something was shown, and how often it had success. */
export interface Tally {
  readonly n: number
  readonly k: number
}

/** Beta distribution of success rates. */
export interface RatePrior {
  readonly a: number
  readonly b: number
}

/** Headlines of 4,873 published tests (Upworthy Research Archive; Matias et al. 2021): what rates are like where nobody has tested yet. */
export const PUBLISHED_PRIOR: RatePrior = { a: 2.0745, b: 129.671 }
/** With fewer variants than these of one's own the published prior holds. */
const LEAST = 20

/** Empirical Bayes: the beta distribution under which these tallies are most likely (beta-binomial likelihood, Nelder–Mead on logarithms). */
export function fittedPrior(tallies: readonly Tally[]): RatePrior {
  const shown = tallies.filter(({ n }) => n > 0)
  if (shown.length < LEAST || shown.every(({ k }) => k === 0)) return PUBLISHED_PRIOR
  return likeliestBeta(shown, PUBLISHED_PRIOR) ?? PUBLISHED_PRIOR
}

/** The beta distribution under which these tallies are most likely, looked for from a start; null: none is found. */
export function likeliestBeta(tallies: readonly Tally[], start: RatePrior): RatePrior | null {
  const against = (x: Float64Array): number => {
    const [a, b] = [Math.exp(x[0]!), Math.exp(x[1]!)]
    const base = lbeta(a, b)
    let sum = 0
    for (const { n, k } of tallies) sum -= lbeta(a + k, b + n - k) - base
    return sum
  }
  const { x } = nelderMead(against, [Math.log(start.a), Math.log(start.b)])
  const [a, b] = [Math.exp(x[0]!), Math.exp(x[1]!)]
  return Number.isFinite(a) && Number.isFinite(b) ? { a, b } : null
}

export const posterior = ({ a, b }: RatePrior, { n, k }: Tally): RatePrior => ({ a: a + k, b: b + n - k })
export const meanOf = ({ a, b }: RatePrior): number => a / (a + b)
export const deviationOf = ({ a, b }: RatePrior): number => Math.sqrt((a * b) / ((a + b) ** 2 * (a + b + 1)))
