import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { normal, random } from '#lib/numeric/random.ts'
import type { Model, ModelOf } from '../schema.ts'
import { Model as ModelDocument } from '../schema.ts'
import type { ModelInForce } from '../snapshot.ts'
import type { PersonOfModel } from '../state.ts'
import { columnsFor } from './baseline.ts'
import { layoutOf, shapeFor } from './gru.ts'
import { type Heard, hearEvent, type KeptPattern, lookAgain, nextLook, unitedKept } from './hear.ts'
import { belongs, codeAt, extended, lengthOf, nameCode, type Sequence, timeAt, united } from './sequence.ts'
import { decodePattern, type PatternSnapshot, packed } from './snapshot.ts'
import { robustZ, smoothed } from './surprise.ts'
import type { Found } from './tell.ts'

const DAY = 86_400_000
const START = Date.UTC(2026, 0, 5, 9)
const VOCABULARY = ['', '*', 'Order Completed', 'Page Viewed', 'Product Added', 'Support Asked']

/** A network that has learned nothing; `theta` may say more. */
function snapshotOf(changes: Partial<PatternSnapshot> = {}, seed = 'theta'): PatternSnapshot {
  const dice = random(seed)
  const size = layoutOf(shapeFor(VOCABULARY.length)).size
  return {
    format: 1,
    vocabulary: VOCABULARY,
    target: 2,
    horizon: '7d',
    theta: packed(Array.from({ length: size }, () => normal(dice) * 0.3)),
    calibration: { add: 0, stretch: 0 },
    baseline: { weights: Array.from({ length: columnsFor(VOCABULARY.length) }, () => 0), calibration: { add: 0, stretch: 0 } },
    serves: 'network',
    surprise: { median: 6, spread: 2, smoothMedian: 6, smoothSpread: 1 },
    ...changes,
  }
}

function inForce(
  snapshot: PatternSnapshot,
  { serial = 1, ...document }: Partial<ModelOf<'pattern'>> & { serial?: number } = {},
): ModelInForce<'pattern'> {
  const authored = { kind: 'model', id: 'ready', type: 'pattern', target: { event: 'Order Completed' }, ...document }
  const model = ModelDocument.parse(authored) as Model as ModelOf<'pattern'>
  const body = decodePattern(JSON.stringify(snapshot))
  return { model, version: 1, snapshot: { serial, trainedTo: START, examples: 1, body, report: {} } }
}

/** One person, told one event after the other. */
class Someone {
  sequence: Sequence | undefined
  of: PersonOfModel | undefined
  found: Found[] = []
  scores: number[] = []
  hears(model: ModelInForce<'pattern'>, name: string, at: number): Heard {
    const heard = hearEvent(this.of, { name, at }, { inForce: model, before: this.sequence, now: at })
    this.sequence = extended(this.sequence, name, at)
    this.take(heard)
    return heard
  }
  isLookedAt(model: ModelInForce<'pattern'>, now: number): Heard {
    const heard = lookAgain(this.of, { inForce: model, before: this.sequence, now })
    this.take(heard)
    return heard
  }
  take(heard: Heard): void {
    this.of = heard.of
    this.found.push(...heard.found)
    if (heard.score !== undefined) this.scores.push(heard.score)
  }
}

/** Weights of the baseline that look at one kind only. */
function counting(type: number, weight: number, intercept: number): PatternSnapshot {
  const weights = Array.from({ length: columnsFor(VOCABULARY.length) }, () => 0)
  weights[0] = intercept
  weights[type] = weight
  return snapshotOf({ serves: 'baseline', baseline: { weights, calibration: { add: 0, stretch: 0 } } })
}

test('the last fifty events are kept in order, by a code of the name and the second, and a late one stands with the newest', () => {
  let sequence: Sequence | undefined
  for (let i = 0; i < 60; i++) sequence = extended(sequence, `event ${i}`, START + i * 1_500)
  assert.equal(lengthOf(sequence), 50)
  assert.equal(sequence!.events.length, 500)
  assert.equal(codeAt(sequence!, 0), nameCode('event 10'))
  assert.equal(timeAt(sequence!, 49), Math.floor((START + 59 * 1_500) / 1_000))
  assert.equal(sequence!.first, START / 1_000)
  const late = extended(sequence, 'late', START)
  assert.equal(timeAt(late, 49), timeAt(sequence!, 49))
})

test('two people who are one have their events in the order of time, whoever comes first', () => {
  const events = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(1_000_000)), { maxLength: 40 })
  const sequenceOf = (told: [string, number][]) =>
    told
      .toSorted(([, a], [, b]) => a - b)
      .reduce<Sequence | undefined>((sequence, [name, at]) => extended(sequence, name, at * 1_000), undefined)
  fc.assert(
    fc.property(events, events, (mine, theirs) => {
      const [a, b] = [sequenceOf(mine), sequenceOf(theirs)]
      const one = united(a, b)
      assert.deepEqual(one, united(b, a))
      assert.equal(lengthOf(one), Math.min(50, lengthOf(a) + lengthOf(b)))
      for (let i = 1; i < lengthOf(one); i++) assert.ok(timeAt(one!, i) >= timeAt(one!, i - 1))
    }),
  )
})

test('what follows from a model is not read as if the person had done it', () => {
  assert.deepEqual(
    ['Order Completed', 'message.clicked', 'message.delivered', 'pattern.found:x', 'segment.entered:y', 'anomaly.found:z'].filter(belongs),
    ['Order Completed', 'message.clicked'],
  )
})

test('the pattern is told once when the score rises to its mark, and again only when it fell and the cooling is over', () => {
  const told = { found: { above: 0.6, by: 0.1, cooling: '7d' } }
  const model = inForce(counting(4, 3, -2), told)
  const ada = new Someone()
  ada.hears(model, 'Page Viewed', START)
  assert.equal(ada.found.length, 0, 'p = σ(−2)')
  ada.hears(model, 'Product Added', START + DAY)
  assert.equal(ada.scores.at(-1), 1 / (1 + Math.exp(2 - 3 * Math.log1p(1))))
  assert.equal(ada.found.length, 0)
  ada.hears(model, 'Product Added', START + 2 * DAY)
  assert.deepEqual(
    ada.found.map(({ name }) => name),
    ['pattern.found:ready'],
  )
  assert.equal(ada.found[0]!.props['probability'], ada.scores.at(-1))
  ada.hears(model, 'Product Added', START + 3 * DAY)
  assert.equal(ada.found.length, 1, 'it is still above')
  // Fifty other events push the additions out of what is kept.
  for (let i = 0; i < 52; i++) ada.hears(model, 'Page Viewed', START + 3 * DAY + i * 1_000)
  assert.ok(ada.scores.at(-1)! < 0.5)
  ada.hears(model, 'Product Added', START + 4 * DAY)
  ada.hears(model, 'Product Added', START + 5 * DAY)
  assert.equal(ada.found.length, 1, 'it rose again while it cools')
  ada.hears(model, 'Product Added', START + 10 * DAY)
  assert.equal(ada.found.length, 2, 'and it is told when that is over')
})

test('one event alone moves the running mean by less than the mark, however strange it is', () => {
  const scale = { median: 5, spread: 2, smoothMedian: 5.2, smoothSpread: 0.9 }
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e300, noNaN: true }), fc.integer({ min: 2, max: 20 }), (surprise, z) => {
      assert.ok(robustZ(smoothed(scale.median, surprise, { scale, z }), scale) < z)
    }),
  )
})

test('an anomaly is told once, of somebody who is known, when what they do stays strange', () => {
  const model = inForce(snapshotOf(), { anomaly: { z: 4, times: 2, cooling: '1d' } })
  const usual = (someone: Someone, count: number, from: number) => {
    for (let i = 0; i < count; i++) someone.hears(model, 'Page Viewed', from + i * 3_600_000)
  }
  const strange = { ...snapshotOf() }
  const odd = inForce(
    { ...strange, surprise: { median: -20, spread: 0.1, smoothMedian: -20, smoothSpread: 0.1 } },
    { anomaly: { z: 4, times: 2, cooling: '1d' } },
  )
  const ada = new Someone()
  usual(ada, 30, START)
  assert.equal(ada.found.length, 0, 'what is usual is no anomaly')
  const bea = new Someone()
  for (let i = 0; i < 9; i++) bea.hears(odd, 'Page Viewed', START + i * 3_600_000)
  assert.equal(bea.found.length, 0, 'somebody new is not unusual')
  for (let i = 9; i < 30; i++) bea.hears(odd, 'Page Viewed', START + i * 3_600_000)
  assert.deepEqual(
    bea.found.map(({ name }) => name),
    ['anomaly.found:ready'],
    'told once',
  )
  assert.ok((bea.found[0]!.props['z'] as number) > 4)
})

test('the clock scores without leaving a trace in the hidden state, the less often the longer nothing happens', () => {
  const model = inForce(snapshotOf())
  const ada = new Someone()
  ada.hears(model, 'Page Viewed', START)
  const { hidden } = ada.of!.kept as unknown as KeptPattern
  ada.isLookedAt(model, START + 3 * DAY)
  assert.equal((ada.of!.kept as unknown as KeptPattern).hidden, hidden)
  assert.notEqual(ada.scores[0], ada.scores[1])
  let now = START
  const looks: number[] = []
  for (let next = nextLook(ada.sequence, now); next !== undefined; next = nextLook(ada.sequence, now)) {
    looks.push((next - START) / DAY)
    now = next
  }
  assert.deepEqual(looks, [1, 2, 4, 8, 16, 32])
})

test('another snapshot reads the last events again, and goes on as if it had always been there', () => {
  const [old, fresh] = [inForce(snapshotOf({}, 'old')), inForce(snapshotOf({}, 'fresh'), { serial: 2 })]
  const [ada, bea] = [new Someone(), new Someone()]
  for (let i = 0; i < 20; i++) {
    ada.hears(old, VOCABULARY[2 + (i % 4)]!, START + i * 7_000_000)
    bea.hears(fresh, VOCABULARY[2 + (i % 4)]!, START + i * 7_000_000)
  }
  ada.hears(fresh, 'Support Asked', START + 20 * DAY)
  bea.hears(fresh, 'Support Asked', START + 20 * DAY)
  assert.deepEqual(ada.of, bea.of)
  const merged = unitedKept(ada.of, undefined)
  assert.equal((merged!.kept as unknown as KeptPattern).serial, 0, 'after a merge all is read again')
})

test('the same events give the same states, bit for bit', () => {
  const model = inForce(snapshotOf())
  const told = fc.array(fc.tuple(fc.constantFrom('Order Completed', 'Page Viewed', 'Never Heard Of'), fc.nat(40 * 86_400)), {
    minLength: 1,
    maxLength: 70,
  })
  fc.assert(
    fc.property(told, (events) => {
      const [ada, bea] = [new Someone(), new Someone()]
      for (const [name, second] of events) {
        ada.hears(model, name, START + second * 1_000)
        bea.of = bea.of && (JSON.parse(JSON.stringify(bea.of)) as PersonOfModel)
        bea.sequence = bea.sequence && (JSON.parse(JSON.stringify(bea.sequence)) as Sequence)
        bea.hears(model, name, START + second * 1_000)
      }
      assert.deepEqual(bea.of, ada.of)
      assert.ok(ada.scores.every((score) => score > 0 && score < 1))
    }),
  )
})

test('a model that is missing, old, broken or says no number is silent with its reason, and leaves everything as it was', () => {
  const model = inForce(snapshotOf(), { freshFor: '30d' })
  const hearing = { before: undefined, now: START }
  const said = (each: ModelInForce<'pattern'>, now = START) =>
    hearEvent(undefined, { name: 'Page Viewed', at: START }, { ...hearing, inForce: each, now })
  assert.equal(said({ ...model, snapshot: null }).silence, 'model_cold')
  assert.equal(said({ ...model, broken: 'checksum' }).silence, 'model_broken')
  assert.equal(said({ ...model, inShadow: true }).silence, 'model_in_shadow')
  assert.equal(said(model, START + 31 * DAY).silence, 'model_stale')
  const weights = Array.from({ length: columnsFor(VOCABULARY.length) }, () => 0)
  weights[3] = 1.7e308
  weights[VOCABULARY.length] = -1.7e308
  const nonsense = inForce(snapshotOf({ serves: 'baseline', baseline: { weights, calibration: { add: 0, stretch: 0 } } }))
  const ada = new Someone()
  for (let i = 0; i < 10; i++) ada.hears(nonsense, 'Page Viewed', START + i * DAY)
  assert.equal(said(nonsense, START).silence, undefined)
  assert.equal(ada.isLookedAt(nonsense, START + 11 * DAY).silence, 'model_not_finite')
  assert.deepEqual([said({ ...model, snapshot: null }).of, said({ ...model, snapshot: null }).found], [undefined, []])
})

test('a snapshot that is not sound is refused with a sentence', () => {
  const decode = (changes: Partial<PatternSnapshot>) => () => decodePattern(JSON.stringify(snapshotOf(changes)))
  assert.throws(decode({ theta: packed([1, 2, 3]) }), /12 bytes where/)
  assert.throws(
    decode({ theta: packed(Array.from({ length: layoutOf(shapeFor(6)).size }, (_, i) => (i === 7 ? Number.NaN : 0))) }),
    /no numbers/,
  )
  assert.throws(decode({ target: 6 }), /vocabulary/)
  assert.throws(decode({ baseline: { weights: [0], calibration: { add: 0, stretch: 0 } } }), /weights of the baseline/)
  assert.throws(() => decodePattern('{"format":2}'))
  assert.throws(() => decodePattern('not JSON'))
})
