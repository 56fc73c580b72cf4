import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DecisionFact, MembershipFact, PersonFact, TransitionFact } from '#events/reaction.ts'
import { DAY, FactWorld, JOURNEY, NOW } from '../../../test/fixtures/facts.ts'
import { type Fate, sending } from '../../../test/fixtures/messages.ts'
import { behind, numbersOf, type ReportDesk, runReport, tableIn } from '../../../test/fixtures/reports.ts'

const world = FactWorld.forThisFile()
const desk = (workspace: string): ReportDesk => ({ facts: world.analytics, now: NOW, workspace })
const HOUR = 3_600_000
const BEGAN = NOW - 10 * DAY

type Step = readonly [kind: TransitionFact['kind'], from: string, to: string, reason: string, after: number, more?: Partial<TransitionFact>]
const run = (workspace: string, person: string, steps: readonly Step[]): TransitionFact[] =>
  steps.map(([kind, from_step, to_step, reason, after, more]) => ({
    workspace_id: workspace,
    profile_id: person,
    journey_id: JOURNEY,
    version: 1,
    enrollment_id: `run-${person}`,
    kind,
    from_step,
    to_step,
    reason,
    arm: 'treated',
    value: 0,
    at: BEGAN + after,
    cause: 'm',
    ...more,
  }))
type Mail = readonly [workspace: string, person: string, after: number, fates?: readonly Fate[]]
const mail = (...[workspace, person, after, fates = []]: Mail) =>
  sending(workspace, {
    person,
    id: `run-${person}:nudge`,
    at: BEGAN + after,
    fates,
    more: { journey_id: JOURNEY, enrollment_id: `run-${person}`, step_id: 'nudge' },
  })

test('the map tells ways, times between touches and where it ends; the first opening by a person counts, a program’s does not', async () => {
  const transitions = [
    run('map', 'ada', [
      ['entered', '', 'nudge', 'entered', 0],
      ['converted', '', '', 'goal', 5 * HOUR],
      ['exited', 'nudge', '', 'completed', 6 * HOUR],
    ]),
    run('map', 'bob', [
      ['entered', '', 'nudge', 'entered', 0],
      ['converted', '', '', 'goal', 9 * HOUR],
      ['exited', 'nudge', '', 'exit_condition:bought', 9 * HOUR],
    ]),
    run('map', 'eve', [['entered', '', 'nudge', 'entered', 0]]),
  ].flat()
  const deliveries = [
    ...mail('map', 'ada', HOUR, [
      ['opened', 1, { fetcher: 'machine' }],
      ['opened', HOUR, { fetcher: 'person' }],
      ['opened', 2 * HOUR, { fetcher: 'person' }],
    ]),
    ...mail('map', 'bob', HOUR, [['opened', 3 * HOUR, { fetcher: 'person' }]]),
    ...mail('map', 'eve', HOUR, [['opened', 1, { fetcher: 'machine' }]]),
  ]
  await world.record({ transitions, deliveries })
  const read = await runReport(desk('map'), 'journey-map', { journey: JOURNEY })
  assert.deepEqual(
    tableIn(read, 'edges')
      .rows.map(({ touch, next, times, soon, median, late }) => [touch, next, times, soon, median, late])
      .toSorted(),
    [
      ['entered', 'sent:nudge', 3, HOUR, HOUR, HOUR],
      ['goal', 'left:completed', 1, HOUR, HOUR, HOUR],
      ['goal', 'left:exit_condition', 1, 0, 0, 0],
      // Quantiles of two values lie on the line between them.
      ['opened:nudge', 'goal', 2, 3.2 * HOUR, 4 * HOUR, 4.8 * HOUR],
      ['sent:nudge', 'opened:nudge', 2, 1.2 * HOUR, 2 * HOUR, 2.8 * HOUR],
    ].toSorted(),
  )
  assert.deepEqual(
    tableIn(read, 'touches').rows.find(({ touch }) => touch === 'sent:nudge'),
    {
      touch: 'sent:nudge',
      words: 'Was sent the message of step “nudge”',
      times: 3,
      runs: 3,
      on: 2,
      last: 1,
      drop: 1 / 3,
    },
  )
  assert.deepEqual(
    tableIn(read, 'orders').rows.map(({ path, runs, reached }) => [path, runs, reached]),
    [
      ['entered → sent:nudge', 1, 0],
      ['entered → sent:nudge → opened:nudge → goal → left:completed', 1, 1],
      ['entered → sent:nudge → opened:nudge → goal → left:exit_condition', 1, 1],
    ],
  )
  assert.ok(read.doubts.some(({ code }) => code === 'order_is_not_cause'))
})

const entersAndLeaves = (...[workspace, person, after, converts = false]: readonly [string, string, number, boolean?]) =>
  run(workspace, person, [
    ['entered', '', 'nudge', 'entered', after],
    ...(converts ? ([['converted', '', '', 'goal', after + HOUR, { value: 20 }]] as const) : []),
    ['exited', 'nudge', '', 'completed', after + DAY],
  ])

test('a segment is asked at entry or now, a merged person by who they are now; an attribute as it is now, and the report says so', async () => {
  const member = (person: string, kind: 'entered' | 'left', after: number): MembershipFact => ({
    workspace_id: 'cuts',
    profile_id: person,
    segment_id: 'vip',
    kind,
    reason: 'event',
    cause: 'm',
    at: BEGAN + after,
  })
  const person = (id: string, attributes: object, merged_into = ''): PersonFact => ({
    workspace_id: 'cuts',
    profile_id: id,
    attributes: JSON.stringify(attributes),
    permits: '{}',
    lists: '{}',
    scores: '{}',
    merged_into,
    at: BEGAN,
  })
  const transitions = ['ada', 'bob', 'eve', 'dan'].flatMap((who) => entersAndLeaves('cuts', who, DAY, who === 'ada'))
  const memberships = [
    member('ada', 'entered', 0), // in it at entry, and no more
    member('ada', 'left', 2 * DAY),
    member('bob', 'entered', DAY + 1), // came into it just after
    member('eve-now', 'entered', 2 * DAY), // whom eve has become
  ]
  const people = [
    person('ada', { plan: 'paid' }),
    person('bob', { plan: 'free', seats: 3 }),
    person('eve', {}, 'eve-now'),
    person('eve-now', { plan: 'paid' }),
  ]
  await world.record({ transitions, memberships, people } as never)
  const parts = async (cut: object) => {
    const read = await runReport(desk('cuts'), 'journey-funnel', { journey: JOURNEY, cut })
    return { read, entered: Object.fromEntries(tableIn(read, 'totals').rows.map((row) => [row['cut'], row['entered']])) }
  }
  assert.deepEqual((await parts({ by: 'segment', segment: 'vip' })).entered, { 'in the segment': 1, 'not in it': 3 })
  const now = await parts({ by: 'segment', segment: 'vip', when: 'now' })
  assert.deepEqual(now.entered, { 'in the segment': 2, 'not in it': 2 })
  assert.ok(now.read.doubts.some(({ code }) => code === 'segment_now'))
  const plan = await parts({ by: 'attribute', attribute: 'plan' })
  assert.deepEqual(plan.entered, { free: 1, 'not known': 1, paid: 2 })
  assert.ok(plan.read.doubts.some(({ code }) => code === 'attribute_now'))
  assert.deepEqual(
    tableIn(plan.read, 'totals').rows.map(({ cut, goal, goal_share, value }) => [cut, goal, goal_share, value]),
    [
      ['free', 0, 0, 0],
      ['not known', 0, 0, 0],
      ['paid', 1, 0.5, 20],
    ],
  )
  assert.deepEqual((await parts({ by: 'attribute', attribute: 'seats' })).entered, { 3: 1, 'not known': 3 })
  const number = numbersOf(plan.read.tables).find(
    ({ table, column, row }) => table === 'totals' && column.id === 'entered' && row['cut'] === 'paid',
  )!
  const rows = await behind(
    desk('cuts'),
    { report: 'journey-funnel', params: { journey: JOURNEY, cut: { by: 'attribute', attribute: 'plan' } } },
    number,
  )
  assert.deepEqual(rows.map(({ profileId }) => profileId).toSorted(), ['ada', 'eve'])
})

test('a run belongs to the option that it got first, and its messages and their reasons stand in that part', async () => {
  const decided = (person: string, arm: string, after: number): DecisionFact => ({
    workspace_id: 'options',
    profile_id: person,
    journey_id: JOURNEY,
    version: 1,
    enrollment_id: `run-${person}`,
    step_id: 'pick',
    arm,
    propensity: 0.5,
    at: BEGAN + after,
    kind: 'choose',
  })
  await world.record({
    transitions: ['ada', 'bob', 'eve'].flatMap((who) => entersAndLeaves('options', who, 0)),
    decisions: [decided('ada', 'discount', 1), decided('ada', 'shipping', HOUR), decided('bob', 'shipping', 1)],
    deliveries: [...mail('options', 'ada', HOUR), ...mail('options', 'bob', HOUR, [['skipped', 0, { reason: 'consent_missing' }]])],
  })
  const read = await runReport(desk('options'), 'journey-funnel', { journey: JOURNEY, cut: { by: 'choice', step: 'pick' } })
  assert.deepEqual(
    tableIn(read, 'totals').rows.map(({ cut, entered, left }) => [cut, entered, left]),
    [
      ['discount', 1, 1],
      ['not reached', 1, 1],
      ['shipping', 1, 1],
    ],
  )
  assert.deepEqual(
    tableIn(read, 'messages').rows.map(({ cut, outcome, reason, sentence, messages }) => [cut, outcome, reason, sentence, messages]),
    [
      ['discount', 'sent', '', '', 1],
      ['shipping', 'skipped', 'consent_missing', 'They have not given permission for this kind of message.', 1],
    ],
  )
})

test('a stretch takes runs by when they entered, with all that came of them later', async () => {
  await world.record({
    transitions: [entersAndLeaves('stretch', 'ada', 0, true), entersAndLeaves('stretch', 'bob', 5 * DAY)].flat(),
    deliveries: [...mail('stretch', 'ada', 2 * DAY), ...mail('stretch', 'bob', 6 * DAY)],
  })
  const period = { from: BEGAN - HOUR, to: BEGAN + HOUR / 2 }
  const read = await runReport(desk('stretch'), 'journey-funnel', { journey: JOURNEY, ...period })
  assert.deepEqual(
    tableIn(read, 'totals').rows.map(({ entered, left, goal }) => [entered, left, goal]),
    [[1, 1, 1]],
  )
  assert.equal(
    tableIn(read, 'messages').rows.reduce((sum, row) => sum + Number(row['messages']), 0),
    1,
    'the message went after the stretch, of a run that began in it',
  )
  assert.ok(read.doubts.some(({ code }) => code === 'young_runs'))
  assert.match(read.sentences[0]!, /^1 run entered: 0 are still inside, 1 has left\. 1 run reached the goal\.$/)
})
