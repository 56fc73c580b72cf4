import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type TestDatabase, testDatabase } from '../../test/fixtures/database.ts'
import { cancel, claim, enqueue, type OutboxEntry, recover, type Settlement, settle, takenBackAmong } from './outbox.ts'
import { releaseUnknown } from './outbox-view.ts'

let database: TestDatabase
before(async () => {
  database = await testDatabase()
})
after(() => database.stop())

const entry: OutboxEntry = {
  ...{ id: 'run:nudge', ws: 'w', key: 'p', channel: 'email', address: 'ada@shop.example', topic: '', lane: 'marketing' },
  ...{ due: 100, expires: 10_000, payload: {} },
}
const ending = (attempt: number, status: Settlement['status']): Settlement => ({
  ...{ ws: 'w', id: entry.id, attempt, status, due: 300, reason: '', providerId: '', contentHash: '' },
})
const claimBy = (owner: string, now: number) => claim(database.pool, { owner, channel: 'email', limit: 10, now })
const row = async () => (await database.pool.query<{ status: string; expires: number }>('select status, expires::int from outbox')).rows[0]!

beforeEach(async () => {
  await database.pool.query('delete from outbox')
  await enqueue(database.pool, [entry], 100)
})

test('what is taken back before anyone claims it is cancelled', async () => {
  const taken = await cancel(database.pool, [entry], { now: 200, reason: 'exited' })
  assert.deepEqual(
    taken.map(({ id }) => id),
    [entry.id],
  )
  assert.equal((await row()).status, 'cancelled')
})

test('what is taken back while its claim is being committed is past its time: whoever claimed it sees that before it leaves', async () => {
  const claimer = await database.pool.connect()
  await claimer.query('begin')
  const claimed = await claim(claimer, { owner: 'one', channel: 'email', limit: 10, now: 150 })
  const cancelling = cancel(database.pool, [entry], { now: 200, reason: 'exited' })
  const waits = `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%update outbox%'`
  while ((await database.pool.query(waits)).rowCount === 0);
  await claimer.query('commit')
  claimer.release()
  assert.deepEqual(await cancelling, [])
  assert.deepEqual(await row(), { status: 'sending', expires: 0 })
  assert.equal((await takenBackAmong(database.pool, claimed)).size, 1)
})

test('what is taken back on its way may arrive, but is past its time when it would be tried again', async () => {
  await claimBy('one', 150)
  assert.deepEqual(await cancel(database.pool, [entry], { now: 200, reason: 'exited' }), [])
  assert.deepEqual(await row(), { status: 'sending', expires: 0 })
})

test('an attempt that was taken over counts no more, unless it was sent', async () => {
  await claimBy('one', 150)
  await recover(database.pool, { living: ['two'], now: 200 })
  const [second] = await claimBy('two', 200)
  assert.equal(second?.attempt, 2)
  assert.deepEqual(await settle(database.pool, [ending(1, 'failed')], { owner: 'one', now: 250 }), [])
  assert.equal((await row()).status, 'sending')
  assert.deepEqual(
    await settle(database.pool, [ending(1, 'sent')], { owner: 'one', now: 260 }),
    [],
    'an opt-out must still wait for the second',
  )
  assert.equal((await settle(database.pool, [ending(2, 'failed')], { owner: 'two', now: 270 })).length, 1)
  assert.equal((await settle(database.pool, [ending(1, 'sent')], { owner: 'one', now: 280 })).length, 1)
  assert.equal((await row()).status, 'sent')
})

test('an ending that is written again does not touch the attempt after it', async () => {
  await claimBy('one', 150)
  await settle(database.pool, [ending(1, 'ready')], { owner: 'one', now: 200 })
  await claimBy('one', 400)
  assert.deepEqual(await settle(database.pool, [ending(1, 'ready')], { owner: 'one', now: 450 }), [])
  assert.equal((await row()).status, 'sending')
})

test('a claim whose answer was lost is released, also while an earlier attempt of the message is on its way', async () => {
  await claimBy('one', 150)
  await recover(database.pool, { living: [], now: 200 })
  await claimBy('one', 200)
  const known = [`w\u0001${entry.id}\u00011`]
  assert.equal(await releaseUnknown(database.pool, { owner: 'one', channel: 'email', known, now: 300 }), 1)
  assert.equal((await row()).status, 'ready')
})
