import type { ListModels } from '#decisions/api.ts'
import { type Needs, needsOf, wantedOf } from '#decisions/needs.ts'
import { Model } from '#decisions/schema.ts'
import type { OutputOf } from '#lib/action.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import type { Authored } from '#platform/documents-plan.ts'
import { askedBy } from './asked-by.ts'
import { seenBy } from './needs-store.ts'

type Line = OutputOf<typeof ListModels>['models'][number]

interface Around {
  readonly lines: readonly Line[]
  /** All that is live in the workspace. */
  readonly live: readonly Authored[]
}

/** The same lines; those of models that have learned nothing say what is missing. */
export async function withNeeds(
  { analytics, now }: { readonly analytics: Analytics; readonly now: () => number },
  workspace: string,
  { lines, live }: Around,
): Promise<Line[]> {
  const cold = new Set(lines.filter((line) => line.versions.every(({ snapshot }) => snapshot === 0)).map(({ id }) => id))
  const models = live
    .filter(({ kind, id }) => kind === 'model' && cold.has(id))
    .map(({ body }) => Model.parse(body))
    // A model that was brought is not trained here.
    .filter((model) => !(model.type === 'pattern' && model.onnx))
  if (models.length === 0) return [...lines]
  const needs = await needsAll(analytics, { workspace, models, askedBy: askedBy(live), now: now() })
  return lines.map((line) => {
    const each = needs.get(line.id)
    return each ? { ...line, waits: { ...each, missing: [...each.missing] } } : line
  })
}

/** Where facts cannot be asked the list of models is shown all the same, and says so. */
async function needsAll(analytics: Analytics, asked: Parameters<typeof seenBy>[1]): Promise<Map<string, Needs>> {
  try {
    const seen = await seenBy(analytics, asked)
    return new Map(asked.models.map((model) => [model.id, needsOf(model, seen.get(model.id)!)]))
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0]!.slice(0, 200) : String(error)
    const sentence = `What there is to learn from cannot be counted at the moment: ${why}`
    return new Map(
      asked.models.map((model) => [model.id, { examples: 0, open: 0, wanted: wantedOf(model).examples, missing: [], sentence }]),
    )
  }
}
