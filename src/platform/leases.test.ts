import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import fc from 'fast-check'
import { type TestDatabase, testDatabase } from '../../test/fixtures/database.ts'
import { acquireLeases, giveLeases, releaseLeases, renewLeases } from './leases.ts'
import { preparePartitions } from './log.ts'
import { beat, leave } from './workers.ts'

const PARTITIONS = 16
let database: TestDatabase
before(async () => {
  database = await testDatabase()
  await preparePartitions(database.pool, PARTITIONS)
})
after(() => database.stop())
beforeEach(async () => {
  await database.pool.query(`update leases set owner = null, until = 'epoch'; delete from workers`)
})

const comes = (owner: string) => beat(database.pool, { owner, seconds: 60, roles: ['engine'] })
const goes = (owner: string) => leave(database.pool, owner)

/** What a worker does at each renewal, as `Pipeline.renew`; resolves with how many partitions changed hands. */
async function round(owner: string): Promise<number> {
  const { kept, share, free } = await renewLeases(database.pool, { owner, seconds: 60 })
  if (kept.length > share) await giveLeases(database.pool, { owner, keys: kept.slice(share) })
  if (kept.length >= share || free === 0) return Math.max(0, kept.length - share)
  return (await acquireLeases(database.pool, owner, 60)).length - kept.length
}

async function held(): Promise<Map<string, number>> {
  const { rows } = await database.pool.query<{ owner: string; n: number }>(
    'select owner, count(*)::int as n from leases where owner is not null group by 1',
  )
  return new Map(rows.map(({ owner, n }) => [owner, n]))
}

async function calm(owners: readonly string[]): Promise<number> {
  for (let rounds = 1; rounds < 10; rounds++) {
    let moved = 0
    for (const owner of owners) moved += await round(owner)
    if (moved === 0) return rounds
  }
  throw new Error('the shares never came to rest')
}

test('one worker has everything; a newcomer gets its half by hand-over, and nothing moves after that', async () => {
  await comes('a')
  await calm(['a'])
  assert.deepEqual(await held(), new Map([['a', 16]]))
  await comes('b')
  assert.equal(await round('b'), 0, 'nothing is free yet')
  await round('a')
  await round('b')
  assert.deepEqual(
    await held(),
    new Map([
      ['a', 8],
      ['b', 8],
    ]),
  )
  assert.equal(await calm(['a', 'b']), 1)
})

test('who leaves hands over at once, and who dies is replaced when the lease has run out', async () => {
  for (const owner of ['a', 'b', 'c']) await comes(owner)
  await calm(['a', 'b', 'c'])
  await goes('b')
  await releaseLeases(database.pool, 'b')
  await calm(['a', 'c'])
  assert.deepEqual(
    await held(),
    new Map([
      ['a', 8],
      ['c', 8],
    ]),
  )
  await database.pool.query(`update workers set until = now() - interval '1 second' where owner = 'c'`)
  await round('a')
  assert.equal((await held()).get('a'), 8, 'the lease still runs')
  await database.pool.query(`update leases set until = now() - interval '1 second' where owner = 'c'`)
  await calm(['a'])
  assert.deepEqual(await held(), new Map([['a', 16]]))
})

test('more workers than partitions: those that came last stand by', async () => {
  const owners = Array.from({ length: 20 }, (_, i) => `w${i}`)
  for (const owner of owners) await comes(owner)
  await calm(owners)
  const shares = await held()
  assert.equal(shares.size, 16)
  for (const owner of owners.slice(16)) assert.equal(shares.get(owner), undefined)
})

test('whoever comes and goes, the shares come to rest even and whole within a few rounds', async () => {
  const step = fc.record({ who: fc.integer({ min: 0, max: 6 }), comes: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      await database.pool.query(`update leases set owner = null, until = 'epoch'; delete from workers`)
      const here = new Set<string>()
      for (const { who, comes: arrives } of steps) {
        const owner = `w${who}`
        if (arrives) {
          here.add(owner)
          await comes(owner)
        } else {
          here.delete(owner)
          await goes(owner)
          await releaseLeases(database.pool, owner)
        }
        for (const each of here) await round(each)
      }
      if (here.size === 0) return
      const rounds = await calm([...here])
      assert.ok(rounds <= 3, `${rounds} rounds`)
      const counts = [...(await held()).values()]
      assert.equal(
        counts.reduce((sum, n) => sum + n, 0),
        PARTITIONS,
      )
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, counts.join(' '))
    }),
    { numRuns: 40 },
  )
})
