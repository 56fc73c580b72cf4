import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Model } from '#decisions/schema.ts'
import type { ModelInForce } from '#decisions/snapshot.ts'
import type { Queryable } from '#platform/log.ts'
import { currentModels } from './current.ts'
import type { ModelShelf } from './shelf.ts'

const model = Model.parse({ kind: 'model', id: 'shop', type: 'recommendation' })
const inForce: ModelInForce = { model, version: 1, snapshot: null }

/** A database that only knows its newest revision, and a shelf that counts how often it is read. */
function shop() {
  const state = { revision: 1, at: 0, reads: 0, down: false }
  const db = {
    query: async () => {
      if (state.down) throw new Error('the database is down')
      return { rows: [{ revision: state.revision }] }
    },
  } as unknown as Queryable
  const shelf = {
    published: async () => [],
    inForce: async () => {
      state.reads++
      return new Map([['w1', [inForce]]])
    },
  } as unknown as ModelShelf
  return { state, models: currentModels({ db, shelf, real: () => state.at }) }
}

test('models are read once for each revision, and looked for once a second', async () => {
  const { state, models } = shop()
  const [first, second] = await Promise.all([models('w1'), models('w1')])
  assert.equal(first, second)
  assert.equal(first.byId.get('shop'), inForce)
  assert.equal((await models('w2')).exist, false)
  state.at = 5_000
  assert.equal(await models('w1'), first, 'nothing has changed')
  assert.equal(state.reads, 1)
  state.revision = 2
  await models('w1')
  assert.equal(state.reads, 1, 'asked within the second')
  state.at = 6_000
  await models('w1')
  assert.equal(state.reads, 2)
})

test('a database that is down is said to be, and asked again by the next', async () => {
  const { state, models } = shop()
  state.down = true
  await assert.rejects(models('w1'), /down/)
  state.down = false
  assert.equal((await models('w1')).exist, true)
  state.at = 2_000
  state.down = true
  await assert.rejects(models('w1'), /down/)
  state.down = false
  assert.equal((await models('w1')).exist, true)
})
