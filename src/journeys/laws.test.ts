import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Effect, Fact } from '#events/reaction.ts'
import type { EventRecord, KeyedRecord } from '#events/schema.ts'
import { chance, digest } from '#lib/hash.ts'
import { canonical } from '#lib/json.ts'
import { MONDAY } from '../../test/fixtures/journeys.ts'
import { EVENTS, journeyOf, programs } from '../../test/fixtures/programs.ts'
import { type Definitions, definitions } from './definitions.ts'
import { places } from './lanes.ts'
import type { Person } from './person.ts'
import { fire, nextDue, react } from './react.ts'
import type { Journey } from './schema.ts'
import { untaught } from './untaught.ts'

const PEOPLE = ['p0', 'p1', 'p2', 'p3']
const MINUTE = 60_000
/** How long the provider takes: long enough that much can happen to a run while its message is queued. */
const HAND_OVER = 10 * MINUTE

type Happening =
  | { kind: 'event'; who: number; name: string; n: number; cart: string; late: number }
  | { kind: 'merge'; who: number; into: number }
  | { kind: 'unsubscribe'; who: number }
const happenings = (merges: boolean) =>
  fc.array(
    fc.record({
      after: fc.oneof(fc.nat(5 * MINUTE), fc.nat(40 * MINUTE)),
      what: fc.oneof(
        {
          weight: 8,
          arbitrary: fc.record({
            kind: fc.constant('event' as const),
            who: fc.nat(3),
            name: fc.constantFrom(...EVENTS),
            n: fc.nat(9),
            cart: fc.constantFrom('c', 'd'),
            late: fc.constantFrom(0, 0, 0, 5 * MINUTE, 100 * 60 * MINUTE),
          }),
        },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('unsubscribe' as const), who: fc.nat(3) }) },
        ...(merges ? [{ weight: 2, arbitrary: fc.record({ kind: fc.constant('merge' as const), who: fc.nat(3), into: fc.nat(3) }) }] : []),
      ),
    }),
    { minLength: 1, maxLength: 40, size: 'max' },
  )

interface World {
  readonly people: Map<string, Person>
  readonly facts: Fact[]
  readonly effects: Effect[]
  readonly sent: string[]
}
interface Options {
  readonly defs: Definitions
  readonly log: readonly { after: number; what: Happening }[]
  /** Every record twice. */
  readonly twice?: boolean
  /** State goes to the database and back after each of these records: as jsonb does, keys change their order. */
  readonly reload?: (n: number) => boolean
}

/** The engine without the server: one log, ticks between the records, a provider that takes ten minutes. */
function play({ defs, log, twice = false, reload = () => false }: Options): World {
  const world: World = { people: new Map(), facts: [], effects: [], sent: [] }
  const queue: { at: number; record: KeyedRecord }[] = []
  const live = new Map<string, Effect>()
  let clock = MONDAY
  let n = 0
  const context = () => ({ definitions: defs, now: clock, position: { partition: 0, seq: n } })
  const put = (at: number, record: KeyedRecord) => {
    const place = queue.findLastIndex((other) => other.at <= at)
    queue.splice(place + 1, 0, { at, record })
  }
  const take = (key: string, { state, effects, cancels, facts, records }: ReturnType<typeof fire>) => {
    world.people.set(key, reload(n++) ? shuffled(state) : state)
    world.facts.push(...facts)
    world.effects.push(...effects)
    for (const effect of effects) live.set(effect.id, effect)
    for (const id of cancels) live.delete(id)
    for (const record of records) put(clock, record)
  }
  const deliver = () => {
    for (const effect of [...live.values()].filter(({ due }) => due + HAND_OVER <= clock)) {
      live.delete(effect.id)
      const name = chance('refused', effect.id) < 0.15 ? 'message.failed' : 'message.sent'
      if (name === 'message.sent') world.sent.push(effect.id)
      const props = { effect_id: effect.id, ...effect.payload, data: null }
      put(clock, {
        kind: 'event',
        ws: 'w',
        key: effect.key,
        id: `${effect.id}:${name}`,
        type: 'system',
        name,
        at: clock,
        received: clock,
        props,
        ids: [],
      })
    }
  }
  const drain = () => {
    deliver()
    for (let next = queue.shift(); next; next = queue.shift()) {
      take(next.record.key, react(world.people.get(next.record.key) ?? null, next.record, context()))
      if (twice && next.record.kind === 'event')
        take(next.record.key, react(world.people.get(next.record.key) ?? null, next.record, context()))
    }
  }
  const until = (time: number) => {
    for (;;) {
      const due = Math.min(
        ...[...world.people.values()].map((person) => nextDue(person) ?? Infinity),
        ...[...live.values()].map((effect) => effect.due + HAND_OVER),
      )
      if (due > time) break
      clock = Math.max(clock, due)
      drain()
      for (const [key, person] of world.people) if ((nextDue(person) ?? Infinity) <= clock) take(key, fire(person, context()))
    }
    clock = time
  }
  log.forEach(({ after, what }, i) => {
    until(clock + after)
    put(clock, recordOf(what, i, clock))
    drain()
  })
  until(clock + 120 * 24 * 60 * MINUTE)
  return world
}

function recordOf(what: Happening, i: number, now: number): KeyedRecord {
  const key = PEOPLE[what.who]!
  if (what.kind === 'merge') return { kind: 'merge', ws: 'w', key, into: PEOPLE[what.into]! }
  const base: EventRecord = {
    kind: 'event',
    ws: 'w',
    key,
    id: `m${i}`,
    type: 'track',
    name: '',
    at: now,
    received: now,
    props: {},
    ids: [{ kind: 'email', value: `${key}@example.com` }],
  }
  if (what.kind === 'unsubscribe') return { ...base, type: 'system', name: 'message.unsubscribed', props: { channel: 'email' } }
  return { ...base, name: what.name, at: now - what.late, props: { n: what.n, cart: what.cart } }
}

const shuffled = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value), (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).reverse()) : inner,
  ) as T

function define(...journeys: Journey[]): Definitions {
  const made = definitions({
    workspace: 'w',
    revision: 1,
    consent: 'opt-out',
    journeys: journeys.map((one) => ({ journey: one, version: 1, live: true })),
    templates: [{ id: 't', version: 1 }],
    models: untaught(journeys),
  })
  assert.deepEqual(made.broken, [])
  return made
}
const fingerprint = ({ people, facts, effects, sent }: World) => digest(canonical({ people: [...people], facts, effects, sent }))

test('replaying the log gives the same state, facts and effects, bit for bit, also when state is stored in between', () => {
  fc.assert(
    fc.property(fc.tuple(programs, programs), happenings(true), fc.integer(), ([one, two], log, salt) => {
      const defs = define(journeyOf(one, 'one'), journeyOf(two, 'two'))
      const first = play({ defs, log })
      assert.equal(fingerprint(play({ defs, log })), fingerprint(first))
      assert.equal(fingerprint(play({ defs, log, reload: (n) => ((n * 2654435761 + salt) & 3) === 0 })), fingerprint(first))
    }),
    { numRuns: 500 },
  )
})

test('a repeated record changes nothing but the count of repeats', () => {
  fc.assert(
    fc.property(programs, happenings(true), (program, log) => {
      const defs = define(journeyOf(program))
      const once = play({ defs, log })
      const twice = play({ defs, log, twice: true })
      const accepted = twice.facts.filter(({ table, row }) => table !== 'events' || row.verdict === 'accepted')
      assert.equal(
        fingerprint({ ...twice, facts: accepted }),
        fingerprint({ ...once, facts: once.facts.filter(({ table, row }) => table !== 'events' || row.verdict === 'accepted') }),
      )
    }),
    { numRuns: 500 },
  )
})

test('runs are never lost, never stand on an unknown step, and nothing is sent for a run that has ended', () => {
  fc.assert(
    fc.property(programs, programs, happenings(true), (one, two, log) => {
      const journeys = [journeyOf(one, 'one'), journeyOf(two, 'two')]
      const world = play({ defs: define(...journeys), log })
      const ids = new Map(journeys.map((each) => [each.id, new Set(places(each.steps).map(({ step }) => step.id))]))
      const running = [...world.people.values()].flatMap(({ journeys: { enrollments } }) => enrollments)
      for (const run of running) assert.ok(ids.get(run.journey)!.has(run.step), `${run.step} of ${run.journey}`)
      const rows = world.facts.flatMap(({ table, row }) => (table === 'transitions' ? [row] : []))
      const entered = rows.filter(({ kind }) => kind === 'entered').map(({ enrollment_id: id }) => id)
      const exited = rows.filter(({ kind }) => kind === 'exited').map(({ enrollment_id: id }) => id)
      assert.equal(new Set(entered).size, entered.length, 'a run begins once')
      assert.equal(new Set(exited).size, exited.length, 'a run ends once')
      assert.deepEqual([...exited, ...running.map(({ id }) => id)].sort(), [...entered].sort(), 'entered = left + waiting')
      assert.equal(running.length, 0, 'in the end everybody has come to the end')
      assert.equal(new Set(world.effects.map(({ id }) => id)).size, world.effects.length, 'effect ids are unique')
      const path = Map.groupBy(
        rows.filter(({ enrollment_id: id }) => id !== ''),
        ({ enrollment_id: id }) => id,
      )
      for (const moves of path.values()) consistent(moves)
    }),
    { numRuns: 500 },
  )
})

/** Each move begins where the one before it ended; the exit is the last, apart from conversions. */
function consistent(moves: readonly { kind: string; from_step: string; to_step: string }[]): void {
  let here: string | null = null
  for (const { kind, from_step, to_step } of moves.filter(({ kind }) => kind !== 'converted')) {
    if (kind === 'entered') assert.equal(here, null)
    else assert.equal(from_step, here)
    here = kind === 'exited' ? 'left' : to_step
  }
}

test('no message leaves for a run after it has ended', () => {
  fc.assert(
    fc.property(programs, happenings(false), (program, log) => {
      const world = play({ defs: define(journeyOf(program)), log })
      const ended = new Map(
        world.facts.flatMap(({ table, row }) =>
          table === 'transitions' && row.kind === 'exited' ? [[row.enrollment_id, row.at] as const] : [],
        ),
      )
      const sent = world.facts.flatMap(({ table, row }) => (table === 'deliveries' && row.status === 'sent' ? [row] : []))
      assert.equal(sent.length, world.sent.length)
      for (const { enrollment_id, at } of sent) assert.ok(at <= (ended.get(enrollment_id) ?? Infinity), enrollment_id)
    }),
    { numRuns: 500 },
  )
})

test('however profiles merge, a person is in a journey once and gets each of its messages once', () => {
  let merged = 0
  fc.assert(
    fc.property(programs, happenings(true), (program, log) => {
      // Everybody enters, and a wait and a message stand in front, so that profiles merge while runs are under way.
      const all = [...PEOPLE.map((_, who) => ({ after: (who * 7 + 3) * MINUTE, what: entering(who) })), ...log]
      const started = [{ kind: 'wait', for: '30m' }, { kind: 'email' }, ...program.steps]
      const world = play({ defs: define(journeyOf({ ...program, steps: started, reentry: 'never', key: undefined })), log: all })
      const owner = (id: string): string => {
        const into = world.people.get(id)?.profile.mergedInto
        return into === undefined ? id : owner(into)
      }
      const living = [...world.people.values()].filter(({ profile }) => profile.mergedInto === undefined)
      for (const { journeys } of living)
        assert.ok(new Set(journeys.enrollments.map(({ journey: id, key }) => `${id} ${key}`)).size === journeys.enrollments.length)
      merged += world.facts.filter(({ table, row }) => table === 'transitions' && row.reason === 'merged').length
      const effects = new Map(world.effects.map((effect) => [effect.id, effect]))
      const mergedAt = lastMerge(all)
      const got = new Set<string>()
      for (const id of world.sent) {
        const { key, due } = effects.get(id)!
        // The step and its round; by which way does not matter.
        const name = `${owner(key)} ${id
          .split(':')
          .slice(1)
          .join(':')
          .replace(/:w\d+$/, '')}`
        // Two people who each got the message before they turned out to be one are not counted: only what followed.
        if (due >= mergedAt) assert.ok(!got.has(name), `${name} twice`)
        got.add(name)
      }
    }),
    { numRuns: 400 },
  )
  assert.ok(merged > 100, `only ${merged} runs merged`)
})

const entering = (who: number): Happening => ({ kind: 'event', who, name: 'Product Added', n: who, cart: 'c', late: 0 })

function lastMerge(log: readonly { after: number; what: Happening }[]): number {
  let clock = MONDAY
  let last = MONDAY
  for (const { after, what } of log) {
    clock += after
    if (what.kind === 'merge') last = clock
  }
  return last
}
