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

/** An event as it came: its type, and hours since the one before. */
export interface Came {
  readonly type: number
  readonly hours: number
}

/**
 * How much more surprising an event was than events are just here, in nats: −log P(type) − log f(wait), less what the network itself expects
 * of that sum. Where much is open nothing surprises much; of what the network says truly the mean is about 0.
 */
export const surpriseOf = (net: Network, hidden: Float64Array, { type, hours }: Came): number =>
  nextExcess(net, hidden, type) + waitExcess(net, hidden, hours)

/** −log P(this event comes next) less the entropy of what comes next: the mean logit less that of the event. */
export function nextExcess(net: Network, hidden: Float64Array, type: number): number {
  const width = net.shape.units + 1
  let most = Number.NEGATIVE_INFINITY
  let sum = 0
  let weighted = 0
  let own = 0
  for (let k = 0; k < net.shape.types; k++) {
    const value = rowValue(net, net.layout.next + k * width, hidden)
    if (k === type) own = value
    const scale = value > most ? Math.exp(most - value) : 1
    if (value > most) most = value
    const weight = Math.exp(value - most)
    sum = sum * scale + weight
    weighted = weighted * scale + weight * value
  }
  return weighted / sum - own
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

/** Waits are held against each other by their logarithm, where a day and a minute have the same room; below a minute they are all short. */
const logWait = (hours: number): number => Math.log(hours + 1 / 60)

/** −log of the density of the logarithm of the wait, less its mean where the network is right (by the middle of each stretch). */
export const waitExcess = (net: Network, hidden: Float64Array, hours: number): number =>
  waitSurprise(net, hidden, hours) - logWait(hours) - waitExpected(net, hidden)

/** The entropy of the wait's logarithm. The cumulated hazard has the mean 1. */
function waitExpected(net: Network, hidden: Float64Array): number {
  const width = net.shape.units + 1
  const stretches = STRETCHES.length
  let expected = 1
  let survived = 1
  for (let k = 0; k < stretches; k++) {
    const log = rowValue(net, net.layout.hazard + k * width, hidden)
    const after = k === stretches - 1 ? 0 : survived * Math.exp(-Math.exp(log))
    expected += (survived - after) * (Math.log(widthOf(k)) - log - logWait(STRETCHES[k]! + widthOf(k) / 2))
    survived = after
  }
  return expected
}
