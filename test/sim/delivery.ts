import { waits } from '#app/passage.ts'
import { type Opening, quietGate } from '#app/quiet-gate.ts'
import { receiptsOf } from '#app/settler.ts'
import type { Handover } from '#channels/channel.ts'
import { afterAttempt, gate, type RetryLimits, type Verdict } from '#channels/policy.ts'
import { receipt } from '#channels/receipts.ts'
import { onward } from '#channels/route.ts'
import type { EventRecord } from '#events/schema.ts'
import type { JsonObject } from '#lib/json.ts'
import { type Claimed, UNROUTED } from '#platform/outbox.ts'
import { keyOf } from '#platform/suppressions.ts'
import { ConnectionLost, count, type Process } from './process.ts'
import { madeOf, type Rights, rights } from './rights.ts'
import type { World } from './world.ts'

export const LIMITS: RetryLimits = { attempts: 6, first: 1_000, cap: 20_000, longestAsk: 20_000, hold: 30_000 }
const CONCURRENCY = 4
const ALIVE_MS = 10_000
const RECOVER_MS = 5_000
/** An answer to “is it still wanted?” holds for so long (ms), by a clock that nobody sets. */
export const STALE_MS = 5_000
/** As in platform/leases.ts. */
const MOST_HOPS = 4

/** One attempt at handing over. */
export interface Attempt {
  readonly entry: Claimed
  readonly process: Process
  /** When the claim had committed: all that was acknowledged by then has had its say. */
  readonly since: number
  /** Real time (ms) of the question whether it is still wanted. */
  readonly asked: number
  /** The provider that it goes by. */
  readonly by: string
}

/** Who takes mail, and who takes it instead. */
const FALLBACK: Readonly<Record<string, string>> = { north: 'south' }

/**
 * Delivers as app/lane.ts and app/settler.ts do, in virtual time, with the real policy and receipts: claim, barrier, gate, hand over, settle.
 */
export class Dispatcher {
  readonly #process: Process
  readonly #world: World
  readonly #flying = new Map<string, Claimed>()
  #unsure = false
  readonly #opening: Opening
  readonly #rights: Rights

  constructor(process: Process, world: World) {
    this.#process = process
    this.#world = world
    this.#opening = quietGate(async () => world.office.registry.current.policy)
    this.#rights = rights(process, world)
  }

  async run(): Promise<void> {
    await this.#surely('beat', () => this.#beat())
    void this.#every(ALIVE_MS / 3, 'beat', () => this.#beat())
    void this.#every(RECOVER_MS, 'recover', () => this.#recover())
    void this.#every(RECOVER_MS, 'assume', () => this.#assumeSent())
    for (;;) {
      try {
        await this.#round()
      } catch (error) {
        if (!(error instanceof ConnectionLost)) return this.#surprise(error)
        this.#unsure = true
        await this.#process.sleep(1_000)
      }
    }
  }

  /** By the clock of this machine. */
  get #now(): number {
    return this.#process.clock.now()
  }

  #surprise(error: unknown): void {
    this.#world.judge.violate('no-surprise', error instanceof Error ? (error.stack ?? error.message) : String(error))
  }

  async #every(ms: number, what: string, work: () => void): Promise<void> {
    for (;;) {
      await this.#process.sleep(ms)
      await this.#surely(what, work)
    }
  }

  /** Again until it is known to have happened. */
  async #surely(what: string, work: () => void): Promise<void> {
    for (;;) {
      try {
        return await this.#process.call(what, work)
      } catch (error) {
        if (!(error instanceof ConnectionLost)) return this.#surprise(error)
        await this.#process.sleep(500)
      }
    }
  }

  #beat(): void {
    const { db, timeline } = this.#world
    db.workers.set(this.#process.name, timeline.now + ALIVE_MS)
  }

  #recover(): void {
    const { db, timeline, judge } = this.#world
    for (const row of db.outbox.release(
      ({ owner }) => owner !== this.#process.name && (db.workers.get(owner) ?? 0) <= timeline.now,
      timeline.now,
    ))
      judge.takenOver(row)
  }

  #assumeSent(): void {
    const { db } = this.#world
    const now = this.#now
    this.#append(db.outbox.assumeSent(now).map((row) => receipt(row, { name: 'message.sent', at: now, props: { reason: 'assumed_sent' } })))
  }

  #append(records: readonly EventRecord[]): void {
    const { db } = this.#world
    db.log.append(
      records.map((record) => ({ key: record.key, record })),
      'delivery',
      this.#now,
    )()
  }

  async #round(): Promise<void> {
    const { db, bug } = this.#world
    const { outbox } = db
    const process = this.#process
    if (this.#unsure) {
      await this.#caughtUp()
      await process.call('release unknown', () =>
        outbox.release((row) => row.owner === process.name && !this.#flying.has(flightOf(row)), this.#now),
      )
      this.#unsure = false
    }
    const limit = CONCURRENCY - this.#flying.size
    if (limit < 1 || !this.#isAnythingDue()) return process.rest(this.#idleMs())
    const mark = bug !== 'claim-without-mark'
    const claimed = await process.call('claim', () => outbox.claim({ owner: process.name, limit, now: this.#now, mark }))
    for (const entry of claimed) this.#flying.set(flightOf(entry), entry)
    if (claimed.length > 0) await this.#handle(claimed)
  }

  #isAnythingDue(): boolean {
    return [...this.#world.db.outbox.rows.values()].some(({ status, due }) => status === 'ready' && due <= this.#now)
  }

  /** The real one looks every 200 ms; what it would not find need not be played. */
  #idleMs(): number {
    const dues = [...this.#world.db.outbox.rows.values()].filter(({ status }) => status === 'ready').map(({ due }) => due - this.#now)
    return Math.max(200, Math.min(5_000, ...dues))
  }

  /** As `caughtUp` of platform/leases.ts. */
  async #caughtUp(): Promise<void> {
    const { db } = this.#world
    let upTo: readonly number[] = await this.#process.call('heads', () => db.log.partitions.map(({ head }) => head))
    const isBehind = (places: readonly number[]): boolean => db.leases.some(({ partition, done }) => done < places[partition]!)
    for (let hops = 0; hops <= MOST_HOPS; hops++) {
      for (let wait = 20; ; wait = Math.min(2 * wait, 500)) {
        const { behind, told } = await this.#process.call('caught up', () => ({ behind: isBehind(upTo), told: db.log.told() }))
        if (!behind) {
          upTo = told
          break
        }
        await this.#process.sleep(wait)
      }
      if (!isBehind(upTo)) return
    }
  }

  async #handle(claimed: readonly Claimed[]): Promise<void> {
    const { timeline, bug } = this.#world
    const since = timeline.now
    try {
      if (bug !== 'barrier-skipped') await this.#caughtUp()
      const asked = timeline.now
      const { suppressed, takenBack, held } = await this.#process.call('gate', () => this.#unwanted(claimed))
      const refused: ReadonlyMap<string, string> = bug === 'second-gate-not-asked' ? new Map() : await this.#rights.permitted(claimed)
      for (const entry of claimed) {
        const standing = {
          suppressed: suppressed.has(entry.id),
          refused: refused.get(keyOf(entry.ws, entry.id)) ?? '',
          takenBack: takenBack.has(entry.id),
          held: held.has(entry.id),
        }
        void this.#deliver({ entry, process: this.#process, since, asked, by: providerOf(entry) }, standing)
      }
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error
      for (const entry of claimed) void this.#finish(entry, this.#later('gate_unavailable', 1_000), {})
    }
  }

  #later(reason: string, ms: number): Verdict {
    return waits(this.#now + ms, reason)
  }

  /** Suppressed, taken back since the claim, and held by a pause or a stop. */
  #unwanted(claimed: readonly Claimed[]): Record<'suppressed' | 'takenBack' | 'held', ReadonlySet<string>> {
    const { bug, office, db } = this.#world
    const named = (isUnwanted: (entry: Claimed) => boolean): Set<string> => new Set(claimed.filter(isUnwanted).map(({ id }) => id))
    const isTaken = ({ id, expires, attempt }: Claimed): boolean => {
      const row = db.outbox.rows.get(id)
      return !row || row.expires < expires || row.status !== 'sending' || row.attempt !== attempt
    }
    return {
      suppressed: named((entry) => bug !== 'gate-skipped' && db.outbox.isSuppressed(entry)),
      takenBack: named((entry) => bug !== 'taken-back-not-asked' && bug !== 'claim-without-mark' && isTaken(entry)),
      held: named(
        ({ payload, createdAt }) => bug !== 'pause-ignored-at-handover' && office.holdsBack(String(payload['journey_id']), createdAt),
      ),
    }
  }

  async #deliver(attempt: Attempt, { held, ...standing }: Standing): Promise<void> {
    const { timeline, provider, dice, judge } = this.#world
    const { entry, asked } = attempt
    const stopped =
      gate({ ...standing, expires: entry.expires }, this.#now) ?? (held ? heldBack(entry) : null) ?? (await this.#quiet(entry))
    if (stopped) return this.#finish(entry, stopped, {})
    const judged = await this.#judged(entry)
    if (judged && 'status' in judged) return this.#finish(entry, judged, {})
    if (timeline.now - asked > STALE_MS) return this.#finish(entry, this.#later('stood_still', 0), {})
    judge.messages.leaves(attempt)
    judge.rights.leaves(attempt)
    judge.comparisons.leaves(attempt)
    const handover = await provider.send(attempt)
    const ended = afterAttempt(entry, handover, { now: this.#now, dice: dice.roll(), limits: LIMITS })
    const verdict = this.#routed(attempt, handover, ended)
    const providerId = handover.kind === 'sent' ? handover.providerId : ''
    await this.#finish(entry, verdict, { providerId, ...(judged ? { said: judged.said } : {}) })
  }

  /** Mail has two providers, as app/provider-lane.ts goes by them. */
  #routed({ entry, by }: Attempt, handover: Handover, verdict: Verdict): Verdict {
    if (entry.channel !== 'email') return verdict
    const isUnsure = this.#world.bug === 'fallback-after-ambiguous' && handover.kind === 'ambiguous'
    const known: Handover = isUnsure ? { kind: 'retry', reason: handover.reason, provider: true } : handover
    const next = onward(
      { entry, handover: known, verdict },
      { here: by, other: () => FALLBACK[by] ?? null, unrouted: UNROUTED, now: this.#now },
    )
    if (next.route !== by && next.route !== UNROUTED) count(this.#world.surroundings, 'fallback')
    return next
  }

  /** What the rules of law say of it; while nobody answers it waits. */
  async #judged(entry: Claimed): Promise<Verdict | { readonly said: JsonObject } | null> {
    if (this.#world.bug === 'law-asked-once') return null
    try {
      return await this.#rights.judge(entry, madeOf(entry))
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error
      return this.#later('gate_unavailable', 1_000)
    }
  }

  /** A message that has come into quiet hours while it waited goes when they end, unless it expires before. */
  async #quiet(entry: Claimed): Promise<Verdict | null> {
    if (this.#world.bug === 'quiet-not-asked-again') return null
    const now = this.#now
    const due = await this.#opening(entry, now)
    if (due <= now) return null
    if (due > entry.expires) return { status: 'skipped', due: now, reason: 'expired', receipt: 'message.skipped', bounced: false }
    return waits(due, 'quiet_hours')
  }

  async #finish(entry: Claimed, verdict: Verdict, told: Told): Promise<void> {
    const { timeline, judge } = this.#world
    await this.#surely('settle', () => {
      timeline.tell(`${this.#process.name} settles ${entry.id}#${entry.attempt} as ${verdict.status} ${verdict.reason}`)
      judge.settling(entry, verdict)
      this.#settle(entry, verdict, told)
    })
    this.#flying.delete(flightOf(entry))
    this.#process.wake()
  }

  #settle(entry: Claimed, verdict: Verdict, { providerId = '', said }: Told): void {
    const { db, bug } = this.#world
    const { status, due, reason, untried, route } = verdict
    const now = this.#now
    const counted = db.outbox.settle(
      {
        ws: entry.ws,
        id: entry.id,
        attempt: entry.attempt,
        status,
        due,
        reason,
        providerId,
        contentHash: '',
        ...(untried && { untried }),
        ...(route === undefined ? {} : { route }),
      },
      this.#process.name,
    )
    if (!counted && bug !== 'receipt-with-new-id') return
    if (verdict.bounced) db.outbox.suppress({ address: entry.address, topic: '' }, 'bounced')
    const records = receiptsOf({ entry, verdict, providerId, hash: '', ...(said ? { made: { ...madeOf(entry), said } } : {}) }, now)
    this.#append(bug === 'receipt-with-new-id' ? records.map((record) => ({ ...record, id: `${record.id}:${now}` })) : records)
  }
}

interface Standing {
  readonly suppressed: boolean
  /** Why the person may not be written to; '' when they may. */
  readonly refused: string
  readonly takenBack: boolean
  readonly held: boolean
}

interface Told {
  readonly providerId?: string
  /** What its receipt says besides. */
  readonly said?: JsonObject
}

/** It waits until the pause ends, or for its own limit, whichever comes first. */
const heldBack = ({ expires }: Claimed): Verdict => waits(expires + 1, 'journey_paused')

const providerOf = ({ channel, route }: Claimed): string => (channel !== 'email' || route === '' || route === UNROUTED ? 'north' : route)

const flightOf = ({ id, attempt }: Pick<Claimed, 'id' | 'attempt'>): string => `${id}#${attempt}`
