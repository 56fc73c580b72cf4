import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { grouped } from './grouped.ts'

test('numbers are written as each language writes them', () => {
  assert.equal(grouped('1204.5'), '1,204.5')
  assert.equal(grouped('1204.5', 'de'), '1.204,5')
  assert.equal(grouped('-1234567.00', 'de'), '−1.234.567,00')
  assert.equal(grouped('999'), '999')
  assert.equal(grouped('-0.00'), '0.00')
  assert.equal(grouped('1e+21'), '1e+21')
})

test('whatever the number, taking the marks away gives it back, in both languages', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.nat(4), (n, digits) => {
      const text = (n / 100).toFixed(digits)
      const plain = (Number(text) === 0 ? text.replace('-', '') : text).replace('-', '−')
      assert.equal(grouped(text).replaceAll(',', ''), plain)
      assert.equal(grouped(text, 'de').replaceAll('.', '').replace(',', '.'), plain)
    }),
  )
})
