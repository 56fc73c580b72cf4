import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { kaplanMeier } from '#decisions/propensity/survival.ts'
import { readCsv, without } from '../../../test/fixtures/data.ts'
import { holdsDrills, ReportFacts, tableOf, told } from '../../../test/fixtures/report-facts.ts'
import { TELCO } from '../../../test/fixtures/tables.ts'
import { Metric } from '../metrics/schema.ts'
import { cohorts } from './cohorts-store.ts'
import { retention } from './retention-store.ts'
import { shareAfter } from './survival.ts'

const facts = ReportFacts.forThisFile()
const DAY = 86_400_000
const NOW = Date.UTC(2026, 5, 17, 12)
const on = (month: number, day: number): number => Date.UTC(2026, month - 1, day, 9)
const near = (found: unknown, wanted: number, tolerance: number): void =>
  assert.ok(Math.abs(Number(found) - wanted) <= tolerance, `${found} is not ${wanted} ± ${tolerance}`)

const orders = Metric.parse({ kind: 'metric', id: 'orders', event: 'Order Completed', measure: 'sum', value: 'total' })
facts.documents.set('metric orders', orders)

const order = (person: string, at: number, total: number) => ({ person, name: 'Order Completed', at, properties: { total } })
/** Ada became bob; cleo came a month later. */
const shop = async (workspace: string): Promise<void> => {
  await facts.events(workspace, [
    order('ada', on(3, 2), 10),
    order('bob', on(4, 5), 20),
    order('bob', on(4, 6), 5),
    order('dan', on(3, 30), 7),
    order('cleo', on(4, 9), 30),
    order('cleo', on(6, 3), 40),
  ])
  await facts.rows(workspace, 'people', [
    { profile_id: 'ada', attributes: '{}', permits: '{}', lists: '{}', scores: '{}', merged_into: 'bob', at: on(4, 1) },
    { profile_id: 'bob', attributes: '{"country":"SE"}', permits: '{}', lists: '{}', scores: '{}', merged_into: '', at: on(4, 1) },
    { profile_id: 'cleo', attributes: '{"country":"FR"}', permits: '{}', lists: '{}', scores: '{}', merged_into: '', at: on(4, 1) },
  ])
  await facts.rows(workspace, 'memberships', [
    { profile_id: 'ada', segment_id: 'vip', kind: 'entered', reason: '', cause: '', at: on(3, 3) },
  ])
}

test('cohorts by month: merged people are one, zeros are told, the month of now is open', async () => {
  await shop('c1')
  const parts = facts.parts('c1', NOW)
  const answer = await told(cohorts, parts, { metric: 'orders' })
  const rows = tableOf(answer, 'cohorts').rows.map(({ cohort, later, people, active, revenue, brought, open }) => [
    cohort,
    later,
    people,
    active,
    revenue,
    brought,
    open,
  ])
  assert.deepEqual(rows, [
    ['2026-03-01', 0, 2, 2, 17, 8.5, 'over'],
    ['2026-03-01', 1, 2, 1, 25, 21, 'over'],
    ['2026-03-01', 2, 2, 0, 0, 21, 'over'],
    ['2026-03-01', 3, 2, 0, 0, 21, 'open'],
    ['2026-04-01', 0, 1, 1, 30, 30, 'over'],
    ['2026-04-01', 1, 1, 0, 0, 30, 'over'],
    ['2026-04-01', 2, 1, 1, 40, 70, 'open'],
  ])
  const curve = tableOf(answer, 'curve').rows.map(({ later, people, active }) => [later, people, active])
  assert.deepEqual(
    curve,
    [
      [0, 3, 3],
      [1, 3, 1],
      [2, 2, 0],
    ],
    'what is open is in no average',
  )
  const people = await holdsDrills(cohorts, { parts, input: { metric: 'orders' } })
  assert.ok(people.every(({ profileId }) => profileId !== 'ada'))
})

test('cohorts from another beginning, by an attribute, by a segment, and by what the event said', async () => {
  await shop('c2')
  await facts.events('c2', [
    { person: 'cleo', name: 'Signed Up', at: on(4, 1), properties: { source: 'ads' } },
    { person: 'bob', name: 'Signed Up', at: on(4, 2) },
  ])
  const parts = facts.parts('c2', NOW)
  const groups = async (input: object) =>
    tableOf(await told(cohorts, parts, { metric: 'orders', ...input }), 'cohorts')
      .rows.filter(({ later }) => later === 0)
      .map(({ cohort, part, people, active }) => [cohort, part, people, active])
  assert.deepEqual(await groups({ since: 'Signed Up' }), [['2026-04-01', 'everybody', 2, 2]])
  assert.deepEqual(await groups({ since: 'Signed Up', by: { by: 'property', property: 'source' } }), [
    ['2026-04-01', 'ads', 1, 1],
    ['2026-04-01', 'not known', 1, 1],
  ])
  assert.deepEqual(await groups({ by: { by: 'attribute', attribute: 'country' } }), [
    ['2026-03-01', 'SE', 1, 1],
    ['2026-03-01', 'not known', 1, 1],
    ['2026-04-01', 'FR', 1, 1],
  ])
  assert.deepEqual(await groups({ by: { by: 'segment', segment: 'vip' } }), [
    ['2026-03-01', 'in the segment', 1, 1],
    ['2026-03-01', 'not in it', 1, 1],
    ['2026-04-01', 'not in it', 1, 1],
  ])
  await holdsDrills(cohorts, { parts, input: { metric: 'orders', by: { by: 'attribute', attribute: 'country' }, per: 'week' } })
  assert.ok('refused' in (await cohorts.run(parts, cohorts.input.parse({ metric: 'nothing' }))))
})

test('whatever happened, cohorts hold everybody once and every purchase once', async () => {
  let run = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 50 })), {
        minLength: 1,
        maxLength: 25,
      }),
      fc.constantFrom('week', 'month'),
      async (bought, per) => {
        const workspace = `random-${++run}`
        await facts.events(
          workspace,
          bought.map(([person, days, total]) => order(`p${person}`, NOW - days * DAY, total)),
        )
        const { rows } = tableOf(
          await told(cohorts, facts.parts(workspace, NOW), { metric: 'orders', per: per as 'week', cohorts: 60 }),
          'cohorts',
        )
        const sum = (of: string, where: (row: (typeof rows)[number]) => boolean = () => true): number =>
          rows.filter(where).reduce((total, row) => total + Number(row[of]), 0)
        assert.equal(
          sum('people', ({ later }) => later === 0),
          new Set(bought.map(([person]) => person)).size,
        )
        assert.equal(
          sum('active', ({ later }) => later === 0),
          sum('people', ({ later }) => later === 0),
          'whoever began did it then',
        )
        assert.equal(
          sum('revenue'),
          bought.reduce((total, [, , each]) => total + each, 0),
        )
        assert.ok(rows.every(({ active, people }) => Number(active) <= Number(people)))
      },
    ),
    { numRuns: 12 },
  )
})

test('Telco contracts as events: the curve that facts give is that of the table', { skip: without(TELCO.file) }, async () => {
  const rows = readCsv(TELCO.file).filter((row) => Number(row['tenure']) > 0)
  await facts.events(
    'telco',
    rows.flatMap((row, i) => {
      const began = NOW - Number(row['tenure']) * DAY
      const person = `t${i}`
      const start = {
        person,
        name: 'Subscribed',
        at: began - (row['Churn'] === 'Yes' ? 5 * DAY : 0),
        properties: { plan: row['Contract'] },
      }
      return row['Churn'] === 'Yes' ? [start, { person, name: 'Cancelled', at: NOW - 5 * DAY }] : [start]
    }),
  )
  const input = { start: 'Subscribed', end: 'Cancelled', by: { by: 'property' as const, property: 'plan' }, within: 60, period: 10 }
  const parts = facts.parts('telco', NOW)
  const answer = await told(retention, parts, input)
  const groups = tableOf(answer, 'groups').rows
  assert.deepEqual(
    groups.map(({ part }) => part),
    ['Month-to-month', 'Two year', 'One year'],
  )
  for (const { part, contracts, ended, stays_30, low_30, high_30 } of groups) {
    const spans = rows
      .filter((row) => row['Contract'] === part)
      .map((row) => ({ time: Number(row['tenure']), ended: row['Churn'] === 'Yes' }))
    assert.equal(contracts, spans.length)
    assert.equal(ended, spans.filter((span) => span.ended).length)
    near(stays_30, shareAfter(kaplanMeier(spans), 30)!.survival, 1e-9)
    assert.ok(Number(low_30) < Number(stays_30) && Number(stays_30) < Number(high_30))
  }
  assert.ok(
    answer.sentences.some((sentence) => sentence.includes('p < 0.001 (log-rank test)')),
    answer.sentences.join('\n'),
  )
  await holdsDrills(retention, { parts, input })
})

test('contracts one by one: a person may have several, and one that has not ended still runs', async () => {
  const event = (...[person, name, day, contract]: readonly [string, string, number, string]) => ({
    person,
    name,
    at: NOW - day * DAY,
    properties: { contract },
  })
  await facts.events('contracts', [
    event('ada', 'Subscribed', 50, 'a'),
    event('ada', 'Cancelled', 20, 'a'),
    event('ada', 'Subscribed', 10, 'b'),
    event('bob', 'Subscribed', 40, 'c'),
    event('bob', 'Cancelled', 45, 'c'),
  ])
  const parts = facts.parts('contracts', NOW)
  const of = async (input: object) => {
    const { contracts, ended } = tableOf(await told(retention, parts, { start: 'Subscribed', end: 'Cancelled', ...input }), 'groups')
      .rows[0]!
    return [contracts, ended]
  }
  assert.deepEqual(await of({}), [2, 1], 'bob’s cancellation was before he began')
  assert.deepEqual(await of({ contract: 'contract' }), [3, 1])
  assert.deepEqual(await of({ contract: 'contract', from: NOW - 45 * DAY }), [2, 0])
})
