import { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import { Metric } from '#measurement/metrics/schema.ts'
import type { ValueData, ValueFit, ValueSettings } from '#measurement/value/fit.ts'
import { forgetFits, noteFit, readFit } from '#measurement/value/fits-store.ts'
import { type Purchases, readGroups, readHistories, readSlice, trialCut } from '#measurement/value/histories-store.ts'
import { LifetimeValue } from '#measurement/value/schema.ts'
import { type StoredFit, settingsOf } from '#measurement/value/stored.ts'
import { worthOf } from '#measurement/value/worth.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { liveOfKind } from '#platform/documents.ts'
import type { Task } from '#platform/jobs.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { sayScores } from './say-scores.ts'

export interface ValuesParts {
  /** Knows every workspace. */
  readonly work: Pool
  readonly analytics: Analytics
  readonly partitions: number
  readonly now: () => number
  readonly appended: () => void
  readonly logger: Pick<Logger, 'info' | 'warn'>
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** What was learned longer ago than this is learned anew, and everybody is told anew. */
const FRESH = 20 * HOUR
/** People in memory at once. */
const SLICE = 50_000
/** A value that moved less than this share of itself is not said anew: facts are kept for each. */
const LEAST_MOVE = 0.05
const KEPT = 400 * DAY
/** Real ms, and memory, that learning may take. */
const LONGEST_MS = 600_000
const MEGABYTES = 2_048

interface Work {
  readonly ws: string
  readonly document: LifetimeValue
  readonly asked: Purchases
  readonly settings: ValueSettings
  readonly signal: AbortSignal | undefined
}

/**
 * Learns each night what people are worth and says it as their score; each hour that of those who bought since. Of one workspace where it is
 * named (and then learned anew), else of all. Repeatable; one workspace that fails does not keep the others from learning.
 */
export const valuesTask =
  (parts: ValuesParts): Task =>
  async (input, { signal }) => {
    const { workspace } = (input ?? {}) as { workspace?: string }
    const metrics = new Map((await liveOfKind(parts.work, 'metric')).map(({ ws, body }) => [`${ws} ${(body as { id: string }).id}`, body]))
    const failures: unknown[] = []
    for (const { ws, body } of await liveOfKind(parts.work, 'lifetime-value')) {
      const document = LifetimeValue.parse(body)
      const metric = metrics.get(`${ws} ${document.purchases}`)
      if (metric === undefined || (workspace !== undefined && ws !== workspace)) continue
      const now = parts.now()
      const parsed = Metric.parse(metric)
      const asked = { workspace: ws, metric: parsed, zone: document.zone, cut: now, until: now }
      const settings = settingsOf(document, parsed.margin)
      try {
        await learnAndSay(parts, { ws, document, asked, settings, signal }, workspace !== undefined)
      } catch (error) {
        parts.logger.warn({ err: error, ws, value: document.id }, 'lifetime value could not be learned; what was learned before stays')
        failures.push(error)
      }
    }
    await forgetFits(parts.work, parts.now() - KEPT)
    if (failures.length > 0) throw failures[0]
  }

async function learnAndSay(parts: ValuesParts, work: Work, anew: boolean): Promise<void> {
  const { ws, document, settings, asked } = work
  const before = await readFit(parts.work, ws, document.id)
  const question = JSON.stringify([settings, asked.metric, asked.zone])
  if (before?.asked === question && !anew && asked.until - before.at < FRESH) {
    // Who bought yesterday or today is told anew.
    if (before.fit && document.scores) await say(parts, work, { fit: before.fit, recent: 1 })
    return
  }
  const fit = await learned(parts, work)
  const stored: StoredFit = { format: 1, at: asked.until, asked: question, settings, fit }
  await noteFit(parts.work, { workspace: ws, id: document.id, stored })
  if (fit && document.scores) await say(parts, work, { fit })
}

async function learned({ analytics, logger }: ValuesParts, { ws, document, asked, settings }: Work): Promise<ValueFit | null> {
  const began = performance.now()
  const { groups, spenders, standing, unitDays } = await readHistories(analytics, asked)
  const cut = trialCut({ until: asked.until, span: standing.span, most: settings.next * 7 * DAY })
  const weeks = (asked.until - cut) / (7 * DAY)
  const trial = weeks >= 4 ? { weeks, groups: await readGroups(analytics, { ...asked, cut }, unitDays) } : null
  const answer = await inThread({ data: { groups, spenders, ...standing, unitDays, trial }, settings })
  if (answer.kind === 'failed') throw new Error(answer.error)
  const ms = Math.round(performance.now() - began)
  logger.info({ ws, value: document.id, people: standing.people, histories: groups.length, ms }, 'learned what people are worth')
  return answer.fit
}

async function say(
  parts: ValuesParts,
  { ws, document, asked, settings, signal }: Work,
  told: { fit: ValueFit; recent?: number },
): Promise<void> {
  const slices = Math.max(1, Math.ceil(told.fit.people / SLICE))
  const moved = (before: number, value: number): boolean => Math.abs(value - before) > Math.max(0.01, LEAST_MOVE * Math.abs(before))
  let said = 0
  for (let slice = 0; slice < slices; slice++) {
    signal?.throwIfAborted()
    const people = await readSlice(parts.analytics, asked, {
      score: document.id,
      slice,
      slices,
      ...(told.recent !== undefined && { recent: told.recent }),
    })
    const worth = people.flatMap((person) => {
      const { value } = worthOf(told.fit, settings, person)
      const rounded = value === null ? null : Math.round(value * 100) / 100
      return rounded === null || (!Number.isNaN(person.told) && !moved(person.told, rounded)) ? [] : [{ id: person.person, value: rounded }]
    })
    said += await sayScores(parts, ws, { score: document.id, people: worth, moved })
  }
  if (said > 0) parts.appended()
}

/** What the thread is told. */
export interface ValueJob {
  readonly data: ValueData
  readonly settings: ValueSettings
}
export type ValueAnswer = { readonly kind: 'learned'; readonly fit: ValueFit | null } | { readonly kind: 'failed'; readonly error: string }

/** Sending never waits for it. */
async function inThread(job: ValueJob): Promise<ValueAnswer> {
  const worker = new Worker(new URL('./value-thread.ts', import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: MEGABYTES },
    env: {},
    execArgv: [],
  })
  const { promise, resolve, reject } = Promise.withResolvers<ValueAnswer>()
  const timer = setTimeout(() => reject(new Error(`learning what people are worth took longer than ${LONGEST_MS} ms`)), LONGEST_MS)
  worker.once('message', resolve)
  worker.once('error', reject)
  worker.once('exit', (code) => reject(new Error(`the thread that learned what people are worth ended with ${code}`)))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}
