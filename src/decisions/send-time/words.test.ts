import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hoursInForce, hoursModel, readsAt } from '../../../test/fixtures/send-time.ts'
import { modelsOf } from '../snapshot.ts'
import { chooseHour } from './choose-hour.ts'
import { HOUR } from './week.ts'
import { hourWords, whyHour, whyThisHour } from './words.ts'

const NOON = Date.UTC(2026, 2, 2, 10, 30)
const explain = (code: string): string => `Because of ${code}.`
const decide = (shares: object, hour = 20) =>
  chooseHour(modelsOf([hoursInForce(NOON, { model: hoursModel({ control: '0%', explore: '0%', ...shares }) })]), {
    id: 'run:mail',
    unit: 'ada',
    waits: 'message',
    now: NOON,
    within: 24 * HOUR,
    zone: 'Europe/Oslo',
    country: '',
    hours: readsAt(hour, { now: NOON, zone: 'Europe/Oslo', days: 40 }),
    opening: (from) => (new Date(from).getUTCHours() === 3 ? 'quiet_hours' : from),
  }).record

test('each decision and each of its hours is told in a sentence', () => {
  const best = decide({})
  assert.match(whyHour(best, explain), /^Monday 2 March, 20:00: of the 24 hours ahead .* It rests on 34 readings of their own/)
  assert.match(whyHour(decide({ control: '100%' }), explain), /^At once, whatever the model says/)
  assert.match(whyHour(decide({ explore: '100%' }), explain), /drawn by lot/)
  const told = best.candidates.map((each) => whyThisHour(each, best, explain))
  assert.ok(told.includes('Not possible. Because of quiet_hours.'))
  assert.ok(told.some((sentence) => /times the reading of a mean hour follows\. Its chance was 100 %\. It was chosen\./.test(sentence)))
  assert.equal(told.length, best.candidates.length)
})

test('of a model without an answer it is told that it went at once, and why', () => {
  const { record } = chooseHour(modelsOf([]), {
    id: 'run:mail',
    unit: 'ada',
    waits: 'message',
    now: NOON,
    within: HOUR,
    zone: 'UTC',
    country: '',
    hours: undefined,
    opening: (from) => from,
  })
  assert.equal(whyHour(record, explain), 'At once. Because of model_missing.')
  assert.equal(hourWords('2026-10-25T02:00+01:00'), 'Sunday 25 October, 02:00')
})
