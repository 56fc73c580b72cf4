import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Permission } from '#lib/action.ts'
import { ACTIONS } from './actions.ts'

/** What can do harm to people, to the proof, or to whoever comes after. */
const DANGEROUS: ReadonlySet<Permission> = new Set([
  'workspace:admin',
  'people:write',
  'people:erase',
  'people:export',
  'policies:publish',
  'approvals:decide',
  'messages:replay',
  'consent:write',
])
/** They change and keep nothing, though they are no GET. */
const QUESTIONS = new Set<string>(['push.keys'])

test('whatever a dangerous permission lets somebody change, or take away as a file, is on the audit log', () => {
  const silent = ACTIONS.filter(
    ({ may, route, downloads, audited }) => DANGEROUS.has(may) && (!route.startsWith('GET') || downloads) && !audited,
  )
  assert.deepEqual(
    silent.map(({ name }) => name).filter((name) => !QUESTIONS.has(name)),
    [],
  )
})
