import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JourneyBody } from './edit/body.ts'
import { stepChanges } from './step-changes.ts'

const journey = (steps: readonly object[], goal = '7d') =>
  ({ kind: 'journey', id: 'j', goal: { event: 'Bought', within: goal }, steps }) as unknown as JourneyBody
const wait = (id: string, span: string) => ({ kind: 'wait', id, for: span })

test('what was added, taken away and changed is told by step; a change inside of a branch is not one of the branch', () => {
  const fork = (inside: readonly object[]) => ({
    kind: 'branch',
    id: 'fork',
    branches: [{ id: 'yes', when: 'profile.a', steps: inside }],
    otherwise: [],
  })
  const before = journey([wait('a', '1d'), fork([wait('in', '1d')]), wait('gone', '1d')])
  const after = journey([wait('a', '2d'), fork([wait('in', '3d'), wait('new', '1d')])])
  assert.deepEqual(Object.fromEntries(stepChanges(before, after)), { a: 'changed', in: 'changed', new: 'added', gone: 'removed' })
})

test('a step in another branch is changed; the same journey has no changes; another goal is one of the entry', () => {
  const fork = (yes: readonly object[], no: readonly object[]) => ({
    kind: 'branch',
    id: 'fork',
    branches: [{ id: 'yes', when: 'profile.a', steps: yes }],
    otherwise: no,
  })
  assert.deepEqual([...stepChanges(journey([fork([wait('x', '1d')], [])]), journey([fork([], [wait('x', '1d')])]))], [['x', 'changed']])
  assert.equal(stepChanges(journey([wait('x', '1d')]), journey([wait('x', '1d')])).size, 0)
  assert.deepEqual([...stepChanges(journey([]), journey([], '3d'))], [['@entry', 'changed']])
})
