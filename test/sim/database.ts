import { type Batch, Fenced, type PlacedFact } from '#app/ports.ts'
import { receipt } from '#channels/receipts.ts'
import { RELEASED } from '#consent/contacts.ts'
import type { Fact } from '#events/reaction.ts'
import type { EventRecord } from '#events/schema.ts'
import type { Person } from '#journeys/person.ts'
import type { KeyedWrite } from '#platform/keyed-state.ts'
import type { Lease } from '#platform/leases.ts'
import type { Bug } from './bugs.ts'
import { carried, indexed, spoiled, toldAs } from './flaws.ts'
import { Log } from './log.ts'
import { Outbox } from './outbox.ts'
import { asJsonb, type DeadLetter, type LeaseRow, type OutboxRow, type StateRow } from './tables.ts'

export type Part = 'offsets' | 'people' | 'effects' | 'facts' | 'records' | 'letters'
export const WHOLE: ReadonlySet<Part> = new Set<Part>(['offsets', 'people', 'effects', 'facts', 'records', 'letters'])

/** Sees every save in the instant in which it is committed. */
export interface Witness {
  /** `leases`: those whose offsets are being saved. */
  saving(batch: Batch, leases: readonly Lease[]): void
  saved(batch: Batch, facts: readonly PlacedFact[]): void
}

const FACTS_OF_CANCELS = 10_000
/** Where a fact of somebody stood who was erased. */
const PURGED = { table: 'none', row: { profile_id: '' } } as unknown as Fact
export const isPurged = ({ fact }: PlacedFact): boolean => fact === PURGED

/** The simulated PostgreSQL: what a transaction does happens in one instant, whole or not at all. Times are epoch ms. */
export class Database {
  readonly log: Log
  readonly outbox = new Outbox()
  readonly leases: LeaseRow[]
  readonly states = new Map<string, StateRow>()
  readonly facts: PlacedFact[] = []
  /** So many facts have reached ClickHouse. */
  projected = 0
  readonly letters = new Map<string, DeadLetter>()
  /** Processes that deliver, and until when they are known to be alive. */
  readonly workers = new Map<string, number>()
  witness: Witness | undefined
  readonly #bug: Bug | null
  readonly #leaseMs: number

  constructor({ partitions, leaseMs, bug }: { partitions: number; leaseMs: number; bug: Bug | null }) {
    this.log = new Log(partitions)
    this.#bug = bug
    this.#leaseMs = leaseMs
    this.leases = Array.from({ length: partitions }, (_, partition) => ({
      partition,
      epoch: 0,
      done: 0,
      tick: 0,
      tickSeq: 0,
      revision: 0,
      owner: null,
      until: 0,
    }))
  }

  acquire(owner: string, now: number): Lease[] {
    const free = this.leases.filter((lease) => lease.owner === null || lease.until < now || lease.owner === owner)
    return free.map((lease) => {
      lease.owner = owner
      lease.epoch++
      lease.until = now + this.#leaseMs
      const { partition, epoch, done, tick, tickSeq, revision } = lease
      return { partition, epoch, done, tick, tickSeq, revision }
    })
  }

  renew(owner: string, now: number): number[] {
    const ours = this.leases.filter((lease) => lease.owner === owner && lease.until > now)
    for (const lease of ours) lease.until = now + this.#leaseMs
    return ours.map((lease) => lease.partition)
  }

  give(owner: string, partitions: readonly number[]): void {
    this.release(owner, (partition) => partitions.includes(partition))
  }

  release(owner: string, which: (partition: number) => boolean = () => true): void {
    for (const lease of this.leases) {
      if (lease.owner !== owner || !which(lease.partition)) continue
      lease.owner = null
      lease.until = 0
    }
  }

  load(keys: readonly { ws: string; id: string }[]) {
    return keys.flatMap(({ ws, id }) => {
      const row = this.states.get(id)
      if (!row) return []
      const state = asJsonb(row.person) as Person
      const kept = this.#bug === 'missing-dedupe' ? { ...state, profile: { ...state.profile, seen: {} } } : state
      return [{ ws, id, state: kept, version: row.version }]
    })
  }

  due(ticks: readonly { partition: number; tick: number }[], limit: number) {
    const tickOf = new Map(ticks.map(({ partition, tick }) => [partition, tick]))
    return [...this.states.values()]
      .filter(({ partition, nextDue }) => nextDue !== null && nextDue <= (tickOf.get(partition) ?? -1))
      .sort((a, b) => a.nextDue! - b.nextDue!)
      .slice(0, limit)
      .map(({ ws, id, partition }) => ({ ws, id, partition }))
  }

  soonest(partitions: readonly number[]): { partition: number; due: number }[] {
    const least = new Map<number, number>()
    for (const { partition, nextDue } of this.states.values()) {
      if (nextDue !== null && nextDue < (least.get(partition) ?? Infinity)) least.set(partition, nextDue)
    }
    return partitions.flatMap((partition) => (least.has(partition) ? [{ partition, due: least.get(partition)! }] : []))
  }

  parked(): { ws: string; key: string }[] {
    return [...this.letters.values()].map(({ ws, key }) => ({ ws, key }))
  }

  /** All of a batch; or, with a bug planted, some of its parts. */
  save(batch: Batch, parts: ReadonlySet<Part> = WHOLE): void {
    if (parts.has('offsets')) this.#fence(batch)
    if (parts.has('people')) this.#checkVersions(batch.people)
    this.witness?.saving(batch, parts.has('offsets') ? batch.leases : [])
    if (parts.has('offsets'))
      for (const lease of batch.leases)
        Object.assign(this.leases[lease.partition]!, { ...lease, epoch: this.leases[lease.partition]!.epoch })
    if (parts.has('people')) this.#write(batch.people)
    if (parts.has('effects')) this.outbox.enqueue(batch.effects, batch.now)
    const taken = parts.has('facts') ? this.#takeBack(batch) : []
    const facts = parts.has('facts') ? [...toldAs(this.#bug, batch.facts), ...cancellations(batch, taken)] : []
    this.facts.push(...facts)
    if (parts.has('records'))
      this.log.append(
        batch.records.map((record) => ({ key: record.key, record: carried(this.#bug, record) })),
        'engine',
        batch.now,
      )()
    this.#release(taken, batch.now)
    if (parts.has('letters')) for (const letter of batch.deadLetters) this.#bury(letter)
    this.witness?.saved(batch, facts)
  }

  /** Nothing that is held of these partitions can be saved. */
  fenceOff(partitions: ReadonlySet<number>): void {
    for (const lease of this.leases)
      if (partitions.has(lease.partition)) Object.assign(lease, { owner: null, until: 0, epoch: lease.epoch + 1 })
  }

  /** Puts a tombstone in the place of each record of these people. */
  bury(keys: readonly string[], within: (partition: number) => { after: number; upTo: number }): void {
    for (const partition of new Set(keys.map((key) => this.log.partitionOf(key)))) this.log.bury(partition, keys, within(partition))
  }

  /** What the tables hold of these people. */
  forget(keys: readonly string[]): void {
    for (const key of keys) {
      const row = this.states.get(key)
      if (this.#bug !== 'erased-timer-fires' || row?.nextDue == null) this.states.delete(key)
    }
    for (const [id, { key }] of this.outbox.rows) if (keys.includes(key)) this.outbox.rows.delete(id)
    for (const [name, { key }] of this.letters) if (keys.includes(key)) this.letters.delete(name)
  }

  /** Facts of these people up to these places; where they stood stays empty. */
  purgeFacts(keys: readonly string[], heads: readonly number[]): void {
    this.facts.forEach(({ partition, seq, ix, fact }, i) => {
      if (!keys.includes(fact.row.profile_id) || seq > heads[partition]!) return
      if (this.#bug === 'erased-decisions-stay' && (fact.table === 'decisions' || fact.table === 'predictions')) return
      this.facts[i] = { partition, seq, ix, fact: PURGED }
    })
  }

  #fence(batch: Batch): void {
    if (this.#bug === 'missing-fence') return
    const ours = batch.leases.every((lease) => this.leases[lease.partition]!.epoch === lease.epoch)
    if (!ours) throw new Fenced('Another worker owns one of these partitions now')
  }

  #checkVersions(people: readonly KeyedWrite<Person>[]): void {
    if (people.some(({ id, version }) => (this.states.get(id)?.version ?? version - 1) !== version - 1))
      throw new Fenced('A profile was written by another worker')
  }

  #write(people: readonly KeyedWrite<Person>[]): void {
    for (const write of people) {
      const { ws, id, partition, state, version } = write
      const before = this.states.get(id)?.person
      const person = asJsonb(spoiled(this.#bug, state, before)) as Person
      this.states.set(id, { ws, id, partition, person, version, nextDue: indexed(this.#bug, write, before) })
    }
  }

  #takeBack({ cancels }: Batch): OutboxRow[] {
    const ids = new Set(cancels.map(({ id }) => id))
    return this.outbox.cancel([...ids], this.#bug !== 'cancel-forgotten-in-flight')
  }

  /** The places in the contact budget that the messages held: only the outbox knows whether they were still there. */
  #release(taken: readonly OutboxRow[], now: number): void {
    if (this.#bug === 'release-forgotten') return
    const records = taken.filter(({ payload }) => 'contact' in payload).map((row): EventRecord => receipt(row, { name: RELEASED, at: now }))
    this.log.append(
      records.map((record) => ({ key: record.key, record })),
      'delivery',
      now,
    )()
  }

  #bury(letter: DeadLetter): void {
    const name = `${letter.partition} ${letter.seq} ${letter.key}`
    if (!this.letters.has(name)) this.letters.set(name, letter)
  }
}

/** Whether the fact says that a message was taken back: only the outbox knows that, so it does not follow from the log. */
export const isOfCancel = ({ ix }: PlacedFact): boolean => ix >= FACTS_OF_CANCELS

function cancellations({ cancels, now }: Batch, taken: readonly OutboxRow[]): PlacedFact[] {
  const places = new Map(cancels.map((wanted) => [wanted.id, wanted]))
  return taken.map(({ ws, id, key, channel, payload }, i) => {
    const { partition, seq } = places.get(id)!
    const text = (name: string): string => String(payload[name])
    const row: Extract<Fact, { table: 'deliveries' }>['row'] = {
      workspace_id: ws,
      profile_id: key,
      effect_id: id,
      journey_id: text('journey_id'),
      version: Number(payload['version']),
      enrollment_id: text('enrollment_id'),
      step_id: text('step_id'),
      channel,
      status: 'cancelled',
      reason: 'exited',
      at: now,
    }
    return { partition, seq, ix: FACTS_OF_CANCELS + i, fact: { table: 'deliveries', row } }
  })
}
