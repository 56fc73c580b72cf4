import type { Answer, Chooser, OpenSlot, Question } from '#content/slots.ts'
import { decideContent } from '#decisions/content/decide.ts'
import { deciderOf } from '#decisions/rollout.ts'
import { type ModelInForce, type Models, modelNamed, modelsOfType } from '#decisions/snapshot.ts'
import type { JsonObject } from '#lib/json.ts'
import type { CurrentModels } from './learning/current.ts'

/**
 * Lets content models choose what messages show: the slots that share a model are one decision. A slot that names no model asks the first
 * content model of the workspace; without one, chance decides.
 */
export const contentChooser =
  (models: CurrentModels, now: () => number): Chooser =>
  async (question) => {
    const all = await models(question.workspace)
    const [first] = modelsOfType(all, 'content')
    const choices: Record<string, Answer['choices'][string]> = {}
    const decisions: JsonObject[] = []
    const groups = [...Map.groupBy(question.slots, ({ model }) => model || (first?.model.id ?? ''))]
    for (const [model, slots] of groups) {
      if (!modelNamed(all, model, 'content')) continue
      const id = `${question.key}:content${groups.length > 1 ? `:${model}` : ''}`
      const { record, options } = decided(question, { all, model, slots, id, now: now() })
      const { by, propensity, snapshot, silence, features } = record
      const way = by === 'model' ? (features['uniform'] === 1 ? 'uniform' : 'model') : 'chance'
      const told = `${way}:${model}:${way === 'chance' ? (silence ?? by) : snapshot}`
      for (const [slot, variant] of Object.entries(options)) choices[slot] = { variant, propensity, by: told }
      decisions.push(record as unknown as JsonObject)
    }
    return { choices, decisions }
  }

interface Group {
  readonly all: Models
  readonly model: string
  readonly slots: readonly OpenSlot[]
  readonly id: string
  readonly now: number
}

function decided({ template, version, profile }: Question, { all, model, slots, id, now }: Group) {
  const { decides, shadow } = deciderOf(all, model, profile)
  return decideContent({
    id,
    template,
    version,
    slots,
    model,
    inForce: decides as ModelInForce<'content'> | undefined,
    shadow: shadow as ModelInForce<'content'> | undefined,
    now,
  })
}
