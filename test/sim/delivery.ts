import { receiptsOf } from '#app/settler.ts'
import { afterAttempt, gate, type RetryLimits, type Verdict } from '#channels/policy.ts'
import { receipt } from '#channels/receipts.ts'
import type { EventRecord } from '#events/schema.ts'
import type { Claimed } from '#platform/outbox.ts'
import { ConnectionLost, type Process } from './process.ts'
import type { World } from './world.ts'

export const LIMITS: RetryLimits = { attempts: 6, first: 1_000, cap: 20_000, longestAsk: 20_000, hold: 30_000 }
const CONCURRENCY = 4
const ALIVE_MS = 10_000
const RECOVER_MS = 5_000

/** One attempt at handing over. */
export interface Attempt {
  readonly entry: Claimed
  readonly process: Process
  /** When the claim had committed: all that was acknowledged by then has had its say. */
  readonly since: number
}

/**
 * Delivers as app/lane.ts and app/settler.ts do, in virtual time, with the real policy and receipts: claim, barrier, gate, hand over, settle.
 */
export class Dispatcher {
  readonly #process: Process
  readonly #world: World
  readonly #flying = new Map<string, Claimed>()
  #unsure = false

  constructor(process: Process, world: World) {
    this.#process = process
    this.#world = world
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
    const { db, timeline } = this.#world
    const now = timeline.now
    this.#append(db.outbox.assumeSent(now).map((row) => receipt(row, { name: 'message.sent', at: now, props: { reason: 'assumed_sent' } })))
  }

  #append(records: readonly EventRecord[]): void {
    const { db, timeline } = this.#world
    db.log.append(
      records.map((record) => ({ key: record.key, record })),
      'delivery',
      timeline.now,
    )()
  }

  async #round(): Promise<void> {
    const { db, timeline, bug } = this.#world
    const { outbox } = db
    const process = this.#process
    if (this.#unsure) {
      await process.call('release unknown', () =>
        outbox.release((row) => row.owner === process.name && !this.#flying.has(flightOf(row)), timeline.now),
      )
      this.#unsure = false
    }
    const limit = CONCURRENCY - this.#flying.size
    if (limit < 1 || !this.#isAnythingDue()) return process.rest(this.#idleMs())
    const mark = bug !== 'claim-without-mark'
    const claimed = await process.call('claim', () => outbox.claim({ owner: process.name, limit, now: timeline.now, mark }))
    for (const entry of claimed) this.#flying.set(flightOf(entry), entry)
    if (claimed.length > 0) await this.#handle(claimed)
  }

  #isAnythingDue(): boolean {
    return [...this.#world.db.outbox.rows.values()].some(({ status, due }) => status === 'ready' && due <= this.#world.timeline.now)
  }

  /** The real one looks every 200 ms; what it would not find need not be played. */
  #idleMs(): number {
    const dues = [...this.#world.db.outbox.rows.values()]
      .filter(({ status }) => status === 'ready')
      .map(({ due }) => due - this.#world.timeline.now)
    return Math.max(200, Math.min(5_000, ...dues))
  }

  /** As `caughtUp` of platform/leases.ts. */
  async #caughtUp(): Promise<void> {
    const { db } = this.#world
    const heads = await this.#process.call('heads', () => db.log.partitions.map(({ head }) => head))
    for (let wait = 20; ; wait = Math.min(2 * wait, 500)) {
      const behind = await this.#process.call('caught up', () => db.leases.some(({ partition, done }) => done < heads[partition]!))
      if (!behind) return
      await this.#process.sleep(wait)
    }
  }

  async #handle(claimed: readonly Claimed[]): Promise<void> {
    const { timeline, bug } = this.#world
    const since = timeline.now
    try {
      if (bug !== 'barrier-skipped') await this.#caughtUp()
      const [suppressed, takenBack] = await this.#process.call('gate', () => this.#unwanted(claimed))
      for (const entry of claimed) {
        const standing = { suppressed: suppressed.has(entry.id), takenBack: takenBack.has(entry.id) }
        void this.#deliver({ entry, process: this.#process, since }, standing)
      }
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error
      const back: Verdict = { status: 'ready', due: timeline.now + 1_000, reason: 'gate_unavailable', receipt: null, bounced: false }
      for (const entry of claimed) void this.#finish(entry, back, '')
    }
  }

  /** Suppressed, and taken back since the claim. */
  #unwanted(claimed: readonly Claimed[]): [ReadonlySet<string>, ReadonlySet<string>] {
    const { bug } = this.#world
    const { outbox } = this.#world.db
    const named = (isUnwanted: (entry: Claimed) => boolean): Set<string> => new Set(claimed.filter(isUnwanted).map(({ id }) => id))
    return [
      named((entry) => bug !== 'gate-skipped' && outbox.isSuppressed(entry)),
      named(({ id, expires }) => bug !== 'taken-back-not-asked' && outbox.rows.get(id)!.expires < expires),
    ]
  }

  async #deliver(attempt: Attempt, standing: { readonly suppressed: boolean; readonly takenBack: boolean }): Promise<void> {
    const { timeline, provider, dice } = this.#world
    const { entry } = attempt
    const stopped = gate({ ...standing, expires: entry.expires }, timeline.now)
    if (stopped) return this.#finish(entry, stopped, '')
    const handover = await provider.send(attempt)
    const verdict = afterAttempt(entry, handover, { now: timeline.now, dice: dice.roll(), limits: LIMITS })
    await this.#finish(entry, verdict, handover.kind === 'sent' ? handover.providerId : '')
  }

  async #finish(entry: Claimed, verdict: Verdict, providerId: string): Promise<void> {
    const { timeline, judge } = this.#world
    await this.#surely('settle', () => {
      timeline.tell(`${this.#process.name} settles ${entry.id}#${entry.attempt} as ${verdict.status} ${verdict.reason}`)
      judge.settling(entry, verdict)
      this.#settle(entry, verdict, providerId)
    })
    this.#flying.delete(flightOf(entry))
    this.#process.wake()
  }

  #settle(entry: Claimed, verdict: Verdict, providerId: string): void {
    const { db, timeline, bug } = this.#world
    const { status, due, reason } = verdict
    const now = timeline.now
    const counted = db.outbox.settle(
      { ws: entry.ws, id: entry.id, attempt: entry.attempt, status, due, reason, providerId, contentHash: '' },
      this.#process.name,
    )
    if (!counted && bug !== 'receipt-with-new-id') return
    if (verdict.bounced) db.outbox.suppress({ address: entry.address, topic: '' }, 'bounced')
    const records = receiptsOf({ entry, verdict, providerId, hash: '' }, now)
    this.#append(bug === 'receipt-with-new-id' ? records.map((record) => ({ ...record, id: `${record.id}:${now}` })) : records)
  }
}

const flightOf = ({ id, attempt }: Pick<Claimed, 'id' | 'attempt'>): string => `${id}#${attempt}`
