import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findSteps } from './find-steps.ts'
import { Journey } from './schema.ts'

const { steps } = Journey.parse({
  kind: 'journey',
  id: 'rescue',
  goal: { event: 'Order Completed', within: '3d' },
  entry: { event: 'Product Added' },
  steps: [
    { kind: 'wait', id: 'settle', for: '2h' },
    {
      kind: 'branch',
      id: 'worth',
      branches: [
        {
          id: 'dear',
          when: 'in segment("vip") and entry.properties.total > 100',
          steps: [{ kind: 'email', id: 'warm', template: 'cart-warm' }],
        },
      ],
      otherwise: [{ kind: 'sms', id: 'plain', name: 'A gentle nudge', template: 'cart-short' }],
    },
    { kind: 'waitFor', id: 'bought', event: 'Order Completed', upTo: '1d' },
  ],
})

test('a step is found by its name, its template, its event and the segment that it asks for', () => {
  assert.deepEqual(findSteps(steps, 'gentle NUDGE'), ['plain'])
  assert.deepEqual(findSteps(steps, 'cart-warm'), ['warm'])
  assert.deepEqual(findSteps(steps, 'order completed'), ['bought'])
  assert.deepEqual(findSteps(steps, 'vip'), ['worth'])
  assert.deepEqual(findSteps(steps, 'sms'), ['plain'])
})

test('a step is not found by what stands inside of it, and nothing is found by nothing', () => {
  assert.deepEqual(findSteps(steps, 'worth cart-warm'), [])
  assert.deepEqual(findSteps(steps, '  '), [])
})
