import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { EventRecord } from '#events/schema.ts'
import { scopeOf } from '#segments/condition/scope.ts'
import { MONDAY } from '../../test/fixtures/journeys.ts'
import { at, define, event, holdsOf } from '../../test/fixtures/membership.ts'
import type { Person } from './person.ts'
import { fire, nextDue, react } from './react.ts'
import { sourcesOf } from './sources.ts'

const DAY = 86_400_000

const POOL = [
  'profile.plan == "pro"',
  'profile.plan missing',
  'profile.points > 2 and consent("email")',
  'count("A") >= 2',
  'count("A" within 3d) >= 2',
  'count("A" where event.n > 1 within 2d) == 0',
  'sum("B", n within 4d) > 3',
  'distinct("B", n within 4d) >= 2',
  'sequence("A", "B" within 2d)',
  'last("B") < now - 1d',
  'profile.ends < now + 2d',
  'list("press")',
  'score("churn") > 0.5',
  'cohort("half") < 0.5',
  'segment("s0") and not segment("s1")',
  'segment("s2") or list("press")',
]
const HOUR = 3_600_000
type Deed = { readonly after: number; readonly late: number; readonly what: EventRecord | 'merge' }

const deed = fc.record({
  after: fc.constantFrom(0, HOUR, 7 * HOUR, DAY, 2 * DAY),
  late: fc.constantFrom(0, 0, HOUR, DAY),
  what: fc.oneof(
    fc
      .record({ name: fc.constantFrom('A', 'B'), n: fc.integer({ min: 0, max: 3 }) })
      .map(({ name, n }) => event(name, 0, { props: { n } })),
    fc
      .record(
        { plan: fc.constantFrom('pro', 'free', null), points: fc.nat(4), ends: fc.constantFrom(MONDAY + DAY, MONDAY + 5 * DAY) },
        { requiredKeys: [] },
      )
      .map((props) => event('Profile Updated', 0, { type: 'identify', props })),
    fc.constantFrom('Consent Granted', 'Consent Withdrawn').map((name) => event(name, 0, { props: { channel: 'email' } })),
    fc.constantFrom('list.added', 'list.removed').map((name) => event(name, 0, { type: 'system', props: { list: 'press' } })),
    fc.double({ min: 0, max: 1, noNaN: true }).map((value) => event('score.set', 0, { type: 'system', props: { score: 'churn', value } })),
    fc.constant('merge' as const),
  ),
}) as fc.Arbitrary<Deed>

test('whatever happens, who is in which segment is what a look at everything says, at every moment', () => {
  const chosen = fc.shuffledSubarray(POOL.slice(0, 14), { minLength: 3, maxLength: 6 })
  fc.assert(
    fc.property(chosen, fc.subarray(POOL.slice(14)), fc.array(deed, { minLength: 1, maxLength: 25 }), (base, nested, deeds) => {
      const segments = [...base, ...nested].map((text, i) => ({ id: `s${i}`, conditions: [text] }))
      const defined = define(segments)
      let now = MONDAY
      let person: Person | null = null
      let other: Person | null = null
      const look = () => {
        if (!person) return
        const told = holdsOf(person)
        const asked = new Set<string>()
        // Segments of segments come after those that they ask.
        for (const watched of defined.catalogue.watched) {
          const scope = scopeOf({
            ...sourcesOf(person, watched.slots, { catalogue: defined.catalogue, now }),
            segment: (id) => asked.has(id),
          })
          if (watched.holds(scope)) for (const id of watched.segments) asked.add(id)
        }
        assert.deepEqual(told, [...asked].toSorted(), `at ${(now - MONDAY) / HOUR} h: ${JSON.stringify(segments)}`)
      }
      const runTo = (time: number) => {
        for (let due = person && nextDue(person); person && due !== null && due <= time; due = nextDue(person)) {
          assert.ok(due > now, 'a timer lies ahead')
          now = due
          person = fire(person, at(defined, now)).state
          look()
        }
        now = time
        look()
      }
      for (const [i, { after, late, what }] of deeds.entries()) {
        runTo(now + after)
        if (what === 'merge') {
          if (other)
            person = react(person, { kind: 'absorb', ws: 'w', key: 'ada', from: `x${i}`, state: other as never }, at(defined, now)).state
          other = null
        } else {
          const record = { ...what, id: `m${i}`, at: now - late, received: now }
          // Every third event happens to somebody who will turn out to be the same person.
          if (i % 3 === 2) other = react(other, { ...record, key: `x${i}` }, at(defined, now)).state
          else person = JSON.parse(JSON.stringify(react(person, record, at(defined, now)).state)) as Person
        }
        look()
      }
      runTo(now + 10 * DAY)
    }),
    { numRuns: 300 },
  )
})
