import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ago, bytes, count, percent, plural, points } from './format.ts'

test('a rate that is not none or all never reads as none or all', () => {
  assert.equal(percent(0), '0.0 %')
  assert.equal(percent(1), '100.0 %')
  assert.equal(percent(0.0001), '< 0.1 %')
  assert.equal(percent(0.99999), '> 99.9 %')
  assert.equal(percent(0.1824), '18.2 %')
})

test('counts are grouped and keep every digit', () => {
  fc.assert(fc.property(fc.nat(), (n) => assert.equal(count(n).replaceAll(',', ''), String(n))))
})

test('differences carry their sign, sizes their unit, words their number', () => {
  assert.equal(points(0.031), '+3.1 pp')
  assert.equal(points(-0.002), '−0.2 pp')
  assert.equal(bytes(2048), '2.0 KB')
  assert.equal(plural(1, 'person', 'people'), '1 person')
  assert.equal(plural(0, 'person', 'people'), '0 people')
})

test('distances in time are cut to their largest unit, both ways', () => {
  assert.equal(ago(0, 59_000), 'just now')
  assert.equal(ago(0, 61_000), '1 min ago')
  assert.equal(ago(7_200_000, 0), 'in 2 h')
  assert.equal(ago(30_000, 0), 'in 30 s')
  assert.equal(ago(0, 86_400_000 * 40), '1 mo ago')
})
