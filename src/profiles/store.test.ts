import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestDatabase, testDatabase } from '../../test/fixtures/database.ts'
import { claimIdentities } from './store.ts'

let database: TestDatabase
before(async () => {
  database = await testDatabase()
})
after(() => database.stop())

test('the same claim may come twice in one round, as when somebody does two things at once', async () => {
  const claim = { ws: 'w', kind: 'user', value: 'ada', profile: 'p1' } as const
  await claimIdentities(database.pool, [claim, claim, { ...claim, value: 'bo' }])
  const { rows } = await database.pool.query('select value, profile_id from identities order by value')
  assert.deepEqual(rows, [
    { value: 'ada', profile_id: 'p1' },
    { value: 'bo', profile_id: 'p1' },
  ])
})
