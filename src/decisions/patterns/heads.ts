import type { Network } from './gru.ts'

/** The horizons of the first head, in seconds: one day and seven. */
export const HORIZONS = [86_400, 604_800] as const
export const HORIZON_NAMES = ['1d', '7d'] as const
export type Horizon = (typeof HORIZON_NAMES)[number]

/** Where the stretches of the hazard begin, in hours after an event; the last has no end, and its rate is told per its beginning's length. */
export const STRETCHES = [0, 1 / 60, 1 / 12, 0.5, 2, 8, 24, 48, 96, 168, 336, 720] as const
export const widthOf = (stretch: number): number =>
  stretch + 1 < STRETCHES.length ? STRETCHES[stretch + 1]! - STRETCHES[stretch]! : STRETCHES[stretch]!

/** The stretch that a wait (hours) ends in. */
export function stretchOf(hours: number): number {
  let stretch = STRETCHES.length - 1
  while (stretch > 0 && hours < STRETCHES[stretch]!) stretch--
  return stretch
}

/** What one row of a head says of a hidden state. */
function rowValue(net: Network, from: number, hidden: Float64Array): number {
  const { units } = net.shape
  let sum = net.theta[from + units]!
  for (let i = 0; i < units; i++) sum += net.theta[from + i]! * hidden[i]!
  return sum
}

/** Log-odds, not yet calibrated, that the target comes within a horizon. */
export const targetLogit = (net: Network, hidden: Float64Array, horizon: number): number =>
  rowValue(net, net.layout.target + horizon * (net.shape.units + 1), hidden)

/** −log P(this event comes next), in nats. */
export function nextSurprise(net: Network, hidden: Float64Array, type: number): number {
  const width = net.shape.units + 1
  let most = Number.NEGATIVE_INFINITY
  let sum = 0
  let own = 0
  for (let k = 0; k < net.shape.types; k++) {
    const value = rowValue(net, net.layout.next + k * width, hidden)
    if (k === type) own = value
    if (value > most) {
      sum = sum * Math.exp(most - value) + 1
      most = value
    } else sum += Math.exp(value - most)
  }
  return most + Math.log(sum) - own
}

/** −log of the density (per hour) with which the next event comes after just this wait: a hazard that is constant by stretch (cf. Du et al. 2016). */
export function waitSurprise(net: Network, hidden: Float64Array, hours: number): number {
  const width = net.shape.units + 1
  const end = stretchOf(hours)
  let cumulated = 0
  for (let k = 0; k < end; k++) cumulated += Math.exp(rowValue(net, net.layout.hazard + k * width, hidden))
  const last = rowValue(net, net.layout.hazard + end * width, hidden)
  return cumulated + Math.exp(last) * ((hours - STRETCHES[end]!) / widthOf(end)) - last + Math.log(widthOf(end))
}
