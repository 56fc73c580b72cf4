import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Quantiles } from './quantiles.ts'

test('any quantile of any durations is right to two per cent', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.02, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 }),
      fc.constantFrom(0.5, 0.95, 0.99, 1),
      (durations, q) => {
        const quantiles = new Quantiles()
        for (const ms of durations) quantiles.add(ms)
        const exact = durations.toSorted((a, b) => a - b)[Math.ceil(q * durations.length) - 1]!
        assert.ok(Math.abs(quantiles.at(q) / exact - 1) <= 0.0201, `${quantiles.at(q)} for ${exact}`)
      },
    ),
  )
})

test('nothing counted yet is nought', () => {
  assert.equal(new Quantiles().at(0.99), 0)
})
