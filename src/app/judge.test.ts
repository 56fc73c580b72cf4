import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NO_GATES } from '#consent/policies/gatekeeper.ts'
import { type JudgeParts, judging } from './judge.ts'

const never = (): never => assert.fail('it was asked')

test('where no rule holds nobody is looked up, and nothing of the message is read', async () => {
  const parts: JudgeParts = { gates: async () => NO_GATES, person: never, review: never, sender: never, now: never }
  const entry = { ws: 'shop', id: 'e1', key: 'p1', channel: 'email', topic: '', lane: 'marketing', payload: {}, expires: 1 }
  const made = Object.defineProperty({}, 'prepared', { get: never })
  assert.equal(await judging(parts)(entry as never, made as never), null)
})
