import type { Logger } from 'pino'
import { abandoned, type Breaker, begun, CLOSED, ended, permits } from '#channels/breaker.ts'
import { type Bucket, refilled, taken, wait } from '#channels/bucket.ts'
import type { Channel, Handover, Prepared } from '#channels/channel.ts'
import { afterAttempt, gate, type RetryLimits, type Verdict } from '#channels/policy.ts'
import { heldBackAmong } from '#journeys/store.ts'
import { isRefusal, type Outcome } from '#lib/problem.ts'
import type { Queryable } from '#platform/log.ts'
import { type Claimed, claim, takenBackAmong } from '#platform/outbox.ts'
import { releaseUnknown } from '#platform/outbox-view.ts'
import { keyOf, suppressedAmong } from '#platform/suppressions.ts'
import type { Made } from './prepare.ts'
import type { Opening } from './quiet-gate.ts'
import type { Settler } from './settler.ts'

export interface LaneParts {
  readonly channel: Channel
  readonly db: Queryable
  readonly settler: Settler
  /** Resolves when all that is on the log now has been handled, so that a purchase or an opt-out accepted before the claim has had its say. */
  readonly caughtUp: (signal: AbortSignal) => Promise<void>
  readonly prepare: (entry: Claimed) => Promise<Outcome<Made>>
  /** Has the last word on a message that is made: null lets it go; a verdict ends it or lets it wait. While it throws nothing is sent. */
  readonly judge?: Judge | undefined
  /** When the quiet hours let a message pass. */
  readonly opening: Opening
  readonly owner: string
  /** Epoch ms by the clock that due times follow. */
  readonly now: () => number
  /** Milliseconds of the world outside, for rates and the breaker. */
  readonly real: () => number
  /** In [0, 1). */
  readonly dice: () => number
  readonly concurrency: number
  readonly perSecond: () => number
  /** Webhooks go to many hosts: one that is down must not stop the others. */
  readonly breaks: boolean
  readonly limits: RetryLimits
  readonly logger: Logger
  readonly observe: (channel: string, status: Verdict['status'], ms: number) => void
}

/** What the rules of the right to send say of a made message; see `LaneParts.judge`. */
export type Judge = (entry: Claimed, made: Made) => Promise<Verdict | null>

/** Looks for what other processes queued this often (ms). */
const POLL_MS = 200
/** A round begins when this part of all places is free, or looks again after this long (ms). */
const ROUND_SHARE = 4
const GATHER_MS = 10
/** An answer to “is it still wanted?” holds for so long (ms). */
const STALE_MS = 5_000
/** While others are on their way transactional messages alone are looked for this often (ms). */
const URGENT_MS = 100
/** The part of all places that marketing may not take. */
const RESERVED_SHARE = 8

/** One channel's way out: claims what is due within rate, breaker and concurrency, and hands it over. */
export class Lane {
  readonly #parts: LaneParts
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

  /**
   * Asks once more when the claim has committed: what was accepted before it, such as a purchase or an opt-out, has had its say by then.
   * When nobody answers nothing is sent.
   */
  async #handle(claimed: readonly Claimed[]): Promise<void> {
    const { db, caughtUp, logger, now, real } = this.#parts
    try {
      await caughtUp(this.#stop.signal)
      const asked = real()
      const [suppressed, takenBack, held] = await Promise.all([
        suppressedAmong(db, claimed),
        takenBackAmong(db, claimed),
        heldBackAmong(db, claimed.map(ofJourney)),
      ])
      for (const [i, entry] of claimed.entries()) {
        const name = keyOf(entry.ws, entry.id)
        void this.#deliver(entry, { suppressed: suppressed.has(name), takenBack: takenBack.has(name), held: held[i]!, asked })
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) logger.error({ err: error }, 'nobody says whether messages are still wanted; nothing is sent')
      const back: Verdict = { status: 'ready', due: now() + 1_000, reason: 'gate_unavailable', receipt: null, bounced: false }
      this.#breaker = abandoned(this.#breaker, real())
      for (const entry of claimed) void this.#finish(entry, back)
    }
  }

  async #deliver(
    entry: Claimed,
    { asked, ...standing }: { readonly suppressed: boolean; readonly takenBack: boolean; readonly held: boolean; readonly asked: number },
  ): Promise<void> {
    const started = this.#parts.real()
    const stopped = gate({ ...standing, expires: entry.expires }, this.#parts.now())
    const made = stopped ?? (standing.held ? heldBack(entry) : null) ?? (await this.#quiet(entry)) ?? (await this.#made(entry))
    const refused = 'status' in made ? made : await this.#judged(entry, made)
    if (refused || 'status' in made) {
      this.#breaker = abandoned(this.#breaker, this.#parts.real())
      await this.#finish(entry, refused ?? (made as Verdict), { hash: '', providerId: '', started })
      return
    }
    if (this.#parts.real() - asked > STALE_MS) return this.#finish(entry, this.#askedTooLongAgo())
    const handover = await this.#handOver(made.prepared)
    this.#learn(handover)
    const { now, dice, limits } = this.#parts
    const verdict = afterAttempt(entry, handover, { now: now(), dice: dice(), limits })
    await this.#finish(entry, verdict, { hash: made.hash, providerId: handover.kind === 'sent' ? handover.providerId : '', started, made })
  }

  /** A message that has come into quiet hours while it waited goes when they end, unless it expires before. */
  async #quiet(entry: Claimed): Promise<Verdict | null> {
    const { now: clock, logger } = this.#parts
    const now = clock()
    const due = await this.#parts.opening(entry, now).catch((error: unknown) => {
      logger.error({ err: error, effect: entry.id }, 'nobody says whether the hours are quiet; the message waits')
      return null
    })
    if (due === null) return { status: 'ready', due: now + 1_000, reason: 'gate_unavailable', receipt: null, bounced: false }
    if (due <= now) return null
    if (due > entry.expires) return { status: 'skipped', due: now, reason: 'expired', receipt: 'message.skipped', bounced: false }
    return { status: 'ready', due, reason: 'quiet_hours', receipt: null, bounced: false }
  }

  async #judged(entry: Claimed, made: Made): Promise<Verdict | null> {
    const { judge, now, logger } = this.#parts
    if (!judge) return null
    try {
      return await judge(entry, made)
    } catch (error) {
      logger.error({ err: error, effect: entry.id }, 'nobody says whether a message may go; it waits')
      return { status: 'ready', due: now() + 1_000, reason: 'gate_unavailable', receipt: null, bounced: false }
    }
  }

  /** This process stood still after it had asked: others may have taken the message over, or its reason may be gone. */
  #askedTooLongAgo(): Verdict {
    this.#breaker = abandoned(this.#breaker, this.#parts.real())
    return { status: 'ready', due: this.#parts.now(), reason: 'stood_still', receipt: null, bounced: false }
  }

  /** The message, or the verdict that there cannot be one. */
  async #made(entry: Claimed): Promise<Made | Verdict> {
    const { prepare, now, dice, limits, logger } = this.#parts
    try {
      const made = await prepare(entry)
      if (!isRefusal(made)) return made
      return { status: 'failed', due: now(), reason: made.refused.code, receipt: 'message.failed', bounced: false }
    } catch (error) {
      logger.error({ err: error, effect: entry.id }, 'a message could not be made')
      return afterAttempt(entry, { kind: 'retry', reason: 'internal_error', provider: false }, { now: now(), dice: dice(), limits })
    }
  }

  /** A bug in a channel may have struck after the message left: that counts as no answer. */
  async #handOver(prepared: Prepared): Promise<Handover> {
    const { channel, logger } = this.#parts
    try {
      return await channel.send(prepared, AbortSignal.timeout(120_000))
    } catch (error) {
      logger.error({ err: error, effect: prepared.id }, 'a channel threw')
      return { kind: 'ambiguous', reason: 'internal_error' }
    }
  }

  #learn(handover: Handover): void {
    if (!this.#parts.breaks) return
    const at = this.#parts.real()
    if (handover.kind === 'retry' && !handover.provider) this.#breaker = abandoned(this.#breaker, at)
    else this.#breaker = ended(this.#breaker, handover.kind === 'sent' || handover.kind === 'failed', at)
  }

  async #finish(entry: Claimed, verdict: Verdict, { hash, providerId, started, made }: Attempt = NOT_TRIED): Promise<void> {
    await this.#parts.settler.settle({ entry, verdict, providerId, hash, ...(made && { made }) })
    this.#flying.delete(flightOf(entry))
    this.#parts.observe(entry.channel, verdict.status, started < 0 ? 0 : this.#parts.real() - started)
    if (this.#flying.size <= this.#parts.concurrency - this.#parts.concurrency / ROUND_SHARE) this.wake()
  }

  async #rest(ms: number): Promise<void> {
    const timer = setTimeout(() => this.#wake.resolve(), ms)
    await this.#wake.promise
    clearTimeout(timer)
    this.#wake = Promise.withResolvers<void>()
  }
}

/** Of a paused journey: it waits until the pause ends, or for its own limit, whichever comes first. */
const heldBack = ({ expires }: Claimed): Verdict => ({
  status: 'ready',
  due: expires + 1,
  reason: 'journey_paused',
  receipt: null,
  bounced: false,
})

const ofJourney = ({ ws, payload, createdAt }: Claimed) => ({ ws, journey: String(payload['journey_id']), createdAt })

interface Attempt {
  readonly hash: string
  readonly providerId: string
  readonly started: number
  /** Given when it was handed over. */
  readonly made?: Made
}

const NOT_TRIED: Attempt = { hash: '', providerId: '', started: -1 }

/** One attempt: another one of the same message may begin while it is still on its way, when this process was taken for dead. */
const flightOf = ({ ws, id, attempt }: Claimed): string => `${ws}\u0001${id}\u0001${attempt}`
