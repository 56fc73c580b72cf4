import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createPool, type Pool } from '#platform/postgres/pool.ts'
import { freePort } from '../fixtures/ports.ts'
import { Dice } from '../sim/dice.ts'
import { check, type Verdict } from './check.ts'
import { type Load, startLoad } from './load.ts'
import { mailSink, type Provider, webhookSink } from './providers.ts'
import { readBack } from './read-back.ts'
import { Server, type Target } from './server.ts'
import { decisionsReplayed, type Keys, learnNow, publish, setUp, WAIT_MS } from './shop.ts'
import { killAtCall, POINTS, type Point } from './syscalls.ts'

export interface ChaosOptions {
  readonly seed: string
  /** Kills at random moments. */
  readonly kills: number
  /** Kills at system calls (needs strace). */
  readonly callKills: number
  /** People at once. */
  readonly people: number
  readonly say: (line: string) => void
}

export interface ChaosReport extends Verdict {
  readonly seed: string
  readonly kills: Readonly<Record<string, number>>
  /** Milliseconds from start (or from the death of the database) to ready, over all restarts. */
  readonly readyMs: { readonly median: number; readonly max: number }
  /** Errors that the server wrote down, by their text. */
  readonly serverErrors: Readonly<Record<string, number>>
  /** Kept when something is wrong. */
  readonly dataDir: string
}

/** Loads the real server, kills it again and again, lets it come to rest, and checks everything. */
export async function chaos(options: ChaosOptions): Promise<ChaosReport> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cadenza-chaos-'))
  const [mail, web] = [await mailSink(), await webhookSink()]
  const errors = new Map<string, number>()
  const server = new Server(
    { dataDir, smtpPort: mail.port, webhookPort: web.port, onLine: (line) => noteError(errors, line) },
    await freePort(),
  )
  try {
    const run = new Run({ ...options, server, mail, web })
    server.start()
    await server.ready()
    const { memory, keys } = await run.all(() => learned(dataDir))
    await restful(dataDir)
    const replayed = await decisionsReplayed(server, keys)
    await server.stop()
    const left = await readBack(dataDir)
    const verdict = check({ memory, mails: mail.taken, webhooks: web.taken, foundInFlight: server.foundInFlight, left, replayed })
    if (verdict.violations.length === 0) await rm(dataDir, { recursive: true })
    return {
      seed: options.seed,
      kills: Object.fromEntries(run.kills),
      readyMs: spread(server.readyMs.slice(1)),
      ...verdict,
      serverErrors: Object.fromEntries(errors),
      dataDir,
    }
  } finally {
    if (server.alive) await server.kill('all')
    await mail.stop()
    await web.stop()
  }
}

interface Parts extends ChaosOptions {
  readonly server: Server
  readonly mail: Provider
  readonly web: Provider
}

/** The faults, one after the other. */
class Run {
  readonly kills = new Map<string, number>()
  readonly #parts: Parts
  readonly #dice: Dice

  constructor(parts: Parts) {
    this.#parts = parts
    this.#dice = new Dice(parts.seed)
  }

  /** `learned`: whether a model has learned something by now. */
  async all(learned: () => Promise<boolean>): Promise<{ memory: Load['memory']; keys: Keys }> {
    const { server, web, seed, people, kills, callKills, say } = this.#parts
    const keys = await setUp(server, web.port)
    const load = startLoad({ urls: [server.url], writeKey: keys.writeKey, seed, people })
    await pause(2_000)
    // Sometimes a new edition is published while all of this goes on.
    const editions: Promise<void>[] = []
    for (let i = 0; i < kills + callKills; i++) {
      if (i % 6 === 2) editions.push(publish(server, { secretKey: keys.secretKey, webhookPort: web.port, edition: i }))
      const asked = await learnNow(server, keys)
      const what = i < kills ? await this.#atRandom() : await this.#atCall(POINTS[(i - kills) % POINTS.length]!)
      this.kills.set(what, (this.kills.get(what) ?? 0) + 1)
      if (!asked) say('no model could be asked to learn')
      say(
        `${i + 1} of ${kills + callKills}: ${what}; ready after ${server.readyMs.at(-1)} ms; ${load.memory.acknowledged.size} events acknowledged`,
      )
    }
    await Promise.all(editions)
    await pause(500)
    for (const until = performance.now() + LEARN_MS; performance.now() < until && !(await learned()); await pause(500))
      await learnNow(server, keys)
    // Some of those who still come are chosen for by what was learned.
    await pause(WAIT_MS + 1_000)
    await load.finish()
    return { memory: load.memory, keys }
  }

  async #atRandom(): Promise<string> {
    const { server } = this.#parts
    const dice = this.#dice
    const target: Target = dice.chance(0.7) ? 'all' : dice.pick(['server', 'database'])
    await pause(dice.between(100, 3_000))
    await server.kill(target)
    if (target === 'database') {
      await this.#revived()
      return target
    }
    server.start()
    if (!dice.chance(0.15)) {
      await server.ready()
      return target
    }
    // Killed once more on its way up, in the middle of recovery.
    await pause(dice.between(50, 1_200))
    await server.kill('all')
    server.start()
    await server.ready()
    return `${target}, again while it started`
  }

  async #atCall(point: Point): Promise<string> {
    const { server } = this.#parts
    const dice = this.#dice
    await pause(dice.between(100, 800))
    const hit = await killAtCall(server, { point, when: dice.between(1, point.calls.includes('write') ? 60 : 9) })
    const name = `${point.of}: ${point.inside}`
    if (!hit) return `${name} (never came)`
    // Half the time the database lives on and is found, or recovers by itself; else all else dies with it.
    const alone = dice.chance(0.5)
    if (point.of === 'database' && alone) {
      await this.#revived()
      return name
    }
    await server.kill(alone ? 'server' : 'all')
    server.start()
    await server.ready()
    return name
  }

  /** The server has lost its database and must get it back by itself; the loss may be noticed a moment later. */
  async #revived(): Promise<void> {
    const { server } = this.#parts
    const since = performance.now()
    await pause(300)
    await server.ready({ since })
  }
}

/** Back-off between tries doubles, and a kill costs a message that was on its way one of them. */
const REST_MS = 300_000

/** A first training needs decisions whose time is over, and a thread. */
const LEARN_MS = 60_000

/** Asks the running server's own database. */
async function restful(dataDir: string): Promise<void> {
  await atRest(await urlOf(dataDir))
}

async function urlOf(dataDir: string): Promise<string> {
  const secret = (await readFile(join(dataDir, 'postgres.secret'), 'utf8')).trim()
  return `postgres://cadenza:${secret}@${encodeURIComponent(join(dataDir, 'postgres'))}/cadenza`
}

async function learned(dataDir: string): Promise<boolean> {
  const pool = createPool({ url: await urlOf(dataDir), name: 'chaos', max: 1 })
  try {
    return (await pool.query('select 1 from model_snapshots limit 1')).rows.length > 0
  } finally {
    await pool.end()
  }
}

/** Resolves when there is nothing left to do: handled, delivered, projected. */
export async function atRest(url: string): Promise<void> {
  const pool = createPool({ url, name: 'chaos', max: 1 })
  const until = performance.now() + REST_MS
  try {
    // Twice in a row, because a receipt may be on its way from one table to the next.
    for (let quiet = 0; quiet < 2; await pause(300)) {
      const busy = await whatIsOpen(pool)
      quiet = busy === '' ? quiet + 1 : 0
      if (performance.now() > until) throw new Error(`not at rest after ${REST_MS} ms: ${busy}`)
    }
  } finally {
    await pool.end()
  }
}

async function whatIsOpen(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ what: string; n: number }>(
    `select 'records' as what, coalesce(sum(h.seq - l.done_seq), 0)::int as n from log_heads h join leases l using (partition)
     union all select 'messages', count(*)::int from outbox where status in ('ready', 'sending')
     union all select 'facts', count(*)::int from fact_blocks where projected_at is null
     union all select 'timers', count(*)::int from keyed_state where next_due is not null`,
  )
  return rows
    .filter(({ n }) => n > 0)
    .map(({ what, n }) => `${n} ${what}`)
    .join(', ')
}

export function noteError(errors: Map<string, number>, line: string): void {
  if (!line.startsWith('{')) return
  const { level, msg, err } = JSON.parse(line) as { level: string; msg: string; err?: { message?: string } }
  if (level !== 'error' && level !== 'fatal') return
  const text = `${msg}${err?.message ? `: ${err.message}` : ''}`.slice(0, 200)
  errors.set(text, (errors.get(text) ?? 0) + 1)
}

function spread(times: readonly number[]): { median: number; max: number } {
  const sorted = [...times].sort((a, b) => a - b)
  return { median: sorted[Math.floor(sorted.length / 2)] ?? 0, max: sorted.at(-1) ?? 0 }
}
