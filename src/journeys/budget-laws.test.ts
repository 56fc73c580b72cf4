import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { usage } from '#consent/caps.ts'
import { type ContactPolicy, compilePolicy } from '#consent/policy.ts'
import type { Effect } from '#events/reaction.ts'
import { isRefusal } from '#lib/problem.ts'
import { mail, policy, text } from '../../test/fixtures/budget.ts'
import { journey, MONDAY, World } from '../../test/fixtures/journeys.ts'
import type { Journey } from './schema.ts'
import type { Answer } from './simulate.ts'

const DAY = 86_400_000
const PEOPLE = ['ada', 'bob']
const ZONES = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'Pacific/Auckland', 'nowhere']
const Act = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('event' as const),
      who: fc.constantFrom(...PEOPLE),
      name: fc.constantFrom('A', 'B', 'C', 'Bought'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 1_500 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('zone' as const), who: fc.constantFrom(...PEOPLE), zone: fc.constantFrom(...ZONES) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('merge' as const) }) },
)
const Rules = fc.record({
  caps: fc.array(
    fc.record({
      max: fc.integer({ min: 1, max: 3 }),
      per: fc.constantFrom('day', 'week', '5h', '24h'),
      channel: fc.constantFrom(undefined, 'email', 'sms'),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  night: fc.boolean(),
})
const wish = fc.constantFrom<unknown>('skip', 'otherwise', { defer: '6h' }, { defer: '2d' })
const Wishes = fc.tuple(wish, wish, wish)

const rulesOf = (given: { caps: readonly { channel?: string | undefined }[]; night: boolean }): ContactPolicy =>
  policy({
    caps: given.caps.map(({ channel, ...cap }, i) => ({ id: `c${i}`, ...cap, ...(channel ? { channel } : {}) })),
    quietHours: given.night ? [{ from: '22:00', to: '07:00', onUnknownZone: 'fallback' }] : [],
  })

function journeysOf([first, second, third]: readonly unknown[]): Journey[] {
  const exit = [{ event: 'Bought' }]
  const [pause, day] = ['3h', '1d'].map((time) => ({ kind: 'wait', id: 'w', for: time }))
  const made = (id: string, more: object): Journey =>
    journey({ id, exit, entry: { event: id.toUpperCase(), reentry: 'always' }, ...more } as never)
  return [
    made('a', { priority: 80, steps: [pause, mail('one', { onCap: first }), mail('two', { onCap: second })] }),
    made('b', { steps: [text({ onCap: third }), mail('three', { onCap: first })] }),
    made('c', { priority: 20, steps: [mail('four', { onCap: second }), day, mail('five')] }),
  ]
}

/** Some fail after a while, the others take their time. */
const provider = ({ id }: Effect): Answer =>
  id.charCodeAt(0) % 4 === 0
    ? { receipt: 'message.failed', reason: 'no', after: 3_000_000 }
    : { receipt: 'message.sent', after: id.charCodeAt(1) * 60_000 }

test('for any journeys, policy, failures, merges and moves between zones: whoever is written to had room, and is not asleep', () => {
  fc.assert(
    fc.property(fc.array(Act, { maxLength: 40 }), Rules, Wishes, (acts, given, wishes) => {
      const world = new Watched(journeysOf(wishes), rulesOf(given), provider)
      for (const act of acts) world.play(act)
      world.passes('10d')
      world.judge()
    }),
    { numRuns: 150 },
  )
})

test('a state that was stored and read again between any two records, with its keys in another order, gives the same messages', () => {
  fc.assert(
    fc.property(fc.array(Act, { maxLength: 30 }), Rules, Wishes, (acts, given, wishes) => {
      const [held, stored] = [Watched, Stored].map((Kind) => {
        const world = new Kind(journeysOf(wishes), rulesOf(given), provider)
        for (const act of acts) world.play(act)
        world.passes('10d')
        return { sent: world.sent.map(({ at, effect }) => [at, effect.id]), facts: world.facts, people: sorted([...world.people.values()]) }
      })
      assert.deepEqual(stored, held)
    }),
    { numRuns: 60 },
  )
})

/** As `jsonb` gives it back: keys by length, then by letters. */
function sorted<T>(value: T): T {
  if (Array.isArray(value)) return value.map(sorted) as T
  if (value === null || typeof value !== 'object') return value
  const keys = Object.keys(value).sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  return Object.fromEntries(keys.map((key) => [key, sorted((value as Record<string, unknown>)[key])])) as T
}

type Act = (typeof Act extends fc.Arbitrary<infer A> ? A : never) & object

/** Looks at the person right before and after everything that happens. */
class Watched extends World {
  readonly #policy
  /** Of both people: a contact that comes with a merge was decided before. */
  readonly #known = new Set<string>()
  constructor(journeys: readonly Journey[], rules: ContactPolicy, provider: (effect: Effect) => Answer) {
    super(journeys, { policy: rules, provider, start: MONDAY })
    const compiled = compilePolicy(rules)
    if (isRefusal(compiled)) throw new Error(compiled.refused.title)
    this.#policy = compiled
    for (const name of PEOPLE) this.person(name, { timezone: 'Europe/Berlin' })
  }

  play(act: Act): void {
    switch (act.kind) {
      case 'event':
        this.event({ person: act.who, name: act.name })
        break
      case 'zone':
        this.identify(act.who, { timezone: act.zone })
        break
      case 'merge':
        this.merge('bob', 'ada')
        break
      case 'pass':
        this.passes(`${act.minutes}m`)
    }
  }

  override step(until: number): boolean {
    const went = super.step(until)
    for (const person of this.people.values()) {
      assert.deepEqual(JSON.parse(JSON.stringify(person.contacts)), person.contacts)
      const fresh = person.contacts.sends.filter((each) => !this.#known.has(each.id) && each.status === 'reserved')
      for (const { id } of fresh) this.#known.add(id)
      const told = person.profile.attributes['timezone']?.[0]
      const zone = told === 'nowhere' || told === undefined ? 'UTC' : String(told)
      for (const cap of this.#policy.caps) {
        if (!fresh.some(({ channel }) => cap.channel === undefined || cap.channel === channel)) continue
        const { counted } = usage(person.contacts, cap, { now: this.now, zone })
        assert.ok(counted.length <= cap.max, `${counted.length} of ${cap.max} per ${cap.per}`)
      }
    }
    return went
  }

  judge(): void {
    for (const { at: when, effect } of this.sent) {
      if (this.#policy.quiet.length === 0) continue
      const { zone } = effect.payload['contact'] as { zone: string }
      // The answer of a slow provider is told later than the hand-over.
      const slow = effect.id.charCodeAt(1) * 60_000
      const { hour } = Temporal.Instant.fromEpochMilliseconds(when - slow).toZonedDateTimeISO(zone === 'nowhere' ? 'UTC' : zone)
      assert.ok(hour >= 7 && hour < 22, `sent at ${hour} in ${zone}`)
    }
    for (const person of this.people.values())
      for (const run of person.journeys.enrollments) assert.fail(`${run.journey} stands at ${run.step} for ever`)
    const longest = Math.max(...[...this.people.values()].map(({ contacts }) => contacts.sends.length))
    assert.ok(longest <= 60 + 3 * this.#policy.caps.length && this.now >= MONDAY + 10 * DAY)
  }
}

class Stored extends Watched {
  override step(until: number): boolean {
    const went = super.step(until)
    for (const [id, person] of this.people) this.people.set(id, sorted(JSON.parse(JSON.stringify(person))))
    return went
  }
}
