import { receipt } from '#channels/receipts.ts'
import { RELEASED } from '#consent/contacts.ts'
import type { Effect } from '#events/reaction.ts'
import type { EventRecord, LogRecord } from '#events/schema.ts'
import type { Person } from '#journeys/person.ts'
import type { DeadLetterRow, KeyedWrite } from '#platform/keyed-state.ts'
import type { Lease } from '#platform/leases.ts'
import { partitionOf } from '#platform/log.ts'
import type { Claimed, OutboxStatus } from '#platform/outbox.ts'
import { cancellations } from '../engine-store.ts'
import type { Batch, EngineStore, PlacedFact, ReadBlock } from '../ports.ts'
import { Heap } from './heap.ts'

export type Row = { -readonly [Name in keyof Claimed]: Claimed[Name] } & {
  status: OutboxStatus
  reason: string
  settledAt: number | null
  providerId: string
  contentHash: string
  /** When it was handed over first. */
  claimedAt: number | null
}

/** How far each partition has come; the one worker of this memory owns them all. */
type Partition = { head: number; lease: Lease; blocks: ReadBlock[]; timers: Heap<{ at: number; id: string }> }

/** The engine's store for one workspace in memory: as on PostgreSQL, where nobody else works and nothing fails. */
export class Memory implements EngineStore {
  readonly people = new Map<string, KeyedWrite<Person>>()
  readonly outbox = new Map<string, Row>()
  readonly facts: PlacedFact[] = []
  readonly letters: DeadLetterRow[] = []
  /** Messages that wait, by when they are due. */
  readonly waiting = new Heap<{ at: number; id: string }>()
  readonly #partitions: Partition[]

  constructor(partitions: number, revision: number) {
    this.#partitions = Array.from({ length: partitions }, (_, partition) => ({
      head: 0,
      lease: { partition, epoch: 1, done: 0, tick: 0, tickSeq: 0, revision },
      blocks: [],
      timers: new Heap(),
    }))
  }

  /** The last number of each partition. */
  get heads(): readonly number[] {
    return this.#partitions.map(({ head }) => head)
  }

  append(records: readonly (LogRecord & { readonly key: string })[], at: number): void {
    for (const [partition, group] of Map.groupBy(records, ({ key }) => partitionOf(key, this.#partitions.length)))
      this.#put(partition, group, at)
  }

  #put(partition: number, records: readonly LogRecord[], at: number): void {
    const of = this.#partitions[partition]!
    const first_seq = of.head + 1
    of.head += records.length
    of.blocks.push({ partition, first_seq, last_seq: of.head, at, records })
  }

  acquire = async (): Promise<Lease[]> => this.#partitions.map(({ lease }) => lease)
  renew = async (): ReturnType<EngineStore['renew']> => ({
    kept: this.#partitions.map((_, i) => i),
    share: this.#partitions.length,
    free: 0,
  })
  give = async (): Promise<void> => undefined
  release = async (): Promise<void> => undefined
  parked = async (): Promise<{ ws: string; key: string }[]> => this.letters.map(({ ws, key }) => ({ ws, key }))
  tick = async (partitions: readonly number[], now: number): Promise<void> => {
    for (const partition of partitions) this.#put(partition, [{ kind: 'tick' }], now)
  }

  read: EngineStore['read'] = async (cursors) =>
    cursors.flatMap(({ partition, seq }) => {
      const of = this.#partitions[partition]!
      // What was read is handled: nothing here is read twice.
      if (of.blocks.length > 0) of.blocks = of.blocks.filter(({ last_seq }) => last_seq > seq)
      return of.blocks
    })

  load: EngineStore['load'] = async (keys) => keys.flatMap(({ id }) => this.people.get(id) ?? [])

  due: EngineStore['due'] = async (ticks, limit) => {
    const found: { ws: string; id: string; partition: number }[] = []
    for (const { partition, tick } of ticks) {
      const { timers } = this.#partitions[partition]!
      const again: { at: number; id: string }[] = []
      const seen = new Set<string>()
      for (let next = timers.first; next && next.at <= tick && found.length < limit; next = timers.first) {
        timers.take()
        const row = this.people.get(next.id)
        if (row?.nextDue !== next.at || seen.has(next.id)) continue
        seen.add(next.id)
        again.push(next)
        found.push({ ws: row.ws, id: row.id, partition })
      }
      // Until they have fired they are due; a timer that moves leaves its old place behind.
      for (const each of again) timers.add(each)
    }
    return found
  }

  soonest: EngineStore['soonest'] = async (partitions) =>
    partitions.flatMap((partition) => {
      const { timers } = this.#partitions[partition]!
      while (timers.first && this.people.get(timers.first.id)?.nextDue !== timers.first.at) timers.take()
      return timers.first ? [{ partition, due: timers.first.at }] : []
    })

  save: EngineStore['save'] = async (batch: Batch) => {
    for (const lease of batch.leases) this.#partitions[lease.partition]!.lease = lease
    for (const write of batch.people) {
      const before = this.people.get(write.id)?.nextDue
      this.people.set(write.id, write)
      // A timer that stays has its place already.
      if (write.nextDue !== null && write.nextDue !== before)
        this.#partitions[write.partition]!.timers.add({ at: write.nextDue, id: write.id })
    }
    for (const effect of batch.effects) this.#enqueue(effect, batch.now)
    const cancelled = this.cancel(
      batch.cancels.map(({ id }) => id),
      { now: batch.now, reason: 'exited' },
    )
    for (const fact of batch.facts) this.facts.push(fact)
    for (const fact of cancellations(batch, cancelled)) this.facts.push(fact)
    const released = cancelled
      .filter(({ payload }) => 'contact' in payload)
      .map((row): EventRecord => receipt(row, { name: RELEASED, at: batch.now }))
    this.append([...batch.records, ...released], batch.now)
    this.letters.push(...batch.deadLetters)
  }

  #enqueue(effect: Effect, now: number): void {
    if (this.outbox.has(effect.id)) return
    this.outbox.set(effect.id, {
      ...effect,
      attempt: 0,
      deferred: 0,
      route: '',
      createdAt: now,
      status: 'ready',
      reason: '',
      settledAt: null,
      providerId: '',
      contentHash: '',
      claimedAt: null,
    })
    this.waiting.add({ at: effect.due, id: effect.id })
  }

  /** Takes back what has not left. */
  cancel(ids: readonly string[], { now, reason }: { now: number; reason: string }): Row[] {
    return ids.flatMap((id) => {
      const row = this.outbox.get(id)
      if (row?.status !== 'ready') return []
      Object.assign(row, { status: 'cancelled', reason, settledAt: now })
      return [row]
    })
  }
}
