import assert from 'node:assert/strict'
import test from 'node:test'
import { checkPolicy } from './check-policy.ts'
import { ContactPolicy, compilePolicy, countedAs } from './policy.ts'

const policy = (parts: object): ContactPolicy => ContactPolicy.parse({ kind: 'contact-policy', id: 'default', ...parts })
const codes = (parts: object, sendable?: Parameters<typeof checkPolicy>[1]): string[] =>
  checkPolicy(policy(parts), sendable).map(({ severity, code, at }) => `${severity} ${code} ${at}`)

test('a cap of 0 is refused: to forbid, one has to write never', () => {
  assert.deepEqual(codes({ caps: [{ id: 'none', max: 0, per: 'day' }] }), ['error policy.cap.zero /caps/0/max'])
  assert.deepEqual(codes({ caps: [{ id: 'none', channel: 'sms', max: 'never' }] }), [])
  assert.throws(() => policy({ caps: [{ id: 'x', max: 3 }] }), /say per what time/)
})

test('caps that cannot work are refused', () => {
  const twice = { id: 'a', max: 1, per: 'day' }
  assert.deepEqual(
    codes({ caps: [twice, twice] }).filter((each) => each.startsWith('error')),
    ['error policy.cap.repeated /caps/1/id'],
  )
  assert.deepEqual(codes({ caps: [{ id: 'a', max: 1, per: '0h' }] }), ['error policy.cap.per /caps/0/per'])
  assert.deepEqual(codes({ caps: [{ id: 'a', max: 1, per: '400d' }] }), ['error policy.cap.long /caps/0/per'])
  assert.deepEqual(codes({ id: 'spare' }), ['error policy.id /id'])
})

test('a cap that never stops anything is worth a look', () => {
  const caps = [
    { id: 'weekly', max: 3, per: 'week' },
    { id: 'daily', channel: 'email', max: 5, per: 'day' },
  ]
  assert.deepEqual(codes({ caps }), ['warning policy.cap.pointless /caps/1'])
  const calendar = [
    { id: 'monthly', max: 3, per: 'month' },
    { id: 'rolling', max: 5, per: '10d' },
  ]
  assert.deepEqual(codes({ caps: calendar }), [], 'three at the end of one month and three at the beginning of the next')
  const sendable = { channels: new Set(['email']), topics: new Set(['news']) }
  const strange = [
    { id: 'p', channel: 'push', max: 1, per: 'day' },
    { id: 't', topic: 'offers', max: 1, per: 'day' },
    { id: 'n', topic: 'news', max: 1, per: 'day' },
  ]
  assert.deepEqual(codes({ caps: strange }, sendable), [
    'warning policy.cap.channel /caps/0/channel',
    'warning policy.cap.topic /caps/1/topic',
  ])
  assert.deepEqual(codes({ caps: strange.slice(0, 1), counts: [{ event: 'Push Shown', channel: 'push' }] }, sendable), [])
})

test('quiet hours that never end are refused, and a zone that is none', () => {
  const halves = [
    { from: '08:00', to: '20:00' },
    { from: '20:00', to: '08:00' },
  ]
  assert.deepEqual(codes({ quietHours: halves }), ['error policy.quiet.always /quietHours/0'])
  assert.deepEqual(codes({ fallbackZone: 'Mars' }), ['error policy.zone /fallbackZone'])
})

test('conditions of counted events are read before publishing, and our own receipts cannot be counted twice', () => {
  assert.deepEqual(codes({ counts: [{ event: 'message.sent', channel: 'email' }] }), ['error policy.counts.own /counts/0/event'])
  const wrong = { counts: [{ event: 'Call Made', channel: 'call', where: 'event.seconds >' }] }
  assert.match(codes(wrong)[0]!, /^error policy\..+ \/counts\/0\/where$/)
  assert.ok('refused' in compilePolicy(policy(wrong)))
})

test('an event that no policy names counts for nothing, at the price of one look-up', () => {
  const compiled = compilePolicy(policy({ counts: [{ event: 'Call Made', channel: 'call' }] }))
  assert.ok(!('refused' in compiled))
  const event = (name: string) =>
    ({ kind: 'event', ws: 'w', key: 'a', id: 'e', type: 'track', name, at: 0, received: 0, props: {}, ids: [] }) as const
  const never = (): never => assert.fail('the condition was asked')
  assert.equal(countedAs(compiled, event('Page Viewed'), never), null)
  assert.equal(countedAs(compiled, event('Call Made'), never)?.channel, 'call')
})
