import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { isRefusal } from '#lib/problem.ts'
import { exampleWeek, QUIET, type WeekFate, type WeekSend } from './example-week.ts'
import { ContactPolicy } from './policy.ts'
import { quietEnd } from './quiet-hours.ts'
import { quietSpans } from './quiet-strip.ts'

const policy = (body: object): ContactPolicy => ContactPolicy.parse({ kind: 'contact-policy', id: 'default', ...body })
const monday = Temporal.PlainDate.from('2026-01-05')
const week = { zone: 'UTC', monday }
const send = (id: string, [day, time]: readonly [day: number, time: string], more: Partial<WeekSend> = {}): WeekSend => ({
  id,
  day,
  time,
  channel: 'email',
  topic: '',
  lane: 'marketing',
  ...more,
})
function fatesOf(body: object, sends: readonly WeekSend[]): ReadonlyMap<string, WeekFate> {
  const fates = exampleWeek(policy(body), sends, week)
  if (isRefusal(fates)) throw new Error(fates.refused.title)
  return fates
}

suite('a week with a policy', () => {
  test('of three messages on a day with a cap of two the third goes on the next day', () => {
    const fates = fatesOf({ caps: [{ id: 'daily', max: 2, per: 'day' }] }, [
      send('a', [0, '09:00']),
      send('b', [0, '10:00']),
      send('c', [0, '11:00']),
    ])
    assert.equal(fates.get('b')?.kind, 'sent')
    const third = fates.get('c')
    assert.deepEqual(third?.kind === 'moved' && [third.by, new Date(third.at).toISOString()], ['daily', '2026-01-06T00:00:00.000Z'])
  })

  test('quiet hours move marketing to the morning and leave receipts alone; what has no room this week is held', () => {
    const fates = fatesOf(
      { quietHours: [{ from: '21:00', to: '08:00', spread: '0s' }], caps: [{ id: 'none', channel: 'sms', max: 'never' }] },
      [
        send('night', [0, '23:00']),
        send('receipt', [0, '23:00'], { lane: 'transactional' }),
        send('text', [1, '12:00'], { channel: 'sms' }),
      ],
    )
    const night = fates.get('night')
    assert.deepEqual(night?.kind === 'moved' && [night.by, new Date(night.at).toISOString()], [QUIET, '2026-01-06T08:00:00.000Z'])
    assert.equal(fates.get('receipt')?.kind, 'sent')
    const text = fates.get('text')
    assert.deepEqual(text?.kind === 'held' && [text.by, text.until], ['none', null])
  })

  test('every message has one fate, none goes before it was asked for, and no window holds more than its cap', () => {
    const sends = fc.uniqueArray(
      fc.record({
        id: fc.integer({ min: 0, max: 30 }).map(String),
        day: fc.nat(6),
        time: fc.tuple(fc.nat(23), fc.nat(59)).map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`),
        channel: fc.constantFrom('email', 'sms'),
        topic: fc.constant(''),
        lane: fc.constantFrom('marketing' as const, 'transactional' as const),
      }),
      { selector: ({ id }) => id, maxLength: 14 },
    )
    fc.assert(
      fc.property(sends, fc.integer({ min: 1, max: 3 }), fc.boolean(), (list, max, quiet) => {
        const body = { caps: [{ id: 'day', max, per: '24h' }], quietHours: quiet ? [{ from: '22:00', to: '07:00' }] : [] }
        const fates = fatesOf(body, list)
        assert.equal(fates.size, list.length)
        const times = list.flatMap(({ id, lane }) => {
          const fate = fates.get(id)!
          if (fate.kind !== 'held') assert.ok(fate.at >= fate.asked)
          return fate.kind === 'held' || lane === 'transactional' ? [] : [fate.at]
        })
        for (const at of times) assert.ok(times.filter((each) => each > at - 86_400_000 && each <= at).length <= max)
      }),
      { numRuns: 60 },
    )
  })
})

test('the strip is quiet in exactly the minutes in which messages wait', () => {
  const clock = fc.tuple(fc.nat(23), fc.nat(59)).map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`)
  const days = fc.option(fc.uniqueArray(fc.constantFrom('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'), { minLength: 1 }), {
    nil: undefined,
  })
  const rule = fc
    .record({ from: clock, to: fc.oneof(clock, fc.constant('24:00')), days })
    .map(({ days: on, ...rest }) => (on ? { ...rest, days: on } : rest))
  fc.assert(
    fc.property(fc.array(rule, { minLength: 1, maxLength: 3 }), fc.nat(6), fc.nat(1439), (rules, day, minute) => {
      const at = Date.UTC(2026, 0, 5 + day, 0, minute)
      const quiet = quietEnd(rules as never, 'UTC', at) !== at
      assert.equal(
        quietSpans(rules as never, day).some(([from, to]) => minute >= from && minute < to),
        quiet,
      )
    }),
  )
})
