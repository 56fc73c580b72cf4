import { createHash, randomUUID } from 'node:crypto'
import { type Analytics, AnalyticsError } from '#platform/analytics/analytics.ts'
import { type FactGroup, FactQueue, type FactReject, factLag, factsWait, newestFactBlock } from '#platform/fact-projection.ts'
import type { Metrics } from '#platform/metrics.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { linesByTable } from './fact-lines.ts'
import { factsAround, type Place, placeText } from './fact-rows-store.ts'

interface Options {
  readonly pool: Pool
  readonly analytics: Analytics
  readonly log: {
    info(words: object, text: string): void
    warn(words: object, text: string): void
    error(words: object, text: string): void
  }
  readonly metrics?: Metrics
  /** How long projected blocks are kept (ms). */
  readonly retainMs?: number
  /** The longest wait between two tries while ClickHouse is away (ms). */
  readonly longestPauseMs?: number
}

export interface Projector {
  /** Finishes the insert that runs, then lets another process take over. */
  stop(): Promise<void>
  /** Resolves when every fact that was committed before the call is in ClickHouse. */
  drained(): Promise<void>
}

const GROUP = { blocks: 64, bytes: 4_000_000 }
/** Gathering this long (ms) makes inserts large: ClickHouse likes few and large ones. */
const GATHER = 250
/** Someone else projects: look again after this long (ms), in case they have died. */
const STAND_BY = 2_000
const FORGET = { everyMs: 10_000, limit: 500 }
/** More than this many facts refused in one group is a fault of the tables, not of the facts. */
const MOST_REJECTS = 100

/**
 * Carries facts from PostgreSQL to ClickHouse: each exactly once, by repeating a begun group with the same token until its rows are there.
 * While ClickHouse is away facts wait in PostgreSQL, and nothing else does.
 */
export function startProjector(options: Options): Projector {
  const { pool, metrics } = options
  const counters = metrics && {
    projected: metrics.counter({ name: 'cadenza_facts_projected_total', help: 'Facts that reached ClickHouse', labels: ['table'] }),
    rejected: metrics.counter({ name: 'cadenza_facts_rejected_total', help: 'Facts that ClickHouse did not understand; see fact_rejects' }),
    failures: metrics.counter({ name: 'cadenza_facts_projection_failures_total', help: 'Tries to carry facts to ClickHouse that failed' }),
  }
  metrics?.gauge({
    name: 'cadenza_facts_lag_seconds',
    help: 'How long the oldest fact has waited for ClickHouse',
    collect: async (gauge) => gauge.set((await factLag(pool)) / 1000),
  })
  const rest = new Rest()
  const running = run(options, rest, counters)
  return {
    async stop() {
      rest.end()
      await running
    },
    async drained() {
      const upTo = await newestFactBlock(pool)
      while (await factsWait(pool, upTo)) {
        rest.hurry()
        await new Promise((done) => setTimeout(done, 20))
      }
    },
  }
}

type Counters =
  | { projected: { inc(labels: { table: string }, by: number): void }; rejected: { inc(by: number): void }; failures: { inc(): void } }
  | undefined

async function run(options: Options, rest: Rest, counters: Counters): Promise<void> {
  const { pool, log, longestPauseMs = 15_000 } = options
  let pause = GATHER
  while (!rest.over) {
    let queue: FactQueue | undefined
    try {
      queue = await FactQueue.hold(pool)
      if (!queue) {
        await rest.pause(STAND_BY)
        continue
      }
      await carry({ ...options, queue, rest, counters, onCarried: () => (pause = GATHER) })
    } catch (error) {
      counters?.failures.inc()
      log.warn({ err: error, pauseMs: pause }, 'facts wait: they could not be carried to ClickHouse')
      await rest.pause(pause, 'firm')
      pause = Math.min(pause * 2, longestPauseMs)
    } finally {
      queue?.release()
    }
  }
}

type Work = Options & { readonly queue: FactQueue; readonly rest: Rest; readonly counters: Counters; readonly onCarried: () => void }

async function carry({ queue, rest, analytics, counters, log, retainMs = 600_000, onCarried }: Work): Promise<void> {
  let forgotAt = 0
  while (!rest.over) {
    const group = await queue.next(GROUP)
    if (group) {
      const { counts, rejects } = await project(analytics, group)
      await queue.finish(group, rejects)
      onCarried()
      for (const [table, count] of counts) counters?.projected.inc({ table }, count)
      counters?.rejected.inc(rejects.length)
      if (rejects.length > 0) log.error({ facts: rejects.length, error: rejects[0]!.error }, 'facts were set aside in fact_rejects')
    }
    if (performance.now() - forgotAt > FORGET.everyMs) {
      while ((await queue.forget(retainMs, FORGET.limit)) === FORGET.limit);
      forgotAt = performance.now()
    }
    if (!group || group.ids.length < GROUP.blocks / 2) await rest.pause(GATHER)
  }
}

/** The token names the group by ids and content: the same group again is recognised, another database's never is. */
async function project(
  analytics: Analytics,
  { ids, texts, repeated }: FactGroup,
): Promise<{ counts: Map<string, number>; rejects: FactReject[] }> {
  const content = createHash('sha256')
  for (const text of texts) content.update(text).update('\n')
  const token = `facts:${ids[0]}-${ids.at(-1)}:${content.digest('hex').slice(0, 24)}`
  const counts = new Map<string, number>()
  const rejects: FactReject[] = []
  for (const [table, lines] of linesByTable(texts)) {
    const before = rejects.length
    await (repeated ? complete : insert)(analytics, { table, lines, token }, rejects)
    counts.set(table, lines.length - (rejects.length - before))
  }
  return { counts, rejects }
}

interface Part {
  readonly table: string
  readonly lines: readonly string[]
  readonly token: string
}

/** Tables that keep one row for each key: the newest. */
const REPLACING: ReadonlySet<string> = new Set(['people'])
/** Another process's insert may be between its token and its rows for so long (ms). */
const NAMING = 1_000

/**
 * ClickHouse writes a token down before the rows have their name: killed in between, it takes the repeat for done and the rows are nowhere.
 * So of a group that is repeated the rows themselves are looked for; what a token hides goes in under another one.
 */
async function complete(analytics: Analytics, { table, lines, token }: Part, rejects: FactReject[]): Promise<void> {
  // Rows that newer ones replace cannot be looked for; putting them in again changes nothing.
  if (REPLACING.has(table)) return insert(analytics, { table, lines, token: `${token}.${randomUUID()}` }, rejects)
  const missing = async (): Promise<string[]> => {
    const refused = new Set(rejects.map((reject) => reject.line))
    return absent(analytics, { table, lines: lines.filter((line) => !refused.has(line)) })
  }
  let lacking = await missing()
  for (const suffix of ['', '.again', '.again2']) {
    if (lacking.length === 0) return
    await insert(analytics, { table, lines: lacking, token: token + suffix }, rejects)
    lacking = await missing()
    if (lacking.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, NAMING))
      lacking = await missing()
    }
  }
  if (lacking.length > 0) throw new Error(`${lacking.length} facts for ${table} were inserted and are not there`)
}

/** The lines whose rows are not in the table. */
async function absent(analytics: Analytics, { table, lines }: { table: string; lines: readonly string[] }): Promise<string[]> {
  const wanted = lines.map((line) => ({ line, place: JSON.parse(line) as Place }))
  const rows = await factsAround(
    analytics,
    table,
    wanted.map(({ place }) => place),
  )
  const there = new Set(rows.map(placeText))
  return wanted.filter(({ place }) => !there.has(placeText(place))).map(({ line }) => line)
}

/** Codes of ClickHouse that blame the data (`ErrorCodes.cpp`): trying again would not help. */
const DATA_CODES = new Set([6, 26, 27, 32, 38, 41, 53, 69, 70, 72, 117, 130, 131, 321, 349, 407, 467])

/** Halves what is refused until the bad lines are found; always the same way, so halves are recognised too. */
async function insert(analytics: Analytics, part: Part, rejects: FactReject[]): Promise<void> {
  const { table, lines, token } = part
  try {
    await analytics.insert(table, lines.join('\n'), token)
  } catch (error) {
    if (!(error instanceof AnalyticsError) || !DATA_CODES.has(error.code) || rejects.length >= MOST_REJECTS) throw error
    if (lines.length === 1) {
      rejects.push({ table, line: lines[0]!, error: error.message })
      return
    }
    const half = Math.ceil(lines.length / 2)
    await insert(analytics, { table, lines: lines.slice(0, half), token: `${token}.0` }, rejects)
    await insert(analytics, { table, lines: lines.slice(half), token: `${token}.1` }, rejects)
  }
}

/** Pauses that end early when someone waits for the facts (unless firm), or when all shall stop. */
class Rest {
  over = false
  #wake: (() => void) | undefined
  #firm = false

  pause(ms: number, kind?: 'firm'): Promise<void> {
    if (this.over) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#firm = kind === 'firm'
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  hurry(): void {
    if (!this.#firm) this.#wake?.()
  }

  end(): void {
    this.over = true
    this.#wake?.()
  }
}
