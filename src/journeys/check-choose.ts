import { FALLBACK, NOTHING } from '#decisions/choice/decide.ts'
import { nearest } from '#segments/condition/hints.ts'
import type { Finding } from './check-steps.ts'
import type { Journey } from './schema.ts'
import type { ChooseStep } from './steps.ts'

interface Around {
  readonly journey: Journey
  readonly library: { ids(kind: string): readonly string[]; get?(kind: string, id: string): unknown }
}

const told =
  (severity: Finding['severity']) =>
  (code: string, at: string, [title, hint]: readonly [string, string]): Finding => ({ severity, code, at, title, hint })
const error = told('error')
const warning = told('warning')

/** What is unsound in a choice: its names, its shares, its model, and a goal that it cannot learn from. Places are pointers from the step. */
export function choiceFindings({ options, by }: ChooseStep, around: Around): Finding[] {
  const reserved = options.flatMap(({ id }, i) =>
    id === FALLBACK || id === NOTHING
      ? [error('choose.reserved', `/options/${i}/id`, [`“${id}” is not the name of an option`, 'Give it another id'])]
      : [],
  )
  return [...reserved, ...shares(by), ...model(by.model, around)]
}

function shares(by: ChooseStep['by']): Finding[] {
  const [control, holdout] = [Number.parseFloat(by.control), Number.parseFloat(by.holdout)]
  if (control + holdout >= 100)
    return [error('choose.nobody', '/by/control', ['Nobody is left to choose for', 'Let control and holdout come to less than 100%'])]
  if (control > 0) return []
  return [
    warning('choose.control', '/by/control', ['Without a comparison group nobody can say what choosing brings', 'Write control: 10%']),
  ]
}

/** The model must be one that chooses; and what it learns from is the goal. */
function model(id: string, { journey, library }: Around): Finding[] {
  const at = '/by/model'
  const ids = library.ids('model')
  if (!ids.includes(id)) {
    const near = nearest(id, ids)
    const hint = near === undefined ? 'Publish the model in the same step, or before' : `Did you mean “${near}”?`
    return [error('model', at, [`There is no model “${id}”`, hint])]
  }
  const body = library.get?.('model', id) as { readonly type?: unknown } | undefined
  if (body !== undefined && body.type !== 'choice')
    return [error('model.type', at, [`“${id}” is no model that chooses`, 'Take a model of type: choice'])]
  if (journey.goal.value !== undefined) return []
  const title = 'The goal has no value, so that every conversion counts the same: as 1'
  return [warning('goal.worthless', at, [title, 'Write goal.value, the property that holds the worth, such as total'])]
}
