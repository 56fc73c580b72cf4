import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { EventRecord } from '#events/schema.ts'
import { absorbConsent } from './absorb.ts'
import { type Ask, room } from './caps.ts'
import { type ContactsSection, NO_CONTACTS_YET, noted, settled } from './contacts.ts'
import { type CompiledPolicy, ContactPolicy, compilePolicy } from './policy.ts'
import { quietness } from './quiet-hours.ts'
import { applyConsent, mayContact } from './react.ts'
import { NO_CONSENT_YET } from './schema.ts'

// What goes wrong elsewhere with caps, quiet hours and consent, told in docs/guides/traps.md. Here stand the scenarios that no other test tells.

const HOUR = 3_600_000
const DAY = 24 * HOUR
const MONDAY = Date.UTC(2026, 2, 2, 10)
const mail: Ask = { channel: 'email', topic: '', lane: 'marketing' }

function compiled(parts: object): CompiledPolicy {
  const made = compilePolicy(ContactPolicy.parse({ kind: 'contact-policy', id: 'default', ...parts }))
  assert.ok(!('refused' in made))
  return made
}
const capped = (...caps: object[]): CompiledPolicy => compiled({ caps })

function sent(section: ContactsSection, rules: CompiledPolicy, { at, ...ask }: Partial<Ask> & { at: number }): ContactsSection {
  return noted(section, { ...mail, ...ask, id: `c${section.sends.length}`, at, status: 'confirmed' }, rules)
}
function answer(section: ContactsSection, rules: CompiledPolicy, { at, ...ask }: Partial<Ask> & { at: number }): string {
  const found = room(section, { ...mail, ...ask }, { caps: rules.caps, now: at, zone: 'UTC' })
  return found.free ? 'free' : `${found.cap} ${found.freeAt === null ? 'never' : found.freeAt - at}`
}
const event = (parts: Partial<EventRecord>): EventRecord => ({
  kind: 'event',
  ws: 'w',
  key: 'ada',
  id: 'e',
  type: 'system',
  name: '',
  at: MONDAY,
  received: MONDAY,
  props: {},
  ids: [],
  ...parts,
})

// --- caps

test('a cap of a topic that allows more does not widen the cap of its channel', () => {
  const rules = capped({ id: 'mail', channel: 'email', max: 1, per: 'day' }, { id: 'news', topic: 'news', max: 9, per: 'day' })
  const had = sent(NO_CONTACTS_YET, rules, { at: MONDAY, topic: 'news' })
  assert.equal(answer(had, rules, { at: MONDAY + HOUR, topic: 'news' }), `mail ${13 * HOUR}`)
})

test('text messages know nothing of the caps of mail, nor mail of those of text messages', () => {
  const rules = capped({ id: 'mail', channel: 'email', max: 1, per: 'day' }, { id: 'texts', channel: 'sms', max: 2, per: 'day' })
  let had = sent(NO_CONTACTS_YET, rules, { at: MONDAY })
  assert.equal(answer(had, rules, { at: MONDAY, channel: 'sms' }), 'free')
  for (let i = 0; i < 2; i++) had = sent(had, rules, { at: MONDAY, channel: 'sms' })
  assert.deepEqual(
    [answer(had, rules, { at: MONDAY }), answer(had, rules, { at: MONDAY, channel: 'sms' })],
    [`mail ${14 * HOUR}`, `texts ${14 * HOUR}`],
  )
  assert.equal(answer(had, rules, { at: MONDAY, channel: 'push' }), 'free')
})

test('a cap that is made longer, or is new, counts what went out before it as it would have', () => {
  const before = capped({ id: 'short', max: 1, per: '16h' })
  const had = sent(NO_CONTACTS_YET, before, { at: MONDAY })
  const now = MONDAY + 20 * HOUR
  assert.equal(answer(had, before, { at: now }), 'free')
  assert.equal(answer(had, capped({ id: 'long', max: 1, per: '3d' }), { at: now }), `long ${52 * HOUR}`)
  assert.equal(answer(had, capped({ id: 'other', max: 1, per: 'week' }), { at: now }), `other ${5 * DAY + 18 * HOUR}`)
})

test('beyond a hundred messages each is counted still', () => {
  const rules = capped({ id: 'many', max: 250, per: '30d' })
  let had = NO_CONTACTS_YET
  for (let i = 0; i < 250; i++) {
    assert.equal(answer(had, rules, { at: MONDAY + i * HOUR }), 'free', `the ${i + 1}th`)
    had = sent(had, rules, { at: MONDAY + i * HOUR })
  }
  assert.equal(answer(had, rules, { at: MONDAY + 250 * HOUR }), `many ${30 * DAY - 250 * HOUR}`)
})

test('only what went out begins a rest: a bounce at hand-over, a refusal or a skip does not', () => {
  const rules = capped({ id: 'rest', max: 1, per: '16h' })
  const decided = noted(NO_CONTACTS_YET, { ...mail, id: 'c', at: MONDAY, status: 'reserved' }, rules)
  const after = (name: string): string => {
    const receipt = event({ name, at: MONDAY + HOUR, props: { effect_id: 'c' } })
    return answer(settled(decided, receipt, rules), rules, { at: MONDAY + 2 * HOUR })
  }
  assert.equal(answer(decided, rules, { at: MONDAY + 2 * HOUR }), `rest ${16 * HOUR}`, 'it may go out at any moment')
  for (const name of ['message.failed', 'message.skipped', 'message.dead', 'message.cancelled']) assert.equal(after(name), 'free', name)
  assert.equal(after('message.sent'), `rest ${15 * HOUR}`, 'the rest begins with the hand-over')
})

// --- quiet hours

test('text messages in quiet hours and a zone that nobody knows: at no moment of the year', () => {
  const rules = compiled({ quietHours: [{ channel: 'sms', from: '20:00', to: '09:00' }], fallbackZone: 'Europe/Oslo' })
  const unknown = fc.constantFrom('', 'Atlantis', 'CEST+99', 'europe oslo')
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 365 * 24 }), unknown, (hours, zone) => {
      const asked = { now: MONDAY + hours * HOUR, zone, unit: 'ada' }
      assert.deepEqual(quietness(rules, { ...asked, channel: 'sms' }), { kind: 'refused', reason: 'zone_unknown' })
      assert.equal(quietness(rules, { ...asked, channel: 'email' }).kind, 'open', 'no hours of its own')
    }),
  )
})

// --- consent

test('what a person withdrew is not given back by an old word that comes late, by words told twice, or by another profile', () => {
  const grant = event({ name: 'Consent Granted', at: MONDAY, props: { channel: 'email' } })
  const leave = event({ name: 'message.unsubscribed', at: MONDAY + DAY, props: { channel: 'email' } })
  const words = fc.array(fc.constantFrom(grant, leave, { ...grant, at: MONDAY + HOUR }, { ...leave, at: MONDAY + 2 * HOUR }), {
    maxLength: 8,
  })
  fc.assert(
    fc.property(words, words, words, (before, after, other) => {
      const all = (list: readonly EventRecord[]) => list.reduce(applyConsent, NO_CONSENT_YET)
      const section = absorbConsent(all([...before, leave, ...after]), all(other))
      const asked = { channel: 'email', topic: 'news', address: 'ada@x.test', lane: 'marketing', mode: 'opt-out' } as const
      assert.deepEqual(mayContact(section, asked), { ok: false, reason: 'consent_withdrawn' })
      assert.deepEqual(mayContact(section, { ...asked, lane: 'transactional' }), { ok: true })
    }),
  )
})

test('an address that bounced for good gets nothing more; the person’s new address does, and a soft bounce blocks nothing', () => {
  const bounced = (permanent: boolean) => event({ name: 'message.bounced', props: { permanent, address: 'Old@x.test' } })
  const ask = (section: typeof NO_CONSENT_YET, address: string) =>
    mayContact(section, { channel: 'email', topic: '', address, lane: 'marketing', mode: 'opt-out' }).ok
  const hard = applyConsent(NO_CONSENT_YET, bounced(true))
  assert.deepEqual([ask(hard, 'old@x.test'), ask(hard, 'new@x.test')], [false, true])
  let soft = NO_CONSENT_YET
  for (let i = 0; i < 20; i++) soft = applyConsent(soft, bounced(false))
  assert.ok(ask(soft, 'old@x.test'))
})
