import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hoursInForce, hoursModel, learnedBody, readsAt } from '../../../test/fixtures/send-time.ts'
import { type ModelInForce, modelsOf } from '../snapshot.ts'
import { chooseHour, type HourQuestion, NOW } from './choose-hour.ts'
import { DELAYS, decodeLearned } from './learned.ts'
import { BINS, binAt, HOUR, partOf } from './week.ts'
import { afterwards, worthOf } from './worth.ts'

/** A Monday, 10:30 UTC. */
const NOON = Date.UTC(2026, 2, 2, 10, 30)
const question = (parts: Partial<HourQuestion> = {}): HourQuestion => ({
  id: 'run:mail',
  unit: 'ada',
  waits: 'message',
  now: NOON,
  within: 24 * HOUR,
  zone: 'UTC',
  country: '',
  hours: undefined,
  opening: (from) => from,
  ...parts,
})
const NO_CHANCE = { control: '0%', explore: '0%' }
const certain = (parts: Parameters<typeof hoursInForce>[1] = {}) =>
  modelsOf([hoursInForce(NOON, { model: hoursModel(NO_CHANCE), ...parts })])

test('an evening reader gets it in the evening, a morning reader the next morning', () => {
  const evening = chooseHour(certain(), question({ hours: readsAt(20, { now: NOON }) }))
  assert.equal(evening.record.chosen, '2026-03-02T20:00+00:00')
  assert.ok(evening.at >= Date.UTC(2026, 2, 2, 20) && evening.at < Date.UTC(2026, 2, 2, 21))
  const morning = chooseHour(certain(), question({ hours: readsAt(7, { now: NOON }) }))
  assert.equal(morning.record.chosen, '2026-03-03T07:00+00:00')
})

test('people of one hour are spread over it', () => {
  const hours = readsAt(20, { now: NOON })
  const minutes = Array.from({ length: 600 }, (_, i) =>
    new Date(chooseHour(certain(), question({ hours, id: `run-${i}:mail` })).at).getUTCMinutes(),
  )
  const quarters = [0, 15, 30, 45].map((from) => minutes.filter((minute) => minute >= from && minute < from + 15).length)
  assert.ok(
    quarters.every((count) => count > 100 && count < 200),
    quarters.join(' '),
  )
})

test('of somebody without a history the population decides, exactly', () => {
  const everybody = Array.from({ length: BINS }, (_, bin) => (bin % 24 === 18 ? 2 : 1))
  const sum = everybody.reduce((a, b) => a + b, 0)
  const body = learnedBody({ everybody: everybody.map((each) => each / sum) })
  const learned = decodeLearned(JSON.stringify(body))
  assert.deepEqual(
    worthOf(learned, { readings: new Float64Array(BINS), country: 'NO' }).relative(42),
    BINS * afterwards(learned.everybody, learned.delay, 42),
  )
  assert.equal(chooseHour(certain({ body }), question()).record.chosen, '2026-03-02T18:00+00:00')
})

test('a country with a week of its own is read by that', () => {
  const late = Array.from({ length: BINS }, (_, bin) => (bin % 24 === 22 ? 1 / 7 : 0))
  const models = certain({ body: learnedBody({ countries: { ES: late } }) })
  assert.equal(chooseHour(models, question({ country: 'ES' })).record.chosen, '2026-03-02T22:00+00:00')
  assert.equal(chooseHour(models, question({ country: 'NO' })).record.chosen, NOW)
})

test('mail that is read long after it was sent leaves before the hour of reading', () => {
  const delay = Array.from({ length: DELAYS }, (_, hour) => (hour === 3 ? 1 : 0))
  const found = chooseHour(certain({ body: learnedBody({ delay }) }), question({ hours: readsAt(20, { now: NOON }) }))
  assert.equal(found.record.chosen, '2026-03-02T17:00+00:00')
})

/** A sixth of messages is read in a middling hour, and behaviour tells a little. */
const RESPONSE = { intercept: -1.6, slope: 0.3 }

test('what came of messages at an hour by chance corrects what behaviour says', () => {
  const hours = readsAt(20, { now: NOON })
  const sends = new Array<number>(48).fill(0)
  const reads = new Array<number>(48).fill(0)
  // Evening people click in the evening, and read mail at noon.
  sends[20] = 400
  reads[20] = 20
  sends[12] = 400
  reads[12] = 120
  const models = certain({ body: learnedBody({ response: RESPONSE, tried: { evening: { sends, reads } } }) })
  const { record } = chooseHour(models, question({ hours }))
  assert.equal(record.chosen, '2026-03-02T12:00+00:00')
  assert.equal(record.unit, 'reads')
  assert.equal(partOf(20), 'evening')
  const few = certain({
    body: learnedBody({ response: RESPONSE, tried: { evening: { sends: sends.map((n) => n / 100), reads: reads.map((n) => n / 100) } } }),
  })
  assert.equal(chooseHour(few, question({ hours })).record.chosen, '2026-03-02T20:00+00:00')
})

test('propensities sum to 1, and are how often each hour is chosen', () => {
  const models = modelsOf([hoursInForce(NOON)])
  const hours = readsAt(20, { now: NOON })
  const counts = new Map<string, number>()
  const N = 20_000
  // Night is closed: those hours cannot be chosen.
  const opening = (from: number) => (new Date(from).getUTCHours() >= 22 || new Date(from).getUTCHours() < 6 ? 'quiet_hours' : from)
  const asked = (i: number) => chooseHour(models, question({ hours, within: 24 * HOUR, id: `run-${i}:mail`, opening }))
  for (let i = 0; i < N; i++) {
    const { record } = asked(i)
    counts.set(record.chosen, (counts.get(record.chosen) ?? 0) + 1)
    const chosen = record.candidates.find(({ arm }) => arm === record.chosen)!
    assert.equal(chosen.propensity, record.propensity)
    assert.equal(chosen.excluded, '')
  }
  const { candidates } = asked(0).record
  assert.ok(Math.abs(candidates.reduce((sum, { propensity }) => sum + propensity, 0) - 1) < 1e-12)
  let chi2 = 0
  let cells = 0
  for (const { arm, propensity, excluded } of candidates) {
    const seen = counts.get(arm) ?? 0
    if (propensity === 0) {
      assert.equal(excluded, 'quiet_hours')
      assert.equal(seen, 0)
      continue
    }
    chi2 += (seen - N * propensity) ** 2 / (N * propensity)
    cells++
  }
  assert.equal(cells, 17)
  // 99.9 % of chi-square with 16 degrees of freedom is 39.25; the seeds are fixed.
  assert.ok(chi2 < 39.25, `chi-square ${chi2}`)
})

test('the same decision is always the same', () => {
  const models = modelsOf([hoursInForce(NOON)])
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 0, max: 10_000 }), (id, minutes) => {
      const asked = question({ id, now: NOON + minutes * 60_000, hours: readsAt(20, { now: NOON }) })
      assert.deepEqual(chooseHour(models, asked), chooseHour(models, asked))
    }),
    { numRuns: 30 },
  )
})

const outcome = (inForce: ModelInForce | null, parts: Partial<HourQuestion> = {}) => {
  const { at, record } = chooseHour(modelsOf(inForce ? [inForce] : []), question(parts))
  const { by, silence, chosen, propensity } = record
  return { at, by, silence, chosen, propensity }
}
const atOnce = (silence: string) => ({ at: NOON, by: 'fallback', silence, chosen: NOW, propensity: 1 })

test('without an answer it goes at once, and the record says why', () => {
  const good = hoursInForce(NOON)
  assert.deepEqual(outcome(null), atOnce('model_missing'))
  assert.deepEqual(outcome(good, { model: 'another' }), atOnce('model_missing'))
  assert.deepEqual(outcome({ ...good, snapshot: null }), atOnce('model_cold'))
  assert.deepEqual(outcome({ ...good, broken: 'checksum' }), atOnce('model_broken'))
  assert.deepEqual(outcome(hoursInForce(NOON - 31 * 24 * HOUR)), atOnce('model_stale'))
  assert.deepEqual(outcome(good, { opening: () => 'quiet_hours' }), atOnce('no_candidate'))
  const body = { ...decodeLearned(JSON.stringify(learnedBody())), everybody: new Float64Array(BINS).fill(Number.NaN) }
  assert.deepEqual(outcome({ ...good, snapshot: { ...good.snapshot!, body } }), atOnce('model_not_finite'))
})

test('a model that only watches changes nothing, and the record says what it would have done', () => {
  const tried = hoursInForce(NOON, { model: hoursModel({ ...NO_CHANCE, rollout: { stage: 'shadow' } }) })
  const models = modelsOf([{ ...tried, inShadow: true, candidate: tried }])
  const { at, record } = chooseHour(models, question({ hours: readsAt(20, { now: NOON }) }))
  assert.equal(at, NOON)
  assert.equal(record.silence, 'model_in_shadow')
  assert.equal(record.shadow?.chosen, '2026-03-02T20:00+00:00')
})

test('what cannot be read is refused with a sentence', () => {
  assert.throws(() => decodeLearned('{}'))
  assert.throws(() => decodeLearned(JSON.stringify(learnedBody({ everybody: new Array(BINS).fill(0.5) }))), /sum to 84/)
  assert.throws(() => decodeLearned(JSON.stringify({ ...learnedBody(), delay: [Number.NaN] })))
})

test('the moment is always in an allowed hour before the deadline, whatever the zone and the clock change', () => {
  const zones = ['Europe/Oslo', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Apia', 'America/St_Johns']
  const models = modelsOf([hoursInForce(Date.UTC(2026, 5, 1), { model: hoursModel({ freshFor: '800d', control: '0%' }) })])
  // Quiet from 21:00 to 08:30 by the clock.
  const quiet = (at: number, zone: string): boolean => {
    const { hour, minute } = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
    return hour >= 21 || hour < 8 || (hour === 8 && minute < 30)
  }
  const instants = fc.integer({ min: Date.UTC(2026, 0, 1) / 60_000, max: Date.UTC(2026, 11, 31) / 60_000 })
  const property = fc.property(fc.constantFrom(...zones), instants, fc.integer({ min: 1, max: 96 }), (zone, minute, span) => {
    const now = minute * 60_000
    const opening = (from: number, to: number): number | string => {
      for (let at = from; at < to; at += 60_000) if (!quiet(at, zone)) return at
      return 'quiet_hours'
    }
    const { at, record } = chooseHour(models, question({ id: `${now}`, now, zone, within: span * HOUR, opening }))
    assert.ok(at >= now && at < now + span * HOUR)
    if (record.silence) assert.equal(record.silence, 'no_candidate')
    else {
      assert.equal(quiet(at, zone), false, `${record.chosen} ${new Date(at).toISOString()}`)
      assert.equal(binAt(at, zone), record.features['bin'])
    }
  })
  fc.assert(property, { numRuns: 60 })
})
