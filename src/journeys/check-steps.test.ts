import assert from 'node:assert/strict'
import test from 'node:test'
import { journey } from '../../test/fixtures/journeys.ts'
import { check, type JourneyLibrary } from './check.ts'
import { Journey } from './schema.ts'

const library: JourneyLibrary = {
  ids: (kind) => ({ template: ['thanks'], sender: ['shop'], calendar: ['de'], journey: ['reminder', 'tips'] })[kind] ?? [],
} as JourneyLibrary
const mail = (id: string, more: object = {}) => ({ kind: 'email', id, template: 'thanks', otherwise: [], ...more })
/** Severity, code and place of what is found in steps. */
const found = (...steps: readonly unknown[]): string[] =>
  check(journey({ goal: { event: 'Order Completed', within: '900d', value: 'total' }, holdout: '10%', steps }), library).map(
    ({ severity, code, at }) => `${severity} ${code} ${at}`,
  )
/** Where the schema refuses a step. */
const refused = (step: unknown): string[] => {
  const read = Journey.safeParse({ kind: 'journey', id: 'j', goal: { event: 'x', within: '1d' }, entry: { event: 'y' }, steps: [step] })
  return read.success ? [] : read.error.issues.map(({ message }) => message)
}

test('what is sound passes: every kind of step in one journey', () => {
  const all = [
    { kind: 'wait', id: 'w1', for: '2 calendar days' },
    { kind: 'wait', id: 'w2', until: { date: 'profile.renewal', offset: '-14d', time: '09:00' }, otherwise: [] },
    { kind: 'wait', id: 'w3', window: { from: '22:00', to: '06:00', except: ['2026-12-25', 'de'], spread: '15m' } },
    { kind: 'call', id: 'ask', url: 'https://ml.example/', save: 'score', otherwise: [] },
    {
      kind: 'message',
      id: 'tell',
      ways: [{ email: { template: 'thanks', sender: 'shop' } }, { webhook: { url: 'https://sms.example/' } }],
      otherwise: [],
    },
    { kind: 'repeat', id: 'again', times: 3, until: 'profile.paid == true', steps: [mail('nudge'), { kind: 'wait', id: 'w4', for: '1d' }] },
    {
      kind: 'waitFor',
      id: 'reply',
      on: [
        { id: 'a', event: 'A', where: 'event.n > 1' },
        { id: 'b', event: 'message.opened', of: 'tell' },
      ],
      mode: 'ranked',
      upTo: '1d',
      otherwise: [],
    },
    { kind: 'hold', id: 'held', upTo: '1d', otherwise: [] },
    { kind: 'notify', id: 'note', text: 'Hello {{ profile.name | default: "you" }}' },
    {
      kind: 'split',
      id: 'draw',
      cohort: 'spring',
      arms: [
        { id: 'a', percent: 10, steps: [] },
        { id: 'b', percent: 90, steps: [] },
      ],
    },
    { kind: 'start', id: 'go', journey: 'tips', with: { n: '=entry.n' } },
    { kind: 'stop', id: 'halt', journey: 'tips' },
  ]
  assert.deepEqual(found(...all), [])
})

test('a window that never opens, a zone that does not exist and a calendar that is not published are errors', () => {
  assert.deepEqual(
    found({ kind: 'wait', id: 'w', window: { days: ['mon'], from: '09:00', to: '17:00', zone: 'Mars/Base', except: ['fr'] } }),
    ['error journey.zone /steps/0/window/zone', 'error journey.calendar /steps/0/window/except/0'],
  )
  const mondays = Array.from({ length: 130 }, (_, i) => Temporal.PlainDate.from('2025-12-29').add({ weeks: i }).toString())
  assert.deepEqual(found({ kind: 'wait', id: 'w', window: { days: ['mon'], from: '09:00', to: '17:00', except: mondays } }), [
    'error journey.window.never /steps/0/window',
  ])
})

test('a repeat of nothing is an error, one without a wait a warning, one that would run away an error', () => {
  const counted = { kind: 'update', id: 'u', set: { n: 1 } }
  assert.deepEqual(found({ kind: 'repeat', id: 'r', times: 3, steps: [] }), ['error journey.repeat.empty /steps/0/steps'])
  assert.deepEqual(found({ kind: 'repeat', id: 'r', times: 3, steps: [counted] }), ['warning journey.repeat.rush /steps/0'])
  const inner = { kind: 'repeat', id: 'i', times: 100, steps: [counted] }
  assert.ok(found({ kind: 'repeat', id: 'r', times: 100, steps: [inner] }).includes('error journey.repeat.rush /steps/0'))
})

test('receipts of a message with several ways and of a call can be waited for; those of a wait cannot', () => {
  const opened = (of: string) => ({ kind: 'waitFor', id: 'o', on: [{ id: 'a', event: 'message.opened', of }], upTo: '1d', otherwise: [] })
  const pause = { kind: 'wait', id: 'pause', for: '1d' }
  assert.deepEqual(found(pause, opened('pause')), ['error journey.of /steps/1/on/0/of'])
  assert.deepEqual(found(opened('later'), mail('later')), ['error journey.of /steps/0/on/0/of'])
})

test('a journey, a template or a sender that a step names must be there; a note can be filled in', () => {
  assert.deepEqual(found({ kind: 'start', id: 's', journey: 'nothing' }), ['error journey.journey /steps/0/journey'])
  assert.deepEqual(found({ kind: 'message', id: 'm', ways: [{ email: { template: 'none', sender: 'none' } }], otherwise: [] }), [
    'error journey.template /steps/0/ways/0/email/template',
    'error journey.sender /steps/0/ways/0/email/sender',
  ])
  assert.deepEqual(found({ kind: 'notify', id: 'n', subject: '{% if x %}', text: '{{ profile.name | upcase }}' }), [
    'error journey.notify.text /steps/0/text',
    'error journey.notify.text /steps/0/subject',
  ])
})

test('a journey that is started must have an entry for it', () => {
  const step = { kind: 'start', id: 's', journey: 'tips' }
  const among = (entry: object) =>
    check(journey({ goal: { event: 'x', within: '9d', worth: 1 }, holdout: '10%', steps: [step] }), {
      ...library,
      get: () => journey({ id: 'tips', entry, steps: [] }),
    }).map(({ code }) => code)
  assert.deepEqual(among({ event: 'Signed Up' }), ['journey.start.entry'])
  assert.deepEqual(among({ journey: true }), [])
})

test('the shape says what belongs together', () => {
  assert.match(refused({ kind: 'waitFor', id: 'w', upTo: '1d' })[0]!, /either “event”, or several/)
  assert.match(refused({ kind: 'waitFor', id: 'w', event: 'A', mode: 'ranked', upTo: '1d' })[0]!, /“mode” chooses among several/)
  assert.match(refused({ kind: 'waitFor', id: 'w', on: [{ id: 'a', event: 'A' }], where: 'true', upTo: '1d' })[0]!, /in each of them/)
  const arms = (a: object, b: object) => ({
    kind: 'split',
    id: 's',
    arms: [
      { id: 'a', steps: [], ...a },
      { id: 'b', steps: [], ...b },
    ],
  })
  assert.match(refused(arms({ percent: 10 }, { percent: 80 }))[0]!, /come to 100/)
  assert.match(refused(arms({ percent: 10 }, { weight: 1 }))[0]!, /every arm/)
  assert.deepEqual(refused(arms({ percent: 33.3 }, { percent: 66.7 })), [])
  assert.deepEqual(refused({ kind: 'wait', id: 'w', for: '2 calendar days' }), [])
  assert.equal(refused({ kind: 'wait', id: 'w', for: '2 days' }).length, 1)
  assert.equal(refused({ kind: 'repeat', id: 'r', times: 101, steps: [] }).length, 1)
})
