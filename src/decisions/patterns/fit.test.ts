import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '#lib/numeric/random.ts'
import { Model as ModelDocument, type ModelOf } from '../schema.ts'
import type { TrainingTask } from '../trainer.ts'
import { fitPattern } from './fit.ts'
import { judge } from './judge.ts'
import type { Sequences } from './lessons.ts'
import { decodePattern } from './snapshot.ts'

const HOUR = 3_600
const START = Date.UTC(2026, 0, 5) / 1_000
const DAYS = 40

const task = (target = 'Order Completed'): TrainingTask<'pattern'> => ({
  workspace: 'w',
  model: ModelDocument.parse({
    kind: 'model',
    id: 'ready',
    type: 'pattern',
    target: { event: target, within: '1d' },
  }) as ModelOf<'pattern'>,
  version: 1,
  previous: null,
  now: (START + DAYS * 24 * HOUR) * 1_000,
})

const NAMES = ['', '*', 'Order Completed', 'Price Seen', 'Review Read', 'Help Read', 'Page Viewed', 'Search Made']
type Buys = (recent: readonly number[]) => number

/** People who come every few hours to days; after each event they buy within the hour with the probability that `buys` gives for their last events. */
function shop(people: number, seed: string, buys: Buys): Sequences {
  const dice = random(seed)
  const offsets = new Int32Array(people + 1)
  const types: number[] = []
  const times: number[] = []
  const first: number[] = []
  const until = START + DAYS * 24 * HOUR
  for (let person = 0; person < people; person++) {
    let second = START + Math.floor(dice.uniform() * 20 * 24 * HOUR)
    const own: [number, number][] = []
    while (second < until && own.length < 500) {
      own.push([3 + Math.floor(dice.uniform() * (NAMES.length - 3)), second])
      if (dice.uniform() < buys(own.map(([type]) => type))) own.push([2, second + 600 + Math.floor(dice.uniform() * HOUR)])
      second += 2 * HOUR + Math.floor(-Math.log(1 - dice.uniform()) * 30 * HOUR)
    }
    const kept = own.filter(([, at]) => at < until).slice(-50)
    first.push(own[0]![1])
    for (const [type, at] of kept) {
      types.push(type)
      times.push(at)
    }
    offsets[person + 1] = types.length
  }
  return {
    vocabulary: NAMES,
    offsets,
    types: Uint8Array.from(types),
    times: Float64Array.from(times),
    first: Float64Array.from(first),
    until,
  }
}

interface Report {
  readonly says: string
  readonly serves: string
  readonly network: { readonly auc: number; readonly logLoss: number }
  readonly baseline: { readonly auc: number; readonly logLoss: number }
  readonly difference: { readonly low: number; readonly high: number }
}

test('where the order of events tells, the network answers; its snapshot is read back, and the same data give the same one', () => {
  // "Review Read" right after "Price Seen" sells; the same two the other way round do not.
  const sequences = shop(700, 'order', (recent) => (recent.at(-1) === 4 && recent.at(-2) === 3 ? 0.7 : 0.03))
  const trained = fitPattern(task(), sequences)!
  const report = trained.report as unknown as Report
  assert.equal(report.serves, 'network')
  assert.ok(report.difference.high < 0, report.says)
  assert.ok(report.network.auc > report.baseline.auc + 0.03, report.says)
  assert.match(report.says, /The network answers\.$/)
  const body = decodePattern(trained.body)
  assert.equal(body.serves, 'network')
  assert.equal(body.vocabulary[body.target], 'Order Completed')
  assert.ok(body.surprise, 'it knows what is usual')
  assert.equal(trained.trainedTo, sequences.until * 1_000)
})

test('where counting is all there is to know, the counts answer, and the report says so', () => {
  const sequences = shop(250, 'counts', (recent) => (recent.filter((type) => type === 3).length > 4 ? 0.3 : 0.02))
  const report = fitPattern(task(), sequences)!.report as unknown as Report
  assert.equal(report.serves, 'baseline')
  assert.match(report.says, /The counts answer\.$/)
})

test('the same data give the same snapshot, to the last character', () => {
  const sequences = shop(60, 'same', () => 0.2)
  assert.deepEqual(fitPattern(task(), sequences), fitPattern(task(), sequences))
})

test('with too little to learn from, or an event that never came, there is no snapshot', () => {
  assert.equal(
    fitPattern(
      task(),
      shop(5, 'few', () => 0.1),
    ),
    null,
  )
  assert.equal(
    fitPattern(
      task('Moon Landed'),
      shop(60, 'never', () => 0.1),
    ),
    null,
  )
  assert.equal(fitPattern(task(), { ...shop(0, 'none', () => 0), first: new Float64Array(0) }), null)
})

test('people, not moments, are what was sampled: many moments of one person make nothing certain', () => {
  const calibration = { add: 0, stretch: 0 }
  const labels = Array.from({ length: 400 }, (_, i) => i % 2)
  const better = labels.map((label) => (label === 1 ? 1 : -1))
  const blind = labels.map(() => 0)
  const of = (people: readonly number[]) =>
    judge({ logits: better, labels, people, calibration }, { logits: blind, labels, people, calibration })
  assert.equal(of(labels.map((_, i) => i)).serves, 'network')
  const noisy = better.map((logit, i) => (i < 200 ? logit * 3 : -logit))
  const two = judge(
    { logits: noisy, labels, people: labels.map((_, i) => (i < 200 ? 0 : 1)), calibration },
    { logits: blind, labels, people: labels, calibration },
  )
  assert.equal(two.serves, 'baseline', `${two.difference.low} to ${two.difference.high}`)
})
