import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { EventRecord } from '#events/schema.ts'
import type { JsonObject } from '#lib/json.ts'
import { absorbConsent } from './absorb.ts'
import { applyConsent, mayContact } from './react.ts'
import { type ConsentSection, NO_CONSENT_YET } from './schema.ts'

const event = (name: string, at: number, props: JsonObject = {}): EventRecord => ({
  kind: 'event',
  ws: 'w',
  key: 'ada',
  id: `${name}${at}`,
  type: name.startsWith('message.') ? 'system' : 'track',
  name,
  at,
  received: at,
  props,
  ids: [],
})
const after = (...events: EventRecord[]): ConsentSection => events.reduce(applyConsent, NO_CONSENT_YET)
const asked = { channel: 'email', topic: '', address: 'ada@example.com', lane: 'marketing', mode: 'opt-in' } as const
const answer = (section: ConsentSection, more: object = {}) => {
  const permission = mayContact(section, { ...asked, ...more })
  return permission.ok ? 'yes' : permission.reason
}
const grant = (at: number, topic = '') => event('Consent Granted', at, { channel: 'email', topic })
const withdraw = (at: number, topic = '') => event('message.unsubscribed', at, { channel: 'email', topic })

test('without a word, opt-in says no and opt-out says yes', () => {
  assert.equal(answer(NO_CONSENT_YET), 'consent_missing')
  assert.equal(answer(NO_CONSENT_YET, { mode: 'opt-out' }), 'yes')
  assert.equal(answer(NO_CONSENT_YET, { lane: 'transactional' }), 'yes')
})

test('the later word counts by event time; a withdrawal wins a tie; an older grant never re-enables', () => {
  assert.equal(answer(after(grant(1), withdraw(2))), 'consent_withdrawn')
  assert.equal(answer(after(withdraw(2), grant(1))), 'consent_withdrawn')
  assert.equal(answer(after(withdraw(2), grant(2))), 'consent_withdrawn')
  assert.equal(answer(after(grant(2), withdraw(2))), 'consent_withdrawn')
  assert.equal(answer(after(withdraw(2), event('message.resubscribed', 3, { channel: 'email' }))), 'yes')
})

test('a topic has its own permit; withdrawing the channel ends the topics granted until then', () => {
  const news = { topic: 'news' }
  assert.equal(answer(after(grant(1), withdraw(2, 'news')), news), 'consent_withdrawn')
  assert.equal(answer(after(grant(1), withdraw(2, 'news'))), 'yes')
  assert.equal(answer(after(grant(1, 'news'), withdraw(2)), news), 'consent_withdrawn')
  assert.equal(answer(after(withdraw(2), grant(3, 'news')), news), 'yes')
  assert.equal(answer(after(withdraw(2), grant(3, 'news')), { topic: 'offers' }), 'consent_withdrawn')
  assert.equal(answer(after(withdraw(1, 'news'), grant(2)), news), 'consent_withdrawn')
})

test('a hard bounce and a complaint block the address, for transactional mail too; a soft bounce does not', () => {
  const bounced = (permanent: boolean) => after(grant(1), event('message.bounced', 2, { address: 'Ada@Example.com', permanent }))
  assert.equal(answer(bounced(true), { lane: 'transactional' }), 'address_blocked')
  assert.equal(answer(bounced(false)), 'yes')
  const complained = after(grant(1), event('message.complained', 2, { address: 'ada@example.com' }))
  assert.equal(answer(complained), 'address_blocked')
  assert.equal(answer(complained, { address: 'new@example.com' }), 'consent_withdrawn')
})

test('names of ours in a track call of a client change no consent', () => {
  const forged = { ...event('message.resubscribed', 9, { channel: 'email' }), type: 'track' } as const
  assert.equal(answer(after(withdraw(1), forged)), 'consent_withdrawn')
})

test('an event without a word on consent gives the same section back', () => {
  const section = after(grant(1))
  assert.equal(applyConsent(section, event('Order Completed', 2)), section)
})

const words = fc
  .array(fc.tuple(fc.boolean(), fc.nat(5), fc.constantFrom('', 'news')), { maxLength: 6 })
  .map((list) => after(...list.map(([yes, at, topic]) => (yes ? grant(at, topic) : withdraw(at, topic)))))

test('merging is the strictest of all, in whatever order profiles become one', () => {
  fc.assert(
    fc.property(words, words, words, (a, b, c) => {
      assert.deepEqual(absorbConsent(a, absorbConsent(b, c)), absorbConsent(absorbConsent(c, a), b))
      for (const key of ['email', 'email:news']) {
        const withdrawn = [a, b, c].some(({ permits }) => permits[key]?.status === 'withdrawn')
        if (withdrawn) assert.equal(absorbConsent(absorbConsent(a, b), c).permits[key]?.status, 'withdrawn')
      }
    }),
  )
})
