import { randomUUID } from 'node:crypto'
import { compilePolicy } from '#consent/policy.ts'
import { BacktestResult, CancelBacktest, GetBacktest, ProveJourneys, StartBacktest } from '#journeys/backtest-api.ts'
import type { Published } from '#journeys/definitions.ts'
import { cycles, type Limits, NO_LIMITS, type Proved, prove, whyWords } from '#journeys/proof.ts'
import { Journey } from '#journeys/schema.ts'
import { isRefusal, type Problem, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Task } from '#platform/jobs.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { backtest } from './backtest.ts'
import { createBacktest, enqueueBacktest, noteBacktest, readBacktest } from './backtest-store.ts'
import type { DefinitionsRegistry } from './definitions.ts'

interface Options {
  readonly pool: Pool
  /** Knows every workspace. */
  readonly work: Pool
  readonly registry: DefinitionsRegistry
  readonly now: () => number
}

const DAY = 86_400_000
const LONGEST = 400 * DAY

const unknownBacktest = (id: string): Problem => ({ code: 'backtest.unknown', status: 404, title: 'There is no such backtest', detail: id })

export const backtestBindings = ({ pool, work, registry, now }: Options): Binding[] => [
  bind(StartBacktest, async ({ definition, from, to }, { workspace, actor }) => {
    const wrong = spanProblem({ from, to: Math.min(to, now()) })
    if (wrong) return refuse(wrong)
    const id = randomUUID()
    const request = { definition, from, to: Math.min(to, now()) }
    await inWorkspace(pool, workspace, (tx) =>
      createBacktest(tx, { workspace, id, journey: definition.id, request, by: actor, now: now() }),
    )
    await enqueueBacktest(work, { workspace, id })
    return { id }
  }),
  bind(GetBacktest, async ({ id }, { workspace }) => {
    const row = await inWorkspace(pool, workspace, (tx) => readBacktest(tx, workspace, id))
    if (!row) return refuse(unknownBacktest(id))
    const { journey, status, done, total, error, result } = row
    return { id, journeyId: journey, status, done, total, error, result: result === null ? null : BacktestResult.parse(result) }
  }),
  bind(CancelBacktest, async ({ id }, { workspace }) => ({
    cancelled: await inWorkspace(pool, workspace, (tx) => noteBacktest(tx, { workspace, id, now: now() }, { status: 'cancelled' })),
  })),
  bind(ProveJourneys, async ({ definition, id }, { workspace }) => {
    const published = await registry.publishedNow(workspace)
    const live = published.journeys.filter((each) => each.live).map(({ journey }) => journey)
    const asked = definition ?? live.find((journey) => journey.id === id)
    if (id !== undefined && !asked)
      return refuse({ code: 'journey.unknown', status: 404, title: 'There is no such live journey', detail: id })
    const all = definition ? [...live.filter((journey) => journey.id !== definition.id), definition] : live
    const limits = limitsOf(published)
    return {
      alone: asked ? prove([asked], limits).map(told) : [],
      together: prove(all, limits).map(told),
      cycles: cycles(all),
    }
  }),
]

/** What the contact policy means for a proof. */
function limitsOf({ policy }: Published): Limits {
  const compiled = policy && compilePolicy(policy)
  return compiled && !isRefusal(compiled) ? compiled : NO_LIMITS
}

const told = (proved: Proved) => ({
  ...proved,
  journeys: proved.journeys.map((each) => ({ ...each, sentence: whyWords(each) })),
  timeline: [...proved.timeline],
})

function spanProblem({ from, to }: { from: number; to: number }): Problem | undefined {
  if (from < to && to - from <= LONGEST) return undefined
  const title = from >= to ? 'The stretch of time ends before it begins' : 'The stretch of time is longer than 400 days'
  return { code: 'backtest.span', status: 422, title, at: '/from', hint: 'For example the last 30 days' }
}

/** Runs one backtest; a repeat after a crash begins it anew, because nothing of it is kept but its progress. */
export function backtestTask({ analytics, work, registry, now }: Omit<Options, 'pool'> & { readonly analytics: Analytics }): Task {
  return async (input, { attempt }) => {
    const { workspace, id } = input as { workspace: string; id: string }
    const row = await readBacktest(work, workspace, id)
    if (!row || (row.status !== 'waiting' && row.status !== 'running')) return
    const note = (progress: Parameters<typeof noteBacktest>[2]) => noteBacktest(work, { workspace, id, now: now() }, progress)
    const { definition, from, to } = row.request
    const journey = Journey.parse(definition)
    try {
      const published = await registry.publishedNow(workspace)
      const onProgress = (done: number, total: number) => note({ status: 'running', done, total })
      const result = await backtest({ analytics, db: work, published, journey, from, to, onProgress })
      if (isRefusal(result)) await note({ status: 'failed', error: result.refused.title })
      else if (result !== null) await note({ status: 'done', result })
    } catch (error) {
      // Told to whoever waits for it; the job itself is tried again, and may then succeed.
      const last = attempt >= 3
      await note({ status: last ? 'failed' : 'running', error: error instanceof Error ? error.message : String(error) })
      throw error
    }
  }
}
