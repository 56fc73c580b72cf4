import assert from 'node:assert/strict'
import test from 'node:test'
import { Experiment } from '#decisions/experiments/schema.ts'
import { Journey } from '#journeys/schema.ts'
import { metricsOf } from '../experiments/metrics.ts'
import { reportOf } from '../experiments/report.ts'
import type { Library } from '../experiments/sources.ts'
import { comparisonOf, outcomeOf } from './outcomes.ts'

const DAY = 86_400_000
const NOW = Date.UTC(2026, 5, 1)
const cart = Journey.parse({
  kind: 'journey',
  id: 'cart',
  name: 'Cart reminder',
  goal: { event: 'Order Completed', within: '3d', value: 'total', margin: 0.4 },
  entry: { event: 'Product Added' },
  holdout: '20%',
  steps: [{ kind: 'wait', id: 'w', for: '1h' }],
}) as Journey
const library = {
  get: (kind: string, id: string) => (kind === 'journey' && id === cart.id ? cart : undefined),
  ids: (kind: string) => (kind === 'journey' ? [cart.id] : []),
}

/** Of so many people of each arm so many ordered, for 50 each. */
function told(arms: Readonly<Record<string, readonly [people: number, ordered: number]>>, journey = cart, known: Library = library) {
  const described = comparisonOf(journey, known)!
  const first = NOW - 40 * DAY
  const counts = Object.entries(arms).map(([arm, [people]]) => ({
    arm,
    version: 1,
    share: 0,
    people,
    crossed: 0,
    first,
    last: first + DAY,
  }))
  const measured = metricsOf(described, known).map((each) => ({
    ...each,
    rows: Object.entries(arms).map(([arm, [n, ordered]]) => {
      const one = each.metric.measure === 'sum' ? 50 : 1
      return {
        arm,
        day: NOW - 30 * DAY,
        cut: '',
        n,
        converted: ordered,
        y: ordered * one,
        yy: ordered * one * one,
        p: 0,
        pp: 0,
        yp: 0,
        b: 0,
        bb: 0,
        yb: 0,
        bp: 0,
      }
    }),
  }))
  const report = reportOf({
    described,
    counts,
    measured,
    designed: () => described.shares ?? {},
    prior: null,
    currency: 'EUR',
    asOf: NOW,
  })
  return outcomeOf(journey, known, report)
}

test('an outcome that is measured says what treated people did beyond the held-out ones, in people and in money', () => {
  const line = told({ treated: [8_000, 1_600], held_out: [2_000, 200] })
  assert.equal(line.measured, 'measured')
  const { estimate, low, high, treated, heldOut } = line.difference!
  assert.ok(Math.abs(estimate - 0.1) < 1e-12 && low > 0.05 && low < 0.1 && high > 0.1 && high < 0.15)
  assert.deepEqual([treated, heldOut], [8_000, 2_000])
  assert.ok(Math.abs(line.perPerson!.estimate - 5) < 1e-9 && line.perPerson!.low > 0)
  assert.equal(line.outcome, '“Order Completed” within 3 days of coming in; worth the event’s “total”, 40 % of it margin')
  assert.match(line.sentence, /reached the goal/)
  assert.deepEqual(line.drill, { action: 'experiments.report', query: { key: 'journey:cart' } })
})

test('too few people are no result, and arms that are not split as designed show none', () => {
  const few = told({ treated: [80, 16], held_out: [20, 2] })
  assert.deepEqual([few.measured, few.difference, few.perPerson], ['early', null, null])
  const skewed = told({ treated: [8_000, 1_600], held_out: [2_600, 200] })
  assert.deepEqual([skewed.measured, skewed.difference], ['blocked', null])
  assert.match(skewed.sentence, /split|drawn|share/i)
})

const back = Journey.parse({ ...cart, id: 'back', name: 'Win back', holdout: '0%' }) as Journey
const worth = Experiment.parse({
  kind: 'experiment',
  id: 'worth',
  on: 'journeys',
  journeys: ['back', 'cart'],
  hypothesis: 'The mail brings people back.',
  primary: 'goal:back',
  arms: [
    { id: 'other', share: '25%', enters: ['cart'] },
    { id: 'mail', share: '25%', enters: ['back'] },
    { id: 'nothing', share: '50%', control: true, enters: [] },
  ],
})
const shelf = (experiment: object): Library => ({
  get: (kind, id) =>
    kind === 'journey' ? [cart, back].find((each) => each.id === id) : kind === 'experiment' && id === 'worth' ? experiment : undefined,
  ids: (kind) => (kind === 'journey' ? ['cart', 'back'] : kind === 'experiment' ? ['worth'] : []),
})

test('a journey that holds out nobody is measured by the experiment that lets some people into it, by the arm that comes in', () => {
  const line = told({ other: [2_000, 900], mail: [2_000, 400], nothing: [4_000, 400] }, back, shelf(worth))
  assert.equal(line.measured, 'measured')
  assert.ok(Math.abs(line.difference!.estimate - 0.1) < 1e-12)
  assert.deepEqual([line.difference!.treated, line.difference!.heldOut], [2_000, 4_000])
  assert.deepEqual(line.drill, { action: 'experiments.report', query: { key: 'experiment:worth' } })
})

test('a hold-out of its own comes first; whom the control lets in too nobody compares, and then nobody will know', () => {
  assert.equal(comparisonOf(cart, shelf(worth))!.key, 'journey:cart')
  const all = { ...worth, arms: (worth as { readonly arms: readonly object[] }).arms.map((arm) => ({ ...arm, enters: ['back'] })) }
  assert.equal(comparisonOf(back, shelf(all)), undefined)
  assert.equal(outcomeOf(back, shelf(all), undefined).measured, 'not')
})
