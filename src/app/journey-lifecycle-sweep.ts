import type { Logger } from 'pino'
import { moveSweep, openSweeps, resumedLately, type Sweep, takeSweep } from '#journeys/store.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { factsWait, newestFactBlock } from '#platform/fact-projection.ts'
import { append, type Queryable } from '#platform/log.ts'
import { stillThere } from '#platform/log-erasure.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { isInForce, nextInside, releaseHeld } from './journey-lifecycle-store.ts'

interface Options {
  readonly pool: Pool
  readonly analytics: Analytics
  readonly partitions: number
  /** Epoch ms by the clock that timers follow. */
  readonly now: () => number
  readonly logger: Logger
  /** Something was put on the log. */
  readonly appended: () => void
  /** Something may leave. */
  readonly released: () => void
  readonly pace?: Pace
}

interface Pace {
  /** People put on the log at once, and real ms between two such pages. */
  readonly page: number
  readonly everyMs: number
}

/** 4,000 people a second: fast enough for seconds, slow enough that events go on between them. */
const PACE: Pace = { page: 1_000, everyMs: 250 }
/** Profiles read from ClickHouse at once. */
const READ = 20_000
/** Looks for sweeps this often (ms) while there are none. */
const IDLE_MS = 400
/** What a lane put aside while the pause ended is found within this time (s). */
const RELEASE_SECONDS = 60
/** Held messages leave spread over this time (ms) after a pause. */
const RELEASE_SPREAD = 60_000

export interface Sweeper {
  stop(): Promise<void>
}

/**
 * Has everybody inside a journey looked at again after a publish, a stop or the end of a pause: a `review` record for each, in pages, each
 * page in one transaction with the note of how far it has come, so that a crash repeats and loses nothing.
 *
 * Nobody is missed: once every partition works by the new definitions nobody can begin by older ones, and once the facts up to that moment
 * have reached ClickHouse it names everybody who began before and has not left.
 */
export function startSweeper(options: Options): Sweeper {
  const { logger } = options
  const state = { stopping: false, wake: Promise.withResolvers<void>() }
  const pages = new Map<string, string[]>()
  const run = async (): Promise<void> => {
    while (!state.stopping) {
      let rest = IDLE_MS
      try {
        rest = (await round(options, pages)) ? (options.pace ?? PACE).everyMs : IDLE_MS
      } catch (error) {
        pages.clear()
        logger.warn({ err: error }, 'a sweep of a journey waits; it is tried again')
      }
      const timer = setTimeout(() => state.wake.resolve(), rest)
      await state.wake.promise
      clearTimeout(timer)
      state.wake = Promise.withResolvers<void>()
    }
  }
  const running = run()
  return {
    async stop() {
      state.stopping = true
      state.wake.resolve()
      await running
    },
  }
}

/** One page of each sweep. True while there is more to do. */
async function round(options: Options, pages: Map<string, string[]>): Promise<boolean> {
  const { pool, now, released } = options
  for (const journey of await resumedLately(pool, RELEASE_SECONDS))
    if ((await releaseHeld(pool, { ...journey, now: now(), spread: RELEASE_SPREAD })) > 0) released()
  const sweeps = await openSweeps(pool)
  for (const sweep of sweeps) {
    if (sweep.factsTo === null) await begin(options, sweep)
    else if (!(await factsWait(pool, sweep.factsTo))) await page(options, sweep, pages)
  }
  return sweeps.length > 0
}

/** The facts that have to be in ClickHouse before it can be asked. */
async function begin({ pool }: Options, sweep: Sweep): Promise<void> {
  if (!(await isInForce(pool, sweep.revision))) return
  const factsTo = await newestFactBlock(pool)
  await transaction(pool, async (tx) => {
    if (await takeSweep(tx, sweep)) await moveSweep(tx, { ...sweep, factsTo, done: false })
  })
}

async function page(
  { pool, analytics, partitions, now, appended, logger, pace = PACE }: Options,
  sweep: Sweep,
  pages: Map<string, string[]>,
) {
  const name = `${sweep.ws} ${sweep.journey} ${sweep.revision}`
  const { ws, journey, revision } = sweep
  const people = await transaction(pool, async (tx) => {
    const here = await takeSweep(tx, sweep)
    if (!here) return 0
    const known = (pages.get(name) ?? []).filter((profile) => profile > here.after)
    const ahead = known.length > 0 ? known : await nextInside(analytics, { workspace: ws, journey, after: here.after, limit: READ })
    const next = ahead.slice(0, pace.page)
    pages.set(name, ahead.slice(next.length))
    await review(tx, { ws, people: next }, { partitions, now: now() })
    const done = next.length === 0
    await moveSweep(tx, { ...here, after: next.at(-1) ?? here.after, people: here.people + next.length, done })
    if (done) logger.info({ workspace: ws, journey, revision, people: here.people }, 'everybody inside a journey was looked at again')
    return next.length
  })
  if (people > 0) appended()
  else pages.delete(name)
}

async function review(
  tx: Queryable,
  { ws, people }: { ws: string; people: readonly string[] },
  at: { partitions: number; now: number },
): Promise<void> {
  // Whoever was erased since they were read stays erased.
  const there = await stillThere(tx, { ws, keys: people, partitions: at.partitions })
  const wanted = people.filter((key) => there.has(key))
  const entries = wanted.map((key) => ({ workspace: ws, key, text: JSON.stringify({ kind: 'review', ws, key }) }))
  await append(tx, entries, at)
}
