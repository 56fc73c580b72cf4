import type { Logger } from 'pino'
import type { Model } from '#decisions/schema.ts'
import { Model as ModelSchema } from '#decisions/schema.ts'
import type { Snapshot } from '#decisions/snapshot.ts'
import { bodiesOf, lastSerial, newestOfTask } from '#decisions/store.ts'
import type { TrainingTask } from '#decisions/trainer.ts'
import { type Claim, type Ended, endTraining, keepClaim, type TrainingLine } from '#decisions/training-store.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { definition } from '#platform/documents.ts'
import type { AuditTrail } from '#platform/http/audit.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { findWorkspace } from '#workspaces/store.ts'
import { unpacked } from './body.ts'
import type { Gather } from './gatherers.ts'
import type { Installer } from './install.ts'
import type { Counters, Teaching } from './learning.ts'
import { DAY, dueAfter } from './schedule.ts'
import type { Before } from './thread-messages.ts'
import type { TrainingThreads } from './threads.ts'

/** Whoever is silent for longer has died, and others go on. */
export const LEASE_SECONDS = 30
const BEAT_MS = 8_000
/** Real ms: so long may data be gathered, and a fit take unless its learner says otherwise. */
const GATHER_LONGEST = 300_000
const FIT_LONGEST = 300_000
const MEGABYTES = 512
/** Whoever has learned nothing looks again so soon (ms), but so much of the time at most: history that is brought in is not to wait for the night. */
const COLD_MS = 900_000
const COLD_SHARE = 100
/** Real ms between two trainings of the same model, however fast the clock runs. */
const HASTE_MS = 30_000
/** Snapshots that are tried before a task begins anew, newest first. */
const READABLE = 3

export interface TrainParts {
  readonly pool: Pool
  readonly analytics: Analytics
  readonly now: () => number
  readonly trail: AuditTrail
  readonly logger: Logger
  readonly teaching: Teaching
  readonly threads: TrainingThreads
  readonly installer: Installer
  readonly counters: Counters
  /** How much faster the clock runs than the world's; left out: as fast. */
  readonly rate?: (() => number) | undefined
}

/** Why a training brought nothing; a reason code and words for the operator. */
class Unlearned extends Error {
  override readonly name = 'Unlearned'
  readonly reason: string
  constructor(reason: string, detail: string, cause?: unknown) {
    super(detail, { cause })
    this.reason = reason
  }
}

/** One training, from the data to the snapshot in force. Rejects only when the database does not answer, or this process ends. */
export async function train(parts: TrainParts, claim: Claim, ending: AbortSignal): Promise<void> {
  const began = performance.now()
  const stop = new AbortController()
  const signal = AbortSignal.any([ending, stop.signal])
  const keeping = keep(parts, claim, stop)
  let type: Model['type'] | 'unknown' = 'unknown'
  try {
    const model = await modelOf(parts.pool, claim)
    type = model?.type ?? type
    const outcome = model ? await learn(parts, { claim, model, signal, began, keeping }) : 'nothing_new'
    parts.counters.ended(type, outcome, (performance.now() - began) / 1_000)
  } catch (error) {
    if (ending.aborted) throw error
    await failed(parts, { claim, error, type, tookMs: performance.now() - began })
  } finally {
    stop.abort()
    await keeping.end()
  }
}

interface Keeping {
  /** Says what is done now. */
  enter(phase: TrainingLine['phase']): Promise<void>
  /** The lease was lost: whatever comes out is not wanted any more. */
  lost: boolean
  end(): Promise<void>
}

/** Keeps the lease while the training runs. */
function keep({ pool, logger }: TrainParts, claim: Claim, stop: AbortController): Keeping {
  let busy: Promise<void> = Promise.resolve()
  let phase: TrainingLine['phase'] = 'gathering'
  const keeping: Keeping = {
    lost: false,
    enter: async (next) => {
      phase = next
      await beat()
    },
    end: async () => {
      clearInterval(timer)
      await busy
    },
  }
  const beat = async (): Promise<void> => {
    if (await keepClaim(pool, claim, { seconds: LEASE_SECONDS, phase })) return
    keeping.lost = true
    stop.abort()
  }
  const timer = setInterval(() => {
    busy = beat().catch((error: unknown) => logger.warn({ err: error, model: claim.model }, 'a training could not say that it lives'))
  }, BEAT_MS)
  timer.unref()
  return keeping
}

interface Lesson {
  readonly claim: Claim
  readonly model: Model
  readonly signal: AbortSignal
  readonly began: number
  readonly keeping: Keeping
}

type Outcome = 'installed' | 'nothing_new' | 'not_ours' | 'forgotten'

async function learn(parts: TrainParts, lesson: Lesson): Promise<Outcome> {
  const { pool, teaching, threads, now } = parts
  const { claim, model, signal, keeping } = lesson
  const learner = teaching.learners.get(model.type)
  const gather = teaching.gatherers[model.type] as Gather | undefined
  if (!learner || !gather) throw new Unlearned('no_learner', `nobody here knows how models of the type ${model.type} learn`)
  const since = await lastSerial(pool, claim.ws, claim.model)
  const before = await learnedBefore(parts, claim, (text) => learner.decode(text))
  const task = { workspace: claim.ws, model, version: claim.version, now: now() }
  const data = await gathered(parts, { gather, task: { ...task, previous: before?.snapshot ?? null }, signal })
  if (data === null) return nothingNew(parts, lesson, before === null)
  await keeping.enter('fitting')
  const limits = { longest: learner.longest ?? FIT_LONGEST, megabytes: learner.megabytes ?? MEGABYTES }
  const fitted = await threads.fit({ type: model.type, task, before: before?.kept ?? null, data }, limits)
  if (fitted.kind === 'unfit') throw new Unlearned(fitted.reason, fitted.detail)
  if (fitted.kind === 'nothing_new') return nothingNew(parts, lesson, before === null)
  await keeping.enter('installing')
  if (keeping.lost) return 'not_ours'
  const installed = await install(parts, { ...lesson, trained: fitted.trained, since })
  if (installed === 'installed') await tell(parts, claim, { first: before === null, examples: fitted.trained.examples })
  return installed
}

async function install(
  parts: TrainParts,
  { claim, trained, since, began }: Lesson & Pick<Parameters<Installer['install']>[0], 'trained' | 'since'>,
): Promise<Outcome> {
  const ended = await endedNow(parts, { claim, began, outcome: 'installed' })
  try {
    return (await parts.installer.install({ claim, trained, since, ended })).kind
  } catch (error) {
    throw new Unlearned('install_failed', error instanceof Error ? error.message : String(error), error)
  }
}

async function nothingNew(parts: TrainParts, { claim, began }: Lesson, cold: boolean): Promise<Outcome> {
  return (await endTraining(parts.pool, claim, await endedNow(parts, { claim, began, outcome: 'nothing_new', cold })))
    ? 'nothing_new'
    : 'not_ours'
}

async function endedNow(
  { now, pool, rate }: TrainParts,
  { claim, began, outcome, cold = false }: { claim: Claim; began: number; outcome: 'installed' | 'nothing_new'; cold?: boolean },
): Promise<Ended> {
  const at = now()
  const tookMs = Math.round(performance.now() - began)
  const every = cold ? Math.min(claim.every, Math.max(COLD_MS, COLD_SHARE * tookMs)) : claim.every
  const workspace = every < DAY ? undefined : await findWorkspace(pool, claim.ws)
  const timezone = workspace ? { timezone: workspace.timezone } : {}
  // On a fast clock everything would be due all the time, and each snapshot is a record on every partition.
  const least = rate && rate() > 1 ? at + HASTE_MS * rate() : 0
  const due = Math.max(least, dueAfter({ every, failures: 0, now: at, name: nameOf(claim), ...timezone }))
  return { outcome, reason: '', detail: '', failures: 0, due, endedAt: at, tookMs }
}

const nameOf = ({ ws, model, task }: Claim): string => `${ws} ${model} ${task}`

/** The document's version that is learned for; undefined when it is gone. */
async function modelOf(pool: Pool, { ws, model, version }: Claim): Promise<Model | undefined> {
  const found = await definition(pool, { workspace: ws, kind: 'model', id: model, version })
  return found && ModelSchema.parse(found.body)
}

/** The newest snapshot of the task that can be read. */
async function learnedBefore(
  { pool, logger }: TrainParts,
  claim: Claim,
  decode: (text: string) => unknown,
): Promise<{ snapshot: Snapshot; kept: Before } | null> {
  for (const line of await newestOfTask(pool, claim, READABLE)) {
    const { serial, trainedTo, examples, report, checksum } = line
    try {
      const [body = null] = await bodiesOf(pool, [line])
      const text = await unpacked(body, checksum)
      const kept = { serial, trainedTo, examples, report, text }
      return { snapshot: { serial, trainedTo, examples, report, body: decode(text) }, kept }
    } catch (error) {
      logger.warn({ err: error, ws: claim.ws, model: claim.model, serial }, 'training does not go on from a snapshot that cannot be read')
    }
  }
  return null
}

async function gathered(
  { analytics, pool }: TrainParts,
  { gather, task, signal }: { gather: Gather; task: TrainingTask; signal: AbortSignal },
): Promise<unknown> {
  const limit = AbortSignal.timeout(GATHER_LONGEST)
  const either = AbortSignal.any([signal, limit])
  const { promise: over, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(new Unlearned(limit.aborted ? 'gather_timeout' : 'interrupted', 'the data did not come in time'))
  either.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([gather({ analytics, db: pool, signal: either }, task), over])
  } catch (error) {
    if (error instanceof Unlearned) throw error
    throw new Unlearned('gather_failed', error instanceof Error ? error.message : String(error), error)
  } finally {
    either.removeEventListener('abort', onAbort)
  }
}

/** Said in the table and the log, and on the audit log when trouble begins. What was learned before stays in force. */
async function failed(
  parts: TrainParts,
  { claim, error, type, tookMs }: { claim: Claim; error: unknown; type: string; tookMs: number },
): Promise<void> {
  const { pool, now, logger, counters } = parts
  const reason = error instanceof Unlearned ? error.reason : 'internal_error'
  const detail = (error instanceof Error ? error.message : String(error)).slice(0, 500)
  const failures = claim.failures + 1
  const due = dueAfter({ every: claim.every, failures, now: now(), name: nameOf(claim) })
  const ended: Ended = { outcome: 'failed', reason, detail, failures, due, endedAt: now(), tookMs: Math.round(tookMs) }
  logger.warn(
    { err: error, ws: claim.ws, model: claim.model, reason, failures },
    'a model could not learn; what it learned before stays in force',
  )
  counters.ended(type, reason, tookMs / 1_000)
  if (!(await endTraining(pool, claim, ended)) || failures > 1) return
  await line(parts, claim, { action: 'models.failed', before: '', after: reason })
}

/** The first snapshot of a task, and the first one after trouble, are on the audit log; the table of snapshots holds all. */
async function tell(parts: TrainParts, claim: Claim, { first, examples }: { first: boolean; examples: number }): Promise<void> {
  if (!first && claim.failures === 0) return
  await line(parts, claim, { action: 'models.learned', before: first ? '' : 'failed', after: `${examples} examples` })
}

const line = ({ trail }: TrainParts, { ws, model }: Claim, said: { action: string; before: string; after: string }): Promise<void> =>
  trail.write({ workspace: ws, actor: 'system:learning', object: `model:${model}`, requestId: '', ...said })
