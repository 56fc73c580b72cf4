import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normal, random } from '#lib/numeric/random.ts'
import { forward, gradientFor, learn, settle, tapeFor } from './backprop.ts'
import { layoutOf, network, type Shape, shapeFor, step } from './gru.ts'
import { HORIZONS, nextExcess, STRETCHES, waitExcess, waitSurprise } from './heads.ts'
import { type Lesson, lessonOf, type Sequences } from './lessons.ts'
import { STEP_FEATURES } from './sequence.ts'

const EMPHASIS = { next: 0.3, wait: 0.1 }

function weights(shape: Shape, seed: string): Float64Array {
  const dice = random(seed)
  return Float64Array.from({ length: layoutOf(shape).size }, () => Math.fround(normal(dice) * 0.4))
}

/** People whose events come hours to days apart, of `types` kinds. */
function people(count: number, types: number, seed: string): Sequences {
  const dice = random(seed)
  const offsets = new Int32Array(count + 1)
  const kinds: number[] = []
  const times: number[] = []
  const first: number[] = []
  for (let person = 0; person < count; person++) {
    let second = 1_700_000_000 + Math.floor(dice.uniform() * 86_400)
    first.push(second)
    for (let i = 0; i < 5 + person; i++) {
      kinds.push(2 + Math.floor(dice.uniform() * (types - 2)))
      times.push(second)
      second += Math.floor(60 + dice.uniform() ** 3 * 259_200)
    }
    offsets[person + 1] = times.length
  }
  const vocabulary = Array.from({ length: types }, (_, i) => `type ${i}`)
  return {
    vocabulary,
    offsets,
    types: Uint8Array.from(kinds),
    times: Float64Array.from(times),
    first: Float64Array.from(first),
    until: 1_703_000_000,
  }
}

const lessonsOf = (sequences: Sequences): Lesson[] =>
  Array.from({ length: sequences.offsets.length - 1 }, (_, person) =>
    lessonOf(sequences, person, { target: 2, after: 0, upTo: sequences.until, ask: 0.5, seed: 'ask' }),
  ).filter((lesson) => lesson !== null)

test('T15 GRU: every gradient equals the numeric one within 1e-3 in float64', () => {
  const shape: Shape = { types: 5, embedding: 3, units: 4, horizons: HORIZONS.length, stretches: STRETCHES.length }
  const lessons = lessonsOf(people(3, shape.types, 'gradient'))
  assert.ok(
    lessons.some(({ types }) => types.includes(0)),
    'the clock asks too',
  )
  const theta = weights(shape, 'theta')
  const lossAt = (at: Float64Array): number => {
    const net = network(shape, at)
    return lessons.reduce(
      (sum, lesson) => sum + learn(net, lesson, { tape: tapeFor(net, lesson.steps), into: gradientFor(net), emphasis: EMPHASIS }),
      0,
    )
  }
  const net = network(shape, theta)
  const gradient = gradientFor(net)
  for (const lesson of lessons) learn(net, lesson, { tape: tapeFor(net, lesson.steps), into: gradient, emphasis: EMPHASIS })
  settle(net, gradient)
  let checked = 0
  for (let i = 0; i < theta.length; i++) {
    const width = 1e-5
    const up = theta.slice()
    const down = theta.slice()
    up[i]! += width
    down[i]! -= width
    const numeric = (lossAt(up) - lossAt(down)) / (2 * width)
    const own = gradient.theta[i]!
    assert.ok(Math.abs(own - numeric) <= 1e-3 * Math.max(Math.abs(numeric), 1e-3), `weight ${i}: ${own} against ${numeric}`)
    if (Math.abs(numeric) > 1e-3) checked++
  }
  assert.ok(checked > theta.length / 2, `${checked} gradients of ${theta.length} are not zero`)
})

test('T15 GRU: one step per event gives what the whole sequence gives, within 1e-6', () => {
  const shape = shapeFor(64)
  const net = network(
    shape,
    weights(shape, 'service').map((each) => Math.fround(each * 0.5)),
  )
  for (const lesson of lessonsOf(people(46, 64, 'stream'))) {
    const tape = tapeFor(net, lesson.steps)
    forward(net, lesson, tape)
    const hidden = new Float64Array(shape.units)
    for (let s = 0; s < lesson.steps; s++) {
      const asks = lesson.types[s] === 0
      const at = asks ? tape.hidden.slice((lesson.parents[s]! + 1) * shape.units, (lesson.parents[s]! + 2) * shape.units) : hidden
      step(net, at, { type: lesson.types[s]!, x: lesson.features.subarray(s * STEP_FEATURES, (s + 1) * STEP_FEATURES) })
      for (let i = 0; i < shape.units; i++) {
        const whole = tape.hidden[(s + 1) * shape.units + i]!
        assert.ok(Math.abs(at[i]! - whole) <= 1e-6, `step ${s}, unit ${i}: ${at[i]} against ${whole}`)
      }
    }
  }
})

test('the density of the wait sums to one, and surprise is about nothing on average, whatever the network says', () => {
  const shape: Shape = { types: 3, embedding: 2, units: 4, horizons: 2, stretches: STRETCHES.length }
  const net = network(shape, weights(shape, 'density'))
  const hidden = Float64Array.from([0.3, -0.5, 0.9, -0.1])
  // In the hours' logarithm, where the density is smooth between the marks.
  const first = Math.exp(-waitSurprise(net, hidden, 0)) * 1e-4
  let mass = first
  let mean = first * waitExcess(net, hidden, 0)
  const ratio = 1.0005
  for (let hours = 1e-4; hours < 1e6; hours *= ratio) {
    const surprise = waitSurprise(net, hidden, hours * Math.sqrt(ratio))
    const share = Math.exp(-surprise) * hours * (ratio - 1)
    mass += share
    mean += share * waitExcess(net, hidden, hours * Math.sqrt(ratio))
  }
  assert.ok(Math.abs(mass - 1) < 0.005, `${mass}`)
  assert.ok(Math.abs(mean) < 0.3, `${mean}`)
  const logits = Array.from({ length: 3 }, (_, type) => -nextExcess(net, hidden, type))
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0)
  const excess = logits.reduce((sum, logit) => sum - (Math.exp(logit) / total) * logit, 0)
  assert.ok(Math.abs(excess) < 1e-12, `${excess}`)
})

test('labels count only when their whole window has passed, and the clock asks between events', () => {
  const day = 86_400
  const sequences: Sequences = {
    vocabulary: ['', '*', 'Order Completed', 'Page Viewed'],
    offsets: Int32Array.from([0, 4]),
    types: Uint8Array.from([3, 3, 2, 3]),
    times: Float64Array.from([0, 2 * day, 2.5 * day, 20 * day].map((each) => each + 1e9)),
    first: Float64Array.from([1e9]),
    until: 1e9 + 24 * day,
  }
  const lesson = lessonOf(sequences, 0, { target: 2, after: 0, upTo: sequences.until, ask: 0, seed: 's' })!
  assert.deepEqual([...lesson.targets.slice(0, 8)], [0, 1, 1, 1, 0, 0, 0, 255], 'by event: within a day, within seven')
  assert.deepEqual([...lesson.next.slice(0, 4)], [3, 2, 3, 255])
  assert.equal(lesson.waits[3], 96, 'nothing came for four days')
  assert.deepEqual([lesson.types[4], lesson.parents[4]], [0, 3], 'the clock asks after the last event')
  const early = lessonOf(sequences, 0, { target: 2, after: 0, upTo: 1e9 + 3 * day, ask: 0, seed: 's' })!
  assert.deepEqual([...early.targets.slice(0, 4)], [0, 255, 1, 255], 'an early "yes" is not used either: it would come without its "no"s')
})
