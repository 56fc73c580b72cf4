import type { Queryable } from '../log.ts'
import { isConnectionLost } from '../postgres/pool.ts'
import { carriedOf, type Placed } from './positions.ts'

/** The database works, and yet a message has not come onto the log: whether NATS still has it is not known, so its sender must try again. */
export class NotStored extends Error {
  override readonly name = 'NotStored'
}

interface Options {
  readonly db: Queryable
  /** How long (ms) a message may take from the stream to the log. */
  readonly patienceMs?: number
}

interface Waiting extends Placed {
  readonly since: number
  readonly done: () => void
  readonly failed: (error: Error) => void
}

const LOOK_MS = 10
const PATIENCE_MS = 4_000
/** A database that takes longer (ms) to answer counts as away; it is asked again after this. */
const AWAY_MS = 1_000

/** Says of acknowledged messages whether they are on the log; all that wait are asked about together. */
export class Confirmations {
  readonly #db: Queryable
  readonly #patienceMs: number
  #waiting: Waiting[] = []
  #running = false
  #awayUntil = 0

  constructor({ db, patienceMs = PATIENCE_MS }: Options) {
    this.#db = db
    this.#patienceMs = patienceMs
  }

  /** Resolves when the message is on the log, or at once while the database does not answer: then the stream has it, and that must do. Rejects with `NotStored`. */
  stored(place: Placed): Promise<void> {
    if (performance.now() < this.#awayUntil) return Promise.resolve()
    return new Promise((done, failed) => {
      this.#waiting.push({ ...place, since: performance.now(), done, failed })
      if (!this.#running) void this.#run()
    })
  }

  async #run(): Promise<void> {
    this.#running = true
    while (this.#waiting.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      await this.#look()
    }
    this.#running = false
  }

  async #look(): Promise<void> {
    // A copy: what comes while the database answers waits for the next look.
    const asked = [...this.#waiting]
    const late = Promise.withResolvers<'away'>()
    const timer = setTimeout(() => late.resolve('away'), AWAY_MS)
    const found = await Promise.race([carriedOf(this.#db, asked).catch(awayOr), late.promise])
    clearTimeout(timer)
    if (found instanceof Error) {
      this.#waiting = this.#waiting.slice(asked.length)
      for (const { failed } of asked) failed(found)
      return
    }
    if (found === 'away') {
      this.#awayUntil = performance.now() + AWAY_MS
      this.#waiting = this.#waiting.slice(asked.length)
      for (const { done } of asked) done()
      return
    }
    const now = performance.now()
    this.#waiting = this.#waiting.filter((each) => {
      if (found.has(`${each.shard} ${each.message}`)) each.done()
      else if (now - each.since > this.#patienceMs)
        each.failed(new NotStored('The stream has taken events, and they do not come onto the log'))
      else return true
      return false
    })
  }
}

/** Only a database that cannot be reached is away; any other error is a bug, and senders must not be told that all is well. */
const awayOr = (error: Error): 'away' | Error => (isConnectionLost(error) ? 'away' : error)
