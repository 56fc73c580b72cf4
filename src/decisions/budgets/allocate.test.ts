import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { allocate, type Claim, cutAt, isWithin } from './allocate.ts'

/** Whole money, so that sums are exact. */
const option = fc.record({ value: fc.integer({ min: -5, max: 40 }), cost: fc.integer({ min: 0, max: 12 }) })
const claimsArb = fc
  .array(fc.array(option, { maxLength: 3 }), { maxLength: 6 })
  .map((all): Claim[] => all.map((options, order) => ({ options, order })))

/** The best that whole choices can do, by trying all of them. */
function bestOf(claims: readonly Claim[], budget: number): number {
  const [first, ...rest] = claims
  if (!first) return 0
  return first.options
    .filter(({ cost }) => cost <= budget)
    .reduce((best, { value, cost }) => Math.max(best, value + bestOf(rest, budget - cost)), bestOf(rest, budget))
}

suite('whom the money of a budget goes to', () => {
  test('never more than there is, never further from the best than one item', () => {
    fc.assert(
      fc.property(claimsArb, fc.integer({ min: 0, max: 60 }), (claims, budget) => {
        const { taken, spent, value, bound } = allocate(claims, budget)
        const chosen = claims.flatMap(({ options }, i) => (taken[i] === null ? [] : [options[taken[i]!]!]))
        assert.equal(
          chosen.reduce((sum, { cost }) => sum + cost, 0),
          spent,
        )
        assert.equal(
          chosen.reduce((sum, each) => sum + each.value, 0),
          value,
        )
        assert.ok(spent <= budget)
        const best = bestOf(claims, budget)
        const item = Math.max(0, ...claims.flatMap(({ options }) => options.map((each) => each.value)))
        assert.ok(best <= bound + 1e-9, `${best} is more than the bound ${bound}`)
        assert.ok(best - value <= item, `${best} - ${value} is more than one item, ${item}`)
      }),
      { numRuns: 500 },
    )
  })

  test('at the price that it says everybody takes what is best for them', () => {
    fc.assert(
      fc.property(claimsArb, fc.integer({ min: 0, max: 60 }), (claims, budget) => {
        const { taken, price } = allocate(claims, budget)
        if (!Number.isFinite(price)) return
        let short = 0
        for (const [i, { options }] of claims.entries()) {
          const net = (at: number | null): number => (at === null ? 0 : options[at]!.value - price * options[at]!.cost)
          const best = Math.max(0, ...options.map((_, at) => net(at)))
          if (best - net(taken[i]!) > 1e-9) short++
        }
        assert.equal(short, 0, 'at the price itself those whom it does not reach are indifferent')
      }),
      { numRuns: 500 },
    )
  })

  test('with enough money everybody gets the best, and nothing has a price', () => {
    const claims = [
      {
        options: [
          { value: 3, cost: 1 },
          { value: 5, cost: 4 },
        ],
        order: 0,
      },
      { options: [{ value: -1, cost: 0 }], order: 1 },
    ]
    assert.deepEqual(allocate(claims, 4), { taken: [1, null], spent: 4, value: 5, price: 0, bound: 5 })
    // The step from 3 to 5 costs three for two, and the money ends in it.
    assert.deepEqual(allocate(claims, 2), { taken: [0, null], spent: 1, value: 3, price: 2 / 3, bound: 3 + 2 / 3 })
  })

  test('a hundred thousand people are sorted out in a moment', () => {
    const claims = Array.from(
      { length: 100_000 },
      (_, i): Claim => ({ options: [{ value: ((i * 7919) % 1000) + 1, cost: 1 + (i % 3) }], order: i }),
    )
    const began = performance.now()
    const { spent, value, bound } = allocate(claims, 60_000)
    assert.ok(spent <= 60_000 && spent > 59_997 && bound - value <= 1_000)
    assert.ok(performance.now() - began < 3_000)
  })

  test('a cut lets exactly as many through as there is room for, and ties go by their order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 30 }), fc.integer({ min: 0, max: 30 }), (values, count) => {
        const people = values.map((value, order) => ({ value, order }))
        const cut = cutAt(people, count)
        const let_ = people.filter((each) => cut === null || isWithin(cut, each))
        assert.equal(let_.length, Math.min(count, people.length))
        const worst = Math.min(...let_.map(({ value }) => value))
        for (const each of people) if (!let_.includes(each)) assert.ok(each.value <= worst)
      }),
    )
  })
})
