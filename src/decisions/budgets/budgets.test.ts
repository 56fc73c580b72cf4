import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { random } from '#lib/numeric/random.ts'
import { checkBudget } from './check.ts'
import { budgetsOf, priceOfMessage, pricesOf, spentFor, withTakes } from './in-force.ts'
import { admit } from './ledger.ts'
import { elapsedShare, periodOf } from './period.ts'
import { forecast, isNews, repriced } from './price.ts'
import { Budget } from './schema.ts'

const at = (text: string): number => Date.parse(text)
const budget = (more: Record<string, unknown> = {}) =>
  Budget.parse({ kind: 'budget', id: 'texts', currency: 'EUR', amount: 100, covers: { channels: ['sms'] }, ...more })

suite('periods of a budget', () => {
  test('weeks begin on Mondays, quarters in their first month, days where the budget says', () => {
    const now = at('2026-11-01T00:30:00Z')
    const ids = (['week', 'month', 'quarter'] as const).map((per) => periodOf(budget({ per }), now).id)
    assert.deepEqual(ids, ['2026-10-26w', '2026-11', '2026q4'])
    assert.equal(periodOf(budget({ zone: 'America/New_York' }), now).id, '2026-10')
  })

  test('one follows the other without a gap, also where clocks change', () => {
    const days = fc.integer({ min: at('2020-01-01'), max: at('2035-01-01') })
    const pers = fc.constantFrom('week' as const, 'month' as const, 'quarter' as const)
    fc.assert(
      fc.property(days, pers, fc.constantFrom('UTC', 'Europe/Berlin', 'Pacific/Apia', 'America/New_York'), (now, per, zone) => {
        const here = periodOf(budget({ per, zone }), now)
        assert.ok(here.from <= now && now < here.until && here.open)
        const next = periodOf(budget({ per, zone }), here.until)
        assert.equal(next.from, here.until)
        assert.notEqual(next.id, here.id)
        assert.equal(periodOf(budget({ per, zone }), here.until - 1).id, here.id)
      }),
    )
  })

  test('a campaign has money from its first day to the end of its last', () => {
    const spring = budget({ per: 'campaign', from: '2026-03-01', until: '2026-03-10' })
    const open = ['2026-02-28T23:59:59Z', '2026-03-01T00:00:00Z', '2026-03-10T23:59:59Z', '2026-03-11T00:00:00Z'].map(
      (text) => periodOf(spring, at(text)).open,
    )
    assert.deepEqual(open, [false, true, true, false])
    assert.equal(elapsedShare(periodOf(spring, at('2026-03-06')), at('2026-03-06')), 0.5)
    assert.equal(Budget.safeParse({ ...budget(), per: 'campaign' }).success, false)
  })
})

suite('the price of a budget', () => {
  test('it rises while money goes faster than time, falls while it goes slower, and is never below nothing', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1_000, noNaN: true }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (price, spent, elapsed) => {
          const next = repriced(price, { amount: 1_000, spent, elapsed }, { pace: 'even' })
          assert.ok(Number.isFinite(next) && next >= 0 && next <= 1_000)
          if (elapsed >= 0.01 && spent / elapsed > 1_001 && price < 999) assert.ok(next > price)
          if (elapsed >= 0.01 && spent / elapsed < 999 && price > 0.02) assert.ok(next < price)
          assert.equal(repriced(price, { amount: 1_000, spent, elapsed }, { pace: 'asap' }), 0)
        },
      ),
    )
  })

  /** Each hour twenty people come, for whom a message of 1 is worth something between 0 and 10; there is money for a fifth of all. */
  const month = (pace: Budget['pace']) => {
    const r = random('a month of messages')
    const [hours, amount] = [720, 2_880]
    let [price, spent, earned] = [0, 0, 0]
    const half = { spent: 0 }
    for (let hour = 0; hour < hours; hour++) {
      // In the second half of the month a message is worth more.
      for (let i = 0; i < 20; i++) {
        const value = r.uniform() * (hour < hours / 2 ? 6 : 14)
        if (value - price <= 0 || spent + 1 > amount) continue
        spent += 1
        earned += value
      }
      for (let minute = 0; minute < 60; minute++)
        price = repriced(price, { amount, spent, elapsed: (hour + (minute + 1) / 60) / hours }, { pace })
      if (hour === hours / 2 - 1) half.spent = spent
    }
    return { spent, earned, amount, half: half.spent }
  }

  test('an even pace leaves money for the end of the month, and earns more than first come first served', () => {
    const even = month('even')
    const asap = month('asap')
    assert.ok(even.spent <= even.amount && even.spent > 0.9 * even.amount, `${even.spent} of ${even.amount} was spent`)
    assert.ok(Math.abs(even.half / even.amount - 0.5) < 0.12, `${even.half} of ${even.amount} was spent at half time`)
    assert.equal(asap.half, asap.amount)
    assert.ok(even.earned > 1.8 * asap.earned, `${even.earned} against ${asap.earned}`)
  })

  test('only what has moved is told', () => {
    assert.deepEqual([isNews(0, 0), isNews(0, 0.001), isNews(1, 1.04), isNews(1, 1.06), isNews(0.02, 0)], [false, true, false, true, true])
    assert.deepEqual([forecast({ amount: 100, spent: 20, elapsed: 0.5 }), forecast({ amount: 100, spent: 80, elapsed: 0.5 })], [40, 100])
  })
})

suite('budgets in force', () => {
  const now = at('2026-03-10')
  const told = { texts: { period: '2026-03', price: 2, taken: 99_990_000, costs: { sms: 0.05 } } }

  test('what a message takes of a budget is weighed at its price', () => {
    const budgets = budgetsOf([budget()], told)
    assert.deepEqual(pricesOf(budgets), { 'budget:texts': 2 })
    assert.deepEqual(withTakes({ channel: 'sms', cost: 1, takes: { vans: 1 } }, budgets, 'cart').takes, { vans: 1, 'budget:texts': 1.05 })
    assert.equal(withTakes({ channel: 'email' }, budgets, 'cart').takes, undefined)
    assert.equal(priceOfMessage(budgets, { journey: 'cart', channel: 'sms' }), 0.1)
    assert.equal(priceOfMessage(budgets, { journey: 'cart', channel: 'email' }), 0)
  })

  test('that nothing is left is known until there is more, or a new month', () => {
    const texts = { journey: 'cart', channel: 'sms' }
    assert.equal(spentFor(budgetsOf([budget()], told), texts, now), 'texts')
    assert.equal(spentFor(budgetsOf([budget({ amount: 101 })], told), texts, now), undefined)
    assert.equal(spentFor(budgetsOf([budget()], told), texts, at('2026-04-01')), undefined)
    assert.equal(spentFor(budgetsOf([budget()], told), { ...texts, channel: 'push' }, now), undefined)
    assert.equal(spentFor(budgetsOf([budget({ covers: { journeys: ['other'] } })], told), texts, now), undefined)
  })

  test('a budget that cannot add its prices up is not published', () => {
    const provider = { channel: 'sms', cost: { currency: 'USD' } }
    const library = {
      get: (kind: string) => (kind === 'provider' ? provider : undefined),
      ids: (kind: string) => (kind === 'provider' ? ['house'] : []),
    }
    const codes = (each: Budget) => checkBudget(each, library).map(({ code }) => code)
    assert.deepEqual(codes(budget()), ['budget.currency'])
    assert.deepEqual(codes(budget({ covers: { channels: ['email'], journeys: ['gone'] } })), ['budget.journey'])
  })

  test('admission never lets more through than there is, and takes of all budgets or of none', () => {
    const share = fc.record({ account: fc.constantFrom('a', 'b', 'c'), cost: fc.integer({ min: 1, max: 9 }) })
    const asking = fc.uniqueArray(share, { maxLength: 3, selector: ({ account }) => account }).map((shares) => ({ shares }))
    const amounts = fc.tuple(
      ...['a', 'b', 'c'].map((name) => fc.integer({ min: 0, max: 30 }).map((amount) => [name, { amount, taken: 0 }] as const)),
    )
    fc.assert(
      fc.property(amounts, fc.array(asking, { maxLength: 20 }), (accounts, askings) => {
        const { refused, taken } = admit(new Map(accounts), askings)
        for (const [name, { amount }] of accounts) {
          const through = askings
            .filter((_, i) => refused[i] === '')
            .flatMap(({ shares }) => shares.filter(({ account }) => account === name))
          assert.equal(
            taken.get(name)?.cost ?? 0,
            through.reduce((sum, { cost }) => sum + cost, 0),
          )
          assert.ok((taken.get(name)?.cost ?? 0) <= amount)
        }
      }),
    )
  })
})
