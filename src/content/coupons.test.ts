import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import { type TestDatabase, testDatabase } from '../../test/fixtures/database.ts'
import { addCodes, closeHeld, codesOf, heldCodes, noteAttempts, poolCounts, redeem, reserve } from './coupons-store.ts'

const NOW = 1_800_000_000_000
let database: TestDatabase
before(async () => {
  database = await testDatabase()
})
after(() => database.stop())

let pools = 0
/** A pool with so many codes. */
async function pool(codes: number, expires?: number): Promise<string> {
  const name = `pool-${++pools}`
  await addCodes(database.pool, { ws: 'w', pool: name, codes: Array.from({ length: codes }, (_, i) => `${name}-${i}`), expires, now: NOW })
  return name
}
const take = (name: string, effect: string, attempt = 1) =>
  reserve(database.pool, { ws: 'w', pool: name, effect, profile: `p-${effect}`, attempt, now: NOW })
const counts = async (name: string) => (await poolCounts(database.pool, { ws: 'w', now: NOW })).find((each) => each.pool === name)!

suite('a coupon pool', () => {
  test('gives each message one code, the same to every attempt, and none when it is empty', async () => {
    const name = await pool(2)
    const [a, b] = [await take(name, 'a'), await take(name, 'b')]
    assert.deepEqual([a, b], [`${name}-0`, `${name}-1`])
    assert.equal(await take(name, 'a', 2), a)
    assert.equal(await take(name, 'c'), null)
    assert.deepEqual(Object.fromEntries(await codesOf(database.pool, { ws: 'w', effect: 'a' })), { [name]: a })
  })

  test('does not give a code that has expired, nor one of another workspace', async () => {
    const name = await pool(3, NOW)
    assert.equal(await take(name, 'x1'), null)
    assert.equal((await counts(name)).expired, 3)
    assert.equal(await reserve(database.pool, { ws: 'other', pool: await pool(1), effect: 'x', profile: 'p', attempt: 1, now: NOW }), null)
  })

  test('takes the code of a message back that surely did not go out, and gives it to another', async () => {
    const name = await pool(1)
    const code = await take(name, 'not-sent')
    await noteAttempts(database.pool, [{ ws: 'w', effect: 'not-sent', attempt: 1, end: 'not-sent' }])
    assert.deepEqual(await closeHeld(database.pool, [{ ws: 'w', effect: 'not-sent', sent: false }]), { returned: 1, doubtful: 0 })
    assert.equal(await take(name, 'next'), code)
    assert.equal((await codesOf(database.pool, { ws: 'w', effect: 'not-sent' })).size, 0)
  })

  test('never gives a code again that an attempt which was never heard of may have carried out', async () => {
    const name = await pool(2)
    const code = await take(name, 'crashed', 1)
    assert.equal(await take(name, 'crashed', 2), code, 'the process died; another goes on')
    await noteAttempts(database.pool, [{ ws: 'w', effect: 'crashed', attempt: 2, end: 'not-sent' }])
    assert.deepEqual(await closeHeld(database.pool, [{ ws: 'w', effect: 'crashed', sent: false }]), { returned: 0, doubtful: 1 })
    assert.notEqual(await take(name, 'other'), code)
    assert.equal(await take(name, 'third'), null)
  })

  test('a code that was used in an order is redeemed, one that nobody was given is not', async () => {
    const name = await pool(2)
    const code = await take(name, 'buyer')
    await noteAttempts(database.pool, [{ ws: 'w', effect: 'buyer', attempt: 1, end: 'sent' }])
    const used = [code!, code!, `${name}-1`].map((each) => ({ ws: 'w', code: each, at: NOW }))
    assert.equal(await redeem(database.pool, used), 1)
    assert.equal(await redeem(database.pool, used), 0, 'once')
    assert.deepEqual(await counts(name), { pool: name, free: 1, held: 0, sent: 0, redeemed: 1, expired: 0, doubtful: 0 })
  })

  test('codes that are there already are not added again', async () => {
    const name = await pool(3)
    assert.deepEqual(await addCodes(database.pool, { ws: 'w', pool: name, codes: [`${name}-1`, 'fresh'], expires: undefined, now: NOW }), [
      'fresh',
    ])
  })

  test('whatever concurrent workers do and wherever they crash, no code reaches two people, and none is lost', async () => {
    /** What becomes of an attempt: it is handed over, refused, or its process dies before or after the hand-over, unheard. */
    const fate = fc.constantFrom('sent', 'refused', 'refused', 'died-before', 'died-after')
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fate, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 20 }),
        async (messages, size) => {
          const name = await pool(size)
          /** Codes that a person has seen, by code: whose. */
          const seen = new Map<string, Set<string>>()
          const work = async (effect: string, fates: readonly string[]): Promise<void> => {
            for (const [i, end] of fates.entries()) {
              const attempt = i + 1
              // Two processes may be at it at once: one that was taken for dead goes on.
              const [code, twin] = await Promise.all([take(name, effect, attempt), take(name, effect, attempt)])
              if (code === null || twin === null) {
                // The pool was empty for one of them; another message may have given a code back in between.
                await noteAttempts(database.pool, [{ ws: 'w', effect, attempt, end: 'not-sent' }])
                break
              }
              assert.equal(code, twin)
              if (end === 'sent' || end === 'died-after') seen.set(code, (seen.get(code) ?? new Set()).add(effect))
              if (end === 'sent' || end === 'refused')
                await noteAttempts(database.pool, [{ ws: 'w', effect, attempt, end: end === 'sent' ? 'sent' : 'not-sent' }])
              if (end === 'sent') return
            }
            await closeHeld(database.pool, [{ ws: 'w', effect, sent: false }])
          }
          await Promise.all(messages.map((fates, i) => work(`${name}-m${i}`, fates)))
          for (const [code, who] of seen) assert.equal(who.size, 1, `${code} reached ${[...who].join(' and ')}`)
          // Whoever comes now must get a code that nobody has seen.
          for (let i = 0; i < size; i++) {
            const code = await take(name, `${name}-late${i}`)
            assert.ok(code === null || !seen.has(code))
          }
          const { free, held, sent, redeemed, doubtful } = await counts(name)
          assert.equal(free + held + sent + redeemed + doubtful, size)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('pages through what is held', async () => {
    const name = await pool(5)
    await Promise.all(['h1', 'h2', 'h3', 'h4', 'h5'].map((effect) => take(name, effect)))
    const seen: string[] = []
    for (let after = { ws: '', effect: '' }; ; ) {
      const page = await heldCodes(database.pool, { after, limit: 2 })
      seen.push(...page.map(({ effect }) => effect))
      if (page.length < 2) break
      after = page.at(-1)!
    }
    assert.ok(['h1', 'h2', 'h3', 'h4', 'h5'].every((effect) => seen.filter((each) => each === effect).length === 1))
  })
})
