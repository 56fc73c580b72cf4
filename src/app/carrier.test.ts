import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import pino from 'pino'
import { acceptEvent, isProblem } from '#events/accept.ts'
import type { EventRecord, KeyedRecord } from '#events/schema.ts'
import { Confirmations, NotStored } from '#platform/carrier/confirmations.ts'
import { streamOf } from '#platform/carrier/streams.ts'
import type { NatsConfig } from '#platform/config.ts'
import { preparePartitions } from '#platform/log.ts'
import { createMetrics } from '#platform/metrics.ts'
import { beat } from '#platform/workers.ts'
import { type TestDatabase, testDatabase } from '../../test/fixtures/database.ts'
import { until } from '../../test/fixtures/delivery.ts'
import { type NatsCluster, natsCluster, natsServerIsThere } from '../../test/fixtures/nats.ts'
import { type Carriers, openStream, type Stream, StreamIntake, shardOf, startCarriers } from './carrier.ts'
import { Ingest, Overloaded } from './ingest.ts'

const skip = natsServerIsThere() ? false : 'nats-server is not there (install the package nats-server)'
const logger = pino({ level: process.env['NATS_TEST_LOG'] ?? 'silent' })

let cluster: NatsCluster
let database: TestDatabase
let stream: Stream
let sent = 0
const running: Carriers[] = []
before(async () => {
  if (!skip) cluster = await natsCluster(1)
})
after(() => cluster?.stop())
beforeEach(async () => {
  if (skip) return
  database = await testDatabase()
  await preparePartitions(database.pool, 4)
  stream = await openStream(config(), { pool: database.pool, logger })
})
afterEach(async () => {
  if (skip) return
  for (const each of running.splice(0)) await each.stop()
  for (const { config: made } of await streams()) await stream.nats.streams.streams.delete(made.name)
  await stream.nats.close()
  await database.stop()
})

const config = (more: Partial<NatsConfig> = {}): NatsConfig => ({
  servers: [cluster.url],
  credentials: undefined,
  ca: undefined,
  shards: 3,
  ack: 'stream',
  replicas: undefined,
  bufferBytes: 64_000_000,
  ...more,
})
const streams = async () => {
  const list = []
  for await (const info of stream.nats.streams.streams.list()) list.push(info)
  return list
}

async function carrier(owner: string, more: { pool?: TestDatabase['pool'] } = {}): Promise<Carriers> {
  const pool = more.pool ?? database.pool
  await beat(pool, { owner, seconds: 60, roles: ['ingest'] })
  const ingest = new Ingest({ pool, partitions: 4, now: () => Date.now(), maxWaiting: 10_000, onAppended: () => {} })
  const made = startCarriers({
    nats: stream.nats,
    config: config(),
    pool,
    ingest,
    owner,
    leaseSeconds: 3,
    logger,
    metrics: createMetrics({ processMetrics: false }),
    leaving: async () => void (await pool.query('delete from workers where owner = $1', [owner])),
  })
  running.push(made)
  return made
}

function event(raw: Record<string, unknown>) {
  const accepted = acceptEvent(
    { type: 'track', event: 'Seen', messageId: `m${sent++}`, ...raw },
    { call: null, received: 1_000, sentAt: undefined, freshId: 'none' },
  )
  if (isProblem(accepted)) throw new Error(accepted.code)
  return accepted
}

async function logged(): Promise<EventRecord[]> {
  const { rows } = await database.pool.query<{ records: string }>('select records from log order by partition, last_seq')
  return rows.flatMap(({ records }) => JSON.parse(records) as KeyedRecord[]).filter((record) => record.kind === 'event')
}
const ids = async (): Promise<string[]> => (await logged()).map((record) => record.id)
const barrier = (): Promise<void> => stream.barrier(AbortSignal.timeout(20_000))

test('what the stream has acknowledged comes onto the log once, in the order of each person, stamped when it was accepted', {
  skip,
}, async () => {
  const intake = new StreamIntake(stream.publisher, { shards: 3, confirmations: null })
  await carrier('a')
  const events = Array.from({ length: 300 }, (_, i) => event({ userId: `u${i % 7}` }))
  for (let i = 0; i < events.length; i += 30) await intake.submit('w', events.slice(i, i + 30))
  await barrier()
  const records = await logged()
  assert.equal(records.length, 300)
  for (const user of Array.from({ length: 7 }, (_, i) => `u${i}`)) {
    const mine = (list: readonly { id: string; ids: readonly { value: string }[] }[]) =>
      list.filter((each) => each.ids.some(({ value }) => value === user)).map(({ id }) => id)
    assert.deepEqual(mine(records), mine(events))
  }
  assert.ok(records.every((record) => record.received === 1_000))
})

test('while the database is away events are taken, and nothing of them is lost', { skip }, async () => {
  const intake = new StreamIntake(stream.publisher, { shards: 3, confirmations: null })
  await carrier('a')
  await database.pool.query('alter table log rename to log_away')
  const events = Array.from({ length: 50 }, (_, i) => event({ userId: `u${i}` }))
  for (const each of events) await intake.submit('w', [each])
  await database.pool.query('alter table log_away rename to log')
  await barrier()
  assert.deepEqual((await ids()).sort(), events.map(({ id }) => id).sort())
})

test('two carriers share the shards, one is cut off without a word, and everything is on the log once', { skip }, async () => {
  const intake = new StreamIntake(stream.publisher, { shards: 3, confirmations: null })
  await carrier('a')
  await carrier('b')
  const shares = async () =>
    (
      await database.pool.query<{ n: number }>('select count(*)::int as n from carriers where owner is not null group by owner order by 1')
    ).rows.map(({ n }) => n)
  await until('both carry', async () => (await shares()).join() === '1,2')
  const events = Array.from({ length: 400 }, (_, i) => event({ userId: `u${i % 40}` }))
  for (let i = 0; i < events.length; i += 4) {
    await intake.submit('w', events.slice(i, i + 4))
    // As if somebody else had taken all of them over: what was being carried at that moment must not be appended by the old owner.
    if (i % 100 === 0) await database.pool.query(`update carriers set owner = null, until = 'epoch', epoch = epoch + 1`)
  }
  await barrier()
  assert.deepEqual((await ids()).sort(), events.map(({ id }) => id).sort())
})

test('a stream that is deleted and made anew is carried from its start: what was carried is not lost, what is new is not skipped', {
  skip,
}, async () => {
  const intake = new StreamIntake(stream.publisher, { shards: 3, confirmations: null })
  await carrier('a')
  const before = Array.from({ length: 40 }, (_, i) => event({ userId: `u${i}` }))
  for (const each of before) await intake.submit('w', [each])
  await barrier()
  for (const { config: made } of await streams()) await stream.nats.streams.streams.delete(made.name)
  // Fewer than before: by their numbers alone they would look as if they had been carried.
  const after = Array.from({ length: 12 }, (_, i) => event({ userId: `u${i}` }))
  for (const each of after) await intake.submit('w', [each])
  await until('all is on the log', async () => (await ids()).length === 52, 30_000)
  await barrier()
  assert.deepEqual((await ids()).sort(), [...before, ...after].map(({ id }) => id).sort())
})

test('a full stream refuses, and says so as an overload; when the carriers are back it takes events again', { skip }, async () => {
  const small = 200_000
  for (const { config: made } of await streams()) await stream.nats.streams.streams.update(made.name, { ...made, max_bytes: small })
  const intake = new StreamIntake(stream.publisher, { shards: 3, confirmations: null })
  const taken: string[] = []
  const fill = async (): Promise<void> => {
    for (let i = 0; i < 200; i++) {
      const one = event({ userId: 'u', properties: { text: 'x'.repeat(20_000) } })
      await intake.submit('w', [one])
      taken.push(one.id)
    }
  }
  await assert.rejects(fill(), Overloaded)
  assert.ok(taken.length > 3)
  await carrier('a')
  await until('there is room again', async () => {
    const one = event({ userId: 'u', properties: { text: 'x'.repeat(20_000) } })
    return intake.submit('w', [one]).then(
      () => taken.push(one.id) > 0,
      () => false,
    )
  })
  await barrier()
  const there = new Set(await ids())
  assert.deepEqual(
    taken.filter((id) => !there.has(id)),
    [],
  )
})

test('events that cannot be appended are set aside in words, and those behind them go on', { skip }, async () => {
  const intake = new StreamIntake(stream.publisher, { shards: 3, confirmations: null })
  const good = event({ userId: 'u' })
  const shard = shardOf('w', good, 3)
  await stream.nats.publisher.publish(`cadenza.ingest.${shard}`, '[{"ws":"w","events":[{"broken":')
  await intake.submit('w', [good])
  await carrier('a')
  await until('the good one is there', async () => (await ids()).includes(good.id))
  const { rows } = await database.pool.query<{ shard: number; error: string }>('select shard, error from carrier_rejects')
  assert.equal(rows.length, 1)
  assert.equal(rows[0]!.shard, shard)
  assert.match(rows[0]!.error, /JSON/)
})

test('after the database was set back to a moment ago, what it had carried since is carried again', { skip }, async () => {
  const intake = new StreamIntake(stream.publisher, { shards: 3, confirmations: null })
  const first = await carrier('a')
  await intake.submit('w', [event({ userId: 'u', messageId: 'one' })])
  await barrier()
  const { rows } = await database.pool.query<{ shard: number; seq: number; message: string }>('select shard, seq, message from carriers')
  await database.pool.query('create table was as select message from carried_messages')
  await intake.submit('w', [event({ userId: 'u', messageId: 'two' })])
  await barrier()
  await first.stop()
  running.splice(0)
  await database.pool.query(
    `delete from log where records like '%"two"%'; delete from carried_messages where not message = any(array(select message from was))`,
  )
  for (const { shard, seq, message } of rows)
    await database.pool.query('update carriers set seq = $2, message = $3 where shard = $1', [shard, seq, message])
  await carrier('b')
  await until('it is there again', async () => (await ids()).includes('two'))
  assert.deepEqual(await ids(), ['one', 'two'])
})

test('a 200 waits for the log while the database answers, says so when nothing comes, and takes the stream’s word when the database is away', {
  skip,
}, async () => {
  const confirmations = new Confirmations({ db: database.pool, patienceMs: 500 })
  const intake = new StreamIntake(stream.publisher, { shards: 3, confirmations })
  await assert.rejects(intake.submit('w', [event({ userId: 'u' })]), NotStored)
  await carrier('a')
  await until('the carrier has begun', async () => (await ids()).length === 1)
  const one = event({ userId: 'u' })
  await intake.submit('w', [one])
  assert.ok((await ids()).includes(one.id), 'there when it is answered')
  const away = { query: () => Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })) }
  const unsure = new StreamIntake(stream.publisher, { shards: 3, confirmations: new Confirmations({ db: away }) })
  const two = event({ userId: 'u' })
  await unsure.submit('w', [two])
  await barrier()
  assert.ok((await ids()).includes(two.id))
})

test('the events of one person go one way; an anonymous visitor and the customer may go two', () => {
  const of = (raw: Record<string, unknown>) => shardOf('w', event(raw), 256)
  assert.equal(of({ userId: 'ada' }), of({ userId: 'ada', anonymousId: 'phone' }))
  assert.notEqual(of({ anonymousId: 'phone' }), of({ userId: 'ada', anonymousId: 'phone' }))
  assert.equal(streamOf(3), 'CADENZA_INGEST_3')
})
