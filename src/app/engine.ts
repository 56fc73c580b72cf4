import type { Logger } from 'pino'
import type { Pipeline } from './pipeline.ts'

export interface EngineOptions {
  readonly pipeline: Pipeline
  readonly logger: Logger
  readonly leaseSeconds: number
  /** Epoch ms by the clock that timers follow, and how many of its milliseconds pass in a real one. */
  readonly now: () => number
  readonly rate: () => number
  readonly release: () => Promise<void>
}

export interface Engine {
  /** Something was appended in this process. */
  wake(): void
  stop(): Promise<void>
}

/** Other processes append too: look for their records this often (ms). */
const POLL_MS = 50
const RETRY_MS = [50, 100, 250, 500, 1_000, 2_000]

/** Runs the pipeline until stopped. After any failure it forgets what it holds, waits a little, and takes its leases anew. */
export function startEngine(options: EngineOptions): Engine {
  const { pipeline, logger } = options
  const state = { stopping: false, wake: Promise.withResolvers<void>() }
  let failures = 0
  let renewed = -Infinity
  const round = async (): Promise<void> => {
    if (performance.now() - renewed > (options.leaseSeconds * 1_000) / 3) {
      await pipeline.renew()
      renewed = performance.now()
    }
    const step = await pipeline.step()
    failures = 0
    if (step === 'worked') await new Promise((resolve) => setImmediate(resolve))
    else await rest(state, restMs(options))
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
    async stop() {
      state.stopping = true
      state.wake.resolve()
      await running
      await options.release()
    },
  }
}

function restMs({ pipeline, now, rate }: EngineOptions): number {
  const timer = pipeline.nextTimer
  return timer === undefined ? POLL_MS : Math.max(0, Math.min(POLL_MS, (timer - now()) / rate()))
}

async function rest(state: { wake: PromiseWithResolvers<void> }, ms: number): Promise<void> {
  const timer = setTimeout(() => state.wake.resolve(), ms)
  await state.wake.promise
  clearTimeout(timer)
  state.wake = Promise.withResolvers<void>()
}
