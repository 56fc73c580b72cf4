import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { packed } from '#app/learning/body.ts'
import { pastOf } from '#app/learning/features-store.ts'
import { featuresOf, readFeatures } from '#decisions/features/read.ts'
import { replayed } from '#decisions/features/replay.ts'
import { taskOf } from '#decisions/rollout.ts'
import type { GetScores } from '#decisions/scores-api.ts'
import { addSnapshot, dateSnapshots } from '#decisions/store.ts'
import type { Person } from '#journeys/person.ts'
import type { OutputOf } from '#lib/action.ts'
import { nextRevision } from '#platform/documents.ts'
import { loadStates } from '#platform/keyed-state.ts'
import { appendToPartitions } from '#platform/log.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { linearBody } from '../fixtures/models.ts'
import { journey, startWorld, template, type World } from './world.ts'

const HOT = {
  kind: 'model',
  id: 'hot',
  type: 'propensity',
  name: 'Ready to buy',
  freshFor: '365d',
  outcome: { kind: 'converted', event: 'Order Completed' },
  crossings: [{ id: 'ready', above: 0.6, by: 0.2 }],
} as const

/** Nobody has taught it anything yet. */
const OPENS = { kind: 'model', id: 'opens', type: 'propensity', outcome: { kind: 'opened' } } as const

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world?.stop())

/** Everything that was accepted is handled, built and in the reports. */
async function still(): Promise<void> {
  await world.settled()
  await world.app.built()
  await world.settled()
  await world.app.reported()
}

/** Puts a snapshot in force as training does. */
async function learned(body: string): Promise<void> {
  const { parts } = world.app
  await transaction(parts.work, async (tx) => {
    const kept = await packed(body)
    const about = { ws: world.workspace, model: HOT.id, task: taskOf(HOT as never), version: 1 }
    const now = world.clock.now()
    await addSnapshot(tx, { ...about, madeAt: now, trainedTo: now, examples: 1_000, report: {}, ...kept })
    const revision = await nextRevision(tx)
    await dateSnapshots(tx, revision)
    const { rows } = await tx.query<{ partition: number }>('select partition from log_heads')
    const partitions = rows.map(({ partition }) => partition)
    await appendToPartitions(tx, JSON.stringify({ kind: 'definitions', revision }), { partitions, now })
  })
}

const scoresOf = async (person: string) => world.api<OutputOf<typeof GetScores>>(`GET /api/people/${await world.profileId(person)}/scores`)

test('a journey begins when a model’s score passes its mark; whoever was there before is known with their past', async () => {
  await world.identify('ada')
  await world.identify('bob')
  await world.pass({ hours: 1 })
  for (let i = 0; i < 2; i++) await world.track('ada', 'Product Viewed', { product_id: 'p1' })
  await world.pass({ minutes: 1 })
  await still()
  await world.publish(
    HOT,
    OPENS,
    template('nudge'),
    journey('nudge-ready', 'x', {
      entry: { event: 'score.crossed:hot', where: 'event.crossing == "ready" and event.direction == "up"' },
      steps: [{ kind: 'email', id: 'mail', template: 'nudge', otherwise: [] }],
    }),
  )
  await still()
  const cold = await scoresOf('ada')
  assert.deepEqual(
    cold.models.map(({ model, score, silence }) => [model, score, silence]),
    [
      ['hot', null, 'model_cold'],
      ['opens', null, 'model_cold'],
    ],
  )
  await learned(linearBody({ bias: -2, weights: { 'event.1d:Product Viewed': 1 } }))
  await world.track('ada', 'Product Viewed', { product_id: 'p2' })
  await world.track('bob', 'Product Viewed', { product_id: 'p2' })
  await world.pass({ minutes: 1 })
  await still()
  assert.deepEqual(await world.subjectsTo('ada'), ['nudge'], 'two looks of before the model and one after it')
  assert.deepEqual(await world.subjectsTo('bob'), [])
  const [shown] = (await scoresOf('ada')).models
  assert.ok(shown!.score! > 0.7 && shown!.score! < 0.74, String(shown!.score))
  assert.deepEqual(shown!.above, ['ready'])
  assert.equal(shown!.snapshot, 1)
  assert.match(shown!.top[0]!.says, /^“Product Viewed” 3 times in about a day: \+3\.0$/)
  assert.match(shown!.sentence, /^The model gives it a chance of 7\d %\.$/)
})

test('what was queued is kept as an example with what the models were told, and the score falls by the clock alone', async () => {
  await world.pass({ days: 4 })
  await still()
  const [shown] = (await scoresOf('ada')).models
  assert.ok(shown!.score! < 0.25, String(shown!.score))
  assert.deepEqual(shown!.above, [])
  const { analytics } = world.app.parts
  const examples = await analytics.query<{ effect_id: string; snapshot: number; features: string }>(
    `SELECT effect_id, snapshot, features FROM predictions WHERE workspace_id = {workspace:String} AND model = 'opens'`,
    { workspace: world.workspace },
  )
  assert.equal(examples.length, 1)
  assert.match(examples[0]!.effect_id, /:mail$/)
  assert.equal(examples[0]!.snapshot, 0)
  assert.equal(Math.round((JSON.parse(examples[0]!.features) as { 'event.1d:Product Viewed': number })['event.1d:Product Viewed']), 3)
  const told = await analytics.query<{ name: string; properties: string }>(
    `SELECT name, properties FROM events WHERE workspace_id = {workspace:String} AND name = 'score.crossed:hot' ORDER BY at`,
    { workspace: world.workspace },
  )
  assert.deepEqual(
    told.map(({ properties }) => (JSON.parse(properties) as { direction: string }).direction),
    ['up', 'down'],
  )
})

test('what was streamed is what the facts come to when they are read again: late events, repeats, merged profiles and people from before the models', async () => {
  const ago = (hours: number): string => new Date(world.clock.now() - hours * 3_600_000).toISOString()
  await world.identify('cy', { timezone: 'Asia/Tokyo' })
  await world.call('track', { anonymousId: 'guest', event: 'Product Viewed', properties: { product_id: 'p1' } })
  await world.call('track', { anonymousId: 'guest', event: 'Product Added', properties: { price: 12.5, quantity: 2 } })
  await world.pass({ hours: 7 })
  await world.call('identify', { userId: 'cy', anonymousId: 'guest' })
  for (let i = 0; i < 2; i++) {
    const order = { userId: 'cy', event: 'Order Completed', messageId: 'order-1', properties: { total: 40.25, coupon: 'SPRING' } }
    await world.call('track', order)
  }
  await world.call('track', { userId: 'cy', event: 'Order Completed', timestamp: ago(200), properties: { revenue: 9.75 } })
  await world.call('track', { userId: 'cy', event: 'Product Viewed', timestamp: ago(50) })
  await world.call('group', { userId: 'cy', groupId: 'acme', traits: { employees: 40 } })
  await world.pass({ days: 2 })
  await still()
  const { work, analytics } = world.app.parts
  const histories = await pastOf(analytics, { workspace: world.workspace, of: 1, slice: 0 })
  const keys = histories.map(({ person: id }) => ({ ws: world.workspace, id }))
  const states = new Map((await loadStates<Person>(work, 'profile', keys)).map(({ id, state }) => [id, state]))
  const root = (id: string): string => states.get(id)!.profile.mergedInto ?? id
  const now = world.clock.now()
  const people = Map.groupBy(histories, ({ person }) => root(person))
  assert.equal(histories.length, people.size + 1, 'a guest became somebody')
  for (const [id, parts] of people) {
    const person = states.get(id)!
    const zone = person.profile.attributes['timezone']?.[0] as string | undefined
    const events = parts.flatMap((part) => part.events)
    const replay = readFeatures(replayed(events, new Set(['Order Completed'])), { now, zone })
    const streamed = featuresOf(person, { now })
    assert.deepEqual(Object.keys(streamed), Object.keys(replay))
    for (const [name, value] of Object.entries(replay))
      assert.ok(Math.abs(streamed[name]! - value) <= 1e-9 * Math.max(1, Math.abs(value)), `${name}: ${streamed[name]} instead of ${value}`)
  }
  const cy = featuresOf(states.get(root(await world.profileId('cy')))!, { now })
  assert.equal(cy['orders.count'], 2)
  assert.equal(cy['orders.revenue'], 50)
  assert.equal(cy['cart.items'], 0)
  assert.equal(cy['account.size'], 40)
})

test('of a stranger there are no scores', async () => {
  await assert.rejects(world.api('GET /api/people/p_nobody/scores'), /404/)
})
