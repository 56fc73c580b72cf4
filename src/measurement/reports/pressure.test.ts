import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DecisionFact, DeliveryFact } from '#events/reaction.ts'
import { random } from '#lib/numeric/random.ts'
import { DAY, FactWorld, NOW } from '../../../test/fixtures/facts.ts'
import { type Sending, sending } from '../../../test/fixtures/messages.ts'
import { behind, numbersOf, type ReportDesk, runReport, tableIn } from '../../../test/fixtures/reports.ts'
import { newcombe, welch } from '../intervals.ts'

const world = FactWorld.forThisFile()
const desk = (workspace: string, more: Partial<ReportDesk> = {}): ReportDesk => ({ facts: world.analytics, now: NOW, workspace, ...more })
const HOUR = 3_600_000

test('messages in the seven days before are counted to the millisecond, and a week is Monday to Sunday', async () => {
  const dice = random('pressure report')
  const sends = Array.from({ length: 300 }, (_, i): Required<Pick<Sending, 'person' | 'at'>> & { clicked: boolean; gone: boolean } => ({
    person: `p${i % 12}`,
    at: NOW - 40 * DAY + Math.floor(dice.uniform() * 40 * DAY),
    clicked: dice.uniform() < 0.3,
    gone: dice.uniform() < 0.05,
  }))
  // On the edge: exactly seven days before counts, a millisecond more does not; what is no marketing never counts.
  const edge = NOW - 15 * DAY
  sends.push(...[edge, edge + 7 * DAY, edge + 14 * DAY + 1].map((at) => ({ person: 'edge', at, clicked: false, gone: false })))
  const rows = sends.flatMap(({ clicked, gone, ...send }) =>
    sending('weeks', {
      ...send,
      fates: [...(clicked ? [['clicked', HOUR, { fetcher: 'person' }] as const] : []), ...(gone ? [['unsubscribed', HOUR] as const] : [])],
    }),
  )
  await world.record({
    deliveries: [...rows, ...sending('weeks', { person: 'edge', at: edge + DAY, more: { lane: 'transactional' } as never })],
  })

  const period = { from: NOW - 30 * DAY, to: NOW }
  const read = await runReport(desk('weeks'), 'pressure', period)
  const inside = sends.filter(({ at }) => at >= period.from && at < period.to)
  const before = ({ person, at }: { person: string; at: number }): number =>
    Math.min(10, sends.filter((other) => other.person === person && other.at <= at && other.at >= at - 7 * DAY).length - 1)
  const wanted = [...Map.groupBy(inside, before)].sort(([a], [b]) => a - b)
  assert.deepEqual(
    tableIn(read, 'before').rows.map(({ before: n, messages, clicked, gone }) => [n, messages, clicked, gone]),
    wanted.map(([n, own]) => [n, own.length, own.filter(({ clicked }) => clicked).length, own.filter(({ gone }) => gone).length]),
  )
  const monday = (at: number): string => {
    const day = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('UTC').toPlainDate()
    return day.subtract({ days: day.dayOfWeek - 1 }).toString()
  }
  const weeks = [...Map.groupBy(inside, ({ person, at }) => `${person} ${monday(at)}`).values()]
  const sizes = [...Map.groupBy(weeks, (week) => Math.min(10, week.length))].sort(([a], [b]) => a - b)
  assert.deepEqual(
    tableIn(read, 'weeks').rows.map(({ size, weeks: count }) => [size, count]),
    sizes.map(([size, list]) => [size, list.length]),
  )
  assert.ok(
    read.doubts.some(({ code }) => code === 'not_drawn'),
    'who gets many is not who gets few',
  )
})

test('what was held back is told by reason, and its sentence says which cap', async () => {
  const held = (person: string, reason: string): DeliveryFact => ({
    workspace_id: 'held',
    profile_id: person,
    effect_id: '',
    journey_id: 'welcome',
    version: 1,
    enrollment_id: 'r',
    step_id: 'mail',
    channel: 'email',
    status: 'held',
    reason,
    at: NOW - DAY,
  })
  await world.record({
    deliveries: [held('ada', 'capped:weekly'), held('ada', 'capped:weekly'), held('bob', 'quiet_hours'), held('eve', 'capped:weekly')],
  })
  const read = await runReport(desk('held'), 'pressure', {})
  assert.deepEqual(
    tableIn(read, 'held').rows.map(({ reason, times, people }) => [reason, times, people]),
    [
      ['capped:weekly', 3, 2],
      ['quiet_hours', 1, 1],
    ],
  )
  assert.equal(tableIn(read, 'held').rows[0]!['sentence'], 'They have had as many messages as cap “weekly” allows.')
  const number = numbersOf(read.tables).find(({ column }) => column.id === 'times')!
  assert.deepEqual((await behind(desk('held'), { report: 'pressure', params: {} }, number)).map(({ profileId }) => profileId).toSorted(), [
    'ada',
    'ada',
    'eve',
  ])
})

test('lots of the pressure model stand beside the contact policy alone, people once each, with intervals', async () => {
  const dice = random('lots')
  const people = Array.from({ length: 300 }, (_, i) => {
    const lot = i % 3 === 0 ? 'policy' : i % 3 === 1 ? 'weighed' : 'cap:2'
    const messages = Array.from({ length: 4 }, (_, n) => ({
      goes: lot === 'policy' || n < 2,
      clicked: dice.uniform() < (lot === 'policy' ? 0.2 : 0.5),
      gone: dice.uniform() < (lot === 'policy' ? 0.1 : 0.01),
      id: `r${i}-${n}:mail`,
      at: NOW - 30 * DAY + n * 2 * DAY,
    }))
    return { person: `p${i}`, lot, messages }
  })
  const decisions = people.flatMap(({ person, lot, messages }) =>
    messages.map(
      ({ id, at, goes }): DecisionFact => ({
        workspace_id: 'lots',
        profile_id: person,
        journey_id: 'welcome',
        version: 1,
        enrollment_id: id.slice(0, -5),
        step_id: 'mail',
        arm: lot,
        propensity: 0.3,
        at,
        decision_id: `${id}:cap`,
        kind: 'frequency',
        model: 'pace',
        model_version: 1,
        snapshot: 1,
        decided_by: lot === 'policy' ? 'control' : 'model',
        record: JSON.stringify({ features: { goes: goes ? 1 : 0 } }),
      }),
    ),
  )
  const deliveries = people.flatMap(({ person, messages }) =>
    messages
      .filter(({ goes }) => goes)
      .flatMap(({ id, at, clicked, gone }) =>
        sending('lots', {
          person,
          id,
          at,
          fates: [
            ...(clicked ? [['clicked', HOUR, { fetcher: 'person' }] as const] : []),
            ...(gone ? [['complained', HOUR] as const] : []),
          ],
        }),
      ),
  )
  await world.record({ decisions, deliveries })
  const words = ['They would bring most at about 3 messages a week (90 %: 2 to 4).']
  const models = async () => [
    {
      model: 'pace',
      snapshot: 1,
      trainedTo: NOW,
      report: { words, by_cap: [{ cap: 2, messages: 200, people: 100, responded: 100, left: 2, pressure: 0.4 }] },
    },
  ]
  const read = await runReport(desk('lots', { ports: { models } }), 'pressure', {})
  const sample = (lot: string) => {
    const clicks = people
      .filter((each) => each.lot === lot)
      .map(({ messages }) => messages.filter(({ goes, clicked }) => goes && clicked).length)
    const mean = clicks.reduce((sum, each) => sum + each, 0) / clicks.length
    return { n: clicks.length, mean, variance: clicks.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (clicks.length - 1) }
  }
  const goneOf = (lot: string) => people.filter((each) => each.lot === lot && each.messages.some(({ goes, gone }) => goes && gone)).length
  const row = tableIn(read, 'lots').rows.find(({ lot }) => lot === 'weighed')!
  const clicks = welch(sample('weighed'), sample('policy'))!
  const gone = newcombe({ x: goneOf('weighed'), n: 100 }, { x: goneOf('policy'), n: 100 })
  for (const [name, value] of [
    ['difference', clicks.difference],
    ['difference_low', clicks.low],
    ['difference_high', clicks.high],
    ['gone_difference', gone.difference],
    ['gone_high', gone.high],
  ] as const)
    assert.ok(Math.abs(Number(row[name]) - value) < 1e-9, name)
  assert.deepEqual([row['people'], row['asked'], row['messages'], row['kept_back']], [100, 400, 200, 200])
  assert.ok(read.sentences.includes(words[0]!))
  assert.match(read.sentences[1]!, /Weighing each message brought .* than the contact policy alone: .*\(95 %: /)
  assert.equal(tableIn(read, 'curve-pace').rows[0]!['responded_rate'], 0.5)
})
