/** 1/(1+e^-x), in [0, 1] for every x. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x))
  const e = Math.exp(x)
  return e / (1 + e)
}

/** ln(p/(1-p)); p is held off 0 and 1 by 1e-15, so the answer is within ±34.6. */
export function logit(p: number): number {
  const held = Math.min(1 - 1e-15, Math.max(1e-15, p))
  return Math.log(held) - Math.log1p(-held)
}

/** ln(1+e^x) without overflow. */
export const log1pExp = (x: number): number => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)))

/** ln of the sum of e^x; of nothing -Infinity, which is ln 0. */
export function logSumExp(xs: ArrayLike<number>): number {
  let most = Number.NEGATIVE_INFINITY
  for (let i = 0; i < xs.length; i++) if (xs[i]! > most) most = xs[i]!
  if (!Number.isFinite(most)) return most
  let sum = 0
  for (let i = 0; i < xs.length; i++) sum += Math.exp(xs[i]! - most)
  return most + Math.log(sum)
}

/** The sum with its rounding errors carried along (Neumaier 1974). */
export function compensatedSum(xs: ArrayLike<number>): number {
  let sum = 0
  let lost = 0
  for (let i = 0; i < xs.length; i++) {
    const x = xs[i]!
    const next = sum + x
    lost += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum
    sum = next
  }
  return sum + lost
}

/** Arithmetic mean; of nothing 0. */
export const mean = (xs: ArrayLike<number>): number => (xs.length === 0 ? 0 : compensatedSum(xs) / xs.length)
