import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { testDatabase } from '../../test/fixtures/database.ts'
import { partitionOf } from './log.ts'
import { fencePartitions, stillThere } from './log-erasure.ts'
import { transaction } from './postgres/pool.ts'

const database = await testDatabase()
after(() => database.stop())
const { pool } = database

const live = (id: string) =>
  pool.query(`insert into keyed_state (workspace_id, kind, id, partition, state, version) values ('acme', 'profile', $1, $2, '{}', 1)`, [
    id,
    partitionOf(id, 4),
  ])

test('what was read of somebody cannot be brought back once they are erased, also when that happens at the same moment', async () => {
  for (const id of ['ada', 'bob']) await live(id)
  const fenced = Promise.withResolvers<void>()
  const goesOn = Promise.withResolvers<void>()
  const erasing = transaction(pool, async (tx) => {
    await fencePartitions(tx, [partitionOf('ada', 4)])
    fenced.resolve()
    await goesOn.promise
    await tx.query(`delete from keyed_state where id = 'ada'`)
  })
  await fenced.promise
  const asking = transaction(pool, (tx) => stillThere(tx, { ws: 'acme', keys: ['ada', 'bob', 'nobody'], partitions: 4 }))
  goesOn.resolve()
  await erasing
  assert.deepEqual([...(await asking)], ['bob'])
})
