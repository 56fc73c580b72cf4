import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { Metric } from '../metrics/schema.ts'
import { checkGoal } from './check.ts'
import { incrementOf, togetherOf } from './contributions.ts'
import { baselineSpan, plusDays, spanOf } from './period.ts'
import type { GoalFacts } from './reckoning.ts'
import { progressOf, recordOf, seriesOf } from './report.ts'
import { Goal } from './schema.ts'
import { chanceText, dayText, figure } from './words.ts'

const DAY = 86_400_000
const METRICS = [
  { id: 'orders', event: 'Order Completed', measure: 'count' },
  { id: 'buyers', event: 'Order Completed', measure: 'converted' },
  { id: 'revenue', event: 'Order Completed', measure: 'sum', value: 'total' },
  { id: 'cancellations', event: 'Subscription Cancelled', measure: 'converted', better: 'less', name: 'Cancellations' },
  { id: 'basket', event: 'Order Completed', measure: 'ratio', value: 'total' },
].map((metric) => Metric.parse({ kind: 'metric', ...metric }))

const goal = (parts: Record<string, unknown>): Goal =>
  Goal.parse({ kind: 'goal', id: 'g', metric: 'orders', period: 'quarter', target: { change: '+10%' }, ...parts })
test('an increment is a sum over versions, and nobody gets one without people to hold against', () => {
  const arm = (name: string, version: number, [n, sum]: readonly [n: number, sum: number]) => ({
    arm: name,
    version,
    n,
    converted: sum,
    sum,
    sumSquares: sum,
  })
  assert.equal(incrementOf([arm('treated', 1, [500, 50])]), 'none')
  assert.equal(incrementOf([arm('treated', 1, [500, 50]), arm('held_out', 2, [500, 10])]), 'none')
  assert.equal(incrementOf([arm('treated', 1, [500, 50]), arm('held_out', 1, [99, 10])]), 'early')
  const found = incrementOf([
    arm('treated', 1, [500, 100]),
    arm('held_out', 1, [500, 50]),
    arm('treated', 2, [200, 20]),
    arm('held_out', 2, [400, 40]),
    arm('treated', 3, [50, 50]),
  ])
  assert.ok(typeof found !== 'string')
  assert.ok(Math.abs(found.estimate - 50) < 1e-9)
  assert.deepEqual([found.treated, found.heldOut], [700, 900])
  assert.deepEqual(togetherOf([]), null)
  const both = togetherOf([found, found])!
  assert.ok(Math.abs(both.estimate - 100) < 1e-9 && both.high - both.estimate < 2 * (found.high - found.estimate))
})

test('periods are those of the calendar, also where clocks change', () => {
  const where = { zone: 'Europe/Oslo', at: Date.parse('2026-03-31T23:00:00Z') }
  assert.deepEqual(
    (['week', 'month', 'quarter', 'year', '2024-02', '2026-Q1', '2027'] as const).map((period) => {
      const { first, last, days } = spanOf(period, where)
      return `${first} ${last} ${days}`
    }),
    [
      '2026-03-30 2026-04-05 7',
      '2026-04-01 2026-04-30 30',
      '2026-04-01 2026-06-30 91',
      '2026-01-01 2026-12-31 365',
      '2024-02-01 2024-02-29 29',
      '2026-01-01 2026-03-31 90',
      '2027-01-01 2027-12-31 365',
    ],
  )
  const march = spanOf('2026-03', where)
  assert.equal(march.to - march.from, 31 * DAY - 3_600_000)
  const before = (baseline: 'previous' | 'year-before', period: Goal['period']) => {
    const { first, last } = baselineSpan(baseline, { period, ...where })
    return `${first} ${last}`
  }
  assert.equal(before('previous', 'quarter'), '2026-01-01 2026-03-31')
  assert.equal(before('previous', { from: '2026-03-10', to: '2026-03-19' }), '2026-02-28 2026-03-09')
  assert.equal(before('year-before', '2024-02'), '2023-02-01 2023-02-28')
  assert.equal(before('year-before', '2026-Q1'), '2025-01-01 2025-03-31')
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4e12 }),
      fc.constantFrom('week' as const, 'month' as const, 'quarter' as const, 'year' as const),
      (moment, period) => {
        const asked = { zone: 'America/New_York', at: moment }
        const span = spanOf(period, asked)
        const earlier = baselineSpan('previous', { period, ...asked })
        return span.from <= moment && moment < span.to && earlier.to === span.from
      },
    ),
  )
})

test('a goal that cannot be measured is refused, with what to do', () => {
  const library = {
    get: (kind: string, id: string) => (kind === 'metric' ? METRICS.find((each) => each.id === id) : undefined),
    ids: (kind: string) => (kind === 'metric' ? METRICS.map(({ id }) => id) : ['paying']),
  }
  const found = (parts: Record<string, unknown>) => checkGoal(goal(parts), library).map(({ code, at: where }) => `${code} ${where}`)
  assert.deepEqual(found({}), [])
  assert.deepEqual(found({ metric: 'oders' }), ['metric.unknown /metric'])
  assert.deepEqual(found({ metric: 'basket' }), ['goal.measure /metric'])
  assert.deepEqual(found({ scope: { segment: 'payers' } }), ['goal.segment /scope/segment'])
  assert.deepEqual(found({ metric: 'buyers', baseline: { from: '2025-01-01', to: '2025-12-31' } }), ['goal.lengths /baseline'])
  assert.deepEqual(found({ baseline: { from: '2025-01-01', to: '2025-12-31' } }), [])
  const refused = (parts: Record<string, unknown>) =>
    Goal.safeParse({ kind: 'goal', id: 'g', metric: 'orders', period: 'quarter', target: { to: 1 }, ...parts }).error?.issues[0]?.message
  assert.equal(refused({ period: '2026-Q5' }), 'write quarter, 2026-Q1, 2026-03, 2026, or from: and to:')
  assert.equal(refused({ per: 'person' }), 'say of which segment: scope: { segment: … }')
  assert.equal(refused({ target: { change: '-100%' } }), 'nothing falls by 100 % or more: write to: 0')
  assert.equal(refused({ zone: 'Mars/North' }), 'write a time zone such as Europe/Berlin')
})

test('numbers and days are written as people write them', () => {
  assert.deepEqual(
    [0, 7, 1204, 1234567.8, 73.52, 4.849, 0.0843, -41.5, 10.04, -0.2].map((value) => figure(value)),
    ['0', '7', '1,204', '1,234,568', '73.5', '4.85', '0.0843', '−41.5', '10', '−0.2'],
  )
  assert.deepEqual([0.001, 0.34, 0.996].map(chanceText), ['below 1 %', '34 %', 'above 99 %'])
  assert.equal(dayText('2026-03-01'), '1 March 2026')
})

/** Days of up to a year and a half before the moment, some of them without anything. */
const anyFacts: fc.Arbitrary<GoalFacts> = fc
  .record({
    first: fc.integer({ min: 0, max: 540 }),
    values: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 400 })), { maxLength: 540 }),
    members: fc.option(fc.record({ period: fc.nat(5_000), baseline: fc.nat(5_000) })),
  })
  .map(({ first, values, members }) => {
    const days = values.flatMap((value, i) => {
      const day = plusDays('2024-09-01', first + i)
      return value > 0 && day <= '2026-02-20' ? [{ day, times: value, people: value, sum: value * 9.95 }] : []
    })
    return { days, once: null, members, segmentSince: null }
  })

test('whatever happened before, what is told of a goal agrees with itself, and nothing is told that is no number', () => {
  fc.assert(
    fc.property(
      anyFacts,
      fc.record({
        metric: fc.constantFrom('orders', 'revenue'),
        per: fc.constantFrom('total', 'person'),
        scope: fc.constant({ segment: 'paying' }),
        period: fc.constantFrom('week', 'quarter', 'year', '2025', '2026-03', { from: '2026-02-20', to: '2026-02-20' }),
        baseline: fc.constantFrom('previous', 'year-before', { value: 100 }),
        target: fc.constantFrom({ change: '-5%' }, { change: '+20%' }, { to: 0 }, { to: 50 }),
      }),
      fc.integer({ min: Date.UTC(2026, 1, 20), max: Date.UTC(2026, 1, 21) - 1 }),
      (facts, parts, asOf) => {
        const asked = { goal: goal(parts), metric: METRICS.find(({ id }) => id === parts.metric)!, facts, asOf }
        const told = progressOf(asked)
        const { series, fan } = seriesOf(asked)
        const divided = parts.per === 'person' && (facts.members?.period ?? 0) === 0
        assert.equal(Number.isFinite(told.soFar), !divided)
        assert.ok(
          !/NaN|Infinity|undefined|null/.test(JSON.stringify([told.sentence, told.needs, told.doubts, told.definitions, told.noForecast])),
          told.sentence,
        )
        if (!divided) {
          assert.ok(Math.abs(series.reduce((sum, { value }) => sum + value, 0) - told.soFar) <= 1e-9 * Math.max(1, told.soFar))
          assert.ok(series.length <= told.period.days)
        }
        for (const { low, mid, high } of fan) assert.ok(low <= mid && mid <= high && [low, high].every(Number.isFinite))
        const { forecast, target, standing } = told
        if (forecast) {
          assert.ok(forecast.low <= forecast.high && forecast.low >= told.soFar - 1e-9)
          assert.ok(forecast.chance === null || (forecast.chance >= 0 && forecast.chance <= 1))
          assert.equal(forecast.chance === null, target === null)
        }
        // Of what can only grow: what is reached from below stays reached, what is exceeded stays exceeded.
        if (target && !divided && standing === 'reached' && asOf < told.period.to) assert.ok(told.soFar >= target.value)
        if (target && standing === 'missed' && asOf < told.period.to) assert.ok(told.soFar > target.value)
        if (!target) assert.ok(standing === 'unknown')
        const record = recordOf(asked)
        assert.ok(record === null || record.held <= record.forecasts)
      },
    ),
    { numRuns: 60 },
  )
})
