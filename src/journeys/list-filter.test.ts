import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { chosenJourneys, STANDINGS, standingsOf, windowOf } from './list-filter.ts'

const line = fc.record({
  id: fc.constantFrom('welcome', 'cart', 'win-back'),
  name: fc.constantFrom('Welcome series', 'Cart rescue', 'Win-back'),
  status: fc.constantFrom('draft', 'live', 'archived'),
  mode: fc.constantFrom('run', 'pause', 'drain', 'stop'),
  draft: fc.boolean(),
  waiting: fc.option(fc.constant('request')),
  channels: fc.subarray(['email', 'sms', 'push']),
  owner: fc.constantFrom('', 'Ada'),
  updatedBy: fc.constantFrom('Ada', 'Bo'),
  tags: fc.subarray(['spring', 'sale']),
})

test('without a filter everything is listed but what is archived; each standing finds exactly those that have it', () => {
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      assert.deepEqual(
        chosenJourneys(lines, {}),
        lines.filter((each) => each.status !== 'archived' || each.draft || each.waiting !== null),
      )
      for (const status of STANDINGS)
        assert.deepEqual(
          chosenJourneys(lines, { status }),
          lines.filter((each) => standingsOf(each).includes(status)),
        )
    }),
  )
})

test('filters narrow each other; the owner is whoever wrote it last where nobody is named', () => {
  const base = { status: 'live', mode: 'run', draft: false, waiting: null } as const
  const lines = [
    { ...base, id: 'a', name: 'Cart rescue', channels: ['email', 'sms'], owner: '', updatedBy: 'Bo', tags: ['sale'] },
    { ...base, id: 'b', name: 'Cart of friends', channels: ['push'], owner: 'Ada', updatedBy: 'Bo', tags: [] },
  ]
  const ids = (filter: Parameters<typeof chosenJourneys>[1]) => chosenJourneys(lines, filter).map(({ id }) => id)
  assert.deepEqual(ids({ q: 'cart' }), ['a', 'b'])
  assert.deepEqual(ids({ q: 'resc CART' }), ['a'])
  assert.deepEqual(ids({ q: 'sale' }), ['a'])
  assert.deepEqual(ids({ channel: 'push' }), ['b'])
  assert.deepEqual(ids({ owner: 'Bo' }), ['a'])
  assert.deepEqual(ids({ tag: 'sale', channel: 'push' }), [])
})

test('a window over a long list holds what is seen, and the room above and below makes up its height', () => {
  const numbers = {
    rows: fc.nat(5_000),
    height: fc.integer({ min: 20, max: 80 }),
    top: fc.nat(400_000),
    view: fc.integer({ min: 1, max: 2_000 }),
  }
  fc.assert(
    fc.property(fc.record(numbers), ({ rows, height, top, view }) => {
      const { from, to, above, below } = windowOf({ rows, height, top, view })
      assert.equal(above + below + (to - from) * height, rows * height)
      const seen = { first: Math.floor(top / height), last: Math.min(rows, Math.ceil((top + view) / height)) }
      if (seen.first < rows) assert.ok(from <= seen.first && to >= seen.last)
      assert.ok(to - from <= view / height + 23)
    }),
  )
})
