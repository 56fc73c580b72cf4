import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { allocate, dailyOf, daysBetween } from './allocate.ts'

const anyAmount = fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 })

test('shares of a sum are whole, follow the weights, and sum to it to the last unit', () => {
  fc.assert(
    fc.property(
      anyAmount,
      fc.array(fc.oneof(fc.integer({ min: 0, max: 1_000_000 }), fc.double({ min: 0, max: 1e9, noNaN: true })), { maxLength: 60 }),
      (amount, weights) => {
        const parts = allocate(amount, weights)
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        if (!(total > 0)) return assert.equal(parts, undefined)
        assert.equal(
          parts!.reduce((sum, part) => sum + part, 0),
          amount,
        )
        for (const [i, part] of parts!.entries()) {
          assert.ok(Number.isInteger(part))
          assert.ok(Math.abs(part - (amount * weights[i]!) / total) <= 1 + 1e-3, `${part} of ${amount}`)
          if (weights[i] === 0) assert.equal(part, 0)
        }
      },
    ),
  )
})

test('three equal shares of ten cents: the first bears the odd one', () => {
  assert.deepEqual(allocate(10, [1, 1, 1]), [4, 3, 3])
  assert.deepEqual(allocate(-10, [1, 1, 1]), [-4, -3, -3])
})

test('the days of a month bear the whole of a monthly amount', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e12 }),
      fc.integer({ min: 2024, max: 2032 }),
      fc.integer({ min: 1, max: 12 }),
      (amount, year, month) => {
        const first = Temporal.PlainDate.from({ year, month, day: 1 })
        const days = daysBetween(first.toString(), first.with({ day: first.daysInMonth }).toString())
        assert.equal(days.length, first.daysInMonth)
        assert.equal(
          days.reduce((sum, day) => sum + dailyOf(amount, day), 0),
          amount,
        )
      },
    ),
  )
})
