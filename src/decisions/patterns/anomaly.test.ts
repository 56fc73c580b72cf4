import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Random, random } from '#lib/numeric/random.ts'
import { Model as ModelDocument, type ModelOf } from '../schema.ts'
import type { ModelInForce } from '../snapshot.ts'
import type { PersonOfModel } from '../state.ts'
import { fitPattern } from './fit.ts'
import { hearEvent } from './hear.ts'
import type { Sequences } from './lessons.ts'
import { extended, type Sequence } from './sequence.ts'
import { decodePattern } from './snapshot.ts'
import type { Found } from './tell.ts'

const HOUR = 3_600
const START = Date.UTC(2026, 0, 5) / 1_000
const UNTIL = START + 60 * 24 * HOUR
const NAMES = ['', '*', 'Order Completed', 'Signed In', 'Report Opened', 'Report Shared', 'Help Read']

/** The ways of a customer: sign in, open two or three reports, share one now and then, once or twice a day; an order a fortnight. */
function ways(dice: Random, events: number): [number, number][] {
  const lived: [number, number][] = []
  let second = START + Math.floor(dice.uniform() * 24 * HOUR)
  const live = (type: number, wait: number): void => {
    second += Math.floor(wait)
    lived.push([type, second])
  }
  while (lived.length < events) {
    live(3, lived.length === 0 ? 0 : 10 * HOUR + dice.uniform() * 16 * HOUR)
    for (let i = 0; i < 2 + dice.uniform(); i++) live(4, 60 + dice.uniform() * 600)
    if (dice.uniform() < 0.3) live(5, 30 + dice.uniform() * 200)
    if (dice.uniform() < 0.06) live(2, 300)
    if (dice.uniform() < 0.1) live(6, 120)
  }
  return lived
}

function customers(count: number): Sequences {
  const people = Array.from({ length: count }, (_, i) => ways(random(`customer ${i}`), 120).filter(([, at]) => at < UNTIL))
  const kept = people.map((events) => events.slice(-50))
  return {
    vocabulary: NAMES,
    offsets: Int32Array.from([0, ...kept.keys().map((i) => kept.slice(0, i + 1).flat().length)]),
    types: Uint8Array.from(kept.flatMap((events) => events.map(([type]) => type))),
    times: Float64Array.from(kept.flatMap((events) => events.map(([, at]) => at))),
    first: Float64Array.from(people, ([first]) => first![1]),
    until: UNTIL,
  }
}

let model: ModelInForce<'pattern'>
before(() => {
  const document = { kind: 'model', id: 'ways', type: 'pattern', target: { event: 'Order Completed' }, anomaly: {} }
  const settings = ModelDocument.parse(document) as ModelOf<'pattern'>
  const trained = fitPattern({ workspace: 'w', model: settings, version: 1, previous: null, now: UNTIL * 1_000 }, customers(300))!
  const snapshot = { serial: 1, trainedTo: trained.trainedTo, examples: 1, body: decodePattern(trained.body), report: {} }
  model = { model: settings, version: 1, snapshot }
})

function foundIn(events: readonly (readonly [number, number])[]): Found[] {
  let of: PersonOfModel | undefined
  let sequence: Sequence | undefined
  return events.flatMap(([type, second]) => {
    const event = { name: NAMES[type]!, at: second * 1_000 }
    const heard = hearEvent(of, event, { inForce: model, before: sequence, now: second * 1_000 })
    of = heard.of
    sequence = extended(sequence, event.name, event.at)
    return heard.found
  })
}

test('customers who go on as they always did are left alone', () => {
  const alarms = Array.from({ length: 100 }, (_, i) => foundIn(ways(random(`new customer ${i}`), 60)).length)
  assert.ok(alarms.reduce((sum, count) => sum + count, 0) <= 5, `${alarms}`)
})

test('one strange event is passed over; when the ways change, that is told within a few events', () => {
  let noticed = 0
  for (let i = 0; i < 50; i++) {
    const lived = ways(random(`changing ${i}`), 40)
    const last = lived.at(-1)![1]
    const slip = [
      ...lived,
      [6, last + 20] as const,
      ...ways(random(`after ${i}`), 10).map(([type, at]) => [type, at - START + last + 12 * HOUR] as const),
    ]
    const trouble = [...lived, ...Array.from({ length: 6 }, (_, k) => [6, last + 5 * (k + 1)] as const)]
    const usual = foundIn(lived).length
    assert.ok(foundIn(slip).length <= usual + 1)
    if (foundIn(trouble).length > usual) noticed++
  }
  assert.ok(noticed >= 45, `${noticed} of 50`)
})
