import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { definitions } from '#journeys/definitions.ts'
import { newPerson } from '#journeys/merge.ts'
import type { Person } from '#journeys/person.ts'
import { react } from '#journeys/react.ts'
import { writeStates } from '#platform/keyed-state.ts'
import { preparePartitions } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { testDatabase } from '../../test/fixtures/database.ts'
import { journey } from '../../test/fixtures/journeys.ts'
import { takeTurn } from './broadcast.ts'
import { beginBroadcast, broadcastsOf, changeBroadcast } from './broadcast-store.ts'

const database = await testDatabase()
const { pool } = database
after(() => database.stop())
await preparePartitions(pool, 3)

const NOW = Date.UTC(2026, 2, 9, 9)
const news = journey({
  id: 'news',
  entry: { schedule: { at: '2026-03-09T09:00', zone: 'UTC' }, audience: 'profile.news == true' },
  steps: [{ kind: 'email', id: 'mail', template: 'mail' }],
})
const made = definitions({
  workspace: 'w',
  revision: 1,
  consent: 'opt-out',
  journeys: [{ journey: news, version: 1, live: true }],
  templates: [{ id: 'mail', version: 1 }],
})
const options = (of: Pool, page: number) => ({
  pool: of,
  partitions: 3,
  definitions: { prepare: async () => undefined, of: () => made },
  now: () => NOW,
  appended: () => undefined,
  logger: { warn: () => undefined } as never,
  page,
})

let run = 0
/** A workspace of its own with so many people, every third of whom wants news. */
async function people(count: number): Promise<string> {
  const workspace = `w${++run}`
  const rows = Array.from({ length: count }, (_, i) => {
    const id = `p_${String(i).padStart(4, '0')}`
    const record = {
      kind: 'event',
      ws: workspace,
      key: id,
      id: 'i',
      type: 'identify',
      name: 'identify',
      at: 1,
      received: 1,
      ids: [],
    } as const
    const context = { definitions: made, now: 1, position: { partition: 0, seq: 1 } }
    const { state } = react(newPerson(id, 1), { ...record, props: { news: i % 3 === 0, email: `${id}@x.example` } }, context)
    return { ws: workspace, id, partition: 0, state, version: 1, nextDue: null }
  })
  await writeStates<Person>(pool, 'profile', rows)
  const row = { ws: workspace, journey: 'news', occurrence: '2026-03-09T09:00', kind: 'scheduled', version: 1 } as const
  assert.equal(await beginBroadcast(pool, { ...row, status: 'running', due: NOW, beganAt: NOW }), true)
  assert.equal(await beginBroadcast(pool, { ...row, status: 'running', due: NOW, beganAt: NOW }), false, 'made once')
  return workspace
}

/** Whom the log holds a record for, in order of ids. */
async function told(workspace: string): Promise<string[]> {
  const { rows } = await pool.query<{ records: string }>('select records from log where workspace_id = $1', [workspace])
  return rows.flatMap(({ records }) => (JSON.parse(records) as { key: string; id: string }[]).map(({ key, id }) => `${key} ${id}`)).sort()
}

const wanted = (count: number): string[] =>
  Array.from({ length: Math.ceil(count / 3) }, (_, i) => `p_${String(i * 3).padStart(4, '0')} broadcast:news:2026-03-09T09:00`)

/** Connections that break at chosen statements: before they are sent, or when the answer should come, as when a process is killed. */
function breaking(faults: readonly ('none' | 'before' | 'after')[]): Pool {
  let at = 0
  return {
    query: (text: string, values?: unknown[]) => pool.query(text, values),
    async connect() {
      const client = await pool.connect()
      const broken = { client: false }
      return {
        async query(text: string, values?: unknown[]) {
          const fault = faults[at++] ?? 'none'
          if (fault === 'none' && !broken.client) return client.query(text, values)
          if (fault === 'after' && !broken.client) await client.query(text, values)
          broken.client = true
          throw new Error('the connection broke')
        },
        // A broken connection's transaction is rolled back by the server, unless it had been committed.
        release: (): void => client.release(broken.client),
        on: () => undefined,
        off: () => undefined,
      }
    },
  } as unknown as Pool
}

test('whatever breaks and wherever, everybody in the audience is told once, and nobody else', async () => {
  const fault = fc.constantFrom<'none' | 'before' | 'after'>('none', 'none', 'none', 'none', 'before', 'after')
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 1, max: 25 }),
      fc.array(fault, { maxLength: 40 }),
      async (count, page, faults) => {
        const workspace = await people(count)
        const shaky = options(breaking(faults), page)
        const row = async () => (await broadcastsOf(pool, workspace, { journey: 'news', limit: 9 }))[0]!
        // A turn that finds the row locked has nothing to do at that moment: the server takes a while to roll back what a dead process held.
        for (let tries = 0; (await row()).status === 'running'; tries++) {
          assert.ok(tries < 5_000, 'it comes to an end')
          // What is thrown is what the property is about: the next try stands for the process that comes after.
          await takeTurn(shaky).catch((error: Error) => {
            assert.ok([error.message, (error.cause as Error | undefined)?.message].includes('the connection broke'), String(error.stack))
          })
        }
        const { status, looked, reached } = await row()
        assert.deepEqual(await told(workspace), wanted(count))
        assert.deepEqual([status, looked, reached], ['done', count, wanted(count).length])
      },
    ),
    { numRuns: 40 },
  )
})

test('several processes share the work', async () => {
  const workspace = await people(120)
  const work = async (): Promise<void> => {
    while (await takeTurn(options(pool, 7))) await new Promise((resolve) => setImmediate(resolve))
  }
  // Who finds the row locked has nothing to do at that moment, and asks again later.
  for (let i = 0; i < 5; i++) await Promise.all([work(), work(), work()])
  assert.deepEqual(await told(workspace), wanted(120))
})

test('a paused broadcast stands still, a resumed one goes on there, a cancelled one never does', async () => {
  const workspace = await people(30)
  const name = { ws: workspace, journey: 'news', occurrence: '2026-03-09T09:00' }
  const change = (from: 'running' | 'paused', to: 'running' | 'paused' | 'cancelled') =>
    changeBroadcast(pool, name, { from: [from], to, at: NOW })
  await takeTurn(options(pool, 10))
  await change('running', 'paused')
  assert.equal(await takeTurn(options(pool, 10)), false)
  assert.equal((await told(workspace)).length, 4)
  await change('paused', 'running')
  await takeTurn(options(pool, 10))
  await change('running', 'cancelled')
  assert.equal(await change('paused', 'running'), undefined)
  assert.equal(await takeTurn(options(pool, 10)), false)
  assert.equal((await told(workspace)).length, 7)
})
