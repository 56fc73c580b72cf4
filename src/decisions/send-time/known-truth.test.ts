import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventRecord } from '#events/schema.ts'
import type { Json } from '#lib/json.ts'
import { type Random, random } from '#lib/numeric/random.ts'
import { hoursModel } from '../../../test/fixtures/send-time.ts'
import { modelsOf, type Snapshot } from '../snapshot.ts'
import type { TrainingTask } from '../trainer.ts'
import { chooseHour } from './choose-hour.ts'
import { hearHours } from './hours.ts'
import { type Outcome, QUARTER, type Reader, sendTimeLearner } from './learn.ts'
import { decodeLearned, type Learned } from './learned.ts'
import { liftOf } from './lift.ts'
import { BINS, binAt, HOUR } from './week.ts'
import { worthOf } from './worth.ts'

/** People whose habits are known because we made them: simulated readers over weeks of mail. */
const NOW = Date.UTC(2026, 5, 1)
const DAY = 24 * HOUR
const PEOPLE = 300
const model = hoursModel({ control: '30%', explore: '20%' })

/** How likely a mail is read that leaves at an hour, by somebody who visits at theirs. */
type Truth = (sent: number, usual: number) => number

interface Somebody {
  readonly usual: number
  readonly hours: Json | undefined
  readonly reader: Reader
}

function somebody(r: Random): Somebody {
  const usual = [7, 12, 17, 21][Math.floor(r.uniform() * 4)]!
  const times = Array.from(
    { length: 40 },
    (_, day) => NOW - (40 - day) * DAY + (r.uniform() < 0.8 ? usual : Math.floor(r.uniform() * 24)) * HOUR,
  )
  let hours: Json | undefined
  for (const at of times) {
    const event: EventRecord = {
      kind: 'event',
      ws: 'w',
      key: 'p',
      id: '',
      type: 'track',
      name: 'Page Viewed',
      at,
      received: at,
      props: {},
      ids: [],
    }
    hours = hearHours(hours, event, { zone: 'UTC', model })
  }
  return { usual, hours, reader: { zone: 'UTC', country: '', quarters: times.map((at) => at / QUARTER).reverse() } }
}

/** Mail to everybody each week at some hour; the model learns from it each month. */
function lived(seed: string, { truth, weeks }: { truth: Truth; weeks: number }): { outcomes: Outcome[]; learned: Learned } {
  const r = random(seed)
  const people = Array.from({ length: PEOPLE }, () => somebody(r))
  const outcomes: Outcome[] = []
  const task: TrainingTask<'send-time'> = { workspace: 'w', model, version: 1, previous: null, now: NOW }
  const readers = people.map(({ reader }) => reader)
  let snapshot: Snapshot<Learned> | null = null
  for (let week = 0; week < weeks; week++) {
    if (week % 4 === 0) {
      // Mail is read within the hour here.
      const trained = sendTimeLearner.fit(task, { fallbackZone: 'UTC', readers, delays: [2_000], outcomes, newest: NOW })!
      snapshot = { ...trained, serial: week + 1, body: decodeLearned(trained.body) }
    }
    const models = modelsOf([{ model, version: 1, snapshot }])
    people.forEach(({ usual, hours }, i) => {
      const now = NOW + Math.floor(r.uniform() * DAY)
      const asked = {
        id: `${seed}:${week}:${i}`,
        unit: `p${i}`,
        waits: 'message',
        now,
        within: DAY,
        zone: 'UTC',
        country: '',
        hours,
      } as const
      const { at, record } = chooseHour(models, { ...asked, opening: (from) => from })
      const { explored, part, worth } = record.features as { explored: number; part: number; worth: number }
      const bin = binAt(at, 'UTC')
      const read = r.uniform() < truth(bin % 24, usual)
      outcomes.push({
        person: `p${i}`,
        by: record.by === 'control' ? 'control' : 'model',
        explored: explored === 1,
        bin,
        part,
        worth,
        read,
      })
    })
  }
  return { outcomes, learned: snapshot!.body }
}

const liftIn = (outcomes: readonly Outcome[]) =>
  liftOf(
    outcomes.map(({ person, by, explored, read }) => ({
      person,
      read,
      group: by === 'control' ? 'control' : explored ? 'explore' : 'best',
    })),
  )
const apart = (a: number, b: number): number => Math.min(Math.abs(a - b), 24 - Math.abs(a - b))

test('where the hour matters, it is found, and the lift that is told is the true one', () => {
  const truth: Truth = (sent, usual) => (apart(sent, usual) <= 1 ? 0.4 : 0.15)
  const { outcomes, learned } = lived('matters', { truth, weeks: 20 })
  const { difference, says } = liftIn(outcomes)
  // At once at any hour: 3 of 24 hours are right. At the best hour: all are.
  const most = 0.4 - (0.15 + (0.25 * 3) / 24)
  assert.ok(difference!.from > 0.12, says)
  assert.ok(difference!.from <= most && difference!.to <= most + 0.06, says)
  assert.match(says, /The chosen hours help/)
  assert.ok(learned.response!.slope > 0.2)
})

test('where the hour does not matter, that is said, and what behaviour says of it is not believed', () => {
  const lives = ['a', 'b', 'c', 'd', 'e'].map((seed) => lived(`matters not ${seed}`, { truth: () => 0.2, weeks: 9 }))
  const told = lives.map(({ outcomes }) => liftIn(outcomes).says)
  // Of intervals that hold the truth 95 times of 100, one of five may miss it.
  assert.ok(told.filter((says) => says.includes('may be chance')).length >= 4, told.join('\n'))
  for (const { learned } of lives) {
    assert.ok(Math.abs(learned.response!.slope) < 0.2, `slope ${learned.response!.slope}`)
    const { at, unit } = worthOf(learned, { readings: new Float64Array(BINS), country: '' })
    const rates = Array.from({ length: BINS }, (_, bin) => at(bin))
    assert.equal(unit, 'reads')
    assert.ok(Math.max(...rates) - Math.min(...rates) < 0.2)
  }
})
