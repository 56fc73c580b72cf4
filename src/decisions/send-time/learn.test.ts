import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beta, draw, random } from '#lib/numeric/random.ts'
import { sigmoid } from '#lib/numeric/sums.ts'
import { hoursModel } from '../../../test/fixtures/send-time.ts'
import type { TrainingTask } from '../trainer.ts'
import { type Outcome, QUARTER, type Reader, type SendTimeData, sendTimeLearner } from './learn.ts'
import { decodeLearned } from './learned.ts'
import { liftOf, type Tally } from './lift.ts'
import { HOUR } from './week.ts'
import { worthOf } from './worth.ts'

const NOW = Date.UTC(2026, 5, 1)
const DAY = 24 * HOUR
const task: TrainingTask<'send-time'> = { workspace: 'w', model: hoursModel(), version: 1, previous: null, now: NOW }

/** People who read at an hour of their own, mostly: those of Spain late, those of Norway early. */
function readers(count: number): Reader[] {
  const r = random('readers')
  return Array.from({ length: count }, (_, i) => {
    const country = i % 3 === 0 ? 'ES' : 'NO'
    const usual = country === 'ES' ? 21 : draw(r, [0.5, 0.5]) === 0 ? 7 : 17
    const times = Array.from({ length: 12 }, (_, k) => {
      const hour = r.uniform() < 0.7 ? usual : Math.floor(r.uniform() * 24)
      return NOW - (k * 3 + 1) * DAY + hour * HOUR - (country === 'ES' ? 2 : 0) * HOUR
    })
    return {
      zone: country === 'ES' ? 'Etc/GMT-2' : '',
      country,
      quarters: times.map((at) => Math.floor(at / QUARTER)).sort((a, b) => b - a),
    }
  })
}
const data = (parts: Partial<SendTimeData> = {}): SendTimeData => ({
  fallbackZone: 'UTC',
  readers: readers(300),
  delays: [40, 20, 5],
  outcomes: [],
  newest: NOW - HOUR,
  ...parts,
})

test('what was learned can be read again, and says how well it foretells', () => {
  const trained = sendTimeLearner.fit(task, data())!
  const learned = decodeLearned(trained.body)
  assert.deepEqual([...learned.countries.keys()].sort(), ['ES', 'NO'])
  const evening = (week: Float64Array): number => week.reduce((sum, share, bin) => sum + (bin % 24 >= 20 && bin % 24 <= 22 ? share : 0), 0)
  assert.ok(evening(learned.countries.get('ES')!) > 0.5 && evening(learned.countries.get('NO')!) < 0.2)
  assert.ok(learned.delay[0]! > learned.delay[2]!)
  const { held_out } = trained.report as { held_out: { nats_population: number; nats_person: number } }
  assert.ok(held_out.nats_person < held_out.nats_population)
  assert.equal(trained.trainedTo, NOW - HOUR)
  assert.match(JSON.stringify(trained.report['says']), /hours of their own.*cannot be said yet/)
})

test('too little is not learned from, and nothing new changes nothing', () => {
  assert.equal(sendTimeLearner.fit(task, data({ readers: readers(3) })), null)
  const first = sendTimeLearner.fit(task, data())!
  const previous = { ...first, serial: 1, body: decodeLearned(first.body) }
  assert.equal(sendTimeLearner.fit({ ...task, previous }, data()), null)
  assert.notEqual(sendTimeLearner.fit({ ...task, previous }, data({ newest: NOW })), null)
})

test('what came of messages at an hour by chance teaches how much behaviour tells of reading', () => {
  const r = random('outcomes')
  const outcomes: Outcome[] = Array.from({ length: 4_000 }, (_, i) => {
    const worth = Math.exp(2 * r.uniform() - 1)
    const read = r.uniform() < sigmoid(-1.5 + 0.8 * Math.log(worth))
    return { person: `p${i % 900}`, by: 'model', explored: true, bin: i % 168, part: i % 5, worth, read }
  })
  const learned = decodeLearned(sendTimeLearner.fit(task, data({ outcomes }))!.body)
  assert.ok(Math.abs(learned.response!.slope - 0.8) < 0.2, `slope ${learned.response!.slope}`)
  assert.ok(Math.abs(learned.response!.intercept + 1.5) < 0.15)
  assert.equal(worthOf(learned, { readings: new Float64Array(168), country: '' }).unit, 'reads')
  const best = outcomes.map((each) => ({ ...each, explored: false }))
  assert.equal(decodeLearned(sendTimeLearner.fit(task, data({ outcomes: best }))!.body).response, null)
})

/** Messages of people of whom each reads as much as they do, whatever the group, but for the lift. */
function tallies(seed: string, { lift, people = 600 }: { lift: number; people?: number }): Tally[] {
  const r = random(seed)
  return Array.from({ length: people }, (_, i) => {
    const rate = beta(r, 2, 6)
    return Array.from({ length: 1 + Math.floor(r.uniform() * 8) }, (): Tally => {
      const group = (['control', 'explore', 'best'] as const)[draw(r, [0.3, 0.1, 0.6])]!
      return { person: `p${i}`, group, read: r.uniform() < Math.min(1, rate + (group === 'best' ? lift : 0)) }
    })
  }).flat()
}

test('the interval of the lift holds the true one 95 times of 100, although people get several messages', () => {
  let held = 0
  const RUNS = 300
  for (let i = 0; i < RUNS; i++) {
    const { difference } = liftOf(tallies(`lift-${i}`, { lift: 0.05 }))
    // Cut off at 1, a rate rises by a little less than the lift: under 0.0005 for these people.
    if (difference!.from <= 0.05 && difference!.to >= 0.0495) held++
  }
  assert.ok(held >= 0.92 * RUNS && held <= 0.985 * RUNS, `${held} of ${RUNS}`)
})

test('a lift is claimed only from messages that went at once by chance, and in words', () => {
  assert.match(liftOf(tallies('a', { lift: 0.1, people: 3_000 })).says, /help: \+\d/)
  assert.match(liftOf(tallies('b', { lift: -0.1, people: 3_000 })).says, /do harm: −/)
  assert.match(liftOf(tallies('c', { lift: 0, people: 300 })).says, /may be chance/)
  const thin = liftOf(tallies('d', { lift: 0.1, people: 20 }))
  assert.equal(thin.difference, null)
  assert.match(thin.says, /cannot be said yet/)
  assert.equal(liftOf([]).difference, null)
})
