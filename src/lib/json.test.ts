import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { at, canonical, type Json } from './json.ts'

/** The same value with the keys of every object in reverse order. */
function reversed(value: Json): Json {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(reversed)
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, reversed(inner)]),
  )
}

test('equal values have equal canonical texts, whatever the order of their keys', () => {
  assert.equal(canonical({ b: 1, a: [{ d: null, c: 'x' }] }), '{"a":[{"c":"x","d":null}],"b":1}')
  fc.assert(fc.property(fc.jsonValue(), (value) => assert.equal(canonical(reversed(value as Json)), canonical(value))))
})

test('a canonical text holds the value', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => assert.equal(canonical(JSON.parse(canonical(value))), canonical(value))))
})

test('a path leads to own values only', () => {
  const cart: Json = { total: 40, items: [{ sku: 'a' }] }
  assert.equal(at(cart, ['total']), 40)
  assert.equal(at(cart, ['items', '0', 'sku']), 'a')
  assert.equal(at(cart, ['items', '1', 'sku']), undefined)
  assert.equal(at(cart, ['total', 'toFixed']), undefined)
  for (const name of ['__proto__', 'constructor', 'toString']) assert.equal(at(cart, [name]), undefined, name)
  assert.equal(at(undefined, ['total']), undefined)
})
