import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { liftOf, type Tally } from '#decisions/send-time/lift.ts'
import type { DecisionFact, PersonFact } from '#events/reaction.ts'
import { random } from '#lib/numeric/random.ts'
import { DAY, FactWorld, NOW } from '../../../test/fixtures/facts.ts'
import { sending } from '../../../test/fixtures/messages.ts'
import { runReport, tableIn } from '../../../test/fixtures/reports.ts'
import { liftOfSums, type PairSums } from './send-time.ts'

const HOUR = 3_600_000
const world = FactWorld.forThisFile()

/** As the SQL sums. */
function sumsOf(tallies: readonly Tally[]): PairSums {
  const people = [
    ...Map.groupBy(
      tallies.filter(({ group }) => group !== 'explore'),
      ({ person }) => person,
    ).values(),
  ].map((own) => {
    const count = (group: string, read: boolean) => own.filter((each) => each.group === group && (!read || each.read)).length
    return { mc: count('control', false), rc: count('control', true), mb: count('best', false), rb: count('best', true) }
  })
  const sum = (of: (each: (typeof people)[number]) => number): number => people.reduce((all, each) => all + of(each), 0)
  return {
    people: people.length,
    control_people: people.filter(({ mc }) => mc > 0).length,
    best_people: people.filter(({ mb }) => mb > 0).length,
    mc: sum(({ mc }) => mc),
    rc: sum(({ rc }) => rc),
    mb: sum(({ mb }) => mb),
    rb: sum(({ rb }) => rb),
    mc_mc: sum(({ mc }) => mc * mc),
    mc_rc: sum(({ mc, rc }) => mc * rc),
    rc_rc: sum(({ rc }) => rc * rc),
    mb_mb: sum(({ mb }) => mb * mb),
    mb_rb: sum(({ mb, rb }) => mb * rb),
    rb_rb: sum(({ rb }) => rb * rb),
    mb_mc: sum(({ mb, mc }) => mb * mc),
    mb_rc: sum(({ mb, rc }) => mb * rc),
    rb_mc: sum(({ rb, mc }) => rb * mc),
    rb_rc: sum(({ rb, rc }) => rb * rc),
  }
}

const tallies = fc.array(
  fc.record({
    person: fc.nat(80).map((n) => `p${n}`),
    group: fc.constantFrom<Tally['group'][]>('control', 'best', 'explore'),
    read: fc.boolean(),
  }),
  { minLength: 20, maxLength: 900, size: 'max' },
)

test('sums over people say the same as the messages one by one', () => {
  fc.assert(
    fc.property(tallies, (each) => {
      const [one, all] = [liftOf(each), liftOfSums(sumsOf(each))]
      assert.deepEqual([all.control, all.best], [one.control, one.best])
      assert.equal(all.difference === null, one.difference === null)
      if (one.difference && all.difference)
        for (const name of ['value', 'from', 'to'] as const) assert.ok(Math.abs(one.difference[name] - all.difference[name]) < 1e-9, name)
    }),
    { numRuns: 60 },
  )
})

/** 400 people with messages at once and at the chosen hour; chosen ones are read more. */
function chosen(workspace: string) {
  const dice = random('send-time report')
  const each = Array.from({ length: 1_200 }, (_, i) => {
    const person = `p${i % 400}`
    const roll = dice.uniform()
    const group: Tally['group'] = roll < 0.3 ? 'control' : roll < 0.4 ? 'explore' : 'best'
    const read = dice.uniform() < (group === 'control' ? 0.2 : 0.35)
    return { person, group, read, id: `r${i}:mail`, at: NOW - 20 * DAY + i * 60_000 }
  })
  const decisions = each.map(
    ({ person, group, id, at }): DecisionFact => ({
      workspace_id: workspace,
      profile_id: person,
      journey_id: 'welcome',
      version: 1,
      enrollment_id: id.slice(0, -5),
      step_id: 'mail',
      arm: 'now',
      propensity: 0.5,
      at,
      decision_id: id,
      kind: 'send_time',
      model: 'best-hour',
      model_version: 1,
      snapshot: 1,
      decided_by: group === 'control' ? 'control' : 'model',
      record: JSON.stringify({
        features: { message: 1, within_hours: 24, explored: group === 'explore' ? 1 : 0, bin: 24 + (id.length % 5) },
      }),
    }),
  )
  const deliveries = each.flatMap(({ person, id, at, read }) =>
    sending(workspace, {
      person,
      id: id.length % 2 === 0 ? `${id}:w1` : id,
      at: at + HOUR,
      fates: read ? [['opened', 5 * HOUR, { fetcher: 'person' }]] : [['opened', 1, { fetcher: 'machine' }]],
    }),
  )
  return { each, decisions, deliveries }
}

test('the chosen hour is told beside at once, with its interval, as from the single messages; two profiles of one person are one', async () => {
  const { each, decisions, deliveries } = chosen('hours')
  const people: PersonFact[] = [
    { workspace_id: 'hours', profile_id: 'p1', attributes: '{}', permits: '{}', lists: '{}', scores: '{}', merged_into: 'p0', at: NOW },
  ]
  await world.record({ decisions, deliveries, people } as never)
  const read = await runReport({ facts: world.analytics, now: NOW, workspace: 'hours' }, 'send-time', {})
  const wanted = liftOf(each.map(({ person, ...tally }) => ({ ...tally, person: person === 'p1' ? 'p0' : person })))
  assert.equal(read.sentences[0], wanted.says)
  assert.match(wanted.says, /The chosen hours help/)
  const groups = tableIn(read, 'groups').rows
  assert.deepEqual(
    groups.map(({ side, messages, people: of, read: count }) => [side, messages, of, count]),
    [
      ['control', wanted.control.messages, wanted.control.people, wanted.control.read],
      ['best', wanted.best.messages, wanted.best.people, wanted.best.read],
    ],
  )
  const drawn = tableIn(read, 'drawn').rows
  const explored = each.filter(({ group }) => group === 'explore')
  assert.equal(
    drawn.reduce((sum, row) => sum + Number(row['messages']), 0),
    explored.length,
  )
  assert.equal(
    drawn.reduce((sum, row) => sum + Number(row['read']), 0),
    explored.filter((one) => one.read).length,
  )
})

test('hours are those of people’s own clocks, also where summer time begins; without a known zone those of the report', async () => {
  // Sunday 29 March 2026: Berlin goes to summer time at 01:00 UTC.
  const at = Date.parse('2026-03-29T07:30:00Z')
  const mails = (['ada', 'bob', 'eve'] as const).flatMap((person) =>
    sending('clocks', { person, at, fates: [['opened', HOUR, { fetcher: 'person' }]] }),
  )
  const person = (id: string, timezone: string): PersonFact => ({
    workspace_id: 'clocks',
    profile_id: id,
    attributes: JSON.stringify({ timezone }),
    permits: '{}',
    lists: '{}',
    scores: '{}',
    merged_into: '',
    at,
  })
  await world.record({
    deliveries: mails,
    people: [person('ada', 'Europe/Berlin'), person('bob', 'Asia/Kolkata'), person('eve', 'Nowhere/Else')],
  } as never)
  const read = await runReport({ facts: world.analytics, now: at + 5 * DAY, workspace: 'clocks' }, 'send-time', {
    zone: 'America/New_York',
  })
  assert.deepEqual(
    tableIn(read, 'hours').rows.map(({ day, clock, messages, read: count }) => [day, clock, messages, count]),
    [
      ['Sunday', '03:00', 1, 1],
      ['Sunday', '09:00', 1, 1],
      ['Sunday', '13:00', 1, 1],
    ],
  )
  assert.ok(read.doubts.some(({ code, sentence }) => code === 'zones' && sentence.includes('33.3 %')))
  assert.equal(read.sentences[0], 'No model has chosen the hour of a message in this period.')
})
