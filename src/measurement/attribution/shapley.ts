import { random, shuffled } from '#lib/numeric/random.ts'
import { type Credit, Credits, type Path } from './path.ts'

/** What was won along paths that touched exactly these channels. */
export interface Coalition {
  readonly keys: readonly string[]
  readonly conversions: number
  readonly value: number
}

/** Order and repeats do not matter to the game. */
export function coalitionsOf(paths: readonly Path[]): Coalition[] {
  const found = new Map<string, { keys: readonly string[]; conversions: number; value: number }>()
  for (const { steps, conversions, value } of paths) {
    const keys = [...new Set(steps)].sort()
    const name = keys.join('\u0000')
    const sum = found.get(name) ?? { keys, conversions: 0, value: 0 }
    found.set(name, { keys, conversions: sum.conversions + conversions, value: sum.value + value })
  }
  return [...found.values()]
}

/**
 * Shapley values of the game "conversions that are reachable with these channels only". It is a sum of unanimity games, so each conversion
 * is shared equally among the different channels of its path (Zhao, Mahboobi and Bagheri 2018). Never of the game of conversion rates:
 * there a channel with two conversions can get more than one with thousands, and another less than nothing.
 */
export function shapley(coalitions: readonly Coalition[]): Credit[] {
  const credits = new Credits()
  for (const { keys, conversions, value } of coalitions)
    for (const key of keys) credits.add(key, conversions / keys.length, value / keys.length)
  return credits.all()
}

/** The number of channels up to which every coalition is looked at. */
export const MOST_ENUMERATED = 16

/** The same by its definition, over all 2^m coalitions: what `shapley` is held against. Throws above `MOST_ENUMERATED` channels. */
export function shapleyByEnumeration(coalitions: readonly Coalition[]): Credit[] {
  const keys = [...new Set(coalitions.flatMap((each) => each.keys))]
  const m = keys.length
  if (m > MOST_ENUMERATED) throw new RangeError(`${m} channels have too many coalitions to look at each`)
  const at = new Map(keys.map((key, i) => [key, i]))
  const [won, worth] = [new Float64Array(2 ** m), new Float64Array(2 ** m)]
  for (const coalition of coalitions) {
    const mask = coalition.keys.reduce((bits, key) => bits | (1 << at.get(key)!), 0)
    won[mask]! += coalition.conversions
    worth[mask]! += coalition.value
  }
  zeta(won, m)
  zeta(worth, m)
  const weights = orderWeights(m)
  return keys.map((key, c) => ({ key, conversions: marginal(won, c, weights), value: marginal(worth, c, weights) }))
}

/** In place: what each set held alone becomes what all its subsets hold together (Yates 1937). */
function zeta(sums: Float64Array, m: number): void {
  for (let bit = 0; bit < m; bit++)
    for (let mask = 0; mask < sums.length; mask++) if (mask & (1 << bit)) sums[mask]! += sums[mask ^ (1 << bit)]!
}

/** By size s of the set before: s! (m - s - 1)! / m!. */
function orderWeights(m: number): number[] {
  const weights = [1 / m]
  for (let s = 1; s < m; s++) weights.push((weights[s - 1]! * s) / (m - s))
  return weights
}

function marginal(game: Float64Array, channel: number, weights: readonly number[]): number {
  const bit = 1 << channel
  let sum = 0
  for (let mask = 0; mask < game.length; mask++) if (!(mask & bit)) sum += weights[bits(mask)]! * (game[mask | bit]! - game[mask]!)
  return sum
}

function bits(mask: number): number {
  let count = 0
  for (let left = mask; left !== 0; left &= left - 1) count++
  return count
}

export interface Sampled extends Credit {
  /** Standard error of the conversions. */
  readonly se: number
}

/** The same from random orders in which channels arrive (Castro, Gómez and Tejada 2009), for any number of channels. At least 2 orders. */
export function shapleyBySampling(coalitions: readonly Coalition[], { orders, seed }: { orders: number; seed: string }): Sampled[] {
  if (orders < 2) throw new RangeError('one order has no spread')
  const keys = [...new Set(coalitions.flatMap((each) => each.keys))]
  const at = new Map(keys.map((key, i) => [key, i]))
  const indexed = coalitions.map(({ keys: of, ...won }) => ({ of: of.map((key) => at.get(key)!), ...won }))
  const [mean, spread, worth] = [new Float64Array(keys.length), new Float64Array(keys.length), new Float64Array(keys.length)]
  const dice = random(seed)
  for (let turn = 1; turn <= orders; turn++) {
    const place = placesOf(shuffled(dice, [...keys.keys()]))
    const got = new Float64Array(keys.length)
    for (const { of, conversions, value } of indexed) {
      // A conversion needs all of them: whoever comes last completes it.
      const last = of.reduce((latest, key) => (place[key]! > place[latest]! ? key : latest))
      got[last]! += conversions
      worth[last]! += value / orders
    }
    got.forEach((each, i) => {
      const off = each - mean[i]!
      mean[i]! += off / turn
      spread[i]! += off * (each - mean[i]!)
    })
  }
  return keys.map((key, i) => ({ key, conversions: mean[i]!, value: worth[i]!, se: Math.sqrt(spread[i]! / (orders - 1) / orders) }))
}

function placesOf(order: readonly number[]): Int32Array {
  const place = new Int32Array(order.length)
  order.forEach((key, i) => {
    place[key] = i
  })
  return place
}
