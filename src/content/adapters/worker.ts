import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Json } from '#lib/json.ts'
import { isRefusal, type Outcome, type Refusal, refuse } from '#lib/problem.ts'
import { isLight } from '../cost.ts'
import { TOO_SLOW } from './liquid.ts'
import { type Pieces, renderPieces } from './pieces.ts'
import type { RenderAnswers, RenderBatch, RenderThreadData } from './worker-messages.ts'

type Rendered = Outcome<Readonly<Record<string, string>>>

/** Renders pieces; the same pieces and scope give the same bytes, wherever that happens. */
export interface Renderer {
  render(pieces: Pieces, scope: object): Promise<Rendered>
  close(): Promise<void>
}

export interface RendererOptions {
  readonly threads?: number
  /** A message that takes longer is given up, and its thread with it. */
  readonly killMs?: number
  readonly megabytes?: number
  /** Small pieces are rendered in this thread for so long (ms); 0: never. */
  readonly hereMs?: number
}

interface Waiting {
  readonly id: number
  readonly pieces: Pieces
  readonly scope: object
  readonly done: (outcome: Rendered) => void
  readonly failed: (error: Error) => void
  /** It was at work when a thread had to be ended: it gets one more try, with a thread to itself. */
  struck: boolean
}

interface Thread {
  readonly worker: Worker
  readonly at: Int32Array<SharedArrayBuffer>
  readonly known: Set<number>
  readonly jobs: Map<number, Waiting>
  /** The job that was seen last, and since when (ms). */
  seen: number
  since: number
  ending: boolean
}

const LOOK_MS = 25
/** Messages of one post; a thread has up to twice as many, so that it does not stand still between two posts. */
const BATCH = 32
const KNOWN = 500

/** Renders in this thread only, by the limits that the template engine holds itself. */
export const inProcess: Renderer = {
  async render(pieces, scope) {
    const rendered = renderPieces(pieces, scope)
    return isSlow(rendered) ? renderPieces(pieces, scope) : rendered
  },
  close: async () => undefined,
}

/**
 * Small pieces with little data are rendered here, for a few milliseconds at most; everything else in threads that can be ended.
 * `render_timeout`, `render_memory`: the thread had to be ended twice because of this message; no other message suffers.
 */
export function renderer({
  threads = Math.max(1, Math.min(4, availableParallelism() - 1)),
  killMs = 500,
  megabytes = 64,
  hereMs = 15,
}: RendererOptions = {}): Renderer {
  const pool = new Pool({ threads, killMs, megabytes })
  return {
    async render(pieces, scope) {
      if (hereMs > 0 && pieces.small && isLight(scope)) {
        const here = renderPieces(pieces, scope, hereMs)
        if (!isRefusal(here)) return here
      }
      return pool.render(pieces, scope)
    },
    close: () => pool.close(),
  }
}

class Pool {
  readonly #options: Required<Omit<RendererOptions, 'hereMs'>>
  readonly #threads = new Set<Thread>()
  #queue: Waiting[] = []
  #last = 0
  #planned = false
  #closed = false
  #watch: NodeJS.Timeout | undefined

  constructor(options: Required<Omit<RendererOptions, 'hereMs'>>) {
    this.#options = options
  }

  render(pieces: Pieces, scope: object): Promise<Rendered> {
    if (this.#closed) throw new Error('the renderer is closed')
    return new Promise((done, failed) => {
      this.#last = (this.#last % 0x7fffffff) + 1
      this.#queue.push({ id: this.#last, pieces, scope, done, failed, struck: false })
      this.#plan()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#watch)
    const given = [...this.#queue.splice(0), ...[...this.#threads].flatMap(({ jobs }) => [...jobs.values()])]
    for (const { failed } of given) failed(new Error('the renderer was closed'))
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()))
  }

  /** What comes in one turn of the loop goes out together. */
  #plan(): void {
    if (this.#planned || this.#queue.length === 0) return
    this.#planned = true
    setImmediate(() => {
      this.#planned = false
      if (!this.#closed) this.#assign()
    })
  }

  #assign(): void {
    while (this.#queue.length > 0) {
      const thread = this.#free()
      if (!thread) return
      const alone = this.#queue.findIndex(({ struck }) => struck)
      const batch = alone >= 0 && thread.jobs.size === 0 ? this.#queue.splice(alone, 1) : this.#calm(BATCH)
      if (batch.length === 0) return
      this.#post(thread, batch)
    }
  }

  /** Messages that were not at work when a thread ended. */
  #calm(most: number): Waiting[] {
    const batch = this.#queue.filter(({ struck }) => !struck).slice(0, most)
    const taken = new Set(batch)
    this.#queue = this.#queue.filter((each) => !taken.has(each))
    return batch
  }

  /** The thread with the least to do, or a new one; undefined when all are busy. */
  #free(): Thread | undefined {
    const open = [...this.#threads].filter(
      ({ ending, jobs }) => !ending && jobs.size <= BATCH && ![...jobs.values()].some((job) => job.struck),
    )
    const idle = open.find(({ jobs }) => jobs.size === 0)
    if (idle) return idle
    if (this.#threads.size < this.#options.threads) return this.#begin()
    return open.sort((a, b) => a.jobs.size - b.jobs.size)[0]
  }

  #begin(): Thread {
    const at = new Int32Array(new SharedArrayBuffer(4))
    const worker = new Worker(new URL('./worker-thread.ts', import.meta.url), {
      workerData: { at, ms: this.#options.killMs } satisfies RenderThreadData,
      resourceLimits: { maxOldGenerationSizeMb: this.#options.megabytes, maxYoungGenerationSizeMb: 16 },
      env: {},
      execArgv: [],
    })
    const thread: Thread = { worker, at, known: new Set(), jobs: new Map(), seen: 0, since: 0, ending: false }
    worker.unref()
    worker.on('message', ({ rendered }: RenderAnswers) => this.#answered(thread, rendered))
    worker.on('error', (error: Error & { code?: string }) => this.#ended(thread, error))
    worker.on('exit', () => this.#ended(thread, null))
    this.#threads.add(thread)
    this.#watch ??= setInterval(() => this.#look(), LOOK_MS).unref()
    return thread
  }

  #post(thread: Thread, batch: readonly Waiting[]): void {
    const forget = thread.known.size > KNOWN
    if (forget) thread.known.clear()
    // What is on its way to the thread may name pieces that it is told to forget, but those are rendered before.
    const fresh = new Map(batch.filter(({ pieces }) => !thread.known.has(pieces.key)).map(({ pieces }) => [pieces.key, pieces.sources]))
    for (const key of fresh.keys()) thread.known.add(key)
    for (const job of batch) thread.jobs.set(job.id, job)
    const jobs = batch.map(({ id, pieces, scope }) => ({ id, key: pieces.key, scope: scope as Json }))
    if (thread.jobs.size > 0) thread.worker.ref()
    thread.worker.postMessage({ pieces: [...fresh], forget, jobs } satisfies RenderBatch)
  }

  #answered(thread: Thread, rendered: RenderAnswers['rendered']): void {
    for (const [id, outcome] of rendered) {
      const job = thread.jobs.get(id)
      thread.jobs.delete(id)
      if (job && !job.struck && isSlow(outcome)) this.#queue.push({ ...job, struck: true })
      else job?.done(outcome)
    }
    if (thread.jobs.size === 0) thread.worker.unref()
    this.#plan()
  }

  /** Ends threads that have been at one message for too long. */
  #look(): void {
    const now = performance.now()
    for (const thread of this.#threads) {
      const id = Atomics.load(thread.at, 0)
      if (id !== thread.seen || id === 0) {
        thread.seen = id
        thread.since = now
      } else if (!thread.ending && now - thread.since > this.#options.killMs) {
        thread.ending = true
        void thread.worker.terminate()
      }
    }
  }

  /** The message that it was at has struck; all others begin anew elsewhere. */
  #ended(thread: Thread, error: (Error & { code?: string }) | null): void {
    if (!this.#threads.delete(thread) || this.#closed) return
    const id = Atomics.load(thread.at, 0)
    const memory = error?.code === 'ERR_WORKER_OUT_OF_MEMORY'
    for (const job of thread.jobs.values()) {
      if (error && !memory) job.failed(error)
      else if (job.id !== id) this.#queue.push(job)
      else if (job.struck) job.done(memory ? TOO_MUCH : TOO_LONG)
      else this.#queue.push({ ...job, struck: true })
    }
    this.#plan()
  }
}

const isSlow = (outcome: Rendered): boolean => isRefusal(outcome) && outcome.refused.code === TOO_SLOW.code
const TOO_LONG: Refusal = refuse(TOO_SLOW)
const TOO_MUCH: Refusal = refuse({
  code: 'render_memory',
  status: 422,
  title: 'The message needs too much memory to render',
  hint: 'Do not put texts or lists together in loops.',
})
