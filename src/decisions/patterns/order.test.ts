import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matrix } from '#lib/numeric/linear.ts'
import { fitLogistic } from '#lib/numeric/logistic.ts'
import { random } from '#lib/numeric/random.ts'
import { auc } from '#lib/numeric/scores.ts'
import { tapeFor } from './backprop.ts'
import { network, shapeFor } from './gru.ts'
import type { Lesson } from './lessons.ts'
import { STEP_FEATURES, writeFeatures } from './sequence.ts'
import { targetsTold, train } from './train.ts'

const EVENTS = 50
const TYPES = 27
const [A, B, C] = [2, 3, 4]

/** 50 events of 25 kinds; what is asked after each is whether A has ever been followed by B within six events, without a C between. */
function ordered(seed: string): Lesson {
  const dice = random(seed)
  const types = Uint8Array.from({ length: EVENTS }, () => 2 + Math.floor(dice.uniform() * (TYPES - 2)))
  const times = Float64Array.from({ length: EVENTS }, (_, i) => 1_700_000_000 + i * 3_600)
  const features = new Float64Array(EVENTS * STEP_FEATURES)
  const targets = new Uint8Array(EVENTS * 2).fill(255)
  let since = Number.NEGATIVE_INFINITY
  let seen = 0
  for (let i = 0; i < EVENTS; i++) {
    writeFeatures(features, i * STEP_FEATURES, { gap: i === 0 ? 0 : 3_600, age: i * 3_600, second: times[i]! })
    if (types[i] === B && i - since <= 6) seen = 1
    if (types[i] === A) since = i
    if (types[i] === C) since = Number.NEGATIVE_INFINITY
    targets[i * 2] = seen
  }
  const parents = Int16Array.from({ length: EVENTS }, (_, i) => i - 1)
  const next = new Uint8Array(EVENTS).fill(255)
  return { steps: EVENTS, types, parents, features, times, targets, next, waits: new Float64Array(EVENTS).fill(Number.NaN) }
}

const LAST = EVENTS - 1
const labelOf = (lesson: Lesson): number => lesson.targets[LAST * 2]!
const many = (from: number, count: number): Lesson[] => Array.from({ length: count }, (_, i) => ordered(`order ${from + i}`))

/** How often each kind came, in the whole sequence: all that counting can know. */
function countsLogistic(lessons: readonly Lesson[]): (lesson: Lesson) => number {
  const row = ({ types }: Lesson): Float64Array => {
    const counts = new Float64Array(TYPES)
    for (const type of types) counts[type]!++
    counts[0] = 1
    return counts
  }
  const x = matrix(lessons.length, TYPES)
  lessons.forEach((lesson, i) => void x.data.set(row(lesson), i * TYPES))
  const { weights } = fitLogistic(x, lessons.map(labelOf), { l2: 0.1 })
  return (lesson) => row(lesson).reduce((sum, value, i) => sum + value * weights[i]!, 0)
}

test('T15 GRU: finds "A then B within six, no C between" (AUC ≥ .98) where counting cannot (≤ .88)', () => {
  const judged = many(0, 2_000)
  const lessons = many(10_000, 3_000)
  const labels = judged.map(labelOf)
  const counting = countsLogistic(many(20_000, 9_000))
  const counted = auc(judged.map(counting), labels)
  const options = { seed: 'order', epochs: 4, patience: 3, emphasis: { next: 0, wait: 0 } }
  const { theta } = train(shapeFor(TYPES), { lessons, keptBack: many(5_000, 200) }, options)
  const net = network(shapeFor(TYPES), theta)
  const tape = tapeFor(net, EVENTS)
  const found = auc(
    judged.map((lesson) => targetsTold(net, lesson, tape).at(-1)!.logit),
    labels,
  )
  assert.ok(found >= 0.98, `network ${found}`)
  assert.ok(counted <= 0.88 && counted > 0.75, `counts ${counted}`)
})
