import type { Logger } from 'pino'
import { publishedModels, versionsOf } from '#decisions/standings.ts'
import { removeOldBodies } from '#decisions/store.ts'
import { claimTraining, dropClaims, setTargets, type Target, trainingCounts } from '#decisions/training-store.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { type Announce, historyAt, latestRevision } from '#platform/documents.ts'
import type { AuditTrail } from '#platform/http/audit.ts'
import type { Metrics } from '#platform/metrics.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { GATHERERS, type Gatherers } from './gatherers.ts'
import { Installer } from './install.ts'
import { LEARNERS, type Learners } from './learners.ts'
import { trainingThreads } from './threads.ts'
import { LEASE_SECONDS, train } from './train.ts'

/** Who learns, and from what; tests bring their own. */
export interface Teaching {
  readonly learners: Learners
  /** The module that exports the same `LEARNERS`, for the threads. */
  readonly module: URL
  readonly gatherers: Gatherers
}

export const TEACHING: Teaching = { learners: LEARNERS, module: new URL('./learners.ts', import.meta.url), gatherers: GATHERERS }

export interface LearningOptions {
  readonly pool: Pool
  readonly analytics: Analytics
  /** Epoch ms by the application's clock: training follows it, its limits do not. */
  readonly now: () => number
  readonly announce: Announce
  readonly appended: () => void
  readonly trail: AuditTrail
  readonly logger: Logger
  readonly metrics: Metrics
  /** Of this process. */
  readonly owner: string
  /** Trainings at once. */
  readonly threads: number
  /** Snapshots older than this that nothing new rests on lose their body, ms. */
  readonly keep: number
  readonly teaching?: Teaching | undefined
  /** How much faster `now` goes than the world's clock, in a demonstration; left out: as fast. */
  readonly rate?: () => number
}

export interface Learning {
  /** Something was published, or somebody asked. */
  wake(): void
  /** Resolves when nothing is due and nothing runs, of what is known now. */
  settled(): Promise<void>
  stop(): Promise<void>
}

/** Real ms between two looks at what is due, and after a failure. */
const LOOK_MS = 1_000
const RETRY_MS = 3_000
const TIDY_MS = 3_600_000

/** Trains what is due, beside everything else: any number of processes share it. */
export function startLearning(options: LearningOptions): Learning {
  const { logger, pool } = options
  const teaching = options.teaching ?? TEACHING
  const threads = trainingThreads({ learners: teaching.module })
  const parts = { ...options, teaching, threads, installer: new Installer(options), counters: countersOf(options.metrics, pool) }
  const ending = new AbortController()
  const state = { wake: Promise.withResolvers<void>(), idle: 0, targets: -1, tidied: Number.NEGATIVE_INFINITY }
  const rest = async (ms: number): Promise<void> => {
    const timer = setTimeout(() => state.wake.resolve(), ms)
    await state.wake.promise
    clearTimeout(timer)
    if (!ending.signal.aborted) state.wake = Promise.withResolvers<void>()
  }
  const lane = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        const claim = await claimTraining(pool, { owner: options.owner, seconds: LEASE_SECONDS, now: options.now() })
        if (!claim) return
        await train(parts, claim, ending.signal)
      } catch (error) {
        // At the end of the server its threads are ended in the midst of their work: whoever comes next takes it up.
        if (!ending.signal.aborted) logger.warn({ err: error }, 'training is interrupted; it goes on by itself')
        return
      }
    }
  }
  const round = async (): Promise<void> => {
    state.targets = await retarget(options, teaching.learners, state.targets)
    await Promise.all(Array.from({ length: options.threads }, lane))
    if (performance.now() - state.tidied > TIDY_MS) {
      while ((await removeOldBodies(pool, options.now() - options.keep, 200)) > 0);
      state.tidied = performance.now()
    }
  }
  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        await round()
        state.idle++
        await rest(LOOK_MS)
      } catch (error) {
        logger.warn({ err: error }, 'nobody learns at the moment; sending goes on with what was learned')
        await rest(RETRY_MS)
      }
    }
  }
  const running = run()
  return {
    wake: () => state.wake.resolve(),
    async settled() {
      // The round that runs may have looked before: the one after it has seen everything.
      for (const from = state.idle; state.idle < from + 2; ) {
        state.wake.resolve()
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
    async stop() {
      ending.abort()
      state.wake.resolve()
      await threads.close()
      await running
      await dropClaims(pool, options.owner)
    },
  }
}

/** Makes the tasks those of the documents; resolves with the revision looked at. */
async function retarget({ pool, now }: LearningOptions, learners: Learners, before: number): Promise<number> {
  const revision = await latestRevision(pool)
  if (revision === before) return before
  const published = publishedModels(await historyAt(pool, { kind: 'model', revision }))
  const targets = published.flatMap(({ ws, id, standing }) =>
    versionsOf(standing).flatMap(({ model, version, task }): Target[] => {
      const every = learners.get(model.type)?.every
      return every === undefined ? [] : [{ ws, model: id, task, version, every }]
    }),
  )
  await transaction(pool, (tx) => setTargets(tx, targets, now()))
  return revision
}

export interface Counters {
  ended(type: string, outcome: string, seconds: number): void
}

function countersOf(metrics: Metrics, pool: Pool): Counters {
  const trainings = metrics.counter({
    name: 'cadenza_model_trainings_total',
    help: 'Trainings of models by how they ended: installed, nothing_new, or why they failed',
    labels: ['type', 'outcome'],
  })
  const seconds = metrics.histogram({
    name: 'cadenza_model_training_seconds',
    help: 'How long trainings took',
    labels: ['type'],
    buckets: [0.1, 0.5, 1, 5, 15, 60, 300],
  })
  metrics.gauge({
    name: 'cadenza_models',
    help: 'Things that are learned, by how their last training ended',
    labels: ['outcome'],
    collect: async (gauge) => {
      gauge.reset()
      for (const { outcome, count } of await trainingCounts(pool)) gauge.set({ outcome: outcome === '' ? 'waiting' : outcome }, count)
    },
  })
  return {
    ended(type, outcome, took) {
      trainings.inc({ type, outcome })
      seconds.observe({ type }, took)
    },
  }
}
