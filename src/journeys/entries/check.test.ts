import assert from 'node:assert/strict'
import test from 'node:test'
import { invalid } from '#lib/invalid.ts'
import { check } from '../check.ts'
import { Journey } from '../schema.ts'

const library = { ids: (kind: string) => (kind === 'segment' ? ['vip'] : []) }

/** `place: title` of what is wrong with a journey that begins so. */
function faults(entry: unknown): string[] {
  const steps = [{ kind: 'wait', id: 'w', for: '1h' }]
  const parsed = Journey.safeParse({ kind: 'journey', id: 'a', goal: { event: 'Order', within: '3d', worth: 5 }, entry, steps })
  const found = parsed.success ? check(parsed.data as Journey, library) : (invalid(parsed.error).problems ?? [])
  return found.map(({ at, title }) => `${at}: ${title}`)
}

test('what is wrong with a way in is told at its place, in words', () => {
  const daily = { every: 'day', time: '09:00', zone: 'UTC' }
  assert.deepEqual(faults({ segment: 'vip', on: 'entered' }), [
    '/entry/existing: say what becomes of those who are in the segment already: existing: skip, or existing: enter',
  ])
  assert.deepEqual(faults({ segment: 'vpi', on: 'left', existing: 'enter' }), [
    '/entry/existing: Nobody can be taken in at publish for having left',
    '/entry/segment: There is no segment “vpi”',
  ])
  assert.deepEqual(faults([{ event: 'A' }, { schedule: { ...daily, zone: 'Mars' }, audience: 'event.x == 1' }]), [
    '/entry/1/schedule/zone: “Mars” is no time zone',
    '/entry/1/audience: event cannot be asked here.',
  ])
  assert.deepEqual(faults({ schedule: { every: 'week', time: '09:00', zone: 'UTC' }, audience: { segment: 'vip' } }), [
    '/entry/schedule: It does not say on which days of the week',
  ])
  assert.deepEqual(
    faults({ schedule: { at: '2026-03-01T09:00' }, audience: 'true' }).map((each) => each.split(':')[0]),
    ['/entry/schedule/zone'],
  )
  assert.deepEqual(faults({ schedule: { at: '2026-02-30T09:00', zone: 'UTC' }, audience: 'true' }), [
    '/entry/schedule/at: there is no such day',
  ])
  assert.deepEqual(faults({ event: 'A', settle: '1h' }), ['/entry/settle: There is no condition that could come true late'])
  assert.deepEqual(faults({ event: 'A', where: 'profile.x exists', settle: '4d' }), [
    '/entry/settle: The settle window is longer than events may be old (72h)',
  ])
  assert.deepEqual(faults({ date: 'profile.born', zone: 'profile', yearly: true, reentry: 'never' }), [
    '/entry/reentry: It comes again, but lets each person in only once',
  ])
  assert.deepEqual(faults({ event: 'A', limit: { times: 2, within: '0d' } }), [
    '/entry/limit/within: A limit within no time at all limits nothing',
  ])
})

test('what is sound is left alone', () => {
  for (const entry of [
    { event: 'A' },
    { segment: 'vip', on: 'entered', existing: 'enter' },
    { schedule: { rule: 'FREQ=MONTHLY;BYDAY=1MO', time: '09:00', zone: 'profile' }, audience: 'segment("vip")' },
    { date: 'profile.renewal_date', offset: '-14d', time: '09:00', zone: 'profile' },
    [{ api: true, key: 'properties.order' }, { journey: true }],
  ])
    assert.deepEqual(faults(entry), [])
})
