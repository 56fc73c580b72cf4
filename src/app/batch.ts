import type { Reaction } from '#events/reaction.ts'
import type { EventRecord, KeyedRecord, LoggedRecord, WakeRecord } from '#events/schema.ts'
import type { Definitions } from '#journeys/definitions.ts'
import type { Person } from '#journeys/person.ts'
import { fire, nextDue, react } from '#journeys/react.ts'
import type { Context } from '#journeys/turn.ts'
import type { DeadLetterRow } from '#platform/keyed-state.ts'
import type { Lease } from '#platform/leases.ts'
import type { Batch, PlacedFact } from './ports.ts'

/** A profile as the worker holds it: null until its first record. */
export interface Held {
  readonly person: Person | null
  readonly version: number
}

export interface Surroundings {
  /** Definitions of a workspace at a revision; loaded beforehand. */
  definitions(revision: number, ws: string): Definitions
  /** The committed state of every key in the batch. */
  readonly held: ReadonlyMap<string, Held>
  isParked(id: string): boolean
}

export const nameOf = (ws: string, key: string): string => `${ws} ${key}`

interface Changed {
  readonly ws: string
  readonly key: string
  readonly partition: number
  readonly person: Person
  readonly version: number
  /** Timers stay silent: firing them threw. */
  readonly muted: boolean
}

/** Collects what follows from records, one after the other, until it is saved as a whole. */
export class BatchBuilder {
  readonly leases = new Map<number, Lease>()
  readonly changed = new Map<string, Changed>()
  /** Keys that this batch parks, and keys that it releases. */
  readonly parked = new Set<string>()
  readonly released = new Set<string>()
  readonly events: EventRecord[] = []
  readonly #effects: Batch['effects'][number][] = []
  readonly #cancels: Batch['cancels'][number][] = []
  readonly #facts: PlacedFact[] = []
  readonly #records: KeyedRecord[] = []
  readonly #dead: DeadLetterRow[] = []
  readonly #around: Surroundings

  constructor(around: Surroundings) {
    this.#around = around
  }

  /** Handles one record of a partition; the lease moves on with it. */
  handle(lease: Lease, logged: LoggedRecord): Lease {
    const { record, seq, at } = logged
    let next: Lease = { ...lease, done: seq }
    if (record.kind === 'tick') next = { ...next, tick: at, tickSeq: seq }
    else if (record.kind === 'definitions') next = { ...next, revision: Math.max(record.revision, lease.revision) }
    else if (record.kind !== 'erased') this.#keyed(lease, logged, record)
    this.leases.set(lease.partition, next)
    return next
  }

  /** Fires what is due by the partition's last tick. */
  wake(lease: Lease, ws: string, key: string): void {
    this.leases.set(lease.partition, this.leases.get(lease.partition) ?? lease)
    const name = nameOf(ws, key)
    const person = this.#person(name)
    if (!this.#isParked(name)) this.#fire(lease, ws, key)
    else if (person) this.#put({ ws, key, partition: lease.partition, person, muted: true })
  }

  #keyed(lease: Lease, { seq, at }: LoggedRecord, record: KeyedRecord | WakeRecord): void {
    const { ws, key } = record
    const name = nameOf(ws, key)
    if (record.kind === 'wake' && record.replay) {
      this.parked.delete(name)
      this.released.add(name)
    }
    if (this.#isParked(name)) {
      this.#bury(lease, seq, { record, error: '' })
      return
    }
    if (!this.#fire(lease, ws, key)) {
      this.#bury(lease, seq, { record, error: '' })
      return
    }
    if (record.kind === 'wake') return
    if (record.kind === 'event') this.events.push(record)
    const place = { partition: lease.partition, seq }
    try {
      const context = { definitions: this.#around.definitions(lease.revision, ws), now: at, position: place }
      this.#take(place, { ws, key, reaction: withOverdue(react(this.#person(name), record, context), lease.tick, context) })
    } catch (error) {
      this.#bury(lease, seq, { record, error: told(error) })
      this.parked.add(name)
    }
  }

  /** False when firing threw: the profile is parked. */
  #fire(lease: Lease, ws: string, key: string): boolean {
    const name = nameOf(ws, key)
    const person = this.#person(name)
    if (!person) return true
    const due = nextDue(person)
    if (due === null || due > lease.tick) return true
    const place = { partition: lease.partition, seq: lease.tickSeq }
    try {
      const context = { definitions: this.#around.definitions(lease.revision, ws), now: lease.tick, position: place }
      this.#take(place, { ws, key, reaction: fire(person, context) })
      return true
    } catch (error) {
      this.#bury(lease, lease.tickSeq, { record: { kind: 'wake', ws, key }, error: told(error) })
      this.#put({ ws, key, partition: lease.partition, person, muted: true })
      this.parked.add(name)
      return false
    }
  }

  #take(place: { partition: number; seq: number }, { ws, key, reaction }: { ws: string; key: string; reaction: Reaction<Person> }): void {
    this.#put({ ws, key, partition: place.partition, person: reaction.state, muted: false })
    this.#effects.push(...reaction.effects)
    for (const id of reaction.cancels) this.#cancels.push({ ws, id, partition: place.partition, seq: place.seq })
    let ix = 0
    for (const fact of reaction.facts) this.#facts.push({ ...place, ix: ix++, fact })
    this.#records.push(...reaction.records)
  }

  #put(change: Omit<Changed, 'version'>): void {
    const name = nameOf(change.ws, change.key)
    const version = this.changed.get(name)?.version ?? this.#held(name).version + 1
    this.changed.set(name, { ...change, version })
  }

  #person(name: string): Person | null {
    return this.changed.get(name)?.person ?? this.#held(name).person
  }

  #held(name: string): Held {
    const held = this.#around.held.get(name)
    if (!held) throw new Error(`The state of ${name} was not loaded`)
    return held
  }

  #isParked(name: string): boolean {
    return this.parked.has(name) || (!this.released.has(name) && this.#around.isParked(name))
  }

  #bury(lease: Lease, seq: number, { record, error }: { record: KeyedRecord | WakeRecord; error: string }): void {
    this.#dead.push({ ws: record.ws, key: record.key, partition: lease.partition, seq, record: JSON.stringify(record), error })
  }

  build(now: number): Batch {
    const people = [...this.changed.values()].map(({ ws, key, partition, person, version, muted }) => ({
      ws,
      id: key,
      partition,
      state: person,
      version,
      nextDue: muted ? null : nextDue(person),
      awaiting: person.segments.awaiting !== undefined,
    }))
    return {
      leases: [...this.leases.values()],
      people,
      effects: this.#effects,
      cancels: this.#cancels,
      facts: this.#facts,
      records: this.#records,
      deadLetters: this.#dead,
      now,
    }
  }
}

/**
 * A record can bring timers that a tick of before should have fired: the runs of a profile that became this one. They fire with the record,
 * so that when they fire follows from the log alone.
 */
function withOverdue(reaction: Reaction<Person>, tick: number, context: Context): Reaction<Person> {
  const due = nextDue(reaction.state)
  if (due === null || due > tick) return reaction
  const fired = fire(reaction.state, context)
  return {
    state: fired.state,
    effects: [...reaction.effects, ...fired.effects],
    cancels: [...reaction.cancels, ...fired.cancels],
    facts: [...reaction.facts, ...fired.facts],
    records: [...reaction.records, ...fired.records],
  }
}

const told = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error))
