import assert from 'node:assert/strict'
import test from 'node:test'
import { type CompiledPolicy, ContactPolicy, compilePolicy } from './policy.ts'
import { quietEnd, quietness } from './quiet-hours.ts'

const at = (iso: string): number => Temporal.Instant.from(iso).epochMilliseconds
const iso = (ms: number | null): string => (ms === null ? 'never' : Temporal.Instant.fromEpochMilliseconds(ms).toString())
function policy(...quietHours: object[]): CompiledPolicy {
  const compiled = compilePolicy(ContactPolicy.parse({ kind: 'contact-policy', id: 'default', quietHours, fallbackZone: 'Europe/Berlin' }))
  assert.ok(!('refused' in compiled))
  return compiled
}
const NIGHT = { from: '21:00', to: '08:00' }
const asked = (rules: CompiledPolicy, now: string, more: object = {}) =>
  quietness(rules, { channel: 'email', zone: 'Europe/Berlin', now: at(now), unit: 'ada', ...more })

test('quiet hours over midnight belong to the day on which they begin', () => {
  const friday = [{ ...NIGHT, days: ['fri' as const] }]
  assert.equal(iso(quietEnd(friday, 'UTC', at('2026-03-06T22:00:00Z'))), '2026-03-07T08:00:00Z')
  assert.equal(iso(quietEnd(friday, 'UTC', at('2026-03-07T03:00:00Z'))), '2026-03-07T08:00:00Z')
  assert.equal(iso(quietEnd(friday, 'UTC', at('2026-03-06T03:00:00Z'))), '2026-03-06T03:00:00Z')
  assert.equal(iso(quietEnd(friday, 'UTC', at('2026-03-07T22:00:00Z'))), '2026-03-07T22:00:00Z')
})

test('they begin at their first minute and are over at their last', () => {
  const night = [NIGHT]
  assert.equal(iso(quietEnd(night, 'UTC', at('2026-03-06T20:59:59.999Z'))), '2026-03-06T20:59:59.999Z')
  assert.equal(iso(quietEnd(night, 'UTC', at('2026-03-06T21:00:00Z'))), '2026-03-07T08:00:00Z')
  assert.equal(iso(quietEnd(night, 'UTC', at('2026-03-07T08:00:00Z'))), '2026-03-07T08:00:00Z')
  assert.equal(iso(quietEnd([{ from: '12:00', to: '24:00' }], 'UTC', at('2026-03-06T23:59:00Z'))), '2026-03-07T00:00:00Z')
})

test('quiet hours that touch are one, and hours that never end are told', () => {
  const weekend = [NIGHT, { from: '00:00', to: '24:00', days: ['sat' as const, 'sun' as const] }]
  assert.equal(iso(quietEnd(weekend, 'UTC', at('2026-03-06T22:00:00Z'))), '2026-03-09T08:00:00Z')
  assert.equal(quietEnd([{ from: '00:00', to: '24:00' }], 'UTC', at('2026-03-06T22:00:00Z')), null)
})

test('who had to wait comes spread after the end, the same person always at the same minute', () => {
  const rules = policy({ ...NIGHT, spread: '1h' })
  const end = at('2026-03-07T07:00:00Z')
  const minutes = new Set<number>()
  for (let i = 0; i < 600; i++) {
    const quiet = asked(rules, '2026-03-06T22:00:00Z', { unit: `p${i}` })
    assert.ok(quiet.kind === 'quiet' && quiet.until >= end && quiet.until < end + 3_600_000)
    assert.deepEqual(asked(rules, '2026-03-07T05:00:00Z', { unit: `p${i}` }), quiet)
    minutes.add(Math.floor((quiet.until - end) / 60_000))
  }
  assert.ok(minutes.size > 50, `${minutes.size} of 60 minutes are used`)
})

test('a spread never reaches into the next quiet hours', () => {
  const rules = policy({ from: '08:30', to: '08:00', spread: '3h' })
  for (let i = 0; i < 100; i++) {
    const quiet = asked(rules, '2026-03-06T22:00:00Z', { unit: `p${i}` })
    assert.ok(quiet.kind === 'quiet')
    assert.equal(quietEnd(rules.quiet, 'Europe/Berlin', quiet.until), quiet.until)
  }
})

test('an unknown zone: channels with legal hours refuse, e-mail goes by the fallback zone; a policy may say otherwise', () => {
  const rules = policy(NIGHT)
  const night = '2026-03-06T22:00:00Z'
  for (const zone of [undefined, null, '', 'Mars/Olympus', 3, '__proto__']) {
    assert.deepEqual(asked(rules, '2026-03-06T12:00:00Z', { channel: 'sms', zone }), { kind: 'refused', reason: 'zone_unknown' })
    assert.deepEqual(asked(rules, '2026-03-06T12:00:00Z', { zone }), { kind: 'open' })
    assert.equal(asked(rules, night, { zone }).kind, 'quiet')
  }
  assert.equal(asked(policy({ ...NIGHT, onUnknownZone: 'fallback' }), night, { channel: 'sms', zone: '' }).kind, 'quiet')
  assert.deepEqual(asked(policy({ ...NIGHT, onUnknownZone: 'refuse' }), night, { zone: '' }), { kind: 'refused', reason: 'zone_unknown' })
})

test('rules of a channel are for that channel only, rules of none for all', () => {
  const rules = policy({ channel: 'sms', ...NIGHT })
  assert.equal(asked(rules, '2026-03-06T22:00:00Z').kind, 'open')
  assert.equal(asked(rules, '2026-03-06T22:00:00Z', { channel: 'sms' }).kind, 'quiet')
})

/** What clocks show, asked of the formatter, which shares no code with what is tested. */
function shows(zone: string): (ms: number) => { minutes: number; day: string } {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    weekday: 'short',
  })
  return (ms) => {
    const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]))
    return { minutes: Number(parts['hour']) * 60 + Number(parts['minute']), day: parts['weekday']!.toLowerCase() }
  }
}
const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))

test('in every zone, at every clock change from 2024 to 2030, nothing goes inside quiet hours, and nothing waits longer than it must', () => {
  const windows = [NIGHT, { from: '01:30', to: '02:30' }, { from: '02:15', to: '03:00' }, { from: '00:00', to: '02:00' }]
  let transitions = 0
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    const clock = shows(zone)
    let next = Temporal.Instant.from('2024-01-01T00:00:00Z').toZonedDateTimeISO(zone).getTimeZoneTransition('next')
    for (; next && next.epochMilliseconds < at('2031-01-01T00:00:00Z'); next = next.getTimeZoneTransition('next')) {
      transitions += 1
      for (const window of windows) {
        const [from, to] = [minutesOf(window.from), minutesOf(window.to)]
        const isQuiet = (ms: number): boolean => {
          const { minutes } = clock(ms)
          return to > from ? minutes >= from && minutes < to : minutes >= from || minutes < to
        }
        for (const offset of [-100, -61, -30, -1, 0, 1, 29, 59, 75]) {
          const asking: number = next.epochMilliseconds + offset * 60_000
          const end = quietEnd([window], zone, asking)!
          assert.ok(!isQuiet(end), `${zone} ${iso(asking)} ${window.from}–${window.to}: ${iso(end)}`)
          assert.equal(end > asking, isQuiet(asking), `${zone} ${iso(asking)}`)
          if (end > asking) assert.ok(isQuiet(end - 60_000), `${zone} ${iso(asking)} waits longer than it must, until ${iso(end)}`)
        }
      }
    }
  }
  assert.ok(transitions > 1_000, `${transitions} transitions`)
})
