import assert from 'node:assert/strict'
import { test } from 'node:test'
import { factTables } from './erasure-facts-store.ts'
import { personTables } from './erasure-store.ts'
import { holdsIn } from './person-export-words.ts'
import { CLICKHOUSE, POSTGRES } from './personal-data.ts'

test('whoever is shown what is stored about them is told in German what each store holds', () => {
  const stores = [
    ...personTables.map((table) => ({ store: `postgres:${table}`, holds: POSTGRES[table]!.holds })),
    ...factTables.map(([table]) => ({ store: `clickhouse:${table}`, holds: CLICKHOUSE[table]!.holds })),
    { store: 'postgres:identities', holds: 'who the person is' },
    { store: 'archive', holds: 'messages as they were sent' },
  ]
  assert.deepEqual(
    stores.filter((each) => holdsIn('de', each) === each.holds).map(({ store }) => store),
    [],
  )
  for (const each of stores) assert.equal(holdsIn('en', each), each.holds)
})
