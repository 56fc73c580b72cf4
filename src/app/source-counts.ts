import type { Logger } from 'pino'
import { addCounts, type HeldEvent, keepHeld, type SourceCount, trimHeld } from '#events/held-store.ts'
import { HOUR } from '#events/quality.ts'
import type { Queryable } from '#platform/log.ts'
import { workspaceIds } from '#workspaces/store.ts'
import type { Judged } from './arrivals.ts'

interface Options {
  readonly db: Queryable
  readonly logger: Pick<Logger, 'warn'>
}

/** Counts and refused events reach the database this soon (real ms): a screen that waits for the first event turns within a second. */
const SOON_MS = 400
/** Different counts that are held at once; beyond, clients are counted without their names. */
const MOST_COUNTS = 5_000
/** Refused events that wait to be written; beyond, they are only counted. */
const MOST_REFUSED = 1_000

/** What each source sends, gathered in memory and written together. What a crash loses is half a second of counts, never an event. */
export class SourceCounts {
  readonly #options: Options
  #counts = new Map<string, SourceCount>()
  #refused = new Map<string, HeldEvent[]>()
  #waiting = 0
  #timer: ReturnType<typeof setTimeout> | null = null
  #writing: Promise<void> = Promise.resolve()

  constructor(options: Options) {
    this.#options = options
  }

  note(ws: string, { source, now }: { source: string; now: number }, { outcomes, refused }: Pick<Judged, 'outcomes' | 'refused'>): void {
    const hour = Math.floor(now / HOUR) * HOUR
    for (const { library, outcome, code } of outcomes) {
      const known = this.#counts.size < MOST_COUNTS ? library : ''
      const counted = outcome === 'rejected' ? code : ''
      const name = `${ws} ${source} ${hour} ${outcome} ${counted} ${known}`
      const before = this.#counts.get(name)
      this.#counts.set(name, { ws, hour, source, library: known, outcome, code: counted, events: (before?.events ?? 0) + 1, last: now })
    }
    if (refused.length > 0 && this.#waiting < MOST_REFUSED) {
      const here = this.#refused.get(ws) ?? []
      this.#refused.set(ws, here)
      for (const each of refused.slice(0, MOST_REFUSED - this.#waiting)) {
        here.push(each)
        this.#waiting += 1
      }
    }
    this.#timer ??= setTimeout(() => void this.flush(), SOON_MS).unref()
  }

  /** Writes what has gathered; what cannot be written now is tried again with the next. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  async #write(): Promise<void> {
    const { db, logger } = this.#options
    const counts = this.#counts
    const refused = this.#refused
    this.#counts = new Map()
    this.#refused = new Map()
    this.#waiting = 0
    try {
      // A workspace may have been deleted since: nothing of it is written any more.
      const living = counts.size + refused.size > 0 ? new Set(await workspaceIds(db)) : new Set<string>()
      const told = [...counts.values()].filter(({ ws }) => living.has(ws))
      if (told.length > 0) await addCounts(db, told)
      counts.clear()
      for (const ws of refused.keys()) if (!living.has(ws)) refused.delete(ws)
      for (const [ws, events] of refused) {
        await keepHeld(db, ws, events)
        refused.delete(ws)
        for (const kind of new Set(events.map((event) => event.kind))) await trimHeld(db, ws, kind)
      }
    } catch (error) {
      logger.warn({ err: error }, 'counts of sources could not be written; they are tried again')
      for (const [name, count] of counts) {
        const since = this.#counts.get(name)
        this.#counts.set(name, { ...count, events: count.events + (since?.events ?? 0), last: Math.max(count.last, since?.last ?? 0) })
      }
      for (const [ws, events] of refused) {
        const kept = [...events, ...(this.#refused.get(ws) ?? [])].slice(0, MOST_REFUSED)
        this.#refused.set(ws, kept)
      }
      this.#timer ??= setTimeout(() => void this.flush(), SOON_MS * 10).unref()
    }
  }
}
