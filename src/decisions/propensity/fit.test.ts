import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject } from '#lib/json.ts'
import { random } from '#lib/numeric/random.ts'
import { logit, sigmoid } from '#lib/numeric/sums.ts'
import { Model, type ModelOf } from '../schema.ts'
import type { ModelInForce } from '../snapshot.ts'
import type { Trained } from '../trainer.ts'
import { decodePropensity, type PropensityBody } from './body.ts'
import { explain } from './explain.ts'
import { type Nightly, type PropensityData, propensityLearner } from './fit.ts'
import type { Example } from './labels.ts'
import { score } from './score.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const START = 1_800_000_000_000
const MODEL = Model.parse({ kind: 'model', id: 'opens', type: 'propensity', outcome: { kind: 'opened' } }) as ModelOf<'propensity'>
const LOST = Model.parse({
  kind: 'model',
  id: 'churn',
  type: 'propensity',
  outcome: { kind: 'churned', contract: false, event: 'Order Completed' },
}) as ModelOf<'propensity'>

const truth = (days: number, share: number): number => sigmoid(-1.5 - 0.6 * Math.log1p(days) + 4 * share)

/** People's features as they are declared, with a label by a known law; every tenth was never seen to order. */
function people(
  n: number,
  { from = 0, seed = 'people', law = truth }: { from?: number; seed?: string; law?: typeof truth } = {},
): Example[] {
  const r = random(`${seed} ${from}`)
  return Array.from({ length: n }, (_, i) => {
    const days = Math.round(r.uniform() * 90)
    const share = Math.round(r.uniform() * 100) / 100
    const label = r.uniform() < law(days, share) ? 1 : 0
    const features = { 'orders.discounted': r.uniform(), 'channel.opened:email': share, ...(i % 10 > 0 && { 'recency.order': days }) }
    return { id: `${from + i}`, at: START + (from + i) * 60_000, features, label, halvings: 0 }
  })
}

const data = (fresh: readonly Example[], nightly: Nightly | null = null, late = 0): PropensityData => ({
  fresh,
  until: (fresh.at(-1)?.at ?? START) + 72 * HOUR,
  late,
  immature: 7,
  nightly,
})
const night = (window: readonly Example[], more: Partial<Nightly> = {}): Nightly => ({
  window,
  lastWeek: window.slice(-1_000),
  buyers: [],
  contracts: [],
  ...more,
})

const snapshotOf = ({ body, ...rest }: Trained) => ({ serial: 1, ...rest, body: decodePropensity(body) })
const task = (previous: Trained | null, now: number, model = MODEL) => ({
  workspace: 'w',
  model,
  version: 1,
  previous: previous && snapshotOf(previous),
  now,
})
const learned = (
  of: PropensityData,
  { previous = null, model = MODEL, now = of.until }: { previous?: Trained | null; model?: ModelOf<'propensity'>; now?: number } = {},
): Trained | null => propensityLearner.fit(task(previous, now, model), of)
const inForce = (trained: Trained, model = MODEL): ModelInForce<'propensity'> => ({ model, version: 1, snapshot: snapshotOf(trained) })
const asked = (trained: Trained, features: Record<string, number>): number => {
  const said = score(inForce(trained), features, trained.trainedTo)
  assert.ok(typeof said !== 'string', String(said))
  return said.p
}

test('a model tells what is true of people that it has not seen', () => {
  const trained = learned(data(people(8_000)))!
  for (const [days, share] of [
    [2, 0.9],
    [20, 0.5],
    [80, 0.1],
    [80, 0.9],
  ] as const) {
    const p = asked(trained, { 'orders.discounted': 0.5, 'channel.opened:email': share, 'recency.order': days })
    assert.ok(Math.abs(p - truth(days, share)) < 0.08, `${days} days, ${share}: ${p} where ${truth(days, share)} is true`)
  }
  const { progressive, calibrated, words } = trained.report as { progressive: JsonObject; calibrated: JsonObject; words: string[] }
  assert.ok((progressive['auc'] as number) > 0.7 && (calibrated['ece'] as number) < 0.04, JSON.stringify({ progressive, calibrated }))
  assert.equal(trained.report['waiting'], 7)
  assert.ok(Array.isArray(words))
})

test('what is learned in parts is what is learned at once, but for the base rate that the first part began with', () => {
  const all = people(3_000)
  const once = learned(data(all.slice(0, 1_000)))!
  const parts = [all.slice(1_000, 1_500), all.slice(1_500, 2_600), all.slice(2_600)]
  const inParts = parts.reduce((previous, part) => learned(data(part), { previous })!, once)
  const atOnce = learned(data(all.slice(1_000)), { previous: once })!
  const [stepwise, whole] = [decodePropensity(inParts.body), decodePropensity(atOnce.body)]
  assert.deepEqual(stepwise.linear, whole.linear)
  assert.deepEqual(stepwise.recent, whole.recent)
  assert.deepEqual(stepwise.calibration, whole.calibration)
  assert.equal(inParts.examples, 3_000)
})

test('nothing is learned from too little, and no snapshot is made of next to nothing', () => {
  assert.equal(learned(data(people(99))), null)
  assert.equal(learned(data(people(5_000).map((each) => ({ ...each, label: 0 as const })))), null, 'one outcome only')
  const first = learned(data(people(2_000)))!
  assert.equal(learned(data(people(3, { from: 2_000 })), { previous: first }), null)
  assert.ok(learned(data(people(60, { from: 2_000 })), { previous: first }))
  assert.ok(
    learned({ ...data(people(3, { from: 2_000 })), until: first.trainedTo + 2 * HOUR }, { previous: first }),
    'after an hour a few are enough',
  )
})

test('with another outcome a model begins anew', () => {
  const opens = learned(data(people(2_000)))!
  const other = { ...MODEL, outcome: { kind: 'clicked' as const, within: '72h' } }
  const clicks = learned(data(people(500, { seed: 'others' })), { previous: opens, model: other })!
  assert.equal(decodePropensity(clicks.body).recent.linear.marks.length, 300)
})

test('trees are grown at night, answer where they are better, and are put out where they no longer are', () => {
  const together = (days: number, share: number): number => (days > 45 === share > 0.5 ? 0.6 : 0.08)
  const window = people(4_000, { law: together })
  const promoted = learned(data(window, night(window)))!
  assert.equal(promoted.report['champion'], 'trees')
  const ask = { 'orders.discounted': 0.5, 'channel.opened:email': 0.9, 'recency.order': 80 }
  assert.ok(Math.abs(asked(promoted, ask) - 0.6) < 0.15, `${asked(promoted, ask)}`)
  const said = explain(inForce(promoted), { features: ask, now: promoted.trainedTo }, 10)
  assert.ok(typeof said !== 'string' && said.by === 'trees')
  const more = people(300, { from: 4_000, law: together })
  const on = learned(data(more), { previous: promoted })!
  assert.equal(decodePropensity(on.body).recent.trees!.marks.length, 1_100)
  const r = random('added up')
  const straight = people(4_000, { from: 5_000 }).map((each): Example => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, j) => [`event.7d:e${j}`, r.uniform() * 2 - 1]))
    const chance = sigmoid(Object.values(many).reduce((sum, value) => sum + value, -0.5))
    return { ...each, features: many, label: r.uniform() < chance ? 1 : 0 }
  })
  const demoted = learned(data(straight, night(straight)), { previous: on })!
  assert.equal(demoted.report['champion'], 'linear', JSON.stringify(demoted.report['comparison']))
})

test('who has become another kind of person shows as drift, and misses show as an alarm', () => {
  const window = people(3_000)
  const first = learned(data(window, night(window)))!
  assert.equal(first.report['drift'], null)
  const far = people(1_000, { from: 3_000 }).map((each) => ({
    ...each,
    features: { ...each.features, 'orders.discounted': 3 + each.at / 1e13 },
  }))
  const drifted = learned(data(far, night([...window, ...far], { lastWeek: far })), { previous: first })!
  const drift = drifted.report['drift'] as unknown as { shifted: number; features: { name: string; state: string }[] }
  assert.equal(drift.features[0]!.name, 'orders.discounted')
  assert.equal(drift.shifted, 1, JSON.stringify(drift))
})

test('churn without a contract is 1 − P(alive) where orders show that people stop, and says which meaning it has', () => {
  const r = random('buyers')
  const buyers = Array.from({ length: 600 }, () => {
    const rate = 0.1 + 0.6 * r.uniform()
    let [x, tx, time] = [0, 0, 0]
    for (;;) {
      time -= Math.log(1 - r.uniform()) / rate
      if (time > 40) break
      x++
      tx = time
      if (r.uniform() < 0.25) break
    }
    return { x, tx, T: 40 }
  })
  const window = people(800)
  const trained = learned(data(window, night(window, { buyers })), { model: LOST })!
  assert.equal(trained.report['meaning'], 'lost')
  const ask = (days: number) =>
    score(inForce(trained, LOST), { 'orders.count': 9, 'orders.gap': 14, 'recency.order': days }, trained.trainedTo)
  const [soon, late] = [ask(7), ask(200)]
  assert.ok(typeof soon !== 'string' && typeof late !== 'string' && soon.by === 'buying')
  assert.ok(soon.p < 0.5 && late.p > 0.95, `${soon.p} and ${late.p}`)
  const said = explain(inForce(trained, LOST), {
    features: { 'orders.count': 9, 'orders.gap': 14, 'recency.order': 200 },
    now: trained.trainedTo,
  })
  assert.ok(typeof said !== 'string' && said.top[0]!.says.startsWith('200 days since the last order: +'), JSON.stringify(said))
})

test('contracts bring the curve of those that stay', () => {
  const r = random('contracts')
  const contracts = Array.from({ length: 500 }, () => ({ time: Math.ceil(r.uniform() * 400), ended: r.uniform() < 0.5 }))
  const ended = { ...LOST, outcome: { kind: 'churned' as const, contract: true, event: 'Contract Ended', within: '30d' } }
  const window = people(800)
  const trained = learned(data(window, night(window, { contracts })), { model: ended })!
  assert.equal(trained.report['meaning'], 'contract')
  const { curve } = trained.report['survival'] as unknown as { curve: { days: number; share: number }[] }
  assert.ok(curve.length <= 202 && curve.every(({ share }, i) => i === 0 || share <= curve[i - 1]!.share))
})

const odd = fc.dictionary(
  fc.constantFrom('orders.discounted', 'channel.opened:email', 'recency.order', 'never heard of', '__proto__', 'plan=gold'),
  fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity, 1e308, -1e308, 0)),
)

test('whatever a model is told, it answers with a probability, and its reasons add up to its logit', () => {
  const window = people(2_000)
  const linear = learned(data(window))!
  const forest = learned(data(window, night(people(2_000, { law: (days, share) => (days > 45 === share > 0.5 ? 0.7 : 0.05) }))))!
  assert.equal(forest.report['champion'], 'trees')
  fc.assert(
    fc.property(odd, fc.constantFrom(linear, forest), (features, trained) => {
      const said = score(inForce(trained), features, trained.trainedTo)
      assert.ok(typeof said !== 'string' && said.p > 0 && said.p < 1)
      const why = explain(inForce(trained), { features, now: trained.trainedTo }, 2)
      assert.ok(typeof why !== 'string' && why.top.length <= 2 && why.p === said.p)
      const body = decodePropensity(trained.body)
      const sum = why.base + why.rest + why.top.reduce((total, { adds }) => total + adds, 0)
      const alone: PropensityBody = {
        ...body,
        calibration: { linear: { x: [], y: [], trust: 0, edge: 1e-12 }, trees: { x: [], y: [], trust: 0, edge: 1e-12 } },
      }
      const raw = score({ ...inForce(trained), snapshot: { ...snapshotOf(trained), body: alone } }, features, trained.trainedTo)
      assert.ok(typeof raw !== 'string' && Math.abs(logit(raw.p) - sum) < 1e-6, `${sum}`)
    }),
    { numRuns: 60 },
  )
})

test('a snapshot gives the same answers bit for bit after it was written down, and one that is spoilt is refused', () => {
  const window = people(1_500)
  const trained = learned(data(window, night(window)))!
  const again = learned(data(window, night(window)))!
  assert.equal(again.body, trained.body, 'the same examples give the same bytes')
  const spoilt = (change: (packed: Record<string, unknown>) => void): string => {
    const packed = JSON.parse(trained.body)
    change(packed)
    return JSON.stringify(packed)
  }
  assert.throws(() => decodePropensity(trained.body.slice(0, -10)))
  assert.throws(() => decodePropensity(spoilt((packed) => Object.assign(packed, { champion: 'trees', trees: null }))), /there are none/)
  assert.throws(
    () =>
      decodePropensity(
        spoilt((packed) =>
          Object.assign(packed, { calibration: { linear: { x: [0, 1], y: [0.9, 0.1], trust: 1, edge: 0.01 }, trees: null } }),
        ),
      ),
    /has to rise/,
  )
  assert.throws(() => decodePropensity(spoilt((packed) => Object.assign(packed, { offset: null }))))
})

test('a model says why it is silent', () => {
  const trained = learned(data(people(500)))!
  const of = inForce(trained)
  assert.equal(score(undefined, {}, START), 'model_missing')
  assert.equal(score({ ...of, snapshot: null }, {}, START), 'model_cold')
  assert.equal(score({ ...of, snapshot: null, broken: 'checksum' }, {}, START), 'model_broken')
  assert.equal(score(of, {}, trained.trainedTo + 31 * DAY), 'model_stale')
})
