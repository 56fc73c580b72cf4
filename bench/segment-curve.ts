import type { EventRecord } from '#events/schema.ts'
import { type Definitions, definitions } from '#journeys/definitions.ts'
import type { Person } from '#journeys/person.ts'
import { react } from '#journeys/react.ts'

const START = Date.UTC(2026, 2, 2, 10)
const PEOPLE = 2_000
const ROUNDS = 15
/** The best of so many runs: what others do on the machine only ever adds. */
const RUNS = 5

const defined = (conditions: readonly string[]): Definitions =>
  definitions({
    workspace: 'w',
    revision: 1,
    consent: 'opt-out',
    journeys: [],
    templates: [],
    segments: conditions.map((text, i) => ({ id: `s${i}`, conditions: [text] })),
  })

/** Microseconds of the processor for one `Order Completed` of somebody who is known already. */
function perEvent(conditions: readonly string[]): number {
  const made = defined(conditions)
  const context = (now: number) => ({ definitions: made, now, position: { partition: 0, seq: 1 } })
  let best = Infinity
  for (let run = 0; run < RUNS; run++) {
    const people: Person[] = Array.from({ length: PEOPLE }, (_, i) => {
      const record: EventRecord = {
        ...EVENT,
        key: `p${i}`,
        id: 'first',
        type: 'identify',
        name: 'Profile Updated',
        props: { country: i % 4 === 0 ? 'DE' : 'FR' },
      }
      return react(null, record, context(START)).state
    })
    const records: EventRecord[] = Array.from({ length: ROUNDS }, (_, round) => ({
      ...EVENT,
      id: `m${round}`,
      at: START + round * 1_000,
      received: START + round * 1_000,
    }))
    const begun = process.cpuUsage()
    for (const record of records)
      for (let i = 0; i < PEOPLE; i++) people[i] = react(people[i]!, { ...record, key: `p${i}` }, context(record.at)).state
    const { user, system } = process.cpuUsage(begun)
    best = Math.min(best, (user + system) / (PEOPLE * ROUNDS))
  }
  return best
}

const EVENT: EventRecord = {
  kind: 'event',
  ws: 'w',
  key: '',
  id: '',
  type: 'track',
  name: 'Order Completed',
  at: START,
  received: START,
  props: { total: 20 },
  ids: [],
}

const REGULAR = 'count("Order Completed" within 30d) >= 3 and profile.country == "DE"'
/** Conditions that never ask for the event. */
const strangers = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `count("Other ${i}" within 30d) >= 3 and profile.points > ${i}`)

/** What segments add to one event in the pure engine, and how that grows. */
export function segmentCurve() {
  perEvent([])
  const none = perEvent([])
  const one = perEvent([REGULAR])
  const curve = [10, 100, 1_000].map((count) => [count, perEvent([REGULAR, ...strangers(count - 1)])] as const)
  const shared = perEvent(Array.from({ length: 1_000 }, (_, i) => `count("Order Completed" within 30d) >= ${(i % 50) + 1}`))
  const fifty = perEvent(Array.from({ length: 50 }, (_, i) => `count("Order Completed" within 30d) >= ${i + 1}`))
  const micro = (us: number): number => Math.round(us * 100) / 100
  return {
    eventWithoutSegmentUs: micro(none),
    eventWithSegmentUs: micro(one),
    curveUs: Object.fromEntries(curve.map(([count, us]) => [count, micro(us)])),
    curveRatio: Math.round((curve.at(-1)![1] / curve[0]![1]) * 100) / 100,
    fiftyConditionsUs: micro(fifty),
    thousandSegmentsOfFiftyConditionsUs: micro(shared),
  }
}
