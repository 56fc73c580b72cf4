import assert from 'node:assert/strict'
import test from 'node:test'
import { Journey } from '#journeys/schema.ts'
import { metricsOf } from '../experiments/metrics.ts'
import { reportOf } from '../experiments/report.ts'
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
function told(arms: Readonly<Record<string, readonly [people: number, ordered: number]>>) {
  const described = comparisonOf(cart, library)!
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
  const measured = metricsOf(described, library).map((each) => ({
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
    designed: () => ({ treated: 0.8, held_out: 0.2 }),
    prior: null,
    currency: 'EUR',
    asOf: NOW,
  })
  return outcomeOf(cart, library, report)
}

test('an outcome that is measured says what treated people did beyond the held-out ones, in people and in money', () => {
  const line = told({ treated: [8_000, 1_600], held_out: [2_000, 200] })
  assert.equal(line.measured, 'measured')
  const { estimate, low, high, treated, heldOut } = line.difference!
  assert.ok(Math.abs(estimate - 0.1) < 1e-12 && low > 0.05 && low < 0.1 && high > 0.1 && high < 0.15)
  assert.deepEqual([treated, heldOut], [8_000, 2_000])
  assert.ok(Math.abs(line.perPerson!.estimate - 5) < 1e-9 && line.perPerson!.low > 0)
  assert.equal(line.outcome, '“Order Completed” within 3d of coming in; worth the event’s total, 40 % of it margin')
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
