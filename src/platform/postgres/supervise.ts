import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { SetupError } from '../setup-error.ts'
import { addressArguments, CLEAN_ENVIRONMENT, type Cluster } from './cluster.ts'
import { endOrphans } from './orphans.ts'
import type { Settings } from './settings.ts'

export interface Supervised {
  /** Process id of the running server; undefined while it is down. */
  pid(): number | undefined
  /** How often it had to be started again. */
  restarts(): number
  /** Ends it cleanly: open transactions are rolled back, everything is written down. */
  stop(): Promise<void>
  /** Ends it without writing anything down: what was committed is replayed at the next start. */
  kill(): Promise<void>
}

export interface SuperviseOptions {
  readonly settings: Settings
  /** One line of the server's log. */
  readonly log?: (line: string) => void
  /** The server died and does not come back. */
  readonly onFatal: (error: Error) => void
}

/** So many deaths within a minute, and it is given up. */
const MOST_RESTARTS = 5
const MINUTE = 60_000
/** A stop that takes longer is turned into a crash: recovery is safe, waiting for ever is not. */
const STOP_LIMIT = 30_000

/** Starts the server of a cluster and starts it again, with back-off, when it dies. */
export async function supervise(cluster: Cluster, options: SuperviseOptions): Promise<Supervised> {
  let run = await start(cluster, options)
  let stopping = false
  let restarts = 0
  const deaths: number[] = []

  const revive = async (): Promise<void> => {
    const died = performance.now()
    deaths.push(died)
    const recent = deaths.filter((at) => died - at < MINUTE).length
    if (recent > MOST_RESTARTS) throw new SetupError(`PostgreSQL died ${recent} times within a minute: ${run.tail()}`, 'See the log above.')
    await pause(50 * 2 ** recent)
    if (stopping) return
    try {
      run = await start(cluster, options)
    } catch (error) {
      options.log?.((error as Error).message)
      return revive()
    }
    restarts += 1
    watch()
  }
  let reviving: Promise<void> = Promise.resolve()
  const watch = (): void => {
    void run.exited.then((how) => {
      if (stopping) return
      options.log?.(`PostgreSQL ended unexpectedly (${how}); starting it again`)
      reviving = revive().catch(options.onFatal)
    })
  }
  watch()
  const end = async (signals: readonly NodeJS.Signals[]): Promise<void> => {
    stopping = true
    await reviving
    await finish(run, signals)
  }
  return {
    pid: () => (run.child.exitCode === null && run.child.signalCode === null ? run.child.pid : undefined),
    restarts: () => restarts,
    stop: () => end(['SIGINT', 'SIGQUIT', 'SIGKILL']),
    kill: () => end(['SIGQUIT', 'SIGKILL']),
  }
}

interface Run {
  readonly child: ChildProcess
  /** Resolves with how it ended. */
  readonly exited: Promise<string>
  /** The last lines it said. */
  tail(): string
}

async function start(cluster: Cluster, options: SuperviseOptions): Promise<Run> {
  await endOrphans(cluster.directory)
  const run = launch(cluster, options)
  if (await isReady(run, cluster)) return run
  throw new SetupError(`PostgreSQL did not start (${await run.exited}): ${run.tail()}`, 'Mend what it names, then start again.')
}

function launch({ directory, binaries, launch: { prefix, identity }, address }: Cluster, { settings, log }: SuperviseOptions): Run {
  const asArguments = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const [program, ...rest] = [...prefix, binaries.postgres, '-D', directory, ...addressArguments(address), ...asArguments]
  // detached: Ctrl-C in a terminal must end the app first, which then ends the database
  const child = spawn(program!, rest, {
    cwd: '/',
    env: CLEAN_ENVIRONMENT,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...identity,
  })
  const last: string[] = []
  const lines = createInterface({ input: child.stderr! })
  lines.on('line', (line) => {
    last.push(line)
    if (last.length > 20) last.shift()
    log?.(line)
  })
  // where the kernel does not end it with us, this does, unless we are killed: then the next start ends it
  const endWithUs = (): void => void child.kill('SIGINT')
  process.once('exit', endWithUs)
  const exited = new Promise<string>((ended) => {
    child.once('error', (error) => ended(error.message))
    child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`))
  }).finally(() => process.off('exit', endWithUs))
  // the database alone must not keep the process alive
  child.unref()
  ;(child.stderr as unknown as { unref(): void }).unref()
  return { child, exited, tail: () => last.join('\n') }
}

/** Waits for as long as it lives: recovery after a crash takes what it takes. */
async function isReady({ child, exited }: Run, { directory }: Cluster): Promise<boolean> {
  let ended = false
  void exited.then(() => {
    ended = true
  })
  while (!ended) {
    // lines of postmaster.pid: 1 pid, 8 status (see PostgreSQL's pidfile.h)
    const lines = (await readFile(join(directory, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return true
    await pause(10)
  }
  return false
}

async function finish({ child, exited }: Run, signals: readonly NodeJS.Signals[]): Promise<void> {
  child.ref()
  for (const signal of signals) {
    if (child.exitCode !== null || child.signalCode !== null) break
    child.kill(signal)
    const late = Promise.withResolvers<void>()
    const timer = setTimeout(late.resolve, STOP_LIMIT)
    await Promise.race([exited, late.promise])
    clearTimeout(timer)
  }
  await exited
}
