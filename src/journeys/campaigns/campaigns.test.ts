import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Journey } from '../schema.ts'
import { aheadOf, routeOf } from './ahead.ts'
import { type Campaign, campaignOf, idFor, journeyOf, nextMinute, WEEKDAYS, type When } from './form.ts'
import { icsOf } from './ics.ts'
import { closePairs, daysShown, loads, occurrencesIn, onDay, periodOf, rangeOf, type Sending, stepped } from './plan.ts'

const ZONES = ['UTC', 'Europe/Oslo', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/St_Johns'] as const
const zone = fc.constantFrom(...ZONES)
const slug = fc.constantFrom('vip', 'news', 'asleep', 'staff')
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((n) => String(n).padStart(2, '0')).join(':'))
const day = fc.integer({ min: 0, max: 3_000 }).map((n) => Temporal.PlainDate.from('2024-01-01').add({ days: n }).toString())
const when: fc.Arbitrary<When> = fc.oneof(
  fc.tuple(day, time).map(([date, clock]): When => ({ kind: 'once', at: `${date}T${clock}` })),
  time.map((clock): When => ({ kind: 'day', time: clock })),
  fc.tuple(fc.subarray([...WEEKDAYS], { minLength: 1 }), time).map(([on, clock]): When => ({ kind: 'week', on, time: clock })),
  fc.tuple(fc.constantFrom(-1, 1, 15, 31), time).map(([date, clock]): When => ({ kind: 'month', day: date, time: clock })),
  fc.tuple(day, time).map(([from, clock]): When => ({ kind: 'rule', rule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU', time: clock, from })),
)
const campaign: fc.Arbitrary<Campaign> = fc.record({
  name: fc.string({ minLength: 1, maxLength: 40 }),
  audience: fc.oneof(
    slug.map((id) => ({ kind: 'segment' as const, id })),
    fc.constant({ kind: 'condition' as const, when: 'profile.plan == "gold"' }),
  ),
  without: fc.uniqueArray(slug, { maxLength: 3 }),
  channel: fc.constantFrom('email', 'sms', 'push', 'inapp', 'whatsapp', 'slack'),
  messages: fc.uniqueArray(fc.constantFrom('spring', 'spring-b', 'late', 'short'), { minLength: 1, maxLength: 4 }),
  when,
  zone: fc.oneof(zone, fc.constant('profile')),
  fallbackZone: zone,
  best: fc.boolean(),
  goal: fc.record({ event: fc.constant('Order Completed'), within: fc.constantFrom('1d', '7d'), value: fc.constantFrom('', 'total') }),
  holdout: fc.integer({ min: 0, max: 90 }),
})

test('a campaign is written as a journey, and read from it again as it was', () => {
  fc.assert(
    fc.property(campaign, (given) => {
      // Without the prototypes that the generator leaves out.
      const written = structuredClone(given)
      const body = journeyOf(written, 'one')
      assert.equal(Journey.safeParse(body).success, true)
      assert.deepEqual(campaignOf(body), written)
    }),
  )
})

test('a journey that says more than a campaign can is none', () => {
  fc.assert(
    fc.property(campaign, (written) => {
      const body = journeyOf(written, 'one')
      assert.equal(campaignOf({ ...body, priority: 90 }), undefined)
      assert.equal(campaignOf({ ...body, steps: [...(body['steps'] as unknown[]), { kind: 'wait', id: 'later', for: '1d' }] }), undefined)
      assert.equal(campaignOf({ ...body, entry: { event: 'Order Completed' } }), undefined)
    }),
    { numRuns: 30 },
  )
  assert.equal(campaignOf('nonsense'), undefined)
})

test('an id is made of the name, and no other campaign has it', () => {
  assert.equal(idFor('Spring sale, 50 % off!', new Set()), 'spring-sale-50-off')
  assert.equal(idFor('Frühling', new Set(['fruhling'])), 'fruhling-2')
  assert.equal(idFor('春', new Set()), 'campaign')
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), (name, others) => {
      const taken = new Set(others)
      const id = idFor(name, taken)
      assert.match(id, /^[a-z0-9][a-z0-9-]*$/)
      assert.ok(!taken.has(id) && id.length <= 64)
    }),
  )
})

test('now is a minute that is still to come, in every zone and through every change of clocks', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }), zone, (now, where) => {
      const at = Temporal.PlainDateTime.from(nextMinute(now, where)).toZonedDateTime(where, { disambiguation: 'later' }).epochMilliseconds
      assert.ok(at > now)
      const soonest = Temporal.PlainDateTime.from(nextMinute(now, where)).toZonedDateTime(where).epochMilliseconds
      assert.ok(soonest - now <= 3_600_000 + 120_000)
    }),
  )
})

const OPEN = { last: '', since: 0 }

test('a daily campaign stands once on each day of the calendar, through every change of clocks', () => {
  fc.assert(
    fc.property(fc.tuple(day, zone, time, fc.constantFrom('week' as const, 'month' as const)), ([on, where, clock, view]) => {
      const days = daysShown(view, on)
      const found = occurrencesIn({ every: 'day', time: clock, zone: where, fallbackZone: 'UTC' }, rangeOf(days, where), OPEN)
      assert.deepEqual(
        found.map(({ begins }) => periodOf(begins, 'day', where)),
        days,
      )
    }),
  )
})

test('a stretch of time may be cut anywhere: what is planned in both parts is what is planned in all of it', () => {
  fc.assert(
    fc.property(
      fc.tuple(when, zone, day, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 })),
      ([rhythm, where, on, first, second]) => {
        const { entry } = journeyOf({ ...WHOLE, when: rhythm, zone: where }, 'one') as { entry: { schedule: never } }
        const at = (days: number): number => Temporal.PlainDate.from(on).add({ days }).toZonedDateTime('UTC').epochMilliseconds
        const [from, middle, to] = [at(0), at(first), at(first + second)]
        const parts = [
          { from, to: middle },
          { from: middle, to },
        ].flatMap((range) => occurrencesIn(entry.schedule, range, OPEN))
        assert.deepEqual(parts, occurrencesIn(entry.schedule, { from, to }, OPEN))
      },
    ),
  )
})

const WHOLE: Campaign = {
  name: 'One',
  audience: { kind: 'segment', id: 'vip' },
  without: [],
  channel: 'email',
  messages: ['spring'],
  when: { kind: 'once', at: '2026-03-07T14:00' },
  zone: 'UTC',
  fallbackZone: 'UTC',
  best: false,
  goal: { event: 'Order Completed', within: '7d', value: '' },
  holdout: 10,
}

test('a calendar shows whole weeks from Monday, and its arrows come back to where they began', () => {
  fc.assert(
    fc.property(day, fc.constantFrom('week' as const, 'month' as const), (on, view) => {
      const days = daysShown(view, on)
      assert.ok(days.includes(on) && days.length % 7 === 0)
      assert.equal(Temporal.PlainDate.from(days[0]!).dayOfWeek, 1)
      assert.equal(stepped('week', stepped('week', on, 1), -1), on)
      assert.ok(stepped(view, on, 1) > on && stepped(view, on, -1) < on)
    }),
  )
  assert.equal(onDay('2026-03-07T14:00', '2026-03-29'), '2026-03-29T14:00')
})

const sending = fc.record({
  audience: fc.constantFrom('all', 'vip'),
  channels: fc.constantFrom(['email'], ['sms'], ['email', 'push']),
  begins: fc.integer({ min: 0, max: 40 }),
})
const sendings = fc
  .array(sending, { maxLength: 25 })
  .map((all) => all.map((each, i): Sending => ({ ...each, key: `s${i}`, begins: 1_790_000_000_000 + each.begins * 6 * 3_600_000 })))

test('every two sendings less than a day apart are told once, and no others', () => {
  fc.assert(
    fc.property(sendings, (all) => {
      const told = new Set(closePairs(all).map(({ first, second }) => [first.key, second.key].sort().join(' ')))
      const close = all.flatMap((a, i) =>
        all.slice(i + 1).flatMap((b) => (Math.abs(a.begins - b.begins) < 86_400_000 ? [[a.key, b.key].sort().join(' ')] : [])),
      )
      assert.deepEqual([...told].sort(), close.sort())
      assert.equal(closePairs(all).length, close.length)
    }),
  )
})

test('against a cap stands the fullest of its times, by audience and channel', () => {
  const cap = (id: string, per: 'day' | 'week' | number, channel?: string) => ({
    id,
    channel,
    topic: undefined,
    lane: 'marketing' as const,
    max: 2,
    per,
  })
  fc.assert(
    fc.property(sendings, zone, (all, where) => {
      for (const { cap: id, audience, planned, keys } of loads(
        all,
        [cap('d', 'day'), cap('w', 'week', 'email'), cap('h', 36 * 3_600_000)],
        where,
      )) {
        const counted = all.filter((each) => each.audience === audience && (id !== 'w' || each.channels.includes('email')))
        const times = counted.map(({ begins }) =>
          id === 'h'
            ? counted.filter((each) => each.begins >= begins && each.begins < begins + 36 * 3_600_000).length
            : counted.filter(
                (each) =>
                  periodOf(each.begins, id === 'd' ? 'day' : 'week', where) === periodOf(begins, id === 'd' ? 'day' : 'week', where),
              ).length,
        )
        assert.equal(planned, Math.max(...times))
        assert.equal(new Set(keys).size, planned)
      }
    }),
  )
})

test('what waits and what has a date is foreseen by the message that comes next', () => {
  const { steps } = Journey.parse({
    ...journeyOf(WHOLE, 'one'),
    steps: [
      { kind: 'wait', id: 'first', for: '1d' },
      { kind: 'email', id: 'hello', template: 'spring' },
      { kind: 'wait', id: 'second', for: '2d' },
      {
        kind: 'branch',
        id: 'which',
        branches: [{ id: 'vip', when: 'profile.vip', steps: [{ kind: 'sms', id: 'text', template: 'late' }] }],
        otherwise: [],
      },
      { kind: 'wait', id: 'third', for: '2d' },
      { kind: 'exit', id: 'end' },
    ],
  }) as Journey
  const route = routeOf(steps)
  assert.deepEqual([route.first, route.after('first'), route.after('second'), route.after('third')], [[], ['email'], ['sms'], []])
  const run = (step: string, due: number) => ({ journey: 'one', step, due })
  const journeys = {
    enrollments: [run('first', 5), run('second', 50), run('third', 6)],
    appointments: { two: { waiting: [{ occurrence: 'x', due: 7 }], done: [] } },
  }
  const routes = new Map([
    ['one', route],
    ['two', { first: ['push'], after: () => [] }],
  ])
  assert.deepEqual(aheadOf({ journeys } as never, routes, { from: 0, to: 10 }), [
    { journey: 'two', kind: 'date', at: 7, channels: ['push'] },
    { journey: 'one', kind: 'wait', at: 5, channels: ['email'] },
  ])
})

test('the calendar for other programs folds long lines, and no text breaks out of its line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.string({ maxLength: 200 }), (title, text) => {
      const ics = icsOf([{ uid: 'a@cadenza', begins: 1_790_000_000_000, ends: 0, title, text, url: 'https://shop.example/journeys/a' }], {
        name: 'Calendar',
        now: 1_790_000_000_000,
      })
      const lines = ics.split('\r\n')
      assert.ok(lines.every((line) => new TextEncoder().encode(line).length <= 75))
      const unfolded = ics.replaceAll('\r\n ', '').split('\r\n')
      assert.equal(unfolded.length, 17, 'one line for each property')
      const said = unfolded.find((line) => line.startsWith('SUMMARY:'))!.slice('SUMMARY:'.length)
      assert.equal(
        said.replace(/\\([\\;,n])/g, (_all, char: string) => (char === 'n' ? '\n' : char)),
        title.replace(/\r\n|\r/g, '\n'),
      )
    }),
  )
})
