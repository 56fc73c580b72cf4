import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { testDatabase } from '../../test/fixtures/database.ts'
import { inWorkspace } from './postgres/tenancy.ts'
import { CannotOpen, secretBox } from './secrets.ts'
import { subjectKeys } from './subject-keys.ts'

const database = await testDatabase()
after(() => database.stop())
const { pool } = database
const SECRET = 'a secret key for tests of people’s keys'
const keys = subjectKeys(secretBox(SECRET))
const ada = { ws: 'acme', profile: 'p_ada' }
const bob = { ws: 'acme', profile: 'p_bob' }
const text = (bytes: Buffer | null): string | null => bytes?.toString() ?? null

test('what was sealed for a person opens, each time in another form, also in another process', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (plain) => {
      const [one, two] = [await keys.seal(pool, ada, plain), await keys.seal(pool, ada, plain)]
      assert.notDeepEqual(one, two)
      const elsewhere = subjectKeys(secretBox(SECRET))
      assert.deepEqual(await elsewhere.open(pool, ada, one), Buffer.from(plain))
      assert.deepEqual(await elsewhere.open(pool, ada, two), Buffer.from(plain))
    }),
    { numRuns: 30 },
  )
})

test('nobody else’s key opens it, and a changed bit is noticed', async () => {
  const sealed = await keys.seal(pool, ada, Buffer.from('Ada lives in Bonn'))
  assert.equal(await keys.open(pool, bob, sealed), null, 'Bob has no key')
  await keys.seal(pool, bob, Buffer.from('x'))
  assert.equal(await keys.open(pool, bob, sealed), null)
  await assert.rejects(keys.open(pool, ada, sealed.subarray(0, 20)), CannotOpen)
  for (let i = 9; i < sealed.length; i++) {
    const forged = Buffer.from(sealed)
    forged[i]! ^= 1
    await assert.rejects(keys.open(pool, ada, forged), CannotOpen)
  }
})

test('a key that is moved to somebody else’s row opens nothing', async () => {
  const sealed = await keys.seal(pool, ada, Buffer.from('Ada'))
  await keys.seal(pool, bob, Buffer.from('Bob'))
  await pool.query(
    `update subject_keys b set key_id = a.key_id, wrapped = a.wrapped from subject_keys a where a.profile_id = 'p_ada' and b.profile_id = 'p_bob'`,
  )
  await assert.rejects(keys.open(pool, bob, sealed), CannotOpen)
  await pool.query(`delete from subject_keys where profile_id = 'p_bob'`)
})

test('a destroyed key is gone for every process at once, and whoever comes back under the same id begins with a new one', async () => {
  const other = subjectKeys(secretBox(SECRET))
  const items = [ada, bob].map((subject) => ({ ...subject, plain: Buffer.from(`about ${subject.profile}`) }))
  const sealed = await keys.sealAll(pool, items)
  const asked = items.map((subject, i) => ({ ...subject, sealed: sealed[i]! }))
  assert.deepEqual((await other.openAll(pool, asked)).map(text), ['about p_ada', 'about p_bob'])
  assert.equal(await keys.destroy(pool, 'acme', ['p_ada', 'p_nobody']), 1)
  assert.deepEqual((await other.openAll(pool, asked)).map(text), [null, 'about p_bob'])
  const again = await other.seal(pool, ada, Buffer.from('a new person'))
  assert.deepEqual((await keys.openAll(pool, [...asked, { ...ada, sealed: again }])).map(text), [null, 'about p_bob', 'a new person'])
})

test('many processes that seal for a new person at once agree on one key', async () => {
  const subjects = Array.from({ length: 20 }, (_, i) => ({ ws: 'many', profile: `p_${i}` }))
  const sealed = await Promise.all(
    Array.from({ length: 6 }, (_, i) => {
      const own = subjectKeys(secretBox(SECRET))
      const order = i % 2 ? subjects.toReversed() : subjects
      return own
        .sealAll(
          pool,
          order.map((subject) => ({ ...subject, plain: Buffer.from(subject.profile) })),
        )
        .then((made) => made.map((each, at) => ({ ...order[at]!, sealed: each })))
    }),
  )
  for (const each of sealed.flat()) assert.equal(text(await keys.open(pool, each, each.sealed)), each.profile)
})

test('keys of another workspace cannot be seen, and nothing readable lies in the tables', async () => {
  await keys.seal(pool, { ws: 'globex', profile: 'p_eve' }, Buffer.from('Eve'))
  const seen = await inWorkspace(
    pool,
    'acme',
    async (tx) => (await tx.query(`select from subject_keys where profile_id = 'p_eve'`)).rowCount,
  )
  assert.equal(seen, 0)
  const wrong = subjectKeys(secretBox('another secret key, which never sealed anything'))
  await assert.rejects(wrong.seal(pool, ada, Buffer.from('x')), CannotOpen)
})
