import { Worker } from 'node:worker_threads'
import type { Trained } from '#decisions/trainer.ts'
import type { FitAnswer, FitJob, TrainingThreadData, Unfit } from './thread-messages.ts'

export type Fitted =
  | { readonly kind: 'trained'; readonly trained: Trained }
  | { readonly kind: 'nothing_new' }
  | {
      readonly kind: 'unfit'
      readonly reason: Unfit | 'fit_timeout' | 'fit_memory' | 'thread_died' | 'not_cloneable'
      readonly detail: string
    }

export interface FitLimits {
  /** Real ms. */
  readonly longest: number
  readonly megabytes: number
}

export interface TrainingThreads {
  /** Rejects only when the threads were closed. */
  fit(job: Omit<FitJob, 'id'>, limits: FitLimits): Promise<Fitted>
  close(): Promise<void>
}

interface Thread {
  readonly worker: Worker
  /** Told when it can be given work; a fit's time begins then. */
  readonly ready: Promise<void>
  readonly megabytes: number
}

/** So long may a thread take to read its modules, real ms, on a machine that has much to do. */
const BEGIN_MS = 60_000
/** How long a thread without work stays, real ms: between two runs a minute apart it need not start anew. */
const IDLE_MS = 120_000

/**
 * Trains in threads of its own, so that sending never waits for it: whatever a fit does (throws, never ends, takes all memory, ends its
 * process) ends at most its thread. The caller sees to it that only so many fits run as there shall be threads.
 */
export function trainingThreads({ learners }: { readonly learners: URL }): TrainingThreads {
  const free = new Map<Thread, NodeJS.Timeout>()
  const all = new Set<Thread>()
  const state = { closed: false, last: 0 }
  const take = (megabytes: number): Thread => {
    for (const [thread, timer] of free) {
      if (thread.megabytes !== megabytes) continue
      clearTimeout(timer)
      free.delete(thread)
      return thread
    }
    const thread = begin(learners, megabytes)
    all.add(thread)
    thread.worker.once('exit', () => {
      all.delete(thread)
      clearTimeout(free.get(thread))
      free.delete(thread)
    })
    return thread
  }
  const give = (thread: Thread): void => {
    if (!all.has(thread) || state.closed) return void thread.worker.terminate()
    free.set(thread, setTimeout(() => void thread.worker.terminate(), IDLE_MS).unref())
  }
  return {
    async fit(job, { longest, megabytes }) {
      if (state.closed) throw new Error('the training threads are closed')
      const thread = take(megabytes)
      const { fitted, alive } = await run(thread, { ...job, id: ++state.last }, longest)
      if (state.closed) throw new Error('the training threads were closed')
      if (alive) give(thread)
      else await thread.worker.terminate()
      return fitted
    },
    async close() {
      state.closed = true
      for (const timer of free.values()) clearTimeout(timer)
      await Promise.all([...all].map(({ worker }) => worker.terminate()))
    },
  }
}

function begin(learners: URL, megabytes: number): Thread {
  const worker = new Worker(new URL('./training-thread.ts', import.meta.url), {
    workerData: { learners: learners.href } satisfies TrainingThreadData,
    resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: 32 },
    env: {},
    execArgv: [],
  })
  worker.unref()
  // A thread that dies while it has nothing to do is told by its exit.
  worker.on('error', () => undefined)
  const ready = new Promise<void>((resolve) => worker.once('message', () => resolve()))
  return { worker, ready, megabytes }
}

/** One fit; `alive`: the thread can be given another. */
async function run({ worker, ready }: Thread, job: FitJob, longest: number): Promise<{ readonly fitted: Fitted; readonly alive: boolean }> {
  const { promise, resolve } = Promise.withResolvers<{ fitted: Fitted; alive: boolean }>()
  const unfit = (reason: Extract<Fitted, { kind: 'unfit' }>['reason'], detail: string): void =>
    resolve({ fitted: { kind: 'unfit', reason, detail }, alive: false })
  const onMessage = ({ id, ...fitted }: FitAnswer): void => {
    if (id === job.id && fitted.kind !== 'ready') resolve({ fitted, alive: true })
  }
  const onError = (error: Error & { code?: string }): void =>
    unfit(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'fit_memory' : 'thread_died', error.message)
  const onExit = (code: number): void => unfit('thread_died', `the thread ended with ${code} in the midst of it`)
  const late = (ms: number) => setTimeout(() => unfit('fit_timeout', `it took longer than ${ms} ms`), ms)
  let timer = late(BEGIN_MS)
  worker.on('message', onMessage)
  worker.on('error', onError)
  worker.on('exit', onExit)
  try {
    await Promise.race([ready, promise])
    clearTimeout(timer)
    timer = late(longest)
    worker.postMessage(job)
  } catch (error) {
    unfit('not_cloneable', error instanceof Error ? error.message : String(error))
  }
  const ended = await promise
  clearTimeout(timer)
  worker.off('message', onMessage)
  worker.off('error', onError)
  worker.off('exit', onExit)
  return ended
}
