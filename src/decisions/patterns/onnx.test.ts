import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normal, random } from '#lib/numeric/random.ts'
import { isRefusal } from '#lib/problem.ts'
import { onnxRuntime, openOnnx } from './adapters/onnx-runtime.ts'
import { columnsFor } from './baseline.ts'
import { layoutOf, shapeFor, step } from './gru.ts'
import { HORIZON_NAMES, targetLogit } from './heads.ts'
import { OPSET, onnxOf } from './onnx.ts'
import { contentsOf, fieldsOf, intOf, textOf } from './protobuf.ts'
import { STEP_FEATURES, writeFeatures } from './sequence.ts'
import { decodePattern, packed } from './snapshot.ts'

const TYPES = 64
const EVENTS = 50
const PEOPLE = 20

function body(seed: string) {
  const dice = random(seed)
  return decodePattern(
    JSON.stringify({
      format: 1,
      vocabulary: Array.from({ length: TYPES }, (_, i) => `event ${i}`),
      target: 2,
      horizon: '7d',
      theta: packed(Array.from({ length: layoutOf(shapeFor(TYPES)).size }, () => normal(dice) * 0.25)),
      calibration: { add: -0.4, stretch: 0.2 },
      baseline: { weights: Array.from({ length: columnsFor(TYPES) }, () => 0), calibration: { add: 0, stretch: 0 } },
      serves: 'network',
      surprise: null,
    }),
  )
}

/** Events of people side by side: [time, batch] as the export takes them. */
function history(seed: string) {
  const dice = random(seed)
  const types = new BigInt64Array(EVENTS * PEOPLE)
  const features = new Float32Array(EVENTS * PEOPLE * STEP_FEATURES)
  const x = new Float64Array(STEP_FEATURES)
  for (let t = 0; t < EVENTS; t++) {
    for (let person = 0; person < PEOPLE; person++) {
      const at = t * PEOPLE + person
      types[at] = BigInt(Math.floor(dice.uniform() * TYPES))
      writeFeatures(x, 0, { gap: dice.uniform() * 300_000, age: t * 100_000, second: 1_760_000_000 + t * 100_000 })
      features.set(x, at * STEP_FEATURES)
    }
  }
  return { types, features }
}

const installed = await onnxRuntime()
const skip = installed === null && 'SKIPPED: onnxruntime-web is not installed here'

test('T15 GRU: onnxruntime says the same of the exported network, within 1e-6', { skip }, async () => {
  const pattern = body('parity')
  const session = await openOnnx(onnxOf(pattern))
  assert.ok(!isRefusal(session), JSON.stringify(session))
  const { types, features } = history('events')
  const { units } = pattern.net.shape
  const out = await session.run({
    types: { type: 'int64', data: types, dims: [EVENTS, PEOPLE] },
    features: { type: 'float32', data: features, dims: [EVENTS, PEOPLE, STEP_FEATURES] },
    before: { type: 'float32', data: new Float32Array(PEOPLE * units), dims: [1, PEOPLE, units] },
  })
  await session.close()
  for (let person = 0; person < PEOPLE; person++) {
    const hidden = new Float64Array(units)
    for (let t = 0; t < EVENTS; t++) {
      const at = t * PEOPLE + person
      step(pattern.net, hidden, {
        type: Number(types[at]),
        x: Float64Array.from(features.subarray(at * STEP_FEATURES, (at + 1) * STEP_FEATURES)),
      })
    }
    const theirs = out['hidden']!.data as Float32Array
    hidden.forEach((value, i) => {
      assert.ok(
        Math.abs(value - theirs[person * units + i]!) <= 1e-6,
        `person ${person}, unit ${i}: ${value} against ${theirs[person * units + i]}`,
      )
    })
    const logit = targetLogit(pattern.net, hidden, HORIZON_NAMES.indexOf('7d')) * 1.2 - 0.4
    const p = 1 / (1 + Math.exp(-logit))
    assert.ok(Math.abs(p - (out['probability']!.data[person] as number)) <= 1e-6, `person ${person}`)
  }
})

test('the export goes on from a kept state as the service does', { skip }, async () => {
  const pattern = body('stream')
  const session = await openOnnx(onnxOf(pattern))
  assert.ok(!isRefusal(session))
  const { units } = pattern.net.shape
  const hidden = Float64Array.from({ length: units }, (_, i) => Math.fround(Math.sin(i)))
  const before = Float32Array.from(hidden)
  const x = Float64Array.from([0.5, 0.25, 0, 1])
  const out = await session.run({
    types: { type: 'int64', data: BigInt64Array.from([7n]), dims: [1, 1] },
    features: { type: 'float32', data: Float32Array.from(x), dims: [1, 1, STEP_FEATURES] },
    before: { type: 'float32', data: before, dims: [1, 1, units] },
  })
  await session.close()
  step(pattern.net, hidden, { type: 7, x })
  hidden.forEach((value, i) => {
    assert.ok(Math.abs(value - (out['hidden']!.data[i] as number)) <= 1e-6)
  })
})

test('the runtime refuses what is no model, with its words', { skip }, async () => {
  const refused = await openOnnx(Uint8Array.from([1, 2, 3]))
  assert.ok(isRefusal(refused))
  assert.equal(refused.refused.code, 'onnx.model')
})

test('the export is an ONNX message of the declared version, with its vocabulary', () => {
  const file = fieldsOf(onnxOf(body('format')))
  assert.deepEqual(
    contentsOf(file, 8).map((opset) => intOf(fieldsOf(opset), 2)),
    [OPSET],
  )
  const graph = fieldsOf(contentsOf(file, 7)[0]!)
  assert.deepEqual(
    contentsOf(graph, 1).map((node) => textOf(fieldsOf(node), 4)),
    ['Gather', 'Concat', 'GRU', 'Squeeze', 'Gemm', 'Sigmoid'],
  )
  assert.deepEqual(
    contentsOf(graph, 11).map((input) => textOf(fieldsOf(input), 1)),
    ['types', 'features', 'before'],
  )
  const notes = Object.fromEntries(contentsOf(file, 14).map((note) => [textOf(fieldsOf(note), 1), textOf(fieldsOf(note), 2)]))
  assert.equal(notes['target'], 'event 2')
  assert.equal((JSON.parse(notes['vocabulary']!) as string[]).length, TYPES)
})
