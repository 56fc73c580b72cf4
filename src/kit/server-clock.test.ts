import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hearServerTime, rateOf, serverNow } from './server-clock.ts'

test('a slow answer is not taken for a fast clock, and a fast clock is seen', () => {
  assert.equal(rateOf({ told: 0, heard: 0 }, { told: 1_300, heard: 1_000 }), 1)
  assert.equal(rateOf({ told: 0, heard: 0 }, { told: 7_200_000, heard: 1_000 }), 7_200)
})

test('the present is told by the clock of the server, also between its answers', () => {
  assert.equal(serverNow(5), 5)
  hearServerTime({ told: 1_000_000, heard: 0 })
  assert.equal(serverNow(100), 1_000_100)
  hearServerTime({ told: 1_000_000 + 7_200_000, heard: 1_000 })
  assert.equal(serverNow(1_010), 1_000_000 + 7_200_000 + 72_000)
})
