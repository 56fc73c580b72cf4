/** What is known of a number: its estimate and standard error. */
export interface Estimate {
  readonly estimate: number
  readonly se: number
}

/** The values of a ratio that the data do not speak against. */
export type RatioSet =
  | { readonly kind: 'between'; readonly low: number; readonly high: number }
  /** The divisor may be nothing: everything up to `below` and from `above` on. */
  | { readonly kind: 'outside'; readonly below: number; readonly above: number }
  | { readonly kind: 'from'; readonly low: number }
  | { readonly kind: 'upTo'; readonly high: number }
  | { readonly kind: 'anything' }

export interface Quotient {
  readonly over: Estimate
  readonly under: Estimate
  /** Of the two estimates; left out: they are independent. */
  readonly covariance?: number
  /** Quantile that the level asks for: 1.96 for 95 %, Student's for few people. */
  readonly quantile: number
}

/**
 * The set of ratios r with |over − r·under| ≤ q·se(over − r·under): exact for normal estimates, also where the divisor may be zero
 * (Fieller, JRSS B 16 (1954) 175–185). Null: the divisor is nothing for certain.
 */
export function fieller({ over, under, covariance = 0, quantile }: Quotient): RatioSet | null {
  if (under.estimate === 0 && under.se === 0) return null
  if (![over.estimate, over.se, under.estimate, under.se, covariance, quantile].every(Number.isFinite)) return null
  // In units in which both are about one: squares of tiny or huge sums must not vanish or overflow.
  const [scaleOver, scaleUnder] = [scaleOf(over), scaleOf(under)]
  const [a, b, q2] = [over.estimate / scaleOver, under.estimate / scaleUnder, quantile ** 2]
  const [va, vb, cab] = [(over.se / scaleOver) ** 2, (under.se / scaleUnder) ** 2, covariance / scaleOver / scaleUnder]
  const unit = scaleOver / scaleUnder
  const [A, B, C] = [b * b - q2 * vb, a * b - q2 * cab, a * a - q2 * va]
  if (Math.abs(A) < 1e-14 * b * b) return halfLine(B, C, unit)
  const inside = B * B - A * C
  if (A > 0) {
    const root = Math.sqrt(Math.max(0, inside))
    return { kind: 'between', low: ((B - root) / A) * unit, high: ((B + root) / A) * unit }
  }
  if (inside <= 0) return { kind: 'anything' }
  const root = Math.sqrt(inside)
  return { kind: 'outside', below: ((B + root) / A) * unit, above: ((B - root) / A) * unit }
}

const scaleOf = ({ estimate, se }: Estimate): number => Math.max(Math.abs(estimate), se) || 1

/** The divisor is just as large as its own doubt. */
function halfLine(B: number, C: number, unit: number): RatioSet {
  if (B === 0) return { kind: 'anything' }
  const end = (C / (2 * B)) * unit
  return B > 0 ? { kind: 'from', low: end } : { kind: 'upTo', high: end }
}

/** The usual approximation: fine while the divisor is sure, wrong where it may be zero. Null: the divisor is nothing. */
export function delta({
  over,
  under,
  covariance = 0,
  quantile,
}: Quotient): (Estimate & { readonly low: number; readonly high: number }) | null {
  if (under.estimate === 0) return null
  const estimate = over.estimate / under.estimate
  const variance = over.se ** 2 - 2 * estimate * covariance + (estimate * under.se) ** 2
  const se = Math.sqrt(Math.max(0, variance)) / Math.abs(under.estimate)
  const [low, high] = [estimate - quantile * se, estimate + quantile * se]
  return [estimate, se, low, high].every(Number.isFinite) ? { estimate, se, low, high } : null
}

export function holds(set: RatioSet, ratio: number): boolean {
  switch (set.kind) {
    case 'between':
      return set.low <= ratio && ratio <= set.high
    case 'outside':
      return ratio <= set.below || ratio >= set.above
    case 'from':
      return ratio >= set.low
    case 'upTo':
      return ratio <= set.high
    case 'anything':
      return true
  }
}
