import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { httpAnalytics } from '#platform/analytics/http.ts'
import { type EmbeddedPostgres, startEmbedded } from '#platform/postgres/embedded.ts'
import { type Bridge, clickhouseBridge } from '../fixtures/clickhouse-bridge.ts'
import { type NatsCluster, natsCluster } from '../fixtures/nats.ts'
import { freePort } from '../fixtures/ports.ts'
import { Dice } from '../sim/dice.ts'
import { check, type Verdict } from './check.ts'
import { type Load, startLoad } from './load.ts'
import { mailSink, type Provider, webhookSink } from './providers.ts'
import { readRunning } from './read-back.ts'
import { atRest, noteError } from './run.ts'
import { Server } from './server.ts'
import { type Keys, publish, setUp } from './shop.ts'

export interface ClusterOptions {
  readonly seed: string
  /** How long faults happen (ms). */
  readonly forMs: number
  /** The longest that a process stands still (ms). */
  readonly stillMs: number
  /** People at once. */
  readonly people: number
  readonly say: (line: string) => void
}

export interface ClusterReport extends Verdict {
  readonly seed: string
  /** How often each fault happened. */
  readonly faults: Readonly<Record<string, number>>
  readonly serverErrors: Readonly<Record<string, number>>
}

/** Three workers that share the work: each part is done by two at least, so that the third may be gone. */
const ROLES = ['ingest,engine,jobs', 'ingest,engine,delivery', 'engine,delivery,jobs']
/** What a carrier says when NATS shows another stream than before: replicas of nats-server 2.9 drift apart when they are stopped. */
const SET_BACK = 'the stream is not what it was: NATS has lost events, or somebody has deleted them'
const SECRET_KEY = 'chaos-chaos-chaos-chaos-chaos-chaos-chaos'

export interface Site {
  readonly database: EmbeddedPostgres
  readonly facts: Bridge
  /** Null where events go straight into the database. */
  readonly nats: NatsCluster | null
  readonly workers: readonly Server[]
  readonly mail: Provider
  readonly web: Provider
}

/** Three workers and three NATS servers under load; workers, NATS servers and the database are killed, stopped and restarted at random; then everything is checked. */
export async function chaosOfACluster(options: ClusterOptions): Promise<ClusterReport> {
  const errors = new Map<string, number>()
  const closing: (() => Promise<unknown>)[] = []
  try {
    const site = await build({ roles: ROLES, nats: true, onLine: (line) => noteError(errors, line) }, closing)
    const run = new Faults(options, site)
    const memory = await run.all()
    await atRest(site.database.url)
    for (const worker of site.workers) await worker.stop()
    const left = await readRunning(site.database.url, httpAnalytics({ url: site.facts.url }))
    const foundInFlight = site.workers.reduce((sum, worker) => sum + worker.foundInFlight, 0)
    const setBack = errors.get(SET_BACK) ?? 0
    const verdict = check({ memory, mails: site.mail.taken, webhooks: site.web.taken, foundInFlight, left, stoodStill: true, setBack })
    return { seed: options.seed, faults: Object.fromEntries(run.happened), serverErrors: Object.fromEntries(errors), ...verdict }
  } finally {
    for (const end of closing.reverse()) await end()
  }
}

interface Plan {
  /** Of each worker. */
  readonly roles: readonly string[]
  readonly nats: boolean
  /** Each line of the workers' logs. */
  readonly onLine: (line: string) => void
}

/** One PostgreSQL, one stand-in for ClickHouse, NATS if wanted, and workers that share all of it. `closing` takes what ends it again. */
export async function build({ roles, nats: withNats, onLine }: Plan, closing: (() => Promise<unknown>)[]): Promise<Site> {
  const home = await mkdtemp(join(tmpdir(), 'cadenza-cluster-'))
  closing.push(() => rm(home, { recursive: true, force: true }))
  const [mail, web] = [await mailSink(), await webhookSink()]
  closing.push(
    () => mail.stop(),
    () => web.stop(),
  )
  const database = await startEmbedded({ dataDir: join(home, 'database'), settings: { max_connections: '100' } })
  closing.push(() => database.stop())
  const facts = await clickhouseBridge(join(home, 'facts'))
  closing.push(() => facts.stop())
  const nats = withNats ? await natsCluster(3) : null
  if (nats) closing.push(() => nats.stop())
  const workers: Server[] = []
  for (const [i, own] of roles.entries()) {
    const env = {
      ROLES: own,
      DATABASE_URL: database.url,
      CLICKHOUSE_URL: facts.url,
      ...(nats && { NATS_URL: nats.url, NATS_SHARDS: '3', NATS_BUFFER_MB: '64' }),
      SECRET_KEY,
      DATABASE_CONNECTIONS: '20',
    }
    const server = new Server(
      { dataDir: join(home, `worker-${i}`), smtpPort: mail.port, webhookPort: web.port, env, onLine },
      await freePort(),
    )
    closing.push(() => (server.alive ? server.kill('server') : Promise.resolve()))
    workers.push(server)
    server.start()
    // The first one makes the tables and prints the token.
    if (i === 0) await server.ready()
  }
  for (const worker of workers.slice(1)) await worker.ready()
  return { database, facts, nats, workers, mail, web }
}

/** The faults: one worker and one NATS server at a time, so that there is always a quorum and somebody who can do the work. */
class Faults {
  readonly happened = new Map<string, number>()
  readonly #options: ClusterOptions
  readonly #site: Site
  #until = 0

  constructor(options: ClusterOptions, site: Site) {
    this.#options = options
    this.#site = site
  }

  async all(): Promise<Load['memory']> {
    const { seed, people } = this.#options
    const { workers, web } = this.#site
    const first = workers[0]!
    const keys = await setUp(first, web.port)
    const load = startLoad({ urls: workers.slice(0, 2).map(({ url }) => url), writeKey: keys.writeKey, seed, people })
    try {
      return await this.#under(load, keys)
    } catch (error) {
      load.abandon()
      throw error
    }
  }

  async #under(load: Load, { secretKey }: Keys): Promise<Load['memory']> {
    const { seed, forMs, say } = this.#options
    const { workers, web } = this.#site
    await pause(1_500)
    this.#until = performance.now() + forMs
    const editing = publish(workers[1]!, { secretKey, webhookPort: web.port, edition: 1 })
    await Promise.all([
      this.#workers(new Dice(`${seed} workers`)),
      this.#nats(new Dice(`${seed} nats`)),
      this.#database(new Dice(`${seed} database`)),
    ])
    await editing
    say(`the faults are over; ${load.memory.acknowledged.size} events acknowledged`)
    await load.finish()
    return load.memory
  }

  #note(what: string): void {
    this.happened.set(what, (this.happened.get(what) ?? 0) + 1)
    this.#options.say(what)
  }

  get #over(): boolean {
    return performance.now() > this.#until
  }

  async #workers(dice: Dice): Promise<void> {
    const { workers } = this.#site
    while (!this.#over) {
      await pause(dice.between(300, 2_500))
      const i = dice.between(0, workers.length - 1)
      const worker = workers[i]!
      const kind = dice.pick(['killed', 'stopped', 'restarted'] as const)
      this.#note(`a worker is ${kind}`)
      if (kind === 'stopped') {
        worker.signal('SIGSTOP')
        await pause(dice.between(500, this.#options.stillMs))
        worker.signal('SIGCONT')
        await pause(1_000)
        if (worker.alive) continue
        throw new Error(`worker ${i} ended after it had stood still`)
      }
      await (kind === 'killed' ? worker.kill('server') : worker.stop({ databaseMayBeAway: true }))
      await pause(dice.between(0, 4_000))
      await this.#up(worker)
    }
  }

  /** A start that meets a dead database ends in words, and is tried again, as every supervisor does. */
  async #up(worker: Server): Promise<void> {
    for (const since = performance.now(); ; ) {
      worker.start()
      try {
        await worker.ready({ limitMs: 60_000 })
        return
      } catch (error) {
        if (worker.alive || performance.now() - since > 90_000) throw error
        this.#note('a start met a database that was away')
        await pause(500)
      }
    }
  }

  async #nats(dice: Dice): Promise<void> {
    const { nats } = this.#site
    if (!nats) throw new Error('this site has no NATS')
    while (!this.#over) {
      await pause(dice.between(500, 4_000))
      const node = dice.pick([...nats.nodes])
      const kind = dice.pick(['killed', 'stopped'] as const)
      this.#note(`a NATS server is ${kind}`)
      if (kind === 'stopped') {
        node.signal('SIGSTOP')
        await pause(dice.between(500, this.#options.stillMs))
        node.signal('SIGCONT')
      } else {
        await node.kill()
        await pause(dice.between(0, 4_000))
        node.start()
      }
      await nats.ready(90_000)
    }
  }

  /** Rarely, and not at the start: it comes back by itself. */
  async #database(dice: Dice): Promise<void> {
    const { database } = this.#site
    while (!this.#over) {
      await pause(dice.between(8_000, 40_000))
      if (this.#over) return
      const pid = database.pid()
      if (pid === undefined) continue
      this.#note('the database is killed')
      process.kill(pid, 'SIGKILL')
    }
  }
}
