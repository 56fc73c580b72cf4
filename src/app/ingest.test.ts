import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { acceptEvent, isProblem } from '#events/accept.ts'
import type { KeyedRecord } from '#events/schema.ts'
import { preparePartitions } from '#platform/log.ts'
import { type TestDatabase, testDatabase } from '../../test/fixtures/database.ts'
import { Ingest, Overloaded } from './ingest.ts'

let database: TestDatabase
before(async () => {
  database = await testDatabase()
  await preparePartitions(database.pool, 4)
})
after(() => database.stop())

const ingest = (maxWaiting = 10_000) =>
  new Ingest({ pool: database.pool, partitions: 4, now: () => 1_000, maxWaiting, onAppended: () => {} })

function event(raw: Record<string, unknown>) {
  const accepted = acceptEvent({ type: 'track', event: 'X', ...raw }, { call: null, received: 1_000, sentAt: undefined, freshId: 'none' })
  if (isProblem(accepted)) throw new Error(accepted.code)
  return accepted
}

async function logged(ws: string): Promise<KeyedRecord[]> {
  const { rows } = await database.pool.query<{ records: string }>(
    'select records from log where workspace_id = $1 order by partition, last_seq',
    [ws],
  )
  return rows.flatMap((row) => JSON.parse(row.records) as KeyedRecord[])
}
const keysById = (records: KeyedRecord[]) =>
  new Map(records.flatMap((record) => (record.kind === 'event' ? [[record.id, record.key] as const] : [])))

test('a hundred requests at once become durable together, each record on its person', async () => {
  const one = ingest()
  await Promise.all(Array.from({ length: 100 }, (_, i) => one.submit('group', [event({ messageId: `m${i}`, userId: `u${i % 10}` })])))
  const records = await logged('group')
  assert.equal(records.length, 100)
  assert.equal(new Set(records.map((record) => record.key)).size, 10)
  const { rows } = await database.pool.query<{ commits: number }>(
    `select count(distinct xmin::text)::int as commits from log where workspace_id = 'group'`,
  )
  assert.ok(rows[0]!.commits < 20, `${rows[0]!.commits} transactions for 100 requests`)
})

test('the visitor’s events and the customer’s are one person’s from the login on; two profiles give a merge record', async () => {
  const one = ingest()
  await one.submit('merge', [event({ messageId: '1', anonymousId: 'phone' })])
  await one.submit('merge', [event({ messageId: '2', userId: 'ada' })])
  await one.submit('merge', [
    event({ messageId: '3', userId: 'ada', anonymousId: 'phone' }),
    event({ messageId: '4', anonymousId: 'phone' }),
  ])
  const records = await logged('merge')
  const keys = keysById(records)
  const merges = records.filter((record) => record.kind === 'merge')
  assert.deepEqual(merges, [{ kind: 'merge', ws: 'merge', key: keys.get('1'), into: keys.get('2') }])
  assert.equal(keys.get('3'), keys.get('2'))
  assert.equal(keys.get('4'), keys.get('2'))
})

test('another process with a stale cache still finds the survivor for new identifiers', async () => {
  const [one, two] = [ingest(), ingest()]
  await one.submit('stale', [event({ messageId: '1', anonymousId: 'a' })])
  await two.submit('stale', [event({ messageId: '2', anonymousId: 'a' })])
  await one.submit('stale', [event({ messageId: '3', userId: 'u' }), event({ messageId: '4', userId: 'u', anonymousId: 'a' })])
  await two.submit('stale', [event({ messageId: '5', anonymousId: 'a', context: { traits: { email: 'x@y.example' } } })])
  const keys = keysById(await logged('stale'))
  assert.equal(keys.get('5'), keys.get('3'), 'an unsettled event looks again under the lock')
})

test('two processes that see opposite evidence at once end with one living owner for every identifier', async () => {
  const [one, two] = [ingest(), ingest()]
  await one.submit('race', [
    event({ messageId: 'a', anonymousId: 'a' }),
    event({ messageId: 'b', anonymousId: 'b' }),
    event({ messageId: 'c', anonymousId: 'c' }),
  ])
  await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      (i % 2 ? one : two).submit('race', [
        event({
          messageId: `r${i}`,
          userId: `u${i % 3}`,
          anonymousId: 'abc'[(i * 7) % 3],
          context: { traits: { email: `e${i % 4}@x.example` } },
        }),
      ]),
    ),
  )
  const { rows } = await database.pool.query<{ profile: string; users: number }>(
    `select profile_id as profile, count(*) filter (where kind = 'user_id')::int as users from identities where workspace_id = 'race' group by 1`,
  )
  const gone = (await logged('race')).flatMap((record) => (record.kind === 'merge' ? [record.key] : []))
  assert.ok(rows.every((row) => row.users <= 1))
  assert.deepEqual(
    rows.filter((row) => gone.includes(row.profile)),
    [],
  )
  assert.equal(
    rows.reduce((sum, row) => sum + row.users, 0),
    3,
  )
})

test('when more waits than allowed, the sender is told so and nothing is half accepted', async () => {
  const one = ingest(5)
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) => one.submit('full', [event({ messageId: `m${i}`, userId: 'u' })])),
  )
  const taken = results.filter((result) => result.status === 'fulfilled').length
  assert.equal(taken, 5)
  assert.ok(results.every((result) => result.status === 'fulfilled' || result.reason instanceof Overloaded))
  assert.equal((await logged('full')).length, taken)
})

test('when the database is away the sender hears it, and the next try goes through', async () => {
  const one = ingest()
  await database.pool.query('alter table log rename to log_away')
  await assert.rejects(one.submit('away', [event({ messageId: 'm', userId: 'u' })]))
  await database.pool.query('alter table log_away rename to log')
  await one.submit('away', [event({ messageId: 'm', userId: 'u' })])
  assert.equal((await logged('away')).length, 1)
})
