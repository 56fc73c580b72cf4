import { abandoned, type Breaker, begun, CLOSED, ended, permits } from '#channels/breaker.ts'
import { type Bucket, refilled, taken, wait } from '#channels/bucket.ts'
import type { Channel, Handover } from '#channels/channel.ts'
import { type Claimed, claim, UNROUTED } from '#platform/outbox.ts'
import { releaseUnknown } from '#platform/outbox-view.ts'
import { type Asked, flightOf, Passage, type PassageParts, waits } from './passage.ts'
import type { Ending } from './settler.ts'

export interface LaneParts extends PassageParts {
  readonly channel: Channel
  readonly concurrency: number
  readonly perSecond: () => number
  /** Webhooks go to many hosts: one that is down must not stop the others. */
  readonly breaks: boolean
  /** Whether a workspace has come to have a provider of its own for this channel since the message was queued. */
  readonly elsewhere: (entry: Claimed) => Promise<boolean>
}

/** Looks for what other processes queued this often (ms). */
const POLL_MS = 200
/** A round begins when this part of all places is free, or looks again after this long (ms). */
const ROUND_SHARE = 4
const GATHER_MS = 10
/** While others are on their way transactional messages alone are looked for this often (ms). */
const URGENT_MS = 100
/** The part of all places that marketing may not take. */
const RESERVED_SHARE = 8

/** The server's own way out for one channel: claims what is due within rate, breaker and concurrency, and hands it over. */
export class Lane {
  readonly #parts: LaneParts
  readonly #passage: Passage
  readonly #flying = new Map<string, Claimed>()
  readonly #stop = new AbortController()
  #breaker: Breaker = CLOSED
  #bucket: Bucket
  #wake = Promise.withResolvers<void>()
  #running: Promise<void> | undefined
  #unsure = true
  #lastRound = Number.NEGATIVE_INFINITY

  constructor(parts: LaneParts) {
    this.#parts = parts
    this.#passage = new Passage(parts)
    this.#bucket = { tokens: 0, at: parts.real() }
  }

  start(): void {
    this.#running = this.#run()
  }

  wake(): void {
    this.#wake.resolve()
  }

  get flying(): number {
    return this.#flying.size
  }

  get breaker(): Breaker['kind'] {
    return this.#breaker.kind
  }

  /** Places that marketing may take. */
  get #places(): number {
    const { concurrency } = this.#parts
    return concurrency < 2 ? concurrency : concurrency - Math.max(1, Math.floor(concurrency / RESERVED_SHARE))
  }

  #bulkFlying(): number {
    let count = 0
    for (const { lane } of this.#flying.values()) if (lane === 'marketing') count++
    return count
  }

  /** Claims nothing more, and resolves when what had been claimed is settled. */
  async stop(): Promise<void> {
    this.#stop.abort()
    this.wake()
    await this.#running
    while (this.#flying.size > 0) await this.#rest(20)
    await this.#parts.channel.close()
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#rest(await this.#round())
      } catch (error) {
        if (this.#stop.signal.aborted) return
        this.#unsure = true
        this.#parts.logger.error({ err: error, channel: this.#parts.channel.kind }, 'messages could not be claimed; trying again')
        await this.#rest(1_000)
      }
    }
  }

  /** Milliseconds to rest before the next one. */
  async #round(): Promise<number> {
    const { db, owner, now, real, concurrency, channel } = this.#parts
    const perSecond = this.#parts.perSecond()
    if (this.#unsure) await this.#makeSure()
    this.#bucket = refilled(this.#bucket, perSecond, real())
    const free = Math.min(concurrency - this.#flying.size, permits(this.#breaker, real()))
    if (free < 1) return POLL_MS
    // Marketing leaves places free, so that a receipt does not wait for the slow answers of a campaign.
    const bulk = Math.max(0, this.#places - this.#bulkFlying())
    // A round asks the database four things whatever it brings: it waits for a handful of free places while others are on their way.
    const crowded = this.#flying.size > concurrency - concurrency / ROUND_SHARE || bulk < 1
    if (crowded && real() - this.#lastRound < URGENT_MS) return GATHER_MS
    const limit = Math.min(free, Math.floor(this.#bucket.tokens))
    if (limit < 1) return Math.min(POLL_MS, wait(this.#bucket, perSecond))
    this.#lastRound = real()
    const claimed = await claim(db, { owner, channel: channel.kind, limit, bulk: crowded ? 0 : bulk, now: now() })
    if (claimed.length === 0) return crowded ? GATHER_MS : POLL_MS
    this.#bucket = taken(this.#bucket, claimed.length)
    this.#breaker = begun(this.#breaker)
    for (const entry of claimed) this.#flying.set(flightOf(entry), entry)
    await this.#handle(claimed)
    return claimed.length < (crowded ? 1 : Math.min(limit, bulk)) ? POLL_MS : 0
  }

  /**
   * At the start and after a failure: what was claimed unknown to us is free again. The engine may be far behind now; what waits for it
   * stays ready, so that another crash costs it no attempt.
   */
  async #makeSure(): Promise<void> {
    const { db, owner, now, caughtUp } = this.#parts
    await caughtUp(this.#stop.signal)
    const known = [...this.#flying.keys()]
    await releaseUnknown(db, { owner, channel: this.#parts.channel.kind, known, now: now() })
    this.#unsure = false
  }

  async #handle(claimed: readonly Claimed[]): Promise<void> {
    const { logger, now, real } = this.#parts
    try {
      const standing = await this.#passage.ask(claimed, this.#stop.signal)
      for (const [i, entry] of claimed.entries()) void this.#deliver(entry, standing[i]!)
    } catch (error) {
      if (!this.#stop.signal.aborted) logger.error({ err: error }, 'nobody says whether messages are still wanted; nothing is sent')
      this.#breaker = abandoned(this.#breaker, real())
      for (const entry of claimed) void this.#finish({ entry, verdict: waits(now() + 1_000, 'gate_unavailable'), ...NOTHING })
    }
  }

  async #deliver(entry: Claimed, asked: Asked): Promise<void> {
    const { real, channel } = this.#parts
    const started = real()
    const made = (await this.#elsewhere(entry)) ?? (await this.#paid(entry, asked))
    if ('status' in made) {
      this.#breaker = abandoned(this.#breaker, real())
      await this.#finish({ entry, verdict: made, ...NOTHING }, made.reason === 'stood_still' ? -1 : started)
      return
    }
    const handover = await this.#passage.handOver(channel, made.prepared)
    this.#learn(handover)
    const verdict = this.#passage.after(entry, handover)
    const providerId = handover.kind === 'sent' ? handover.providerId : ''
    await this.#finish({ entry, verdict, hash: made.hash, providerId, made }, started)
  }

  async #paid(entry: Claimed, asked: Asked) {
    const made = await this.#passage.message(entry, asked, this.#stop.signal)
    return 'status' in made ? made : ((await this.#passage.afford(entry, made)) ?? made)
  }

  async #elsewhere(entry: Claimed) {
    const { elsewhere, now, logger } = this.#parts
    try {
      return (await elsewhere(entry)) ? { ...waits(now(), ''), route: UNROUTED } : null
    } catch (error) {
      logger.error({ err: error, effect: entry.id }, 'nobody says by which provider a message goes; it waits')
      return waits(now() + 1_000, 'gate_unavailable')
    }
  }

  #learn(handover: Handover): void {
    if (!this.#parts.breaks) return
    const at = this.#parts.real()
    if (handover.kind === 'retry' && !handover.provider) this.#breaker = abandoned(this.#breaker, at)
    else this.#breaker = ended(this.#breaker, handover.kind === 'sent' || handover.kind === 'failed', at)
  }

  async #finish(ending: Ending, started = -1): Promise<void> {
    await this.#passage.end(ending, started)
    this.#flying.delete(flightOf(ending.entry))
    if (this.#flying.size <= this.#parts.concurrency - this.#parts.concurrency / ROUND_SHARE) this.wake()
  }

  async #rest(ms: number): Promise<void> {
    const timer = setTimeout(() => this.#wake.resolve(), ms)
    await this.#wake.promise
    clearTimeout(timer)
    this.#wake = Promise.withResolvers<void>()
  }
}

const NOTHING = { hash: '', providerId: '' }
