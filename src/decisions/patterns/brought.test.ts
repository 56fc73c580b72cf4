import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRefusal } from '#lib/problem.ts'
import { patternSnapshot } from '../../../test/fixtures/patterns.ts'
import { Model as ModelDocument, type ModelOf } from '../schema.ts'
import { examineOnnx, openScorer } from './adapters/onnx-process.ts'
import { onnxRuntime } from './adapters/onnx-runtime.ts'
import { Brought, broughtProblems, featureInputs, sequenceInputs, unitsOf } from './brought.ts'
import { lookAgain } from './hear.ts'
import { onnxOf } from './onnx.ts'
import { bytes, int, joined, type Part } from './protobuf.ts'
import { extended, type Sequence } from './sequence.ts'
import { decodePattern } from './snapshot.ts'

const NAMES = ['Order Completed', 'Page Viewed', 'Product Added']
const START = Date.UTC(2026, 0, 5, 9)
const DAY = 86_400_000
const skip = (await onnxRuntime()) === null && 'SKIPPED: onnxruntime-web is not installed here'

const own = decodePattern(JSON.stringify(patternSnapshot(NAMES)))
const bring = (file: Uint8Array, input: object = { kind: 'sequence', vocabulary: NAMES }): Brought =>
  Brought.parse({ file: file.toBase64(), input })

interface Made {
  readonly opset?: number
  readonly domain?: string
  readonly nodes?: readonly Part[]
  readonly sides?: readonly (number | string)[]
  readonly more?: readonly Part[]
}

/** A file that gives the sigmoid of the sum of two features; every part can be made wrong. */
function made({ opset = 14, domain, nodes, sides = ['batch', 2], more = [] }: Made = {}): Uint8Array {
  const port = (field: number, name: string, shape: readonly (number | string)[]): Part =>
    bytes(field, [
      bytes(1, name),
      bytes(2, [
        bytes(1, [
          int(1, 1),
          bytes(
            2,
            shape.map((side) => bytes(1, [typeof side === 'number' ? int(1, side) : bytes(2, side)])),
          ),
        ]),
      ]),
    ])
  const node = (operator: string, from: readonly string[], to: string): Part =>
    bytes(1, [...from.map((name) => bytes(1, name)), bytes(2, to), bytes(4, operator)])
  const weights = new Uint8Array(new Float32Array([1, 1]).buffer)
  const graph = [
    ...(nodes ?? [node('MatMul', ['features', 'ones'], 'sum'), node('Sigmoid', ['sum'], 'probability')]),
    bytes(2, 'made'),
    bytes(5, [int(1, 2), int(1, 1), int(2, 1), bytes(8, 'ones'), bytes(9, weights)]),
    ...more,
    port(11, 'features', sides),
    port(12, 'probability', ['batch', 1]),
  ]
  const domains = domain === undefined ? [] : [bytes(8, [bytes(1, domain), int(2, 1)])]
  return joined([int(1, 8), bytes(7, graph), bytes(8, [bytes(1, ''), int(2, opset)]), ...domains])
}
const FEATURES = { kind: 'features', names: ['recency.event', 'activity.7d'] }

test('a file is refused with what is wrong and how to mend it, without running it', () => {
  const codes = (file: Uint8Array, input: object = FEATURES) => broughtProblems(bring(file, input)).map(({ code }) => code)
  assert.deepEqual(codes(made()), [])
  assert.deepEqual(codes(Uint8Array.from([1, 2, 3, 250])), ['onnx.unreadable'])
  assert.deepEqual(codes(made({ opset: 6 })), ['onnx.opset'])
  assert.deepEqual(codes(made({ opset: 99 })), ['onnx.opset'])
  assert.deepEqual(codes(made({ domain: 'com.evil' })), ['onnx.domain'])
  assert.deepEqual(codes(made({ domain: 'ai.onnx.ml' })), [])
  assert.deepEqual(codes(made({ sides: ['batch', 3] })), ['onnx.shape'])
  assert.deepEqual(codes(made({ sides: [1, 2] })), ['onnx.shape'], 'a batch of one only')
  assert.deepEqual(codes(made(), { kind: 'sequence', vocabulary: NAMES }), ['onnx.input', 'onnx.shape'])
  assert.deepEqual(codes(made(), { kind: 'features', names: ['activity.7d', 'shoe.size'] }), ['onnx.feature'])
  const elsewhere = bytes(5, [
    int(1, 1),
    int(2, 1),
    bytes(8, 'far'),
    bytes(13, [bytes(1, 'location'), bytes(2, '/etc/passwd')]),
    int(14, 1),
  ])
  assert.deepEqual(codes(made({ more: [elsewhere] })), ['onnx.external'])
  const within = bytes(1, [bytes(4, 'If'), bytes(5, [bytes(1, 'then_branch'), bytes(6, [elsewhere])])])
  assert.deepEqual(codes(made({ nodes: [within] })), ['onnx.external'], 'also in a graph within')
  assert.deepEqual(broughtProblems(bring(onnxOf(own))), [], 'our own export is sound')
  for (const problem of broughtProblems(bring(made({ sides: ['batch', 3] }), FEATURES))) {
    assert.equal(problem.title, 'The input "features" is float [open, 3].')
    assert.equal(problem.hint, 'A model with the input "features" takes features (float [open, 2]).')
  }
})

test('files of chance bytes are refused, and never loop or throw', () => {
  const file = onnxOf(own)
  for (let i = 0; i < 300; i++) {
    const spoilt = file.slice(0, 50 + ((i * 7_919) % (file.length - 50)))
    spoilt[(i * 104_729) % spoilt.length]! ^= 1 + (i % 255)
    assert.ok(Array.isArray(broughtProblems(bring(spoilt))))
  }
})

test('a document holds half a mebibyte of a model', () => {
  const input = { kind: 'sequence', vocabulary: NAMES }
  const file = (size: number) => new Uint8Array(size).toBase64()
  assert.ok(Brought.safeParse({ file: file(512 * 1_024), input }).success)
  const refused = Brought.safeParse({ file: file(600 * 1_024), input })
  assert.match(refused.error!.issues[0]!.message, /512 KiB/)
})

test('a model that was brought says of people’s last events what the service would say', { skip }, async () => {
  const brought = bring(onnxOf(own))
  assert.deepEqual(await examineOnnx(brought), [])
  const people = ['ada', 'bob', 'cleo'].map((_, person) => {
    let sequence: Sequence | undefined
    for (let i = 0; i < 9; i++)
      sequence = extended(sequence, [...NAMES, 'Something Else'][(i * (person + 1)) % 4]!, START + i * (person + 1) * 3_600_000)
    return sequence!
  })
  const now = START + 5 * DAY
  const scorer = await openScorer(brought)
  assert.ok(!isRefusal(scorer))
  const scores = await scorer.score(sequenceInputs(people, { vocabulary: NAMES, second: now / 1_000, units: unitsOf(brought) }))
  scorer.close()
  assert.ok(!isRefusal(scores))
  const document = { kind: 'model', id: 'own', type: 'pattern', target: { event: NAMES[0] } }
  const model = ModelDocument.parse(document) as ModelOf<'pattern'>
  const snapshot = { serial: 1, trainedTo: START, examples: 1, body: own, report: {} }
  people.forEach((before, i) => {
    const { score } = lookAgain(undefined, { inForce: { model, version: 1, snapshot }, before, now })
    assert.ok(Math.abs(score! - scores[i]!) <= 1e-6, `${score} against ${scores[i]}`)
  })
})

test('a model by features gets them in the declared order, and what is not known as declared', { skip }, async () => {
  const brought = bring(made(), { ...FEATURES, missing: -1 })
  assert.deepEqual(await examineOnnx(brought), [])
  const scorer = await openScorer(brought)
  assert.ok(!isRefusal(scorer))
  const inputs = featureInputs([{ 'activity.7d': 2, 'recency.event': 1, 'time.hour': 9 }, {}], { names: FEATURES.names, missing: -1 })
  const scores = await scorer.score(inputs)
  scorer.close()
  assert.deepEqual(
    (scores as number[]).map((score) => Math.round(score * 1e4) / 1e4),
    [0.9526, 0.1192],
  )
})

test('what only running shows is refused too: an operator that is none, a number that is no probability, a process that ends', {
  skip,
}, async () => {
  const node = (operator: string, from: string, to: string): Part => bytes(1, [bytes(1, from), bytes(2, to), bytes(4, operator)])
  const sum = bytes(1, [bytes(1, 'features'), bytes(1, 'ones'), bytes(2, 'probability'), bytes(4, 'MatMul')])
  const [unknown] = await examineOnnx(bring(made({ nodes: [node('MakeItSo', 'features', 'probability')] }), FEATURES))
  assert.equal(unknown!.code, 'onnx.model')
  const [loud] = await examineOnnx(bring(made({ nodes: [sum] }), { ...FEATURES, missing: 40 }))
  assert.equal(loud!.title, 'The model says 80, which is no probability.')
  const late = await openScorer(bring(made(), FEATURES), 1)
  assert.ok(isRefusal(late))
  assert.match(late.refused.title, /longer than 0.001 s/)
})
