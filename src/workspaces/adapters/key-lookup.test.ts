import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../../test/fixtures/delivery.ts'
import { createKeyLookup, keyHash } from './key-lookup.ts'

const KEY = `wk_${'a'.repeat(32)}`
const REVOKED = `wk_${'b'.repeat(32)}`
const now = (): number => performance.timeOrigin + performance.now()

/** A database that can be away, and that knows one key. */
function database() {
  const state = { away: false, asked: 0, known: new Set([keyHash(KEY), keyHash(REVOKED)]) }
  const row = { workspace: 'w', id: 'k', kind: 'write', permissions: [], expiresAt: null }
  const query = async (_text: string, values: unknown[] = []) => {
    state.asked++
    if (state.away) throw new Error('connect ECONNREFUSED')
    const found = values.some((value) => typeof value === 'string' && state.known.has(value))
    return { rows: (found ? [row] : []) as never[], rowCount: found ? 1 : 0 }
  }
  return { state, query }
}

test('a known write key goes on working while the database is away, an unknown one does not, and a revoked one ends when it is back', async () => {
  const db = database()
  const keys = createKeyLookup(db, now, { knownMs: 1 })
  for (const key of [KEY, REVOKED]) assert.equal((await keys.writeKey(key))?.workspace, 'w')
  db.state.away = true
  const before = db.state.asked
  await until('the keys are asked for again', async () => {
    assert.equal((await keys.writeKey(KEY))?.workspace, 'w')
    return db.state.asked > before
  })
  await assert.rejects(keys.writeKey(`wk_${'c'.repeat(32)}`), /ECONNREFUSED/)
  db.state.away = false
  db.state.known.delete(keyHash(REVOKED))
  await until('the revoked key is refused', async () => (await keys.writeKey(REVOKED)) === undefined)
  assert.equal((await keys.writeKey(KEY))?.workspace, 'w')
})

test('the keys of a workspace that ended are asked for again at once', async () => {
  const db = database()
  const keys = createKeyLookup(db, now)
  assert.equal((await keys.writeKey(KEY))?.workspace, 'w')
  db.state.known.clear()
  keys.forgetWorkspace('another')
  assert.equal((await keys.writeKey(KEY))?.workspace, 'w', 'remembered')
  keys.forgetWorkspace('w')
  assert.equal(await keys.writeKey(KEY), undefined)
})
