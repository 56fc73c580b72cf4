import { ChoiceEvaluation } from '#decisions/evaluation/choice.ts'
import { type Promotion, promotionOf } from '#decisions/evaluation/promotion.ts'
import { taskOf } from '#decisions/rollout.ts'
import { Model } from '#decisions/schema.ts'
import type { Json } from '#lib/json.ts'
import type { Problem } from '#lib/problem.ts'
import { liveDocuments } from '#platform/documents.ts'
import type { Queryable } from '#platform/log.ts'
import type { Publishing } from '#workspaces/documents/actions.ts'
import { type EvaluationRow, evaluationOfTask } from './policy-backtest-store.ts'

export interface Promoted extends Promotion {
  readonly evaluation: EvaluationRow | undefined
  readonly result: ChoiceEvaluation | null
  /** Stage of what is live of the same task; null: nothing is. */
  readonly before: Model['rollout']['stage'] | null
}

/** What is on record about a model as it is written here. */
export async function promotionIn(
  tx: Queryable,
  workspace: string,
  {
    id,
    body,
    live,
  }: { readonly id: string; readonly body: Json /** Of the same id, where it is at hand. */; readonly live?: Json | undefined },
): Promise<Promoted> {
  const model = Model.parse(body)
  const task = taskOf(body)
  const now =
    live === undefined ? ((await liveDocuments(tx, workspace)).find((each) => each.kind === 'model' && each.id === id)?.body ?? null) : live
  const before = now !== null && taskOf(now) === task ? Model.parse(now).rollout.stage : null
  const evaluation = model.type === 'choice' ? await evaluationOfTask(tx, { workspace, model: id, task }) : undefined
  const read = evaluation && ChoiceEvaluation.safeParse(evaluation.result)
  const result = read?.success ? read.data : null
  return { ...promotionOf({ model, before, evaluation: result }), evaluation, result, before }
}

/** A model that was found too little known is not let act in full without a reason. */
export const modelPublishing = (inner: Publishing): Publishing => ({
  ...inner,
  async guard(tx, asked) {
    for (const { id } of asked.changes.filter(({ kind, action }) => kind === 'model' && action !== 'archive')) {
      const body = asked.documents.find((each) => each.kind === 'model' && each.id === id)?.body
      const refused: Problem | null = body === undefined ? null : (await promotionIn(tx, asked.workspace, { id, body })).refused
      if (refused) return refused
    }
    return inner.guard(tx, asked)
  },
})
