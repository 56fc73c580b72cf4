import type { Logger } from 'pino'
import type { Channel, Handover, Prepared } from '#channels/channel.ts'
import type { Cost } from '#channels/cost.ts'
import { afterAttempt, gate, type RetryLimits, type Verdict } from '#channels/policy.ts'
import { heldBackAmong } from '#journeys/store.ts'
import type { JsonObject } from '#lib/json.ts'
import { isRefusal, type Outcome } from '#lib/problem.ts'
import type { Queryable } from '#platform/log.ts'
import { type Claimed, takenBackAmong } from '#platform/outbox.ts'
import { type AddressHash, keyOf, suppressedAmong } from '#platform/suppressions.ts'
import type { BudgetKeeper } from './budget-keeper.ts'
import type { Permitted } from './consent-gate.ts'
import type { Made } from './prepare.ts'
import type { Opening } from './quiet-gate.ts'
import type { Ending, Settler } from './settler.ts'
import { isAmongUs } from './test-message.ts'

/** It may go; what its receipt and the archive say of that. */
export interface Allowed {
  readonly said: JsonObject
}

/** What the rules of the right to send say of a made message; see `PassageParts.judge`. */
export type Judge = (entry: Claimed, made: Made) => Promise<Verdict | Allowed | null>

export interface PassageParts {
  readonly db: Queryable
  readonly settler: Settler
  /** Resolves when all that is on the log now has been handled, so that a purchase or an opt-out accepted before the claim has had its say. */
  readonly caughtUp: (signal: AbortSignal) => Promise<void>
  readonly prepare: (entry: Claimed) => Promise<Outcome<Made>>
  /** Asks once more whether the people may be written to, with what is known of them now; left out: nobody but the suppression list is asked. */
  readonly permitted?: Permitted | undefined
  /** How hashed entries of the suppression list are found; left out: there are none. */
  readonly addressHash?: AddressHash | undefined
  /** Has the last word on a message that is made: null lets it go; a verdict ends it or lets it wait. While it throws nothing is sent. */
  readonly judge?: Judge | undefined
  /** Whether marketing of its sending domain is paused; left out: none is. */
  readonly paused?: ((entry: Claimed) => Promise<boolean>) | undefined
  /** Reserves the money that a message takes of budgets; null: it is there, or none is needed. Left out: there are no budgets. */
  readonly afford?: BudgetKeeper['afford'] | undefined
  /** Takes a message that must not leave this server, and says how that ended; null: it goes its way. Left out: all go theirs. */
  readonly keptHere?: ((prepared: Prepared) => Promise<Handover | null>) | undefined
  /** When the quiet hours let a message pass. */
  readonly opening: Opening
  readonly owner: string
  /** Epoch ms by the clock that due times follow. */
  readonly now: () => number
  /** Milliseconds of the world outside, for rates and the breaker. */
  readonly real: () => number
  /** In [0, 1). */
  readonly dice: () => number
  readonly limits: RetryLimits
  readonly logger: Logger
  readonly observe: (channel: string, status: Verdict['status'], ms: number) => void
}

/** How a claimed entry stands since its claim has committed. */
export interface Asked {
  readonly suppressed: boolean
  /** Why the person may not be written to, as the decision would say it now; '' when they may. */
  readonly refused?: string
  readonly takenBack: boolean
  readonly held: boolean
  /** When it was asked (`real`). */
  readonly asked: number
}

/** An answer to “is it still wanted?” holds for so long (ms). */
const STALE_MS = 5_000

/** What waits for a paused domain is looked at again after this long (ms). */
const PAUSE_LOOK_MS = 3_600_000

/** Waits, and nothing has been tried. */
export const waits = (due: number, reason: string): Verdict => ({
  status: 'ready',
  due,
  reason,
  receipt: null,
  bounced: false,
  untried: true,
})

/** What every message goes through from its claim to its ending, whatever way it leaves by. */
export class Passage {
  readonly #parts: PassageParts
  constructor(parts: PassageParts) {
    this.#parts = parts
  }

  /**
   * Asks once more when the claim has committed: what was accepted before it, such as a purchase or an opt-out, has had its say by then.
   * Throws when nobody answers: then nothing may be sent.
   */
  async ask(claimed: readonly Claimed[], signal: AbortSignal): Promise<Asked[]> {
    const { db, caughtUp, real, permitted, addressHash } = this.#parts
    await caughtUp(signal)
    const asked = real()
    const [suppressed, refused, takenBack, held] = await Promise.all([
      suppressedAmong(db, claimed, addressHash),
      permitted?.(claimed),
      takenBackAmong(db, claimed),
      heldBackAmong(db, claimed.map(ofJourney)),
    ])
    return claimed.map((entry, i) => {
      const name = keyOf(entry.ws, entry.id)
      return { suppressed: suppressed.has(name), refused: refused?.get(name) ?? '', takenBack: takenBack.has(name), held: held[i]!, asked }
    })
  }

  /** The message that may be handed over now, or the verdict that none may. */
  async message(entry: Claimed, asked: Asked, signal: AbortSignal): Promise<Made | Verdict> {
    const made = (await this.#stopped(entry, asked)) ?? (await this.#made(entry))
    if ('status' in made) return made
    const allowed = await this.#allowed(entry, made)
    if ('status' in allowed || !this.#isStale(asked)) return allowed
    // Making it took long, or this process stood still: others may have taken the message over, or its reason may be gone. Now that it is
    // made it takes a moment only to ask again; whatever its making takes, it leaves in the end.
    const again = await this.#askAgain(entry, signal)
    if ('status' in again) return again
    const left = (await this.#stopped(entry, again)) ?? (await this.#allowed(entry, made))
    return 'status' in left || !this.#isStale(again) ? left : waits(this.#parts.now(), 'stood_still')
  }

  #isStale({ asked }: Asked): boolean {
    return this.#parts.real() - asked > STALE_MS
  }

  async #askAgain(entry: Claimed, signal: AbortSignal): Promise<Asked | Verdict> {
    const { now, logger } = this.#parts
    try {
      return (await this.ask([entry], signal))[0]!
    } catch (error) {
      if (!signal.aborted) logger.error({ err: error, effect: entry.id }, 'nobody says whether a message is still wanted; it waits')
      return waits(now() + 1_000, 'gate_unavailable')
    }
  }

  /** What stands against it, whatever it says. */
  async #stopped(entry: Claimed, { held, ...standing }: Asked): Promise<Verdict | null> {
    const stopped = gate({ ...standing, expires: entry.expires }, this.#parts.now())
    return stopped ?? (held ? heldBack(entry) : null) ?? (await this.#paused(entry)) ?? (await this.#quiet(entry))
  }

  /** The made message with what the rules said that let it go. */
  async #allowed(entry: Claimed, made: Made): Promise<Made | Verdict> {
    const judged = await this.#judged(entry, made)
    if (judged && 'status' in judged) return judged
    return judged ? { ...made, said: judged.said, record: { ...made.record, ...judged.said } } : made
  }

  /** Asked last before a message leaves, with the price of the way that it leaves by. */
  async afford(entry: Claimed, { prepared }: Made, cost?: Cost): Promise<Verdict | null> {
    return (await this.#parts.afford?.(entry, prepared, cost)) ?? null
  }

  /** A bug in a channel may have struck after the message left: that counts as no answer. */
  async handOver(channel: Channel, prepared: Prepared): Promise<Handover> {
    try {
      return (await this.#parts.keptHere?.(prepared)) ?? (await channel.send(prepared, AbortSignal.timeout(120_000)))
    } catch (error) {
      this.#parts.logger.error({ err: error, effect: prepared.id }, 'a channel threw')
      return { kind: 'ambiguous', reason: 'internal_error' }
    }
  }

  after(entry: Claimed, handover: Handover): Verdict {
    const { now, dice, limits } = this.#parts
    return afterAttempt(entry, handover, { now: now(), dice: dice(), limits })
  }

  /** Resolves when it is durable. `started` (`real`): when the entry was taken up; negative when nothing was tried. */
  async end(ending: Ending, started: number): Promise<void> {
    await this.#parts.settler.settle(ending)
    this.#parts.observe(ending.entry.channel, ending.verdict.status, started < 0 ? 0 : this.#parts.real() - started)
  }

  async #judged(entry: Claimed, made: Made): Promise<Verdict | Allowed | null> {
    const { judge, now, logger } = this.#parts
    // Tests go to colleagues only, and no rule about customers speaks of them.
    if (!judge || isAmongUs(entry.id)) return null
    try {
      return await judge(entry, made)
    } catch (error) {
      logger.error({ err: error, effect: entry.id }, 'nobody says whether a message may go; it waits')
      return waits(now() + 1_000, 'gate_unavailable')
    }
  }

  /** Marketing of a domain with a bad name waits: looked at again each hour, and at once when a person lets it go on. */
  async #paused(entry: Claimed): Promise<Verdict | null> {
    const { now, logger, paused } = this.#parts
    if (!paused || entry.lane !== 'marketing' || entry.channel !== 'email') return null
    const is = await paused(entry).catch((error: unknown) => {
      logger.error({ err: error, effect: entry.id }, 'nobody says whether a sending domain is paused; the message waits')
      return null
    })
    if (is === null) return waits(now() + 1_000, 'gate_unavailable')
    return is ? waits(Math.min(entry.expires + 1, now() + PAUSE_LOOK_MS), 'identity_paused') : null
  }

  /** A message that has come into quiet hours while it waited goes when they end, unless it expires before. */
  async #quiet(entry: Claimed): Promise<Verdict | null> {
    const { now: clock, logger, opening } = this.#parts
    const now = clock()
    const due = await opening(entry, now).catch((error: unknown) => {
      logger.error({ err: error, effect: entry.id }, 'nobody says whether the hours are quiet; the message waits')
      return null
    })
    if (due === null) return waits(now + 1_000, 'gate_unavailable')
    if (due <= now) return null
    if (due > entry.expires) return { status: 'skipped', due: now, reason: 'expired', receipt: 'message.skipped', bounced: false }
    return waits(due, 'quiet_hours')
  }

  /** The message, or the verdict that there cannot be one. */
  async #made(entry: Claimed): Promise<Made | Verdict> {
    const { prepare, now, logger } = this.#parts
    try {
      const made = await prepare(entry)
      if (!isRefusal(made)) return made
      return { status: 'failed', due: now(), reason: made.refused.code, receipt: 'message.failed', bounced: false }
    } catch (error) {
      logger.error({ err: error, effect: entry.id }, 'a message could not be made')
      return this.after(entry, { kind: 'retry', reason: 'internal_error', provider: false })
    }
  }
}

/** Of a paused journey: it waits until the pause ends, or for its own limit, whichever comes first. */
const heldBack = ({ expires }: Claimed): Verdict => waits(expires + 1, 'journey_paused')

const ofJourney = ({ ws, payload, createdAt }: Claimed) => ({ ws, journey: String(payload['journey_id']), createdAt })

/** One attempt: another one of the same message may begin while it is still on its way, when this process was taken for dead. */
export const flightOf = ({ ws, id, attempt }: Claimed): string => `${ws}\u0001${id}\u0001${attempt}`
