import type { Estimator } from './schema.ts'

/** Decisions as columns, each of the same length. */
export interface Columns {
  /** π_e(chosen) / π_b(chosen). */
  readonly w: Float64Array
  readonly r: Float64Array
  /** Predicted reward of what was chosen. */
  readonly q: Float64Array
  /** Σ_a π_e(a) q(a): predicted reward of the candidate. */
  readonly v: Float64Array
}

/** An estimate is mean(a) + Σb/Σc: c is 1 everywhere but in the self-normalised ones. */
export interface Terms {
  readonly a: Float64Array
  readonly b: Float64Array
  readonly c: Float64Array
}

export interface Tuning {
  /** Switch-DR: weights above are left to the prediction. */
  readonly tau: number
  /** DRos: weights shrink as λw/(w²+λ). */
  readonly lambda: number
}
/** Of the Open Bandit Pipeline's benchmark: neither extreme of the trade between bias and variance. */
export const TUNING: Tuning = { tau: 10, lambda: 100 }

/**
 * Off-policy estimators. IPS: Horvitz & Thompson 1952; SNIPS: Swaminathan & Joachims 2015; DR: Dudík, Langford & Li 2011;
 * SNDR: Thomas & Brunskill 2016; Switch-DR: Wang, Agarwal & Dudík 2017; DRos: Su, Dimakopoulou, Krishnamurthy & Dudík 2020.
 * The error of the direct method (DM) knows nothing of the prediction's own error: it is shown beside the others, never alone.
 */
export function termsOf(name: Estimator, { w, r, q, v }: Columns, { tau, lambda }: Tuning = TUNING): Terms {
  const none = new Float64Array(w.length)
  const one = new Float64Array(w.length).fill(1)
  const residual = (weight: (w: number) => number): Float64Array => w.map((each, i) => weight(each) * (r[i]! - q[i]!))
  switch (name) {
    case 'ips':
      return { a: none, b: w.map((each, i) => each * r[i]!), c: one }
    case 'snips':
      return { a: none, b: w.map((each, i) => each * r[i]!), c: w }
    case 'dm':
      return { a: v, b: none, c: one }
    case 'dr':
      return { a: v, b: residual((each) => each), c: one }
    case 'sndr':
      return { a: v, b: residual((each) => each), c: w }
    case 'switch_dr':
      return { a: v, b: residual((each) => (each <= tau ? each : 0)), c: one }
    case 'dros':
      return { a: v, b: residual((each) => (each === 0 ? 0 : (lambda * each) / (each * each + lambda))), c: one }
  }
}

/** mean(a) + Σb/Σc; null where the weights are all 0, so that a self-normalised estimate has nothing to stand on. */
export function valueOf({ a, b, c }: Terms): number | null {
  let [sumA, sumB, sumC] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    sumA += a[i]!
    sumB += b[i]!
    sumC += c[i]!
  }
  return a.length === 0 || sumC === 0 ? null : sumA / a.length + sumB / sumC
}

/** One policy less another, decision by decision: for estimators that are plain means. */
export const less = (one: Terms, other: Terms): Terms => ({
  a: one.a.map((each, i) => each + one.b[i]! - (other.a[i]! + other.b[i]!)),
  b: new Float64Array(one.a.length),
  c: new Float64Array(one.a.length).fill(1),
})

/** What was done, as terms. */
export const doneOf = (r: Float64Array): Terms => ({ a: r, b: new Float64Array(r.length), c: new Float64Array(r.length).fill(1) })

/** (Σw)²/Σw² (Kish 1965); 0 without any weight. */
export function effective(w: Float64Array): number {
  let [sum, squares] = [0, 0]
  for (const each of w) {
    sum += each
    squares += each * each
  }
  return squares === 0 ? 0 : (sum * sum) / squares
}
