import { LRUCache } from 'lru-cache'
import type { Pool } from 'pg'
import { ADDRESS_SUPPRESSED, CONSENT_WITHDRAWN } from '#consent/react.ts'
import type { AcceptedEvent } from '#events/accept.ts'
import type { EventRecord, Identifier, KeyedRecord } from '#events/schema.ts'
import { digest } from '#lib/hash.ts'
import { appendCounting, type Queryable } from '#platform/log.ts'
import { erasedCounts } from '#platform/log-erasure.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { type AddressHash, type Listed, listedAmong } from '#platform/suppressions.ts'
import { type Known, type Resolution, resolve, resolveAlias } from '#profiles/resolve.ts'
import { claimIdentities, lockIdentities, moveIdentities, type OwnedIdentifier, owners } from '#profiles/store.ts'

export interface IngestOptions {
  readonly pool: Pool
  readonly partitions: number
  readonly now: () => number
  /** Events that may wait for a commit before senders are told to slow down. */
  readonly maxWaiting: number
  /** How hashed entries of the suppression list are found; left out: the list is not asked about new addresses. */
  readonly addressHash?: AddressHash
  /** Told after each commit. */
  readonly onAppended: () => void
}

/** Where accepted events go: straight into the database, or into the stream in front of it. */
export interface Intake {
  /** What waits for its commit. */
  readonly waiting: number
  /** Resolves when the events are durable. Rejects with `Overloaded` when too much waits. */
  submit(ws: string, events: readonly AcceptedEvent[]): Promise<void>
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>
}

/** More is waiting than the database takes: come back later. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded'
}

/** Somebody was erased since identities were remembered: what is known of them may lead to a profile that is no more. */
class Outdated extends Error {
  override readonly name = 'Outdated'
}

interface Waiting {
  readonly ws: string
  readonly events: readonly AcceptedEvent[]
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

interface Item {
  readonly ws: string
  readonly event: AcceptedEvent
}

const EVENTS_PER_COMMIT = 2_000

/** Group commit: what arrives while one transaction commits goes together into the next. */
export class Ingest implements Intake {
  readonly #options: IngestOptions
  readonly #waiting: Waiting[] = []
  readonly #known = new LRUCache<string, Known>({ max: 200_000 })
  /** Where merged profiles went, for what the cache still believes. */
  readonly #moved = new LRUCache<string, Known>({ max: 50_000 })
  /** How often somebody had been erased from each partition when identities were first remembered. */
  #erased: ReadonlyMap<number, number> | null = null
  #waitingEvents = 0
  #running: Promise<void> | null = null

  constructor(options: IngestOptions) {
    this.#options = options
  }

  get waiting(): number {
    return this.#waitingEvents
  }

  /** Resolves when the events are durable on the log. Rejects with `Overloaded`, or with the database's error. */
  submit(ws: string, events: readonly AcceptedEvent[]): Promise<void> {
    if (events.length === 0) return Promise.resolve()
    if (this.#waitingEvents >= this.#options.maxWaiting) return Promise.reject(new Overloaded())
    this.#waitingEvents += events.length
    return new Promise((done, failed) => {
      this.#waiting.push({ ws, events, done, failed })
      this.#running ??= this.#drain()
    })
  }

  /** Appends what a stream has brought, and whatever `within` does, in one transaction. Rejects with what went wrong. */
  async carry(
    parcels: readonly { readonly ws: string; readonly events: readonly AcceptedEvent[] }[],
    within: (tx: Queryable) => Promise<void>,
  ): Promise<void> {
    try {
      await this.#commit(
        parcels.flatMap(({ ws, events }) => events.map((event) => ({ ws, event }))),
        within,
      )
    } catch (error) {
      this.#known.clear()
      throw error
    }
    this.#options.onAppended()
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running
  }

  async #drain(): Promise<void> {
    // One turn of the event loop, so that requests that arrived together share the first commit as well.
    await new Promise((resolveTurn) => setImmediate(resolveTurn))
    while (this.#waiting.length > 0) {
      const group = this.#take()
      try {
        await this.#commit(group.flatMap(({ ws, events }) => events.map((event) => ({ ws, event }))))
        for (const { done } of group) done()
        this.#options.onAppended()
      } catch (error) {
        this.#known.clear()
        for (const { failed } of group) failed(error)
      }
    }
    this.#running = null
  }

  #take(): Waiting[] {
    let count = 0
    let requests = 0
    while (requests < this.#waiting.length && (requests === 0 || count + this.#waiting[requests]!.events.length <= EVENTS_PER_COMMIT)) {
      count += this.#waiting[requests++]!.events.length
    }
    this.#waitingEvents -= count
    return this.#waiting.splice(0, requests)
  }

  async #commit(items: readonly Item[], within?: (tx: Queryable) => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await this.#attempt(items, within)
      } catch (error) {
        if (!(error instanceof Outdated)) throw error
        this.#known.clear()
        this.#moved.clear()
        this.#erased = null
      }
    }
  }

  async #attempt(items: readonly Item[], within?: (tx: Queryable) => Promise<void>): Promise<void> {
    // Read before anything is remembered: what is remembered is at least as new.
    this.#erased ??= await erasedCounts(this.#options.pool)
    const erased = this.#erased
    await this.#look(this.#options.pool, this.#unknown(items))
    const settled = items.every((item) => isSettled(item, (id) => this.#owner(item.ws, id)))
    await transaction(this.#options.pool, async (tx) => {
      await within?.(tx)
      const round = settled ? new Round((ws, id) => this.#owner(ws, id)) : await this.#locked(tx, items)
      const records = items.flatMap((item) => round.records(item))
      const claims = round.claims()
      await claimIdentities(tx, claims)
      await moveIdentities(tx, round.merges)
      const listed = await this.#listed(tx, claims)
      const counts = await appendCounting(
        tx,
        [...listed, ...records].map((record) => ({ workspace: record.ws, key: record.key, text: JSON.stringify(record) })),
        { partitions: this.#options.partitions, now: this.#options.now() },
      )
      // The heads of the partitions are locked now, and an erasure locks them too: it came before, and is seen, or it comes after.
      for (const [partition, count] of counts) if (erased.get(partition) !== count) throw new Outdated()
      return round
    }).then((round) => this.#learn(round))
  }

  /**
   * What the suppression list knows of addresses that a profile has just got, so that whoever was imported or identified again is not
   * written to: before their first event, and without naming an address that only its hash is kept of.
   */
  async #listed(tx: Queryable, claims: readonly (OwnedIdentifier & { profile: string })[]): Promise<EventRecord[]> {
    const { addressHash, now } = this.#options
    const addresses = claims.filter(({ kind }) => kind === 'email' || kind === 'phone')
    if (!addressHash || addresses.length === 0) return []
    const owner = new Map(addresses.map((claim) => [`${claim.ws} ${claim.value.toLowerCase()}`, claim.profile]))
    const found = await listedAmong(
      tx,
      addresses.map(({ ws, value }) => ({ ws, address: value })),
      addressHash,
    )
    return found.map((entry) => listedRecord(entry, owner.get(`${entry.ws} ${entry.address.toLowerCase()}`)!, now()))
  }

  /** Something is new: look again under the lock, where nobody else can change identities. */
  async #locked(tx: Queryable, items: readonly Item[]): Promise<Round> {
    await lockIdentities(tx, [...new Set(items.map((item) => item.ws))])
    const unsettled = items.filter((item) => !isSettled(item, (id) => this.#owner(item.ws, id)))
    const fresh = new Map<string, Known>()
    for (const row of await owners(tx, unsettled.flatMap(identifiersOf)))
      fresh.set(nameOf(row.ws, row), { profile: row.profile, user: row.user })
    const reread = new Set(unsettled.flatMap(identifiersOf).map((id) => nameOf(id.ws, id)))
    return new Round((ws, id) => (reread.has(nameOf(ws, id)) ? fresh.get(nameOf(ws, id)) : this.#owner(ws, id)))
  }

  #unknown(items: readonly Item[]): OwnedIdentifier[] {
    const wanted = new Map<string, OwnedIdentifier>()
    for (const item of items) {
      for (const id of identifiersOf(item)) {
        const name = nameOf(id.ws, id)
        if (!this.#known.has(name)) wanted.set(name, id)
      }
    }
    return [...wanted.values()]
  }

  async #look(db: Queryable, ids: readonly OwnedIdentifier[]): Promise<void> {
    if (ids.length === 0) return
    for (const row of await owners(db, ids)) this.#known.set(nameOf(row.ws, row), { profile: row.profile, user: row.user })
  }

  #owner(ws: string, id: Identifier): Known | undefined {
    let known = this.#known.get(nameOf(ws, id))
    for (let hops = 0; known && hops < 16; hops++) {
      const next = this.#moved.get(`${ws} ${known.profile}`)
      if (!next) break
      known = next
    }
    return known
  }

  #learn(round: Round): void {
    for (const { name, ws, profile } of round.learned()) this.#known.set(name, { profile, user: round.users.has(`${ws} ${profile}`) })
    for (const { ws, from, into } of round.merges)
      this.#moved.set(`${ws} ${from}`, { profile: into, user: round.users.has(`${ws} ${into}`) })
  }
}

/** An unsubscribe is as old as it is, so that a later consent of the person's still counts; all else stops the address itself. */
function listedRecord({ ws, address, channel, topic, reason, at }: Listed, key: string, now: number): EventRecord {
  const common = { kind: 'event' as const, ws, key, type: 'system' as const, received: now, ids: [] }
  const id = `listed:${digest(`${address} ${channel} ${topic} ${reason} ${at}`)}`
  const channels = channel === '' ? (address.includes('@') ? 'email' : '*') : channel
  if (reason === 'unsubscribed')
    return { ...common, id, name: CONSENT_WITHDRAWN, at, props: { channel: channels, topic, address, source: 'suppression-list' } }
  return { ...common, id, name: ADDRESS_SUPPRESSED, at: now, props: { address, reason, source: 'suppression-list' } }
}

const nameOf = (ws: string, { kind, value }: Identifier): string => `${ws}\u0000${kind}\u0000${value}`

function identifiersOf({ ws, event }: Item): OwnedIdentifier[] {
  const previous = event.previous ? (['user_id', 'anonymous_id'] as const).map((kind) => ({ ws, kind, value: event.previous!.value })) : []
  return [...event.ids.map((id) => ({ ...id, ws })), ...previous]
}

const resolutionOf = ({ ws, event }: Item, known: (id: Identifier) => Known | undefined): Resolution =>
  event.previous ? resolveAlias(ws, event.ids, { previous: event.previous, known }) : resolve(ws, event.ids, known)

function isSettled(item: Item, known: (id: Identifier) => Known | undefined): boolean {
  const { claim, merge } = resolutionOf(item, known)
  return claim.length === 0 && merge.length === 0
}

/** The identities as they change from event to event within one commit. */
class Round {
  /** Profiles that have a user id. */
  readonly users = new Set<string>()
  readonly merges: { ws: string; from: string; into: string }[] = []
  readonly #base: (ws: string, id: Identifier) => Known | undefined
  readonly #claims = new Map<string, OwnedIdentifier & { profile: string }>()
  readonly #moved = new Map<string, string>()

  constructor(base: (ws: string, id: Identifier) => Known | undefined) {
    this.#base = base
  }

  records(item: Item): KeyedRecord[] {
    const { ws, event } = item
    const known = (id: Identifier) => this.#owner(ws, id)
    const { profile, claim, merge } = resolutionOf(item, known)
    if (event.ids.some((id) => id.kind === 'user_id')) this.users.add(`${ws} ${profile}`)
    for (const id of claim) this.#claim(ws, id, profile)
    const records: KeyedRecord[] = []
    for (const from of merge) {
      this.merges.push({ ws, from, into: profile })
      this.#moved.set(`${ws} ${from}`, profile)
      records.push({ kind: 'merge', ws, key: from, into: profile })
    }
    records.push(recordOf(ws, event, { profile, ids: event.ids.filter((id) => known(id)?.profile === profile) }))
    return records
  }

  claims(): (OwnedIdentifier & { profile: string })[] {
    return [...this.#claims.values()].map((claim) => ({ ...claim, profile: this.#root(claim.ws, claim.profile) }))
  }

  /** What the cache may believe after the commit. */
  learned(): { name: string; ws: string; profile: string }[] {
    return [...this.#claims].map(([name, { ws, profile }]) => ({ name, ws, profile: this.#root(ws, profile) }))
  }

  #claim(ws: string, id: Identifier, profile: string): void {
    this.#claims.set(nameOf(ws, id), { ws, kind: id.kind, value: id.value, profile })
  }

  #root(ws: string, profile: string): string {
    let root = profile
    for (let next = this.#moved.get(`${ws} ${root}`); next && next !== root; next = this.#moved.get(`${ws} ${root}`)) root = next
    return root
  }

  #owner(ws: string, id: Identifier): Known | undefined {
    const claimed = this.#claims.get(nameOf(ws, id))
    const known = claimed ? { profile: claimed.profile, user: false } : this.#base(ws, id)
    if (!known) return undefined
    if (known.user) this.users.add(`${ws} ${known.profile}`)
    const profile = this.#root(ws, known.profile)
    return { profile, user: this.users.has(`${ws} ${profile}`) }
  }
}

function recordOf(ws: string, event: AcceptedEvent, { profile, ids }: { profile: string; ids: readonly Identifier[] }): EventRecord {
  const record: EventRecord = {
    kind: 'event',
    ws,
    key: profile,
    id: event.id,
    type: event.type,
    name: event.name,
    at: event.at,
    received: event.received,
    props: event.props,
    ids,
  }
  const { context, source, faults } = event
  if (context === null && source === undefined && faults === undefined) return record
  return { ...record, ...(context && { context }), ...(source !== undefined && { source }), ...(faults !== undefined && { faults }) }
}
