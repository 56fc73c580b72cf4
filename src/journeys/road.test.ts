import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { deedOf, roadOf } from './road.ts'

const known = fc.record({
  tried: fc.boolean(),
  impossible: fc.boolean(),
  needed: fc.boolean(),
  request: fc.constantFrom('open' as const, 'approved' as const, undefined),
  may: fc.boolean(),
})

test('nothing is published without the right to, nor without an approval that is needed', () => {
  fc.assert(
    fc.property(known, (given) => {
      const publishes = deedOf(given) === 'publish'
      assert.equal(publishes, given.may && (!given.needed || given.request === 'approved'))
      if (roadOf(given).publish === 'now') assert.ok(publishes && !given.impossible)
    }),
  )
})

test('somebody is asked once: before there is a request, and only where somebody has to agree', () => {
  fc.assert(
    fc.property(known, (given) => {
      assert.equal(deedOf(given) === 'request', given.needed && given.request === undefined)
      if (!given.needed) assert.ok(['publish', 'tell'].includes(deedOf(given)))
    }),
  )
})

test('a test that was not made stops nobody; people without a place do', () => {
  const ready = { tried: false, impossible: false, needed: false, request: undefined, may: true }
  assert.deepEqual(roadOf(ready), { draft: 'done', test: 'open', impact: 'done', approve: 'done', publish: 'now' })
  assert.deepEqual(roadOf({ ...ready, impossible: true }).publish, 'ahead')
  assert.deepEqual(roadOf({ ...ready, needed: true }).approve, 'now')
})
