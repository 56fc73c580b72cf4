import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRefusal } from '#lib/problem.ts'
import { compileCondition } from '../catalogue.ts'
import { isStarter, STARTERS, startersFor } from './starters.ts'

test('what one can begin with fits what happens in the workspace', () => {
  assert.deepEqual(startersFor(['Order Completed', 'Page Viewed']), ['lapsing', 'loyal', 'fresh', 'reachable'])
  assert.deepEqual(startersFor(['Trial Started', 'Signed In']), ['trial', 'quiet', 'fresh', 'reachable'])
  assert.deepEqual(startersFor(['Loan Applied']), ['unsigned', 'fresh', 'reachable'])
  assert.deepEqual(startersFor([]), Object.keys(STARTERS), 'nothing has happened yet')
})

test('each is a condition', () => {
  for (const when of Object.values(STARTERS)) {
    const compiled = compileCondition(when)
    assert.equal(isRefusal(compiled), false, when)
  }
})

test('a name that is none is none, whatever objects inherit', () => {
  assert.ok(!isStarter('toString') && isStarter('cart'))
})
