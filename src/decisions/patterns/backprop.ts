import type { Network } from './gru.ts'
import { STRETCHES, stretchOf, widthOf } from './heads.ts'
import { type Lesson, UNKNOWN } from './lessons.ts'
import { STEP_FEATURES } from './sequence.ts'

/** How much each kind of answer counts beside the target (1). */
export interface Emphasis {
  readonly next: number
  readonly wait: number
}

/** Everything that a pass over one lesson writes down; row 0 of `hidden` is the beginning (zeros), step s stands in row s + 1. */
export interface Tape {
  readonly steps: number
  readonly hidden: Float64Array
  /** Per step the gates z, r, n, and r∘h. */
  readonly gates: Float64Array
  readonly reset: Float64Array
  readonly back: Float64Array
  readonly gate: Float64Array
  readonly logits: Float64Array
}

export function tapeFor({ shape: { units, types, horizons, stretches } }: Network, steps: number): Tape {
  return {
    steps,
    hidden: new Float64Array((steps + 1) * units),
    gates: new Float64Array(steps * 3 * units),
    reset: new Float64Array(steps * units),
    back: new Float64Array((steps + 1) * units),
    gate: new Float64Array(3 * units + units),
    logits: new Float64Array(Math.max(types, horizons, stretches)),
  }
}

/** All hidden states of a lesson, in float64: the whole-sequence form of `step`. */
export function forward(net: Network, lesson: Lesson, tape: Tape): void {
  const { units } = net.shape
  const { hidden, gates, reset } = tape
  const { recurrent, table, features } = net
  for (let s = 0; s < lesson.steps; s++) {
    const before = (lesson.parents[s]! + 1) * units
    const g = s * 3 * units
    const x = s * STEP_FEATURES
    const row = lesson.types[s]! * 3 * units
    for (let i = 0; i < 3 * units; i++) {
      let sum = table[row + i]!
      for (let f = 0; f < STEP_FEATURES; f++) sum += features[i * STEP_FEATURES + f]! * lesson.features[x + f]!
      gates[g + i] = sum
    }
    for (let i = 0; i < 2 * units; i++) {
      let sum = gates[g + i]!
      for (let j = 0, at = i * units; j < units; j++) sum += recurrent[at + j]! * hidden[before + j]!
      gates[g + i] = 1 / (1 + Math.exp(-sum))
    }
    const r = s * units
    for (let j = 0; j < units; j++) reset[r + j] = gates[g + units + j]! * hidden[before + j]!
    const n = g + 2 * units
    for (let i = 0; i < units; i++) {
      let sum = gates[n + i]!
      for (let j = 0, at = (2 * units + i) * units; j < units; j++) sum += recurrent[at + j]! * reset[r + j]!
      gates[n + i] = Math.tanh(sum)
    }
    const after = (s + 1) * units
    for (let i = 0; i < units; i++) hidden[after + i] = gates[g + i]! * hidden[before + i]! + (1 - gates[g + i]!) * gates[n + i]!
  }
}

/** Gradients as they are gathered over a batch: by weight, and by the tables that stand for embedding and input. */
export interface Gradient {
  readonly theta: Float64Array
  readonly table: Float64Array
  readonly features: Float64Array
}
export const gradientFor = (net: Network): Gradient => ({
  theta: new Float64Array(net.theta.length),
  table: new Float64Array(net.table.length),
  features: new Float64Array(net.features.length),
})

/** Adds the lesson's gradient (backpropagation through time) and returns its loss: the sum over what is known, in nats. */
export function learn(net: Network, lesson: Lesson, { tape, into, emphasis }: { tape: Tape; into: Gradient; emphasis: Emphasis }): number {
  forward(net, lesson, tape)
  const { units } = net.shape
  tape.back.fill(0, 0, (lesson.steps + 1) * units)
  let loss = 0
  for (let s = lesson.steps - 1; s >= 0; s--) {
    loss += targetLoss(net, lesson, { s, tape, into })
    if (lesson.next[s] !== UNKNOWN) loss += emphasis.next * nextLoss(net, lesson, { s, tape, into, scale: emphasis.next })
    if (!Number.isNaN(lesson.waits[s]!)) loss += emphasis.wait * waitLoss(net, lesson, { s, tape, into, scale: emphasis.wait })
    throughCell(net, lesson, { s, tape, into })
  }
  return loss
}

interface Place {
  readonly s: number
  readonly tape: Tape
  readonly into: Gradient
}

/** One row of a head: its gradient, and what it tells the hidden state. */
function headRow(net: Network, place: Place, { from, slope }: { readonly from: number; readonly slope: number }): void {
  const { units } = net.shape
  const { hidden, back } = place.tape
  const after = (place.s + 1) * units
  const { theta } = place.into
  for (let i = 0; i < units; i++) {
    theta[from + i]! += slope * hidden[after + i]!
    back[after + i]! += slope * net.theta[from + i]!
  }
  theta[from + units]! += slope
}

function headLogits(net: Network, { s, tape }: Place, { from, rows }: { readonly from: number; readonly rows: number }): void {
  const { units } = net.shape
  const after = (s + 1) * units
  for (let k = 0; k < rows; k++) {
    const at = from + k * (units + 1)
    let sum = net.theta[at + units]!
    for (let i = 0; i < units; i++) sum += net.theta[at + i]! * tape.hidden[after + i]!
    tape.logits[k] = sum
  }
}

function targetLoss(net: Network, lesson: Lesson, place: Place): number {
  const { horizons, units } = net.shape
  let loss = 0
  for (let k = 0; k < horizons; k++) {
    const label = lesson.targets[place.s * horizons + k]!
    if (label === UNKNOWN) continue
    if (loss === 0) headLogits(net, place, { from: net.layout.target, rows: horizons })
    const logit = place.tape.logits[k]!
    loss += Math.max(logit, 0) - logit * label + Math.log1p(Math.exp(-Math.abs(logit)))
    headRow(net, place, { from: net.layout.target + k * (units + 1), slope: 1 / (1 + Math.exp(-logit)) - label })
  }
  return loss
}

function nextLoss(net: Network, lesson: Lesson, place: Place & { scale: number }): number {
  const { types, units } = net.shape
  const { logits } = place.tape
  headLogits(net, place, { from: net.layout.next, rows: types })
  let most = Number.NEGATIVE_INFINITY
  for (let k = 0; k < types; k++) most = Math.max(most, logits[k]!)
  let sum = 0
  for (let k = 0; k < types; k++) sum += Math.exp(logits[k]! - most)
  const own = lesson.next[place.s]!
  const loss = most + Math.log(sum) - logits[own]!
  for (let k = 0; k < types; k++) {
    const slope = Math.exp(logits[k]! - most) / sum - (k === own ? 1 : 0)
    headRow(net, place, { from: net.layout.next + k * (units + 1), slope: place.scale * slope })
  }
  return loss
}

function waitLoss(net: Network, lesson: Lesson, place: Place & { scale: number }): number {
  const { units } = net.shape
  const { logits } = place.tape
  const hours = lesson.waits[place.s]!
  const came = lesson.next[place.s] !== UNKNOWN
  const end = stretchOf(hours)
  headLogits(net, place, { from: net.layout.hazard, rows: end + 1 })
  let loss = came ? Math.log(widthOf(end)) - logits[end]! : 0
  for (let k = 0; k <= end; k++) {
    const rate = Math.exp(logits[k]!) * (k < end ? 1 : (hours - STRETCHES[end]!) / widthOf(end))
    loss += rate
    headRow(net, place, { from: net.layout.hazard + k * (units + 1), slope: place.scale * (rate - (came && k === end ? 1 : 0)) })
  }
  return loss
}

/** From a step's hidden state to that before it, and to the weights of the cell. */
function throughCell(net: Network, lesson: Lesson, { s, tape, into }: Place): void {
  const { units } = net.shape
  const { hidden, gates, reset, back, gate } = tape
  const before = (lesson.parents[s]! + 1) * units
  const after = (s + 1) * units
  const g = s * 3 * units
  for (let i = 0; i < units; i++) {
    const slope = back[after + i]!
    const z = gates[g + i]!
    const n = gates[g + 2 * units + i]!
    gate[i] = slope * (hidden[before + i]! - n) * z * (1 - z)
    gate[2 * units + i] = slope * (1 - z) * (1 - n * n)
    back[before + i]! += slope * z
  }
  const toReset = 3 * units
  gate.fill(0, toReset, 4 * units)
  throughRows(net, into, { tape, rows: 2 * units, source: reset, at: s * units, out: gate, to: toReset })
  for (let j = 0; j < units; j++) {
    const r = gates[g + units + j]!
    gate[units + j] = gate[toReset + j]! * hidden[before + j]! * r * (1 - r)
    back[before + j]! += gate[toReset + j]! * r
  }
  throughRows(net, into, { tape, rows: 0, source: hidden, at: before, out: back, to: before })
  throughRows(net, into, { tape, rows: units, source: hidden, at: before, out: back, to: before })
  const row = lesson.types[s]! * 3 * units
  const x = s * STEP_FEATURES
  for (let i = 0; i < 3 * units; i++) {
    const slope = gate[i]!
    into.table[row + i]! += slope
    for (let f = 0; f < STEP_FEATURES; f++) into.features[i * STEP_FEATURES + f]! += slope * lesson.features[x + f]!
  }
}

interface Rows {
  readonly tape: Tape
  /** First of the `units` rows of the recurrent weights: 0 for z, units for r, 2·units for n. */
  readonly rows: number
  /** What those rows were multiplied with, from `at`. */
  readonly source: Float64Array
  readonly at: number
  /** Where what flows back through them is added, from `to`. */
  readonly out: Float64Array
  readonly to: number
}

function throughRows(net: Network, into: Gradient, { tape, rows, source, at, out, to }: Rows): void {
  const { units } = net.shape
  const { recurrent } = net
  const { theta } = into
  const from = net.layout.recurrent
  for (let i = rows; i < rows + units; i++) {
    const slope = tape.gate[i]!
    for (let j = 0, w = i * units; j < units; j++) {
      theta[from + w + j]! += slope * source[at + j]!
      out[to + j]! += slope * recurrent[w + j]!
    }
  }
}

/** Carries what was gathered at the tables on to embedding, input weights and bias. */
export function settle(net: Network, gradient: Gradient): void {
  const { shape, layout, theta } = net
  const gates = 3 * shape.units
  const width = shape.embedding + STEP_FEATURES
  for (let type = 0; type < shape.types; type++) {
    for (let i = 0; i < gates; i++) {
      const slope = gradient.table[type * gates + i]!
      if (slope === 0) continue
      gradient.theta[layout.bias + i]! += slope
      for (let e = 0; e < shape.embedding; e++) {
        gradient.theta[layout.input + i * width + e]! += slope * theta[type * shape.embedding + e]!
        gradient.theta[type * shape.embedding + e]! += slope * theta[layout.input + i * width + e]!
      }
    }
  }
  for (let i = 0; i < gates; i++)
    for (let f = 0; f < STEP_FEATURES; f++)
      gradient.theta[layout.input + i * width + shape.embedding + f]! += gradient.features[i * STEP_FEATURES + f]!
}
