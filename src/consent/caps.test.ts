import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { type Ask, room } from './caps.ts'
import { absorbContacts, type Contact, type ContactsSection, NO_CONTACTS_YET, noted, settled } from './contacts.ts'
import { type CompiledPolicy, ContactPolicy, compilePolicy } from './policy.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const at = (iso: string): number => Temporal.Instant.from(iso).epochMilliseconds
const iso = (ms: number): string => Temporal.Instant.fromEpochMilliseconds(ms).toString()

function policy(...caps: object[]): CompiledPolicy {
  const compiled = compilePolicy(ContactPolicy.parse({ kind: 'contact-policy', id: 'default', caps }))
  assert.ok(!('refused' in compiled))
  return compiled
}
const mail: Ask = { channel: 'email', topic: '', lane: 'marketing' }
let made = 0
const contact = (when: string, more: Partial<Contact> = {}): Contact => ({
  ...mail,
  id: `c${++made}`,
  at: at(when),
  status: 'confirmed',
  ...more,
})
const having = (...sends: Contact[]): ContactsSection => ({ sends })
type When = [now: string, asked?: Partial<Ask> & { zone?: string }]
const ask = (section: ContactsSection, rules: CompiledPolicy, ...[now, { zone = 'UTC', ...more } = {}]: When) => {
  const answer = room(section, { ...mail, ...more }, { caps: rules.caps, now: at(now), zone })
  return answer.free ? 'free' : `${answer.cap} until ${answer.freeAt === null ? 'never' : iso(answer.freeAt)}`
}
const receipt = (name: string, effect: string, when: string) =>
  ({
    kind: 'event',
    ws: 'w',
    key: 'ada',
    id: `${effect}:${name}`,
    type: 'system',
    name,
    at: at(when),
    received: at(when),
    props: { effect_id: effect },
    ids: [],
  }) as const

test('a calendar day is the person’s own: one at 23:00 and one at midnight are on two days', () => {
  const daily = policy({ id: 'daily', max: 1, per: 'day' })
  const had = having(contact('2026-03-02T22:00:00Z'))
  assert.equal(ask(had, daily, '2026-03-02T22:59:59Z', { zone: 'Europe/Berlin' }), 'daily until 2026-03-02T23:00:00Z')
  assert.equal(ask(had, daily, '2026-03-02T23:00:00Z', { zone: 'Europe/Berlin' }), 'free')
  assert.equal(ask(had, daily, '2026-03-02T23:00:00Z'), 'daily until 2026-03-03T00:00:00Z')
})

test('a calendar day in which clocks change has 23 or 25 hours', () => {
  const daily = policy({ id: 'daily', max: 1, per: 'day' })
  const spring = having(contact('2026-03-28T23:30:00Z'))
  assert.equal(ask(spring, daily, '2026-03-29T21:59:59Z', { zone: 'Europe/Berlin' }), 'daily until 2026-03-29T22:00:00Z')
  const autumn = having(contact('2026-10-24T22:30:00Z'))
  assert.equal(ask(autumn, daily, '2026-10-25T22:59:59Z', { zone: 'Europe/Berlin' }), 'daily until 2026-10-25T23:00:00Z')
})

test('a week begins on Monday, a month on its first', () => {
  const weekly = policy({ id: 'weekly', max: 1, per: 'week' })
  assert.equal(ask(having(contact('2026-03-02T00:00:00Z')), weekly, '2026-03-08T12:00:00Z'), 'weekly until 2026-03-09T00:00:00Z')
  assert.equal(ask(having(contact('2026-03-01T23:59:59Z')), weekly, '2026-03-02T00:00:00Z'), 'free')
  const monthly = policy({ id: 'monthly', max: 1, per: 'month' })
  assert.equal(ask(having(contact('2028-02-01T00:00:00Z')), monthly, '2028-02-29T12:00:00Z'), 'monthly until 2028-03-01T00:00:00Z')
})

test('a rolling time is free again exactly when it is over', () => {
  const rolling = policy({ id: 'two', max: 2, per: '24h' })
  const had = having(contact('2026-03-02T08:00:00Z'), contact('2026-03-02T20:00:00Z'))
  assert.equal(ask(had, rolling, '2026-03-03T07:59:59.999Z'), 'two until 2026-03-03T08:00:00Z')
  assert.equal(ask(had, rolling, '2026-03-03T08:00:00Z'), 'free')
})

test('all caps hold together, and the one that is full for the longest answers', () => {
  const rules = policy(
    { id: 'daily', max: 1, per: 'day' },
    { id: 'weekly', max: 2, per: 'week' },
    { id: 'sms', channel: 'sms', max: 'never' },
  )
  const had = having(contact('2026-03-02T08:00:00Z'), contact('2026-03-03T08:00:00Z'))
  assert.equal(ask(having(had.sends[0]!), rules, '2026-03-02T09:00:00Z'), 'daily until 2026-03-03T00:00:00Z')
  assert.equal(ask(had, rules, '2026-03-03T09:00:00Z'), 'weekly until 2026-03-09T00:00:00Z')
  assert.equal(ask(NO_CONTACTS_YET, rules, '2026-03-03T09:00:00Z', { channel: 'sms' }), 'sms until never')
})

test('caps of a channel or a topic count only that; a cap of neither counts every channel together', () => {
  const had = having(contact('2026-03-02T08:00:00Z', { channel: 'sms', topic: 'news' }))
  const now = '2026-03-02T09:00:00Z'
  assert.equal(ask(had, policy({ id: 'all', max: 1, per: 'day' }), now), 'all until 2026-03-03T00:00:00Z')
  assert.equal(ask(had, policy({ id: 'mail', channel: 'email', max: 1, per: 'day' }), now), 'free')
  const news = policy({ id: 'news', topic: 'news', max: 1, per: 'day' })
  assert.equal(ask(had, news, now), 'free')
  assert.equal(ask(had, news, now, { topic: 'news' }), 'news until 2026-03-03T00:00:00Z')
})

test('transactional messages are free, and count for nobody, unless a cap names the lane', () => {
  const lane = 'transactional' as const
  const receiptMail = having(contact('2026-03-02T08:00:00Z', { lane }))
  const now = '2026-03-02T09:00:00Z'
  const usual = policy({ id: 'daily', max: 1, per: 'day' })
  assert.equal(ask(receiptMail, usual, now), 'free')
  assert.equal(ask(having(contact('2026-03-02T08:00:00Z')), usual, now, { lane }), 'free')
  assert.equal(ask(receiptMail, policy({ id: 'own', lane, max: 1, per: 'day' }), now, { lane }), 'own until 2026-03-03T00:00:00Z')
  assert.equal(ask(receiptMail, policy({ id: 'every', lane: 'any', max: 1, per: 'day' }), now), 'every until 2026-03-03T00:00:00Z')
})

test('what is reserved counts until it is settled; a receipt confirms it with its own time, or releases it', () => {
  const rules = policy({ id: 'daily', max: 1, per: 'day' })
  const reserved = noted(NO_CONTACTS_YET, contact('2026-03-02T23:00:00Z', { id: 'm', status: 'reserved' }), rules)
  assert.equal(ask(reserved, rules, '2026-03-03T01:00:00Z'), 'daily until 2026-03-04T00:00:00Z')
  for (const name of ['failed', 'dead', 'skipped', 'cancelled', 'released'])
    assert.equal(
      ask(settled(reserved, receipt(`message.${name}`, 'm', '2026-03-03T00:30:00Z'), rules), rules, '2026-03-03T01:00:00Z'),
      'free',
      name,
    )
  const sent = settled(reserved, receipt('message.sent', 'm', '2026-03-03T00:30:00Z'), rules)
  assert.deepEqual(
    sent.sends.map(({ status, at: when }) => `${status} ${iso(when)}`),
    ['confirmed 2026-03-03T00:30:00Z'],
  )
  assert.equal(settled(sent, receipt('message.failed', 'm', '2026-03-03T00:31:00Z'), rules), sent)
})

test('an unsure hand-over keeps its slot, and a message that was given up takes it back when it is replayed', () => {
  const rules = policy({ id: 'daily', max: 1, per: 'day' })
  const reserved = noted(NO_CONTACTS_YET, contact('2026-03-02T08:00:00Z', { id: 'm', status: 'reserved' }), rules)
  assert.equal(settled(reserved, receipt('message.ambiguous', 'm', '2026-03-02T08:01:00Z'), rules), reserved)
  const dead = settled(reserved, receipt('message.dead', 'm', '2026-03-02T09:00:00Z'), rules)
  assert.equal(ask(dead, rules, '2026-03-02T10:00:00Z'), 'free')
  const replayed = settled(dead, receipt('message.sent', 'm', '2026-03-02T10:00:00Z'), rules)
  assert.equal(ask(replayed, rules, '2026-03-02T11:00:00Z'), 'daily until 2026-03-03T00:00:00Z')
})

test('a hand-over that only its receipt tells of counts as what it was', () => {
  const rules = policy({ id: 'daily', max: 1, per: 'day' })
  const sent = receipt('message.sent', 'm', '2026-03-02T10:00:00Z')
  const told = { ...sent, props: { ...sent.props, contact: { channel: 'email', topic: '', lane: 'marketing' } } }
  assert.equal(ask(settled(NO_CONTACTS_YET, told, rules), rules, '2026-03-02T11:00:00Z'), 'daily until 2026-03-03T00:00:00Z')
  assert.equal(settled(NO_CONTACTS_YET, sent, rules), NO_CONTACTS_YET, 'a note to a colleague is no contact')
  assert.equal(settled(NO_CONTACTS_YET, { ...told, name: 'message.failed' }, rules), NO_CONTACTS_YET)
  assert.equal(settled(NO_CONTACTS_YET, { ...told, type: 'track' as never }, rules), NO_CONTACTS_YET, 'only we say so')
})

test('when two profiles become one, the contacts of both count, each once', () => {
  const rules = policy({ id: 'daily', max: 2, per: 'day' })
  const shared = contact('2026-03-02T08:00:00Z', { id: 'm', status: 'reserved' })
  const united = absorbContacts(having(shared), having({ ...shared, status: 'confirmed' }, contact('2026-03-02T07:00:00Z')))
  assert.deepEqual(
    united.sends.map(({ status }) => status),
    ['confirmed', 'confirmed'],
  )
  assert.equal(ask(united, rules, '2026-03-02T09:00:00Z'), 'daily until 2026-03-03T00:00:00Z')
})

test('the state holds no more than caps can count and the newest fifty of a month; a cap of many is not cut short', () => {
  const start = at('2026-01-01T00:00:00Z')
  const filled = (rules: CompiledPolicy, every: number, count: number): ContactsSection => {
    let section = NO_CONTACTS_YET
    for (let i = 0; i < count; i++) section = noted(section, { ...mail, id: `n${i}`, at: start + i * every, status: 'confirmed' }, rules)
    return section
  }
  assert.equal(filled(policy({ id: 'daily', max: 2, per: 'day' }), HOUR, 500).sends.length, 50)
  assert.equal(filled(policy({ id: 'daily', max: 2, per: 'day' }), 10 * DAY, 500).sends.length, 4)
  const many = policy({ id: 'many', max: 200, per: '30d' })
  assert.equal(ask(filled(many, HOUR, 200), many, '2026-01-09T08:00:00Z'), 'many until 2026-01-31T00:00:00Z')
})

test('however sends, delays, failures and forgetting mix, no window of hand-overs ever holds more than a cap allows', () => {
  const Minutes = fc.integer({ min: 0, max: 600 })
  const Message = fc.record({
    gap: fc.integer({ min: 0, max: 400 }),
    delay: Minutes,
    fails: fc.boolean(),
    topic: fc.constantFrom('', 'news'),
  })
  const Rule = fc.record({
    max: fc.integer({ min: 1, max: 4 }),
    per: fc.constantFrom('day', '3h', '24h', '90m', 'week'),
    topic: fc.constantFrom(undefined, 'news'),
  })
  fc.assert(
    fc.property(
      fc.array(Message, { maxLength: 60 }),
      fc.array(Rule, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu'),
      (messages, given, zone) => {
        const rules = policy(...given.map(({ topic, ...rule }, i) => ({ id: `c${i}`, ...rule, ...(topic ? { topic } : {}) })))
        const handed = play(messages, rules, zone)
        for (const cap of rules.caps) {
          const counted = handed.filter(({ topic }) => cap.topic === undefined || cap.topic === topic).map(({ at: when }) => when)
          for (const first of counted) {
            const day = (when: number) => Temporal.Instant.fromEpochMilliseconds(when).toZonedDateTimeISO(zone).toPlainDate()
            const inWindow = counted.filter((when) =>
              typeof cap.per === 'number'
                ? when >= first && when < first + cap.per
                : cap.per === 'day'
                  ? day(when).equals(day(first))
                  : weekOf(day(when)) === weekOf(day(first)),
            )
            assert.ok(inWindow.length <= cap.max, `${inWindow.length} > ${cap.max} per ${cap.per}`)
          }
        }
      },
    ),
    { numRuns: 300 },
  )
})

const weekOf = (date: Temporal.PlainDate): string => date.subtract({ days: date.dayOfWeek - 1 }).toString()

interface Sent {
  readonly gap: number
  readonly delay: number
  readonly fails: boolean
  readonly topic: string
}

/** Asks for each message in turn; those that have room are handed over (or fail) later, in the order of the clock. */
function play(messages: readonly Sent[], rules: CompiledPolicy, zone: string): { at: number; topic: string }[] {
  const handed: { at: number; topic: string }[] = []
  let section = NO_CONTACTS_YET
  let now = at('2026-03-28T20:00:00Z')
  let flying: { id: string; at: number; fails: boolean; topic: string }[] = []
  const settle = (until: number): void => {
    for (const each of flying.filter((one) => one.at <= until).sort((a, b) => a.at - b.at)) {
      section = settled(section, receipt(each.fails ? 'message.failed' : 'message.sent', each.id, iso(each.at)), rules)
      if (!each.fails) handed.push(each)
    }
    flying = flying.filter((one) => one.at > until)
  }
  messages.forEach(({ gap, delay, fails, topic }, i) => {
    now += gap * 60_000
    settle(now)
    if (!room(section, { ...mail, topic }, { caps: rules.caps, now, zone }).free) return
    section = noted(section, { ...mail, topic, id: `m${i}`, at: now, status: 'reserved' }, rules)
    flying.push({ id: `m${i}`, at: now + delay * 60_000, fails, topic })
  })
  settle(Infinity)
  return handed
}
