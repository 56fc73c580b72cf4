import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import pino from 'pino'
import { pricesOf } from '#decisions/budgets/in-force.ts'
import { Budget, micros } from '#decisions/budgets/schema.ts'
import { closeReservations, reserveMoney } from '#decisions/budgets/store.ts'
import { apply, latestRevision } from '#platform/documents.ts'
import { kindsOf } from '#platform/documents-plan.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { type TestDatabase, testDatabase } from '../../test/fixtures/database.ts'
import { priceBudgets } from './budget-prices.ts'
import { DefinitionsRegistry } from './definitions.ts'

const FROM = Date.parse('2026-03-01T00:00:00Z')
const HOUR = 3_600_000
const MINUTE = 60_000

let database: TestDatabase
let now = FROM
/** Revisions that were put on the log. */
let announced: number[] = []
before(async () => {
  database = await testDatabase()
})
after(() => database.stop())
beforeEach(() => {
  announced = []
})

const KINDS = kindsOf([{ kind: 'budget', schema: Budget }] as never)
async function publish(ws: string, more: object = {}): Promise<void> {
  const body = { kind: 'budget', id: 'texts', currency: 'EUR', amount: 100, covers: { channels: ['sms'] }, ...more }
  const documents = [{ kind: 'budget', id: 'texts', body }]
  await transaction(database.pool, (tx) =>
    apply(tx, { workspace: ws, actor: 'test', at: now }, { kinds: KINDS, documents, prune: false, announce: async () => undefined }),
  )
}
async function spend(ws: string, amount: number, messages = 1): Promise<void> {
  const one = (i: number) => ({
    ws,
    effect: `e${now}:${i}`,
    profile: 'ada',
    channel: 'sms',
    at: now,
    shares: [{ ws, budget: 'texts', period: '2026-03', amount: micros(100), cost: micros(amount / messages) }],
  })
  const all = Array.from({ length: messages }, (_, i) => one(i))
  await transaction(database.pool, async (tx) => {
    await reserveMoney(tx, all)
    await closeReservations(
      tx,
      all.map(({ effect }) => ({ ws, effect, state: 'confirmed' })),
    )
  })
}
const price = () =>
  priceBudgets({
    pool: database.pool,
    now: () => now,
    announce: async (_tx, revision) => void announced.push(revision),
    appended: () => undefined,
    logger: pino({ level: 'silent' }),
  })
async function minutes(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    now += MINUTE
    await price()
  }
}
const registry = (): DefinitionsRegistry =>
  new DefinitionsRegistry({
    db: database.pool,
    consentModes: async () =>
      new Map([
        ['even', 'opt-out' as const],
        ['asap', 'opt-out' as const],
      ]),
    logger: pino({ level: 'silent' }),
  })

suite('prices of budgets', () => {
  test('who spends too fast sees the price rise and be told; only what has moved is told; later it falls', {
    timeout: 60_000,
  }, async () => {
    now = FROM + 24 * HOUR
    await publish('even')
    await spend('even', 20, 40)
    await minutes(30)
    const up = announced.length
    const newest = registry()
    await newest.prepare(await latestRevision(database.pool))
    const high = pricesOf(newest.of(await latestRevision(database.pool), 'even').budgets)['budget:texts']!
    assert.ok(high > 0.5 && high <= 30 * 0.02 * 4, `λ is ${high}`)
    assert.ok(up >= 5 && up <= 30, `told ${up} times`)
    assert.deepEqual(newest.of(await latestRevision(database.pool), 'even').budgets.told['texts']!.costs, { sms: 0.5 })
    // A week without a message: time catches up.
    now += 20 * 24 * HOUR
    await minutes(20)
    await newest.prepare(await latestRevision(database.pool))
    const low = pricesOf(newest.of(await latestRevision(database.pool), 'even').budgets)['budget:texts'] ?? 0
    assert.ok(low < high, `${low} after ${high}`)
  })

  test('every revision has the prices that it had: decisions of the past find them again', async () => {
    const last = await latestRevision(database.pool)
    const at = async (each: DefinitionsRegistry, revision: number) => {
      await each.prepare(revision)
      return each.of(revision, 'even').budgets
    }
    const forwards = registry()
    const seen: unknown[] = []
    for (let revision = 1; revision <= last; revision++) seen.push(await at(forwards, revision))
    const backwards = registry()
    for (let revision = last; revision >= 1; revision--)
      assert.deepEqual(await at(backwards, revision), seen[revision - 1], `revision ${revision}`)
    assert.ok(new Set(seen.map((each) => JSON.stringify(each))).size > 5)
  })

  test('a budget without pace has no price, and that nothing is left is told once', async () => {
    now = FROM + HOUR
    await publish('asap', { pace: 'asap' })
    await spend('asap', 50, 50)
    await minutes(3)
    const told = async (): Promise<number> =>
      (await database.pool.query(`select from budget_prices where workspace_id = 'asap'`)).rowCount ?? 0
    const before = await told()
    await spend('asap', 50, 50)
    await minutes(3)
    assert.equal(await told(), before + 1)
    const { rows } = await database.pool.query<{ told: Record<string, { price: number; taken: number }> }>(
      `select told from budget_prices where workspace_id = 'asap' order by revision desc limit 1`,
    )
    assert.deepEqual([rows[0]!.told['texts']!.price, rows[0]!.told['texts']!.taken], [0, micros(100)])
  })
})
