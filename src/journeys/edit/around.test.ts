import assert from 'node:assert/strict'
import { test } from 'node:test'
import { around, below, beside, isInside, outermost, placeKey } from './around.ts'
import type { JourneyBody, StepBody } from './body.ts'

const wait = (id: string) => ({ kind: 'wait', id, for: '1d' }) as StepBody
const fork = {
  kind: 'branch',
  id: 'fork',
  branches: [{ id: 'yes', when: 'profile.a == 1', steps: [wait('in')] }],
  otherwise: [],
} as unknown as StepBody
const mail = { kind: 'email', id: 'mail', template: 'hello' } as StepBody
const body = { kind: 'journey', id: 'j', steps: [wait('first'), fork, mail, { kind: 'exit', id: 'gone' }] } as unknown as JourneyBody

test('below a step is the same list; the entry stands above all, and the end below', () => {
  assert.equal(placeKey(below(body, 'in')), 'fork/yes/1')
  assert.equal(placeKey(below(body, '@entry')), '//0')
  assert.equal(placeKey(below(body, '@end')), '//4')
})

test('around a branching step are the place below it, the beginning of each branch, and the place above it', () => {
  assert.deepEqual(around(body, 'fork').map(placeKey), ['//2', 'fork/yes/0', 'fork/otherwise/0', '//1'])
})

test('the way of a message that could not be sent is there before it holds a step; below an exit there is nothing', () => {
  assert.deepEqual(around(body, 'mail').map(placeKey), ['//3', 'mail/otherwise/0', '//2'])
  assert.deepEqual(around(body, 'gone').map(placeKey), ['//3'])
})

test('of steps and what stands inside them the outer ones count; a place inside them is told', () => {
  assert.deepEqual(
    outermost(body.steps, new Set(['in', 'fork', 'first'])).map(({ id }) => id),
    ['first', 'fork'],
  )
  const inside = { list: { step: 'fork', lane: 'yes' }, index: 0 }
  assert.ok(isInside(body, inside, new Set(['fork'])))
  assert.ok(!isInside(body, inside, new Set(['in', 'mail'])))
})

test('when a step goes the focus goes to the one below it, else above, else around', () => {
  assert.equal(beside(body, 'first'), 'fork')
  assert.equal(beside(body, 'gone'), 'mail')
  assert.equal(beside(body, 'in'), 'fork')
})
