import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NO_CONSENT_YET } from '#consent/schema.ts'
import type { Claimed } from '#platform/outbox.ts'
import { keyOf } from '#platform/suppressions.ts'
import { newProfile } from '#profiles/react.ts'
import { permitted } from './consent-gate.ts'

const ada = (status?: 'granted' | 'withdrawn') => ({
  profile: newProfile('ada', 0),
  consent: status === undefined ? NO_CONSENT_YET : { ...NO_CONSENT_YET, permits: { sms: { status, at: 1, source: 'api' } } },
})
const asked = (person: ReturnType<typeof ada>) =>
  permitted({
    people: async () => new Map([[keyOf('w', 'ada'), person]]),
    terms: async () => ({ topics: new Map(), mode: 'opt-in' }),
    now: () => 10,
  })
const request = (id: string, more: object = {}): Claimed =>
  ({ ws: 'w', id, key: 'ada', channel: 'webhook', address: '', topic: '', lane: 'marketing', payload: {}, ...more }) as unknown as Claimed
const reaching = { payload: { contact: { channel: 'sms', topic: '', lane: 'marketing' } } }

test('a request that reaches a person is asked for consent at hand-over, like a message of that channel', async () => {
  const entries = [request('text', reaching), request('answer', { ...reaching, lane: 'transactional' })]
  const refused = async (status?: 'granted' | 'withdrawn') => [...(await asked(ada(status))(entries))]
  assert.deepEqual(await refused('granted'), [])
  assert.deepEqual(await refused('withdrawn'), [[keyOf('w', 'text'), 'consent_withdrawn']])
  assert.deepEqual(await refused(), [[keyOf('w', 'text'), 'consent_missing']])
})

test('a request from system to system, and a note to colleagues, have nobody to ask', async () => {
  const entries = [request('sync'), request('note', { channel: 'slack', payload: { note: true } })]
  assert.deepEqual([...(await asked(ada('withdrawn'))(entries))], [])
})
