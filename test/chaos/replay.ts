import type { PlacedFact } from '#app/ports.ts'
import type { Effect, Reaction } from '#events/reaction.ts'
import type { KeyedRecord, LogRecord } from '#events/schema.ts'
import type { Definitions } from '#journeys/definitions.ts'
import type { Person } from '#journeys/person.ts'
import { fire, nextDue, react } from '#journeys/react.ts'

/** The records that one append put on a partition, as they lie in the table `log`. */
export interface Block {
  readonly partition: number
  readonly first_seq: number
  readonly last_seq: number
  /** Epoch ms. */
  readonly at: number
  /** JSON array. */
  readonly records: string
}

export interface ReplayedPerson {
  readonly ws: string
  readonly partition: number
  readonly person: Person
}

/** How far a partition came. */
export interface Stand {
  done: number
  tick: number
  tickSeq: number
  revision: number
}

/** All that follows from a log. */
export interface Replayed {
  /** By `workspace id`. */
  readonly people: ReadonlyMap<string, ReplayedPerson>
  readonly facts: readonly PlacedFact[]
  /** By `workspace id`; the first of an id counts. */
  readonly effects: ReadonlyMap<string, Effect>
  readonly cancels: readonly { readonly ws: string; readonly id: string }[]
  /** Records for other keys: each must be on the log, too. */
  readonly records: readonly KeyedRecord[]
  readonly stands: ReadonlyMap<number, Stand>
}

interface Sources {
  /** In the order of `first_seq` within each partition. */
  readonly blocks: readonly Block[]
  readonly definitions: (revision: number, ws: string) => Definitions
}

/**
 * Makes everything again from the log alone, with nothing of the engine but `react` and `fire`: no batches, no cache, no database.
 * Throws when numbers of the log are missing or a record cannot be handled.
 */
export function replay({ blocks, definitions }: Sources): Replayed {
  const partitions = Map.groupBy(blocks, (block) => block.partition)
  const made = { people: new Map<string, ReplayedPerson>(), facts: [], effects: new Map(), cancels: [], records: [] } satisfies Making
  const stands = new Map<number, Stand>()
  for (const [partition, own] of partitions) stands.set(partition, new Partition(partition, made, definitions).run(own))
  return { ...made, stands }
}

interface Making {
  readonly people: Map<string, ReplayedPerson>
  readonly facts: PlacedFact[]
  readonly effects: Map<string, Effect>
  readonly cancels: { ws: string; id: string }[]
  readonly records: KeyedRecord[]
}

/** One partition, from its first record to its last. Keys stay on their partition, so partitions do not touch each other. */
class Partition {
  readonly #partition: number
  readonly #made: Making
  readonly #definitions: Sources['definitions']
  readonly #keys = new Set<string>()
  readonly #stand: Stand = { done: 0, tick: 0, tickSeq: 0, revision: 0 }

  constructor(partition: number, made: Making, definitions: Sources['definitions']) {
    this.#partition = partition
    this.#made = made
    this.#definitions = definitions
  }

  run(blocks: readonly Block[]): Stand {
    let at = 0
    for (const block of blocks) {
      const records = JSON.parse(block.records) as LogRecord[]
      if (block.first_seq !== this.#stand.done + 1 || block.last_seq !== block.first_seq + records.length - 1)
        throw new Error(
          `partition ${this.#partition}: after ${this.#stand.done} comes a block from ${block.first_seq} to ${block.last_seq} with ${records.length} records`,
        )
      if (block.at < at) throw new Error(`partition ${this.#partition}: time goes back at ${block.first_seq}`)
      at = block.at
      for (const record of records) this.#handle(record, at)
    }
    return this.#stand
  }

  #handle(record: LogRecord, at: number): void {
    const stand = this.#stand
    stand.done++
    switch (record.kind) {
      case 'tick':
        stand.tick = at
        stand.tickSeq = stand.done
        for (const name of this.#keys) this.#fire(name)
        return
      case 'definitions':
        stand.revision = Math.max(stand.revision, record.revision)
        return
      case 'wake':
        this.#fire(`${record.ws} ${record.key}`)
        return
      case 'erased':
        return
      case 'event':
      case 'review':
      case 'merge':
      case 'absorb':
        this.#react(record, at)
    }
  }

  #react(record: KeyedRecord, now: number): void {
    const name = `${record.ws} ${record.key}`
    this.#fire(name)
    this.#keys.add(name)
    const position = { partition: this.#partition, seq: this.#stand.done }
    const context = { definitions: this.#definitions(this.#stand.revision, record.ws), now, position }
    const first = react(this.#made.people.get(name)?.person ?? null, record, context)
    // A record can bring timers that are overdue: those of a profile that became this one.
    const due = nextDue(first.state)
    const reactions = due !== null && due <= this.#stand.tick ? [first, fire(first.state, context)] : [first]
    this.#take(record.ws, { name, seq: position.seq, reactions })
  }

  #fire(name: string): void {
    const known = this.#made.people.get(name)
    const due = known ? nextDue(known.person) : null
    if (!known || due === null || due > this.#stand.tick) return
    const position = { partition: this.#partition, seq: this.#stand.tickSeq }
    const context = { definitions: this.#definitions(this.#stand.revision, known.ws), now: this.#stand.tick, position }
    this.#take(known.ws, { name, seq: position.seq, reactions: [fire(known.person, context)] })
  }

  #take(ws: string, { name, seq, reactions }: { name: string; seq: number; reactions: readonly Reaction<Person>[] }): void {
    const { people, facts, effects, cancels, records } = this.#made
    let ix = 0
    for (const reaction of reactions) {
      people.set(name, { ws, partition: this.#partition, person: reaction.state })
      for (const fact of reaction.facts) facts.push({ partition: this.#partition, seq, ix: ix++, fact })
      for (const effect of reaction.effects) {
        const id = `${effect.ws} ${effect.id}`
        if (!effects.has(id)) effects.set(id, effect)
      }
      for (const id of reaction.cancels) cancels.push({ ws, id })
      records.push(...reaction.records)
    }
  }
}
