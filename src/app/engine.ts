import type { Logger } from 'pino'
import type { Pipeline } from './pipeline.ts'

export interface EngineOptions {
  readonly pipeline: Pipeline
  readonly logger: Logger
  readonly leaseSeconds: number
  /** Epoch ms by the clock that timers follow, and how many of its milliseconds pass in a real one. */
  readonly now: () => number
  readonly rate: () => number
  /** Says goodbye: others take the partitions at once. */
  readonly release: () => Promise<void>
}

export interface Engine {
  /** Something was appended in this process. */
  wake(): void
  /** Whether its last rounds went well; else others should have its share. */
  readonly works: boolean
  /** Ends the batch that runs, then hands the partitions over. */
  stop(): Promise<void>
}

/**
 * Other processes append too: look for their records this often (ms), and more often for a moment after there were some.
 * PostgreSQL's NOTIFY would be quicker, but it takes one lock for all commits of the server.
 */
const POLL_MS = 50
const POLL_SOON_MS = 8
const SOON_MS = 1_000
/** Hand-overs begin at a renewal, so there are more of them than the leases need. */
const RENEW_MS = 1_000
/** So many failures in a row, and somebody else should try. */
const FAILING = 4
/** After a batch of fewer records than this the next one is given a moment (ms) to gather: a commit costs the same for one as for many. */
const SMALL = 200
const GATHER_MS = 4
const RETRY_MS = [50, 100, 250, 500, 1_000, 2_000]

/** Runs the pipeline until stopped. After any failure it forgets what it holds, waits a little, and takes its leases anew. */
export function startEngine(options: EngineOptions): Engine {
  const { pipeline, logger } = options
  const state = { stopping: false, wake: Promise.withResolvers<void>() }
  let failures = 0
  let renewed = -Infinity
  let workedAt = -Infinity
  const round = async (): Promise<void> => {
    if (performance.now() - renewed > Math.min(RENEW_MS, (options.leaseSeconds * 1_000) / 3)) {
      await pipeline.renew()
      renewed = performance.now()
    }
    const step = await pipeline.step()
    failures = 0
    if (step === 'worked') workedAt = performance.now()
    if (step === 'worked')
      await new Promise((resolve) => (pipeline.lastBatch < SMALL ? setTimeout(resolve, GATHER_MS) : setImmediate(resolve)))
    else await rest(state, restMs(options, performance.now() - workedAt < SOON_MS ? POLL_SOON_MS : POLL_MS))
  }
  const run = async (): Promise<void> => {
    while (!state.stopping) {
      try {
        await round()
      } catch (error) {
        logger.error({ err: error }, 'a batch was not saved; it is tried again')
        pipeline.forget()
        renewed = -Infinity
        await rest(state, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]!)
      }
    }
  }
  const running = run()
  return {
    wake: () => state.wake.resolve(),
    get works() {
      return failures < FAILING
    },
    async stop() {
      state.stopping = true
      state.wake.resolve()
      await running
      await options.release()
    },
  }
}

function restMs({ pipeline, now, rate }: EngineOptions, longest: number): number {
  const timer = pipeline.nextTimer
  return timer === undefined ? longest : Math.max(0, Math.min(longest, (timer - now()) / rate()))
}

async function rest(state: { wake: PromiseWithResolvers<void> }, ms: number): Promise<void> {
  const timer = setTimeout(() => state.wake.resolve(), ms)
  await state.wake.promise
  clearTimeout(timer)
  state.wake = Promise.withResolvers<void>()
}
