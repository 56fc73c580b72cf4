import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { run } from '#app/cli/program.ts'
import type { OutputOf } from '#lib/action.ts'
import type { ListGoalPeople, ListGoals, ListOutcomes, ReadGoal } from '#measurement/goals/api.ts'
import { journey, Refused, startWorld, template, type World } from './world.ts'

/** The server's first day is 7 March 2026; people order on some of the seven weeks before the goal is looked at. */
const METRIC = { kind: 'metric', id: 'revenue', name: 'Revenue', event: 'Order Completed', measure: 'sum', value: 'total' }
const GOAL = {
  kind: 'goal',
  id: 'revenue',
  name: 'Revenue of spring',
  owner: 'Grace',
  metric: 'revenue',
  period: { from: '2026-03-28', to: '2026-04-24' },
  baseline: { from: '2026-03-07', to: '2026-03-27' },
  target: { change: '+10%' },
}
const mail = { kind: 'email', id: 'nudge', template: 'cart', otherwise: [] }

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world.stop())

const report = async (): Promise<OutputOf<typeof ReadGoal>> => {
  await world.settled()
  await world.app.reported()
  return world.api('GET /api/goals/revenue')
}
const outcomes = async () => (await world.api<OutputOf<typeof ListOutcomes>>('GET /api/outcomes')).outcomes

test('a goal, its metric and the journeys that serve it are published together, or not at all', async () => {
  const serving = journey('cart', 'Product Added', {
    name: 'Cart reminder',
    holdout: '20%',
    serves: ['revenue'],
    guardrails: [{ metric: 'unsubscribes', tolerate: 0.01 }],
    steps: [mail],
  })
  const refused = await world.publish(template('cart'), serving).catch((error: unknown) => error)
  assert.ok(refused instanceof Refused)
  assert.match(JSON.stringify(refused.body), /There is no goal “revenue”/)
  await assert.rejects(world.publish({ ...GOAL, metric: 'revenu' }), /There is no metric/)
  await world.publish(
    METRIC,
    GOAL,
    template('cart'),
    serving,
    journey('spring', 'x', {
      entry: { schedule: { at: '2026-03-10T09:00', zone: 'UTC' }, audience: 'profile.reads == true' },
      steps: [mail],
    }),
    journey('pick', 'Signed In', {
      holdout: '0%',
      steps: [
        {
          kind: 'split',
          id: 'half',
          arms: [
            { id: 'mail', weight: 1, steps: [mail] },
            { id: 'quiet', weight: 1, steps: [] },
          ],
        },
      ],
    }),
  )
  // A goal that something serves cannot be taken away under it.
  await assert.rejects(world.api('POST /api/documents/goal/revenue/archive', {}), /There is no goal/)
})

test('what each journey and broadcast is for is listed; who holds out nobody is told that nobody will know', async () => {
  const found = await outcomes()
  assert.deepEqual(
    found.map(({ journey: id, kind, measured, serves }) => [id, kind, measured, serves.map(({ name }) => name)]),
    [
      ['cart', 'journey', 'early', ['Revenue of spring']],
      ['pick', 'journey', 'early', []],
      ['spring', 'broadcast', 'not', []],
    ],
  )
  const [cart, pick, spring] = found
  assert.equal(cart!.outcome, '“Order Completed” within 3 days of coming in; worth the event’s “total”')
  assert.equal(cart!.guardrails[0]!.sentence, '“Unsubscribed” must not get worse by more than 0.01 a person; else it is stopped.')
  assert.match(spring!.sentence, /Nobody is held out, so nobody will know/)
  assert.deepEqual(pick!.drill, { action: 'experiments.report', query: { key: 'split:pick:half' } })
  // A journey's own page asks for its own alone.
  const own = await world.api<OutputOf<typeof ListOutcomes>>('GET /api/outcomes?journey=cart')
  assert.deepEqual(
    own.outcomes.map(({ journey: id }) => id),
    ['cart'],
  )
})

test('a goal follows what people do, from before it was published; facts, forecast, people and words agree', async () => {
  const early = await report()
  assert.equal(early.soFar, 0)
  assert.match(early.noForecast, /never happened/)
  // Five orders a day of 20 for three weeks, then six a day for two.
  let orders = 0
  for (let day = 0; day < 35; day++) {
    for (let i = 0; i < (day < 21 ? 5 : 6); i++) await world.track(`buyer-${orders++ % 40}`, 'Order Completed', { total: 20 })
    await world.pass({ days: 1 })
  }
  // 11 April, noon: fourteen days of 28 are over, and the orders of 28 March to 10 April are in.
  const told = await report()
  assert.deepEqual(told.period, { first: '2026-03-28', last: '2026-04-24', days: 28, gone: 14 })
  assert.deepEqual(told.baseline, { first: '2026-03-07', last: '2026-03-27', value: (2_100 * 28) / 21 })
  assert.equal(told.soFar, 14 * 120)
  assert.ok(told.forecast!.low <= 28 * 120 && told.forecast!.high > 2_900, JSON.stringify(told.forecast))
  assert.equal(told.standing, 'likely')
  assert.match(told.sentence, /^“Revenue”: 1,680 so far \(day 15 of 28\)\./)
  const { people } = await world.api<OutputOf<typeof ListGoalPeople>>('GET /api/goals/revenue/people?day=2026-04-01&limit=100')
  assert.equal(people.length, 6)
  assert.ok(people.every(({ value }) => value === 20))
  const { goals } = await world.api<OutputOf<typeof ListGoals>>('GET /api/goals')
  assert.deepEqual(
    goals.map(({ id, standing, journeys }) => [id, standing, journeys]),
    [['revenue', 'likely', ['cart']]],
  )
  assert.match(told.contributions[0]!.sentence, /“Cart reminder” has added is not known/)
  await assert.rejects(world.api('GET /api/goals/nothing'), /404/)
})

test('the command line tells the same', async () => {
  const said: string[] = []
  const cli = async (...args: string[]): Promise<string> => {
    said.length = 0
    const around = {
      env: { CADENZA_KEY: world.secretKey, CADENZA_URL: world.url, NO_COLOR: '1' },
      cwd: '.',
      terminal: false,
      confirm: undefined,
    }
    const code = await run(['goals', ...args], { ...around, out: (text) => void said.push(text), error: (text) => void said.push(text) })
    return `${code} ${said.join('\n')}`
  }
  assert.match(await cli('list'), /^0 revenue Revenue of spring: likely\n {2}“Revenue”: 1,680 so far/)
  assert.match(await cli('show', 'revenue'), /What journeys have added\n {2}What “Cart reminder” has added is not known/)
  assert.match(await cli('outcomes'), /spring broadcast: “Order Completed” within 3 days.*\n {2}not known Nobody is held out/)
  assert.match(await cli('show'), /^1 .*cadenza goals show <id>/s)
})
