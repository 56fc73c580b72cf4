import { ReadTemplateResults } from '#decisions/content/api.ts'
import { type ContentBody, learnedOf } from '#decisions/content/body.ts'
import { resultsOf } from '#decisions/content/results.ts'
import { type CurrentTemplate, placedRows } from '#decisions/content/tallies.ts'
import { Model, type ModelOf, shareOf } from '#decisions/schema.ts'
import { askable, type Models, modelNamed } from '#decisions/snapshot.ts'
import type { OutputOf } from '#lib/action.ts'
import { milliseconds } from '#lib/duration.ts'
import { refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { liveDocuments } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { contentModels, gatherTemplate, modelsOfTemplate, templatesOf } from './learning/content-store.ts'
import { currentModels } from './learning/current.ts'
import type { ModelShelf } from './learning/shelf.ts'

interface Options {
  readonly pool: Pool
  readonly work: Queryable
  readonly analytics: Analytics
  readonly shelf: ModelShelf
  readonly now: () => number
}

type ModelResult = OutputOf<typeof ReadTemplateResults>['models'][number]

/** How the variants of a template do, as of now. */
export function contentResultBindings(options: Options): Binding[] {
  const current = currentModels({ db: options.work, shelf: options.shelf, real: () => performance.now() })
  return [
    bind(ReadTemplateResults, async ({ id }, { workspace }) => {
      const documents = await inWorkspace(options.pool, workspace, (tx) => liveDocuments(tx, workspace))
      const live = documents.find((each) => each.kind === 'template' && each.id === id)
      if (!live) return refuse({ code: 'template.unknown', status: 404, title: 'There is no such template', detail: id })
      const published = new Map(contentModels(documents).map((model) => [model.id, model]))
      const inForce = await current(workspace)
      const models: ModelResult[] = []
      for (const name of modelsOfTemplate(documents, id)) {
        const template = templatesOf(documents, name).find((each) => each.template === id)!
        models.push(await resultOf(options, { workspace, template, model: published.get(name) ?? null, inForce }))
      }
      return { template: id, version: live.version, models }
    }),
  ]
}

/** Where there is no model yet, what chance has shown counts by the rules that a model would have without being told others. */
const PLAIN = Model.parse({ kind: 'model', type: 'content', id: 'none' }) as ModelOf<'content'>

interface Asked {
  readonly workspace: string
  readonly template: CurrentTemplate
  readonly model: ModelOf<'content'> | null
  readonly inForce: Models
}

async function resultOf({ analytics, work, now }: Options, { workspace, template, model, inForce }: Asked): Promise<ModelResult> {
  const rules = model ?? PLAIN
  const data = await gatherTemplate({ analytics, db: work }, { workspace, template, model: rules, now: now() })
  const found = model ? askable(modelNamed(inForce, model.id, 'content'), now(), milliseconds(model.freshFor)!) : 'model_missing'
  const snapshot = typeof found === 'string' ? null : found
  const learned = snapshot ? (learnedOf(snapshot.body as ContentBody, template.template, template.slots) ?? null) : null
  const { slots, best, remaining, lift, sentences } = resultsOf(template, placedRows(template, data), {
    learned: learned && sameSlots(learned, template) ? learned : null,
    success: rules.success,
    uniform: shareOf(rules.uniform),
  })
  const head = { model: model?.id ?? '', snapshot: snapshot?.serial ?? 0, success: rules.success, within: rules.within }
  const views = slots.map((slot) => ({ ...slot, options: slot.options.map((option) => ({ ...option })) }))
  return { ...head, slots: views, best: best.map((each) => ({ ...each })), remaining, lift, sentences: [...sentences] }
}

/** What was learned is in the numbers of just these slots and options. */
const sameSlots = (learned: Pick<CurrentTemplate, 'slots'>, { slots }: CurrentTemplate): boolean =>
  JSON.stringify(learned.slots) === JSON.stringify(slots)
