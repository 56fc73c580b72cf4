import type { Effect, Fact, Reaction } from '#events/reaction.ts'
import type { KeyedRecord } from '#events/schema.ts'
import type { Person } from '#journeys/person.ts'
import { fire, nextDue, react } from '#journeys/react.ts'
import { canonical } from '#lib/json.ts'
import { type Database, isOfCancel, isPurged } from './database.ts'
import type { Registry } from './registry.ts'

interface Made {
  readonly people: Map<string, Person>
  readonly effects: Map<string, Effect>
  readonly facts: string[]
  /** Records for other keys. */
  readonly records: string[]
  readonly letters: string[]
}

/** Handles one partition of the log from empty, one record after the other, by nothing but `react` and `fire`. */
class Replay implements Made {
  readonly people = new Map<string, Person>()
  readonly effects = new Map<string, Effect>()
  readonly facts: string[] = []
  readonly records: string[] = []
  readonly letters: string[] = []
  readonly #parked = new Set<string>()
  readonly #registry: Registry

  constructor(registry: Registry) {
    this.#registry = registry
  }

  partition(partition: number, { places }: Database['log']['partitions'][number]): void {
    let tick = { at: 0, seq: 0 }
    let revision = 0
    const mine = new Set<string>()
    places.forEach(({ record, at }, i) => {
      const place = { partition, seq: i + 1 }
      const contextAt = (now: number) => ({ definitions: this.#registry.of(revision), now, position: place })
      if (record.kind === 'erased') return
      if (record.kind === 'definitions') revision = Math.max(revision, record.revision)
      else if (record.kind === 'tick') {
        tick = { at, seq: place.seq }
        for (const key of mine) this.#fire(key, place, contextAt(at))
      } else if (this.#parked.has(record.key)) this.letters.push(`${partition} ${place.seq} ${record.key}`)
      else if (record.kind !== 'wake') {
        mine.add(record.key)
        this.#handle(record, place, { context: contextAt(at), tick: tick.at })
      }
    })
  }

  #fire(key: string, place: Place, context: Parameters<typeof fire>[1]): void {
    const person = this.people.get(key)
    const due = person && !this.#parked.has(key) ? nextDue(person) : null
    if (person && due !== null && due <= context.now) this.#take(key, place, [fire(person, context)])
  }

  #handle(record: KeyedRecord, place: Place, { context, tick }: { context: Parameters<typeof react>[2]; tick: number }): void {
    try {
      const reaction = react(this.people.get(record.key) ?? null, record, context)
      const due = nextDue(reaction.state)
      // What a record makes due by a tick of before is due at once.
      this.#take(record.key, place, due !== null && due <= tick ? [reaction, fire(reaction.state, context)] : [reaction])
    } catch {
      this.#parked.add(record.key)
      this.letters.push(`${place.partition} ${place.seq} ${record.key}`)
    }
  }

  #take(key: string, { partition, seq }: Place, reactions: readonly Reaction<Person>[]): void {
    let ix = 0
    for (const { state, effects, facts, records } of reactions) {
      this.people.set(key, state)
      for (const effect of effects) if (!this.effects.has(effect.id)) this.effects.set(effect.id, effect)
      for (const fact of facts) this.facts.push(told(partition, seq, { ix: ix++, fact }))
      for (const record of records) this.records.push(canonical(record))
    }
  }
}

interface Place {
  readonly partition: number
  readonly seq: number
}

const told = (partition: number, seq: number, { ix, fact }: { ix: number; fact: Fact }): string =>
  `${partition} ${seq} ${ix} ${canonical(fact)}`

/** What the database holds and what the log alone gives; the first difference, or null. */
export function difference(db: Database, registry: Registry): string | null {
  const replay = new Replay(registry)
  for (const [partition, table] of db.log.partitions.entries()) replay.partition(partition, table)
  const states = (people: Iterable<readonly [string, Person]>): string[] =>
    [...people].map(([key, person]) => `${key} ${canonical(person)}`)
  const engineSaid = db.log.partitions.flatMap(({ places }) =>
    places.filter(({ by, record }) => by === 'engine' && record.kind !== 'erased').map(({ record }) => canonical(record)),
  )
  return (
    compare('state', states([...db.states].map(([key, { person }]) => [key, person] as const)), states(replay.people)) ??
    compare(
      'effect',
      [...db.outbox.rows.values()].map(({ effect }) => canonical(effect)),
      [...replay.effects.values()].map(canonical),
    ) ??
    compare('record', engineSaid, replay.records) ??
    compare('letter', [...db.letters.keys()], replay.letters) ??
    compare(
      'fact',
      db.facts
        .filter((placed) => !isOfCancel(placed) && !isPurged(placed))
        .map(({ partition, seq, ix, fact }) => told(partition, seq, { ix, fact })),
      replay.facts,
    )
  )
}

/** As multisets. */
function compare(what: string, kept: readonly string[], replayed: readonly string[]): string | null {
  const a = kept.toSorted()
  const b = replayed.toSorted()
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i] !== b[i]) return `${what}: the database has ${a[i] ?? 'no more'}; the log gives ${b[i] ?? 'no more'}`
  }
  return null
}
