import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { acceptEvent, isProblem } from '#events/accept.ts'
import { definitions } from '#journeys/definitions.ts'
import type { Person } from '#journeys/person.ts'
import { Journey } from '#journeys/schema.ts'
import { caughtUp } from '#platform/leases.ts'
import { appendToPartitions, preparePartitions } from '#platform/log.ts'
import { claim, takenBackAmong } from '#platform/outbox.ts'
import { ReplayParked } from '#profiles/api.ts'
import { type TestDatabase, testDatabase } from '../../test/fixtures/database.ts'
import { engineStore } from './engine-store.ts'
import { Ingest } from './ingest.ts'
import { parkedBindings } from './parked.ts'
import { Pipeline } from './pipeline.ts'
import { Fenced } from './ports.ts'

const MINUTE = 60_000
const reminder = Journey.parse({
  kind: 'journey',
  id: 'abandoned-cart',
  goal: { event: 'Order Completed', within: '3d', value: 'total' },
  entry: { event: 'Product Added', key: 'properties.cart_id' },
  exit: [{ event: 'Order Completed', match: { 'properties.cart_id': 'entry.key' } }],
  steps: [
    { kind: 'wait', id: 'settle', for: '5m' },
    { kind: 'email', id: 'nudge', template: 'cart' },
  ],
})

let database: TestDatabase
let now = 0
let sent = 0
beforeEach(async () => {
  database = await testDatabase()
  await preparePartitions(database.pool, 4)
  now = Date.parse('2026-03-01T09:00:00Z')
})
afterEach(() => database.stop())

const definitionsSource = {
  prepare: async () => {},
  of: (revision: number, workspace: string) =>
    definitions({
      workspace,
      revision,
      consent: 'opt-out',
      journeys: [{ journey: reminder, version: 1, live: true }],
      templates: [{ id: 'cart', version: 3 }],
    }),
}
const worker = (owner: string, more: Partial<ConstructorParameters<typeof Pipeline>[0]> = {}) =>
  new Pipeline({
    store: engineStore({ pool: database.pool, partitions: 4, leaseSeconds: 30 }),
    definitions: definitionsSource,
    owner,
    now: () => now,
    batchSize: 100,
    cacheSize: 1_000,
    onCommit: () => {},
    ...more,
  })

async function say(...raws: Record<string, unknown>[]): Promise<void> {
  const ingest = new Ingest({ pool: database.pool, partitions: 4, now: () => now, maxWaiting: 10_000, onAppended: () => {} })
  const events = raws.map((raw) => {
    const event = acceptEvent(
      { type: 'track', messageId: `m${sent++}`, ...raw },
      { call: null, received: now, sentAt: undefined, freshId: '' },
    )
    if (isProblem(event)) throw new Error(event.code)
    return event
  })
  await ingest.submit('w', events)
}
const cart = (userId: string, cart_id: string, more = {}) => ({ userId, event: 'Product Added', properties: { cart_id }, ...more })
const order = (userId: string, cart_id: string) => ({ userId, event: 'Order Completed', properties: { cart_id, total: 20 } })
const identify = (userId: string) => ({ type: 'identify', userId, traits: { email: `${userId}@shop.example` } })

async function settle(pipeline: Pipeline): Promise<void> {
  for (let idle = 0; idle < 3; ) idle = (await pipeline.step()) === 'worked' ? 0 : idle + 1
}
async function pass(pipeline: Pipeline, ms: number): Promise<void> {
  now += ms
  await settle(pipeline)
}
const rows = async <Row extends object>(sql: string): Promise<Row[]> => (await database.pool.query<Row>(sql)).rows
const outbox = () => rows<{ address: string; status: string }>('select address, status from outbox order by address')
const facts = async () =>
  (await rows<{ facts: string }>('select facts from fact_blocks order by id')).flatMap((row) =>
    row.facts.split('\n').map((line) => JSON.parse(line) as { t: string; p: number; s: number; i: number; r: Record<string, unknown> }),
  )

test('who leaves the cart is written to when the wait is over; who buys is not', async () => {
  const pipeline = worker('one')
  await pipeline.acquire()
  await say(identify('ada'), identify('bo'), cart('ada', 'c1'), cart('bo', 'c2'))
  await settle(pipeline)
  await pass(pipeline, 3 * MINUTE)
  await say(order('bo', 'c2'))
  await settle(pipeline)
  assert.deepEqual(await outbox(), [])
  await pass(pipeline, 3 * MINUTE)
  assert.deepEqual(await outbox(), [{ address: 'ada@shop.example', status: 'ready' }])
})

test('an order accepted before the wait was over counts, however late it is handled', async () => {
  const pipeline = worker('one')
  await pipeline.acquire()
  await say(identify('ada'), cart('ada', 'c1'))
  await settle(pipeline)
  now += 4 * MINUTE
  await say(order('ada', 'c1'))
  now += 60 * MINUTE
  await settle(pipeline)
  assert.deepEqual(await outbox(), [])
})

test('an order that overtakes its cart on the way here begins nothing', async () => {
  const pipeline = worker('one')
  await pipeline.acquire()
  await say(identify('ada'))
  await say(order('ada', 'c1'))
  await say(cart('ada', 'c1', { timestamp: new Date(now - MINUTE).toISOString() }))
  await settle(pipeline)
  await pass(pipeline, 60 * MINUTE)
  assert.deepEqual(await outbox(), [])
})

/** Whether a promise has resolved, once all that does not wait for the database or a timer has had its turn. */
async function isDone(promise: Promise<void>): Promise<boolean> {
  const pending = Symbol('pending')
  return (await Promise.race([promise.then(() => undefined), wait(60).then(() => pending)])) !== pending
}

test('an order of another profile of the same person, accepted after the claim, takes the message back before it is caught up', async () => {
  const pipeline = worker('one')
  await pipeline.acquire()
  await say({ ...cart('', 'c1'), userId: undefined, anonymousId: 'stranger' })
  await say({ type: 'identify', anonymousId: 'stranger', traits: { email: 'ada@shop.example' } }, identify('bo'))
  await settle(pipeline)
  await pass(pipeline, 6 * MINUTE)
  const claimed = await claim(database.pool, { owner: 'd', channel: 'email', limit: 10, now })
  assert.equal(claimed.length, 1)
  // The stranger was Bo all along, and Bo buys: the run has to come over before the order can end it.
  await say({ type: 'identify', userId: 'bo', anonymousId: 'stranger' }, order('bo', 'c1'))
  const ready = caughtUp(database.pool, AbortSignal.timeout(20_000))
  assert.equal(await isDone(ready), false, 'nothing of it has been handled')
  assert.equal(await pipeline.step(), 'worked')
  assert.equal(await isDone(ready), false, 'the run is on its way to the other profile')
  await settle(pipeline)
  await ready
  assert.equal((await takenBackAmong(database.pool, claimed)).size, 1)
})

test('what is accepted after one began to catch up is not waited for', async () => {
  const pipeline = worker('one')
  await pipeline.acquire()
  await say(identify('ada'), cart('ada', 'c1'))
  await settle(pipeline)
  await say(order('ada', 'c1'))
  const ready = caughtUp(database.pool, AbortSignal.timeout(20_000))
  assert.equal(await isDone(ready), false)
  await pipeline.step()
  await say(cart('ada', 'c2'), cart('bo', 'c3'))
  await ready
})

test('a message that still waits in the outbox is taken back when its reason is gone, and that is a fact', async () => {
  const pipeline = worker('one')
  await pipeline.acquire()
  await say(identify('ada'), cart('ada', 'c1'))
  await settle(pipeline)
  await pass(pipeline, 6 * MINUTE)
  await say(order('ada', 'c1'))
  await settle(pipeline)
  assert.deepEqual(
    (await outbox()).map((row) => row.status),
    ['cancelled'],
  )
  assert.ok((await facts()).some((fact) => fact.t === 'deliveries' && fact.r['status'] === 'cancelled'))
})

test('the same event twice is one event and one fact that says duplicate', async () => {
  const pipeline = worker('one')
  await pipeline.acquire()
  await say(cart('ada', 'c1', { messageId: 'same' }), cart('ada', 'c1', { messageId: 'same' }))
  await settle(pipeline)
  await say(cart('ada', 'c1', { messageId: 'same' }))
  await settle(pipeline)
  const events = (await facts()).filter((fact) => fact.t === 'events')
  assert.deepEqual(
    events.map((fact) => fact.r['verdict']),
    ['accepted', 'duplicate', 'duplicate'],
  )
  assert.equal((await facts()).filter((fact) => fact.r['kind'] === 'entered').length, 1)
})

test('two profiles that turn out to be one: the run goes on there, and nothing is sent twice', async () => {
  const pipeline = worker('one')
  await pipeline.acquire()
  await say({ anonymousId: 'phone', event: 'Product Added', properties: { cart_id: 'c1' } }, identify('ada'), cart('ada', 'c1'))
  await settle(pipeline)
  await say({ ...cart('ada', 'c9'), anonymousId: 'phone' })
  await settle(pipeline)
  await pass(pipeline, 6 * MINUTE)
  const people = await rows<{ state: Person }>('select state::json as state from keyed_state')
  assert.equal(people.filter(({ state }) => state.profile.mergedInto).length, 1)
  assert.equal((await outbox()).length, 2, 'one for each cart')
})

test('a worker that lost its lease saves nothing', async () => {
  const old = worker('old')
  await old.acquire()
  await say(identify('ada'), cart('ada', 'c1'))
  await database.pool.query(`update leases set until = now() - interval '1 second'`)
  const young = worker('young')
  await young.acquire()
  await assert.rejects(old.step(), Fenced)
  assert.deepEqual(await facts(), [])
  await settle(young)
  assert.ok((await facts()).length > 0)
})

test('a crash before the commit repeats the batch; every fact keeps its one place', async () => {
  await say(...Array.from({ length: 20 }, (_, i) => cart(`u${i}`, `c${i}`)))
  const store = engineStore({ pool: database.pool, partitions: 4, leaseSeconds: 30 })
  let crashes = 3
  const pipeline = worker('one', {
    batchSize: 8,
    store: { ...store, save: async (batch) => (crashes-- > 0 ? Promise.reject(new Error('crash')) : store.save(batch)) },
  })
  for (let i = 0; i < 3; i++) {
    await pipeline.acquire()
    await assert.rejects(pipeline.step(), /crash/)
  }
  await pipeline.acquire()
  await settle(pipeline)
  const all = await facts()
  assert.equal(all.filter((fact) => fact.t === 'events').length, 20)
  assert.equal(new Set(all.map((fact) => `${fact.p} ${fact.s} ${fact.i} ${fact.r['profile_id']}`)).size, all.length)
})

test('the state does not depend on how the records are cut into batches', async () => {
  const story = Array.from(
    { length: 60 },
    (_, i) => [identify(`u${i % 5}`), cart(`u${i % 5}`, `c${i % 7}`), order(`u${(i * 3) % 5}`, `c${i % 7}`)][i % 3]!,
  )
  const states: unknown[] = []
  for (const batchSize of [1, 7, 1_000]) {
    await database.stop()
    database = await testDatabase()
    await preparePartitions(database.pool, 4)
    now = 1_000_000
    sent = 0
    const pipeline = worker('one', { batchSize })
    await pipeline.acquire()
    await say(...story)
    await settle(pipeline)
    states.push(await rows('select id, state::json as state from keyed_state order by id'))
  }
  assert.deepEqual(states[1], states[0])
  assert.deepEqual(states[2], states[0])
})

test('a record that cannot be handled parks its person only, with the records behind it in order', async () => {
  const poison = {
    prepare: async () => {},
    of: (revision: number, ws: string) => ({
      ...definitionsSource.of(revision, ws),
      entriesByEvent: new Map([['Poison', [null as never]]]),
    }),
  }
  const pipeline = worker('one', { definitions: poison })
  await pipeline.acquire()
  await say(identify('ada'), identify('bo'), { userId: 'ada', event: 'Poison' }, cart('ada', 'c1'), { userId: 'bo', event: 'Seen' })
  await settle(pipeline)
  const dead = await rows<{ record: string; error: string }>('select record, error from dead_letters order by id')
  assert.deepEqual(
    dead.map(({ record }) => (JSON.parse(record) as { name: string }).name),
    ['Poison', 'Product Added'],
  )
  assert.deepEqual(
    dead.map(({ error }) => error !== ''),
    [true, false],
  )
  const names = (await facts()).filter((fact) => fact.t === 'events').map((fact) => fact.r['name'])
  assert.deepEqual(names.toSorted(), ['Profile Updated', 'Profile Updated', 'Seen'])
})

test('what stood still goes on in its order when it is replayed, once', async () => {
  let poisoned = true
  const source = {
    prepare: async () => {},
    of: (revision: number, ws: string) => {
      const sound = definitionsSource.of(revision, ws)
      return poisoned ? { ...sound, entriesByEvent: new Map([['Poison', [null as never]]]) } : sound
    },
  }
  const pipeline = worker('one', { definitions: source })
  await pipeline.acquire()
  await say(identify('ada'), { userId: 'ada', event: 'Poison' }, cart('ada', 'c1'))
  await settle(pipeline)
  const [{ key } = { key: '' }] = await rows<{ key: string }>('select distinct key from dead_letters')
  poisoned = false
  const parked = parkedBindings({ pool: database.pool, partitions: 4, now: () => now, appended: () => {} })
  const replay = parked.find(({ action }) => action === ReplayParked)!
  const call = { note: () => {}, audit: async () => {} } as never
  const principal = { workspace: 'w', actor: 'person:1', permissions: new Set() } as never
  assert.deepEqual(await replay.handle!({ id: key }, principal, call), { records: 2 })
  assert.equal('refused' in ((await replay.handle!({ id: key }, principal, call)) as object), true)
  await settle(pipeline)
  await pass(pipeline, 6 * MINUTE)
  assert.deepEqual(await outbox(), [{ address: 'ada@shop.example', status: 'ready' }])
  assert.deepEqual(await rows('select * from dead_letters'), [])
  const names = (await facts()).filter((fact) => fact.t === 'events').map((fact) => fact.r['name'])
  assert.deepEqual(names, ['Profile Updated', 'Poison', 'Product Added'])
})

test('a worker that has partitions already takes those of one that died as well', async () => {
  const first = worker('first')
  await first.acquire()
  await database.pool.query(`update leases set owner = 'second' where partition < 2`)
  await first.renew()
  assert.deepEqual(first.partitions, [2, 3])
  await database.pool.query(`update leases set until = now() - interval '1 second' where owner = 'second'`)
  await first.renew()
  assert.deepEqual(first.partitions.toSorted(), [0, 1, 2, 3])
})

test('timers fire by the definitions that were in force at their tick, although newer ones have been read with it', async () => {
  const byRevision = {
    prepare: async () => {},
    of: (revision: number, workspace: string) =>
      definitions({
        workspace,
        revision,
        consent: 'opt-out',
        journeys: [{ journey: reminder, version: 1, live: true }],
        templates: [{ id: 'cart', version: revision + 1 }],
      }),
  }
  const pipeline = worker('one', { definitions: byRevision })
  await pipeline.acquire()
  await say(identify('ada'), cart('ada', 'c1'), identify('bo'), cart('bo', 'c2'))
  await settle(pipeline)
  now += 6 * MINUTE
  const partitions = [0, 1, 2, 3]
  await appendToPartitions(database.pool, '{"kind":"tick"}', { partitions, now })
  await appendToPartitions(database.pool, '{"kind":"definitions","revision":7}', { partitions, now })
  await settle(pipeline)
  const versions = await rows<{ version: number }>(`select payload->'template_version' as version from outbox`)
  assert.deepEqual(versions, [{ version: 1 }, { version: 1 }])
})
