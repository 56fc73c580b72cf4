import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Step } from '../steps.ts'
import { neighbours, spoken } from './roving.ts'

const wait = (id: string): Step => ({ kind: 'wait', id, for: '1d' })
const steps: Step[] = [
  wait('settle'),
  {
    kind: 'branch',
    id: 'plan',
    branches: [{ id: 'pro', when: 'profile.plan == "pro"', steps: [wait('tips'), wait('more')] }],
    otherwise: [wait('nudge')],
  },
  wait('after'),
]

test('down goes into the first lane, out of its end below the branch; left and right go between lanes', () => {
  const map = neighbours(steps)
  const road = ['@entry']
  for (let at = '@entry'; at !== '@end'; road.push(at)) at = map.get(at)!.down
  assert.deepEqual(road, ['@entry', 'settle', 'plan', 'tips', 'more', 'after', '@end'])
  assert.equal(map.get('more')!.right, 'nudge')
  assert.equal(map.get('nudge')!.left, 'tips')
  assert.equal(map.get('nudge')!.up, 'plan')
  assert.equal(map.get('nudge')!.down, 'after')
})

test('every step can be reached by arrow keys alone', () => {
  const map = neighbours(steps)
  const seen = new Set(['@entry'])
  for (const id of seen) for (const next of Object.values(map.get(id)!)) seen.add(next)
  assert.deepEqual([...seen].sort(), ['@end', '@entry', 'after', 'more', 'nudge', 'plan', 'settle', 'tips'])
})

test('what is read out says where one is', () => {
  assert.equal(spoken(steps, 'plan', 'If pro'), 'If pro, step 2 of 6, 2 ways on')
  assert.equal(spoken(steps, 'nudge', 'Wait 1 day'), 'Wait 1 day, step 5 of 6, first step of “Otherwise”')
})
