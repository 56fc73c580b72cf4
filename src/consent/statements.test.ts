import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EventRecord } from '#events/schema.ts'
import type { JsonObject } from '#lib/json.ts'
import { newProfile, write } from '#profiles/react.ts'
import { absorbConsent } from './absorb.ts'
import { ageOf, placeOf } from './age.ts'
import { permissionOf } from './gate.ts'
import { lapse } from './lapse.ts'
import { ADS, type ConsentRules, hearConsent, NO_RULES } from './react.ts'
import { consentFact } from './record.ts'
import { type ConsentSection, NO_CONSENT_YET } from './schema.ts'
import { checkTopic, ruleOf, Topic, type Topics } from './topics.ts'

const DAY = 86_400_000
const T0 = Date.parse('2026-03-07T12:00:00Z')

const said = (name: string, at: number, props: JsonObject = {}): EventRecord => ({
  kind: 'event',
  ws: 'w1',
  key: 'p1',
  id: `${name}:${at}`,
  type: 'track',
  name,
  at,
  received: at,
  props,
  ids: [],
})
const ours = (record: EventRecord): EventRecord => ({ ...record, type: 'system' })
const topicsOf = (...topics: object[]): Topics =>
  new Map(topics.map((each) => Topic.parse({ kind: 'topic', texts: {}, ...each })).map((each) => [each.id, each]))
const NEWS = topicsOf({
  id: 'news',
  channels: { email: 'consent', sms: 'consent' },
  doubleOptIn: { templates: { email: 'confirm' }, withinDays: 3 },
})
const rules = (topics: Topics, place = ''): ConsentRules => ({ ...NO_RULES, topics, place })
const granted = (at: number, props: JsonObject = {}) => said('Consent Granted', at, { channel: 'email', topic: 'news', ...props })
const withdrawn = (at: number, props: JsonObject = {}) => said('Consent Withdrawn', at, { channel: 'email', topic: 'news', ...props })
const person = (consent: ConsentSection, attributes: JsonObject = {}) => ({
  profile: { ...newProfile('p1', 0), attributes: write({}, attributes, 1).attributes },
  consent,
})
const asked = (
  consent: ConsentSection,
  {
    now = T0,
    topics = NEWS,
    attributes = {},
    ...contact
  }: { now?: number; topics?: Topics; attributes?: JsonObject; channel?: string; topic?: string } = {},
): string => {
  const to = { channel: 'email', topic: 'news', address: 'ada@x.test', lane: 'marketing' as const, ...contact }
  const permission = permissionOf(person(consent, attributes), to, { topics, mode: 'opt-out', now })
  return permission.ok ? 'yes' : permission.reason
}

test('a topic that asks to confirm: a grant is a question, and only we can say that it was answered', () => {
  const first = hearConsent(NO_CONSENT_YET, granted(T0), rules(NEWS))
  assert.deepEqual(first.questions, [{ channel: 'email', topic: 'news', template: 'confirm' }])
  assert.equal(asked(first.section), 'consent_pending')
  const forged = hearConsent(first.section, granted(T0 + 1, { verified: true, method: 'double-opt-in' }), rules(NEWS))
  assert.equal(asked(forged.section, { now: T0 + 1 }), 'consent_pending', 'an event from outside cannot confirm')
  const answered = hearConsent(first.section, { ...granted(T0 + 2, { verified: true }), type: 'system' }, rules(NEWS))
  assert.equal(asked(answered.section, { now: T0 + 2 }), 'yes')
  const again = hearConsent(answered.section, granted(T0 + 3), rules(NEWS))
  assert.deepEqual([again.questions, again.changes[0]!.ineffective], [[], 'repeated'], 'who agreed is not asked again, and loses nothing')
  assert.equal(asked(hearConsent(NO_CONSENT_YET, granted(T0, { channel: 'sms' }), rules(NEWS)).section, { channel: 'sms' }), 'yes')
})

test('questions: five minutes apart, three in a day, and void after their time', () => {
  let section: ConsentSection = NO_CONSENT_YET
  let questions = 0
  for (let minute = 0; minute < 120; minute++) {
    const heard = hearConsent(section, granted(T0 + minute * 60_000), rules(NEWS))
    questions += heard.questions.length
    section = heard.section
  }
  assert.equal(questions, 3)
  assert.equal(section.due, T0 + 10 * 60_000 + 3 * DAY, 'three days after the last question')
  assert.equal(lapse(section, section.due! - 1).section, section)
  const over = lapse(section, section.due!)
  assert.equal(asked(over.section, { now: section.due! }), 'consent_expired')
  assert.deepEqual(
    over.changes.map(({ status, reason }) => [status, reason]),
    [['expired', 'not_confirmed']],
  )
  assert.equal(over.section.due, undefined)
})

test('implied consent lasts as long as CASL says, by the calendar, and undoes no unsubscribe', () => {
  const topics = topicsOf({ id: 'news', channels: { email: 'consent' } })
  const bought = hearConsent(NO_CONSENT_YET, granted(T0, { basis: 'implied-purchase' }), rules(topics)).section
  assert.equal(bought.due, Date.parse('2028-03-07T12:00:00Z'))
  const wrote = hearConsent(NO_CONSENT_YET, granted(T0, { basis: 'implied-inquiry' }), rules(topics)).section
  assert.equal(wrote.due, Date.parse('2026-09-07T12:00:00Z'))
  assert.equal(asked(wrote, { topics, now: wrote.due! - 1 }), 'yes')
  assert.equal(asked(wrote, { topics, now: wrote.due! }), 'consent_expired', 'at the moment itself, before any timer fires')
  const left = hearConsent(NO_CONSENT_YET, withdrawn(T0), rules(topics)).section
  assert.equal(
    asked(hearConsent(left, granted(T0 + DAY, { basis: 'implied-purchase' }), rules(topics)).section, { topics }),
    'consent_withdrawn',
  )
  const express = hearConsent(NO_CONSENT_YET, granted(T0), rules(topics)).section
  assert.equal(
    hearConsent(express, granted(T0 + DAY, { basis: 'implied-purchase' }), rules(topics)).section.due,
    undefined,
    'what was said outright is not weakened',
  )
})

test('a withdrawal wins a tie, and an older grant never re-enables; each thing said is a record', () => {
  const topics = topicsOf({ id: 'news', channels: { email: 'consent' } })
  const left = hearConsent(NO_CONSENT_YET, withdrawn(T0), rules(topics))
  for (const at of [T0 - DAY, T0]) {
    const heard = hearConsent(left.section, granted(at), rules(topics))
    assert.equal(heard.section, left.section)
    assert.equal(heard.changes[0]!.ineffective, 'older')
    const row = consentFact({ ws: 'w1', key: 'p1', id: 'x', at: T0 }, heard.changes[0]!)
    assert.deepEqual([row.effective, row.reason, row.supersedes], [0, 'older', `withdrawn@${T0}`])
  }
  assert.equal(asked(hearConsent(left.section, granted(T0 + 1), rules(topics)).section, { topics, now: T0 + 1 }), 'yes')
})

test('every channel at once: a withdrawal of global scope ends marketing everywhere, and one by channel ends that channel alone', () => {
  const all = hearConsent(NO_CONSENT_YET, ours(said('message.unsubscribed', T0, { channel: 'sms', scope: 'global' })), NO_RULES)
  for (const channel of ['email', 'sms', 'push', 'whatsapp']) assert.equal(asked(all.section, { channel, topic: '' }), 'consent_withdrawn')
  const one = hearConsent(NO_CONSENT_YET, ours(said('message.unsubscribed', T0, { channel: 'sms' })), NO_RULES)
  assert.equal(asked(one.section, { channel: 'sms', topic: '' }), 'consent_withdrawn')
  assert.equal(asked(one.section, { channel: 'email', topic: '', topics: new Map() }), 'yes')
})

test('Global Privacy Control is one record however often a browser sends it, and outlives a banner that asks again', () => {
  const page = (at: number, context: JsonObject) => ({ ...said('Page Viewed', at), type: 'page' as const, context })
  const first = hearConsent(NO_CONSENT_YET, page(T0, { gpc: true }), NO_RULES)
  assert.equal(first.section.permits[ADS]?.status, 'withdrawn')
  assert.equal(hearConsent(first.section, page(T0 + 1, { gpc: true }), NO_RULES).changes.length, 0)
  const both = page(T0 + 2, { gpc: true, consent: { categoryPreferences: { Advertising: true } } })
  assert.equal(hearConsent(first.section, both, NO_RULES).section.permits[ADS]?.status, 'withdrawn')
  const banner = page(T0, { consent: { categoryPreferences: { Analytics: true, Targeting: false } } })
  assert.equal(hearConsent(NO_CONSENT_YET, banner, NO_RULES).section.permits[ADS]?.source, 'context.consent')
  const merged = absorbConsent(NO_CONSENT_YET, first.section)
  assert.equal(merged.permits[ADS]?.status, 'withdrawn', 'the known person takes it over from the browser')
  const grantToo = { ...granted(T0 + 5, { source: 'form' }), context: { gpc: true } }
  const heard = hearConsent(NO_CONSENT_YET, grantToo, NO_RULES)
  assert.deepEqual(
    heard.changes.map(({ channel, evidence }) => [channel, evidence?.source]),
    [
      ['ads', 'gpc'],
      ['email', 'form'],
    ],
  )
})

test('a pause ends by itself, and is no statement about topics', () => {
  const topics = topicsOf({ id: 'news', channels: { email: 'consent' } })
  const on = hearConsent(NO_CONSENT_YET, granted(T0), rules(topics)).section
  const paused = hearConsent(on, said('Consent Paused', T0 + 1, { days: 30 }), rules(topics)).section
  assert.equal(asked(paused, { topics, now: T0 + 2 }), 'consent_paused')
  assert.equal(asked(paused, { topics, now: T0 + 1 + 30 * DAY }), 'yes')
  const over = lapse(paused, T0 + 1 + 30 * DAY).section
  assert.deepEqual(over, on)
  assert.deepEqual(hearConsent(paused, said('Consent Resumed', T0 + 3), rules(topics)).section, on)
})

test('an unknown place has the strictest rule of all, a known one its own, and a region its country’s but for what it says itself', () => {
  const topics = topicsOf({
    id: 'news',
    channels: { email: 'legitimate-interest' },
    default: 'on',
    minimumAge: 13,
    doubleOptIn: { templates: { email: 'confirm' } },
    jurisdictions: {
      DE: { channels: { email: 'consent' }, minimumAge: 16 },
      US: { doubleOptIn: false },
      'US-TX': { minimumAge: 18 },
      FR: { doubleOptIn: false, offered: false },
    },
  })
  const of = (place: string) => {
    const rule = ruleOf(topics, { channel: 'email', topic: 'news', place })!
    return [rule.mode, rule.minimumAge, rule.confirm !== undefined, rule.offered]
  }
  assert.deepEqual(of(''), ['opt-in', 18, false, true])
  assert.deepEqual(of('DE'), ['opt-in', 16, true, true])
  assert.deepEqual(of('US'), ['opt-out', 13, false, true])
  assert.deepEqual(of('US-TX'), ['opt-out', 18, false, true])
  assert.deepEqual(of('FR'), ['opt-out', 13, false, false])
  assert.deepEqual(of('NL'), ['opt-out', 13, true, true])
  assert.equal(placeOf(person(NO_CONSENT_YET, { country: 'us', state: 'TX' }).profile), 'US-TX')
  assert.equal(placeOf(person(NO_CONSENT_YET, { address: { country: 'DE' } }).profile), 'DE')
  assert.equal(placeOf(person(NO_CONSENT_YET, { country: 'Germany' }).profile), '')
})

test('a topic that cannot be kept is not published', () => {
  const templates: Record<string, object> = {
    ads: { purpose: 'marketing', html: '{{ confirm_url }}' },
    bare: { purpose: 'transactional', html: 'Hello' },
    good: { purpose: 'transactional', html: '{{ confirm_url }}' },
    text: { purpose: 'transactional', channel: 'sms', text: '{{ confirm_url }}' },
  }
  const library = { get: (_kind: string, id: string) => templates[id], ids: () => [] }
  const faults = (topic: object): string[] =>
    checkTopic(
      Topic.parse({ kind: 'topic', id: 't', texts: { en: { name: 'T' } }, channels: { email: 'consent' }, ...topic }),
      library,
    ).map(({ code }) => code)
  assert.deepEqual(faults({}), [])
  assert.deepEqual(faults({ default: 'on' }), ['topic.default_on'])
  assert.deepEqual(faults({ texts: {} }), ['topic.texts'])
  for (const id of ['ads', 'bare', 'text', 'nope'])
    assert.deepEqual(faults({ doubleOptIn: { templates: { email: id } } }), ['topic.template'], id)
  assert.deepEqual(faults({ doubleOptIn: { templates: { email: 'good' } } }), [])
})

test('years are full years', () => {
  const on = (day: string): number => Date.parse(`${day}T12:00:00Z`)
  assert.equal(ageOf('2010-03-07', on('2026-03-06')), 15)
  assert.equal(ageOf('2010-03-07', on('2026-03-07')), 16)
  assert.equal(ageOf('2008-02-29', on('2026-02-28')), 17)
  assert.equal(ageOf('2008-02-29', on('2026-03-01')), 18)
  for (const nonsense of ['', 'yesterday', '2010-13-01', '3000-01-01', 42, null]) assert.equal(ageOf(nonsense, on('2026-01-01')), undefined)
})

const CHANNEL = fc.constantFrom('email', 'sms', '*')
const STATEMENT = fc.record({
  name: fc.constantFrom('Consent Granted', 'Consent Withdrawn', 'Consent Paused', 'Consent Resumed', 'message.resubscribed'),
  at: fc.integer({ min: 0, max: 40 }).map((hours) => T0 + hours * 3_600_000),
  channel: CHANNEL,
  topic: fc.constantFrom('', 'news', 'tips'),
  basis: fc.constantFrom('consent', 'implied-inquiry'),
  days: fc.integer({ min: 1, max: 3 }),
})
const TWO = topicsOf(
  { id: 'news', channels: { email: 'consent', sms: 'consent' }, doubleOptIn: { templates: { email: 'c' }, withinDays: 1 } },
  { id: 'tips', channels: { email: 'legitimate-interest' }, default: 'on' },
)
const hear = (section: ConsentSection, { name, at, ...props }: { name: string; at: number } & JsonObject): ConsentSection =>
  hearConsent(section, ours(said(name, at, props)), rules(TWO)).section

test('asked twice, the same answer: what the second gate refuses and the first did not comes of something said since, or of time', () => {
  fc.assert(
    fc.property(
      fc.array(STATEMENT, { maxLength: 12 }),
      fc.array(STATEMENT, { maxLength: 3 }),
      fc.integer({ min: 0, max: 96 }),
      (before, since, wait) => {
        const decided = T0 + 41 * 3_600_000
        const handed = decided + wait * 3_600_000
        const atDecision = lapse(before.reduce(hear, NO_CONSENT_YET), decided).section
        const atHandOver = lapse(since.reduce(hear, atDecision), handed).section
        for (const channel of ['email', 'sms'])
          for (const topic of ['', 'news', 'tips']) {
            const first = asked(atDecision, { channel, topic, topics: TWO, now: decided })
            // The state of the moment of hand-over, whether or not its timers have fired, gives one answer.
            const second = asked(atHandOver, { channel, topic, topics: TWO, now: handed })
            assert.equal(
              asked(since.reduce(hear, atDecision), { channel, topic, topics: TWO, now: handed }),
              second,
              'a timer that is late changes nothing',
            )
            if (since.length > 0 || first === second) continue
            // Nobody has said anything: only time can have closed what was open, or ended a pause.
            const due = atDecision.due ?? Number.POSITIVE_INFINITY
            assert.ok(due > decided && due <= handed, `${first} became ${second} without anything due`)
          }
      },
    ),
  )
})

test('whatever is said in whatever order: the newest withdrawal of all is never overtaken by anything older', () => {
  fc.assert(
    fc.property(fc.array(STATEMENT, { maxLength: 12 }), fc.nat(), (statements, place) => {
      const last = { name: 'Consent Withdrawn', at: T0 + 100 * 3_600_000, channel: '*', topic: '' }
      const at = place % (statements.length + 1)
      const section = [...statements.slice(0, at), last, ...statements.slice(at)].reduce(hear, NO_CONSENT_YET)
      for (const channel of ['email', 'sms'])
        for (const topic of ['', 'news', 'tips'])
          assert.equal(asked(section, { channel, topic, topics: TWO, now: last.at }), 'consent_withdrawn')
    }),
  )
})

test('one person of two profiles: the order of the merge does not matter, and no withdrawal is lost', () => {
  fc.assert(
    fc.property(fc.array(STATEMENT, { maxLength: 8 }), fc.array(STATEMENT, { maxLength: 8 }), (ours, theirs) => {
      const [a, b] = [ours.reduce(hear, NO_CONSENT_YET), theirs.reduce(hear, NO_CONSENT_YET)]
      const united = absorbConsent(a, b)
      assert.equal(united.due, absorbConsent(b, a).due)
      for (const [key, permit] of Object.entries(a.permits))
        if (permit.status === 'withdrawn') assert.equal(united.permits[key]?.status, 'withdrawn')
      for (const [key, permit] of Object.entries(absorbConsent(b, a).permits)) assert.equal(united.permits[key]?.status, permit.status)
    }),
  )
})
