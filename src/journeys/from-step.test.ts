import assert from 'node:assert/strict'
import { test } from 'node:test'
import { journey } from '../../test/fixtures/journeys.ts'
import { fromStep } from './from-step.ts'

const wait = (id: string) => ({ kind: 'wait', id, for: '1d' })
const { steps } = journey({
  steps: [
    wait('a'),
    {
      kind: 'branch',
      id: 'b',
      branches: [{ id: 'yes', when: 'profile.plan == "pro"', steps: [wait('in'), wait('in2')] }],
      otherwise: [wait('out')],
    },
    wait('z'),
  ],
})
const from = (id: string) => fromStep(steps, id)?.map((step) => step.id)

test('somebody at a step has it and what follows before them, inside of branches too', () => {
  assert.deepEqual(from('a'), ['a', 'b', 'z'])
  assert.deepEqual(from('in2'), ['in2', 'z'])
  assert.deepEqual(from('out'), ['out', 'z'])
  assert.deepEqual(from('z'), ['z'])
  assert.equal(from('nowhere'), undefined)
})
