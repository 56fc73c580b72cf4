import { z } from 'zod'

/** What a provider charges for one unit: a message, a segment of a text. */
export const Cost = z.strictObject({
  /** ISO 4217. */
  currency: z.string().regex(/^[A-Z]{3}$/, 'write a currency such as EUR'),
  perUnit: z.number().min(0).max(1_000),
  /** Another price by the calling code that a number begins with (`+44`, `+1242`); the longest that fits counts. */
  byCountry: z.record(z.string().regex(/^\+[1-9]\d{0,6}$/, 'write a calling code such as +44'), z.number().min(0).max(1_000)).optional(),
})
export type Cost = z.output<typeof Cost>

/** Millionths of the currency, whole: sums stay exact. */
export const costOf = (cost: Cost | undefined, { units, to }: { readonly units: number; readonly to: string }): number =>
  cost === undefined ? 0 : Math.round(priceOf(cost, to) * 1_000_000) * units

function priceOf({ perUnit, byCountry = {} }: Cost, to: string): number {
  for (let length = Math.min(to.length, 8); length >= 2; length--) {
    const code = to.slice(0, length)
    if (Object.hasOwn(byCountry, code)) return byCountry[code]!
  }
  return perUnit
}
