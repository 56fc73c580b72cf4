import { chi2Sf } from '#lib/numeric/distributions.ts'
import { lgamma } from '#lib/numeric/special.ts'

/** People of one arm, and its share of the design (any positive unit). */
export interface Drawn {
  readonly arm: string
  readonly n: number
  readonly share: number
}

export interface SampleRatio {
  /** Pearson's chi-square against the design; for one look. */
  readonly p: number
  /** Evidence against the design that may be looked at always: 1,000 is as rare as p = .001 at all looks together. */
  readonly evidence: number
  readonly alarm: boolean
  /** Share that each arm should have and has. */
  readonly arms: readonly { readonly arm: string; readonly n: number; readonly wanted: number; readonly seen: number }[]
}

const ALARM = 0.001

/** Sample-ratio mismatch: people are not split as drawn, so the arms may differ in more than the treatment (Fabijan et al. 2019). */
export function sampleRatio(drawn: readonly Drawn[]): SampleRatio {
  const arms = drawn.filter(({ share }) => share > 0)
  const shares = arms.reduce((sum, { share }) => sum + share, 0)
  const n = arms.reduce((sum, arm) => sum + arm.n, 0)
  const parts = arms.map((arm) => ({ arm: arm.arm, n: arm.n, wanted: arm.share / shares, seen: n > 0 ? arm.n / n : 0 }))
  const stray = drawn.some(({ share, n }) => !(share > 0) && n > 0)
  if (n === 0 || arms.length < 2) return { p: 1, evidence: 1, alarm: stray, arms: parts }
  const chi2 = parts.reduce((sum, { n: seen, wanted }) => sum + (seen - n * wanted) ** 2 / (n * wanted), 0)
  const p = chi2Sf(chi2, arms.length - 1)
  const evidence = Math.min(Number.MAX_VALUE, Math.exp(logEvidence(parts)))
  return { p, evidence, alarm: stray || p < ALARM || evidence >= 1 / ALARM, arms: parts }
}

/** How sure the alternative is that shares are near the design, in people: the larger, the smaller the mismatch that is found. */
const CONCENTRATION = 100

/** ln of the Dirichlet-multinomial e-value (Lindon & Malek, "Anytime-valid inference for multinomial count data", 2022). */
function logEvidence(arms: readonly { readonly n: number; readonly wanted: number }[]): number {
  const n = arms.reduce((sum, arm) => sum + arm.n, 0)
  const start = lgamma(CONCENTRATION) - lgamma(CONCENTRATION + n)
  return arms.reduce((sum, arm) => {
    const prior = CONCENTRATION * arm.wanted
    return sum + lgamma(prior + arm.n) - lgamma(prior) - arm.n * Math.log(arm.wanted)
  }, start)
}
