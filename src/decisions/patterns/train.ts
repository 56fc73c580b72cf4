import { type Random, random, shuffled } from '#lib/numeric/random.ts'
import { type Emphasis, forward, type Gradient, gradientFor, learn, settle, type Tape, tapeFor } from './backprop.ts'
import { layoutOf, type Network, network, refresh, type Shape } from './gru.ts'
import { targetLogit } from './heads.ts'
import { type Lesson, UNKNOWN } from './lessons.ts'

export interface TrainingOptions {
  readonly seed: string
  readonly epochs: number
  /** Epochs without a better log-loss on what was kept back, after which it ends. */
  readonly patience: number
  readonly emphasis: Emphasis
  readonly batch?: number
  /** Learning rate of Adam at the beginning; it falls to a tenth along a cosine. */
  readonly rate?: number
}

export interface Taught {
  readonly lessons: readonly Lesson[]
  /** What tells when to stop. */
  readonly keptBack: readonly Lesson[]
}

export interface Training {
  /** The weights of the best epoch, rounded to float32. */
  readonly theta: Float64Array
  /** Log-loss of the target on what was kept back, by epoch. */
  readonly losses: readonly number[]
}

/** Learns from lessons by Adam (Kingma & Ba 2015) and stops early by those kept back. The same seed and lessons give the same weights. */
export function train(shape: Shape, { lessons, keptBack }: Taught, options: TrainingOptions): Training {
  const dice = random(options.seed)
  const net = network(shape, beginning(shape, dice))
  const school = schoolFor(net, [...lessons, ...keptBack])
  const total = options.epochs * Math.ceil(lessons.length / (options.batch ?? 64))
  const losses: number[] = []
  let best = net.theta.slice()
  let least = Number.POSITIVE_INFINITY
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    if (!attend(net, shuffled(dice, lessons), { school, total, options })) break
    const loss = targetLogLoss(net, keptBack, school.tape)
    losses.push(loss)
    if (loss < least) {
      least = loss
      best = net.theta.slice()
    } else if (losses.length - losses.indexOf(least) > options.patience) break
    if (keptBack.length === 0) best = net.theta.slice()
  }
  return { theta: best.map(Math.fround), losses }
}

/** Weights to begin with: uniform by the width of what comes in; memory is kept at first (bias of z is 1), and hazards begin low. */
function beginning(shape: Shape, dice: Random): Float64Array {
  const layout = layoutOf(shape)
  const theta = new Float64Array(layout.size)
  const spread = 1 / Math.sqrt(shape.units)
  for (let i = 0; i < theta.length; i++) theta[i] = (2 * dice.uniform() - 1) * (i < layout.input ? 0.5 : spread)
  theta.fill(0, layout.bias, layout.target)
  theta.fill(1, layout.bias, layout.bias + shape.units)
  for (let k = 0; k < shape.stretches; k++) theta[layout.hazard + k * (shape.units + 1) + shape.units] = -2
  return theta
}

interface School {
  readonly tape: Tape
  readonly gradient: Gradient
  readonly mean: Float64Array
  readonly square: Float64Array
  steps: number
}

const schoolFor = (net: Network, lessons: readonly Lesson[]): School => ({
  tape: tapeFor(
    net,
    lessons.reduce((most, { steps }) => Math.max(most, steps), 1),
  ),
  gradient: gradientFor(net),
  mean: new Float64Array(net.theta.length),
  square: new Float64Array(net.theta.length),
  steps: 0,
})

/** One epoch. False: the loss is no number any more, and what was best before stands. */
function attend(net: Network, lessons: readonly Lesson[], task: { school: School; total: number; options: TrainingOptions }): boolean {
  const { school, total, options } = task
  const size = options.batch ?? 64
  for (let from = 0; from < lessons.length; from += size) {
    const batch = lessons.slice(from, from + size)
    const { gradient, tape } = school
    gradient.theta.fill(0)
    gradient.table.fill(0)
    gradient.features.fill(0)
    let loss = 0
    for (const lesson of batch) loss += learn(net, lesson, { tape, into: gradient, emphasis: options.emphasis })
    if (!Number.isFinite(loss)) return false
    settle(net, gradient)
    school.steps++
    const fall = 0.1 + 0.45 * (1 + Math.cos((Math.PI * school.steps) / Math.max(1, total)))
    adam(net.theta, school, { rate: (options.rate ?? 0.01) * fall, steps: batch.reduce((sum, { steps }) => sum + steps, 0) })
    refresh(net)
  }
  return true
}

/** Gradients longer than this are shortened to it. */
const LONGEST = 1

function adam(theta: Float64Array, { gradient, mean, square, steps }: School, given: { rate: number; steps: number }): void {
  let norm = 0
  for (const slope of gradient.theta) norm += (slope / given.steps) ** 2
  const scale = Math.min(1, LONGEST / Math.sqrt(Math.max(norm, 1e-30))) / given.steps
  const first = 1 - 0.9 ** steps
  const second = 1 - 0.999 ** steps
  for (let i = 0; i < theta.length; i++) {
    const slope = gradient.theta[i]! * scale
    mean[i] = 0.9 * mean[i]! + 0.1 * slope
    square[i] = 0.999 * square[i]! + 0.001 * slope * slope
    theta[i]! -= (given.rate * (mean[i]! / first)) / (Math.sqrt(square[i]! / second) + 1e-8)
  }
}

/** Mean log-loss over all known targets of all horizons; 0 when none is known. */
function targetLogLoss(net: Network, lessons: readonly Lesson[], tape: Tape): number {
  let sum = 0
  let count = 0
  for (const lesson of lessons) {
    for (const { logit, label } of targetsTold(net, lesson, tape)) {
      sum += Math.max(logit, 0) - logit * label + Math.log1p(Math.exp(-Math.abs(logit)))
      count++
    }
  }
  return count === 0 ? 0 : sum / count
}

export interface Told {
  readonly step: number
  readonly horizon: number
  readonly logit: number
  readonly label: number
}

/** What the network says wherever a target is known. */
export function targetsTold(net: Network, lesson: Lesson, tape: Tape): Told[] {
  const told: Told[] = []
  forward(net, lesson, tape)
  const { units, horizons } = net.shape
  for (let step = 0; step < lesson.steps; step++) {
    const hidden = tape.hidden.subarray((step + 1) * units, (step + 2) * units)
    for (let horizon = 0; horizon < horizons; horizon++) {
      const label = lesson.targets[step * horizons + horizon]!
      if (label !== UNKNOWN) told.push({ step, horizon, label, logit: targetLogit(net, hidden, horizon) })
    }
  }
  return told
}
