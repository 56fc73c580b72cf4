import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import pino from 'pino'
import type { Channel } from '#channels/channel.ts'
import type { ModeChange } from '#journeys/modes.ts'
import { addMode, addSweep } from '#journeys/store.ts'
import { preparePartitions } from '#platform/log.ts'
import { testDatabase } from '../../test/fixtures/database.ts'
import { type DeliveryWorld, deliveryWorld, until } from '../../test/fixtures/delivery.ts'
import { startSweeper } from './journey-lifecycle-sweep.ts'

const JOURNEY = 'abandoned-cart'
const CONCURRENCY = 16

async function within(story: (world: DeliveryWorld) => Promise<void>): Promise<void> {
  const world = await deliveryWorld()
  try {
    await story(world)
  } finally {
    await world.stop()
  }
}

/** A provider that takes a little while, and notes when each hand-over began. */
function slow(ms = 2): { channel: Channel; begun: number[] } {
  const begun: number[] = []
  const channel: Channel = {
    kind: 'email',
    send: async () => {
      begun.push(performance.now())
      await new Promise((resolve) => setTimeout(resolve, ms))
      return { kind: 'sent', providerId: 'x' }
    },
    close: async () => undefined,
  }
  return { channel, begun }
}

let revision = 0
const change = ({ database: { pool }, now }: DeliveryWorld, kind: ModeChange['kind']): Promise<void> =>
  addMode(pool, 'w1', { journey: JOURNEY, kind, revision: ++revision, at: now, by: 'test' })

const sweeperOf = (world: DeliveryWorld, released: () => void = () => undefined) =>
  startSweeper({
    pool: world.database.pool,
    analytics: {
      query: async () => [],
      command: async () => undefined,
      insert: async () => undefined,
      purge: async () => ({ oldParts: 0 }),
      close: async () => undefined,
    },
    partitions: 4,
    now: () => world.now,
    logger: pino({ level: 'silent' }),
    appended: () => undefined,
    released,
  })

suite('what a paused journey has queued', () => {
  test('pause at ten thousand queued: no more leave after the answer than were on their way', () =>
    within(async (world) => {
      const { channel, begun } = slow()
      await world.queue(Array.from({ length: 10_000 }, (_, i) => ({ address: `ok-${i}@x.test` })))
      await world.dispatcher([channel], { settings: { concurrency: CONCURRENCY } })
      await until('some have left', () => begun.length > 200)
      await change(world, 'pause')
      const before = begun.length
      await until('the others are put aside', async () => {
        const { rows } = await world.database.pool.query<{ held: number }>(
          `select count(*)::int as held from outbox where status = 'ready' and reason = 'journey_paused'`,
        )
        return rows[0]!.held > 1_000
      })
      assert.ok(begun.length - before <= CONCURRENCY, `${begun.length - before} left after the pause`)
    }))

  test('leaves when the pause ends, every message once', () =>
    within(async (world) => {
      const { channel, begun } = slow(0)
      await change(world, 'pause')
      await world.queue(Array.from({ length: 300 }, (_, i) => ({ address: `ok-${i}@x.test` })))
      await world.queue([{ address: 'other@x.test', payload: { ...OTHER } }])
      const dispatcher = await world.dispatcher([channel], { settings: { concurrency: 64 } })
      const held = async (): Promise<number> => {
        const { rows } = await world.database.pool.query<{ n: number }>(
          `select count(*)::int as n from outbox where reason = 'journey_paused'`,
        )
        return rows[0]!.n
      }
      await until('all are put aside', async () => (await held()) === 300)
      assert.equal(begun.length, 1, 'another journey is not concerned')
      await change(world, 'run')
      const sweeper = sweeperOf(world, () => dispatcher.wake())
      await until('all are ready again', async () => (await held()) === 0)
      world.now += 60_000
      dispatcher.wake()
      await until('all have left', async () => (await world.counts())['sent'] === 301)
      assert.equal(begun.length, 301)
      await sweeper.stop()
    }))

  test('expires at its own limit when the pause outlasts it', () =>
    within(async (world) => {
      const { channel, begun } = slow(0)
      await change(world, 'pause')
      await world.queue([{ address: 'ok@x.test', expires: world.now + 3_600_000 }])
      await world.dispatcher([channel])
      await until('it is put aside', async () => {
        const { rows } = await world.database.pool.query(`select from outbox where reason = 'journey_paused'`)
        return rows.length === 1
      })
      world.now += 3_600_002
      await until('it is skipped', async () => (await world.counts())['skipped'] === 1)
      assert.equal(begun.length, 0)
    }))

  test('of a stopped journey leaves never, also when the journey runs again at once', () =>
    within(async (world) => {
      const { channel, begun } = slow(0)
      await world.queue(Array.from({ length: 50 }, () => ({})))
      world.now += 10
      await change(world, 'stop')
      await change(world, 'run')
      world.now += 10
      await world.queue([{ address: 'new@x.test' }])
      await world.dispatcher([channel])
      await until('the new one has left', async () => (await world.counts())['sent'] === 1)
      assert.equal(begun.length, 1)
    }))
})

const OTHER = {
  journey_id: 'other',
  version: 1,
  enrollment_id: 'x',
  step_id: 'mail',
  template: 'cart',
  template_version: 1,
  sender: '',
  data: {},
}
const PEOPLE = 2_000

test('kill -9 in the middle of a sweep: the next process goes on, and everybody is looked at exactly once', async () => {
  const database = await testDatabase()
  const { pool, url } = database
  const script = join(import.meta.dirname, '../../test/fixtures/sweeping-process.ts')
  const begin = () => spawn(process.execPath, [script, url, String(PEOPLE)], { stdio: ['ignore', 'ignore', 'inherit'] })
  const swept = async (): Promise<{ people: number; done: boolean }> => {
    const { rows } = await pool.query<{ people: number; done: boolean }>('select people, done from journey_sweeps')
    return rows[0]!
  }
  const ended = (process: ReturnType<typeof begin>) => new Promise((resolve) => process.once('exit', resolve))
  try {
    await preparePartitions(pool, 4)
    await pool.query('update leases set revision = 7')
    await addSweep(pool, 'w1', { journey: JOURNEY, revision: 7 })
    // Who is not there any more is not looked at: these are.
    await pool.query(
      `insert into keyed_state (workspace_id, kind, id, partition, state, version)
       select 'w1', 'profile', 'p' || lpad(i::text, 6, '0'), 0, '{}', 1 from generate_series(0, $1 - 1) i`,
      [PEOPLE],
    )
    for (const least of [200, 600, 1_000]) {
      const process = begin()
      await until(`${least} people`, async () => (await swept()).people >= least)
      process.kill('SIGKILL')
      await ended(process)
      assert.equal((await swept()).done, false)
    }
    const last = begin()
    await until('the sweep is done', async () => (await swept()).done)
    last.kill('SIGKILL')
    await ended(last)
    const { rows } = await pool.query<{ records: string }>('select records from log')
    const keys = rows.flatMap(({ records }) => (JSON.parse(records) as { kind: string; key: string }[]).map(({ key }) => key))
    assert.deepEqual([keys.length, new Set(keys).size], [PEOPLE, PEOPLE])
  } finally {
    await database.stop()
  }
})
