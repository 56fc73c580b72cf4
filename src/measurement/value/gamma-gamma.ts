import { least } from '#decisions/propensity/bg-nbd.ts'
import { covarianceAt } from '#lib/numeric/hessian.ts'
import type { Objective } from '#lib/numeric/optimise.ts'
import { lgamma } from '#lib/numeric/special.ts'
import { compensatedSum } from '#lib/numeric/sums.ts'

/** What a purchase brings varies as Gamma(p, ν) within a person, and ν as Gamma(q, v) between people. */
export interface GammaGamma {
  readonly p: number
  readonly q: number
  readonly v: number
}

/** So many people whose x repeat purchases brought m on average; `logM`: mean of ln m where people of about the same m stand together. */
export interface Spender {
  readonly x: number
  readonly m: number
  readonly logM?: number
  readonly times?: number
}

export interface FittedGammaGamma extends GammaGamma {
  readonly logLikelihood: number
  readonly spenders: number
  /** Of the logarithms of p, q and v; null: the likelihood is flat. */
  readonly errors: readonly [number, number, number] | null
}

const ENOUGH = 50

/** −log-likelihood over the logarithms of p, q, v (Fader and Hardie 2013, "The Gamma-Gamma model of monetary value", eq. 1a). */
export function againstSpenders(spenders: readonly Spender[]): Objective {
  const counts = [...new Set(spenders.map(({ x }) => x))]
  const place = new Map(counts.map((x, i) => [x, i]))
  const terms = new Float64Array(spenders.length)
  return (logs) => {
    const [p, q, v] = Array.from(logs, Math.exp) as [number, number, number]
    if (Math.max(p, q) > 1e6 || v > 1e12 || Math.min(p, q, v) < 1e-9) return Number.POSITIVE_INFINITY
    const base = counts.map((x) => lgamma(p * x + q) - lgamma(p * x) - lgamma(q) + q * Math.log(v) + p * x * Math.log(x))
    for (const [i, { x, m, logM = Math.log(m), times = 1 }] of spenders.entries())
      terms[i] = times * (base[place.get(x)!]! + (p * x - 1) * logM - (p * x + q) * Math.log(x * m + v))
    return -compensatedSum(terms)
  }
}

/** Maximum likelihood; null with fewer than 50 people who bought again, or where all spend the same. Only x > 0 and m > 0 count. */
export function fitGammaGamma(all: readonly Spender[]): FittedGammaGamma | null {
  const spenders = all.filter(({ x, m }) => x > 0 && m > 0)
  const people = spenders.reduce((sum, { times = 1 }) => sum + times, 0)
  if (people < ENOUGH || spenders.every(({ m }) => m === spenders[0]!.m)) return null
  // In units of the mean, so that the start suits any currency.
  const unit = spenders.reduce((sum, { m, times = 1 }) => sum + m * times, 0) / people
  const scaled = spenders.map((each) => ({ ...each, m: each.m / unit, logM: (each.logM ?? Math.log(each.m)) - Math.log(unit) }))
  const against = againstSpenders(scaled)
  const { numbers, logLikelihood } = least(against, [1, 1, 0], people)
  const [p, q, v] = numbers as [number, number, number]
  if (![p, q, v, logLikelihood].every(Number.isFinite)) return null
  const covariance = covarianceAt(against, numbers.map(Math.log))
  const errors = covariance && ([0, 4, 8].map((i) => Math.sqrt(covariance.data[i]!)) as [number, number, number])
  // The density of m is that of m/unit over the unit.
  return { p, q, v: v * unit, logLikelihood: logLikelihood - people * Math.log(unit), spenders: people, errors }
}

/** What a purchase of this person brings, between their own average and everybody's: p(v + x·m)/(p·x + q − 1); null: it has no mean. */
export function spendOf({ p, q, v }: GammaGamma, { x, m }: { readonly x: number; readonly m: number }): number | null {
  const below = p * x + q - 1
  const told = (p * (v + x * m)) / below
  return below > 0 && Number.isFinite(told) ? told : null
}

/** What a purchase brings on average over everybody: pv/(q − 1); null where q ≤ 1. */
export const meanSpend = (model: GammaGamma): number | null => spendOf(model, { x: 0, m: 0 })
