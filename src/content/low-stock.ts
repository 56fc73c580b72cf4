import { negativeBinomialSf } from '#lib/numeric/distributions.ts'

/** How much of something is bought: units as if seen over days as if watched. Nothing seen: 0. */
export interface Demand {
  readonly units: number
  readonly days: number
}

/** Stock is low when it is more likely than not that so many days want more than there is. */
const DAYS = 3
const LIKELY = 0.5
/** With less of the past than this nobody can say how much is wanted. */
const LEAST_UNITS = 3

/** The chance that the next three days want more than the stock (Gamma–Poisson); 0 where too little was bought to say. */
export function soldOutChance(stock: number, { units, days }: Demand): number {
  if (units < LEAST_UNITS || days <= 0) return 0
  const chance = negativeBinomialSf(stock, units, days / (days + DAYS))
  return Number.isFinite(chance) ? chance : 0
}

/** Whether a message may say that few are left: what is not counted, sold out, or lasts, is not low. */
export const isLow = ({ stock, demand }: { readonly stock: number | null; readonly demand: Demand }): boolean =>
  stock !== null && stock > 0 && soldOutChance(stock, demand) >= LIKELY
