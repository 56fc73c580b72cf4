import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Metric } from '../metrics/schema.ts'
import { calibrate, type Incremental } from './calibrate.ts'
import type { KeyCounts, PathCounts } from './counts.ts'
import { creditAll, hazardOf } from './credit.ts'
import { movesOf } from './markov.ts'
import { keysOf, type Path } from './path.ts'
import { attributionReport } from './report.ts'
import { creditByRule, RULES } from './rules.ts'
import { coalitionsOf, shapley } from './shapley.ts'
import { checkTouchpoints, defaultTouchpoints, Touchpoints, windowsOf } from './touchpoints.ts'

const DAY = 86_400_000
const NOW = 1_800_000_000_000
const SALES = Metric.parse({ kind: 'metric', id: 'sales', name: 'Sales', event: 'Order Completed', measure: 'sum', value: 'total' })
const sum = (numbers: Iterable<number>): number => [...numbers].reduce((all, each) => all + each, 0)

/** What the database would have counted of these paths, and of conversions that no touch led to. */
function counted(paths: readonly Path[], untouched = 0): PathCounts {
  const rules = new Map(RULES.map((rule) => [rule, new Map(creditByRule(paths, rule).map((credit) => [credit.key, credit]))]))
  const equal = new Map(shapley(coalitionsOf(paths)).map((credit) => [credit.key, credit]))
  const met = (key: string) => paths.filter(({ steps }) => steps.includes(key))
  const moves = movesOf(paths)
  const size = moves.keys.length
  return {
    totals: {
      conversions: sum(paths.map(({ conversions }) => conversions)) + untouched,
      value: sum(paths.map(({ value }) => value)) + untouched * 10,
      nulls: sum(paths.map(({ nulls }) => nulls)),
      open: 0,
      untouched: { conversions: untouched, value: untouched * 10 },
      touches: sum(paths.map(({ steps, conversions }) => steps.length * conversions)),
      days: sum(paths.map(({ conversions }) => conversions * 2)),
    },
    keys: keysOf(paths).map(
      (key): KeyCounts => ({
        key,
        rules: Object.fromEntries(RULES.map((rule) => [rule, rules.get(rule)!.get(key)!])) as unknown as KeyCounts['rules'],
        shapley: equal.get(key)!,
        met: { conversions: sum(met(key).map(({ conversions }) => conversions)), value: sum(met(key).map(({ value }) => value)) },
        nulls: sum(met(key).map(({ nulls }) => nulls)),
      }),
    ),
    moves: [
      ...moves.keys.flatMap((to, i) => ({ from: null, to, ends: false, times: moves.started[i]! })),
      ...moves.keys.flatMap((from, i) => moves.keys.map((to, j) => ({ from, to, ends: false, times: moves.between[i * size + j]! }))),
      ...moves.keys.flatMap((from, i) => [
        { from, to: 'conversion', ends: true, times: moves.converted[i]! },
        { from, to: 'nothing', ends: true, times: moves.lost[i]! },
      ]),
    ],
  }
}

const PATHS: Path[] = [
  { steps: ['email'], conversions: 60, value: 600, nulls: 340 },
  { steps: ['paid search', 'email'], conversions: 80, value: 900, nulls: 120 },
  { steps: ['paid search'], conversions: 40, value: 400, nulls: 360 },
]
const CAUSED: Incremental = {
  by: 'channel',
  key: 'email',
  conversions: { estimate: 50, low: 20, high: 80 },
  value: { estimate: 500, low: 100, high: 900 },
  level: 0.95,
  since: NOW - 28 * DAY,
  experiment: 'holdout:all',
}

const touchpoints = defaultTouchpoints()
const asked = {
  metric: SALES,
  by: 'channel',
  model: 'last',
  currency: 'EUR',
  from: NOW - 28 * DAY,
  to: NOW - 2 * DAY,
  asOf: NOW + 60 * DAY,
  touchpoints,
  windows: windowsOf(touchpoints),
  query: { metric: 'sales' },
} as const
const told = (more: Partial<Parameters<typeof attributionReport>[1]> = {}) =>
  attributionReport(asked, {
    all: counted(PATHS, 20),
    clicksOnly: counted(PATHS, 20),
    longer: null,
    hazard: null,
    calibrated: [],
    uncalibrated: 0,
    ...more,
  })

test('an experiment scales credit to what was caused, with its interval, and a negative effect turns it round', () => {
  const now = { conversions: 140, value: 1_500 }
  const one = calibrate({ incremental: CAUSED, then: { conversions: 100, value: 1_000 }, now, currency: 'EUR' })!
  assert.deepEqual(one.factor, { estimate: 0.5, low: 0.2, high: 0.8 })
  assert.deepEqual(one.conversions, { estimate: 70, low: 28, high: 112 })
  assert.deepEqual(one.value, { estimate: 750, low: 150, high: 1_350 })
  assert.match(one.sentence, /“E-mail” caused 0\.50 conversions for each one credited/)
  const harm = { ...CAUSED, conversions: { estimate: -10, low: -30, high: 10 }, value: null }
  const bad = calibrate({ incremental: harm, then: { conversions: 100, value: 0 }, now, currency: 'EUR' })!
  assert.ok(bad.conversions.low < bad.conversions.estimate && bad.conversions.estimate < 0 && bad.conversions.high > 0)
  assert.equal(bad.value, null)
  assert.equal(calibrate({ incremental: CAUSED, then: { conversions: 0, value: 0 }, now, currency: 'EUR' }), null)
})

test('the three tellings stand side by side, and sentences say why they differ', () => {
  const calibrated = [
    calibrate({ incremental: CAUSED, then: { conversions: 140, value: 1_500 }, now: { conversions: 140, value: 1_500 }, currency: 'EUR' })!,
  ]
  const { tellings, doubts, label, sentence } = told({ calibrated })
  assert.equal(label, 'credit, not cause')
  assert.deepEqual([tellings.conversions, tellings.claimed, tellings.attributed], [200, 260, 180])
  const [email, search] = tellings.rows
  assert.deepEqual([email!.key, email!.claimed, email!.attributed, Math.round(email!.incremental!.estimate)], ['email', 140, 140, 50])
  assert.deepEqual([search!.key, search!.claimed, search!.attributed, search!.incremental], ['paid search', 120, 40, null])
  assert.match(search!.sentence, /nobody knows without a hold-out/)
  assert.match(tellings.sentences[0]!, /claim 260 conversions where there were 200: 60 too many/)
  assert.match(tellings.sentences[1]!, /shares out 180, each conversion once; 20 have no touch/)
  assert.match(tellings.sentences[2]!, /50 of 140 credited conversions were caused: 90 would have come anyway/)
  const harm = { ...CAUSED, conversions: { estimate: -10, low: -30, high: 10 }, value: null }
  const worse = calibrate({
    incremental: harm,
    then: { conversions: 140, value: 0 },
    now: { conversions: 140, value: 0 },
    currency: 'EUR',
  })!
  assert.match(told({ calibrated: [worse] }).tellings.sentences[2]!, /nothing shows that any of the 140 credited conversions was caused/)
  assert.match(sentence, /credit, not cause/)
  assert.ok(!doubts.some(({ code }) => code === 'not_calibrated'))
  const bare = told()
  assert.ok(bare.doubts.some(({ code }) => code === 'not_calibrated'))
  assert.match(bare.tellings.sentences[2]!, /hold some people out/)
})

test('every number of a report says how to reach what is behind it', () => {
  for (const row of told().all.rows) {
    assert.deepEqual(row.people, { action: 'attribution.people', query: { metric: 'sales', views: 'counted', key: row.key } })
    assert.equal(row.paths.action, 'attribution.paths')
  }
  assert.equal(told().clicksOnly.untouched.people.query['untouched'], 'true')
})

const anyPath: fc.Arbitrary<Path> = fc.record({
  steps: fc.array(fc.constantFrom('a', 'b', 'c', 'direct'), { minLength: 1, maxLength: 6 }),
  conversions: fc.integer({ min: 0, max: 9 }),
  value: fc.integer({ min: 0, max: 99 }),
  nulls: fc.integer({ min: 0, max: 9 }),
})

test('in every report the credit of each model and what no touch led to sum to all conversions and all value', () => {
  fc.assert(
    fc.property(fc.array(anyPath, { maxLength: 12 }), fc.nat(20), (paths, untouched) => {
      const worth = paths.map((path) => ({ ...path, value: path.conversions > 0 ? path.value : 0 }))
      const report = told({ all: counted(worth, untouched) }).all
      for (const model of [...RULES, 'markov', 'shapley'] as const) {
        const credit = report.rows.map((row) => row.credit[model]!)
        const all = sum(credit.map(({ conversions }) => conversions)) + report.untouched.conversions
        assert.ok(Math.abs(all - report.conversions) < 1e-6, `${model}: ${all} of ${report.conversions}`)
        const value = sum(credit.map((each) => each.value!)) + report.untouched.value!
        assert.ok(Math.abs(value - report.value!) < 1e-6, `${model}: ${value} of ${report.value}`)
        assert.ok(credit.every((each) => Number.isFinite(each.share)))
      }
      for (const row of report.rows) assert.ok(row.claimed.conversions <= report.conversions)
    }),
  )
})

test('the hazard over timed ways leaves what would have come anyway to nobody', () => {
  const paths = [
    { steps: ['email'], ages: [0.1], converted: true, times: 30 },
    { steps: ['email', 'banner'], ages: [4, 0.2], converted: true, times: 10 },
    { steps: ['banner'], ages: [30], converted: false, times: 400 },
    { steps: ['email'], ages: [30], converted: false, times: 200 },
  ]
  const hazard = hazardOf(paths)!
  assert.ok(Math.abs(sum(hazard.shares.map(({ share }) => share)) + hazard.organic - 1) < 1e-9)
  const [banner, email] = hazard.effects
  assert.ok(email!.perTouch > banner!.perTouch * 2, `${email!.perTouch} and ${banner!.perTouch}`)
  const { credits } = creditAll(counted(PATHS), { hazard })
  assert.ok(credits.get('hazard')!.get('email')!.conversions > 100)
  assert.equal(hazardOf([]), null)
})

test('touchpoints are checked: windows, own receipts, conditions', () => {
  assert.deepEqual(checkTouchpoints(defaultTouchpoints()), [])
  const wrong = Touchpoints.parse({
    kind: 'touchpoints',
    id: 'wrong',
    windows: { click: '1d', view: '7d' },
    events: [
      { event: 'message.opened', channel: 'email' },
      { event: 'Fair Visited', where: 'event.properties.x >', channel: 'fair' },
      { event: 'Fair Visited', where: 'attributes.country = "AT"', channel: 'fair' },
    ],
  })
  assert.deepEqual(
    checkTouchpoints(wrong).map(({ at }) => at),
    ['/windows/view', '/events/0/event', '/events/1/where', '/events/2/where'],
  )
  assert.equal(Touchpoints.safeParse({ kind: 'touchpoints', id: 'a', windows: { click: '400d' } }).success, false)
})
