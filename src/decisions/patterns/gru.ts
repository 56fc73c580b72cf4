import { STEP_FEATURES } from './sequence.ts'

/** Sizes of a network. In service: 16 for the type, 4 numbers, 32 units, 2 horizons, 12 stretches of time. */
export interface Shape {
  readonly types: number
  readonly embedding: number
  readonly units: number
  readonly horizons: number
  readonly stretches: number
}
export const shapeFor = (types: number): Shape => ({ types, embedding: 16, units: 32, horizons: 2, stretches: 12 })

/** Where each part of the weights begins in the one array of them; matrices row by row, gates in the order z, r, n. */
export interface Layout {
  /** types × embedding */
  readonly embedding: number
  /** 3·units × (embedding + features) */
  readonly input: number
  /** 3·units × units */
  readonly recurrent: number
  /** 3·units */
  readonly bias: number
  /** horizons × (units + 1): P(target within H); the last of a row is the intercept, here and below */
  readonly target: number
  /** types × (units + 1): which event comes next */
  readonly next: number
  /** stretches × (units + 1): log hazard of the next event */
  readonly hazard: number
  readonly size: number
}

export function layoutOf({ types, embedding, units, horizons, stretches }: Shape): Layout {
  const input = types * embedding
  const recurrent = input + 3 * units * (embedding + STEP_FEATURES)
  const bias = recurrent + 3 * units * units
  const target = bias + 3 * units
  const next = target + horizons * (units + 1)
  const hazard = next + types * (units + 1)
  return { embedding: 0, input, recurrent, bias, target, next, hazard, size: hazard + stretches * (units + 1) }
}

/** A gated recurrent unit (Cho et al. 2014) ready to take one step at a time, its scratch space included. */
export interface Network {
  readonly shape: Shape
  readonly layout: Layout
  readonly theta: Float64Array
  /** Per type what its embedding adds to the gates, bias included: types × 3·units. */
  readonly table: Float64Array
  /** 3·units × features: how the numbers beside the type reach the gates. */
  readonly features: Float64Array
  readonly recurrent: Float64Array
  readonly gates: Float64Array
  readonly reset: Float64Array
}

/** Everything that does not change from step to step is reckoned here, once for a snapshot or a batch. */
export function network(shape: Shape, theta: Float64Array): Network {
  const layout = layoutOf(shape)
  if (theta.length !== layout.size) throw new RangeError(`${theta.length} weights where ${layout.size} belong`)
  const gates = 3 * shape.units
  const made: Network = {
    shape,
    layout,
    theta,
    table: new Float64Array(shape.types * gates),
    features: new Float64Array(gates * STEP_FEATURES),
    recurrent: theta.subarray(layout.recurrent, layout.bias),
    gates: new Float64Array(gates),
    reset: new Float64Array(shape.units),
  }
  refresh(made)
  return made
}

/** Reckons the tables anew after the weights have changed. */
export function refresh({ shape, layout, theta, table, features }: Network): void {
  const gates = 3 * shape.units
  const width = shape.embedding + STEP_FEATURES
  for (let type = 0; type < shape.types; type++) {
    for (let i = 0; i < gates; i++) {
      let sum = theta[layout.bias + i]!
      for (let e = 0; e < shape.embedding; e++) sum += theta[layout.input + i * width + e]! * theta[type * shape.embedding + e]!
      table[type * gates + i] = sum
    }
  }
  for (let i = 0; i < gates; i++)
    for (let f = 0; f < STEP_FEATURES; f++) features[i * STEP_FEATURES + f] = theta[layout.input + i * width + shape.embedding + f]!
}

/** A type, and the numbers beside it (see `writeFeatures`). */
export interface StepInput {
  type: number
  readonly x: Float64Array
}

/**
 * One event: `hidden` becomes what the network makes of it. z = σ(·), r = σ(·), n = tanh(W x + R (r∘h) + b), h' = z∘h + (1−z)∘n.
 * The result is rounded to float32, so that keeping it in 4 bytes a unit loses nothing. Allocates nothing.
 */
export function step(net: Network, hidden: Float64Array, { type, x }: StepInput): void {
  const { gates, reset, recurrent } = net
  const { units } = net.shape
  startGates(net, type, x)
  for (let i = 0; i < 2 * units; i++) {
    let sum = gates[i]!
    for (let j = 0, at = i * units; j < units; j++) sum += recurrent[at + j]! * hidden[j]!
    gates[i] = 1 / (1 + Math.exp(-sum))
  }
  for (let j = 0; j < units; j++) reset[j] = gates[units + j]! * hidden[j]!
  for (let i = 0; i < units; i++) {
    let sum = gates[2 * units + i]!
    for (let j = 0, at = (2 * units + i) * units; j < units; j++) sum += recurrent[at + j]! * reset[j]!
    gates[2 * units + i] = Math.tanh(sum)
  }
  for (let i = 0; i < units; i++) hidden[i] = Math.fround(gates[i]! * hidden[i]! + (1 - gates[i]!) * gates[2 * units + i]!)
}

function startGates({ gates, table, features, shape }: Network, type: number, x: Float64Array): void {
  const count = 3 * shape.units
  for (let i = 0, at = type * count; i < count; i++) {
    const f = i * STEP_FEATURES
    gates[i] = table[at + i]! + features[f]! * x[0]! + features[f + 1]! * x[1]! + features[f + 2]! * x[2]! + features[f + 3]! * x[3]!
  }
}
