import { randomUUID } from 'node:crypto'
import { ruleOf } from '#decisions/choice/decide.ts'
import {
  CancelEvaluation,
  CheckPromotion,
  EvaluateModel,
  type EvaluationLine,
  GetEvaluation,
  ListEvaluations,
} from '#decisions/evaluation/api.ts'
import { ChoiceEvaluation } from '#decisions/evaluation/choice.ts'
import { taskOf } from '#decisions/rollout.ts'
import { Model, type ModelOf } from '#decisions/schema.ts'
import { milliseconds } from '#lib/duration.ts'
import type { Json } from '#lib/json.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { documentHistory, liveDocuments } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Task } from '#platform/jobs.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { findWorkspace } from '#workspaces/store.ts'
import { SETTLING } from './learning/choice-store.ts'
import { responseBindings } from './offer-responses.ts'
import { policyBacktest } from './policy-backtest.ts'
import {
  createEvaluation,
  type EvaluationRow,
  enqueueEvaluation,
  evaluationsOf,
  noteEvaluation,
  readEvaluation,
} from './policy-backtest-store.ts'
import { promotionIn } from './promotion.ts'

interface Options {
  readonly pool: Pool
  /** Knows every workspace. */
  readonly work: Pool
  readonly now: () => number
}

const DAY = 86_400_000
const LAST = 90 * DAY
const LONGEST = 400 * DAY

const unknown = (id: string): Problem => ({ code: 'evaluation.unknown', status: 404, title: 'There is no such evaluation', detail: id })

/** What the actions about evaluations do. */
export const policyBindings = ({ pool, work, now }: Options): Binding[] => [
  ...responseBindings({ pool, work }),
  bind(EvaluateModel, async ({ id: model, policy, document, from, to }, { workspace, actor }) => {
    const id = randomUUID()
    const outcome = await inWorkspace(pool, workspace, async (tx): Promise<Outcome<{ id: string }>> => {
      const wanted = document
        ? (document as Json)
        : policy.kind === 'shadow'
          ? await liveModel(tx, workspace, model)
          : await writtenModel(tx, workspace, model)
      const checked = choiceOf(wanted, model)
      if (isRefusal(checked)) return checked
      const span = spanOf(checked, { from, to, now: now() })
      if (isRefusal(span)) return span
      const { currency = '' } = (await findWorkspace(tx, workspace)) ?? {}
      const task = policy.kind === 'document' || policy.kind === 'shadow' ? taskOf(wanted!) : ''
      const request = { policy, document: wanted!, ...span, currency }
      await createEvaluation(tx, { workspace, id, model, task, request, by: actor, now: now() })
      return { id }
    })
    if (!isRefusal(outcome)) await enqueueEvaluation(work, { workspace, id })
    return outcome
  }),
  bind(GetEvaluation, async ({ id }, { workspace }) => {
    const row = await inWorkspace(pool, workspace, (tx) => readEvaluation(tx, workspace, id))
    return row ? lineOf(row) : refuse(unknown(id))
  }),
  bind(ListEvaluations, async ({ id, limit }, { workspace }) => {
    const rows = await inWorkspace(pool, workspace, (tx) => evaluationsOf(tx, { workspace, model: id, limit }))
    return { evaluations: rows.map(lineOf) }
  }),
  bind(CancelEvaluation, async ({ id }, { workspace }) => ({
    cancelled: await inWorkspace(pool, workspace, (tx) => noteEvaluation(tx, { workspace, id, now: now() }, { status: 'cancelled' })),
  })),
  bind(CheckPromotion, async ({ id }, { workspace }) =>
    inWorkspace(pool, workspace, async (tx) => {
      const body = await writtenModel(tx, workspace, id)
      const parsed = Model.safeParse(body)
      if (body === undefined || !parsed.success) return refuse(unknownModel(id))
      const { refused, warnings, evaluation } = await promotionIn(tx, workspace, { id, body })
      return {
        stage: parsed.data.rollout.stage,
        refused: refused && toldOf(refused),
        warnings: warnings.map(toldOf),
        evaluation: evaluation ? lineOf(evaluation) : null,
      }
    }),
  ),
]

const toldOf = ({ code, title, detail = '', hint = '' }: Problem) => ({ code, title, detail, hint })

const unknownModel = (id: string): Problem => ({ code: 'model.unknown', status: 404, title: 'There is no such model', detail: id })

/** The draft, else what is live. */
async function writtenModel(tx: Queryable, workspace: string, id: string): Promise<Json | undefined> {
  const history = await documentHistory(tx, workspace, { kind: 'model', id })
  return history?.draft?.body ?? (await liveModel(tx, workspace, id))
}

const liveModel = async (tx: Queryable, workspace: string, id: string): Promise<Json | undefined> =>
  (await liveDocuments(tx, workspace)).find((each) => each.kind === 'model' && each.id === id)?.body

function choiceOf(body: Json | undefined, id: string): Outcome<ModelOf<'choice'>> {
  if (body === undefined) return refuse(unknownModel(id))
  const parsed = Model.safeParse(body)
  if (!parsed.success || parsed.data.id !== id)
    return refuse({ code: 'model.document', status: 422, title: 'This document is no sound model of that id', at: '/document' })
  if (parsed.data.type === 'choice') return parsed.data
  return refuse({
    code: 'evaluation.type',
    status: 422,
    title: `A model of the type ${parsed.data.type} does not choose, so there is no policy to value`,
    hint: 'Only models of the type choice can be evaluated on a log of decisions.',
  })
}

/** Decisions whose time for outcomes is over. */
function spanOf(
  model: ModelOf<'choice'>,
  { from, to, now }: { from: number | undefined; to: number | undefined; now: number },
): Outcome<{ from: number; to: number }> {
  const mature = now - milliseconds(model.within)! - SETTLING
  const span = { from: from ?? Math.max(0, mature - LAST), to: Math.min(to ?? mature, mature) }
  if (span.from < span.to && span.to - span.from <= LONGEST) return span
  return refuse({
    code: 'evaluation.span',
    status: 422,
    title: span.from < span.to ? 'The stretch of time is longer than 400 days' : 'No decision of that time has all its outcomes yet',
    detail: `outcomes of a decision are waited for ${model.within}`,
    at: '/from',
  })
}

/** A result that another version of the program wrote may be read no more: then there is none. */
function lineOf({ request: { policy, from, to }, result, ...row }: EvaluationRow): EvaluationLine {
  const read = ChoiceEvaluation.safeParse(result)
  return { ...row, policy, from, to, result: read.success ? read.data : null }
}

/** Runs one evaluation; a repeat after a crash begins it anew, because nothing of it is kept but its progress. */
export function evaluationTask({ analytics, work, now }: Omit<Options, 'pool'> & { readonly analytics: Analytics }): Task {
  return async (input, { attempt, signal }) => {
    const { workspace, id } = input as { workspace: string; id: string }
    const row = await readEvaluation(work, workspace, id)
    if (!row || (row.status !== 'waiting' && row.status !== 'running')) return
    const note = (progress: Parameters<typeof noteEvaluation>[2]) => noteEvaluation(work, { workspace, id, now: now() }, progress)
    const { document, policy, from, to, currency } = row.request
    const model = Model.parse(document) as ModelOf<'choice'>
    try {
      const result = await policyBacktest({
        analytics,
        decided: { workspace, model: row.model, from, to },
        question: { model: row.model, policy, rule: ruleOf(model), halfLife: milliseconds(model.halfLife)!, currency, seed: id },
        within: milliseconds(model.within)!,
        onProgress: (done, total) => note({ status: 'running', done, total }),
        signal,
      })
      if (result !== null) await note({ status: 'done', result, error: '' })
    } catch (error) {
      // Told to whoever waits for it; the job itself is tried again, and may then succeed.
      await note({ status: attempt >= 3 ? 'failed' : 'running', error: error instanceof Error ? error.message : String(error) })
      throw error
    }
  }
}
