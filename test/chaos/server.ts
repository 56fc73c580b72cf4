import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { tree } from '../../bench/processes.ts'

const ROOT = join(import.meta.dirname, '../..')

/** What a kill hits: everything; the server alone, whose database it leaves behind; the database alone, which the server must start again. */
export type Target = 'all' | 'server' | 'database'

export interface ServerOptions {
  readonly dataDir: string
  readonly smtpPort: number
  readonly webhookPort: number
  /** Stronger than the settings of one server that does everything. */
  readonly env?: Readonly<Record<string, string>>
  /** Each line of the server's log. */
  readonly onLine: (line: string) => void
}

/** The real server as a child process, started again on the same data directory and port as often as it dies. */
export class Server {
  readonly url: string
  /** Milliseconds from each start to the first yes of `/readyz`. */
  readonly readyMs: number[] = []
  /** The token for the first set-up, once it has been printed. */
  readonly setupToken = Promise.withResolvers<string>()
  /** Messages that restarts found on their way: no more than these may have been handed over twice. */
  foundInFlight = 0
  readonly #options: ServerOptions
  readonly #port: number
  #child: ChildProcess | undefined
  #started = 0
  readonly #last: string[] = []

  constructor(options: ServerOptions, port: number) {
    this.#options = options
    this.#port = port
    this.url = `http://127.0.0.1:${port}`
  }

  get pid(): number {
    return this.#child!.pid!
  }

  start(): void {
    const { dataDir, smtpPort, webhookPort } = this.#options
    this.#started = performance.now()
    const child = spawn(process.execPath, [join(ROOT, 'src/app/main.ts')], {
      cwd: ROOT,
      // Its own process group: nothing that is sent to it may reach the driver.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        DATA_DIR: dataDir,
        PORT: String(this.#port),
        SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
        ALLOW_PRIVATE_EGRESS: `127.0.0.1:${webhookPort}`,
        ROLES: 'ingest,engine,delivery,jobs',
        LOG_LEVEL: 'warn',
        ...this.#options.env,
      },
    })
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', (line) => this.#line(line))
    this.#child = child
  }

  #line(line: string): void {
    const token = /setup_[\w-]+/.exec(line)?.[0]
    if (token) this.setupToken.resolve(token)
    if (line.includes('left on their way')) this.foundInFlight += (JSON.parse(line) as { count: number }).count
    this.#last.push(line)
    if (this.#last.length > 10) this.#last.shift()
    this.#options.onLine(line)
  }

  get alive(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Resolves when it answers; notes how long that took since the start (or since `since`). Throws when it has died or takes too long. */
  async ready({ since = this.#started, limitMs = 30_000 }: { since?: number; limitMs?: number } = {}): Promise<void> {
    while (performance.now() - since < limitMs) {
      if (!this.alive)
        throw new Error(`the server ended by itself (${this.#child?.exitCode ?? this.#child?.signalCode}):\n${this.#last.join('\n')}`)
      if (await this.#answers()) {
        this.readyMs.push(Math.round(performance.now() - since))
        return
      }
      await pause(20)
    }
    throw new Error(`the server was not ready after ${limitMs} ms`)
  }

  async #answers(): Promise<boolean> {
    try {
      const response = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(2_000) })
      await response.arrayBuffer()
      return response.ok
    } catch {
      // Not listening yet, or cut off: that is what the caller waits for.
      return false
    }
  }

  /** The server's processes: itself, and those of its database. */
  processes(): { readonly server: number; readonly database: readonly number[] } {
    const pids = tree(this.pid).map(({ pid }) => pid)
    return { server: this.pid, database: pids.filter((pid) => pid !== this.pid) }
  }

  /** SIGKILL, all at once; the process group of the server too. */
  async kill(target: Target): Promise<void> {
    const { server, database } = this.processes()
    if (target !== 'server') for (const pid of database) strike(pid)
    if (target === 'database') return
    strike(-server)
    await this.ended()
  }

  /** Stands still (SIGSTOP) and goes on (SIGCONT), with all that it holds. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    process.kill(-this.pid, signal)
  }

  async ended(): Promise<void> {
    if (this.alive) await once(this.#child!, 'exit')
  }

  /** A clean end. `databaseMayBeAway`: then it may end in words instead, because it could not give back what it holds. */
  async stop({ databaseMayBeAway = false } = {}): Promise<void> {
    if (!this.alive) return
    this.#child!.kill('SIGTERM')
    const began = performance.now()
    await this.ended()
    const { exitCode, signalCode } = this.#child!
    if (exitCode !== 0 && !(databaseMayBeAway && exitCode === 1))
      throw new Error(
        `the clean stop ended with ${exitCode ?? signalCode} after ${Math.round(performance.now() - began)} ms:\n${this.#last.join('\n')}`,
      )
  }
}

export function strike(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
