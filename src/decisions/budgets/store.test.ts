import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import { transaction } from '#platform/postgres/pool.ts'
import { type TestDatabase, testDatabase } from '../../../test/fixtures/database.ts'
import { accountsOf, type Closing, closeReservations, type Reservation, reserveMoney } from './store.ts'

let database: TestDatabase
before(async () => {
  database = await testDatabase()
})
after(() => database.stop())

let stories = 0
/** Each story has a workspace of its own. */
const reservation = (ws: string, { effect, cost, amount }: { effect: string; cost: number; amount: number }): Reservation => ({
  ws,
  effect,
  profile: 'ada',
  channel: 'sms',
  at: 1,
  shares: ['month', 'team'].map((budget) => ({ ws, budget, period: 'p', amount: budget === 'month' ? amount : 10_000, cost })),
})
const reserve = (wanted: readonly Reservation[]) => transaction(database.pool, (tx) => reserveMoney(tx, wanted))
const close = (closings: readonly Closing[]) => transaction(database.pool, (tx) => closeReservations(tx, closings))
const account = async (ws: string) => (await accountsOf(database.pool, [{ ws, budget: 'month', period: 'p' }]))[0]!

suite('the ledger of budgets', () => {
  test('budgets are never overspent, however many workers reserve, fail, repeat and crash at once', { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 120 }),
        fc.array(fc.record({ cost: fc.integer({ min: 1, max: 25 }), end: fc.constantFrom('sent', 'failed', 'crash', 'again') }), {
          minLength: 1,
          maxLength: 24,
        }),
        async (amount, messages) => {
          const ws = `story${++stories}`
          const left = new Map<string, number>()
          let most = 0
          const deliver = async ({ cost, end }: (typeof messages)[number], i: number): Promise<void> => {
            const asked = reservation(ws, { effect: `e${i}`, cost, amount })
            const [refused] = await reserve([asked])
            if (refused !== '') return assert.equal(refused, 'month')
            // A crash between the reservation and the receipt: the other attempt has the money already.
            if (end === 'again') assert.deepEqual(await reserve([asked]), [''])
            if (end === 'crash') return
            if (end !== 'failed') left.set(`e${i}`, cost)
            most = Math.max(
              most,
              [...left.values()].reduce((sum, each) => sum + each, 0),
            )
            await close([{ ws, effect: `e${i}`, state: end === 'failed' ? 'released' : 'confirmed' }])
            // Said twice, it counts once.
            await close([{ ws, effect: `e${i}`, state: 'confirmed' }])
          }
          await Promise.all(messages.map(deliver))
          const { taken, confirmed, items, confirmedItems } = (await account(ws)) ?? { taken: 0, confirmed: 0, items: 0, confirmedItems: 0 }
          const spent = [...left.values()].reduce((sum, cost) => sum + cost, 0)
          assert.ok(most <= amount && taken <= amount)
          assert.deepEqual([confirmed, confirmedItems], [spent, left.size])
          const { rows } = await database.pool.query<{ sum: string; count: string }>(
            `select coalesce(sum(cost), 0) as sum, count(*) as count from budget_reservations where workspace_id = $1 and budget = 'month' and state <> 'released'`,
            [ws],
          )
          assert.deepEqual([Number(rows[0]!.sum), Number(rows[0]!.count)], [taken, items], 'the account is the sum of its reservations')
        },
      ),
      { numRuns: 25 },
    ),
  )

  test('a dearer bill than expected takes more by that one item, a cheaper one gives back', async () => {
    await reserve([
      reservation('bill', { effect: 'dear', cost: 90, amount: 100 }),
      reservation('bill', { effect: 'cheap', cost: 10, amount: 100 }),
    ])
    await close([{ ws: 'bill', effect: 'dear', state: 'confirmed', costs: { month: 180, team: 180 } }])
    assert.deepEqual([(await account('bill')).taken, (await account('bill')).confirmed], [190, 180])
    await close([{ ws: 'bill', effect: 'cheap', state: 'confirmed', costs: { month: 1, team: 1 } }])
    assert.equal((await account('bill')).taken, 181)
    assert.deepEqual(await reserve([reservation('bill', { effect: 'late', cost: 1, amount: 100 })]), ['month'])
  })

  test('raising the amount makes room at once; lowering it takes nothing back', async () => {
    const asked = (effect: string, amount: number) => reservation('raise', { effect, cost: 10, amount })
    assert.deepEqual(await reserve([asked('a', 10), asked('b', 10)]), ['', 'month'])
    assert.deepEqual(await reserve([asked('b', 20)]), [''])
    assert.deepEqual(await reserve([asked('c', 5)]), ['month'])
    assert.equal((await account('raise')).taken, 20)
  })
})
