import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { Journey } from '#journeys/schema.ts'
import type { Action, InputOf, OutputOf } from '#lib/action.ts'
import { random } from '#lib/numeric/random.ts'
import { isRefusal } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { chdbAnalytics } from '#platform/analytics/chdb.ts'
import { migrateAnalytics } from '#platform/analytics/migrate.ts'
import { Metric } from '../metrics/schema.ts'
import { goalBindings } from './actions.ts'
import { ListGoalPeople, ListGoals, ReadGoal } from './api.ts'
import { Goal } from './schema.ts'

const DAY = 86_400_000
/** The 51st day of the quarter, at noon. */
const NOW = Date.UTC(2026, 1, 20, 12)
const at = (day: string, hour = 9): number => Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000

let analytics: Analytics
let directory: string
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cadenza-goals-'))
  analytics = await chdbAnalytics({ directory })
  await migrateAnalytics(analytics, join(import.meta.dirname, '../../../migrations/clickhouse'))
})
after(async () => {
  await analytics.close()
  await rm(directory, { recursive: true })
})

let written = 0
async function record(table: string, rows: readonly object[]): Promise<void> {
  const seq = ++written
  const lines = rows.map((row, ix) => JSON.stringify({ partition: 0, seq, ix, ...row }))
  if (lines.length > 0) await analytics.insert(table, lines.join('\n'), `test:${seq}`)
}

interface Did {
  readonly person: string
  readonly name: string
  readonly at: number
  readonly total?: number
}
const tell = (ws: string, events: readonly Did[]): Promise<void> =>
  record(
    'events',
    events.map(({ person, name, at: when, total }, i) => ({
      workspace_id: ws,
      profile_id: person,
      message_id: `${ws}-${written}-${i}`,
      type: 'track',
      name,
      at: when,
      received: when,
      properties: JSON.stringify(total === undefined ? {} : { total }),
      verdict: 'accepted',
    })),
  )

const METRICS = [
  { id: 'orders', event: 'Order Completed', measure: 'count' },
  { id: 'buyers', event: 'Order Completed', measure: 'converted' },
  { id: 'revenue', event: 'Order Completed', measure: 'sum', value: 'total' },
  { id: 'cancellations', event: 'Subscription Cancelled', measure: 'converted', better: 'less', name: 'Cancellations' },
  { id: 'basket', event: 'Order Completed', measure: 'ratio', value: 'total' },
].map((metric) => Metric.parse({ kind: 'metric', ...metric }))

const goal = (parts: Record<string, unknown>): Goal =>
  Goal.parse({ kind: 'goal', id: 'g', metric: 'orders', period: 'quarter', target: { change: '+10%' }, ...parts })
const journey = (id: string, parts: Record<string, unknown> = {}): Journey =>
  Journey.parse({
    kind: 'journey',
    id,
    goal: { event: 'Order Completed', within: '14d', value: 'total' },
    entry: { event: 'Product Added' },
    holdout: '20%',
    serves: ['g'],
    steps: [{ kind: 'wait', id: 'w', for: '1h' }],
    ...parts,
  })

interface Setting {
  readonly goals: readonly Goal[]
  readonly journeys?: readonly Journey[]
  readonly now?: number
}
const asking = (ws: string, { goals, journeys = [], now = NOW }: Setting) => {
  const all: Record<string, readonly { readonly id: string }[]> = { goal: goals, journey: journeys, metric: METRICS }
  const library = async () => ({
    get: (kind: string, id: string) => all[kind]?.find((each) => each.id === id),
    ids: (kind: string) => (all[kind] ?? []).map(({ id }) => id),
  })
  const bindings = goalBindings({ analytics, library, now: () => now })
  return async <A extends Action>(action: A, input: Record<string, unknown> = {}): Promise<OutputOf<A>> => {
    const { handle } = bindings.find((binding) => binding.action.name === action.name)!
    const principal = { workspace: ws, actor: 'key:test', permissions: new Set<never>() }
    const answer = await handle!(action.input.parse(input) as InputOf<A>, principal, {} as never)
    assert.ok(!isRefusal(answer), JSON.stringify(answer))
    return action.output.parse(answer) as OutputOf<A>
  }
}

/** `perDay` orders on each day from one to another, by people of their own. */
const daily = (
  from: string,
  to: string,
  { perDay, name = 'Order Completed', total = 20 }: { perDay: number; name?: string; total?: number },
): Did[] =>
  Array.from({ length: (Date.parse(to) - Date.parse(from)) / DAY + 1 }, (_, day) =>
    Array.from({ length: perDay }, (_each, i) => ({
      person: `${from}-${day}-${i}`,
      name,
      at: Date.parse(from) + day * DAY + (9 + i) * 3_600_000,
      total,
    })),
  ).flat()

test('a goal is told with what it was, where it goes, what it would take, and who stands behind it', async () => {
  // Six a day in the quarter before, eight a day now: 552 in 92 days are 540 in 90.
  await tell('steady', [...daily('2025-10-01', '2025-12-31', { perDay: 6 }), ...daily('2026-01-01', '2026-02-19', { perDay: 8 })])
  const ask = asking('steady', { goals: [goal({ name: 'More orders', owner: 'grace@shop.example' })] })
  const told = await ask(ReadGoal, { id: 'g' })
  assert.deepEqual(told.period, { first: '2026-01-01', last: '2026-03-31', days: 90, gone: 50 })
  assert.deepEqual(told.baseline, { first: '2025-10-01', last: '2025-12-31', value: 540 })
  assert.ok(Math.abs(told.target!.value - 594) < 1e-9)
  assert.equal(told.soFar, 400)
  // Forty whole days and half of today are left.
  const forecast = told.forecast!
  assert.ok(forecast.estimate > 690 && forecast.estimate < 735, `${forecast.estimate}`)
  assert.ok(forecast.low <= 720 && forecast.low > 600 && forecast.high >= 715, `${forecast.low} ${forecast.high}`)
  assert.equal(told.standing, 'likely')
  assert.match(
    told.sentence,
    /^“orders”: 400 so far \(day 51 of 90\)\. As things go it will be 7\d\d by 31 March 2026 \(80 % interval \d+ to \d+\)\./,
  )
  assert.match(
    told.sentence,
    /The goal is at least 594, 10 % above the 540 of 1 October 2025 to 31 December 2025\. It is likely to be reached: the chance is above 99 %\.$/,
  )
  assert.equal(told.needs, 'To reach it, the 40 days left have to bring at least 194, 4.85 a day; the last 28 days brought 8 a day.')
  assert.equal(told.series.length, 51)
  assert.equal(told.series.at(-1)!.cumulative, 400)
  assert.deepEqual(told.fan.map(({ day }) => day).slice(0, 1), ['2026-02-20'])
  assert.equal(told.fan.at(-1)!.day, '2026-03-31')
  assert.ok(told.fan.every(({ low, mid, high }, i) => low <= mid && mid <= high && (i === 0 || mid >= told.fan[i - 1]!.mid)))
  assert.ok(Math.abs(told.fan.at(-1)!.low - forecast.low) < 12)
  assert.ok(told.doubts.some(({ code }) => code === 'seasons'))

  const first = await ask(ListGoalPeople, { id: 'g', limit: 300 })
  const second = await ask(ListGoalPeople, { id: 'g', limit: 300, cursor: first.next! })
  assert.equal(first.people.length + second.people.length, told.soFar)
  assert.equal(second.next, null)
  assert.equal((await ask(ListGoalPeople, { id: 'g', day: '2026-02-01' })).people.length, 8)
  const { goals } = await ask(ListGoals)
  assert.deepEqual(
    goals.map(({ id, standing, owner }) => [id, standing, owner]),
    [['g', 'likely', 'grace@shop.example']],
  )
})

test('churn −5 % this quarter: a share of the customers of the segment, each counted once, whoever they were before a merge', async () => {
  const ws = 'churn'
  const member = (person: string, kind: 'entered' | 'left', when: number) => ({
    workspace_id: ws,
    profile_id: person,
    segment_id: 'paying',
    kind,
    reason: 'event',
    cause: 'm',
    at: when,
  })
  const people = Array.from({ length: 1_000 }, (_, i) => `p${i}`)
  await record(
    'memberships',
    people.map((person) => member(person, 'entered', at('2025-06-01'))),
  )
  // Ninety leave in the quarter before, evenly; then four in ten days. Who leaves is in the segment until then.
  const gone = (from: string, { count, every, first }: { count: number; every: number; first: number }): Did[] =>
    Array.from({ length: count }, (_, i) => ({
      person: `p${first + i}`,
      name: 'Subscription Cancelled',
      at: at(from) + Math.floor(i * every * DAY),
    }))
  const before = gone('2025-10-01', { count: 92, every: 1, first: 0 })
  const since = gone('2026-01-01', { count: 20, every: 2.5, first: 200 })
  await tell(ws, [
    ...before,
    ...since,
    { person: 'stranger', name: 'Subscription Cancelled', at: at('2026-01-05') },
    { person: 'p200', name: 'Subscription Cancelled', at: at('2026-01-20') },
  ])
  await record(
    'memberships',
    [...before, ...since].map(({ person, at: when }) => member(person, 'left', when + 1_000)),
  )
  // p201 became p202: one person, who has left once in the period.
  await record('people', [
    { workspace_id: ws, profile_id: 'p201', attributes: '{}', permits: '{}', lists: '{}', scores: '{}', merged_into: 'p202', at: NOW },
  ])
  const churn = goal({ metric: 'cancellations', scope: { segment: 'paying' }, per: 'person', target: { change: '-5%' } })
  const ask = asking(ws, { goals: [churn] })
  const told = await ask(ReadGoal, { id: 'g' })
  assert.equal(told.unit, 'share')
  // 1,000 paid on 1 October, of whom p201 and p202 are one; 92 fewer on 1 January.
  assert.ok(Math.abs(told.baseline!.value - 92 / 999) < 1e-12, `${told.baseline!.value}`)
  assert.ok(Math.abs(told.soFar! - 19 / 907) < 1e-12, `${told.soFar}`)
  assert.equal(told.target!.direction, 'at_most')
  assert.ok(Math.abs(told.target!.value / told.baseline!.value - 0.95) < 1e-12)
  assert.equal(told.standing, 'likely')
  assert.equal((await ask(ListGoalPeople, { id: 'g', limit: 500 })).people.length, 19)
  assert.ok(told.doubts.some(({ code }) => code === 'joined'))
  assert.match(told.sentence, /^“Cancellations”: 2\.1 % so far/)
})

test('a goal that is over, that can change no more, that nobody can foretell, and that has nothing to be held against', async () => {
  await tell('over', [...daily('2025-10-01', '2025-12-31', { perDay: 2 }), ...daily('2026-01-01', '2026-02-19', { perDay: 1 })])
  const goals = [
    goal({ id: 'over', period: '2025-Q4', baseline: { value: 100 }, target: { change: '+50%' } }),
    goal({ id: 'short', period: '2025-Q4', baseline: { value: 200 } }),
    goal({ id: 'broken', target: { change: '-80%' } }),
    goal({ id: 'done', target: { to: 40 } }),
    goal({ id: 'nothing', metric: 'cancellations', target: { to: 5 } }),
    goal({ id: 'before', baseline: 'year-before' }),
    goal({ id: 'later', period: { from: '2026-03-01', to: '2026-03-31' }, baseline: { value: 20 }, target: { change: '+10%' } }),
  ]
  const { goals: told } = await asking('over', { goals })(ListGoals)
  const of = (id: string) => told.find((each) => each.id === id)!
  assert.deepEqual(
    told.map(({ id, standing }) => [id, standing]),
    [
      ['over', 'reached'],
      ['short', 'missed'],
      ['broken', 'missed'],
      ['done', 'reached'],
      ['nothing', 'unknown'],
      ['before', 'unknown'],
      ['later', 'likely'],
    ],
  )
  assert.equal(of('over').forecast, null)
  assert.match(of('over').sentence, /^“orders”: 184 from 1 October 2025 to 31 December 2025\. .* It is reached\.$/)
  assert.match(of('nothing').noForecast, /never happened/)
  assert.match(of('before').noBaseline, /^Nothing is known of 1 January 2025 to 31 March 2025/)
  assert.equal(of('later').soFar, 0)
  assert.ok(of('later').forecast!.low <= 31 && of('later').forecast!.high >= 28)
})

test('what journeys have added comes from their hold-outs; who holds out nobody is not credited with anything', async () => {
  const ws = 'added'
  const draw = random('added')
  const entries: object[] = []
  const orders: Did[] = [...daily('2025-10-01', '2026-02-19', { perDay: 3 })]
  const enter = (journeyId: string, person: string, { version, arm, when }: { version: number; arm: string; when: number }) =>
    entries.push({
      workspace_id: ws,
      profile_id: person,
      journey_id: journeyId,
      version,
      enrollment_id: `${journeyId}-${person}`,
      kind: 'entered',
      from_step: '',
      to_step: 'w',
      reason: 'entered',
      arm,
      value: 0,
      at: when,
      cause: 'm',
    })
  // 3,000 people; the reminder takes the share who order from 10 % to 20 %. The second version holds out half, of people who order more anyway.
  for (let i = 0; i < 3_000; i++) {
    const version = i < 2_000 ? 1 : 2
    const arm = draw.uniform() < (version === 1 ? 0.2 : 0.5) ? 'held_out' : 'treated'
    const when = at('2026-01-05') + Math.floor(draw.uniform() * 25) * DAY
    enter('reminder', `r${i}`, { version, arm, when })
    const chance = (version === 1 ? 0.1 : 0.3) + (arm === 'treated' ? 0.1 : 0)
    if (draw.uniform() < chance) orders.push({ person: `r${i}`, name: 'Order Completed', at: when + DAY, total: 20 })
    // What comes after the journey's window, or before the entry, is not its doing.
    if (draw.uniform() < 0.3) orders.push({ person: `r${i}`, name: 'Order Completed', at: when - DAY, total: 500 })
  }
  for (let i = 0; i < 400; i++) enter('everybody', `e${i}`, { version: 1, arm: 'treated', when: at('2026-01-05') })
  for (let i = 0; i < 60; i++) enter('young', `y${i}`, { version: 1, arm: i % 2 ? 'treated' : 'held_out', when: at('2026-02-10') })
  await tell(ws, orders)
  await record('transitions', entries)
  const journeys = [
    journey('reminder', { name: 'Reminder' }),
    journey('everybody', { holdout: '0%' }),
    journey('young'),
    journey('elsewhere', { serves: [] }),
  ]
  const told = await asking(ws, { goals: [goal({})], journeys })(ReadGoal, { id: 'g' })
  assert.deepEqual(told.journeys, ['reminder', 'everybody', 'young'])
  const [reminder, everybody, young] = told.contributions
  const { estimate, low, high, treated } = reminder!.increment!
  // A tenth of those who were treated.
  assert.ok(low < treated / 10 && high > treated / 10, `${low} ${high} ${treated}`)
  assert.ok(low > 0 && estimate > low && estimate < high)
  // Versions thrown together would have said that the reminder harms: people of the second order more, and most held-out ones are of it.
  assert.match(reminder!.sentence, /^“orders”: \d+ more than there would have been without “Reminder” \(95 % interval/)
  assert.deepEqual([everybody!.increment, young!.increment], [null, null])
  assert.match(everybody!.sentence, /not known: nobody is held out/)
  assert.match(young!.sentence, /not known: too few people/)
  assert.equal(told.together!.estimate, estimate)
  assert.ok(told.doubts.some(({ code }) => code === 'unmeasured'))
  assert.deepEqual(reminder!.drill, { action: 'experiments.people', query: { key: 'journey:reminder' } })
})

test('people who count once are foretold as they come, day by day, without counting anybody twice', async () => {
  const draw = random('regulars')
  const events: Did[] = []
  // 300 regulars, each of whom orders about every twelve days.
  for (let day = 0; day < 190; day++)
    for (let person = 0; person < 300; person++)
      if (draw.uniform() < 1 / 12)
        events.push({ person: `r${person}`, name: 'Order Completed', at: at('2025-10-01') + day * DAY, total: 20 })
  await tell(
    'regulars',
    events.filter((event) => event.at <= NOW),
  )
  const told = await asking('regulars', {
    goals: [goal({ metric: 'buyers', period: { from: '2026-02-11', to: '2026-03-10' }, baseline: 'previous' })],
  })(ReadGoal, { id: 'g' })
  const came = new Set(
    events.filter((event) => event.at >= at('2026-02-11', 0) && event.at < at('2026-03-11', 0)).map(({ person }) => person),
  ).size
  const { low, high, estimate } = told.forecast!
  assert.ok(low <= came && came <= high, `${came} of ${low} to ${high}`)
  // Counting every day's people anew would have come to twice as many.
  assert.ok(estimate < 320, `${estimate}`)
  assert.equal(told.unit, 'people')
  assert.equal(
    told.series.reduce((sum, { value }) => sum + value, 0),
    told.soFar,
  )
})
