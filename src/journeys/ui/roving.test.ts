import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Step } from '../steps.ts'
import { neighbours, spoken } from './roving.ts'
import { STUDIO_WORDS } from './studio-words.ts'

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

test('what is folded away is passed over', () => {
  const map = neighbours(steps, new Set(['plan']))
  assert.equal(map.get('plan')!.down, 'after')
  assert.equal(map.has('tips'), false)
})

test('what is read out says where one is, who is there and what is wrong', () => {
  const say = STUDIO_WORDS.en
  assert.equal(spoken(say, { steps, id: 'plan', name: 'If pro' }), 'If pro, step 2 of 6, 2 ways on')
  assert.equal(
    spoken(say, { steps, id: 'nudge', name: 'Wait 1 day' }, { people: 1, problems: 2, selected: 3 }),
    'Wait 1 day, step 5 of 6, first step of “Otherwise”, 1 person now, 2 problems, 3 steps selected',
  )
  assert.equal(spoken(STUDIO_WORDS.de, { steps, id: 'plan', name: 'If pro' }), 'If pro, Schritt 2 von 6, 2 Wege weiter')
})

test('a folded stage is one stop', () => {
  const staged: Step[] = [wait('a'), { ...wait('b'), stage: 'Welcome' }, { ...wait('c'), stage: 'Welcome' }, wait('d')]
  const map = neighbours(staged, new Set(['stage:b']))
  assert.equal(map.get('b')?.down, 'd')
  assert.equal(map.get('d')?.up, 'b')
  assert.equal(neighbours(staged).get('b')?.down, 'c')
})
