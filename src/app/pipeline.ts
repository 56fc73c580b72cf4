import { LRUCache } from 'lru-cache'
import type { EventRecord, LoggedRecord, LogRecord } from '#events/schema.ts'
import type { Definitions } from '#journeys/definitions.ts'
import type { Lease } from '#platform/leases.ts'
import { BatchBuilder, type Held, nameOf } from './batch.ts'
import type { Batch, EngineStore, ReadBlock } from './ports.ts'

/** Definitions by revision: `prepare` fetches, `of` answers at once. */
export interface DefinitionsSource {
  prepare(revision: number): Promise<void>
  of(revision: number, ws: string): Definitions
}

export interface PipelineOptions {
  readonly store: EngineStore
  readonly definitions: DefinitionsSource
  readonly owner: string
  /** Epoch ms. */
  readonly now: () => number
  readonly batchSize: number
  readonly cacheSize: number
  /** Told after each commit. */
  readonly onCommit: (committed: { batch: Batch; events: readonly EventRecord[] }) => void
}

/** What one step of the worker found to do. */
export type Step = 'worked' | 'idle' | 'no partitions'

/**
 * The one worker of its partitions: reads records, loads the keyed state, reacts, and saves all that follows
 * in one transaction. Any failed save drops everything held in memory and takes the leases anew.
 */
export class Pipeline {
  readonly #options: PipelineOptions
  readonly #leases = new Map<number, Lease>()
  /** Records read but not handled yet, and how far reading has come, by partition. */
  readonly #waiting = new Map<number, LoggedRecord[]>()
  readonly #read = new Map<number, number>()
  readonly #cache: LRUCache<string, Held>
  #parked = new Set<string>()
  #lastBatch = 0
  /** Partitions whose last tick may still have timers to fire. */
  readonly #draining = new Set<number>()
  /** Earliest timer by partition, and partitions whose tick is under way. */
  readonly #soonest = new Map<number, number>()
  readonly #ticking = new Set<number>()

  constructor(options: PipelineOptions) {
    this.#options = options
    this.#cache = new LRUCache({ max: options.cacheSize })
  }

  get partitions(): readonly number[] {
    return [...this.#leases.keys()]
  }

  /** The next moment at which a timer is due (epoch ms), if it is known. */
  get nextTimer(): number | undefined {
    let least: number | undefined
    for (const [partition, due] of this.#soonest) if (!this.#ticking.has(partition) && (least === undefined || due < least)) least = due
    return least
  }

  /** Takes our share of the free partitions. Whatever was held before is forgotten. */
  async acquire(): Promise<void> {
    this.forget()
    const { store, owner, definitions } = this.#options
    const leases = await store.acquire(owner)
    for (const revision of new Set(leases.map((lease) => lease.revision))) await definitions.prepare(revision)
    this.#parked = await this.#whoIsParked()
    for (const lease of leases) {
      this.#leases.set(lease.partition, lease)
      this.#read.set(lease.partition, lease.done)
      this.#waiting.set(lease.partition, [])
      this.#draining.add(lease.partition)
    }
  }

  /** Keeps the leases. What is more than our share goes to others, between two batches; what is less is taken as soon as it is free. */
  async renew(): Promise<void> {
    const { store, owner } = this.#options
    const { kept, share, free } = await store.renew(owner)
    if (kept.length !== this.#leases.size || (free > 0 && kept.length < share)) return this.acquire()
    if (kept.length > share) await this.#give(kept.slice(share))
    this.#parked = await this.#whoIsParked()
  }

  async #give(partitions: readonly number[]): Promise<void> {
    // Forgotten first: when the answer is lost, the next renewal finds out what is still ours.
    for (const partition of partitions) {
      for (const held of [this.#leases, this.#waiting, this.#read, this.#soonest, this.#draining, this.#ticking]) held.delete(partition)
    }
    this.#cache.clear()
    await this.#options.store.give(this.#options.owner, partitions)
  }

  forget(): void {
    for (const held of [this.#leases, this.#waiting, this.#read, this.#soonest, this.#draining, this.#ticking]) held.clear()
    this.#cache.clear()
  }

  async #whoIsParked(): Promise<Set<string>> {
    return new Set((await this.#options.store.parked()).map(({ ws, key }) => nameOf(ws, key)))
  }

  /** Records and timers that the last batch handled. */
  get lastBatch(): number {
    return this.#lastBatch
  }

  /** Handles one batch. A throw means that nothing of it was saved, or that this is unknown: acquire again. */
  async step(): Promise<Step> {
    if (this.#leases.size === 0) return 'no partitions'
    await this.#fill()
    const records = this.#pick()
    const due = await this.#due(this.#options.batchSize - records.length)
    if (records.length === 0 && due.length === 0) return (await this.#tick()) ? 'worked' : 'idle'
    this.#lastBatch = records.length + due.length
    const held = await this.#prepare(records, due)
    const builder = new BatchBuilder({
      definitions: (revision, ws) => this.#options.definitions.of(revision, ws),
      held,
      isParked: (name) => this.#parked.has(name),
    })
    const leases = new Map(this.#leases)
    for (const { ws, id, partition } of due) builder.wake(leases.get(partition)!, ws, id)
    for (const logged of records) leases.set(logged.partition, builder.handle(leases.get(logged.partition)!, logged))
    const batch = builder.build(this.#options.now())
    await this.#options.store.save(batch)
    this.#committed(builder, batch)
    this.#options.onCommit({ batch, events: builder.events })
    await this.#tick()
    return 'worked'
  }

  async #fill(): Promise<void> {
    const { batchSize, store } = this.#options
    const hungry = [...this.#leases.keys()].filter((partition) => this.#waiting.get(partition)!.length < batchSize / this.#leases.size)
    if (hungry.length === 0) return
    const blocks = await store.read(
      hungry.map((partition) => ({ partition, seq: this.#read.get(partition)! })),
      8,
    )
    for (const block of blocks) this.#admit(block)
  }

  #admit(block: ReadBlock): void {
    const read = this.#read.get(block.partition)!
    const waiting = this.#waiting.get(block.partition)!
    const records = typeof block.records === 'string' ? (JSON.parse(block.records) as LogRecord[]) : block.records
    for (let i = 0; i < records.length; i++) {
      const seq = block.first_seq + i
      if (seq > read) waiting.push({ partition: block.partition, seq, at: block.at, record: records[i]! })
    }
    this.#read.set(block.partition, Math.max(read, block.last_seq))
  }

  /**
   * Takes a fair share from each partition. A tick waits until the one before it has fired all that was due, and so do new definitions:
   * what fires, and by which definitions, must not hang on how the log is cut into batches.
   */
  #pick(): LoggedRecord[] {
    const share = Math.ceil(this.#options.batchSize / this.#leases.size)
    const picked: LoggedRecord[] = []
    for (const [partition, waiting] of this.#waiting) {
      let draining = this.#draining.has(partition)
      let taken = 0
      while (taken < share && taken < waiting.length) {
        const { kind } = waiting[taken]!.record
        if (draining && (kind === 'tick' || kind === 'definitions')) break
        if (kind === 'tick') draining = true
        picked.push(waiting[taken++]!)
      }
      waiting.splice(0, taken)
    }
    return picked
  }

  /** Profiles with timers to fire; a partition that has none left is drained. */
  async #due(limit: number): Promise<{ ws: string; id: string; partition: number }[]> {
    if (this.#draining.size === 0 || limit <= 0) return []
    const ticks = [...this.#draining].map((partition) => ({ partition, tick: this.#leases.get(partition)!.tick }))
    const due = await this.#options.store.due(ticks, limit)
    if (due.length < limit) {
      const busy = new Set(due.map((row) => row.partition))
      const drained = ticks.filter(({ partition }) => !busy.has(partition)).map(({ partition }) => partition)
      if (drained.length > 0) await this.#drained(drained)
    }
    return due
  }

  async #drained(partitions: readonly number[]): Promise<void> {
    const soonest = await this.#options.store.soonest(partitions)
    for (const partition of partitions) {
      this.#draining.delete(partition)
      this.#ticking.delete(partition)
      this.#soonest.delete(partition)
    }
    for (const { partition, due } of soonest) this.#soonest.set(partition, due)
  }

  /** The state of every key in the batch, from the cache or in one query, and the definitions that it needs. */
  async #prepare(records: readonly LoggedRecord[], due: readonly { ws: string; id: string }[]): Promise<ReadonlyMap<string, Held>> {
    const held = new Map<string, Held>()
    const missing = new Map<string, { ws: string; id: string }>()
    const want = (ws: string, id: string) => {
      const name = nameOf(ws, id)
      if (held.has(name) || missing.has(name)) return
      const cached = this.#cache.get(name)
      if (cached) held.set(name, cached)
      else missing.set(name, { ws, id })
    }
    // Said each time, so that what a partition stands at is kept, however long it stands there.
    for (const revision of new Set([...this.#leases.values()].map((lease) => lease.revision)))
      await this.#options.definitions.prepare(revision)
    for (const { record } of records) {
      if (record.kind === 'definitions') await this.#options.definitions.prepare(record.revision)
      else if (record.kind !== 'tick' && record.kind !== 'erased') want(record.ws, record.key)
    }
    for (const { ws, id } of due) want(ws, id)
    if (missing.size === 0) return held
    for (const { ws, id, state, version } of await this.#options.store.load([...missing.values()]))
      held.set(nameOf(ws, id), { person: state, version })
    for (const name of missing.keys()) if (!held.has(name)) held.set(name, { person: null, version: 0 })
    return held
  }

  #committed(builder: BatchBuilder, batch: Batch): void {
    for (const lease of batch.leases) {
      if (lease.tickSeq !== this.#leases.get(lease.partition)!.tickSeq) this.#draining.add(lease.partition)
      this.#leases.set(lease.partition, lease)
    }
    for (const { ws, id, state, version, partition, nextDue } of batch.people) {
      this.#cache.set(nameOf(ws, id), { person: state, version })
      if (nextDue !== null && nextDue < (this.#soonest.get(partition) ?? Infinity)) this.#soonest.set(partition, nextDue)
    }
    for (const name of builder.released) this.#parked.delete(name)
    for (const name of builder.parked) this.#parked.add(name)
  }

  /** Puts a tick on the partitions where a timer is due now. */
  async #tick(): Promise<boolean> {
    const now = this.#options.now()
    const ready = [...this.#soonest].filter(
      ([partition, due]) => due <= now && !this.#ticking.has(partition) && !this.#draining.has(partition),
    )
    if (ready.length === 0) return false
    const partitions = ready.map(([partition]) => partition)
    await this.#options.store.tick(partitions, now)
    for (const partition of partitions) this.#ticking.add(partition)
    return true
  }
}
