import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Json } from '#lib/json.ts'
import { FIT, HALF_LIFE, pressureInForce } from '../../../test/fixtures/pressure.ts'
import { listenedTo } from '../listen.ts'
import { type ModelInForce, type Models, modelsOf, type Snapshot } from '../snapshot.ts'
import { type Paced, type PaceQuestion, pace, recompute } from './pace.ts'
import { hearPressure, mergePressure, QUARTER, storedPressure, wantedBefore, wantedOnce } from './state.ts'
import { whyPace, whyThisLot } from './words.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = 230 * QUARTER + 30 * DAY
const models = (parts: Record<string, unknown> = {}): Models => modelsOf([pressureInForce(NOW - DAY, parts)])
const question = (parts: Partial<PaceQuestion> = {}): PaceQuestion => ({
  id: 'run:mail:cap',
  key: 'ada',
  now: NOW,
  kept: undefined,
  onItsWay: 0,
  price: 0,
  used: 0,
  freeAt: (cap) => (cap > 0 ? NOW + DAY : null),
  ...parts,
})
const asked = (all: Models, parts: Partial<PaceQuestion> = {}): Paced => pace(all, question(parts))!
/** So many messages that were just handed over. */
const pressing = (times: number, at = NOW): Json => ({ v: 1, of: { [String(HALF_LIFE)]: { value: times, at } } })

test('without a model of pressure there is nothing to ask', () => {
  assert.equal(pace(modelsOf([]), question()), null)
})

test('the lot gives each person one cap for a quarter, with the chances that are on record', () => {
  const all = models({ explore: '30%', control: '20%' })
  const counts = new Map<string, number>()
  const people = 6_000
  for (let i = 0; i < people; i++) {
    const { record } = asked(all, { key: `p${i}` })
    assert.ok(Math.abs(record.candidates.reduce((sum, { propensity }) => sum + propensity, 0) - 1) < 1e-12)
    assert.equal(asked(all, { key: `p${i}`, id: 'other:mail:cap', now: NOW + 30 * DAY }).record.chosen, record.chosen)
    counts.set(record.chosen, (counts.get(record.chosen) ?? 0) + 1)
  }
  const chi = asked(all).record.candidates.reduce((sum, { arm, propensity }) => {
    const expected = propensity * people
    return sum + ((counts.get(arm) ?? 0) - expected) ** 2 / expected
  }, 0)
  assert.ok(chi < 18.5, `χ² of 4 degrees: ${chi}`)
  const moved = Array.from({ length: 300 }, (_, i) => `p${i}`).filter(
    (key) => asked(all, { key }).record.chosen !== asked(all, { key, now: NOW + QUARTER }).record.chosen,
  )
  assert.ok(moved.length > 100, 'another quarter draws anew')
})

test('who has drawn a cap gets so many a week and no more', () => {
  const all = models({ explore: '100%', control: '0%', caps: [2, 4] })
  for (let i = 0; i < 40; i++) {
    const key = `p${i}`
    const cap = Number(asked(all, { key }).record.chosen.slice(4))
    const under = asked(all, { key, used: cap - 1, kept: pressing(50) })
    const over = asked(all, { key, used: cap })
    assert.deepEqual([under.reason, under.record.by, under.record.features['goes']], ['', 'model', 1])
    assert.deepEqual([over.reason, over.freeAt, over.record.features['goes']], ['capped:model', NOW + DAY, 0])
  }
})

test('weighed messages go as long as they bring more than the people cost who leave, and again when pressure has sunk', () => {
  const all = models({ explore: '0%', control: '0%', margin: 1, lifetimeValue: 100 })
  const calm = asked(all)
  assert.equal(calm.reason, '')
  assert.ok(Math.abs(calm.record.features['gain']! - 0.1) < 1e-9)
  assert.ok(Math.abs(calm.record.features['cost']! - 0.1 * Math.expm1(0.5)) < 1e-9)
  const full = asked(all, { kept: pressing(5) })
  assert.equal(full.reason, 'too_much_pressure')
  assert.ok(full.freeAt! > NOW && full.freeAt! < NOW + 30 * DAY)
  assert.equal(asked(all, { kept: pressing(5), now: full.freeAt! + 1_000 }).reason, '')
  assert.equal(asked(all, { kept: pressing(5), now: full.freeAt! - HOUR }).reason, 'too_much_pressure')
  assert.equal(asked(all, { price: 0.05 }).reason, 'too_much_pressure', 'what it takes of budgets counts as well')
  assert.equal(asked(all, { onItsWay: 5 }).reason, 'too_much_pressure', 'what is on its way presses as well')
  const never = models({ explore: '0%', control: '0%', margin: 0.001, lifetimeValue: 100 })
  assert.deepEqual([asked(never, { kept: pressing(2) }).reason, asked(never, { kept: pressing(2) }).freeAt], ['too_much_pressure', null])
})

test('what is not known holds nothing back: no snapshot, none identified, too old, only watching, the comparison group', () => {
  const weighedOnly = { explore: '0%', control: '0%', margin: 0.001, lifetimeValue: 100 }
  const silenceOf = (inForce: ModelInForce): unknown[] => {
    const { reason, record } = asked(modelsOf([inForce]), { kept: pressing(50) })
    return [reason, record.by, record.silence]
  }
  const learned = pressureInForce(NOW - DAY, weighedOnly)
  assert.deepEqual(silenceOf({ ...learned, snapshot: null }), ['', 'fallback', 'model_cold'])
  assert.deepEqual(silenceOf(pressureInForce(NOW - DAY, { ...weighedOnly, fit: null })), ['', 'fallback', 'model_cold'])
  assert.deepEqual(silenceOf(pressureInForce(NOW - 40 * DAY, { ...weighedOnly, freshFor: '30d' })), ['', 'fallback', 'model_stale'])
  assert.deepEqual(silenceOf(pressureInForce(NOW - DAY, { ...weighedOnly, halfLife: '24h' })), ['', 'fallback', 'model_cold'])
  assert.deepEqual(silenceOf({ ...learned, inShadow: true, candidate: learned }), ['', 'fallback', 'model_in_shadow'])
  assert.deepEqual(silenceOf({ ...learned, broken: 'bytes' }), ['', 'fallback', 'model_broken'])
  const infinite = { ...FIT, logHazard: 1e6 }
  assert.deepEqual(silenceOf(pressureInForce(NOW - DAY, { ...weighedOnly, fit: infinite })), ['', 'fallback', 'model_not_finite'])
  assert.deepEqual(silenceOf(pressureInForce(NOW - DAY, { ...weighedOnly, control: '100%' })), ['', 'control', undefined])
})

test('every decision can be reckoned again from its record and its snapshot, bit for bit', () => {
  const inForce = pressureInForce(NOW - DAY, { explore: '40%', control: '20%', margin: 1, lifetimeValue: 100 })
  fc.assert(
    fc.property(
      fc.string(),
      fc.record({ used: fc.nat(20), value: fc.double({ min: 0, max: 30, noNaN: true }), cold: fc.boolean() }),
      (key, { used, value, cold }) => {
        const from = { ...inForce, snapshot: cold ? null : inForce.snapshot }
        const { record } = asked(modelsOf([from]), { key, used, kept: pressing(value) })
        const read = JSON.parse(JSON.stringify(record)) as typeof record
        assert.deepEqual(recompute(read, from.snapshot as Snapshot | null), record)
      },
    ),
  )
})

const sent = (at: number, parts: Record<string, unknown> = {}) =>
  ({
    kind: 'event',
    ws: 'w',
    key: 'ada',
    id: `${at}`,
    type: 'system',
    name: 'message.sent',
    at,
    received: at,
    props: { channel: 'email', contact: { channel: 'email', topic: '', lane: 'marketing' }, ...parts },
    ids: [],
  }) as never

test('only marketing that reached a person presses', () => {
  const all = models()
  const once = hearPressure(undefined, sent(NOW), all)
  assert.deepEqual(storedPressure(once).of, { [String(HALF_LIFE)]: { value: 1, at: NOW } })
  assert.equal(hearPressure(once, sent(NOW, { contact: { channel: 'email', topic: '', lane: 'transactional' } }), all), once)
  assert.equal(hearPressure(once, sent(NOW, { channel: 'webhook', contact: undefined }), all), once)
  assert.equal(hearPressure(once, sent(NOW), modelsOf([])), once)
})

test('what was wanted before the quarter is what its lot has not touched', () => {
  const start = 230 * QUARTER
  let kept: Json | undefined
  for (let week = 1; week <= 16; week++) for (const day of [0, 3]) kept = wantedOnce(kept, start - week * 7 * DAY + day * DAY)
  const before = wantedBefore(storedPressure(kept), NOW)
  assert.ok(before > 1.6 && before < 2.4, `${before} instead of about 2 a week`)
  for (let i = 0; i < 30; i++) kept = wantedOnce(kept, start + i * DAY)
  assert.equal(wantedBefore(storedPressure(kept), NOW), before)
  assert.ok(wantedBefore(storedPressure(kept), NOW + QUARTER) > 0)
})

test('two profiles that are one person press together, in whichever order', () => {
  const all = models()
  const [a, b] = [hearPressure(undefined, sent(NOW - DAY), all), wantedOnce(hearPressure(undefined, sent(NOW), all), NOW)]
  assert.deepEqual(mergePressure(a, b), mergePressure(b, a))
  const { value } = storedPressure(mergePressure(a, b)).of[String(HALF_LIFE)]!
  assert.ok(Math.abs(value - 1 - 2 ** (-1 / 3)) < 1e-12)
  assert.equal(mergePressure(undefined, a), a)
})

test('people read why a message went or was kept back', () => {
  const explain = (code: string): string => `(${code})`
  const weighed = asked(models({ explore: '0%', control: '0%', margin: 1, lifetimeValue: 100 }), { kept: pressing(5) }).record
  assert.match(whyPace(weighed, explain), /^It was kept back: it would bring about 0\.037 and cost about 0\.79 .* Pressure was 5\.$/)
  const capped = asked(models({ explore: '100%', control: '0%', caps: [2, 3] }), { used: 3 }).record
  assert.match(whyPace(capped, explain), /^It was kept back: they had had 3 marketing messages .* at most [23] a week/)
  assert.match(whyThisLot(capped.candidates[0]!, capped), /^At most 2 a week: the lot of 50 % of people\./)
  const cold = asked(models({ explore: '0%', control: '0%', fit: null })).record
  assert.equal(whyPace(cold, explain), 'It could go. (model_cold) Only the contact policy limits messages.')
})

test('what went before there were models counts as wanted then', () => {
  const all = models()
  const history = Array.from({ length: 20 }, (_, i) => sent(NOW - (90 - 3 * i) * DAY))
  const section = listenedTo(history, { models: all, since: 1, zone: 'UTC' })
  const perWeek = wantedBefore(storedPressure(section.pressure), NOW)
  assert.ok(perWeek > 1.8 && perWeek < 2.8, `${perWeek} instead of about 2.3 a week`)
})
