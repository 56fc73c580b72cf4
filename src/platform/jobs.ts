import { Logger, parseCronItems, type Runner, run } from 'graphile-worker'
import pg from 'pg'

/** What a job is told. The signal is aborted when the process has to stop and the job has not ended in time. */
export interface JobContext {
  readonly attempt: number
  readonly signal: AbortSignal | undefined
}

/** A job may run twice (a crash between its end and the note of it), so it must be repeatable. A throw is tried again, later and later. */
export type Task = (input: unknown, context: JobContext) => Promise<void>

export interface Schedule {
  readonly task: string
  /** Minute, hour, day, month, weekday, in UTC: `5 4 * * *`. */
  readonly cron: string
  readonly input?: Record<string, unknown>
}

export interface JobsOptions {
  readonly url: string
  readonly tasks: Readonly<Record<string, Task>>
  readonly schedule?: readonly Schedule[]
  /** Jobs at once. */
  readonly concurrency?: number
  readonly log?: (level: 'error' | 'warning' | 'info' | 'debug', message: string) => void
}

export interface Jobs {
  /** Runs a task in the background. With a key there is one waiting job of that key: the newest input wins. */
  add(task: string, input: Record<string, unknown>, options?: { key?: string; at?: number }): Promise<void>
  /** Lets running jobs end (for a few seconds), then stops. */
  stop(): Promise<void>
}

/** Tries of one job; with graphile-worker's exp(attempt) seconds between them that is about 6 hours. */
const MAX_ATTEMPTS = 10

/** Background work that no message waits for (retention, housekeeping), kept in PostgreSQL; any number of processes share it. */
export async function startJobs({ url, tasks, schedule = [], concurrency = 2, log }: JobsOptions): Promise<Jobs> {
  for (const { task } of schedule) if (!tasks[task]) throw new Error(`The schedule names an unknown task: ${task}`)
  // Our own pool, because graphile-worker's loses its listener at the stop: a connection that the server ends just then would end the process.
  const pgPool = new pg.Pool({ connectionString: url, application_name: 'cadenza jobs', max: concurrency + 2 })
  let stopping = false
  const onError = (error: Error): void => {
    if (!stopping) log?.('warning', `A connection of background jobs broke: ${error.message}`)
  }
  pgPool.on('error', onError)
  pgPool.on('connect', (client) => void client.on('error', onError))
  const runner: Runner = await run({
    pgPool,
    concurrency,
    noHandleSignals: true,
    logger: new Logger(() => (level, message) => log?.(level, message)),
    taskList: Object.fromEntries(
      Object.entries(tasks).map(([name, task]) => [
        name,
        async (input: unknown, { job, abortSignal }: { job: { attempts: number }; abortSignal?: AbortSignal }) =>
          task(input, { attempt: job.attempts, signal: abortSignal }),
      ]),
    ),
    parsedCronItems: parseCronItems(
      schedule.map(({ task, cron, input }) => ({
        task,
        match: cron,
        payload: input,
        identifier: `${task} ${cron}`,
        options: { maxAttempts: MAX_ATTEMPTS },
      })),
    ),
  })
  // a crash of the runner is reported to the log by graphile-worker; the promise must not go unheard
  runner.promise.catch((error: Error) => log?.('error', `Background jobs stopped: ${error.message}`))
  return {
    add: async (task, input, { key, at } = {}) => {
      if (!tasks[task]) throw new Error(`Unknown task: ${task}`)
      await runner.addJob(task, input, { maxAttempts: MAX_ATTEMPTS, jobKey: key, runAt: at === undefined ? undefined : new Date(at) })
    },
    stop: async () => {
      stopping = true
      await runner.stop()
      await pgPool.end()
    },
  }
}
