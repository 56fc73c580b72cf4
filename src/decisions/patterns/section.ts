import type { Json } from '#lib/json.ts'
import { deciderOf } from '../rollout.ts'
import { type ModelInForce, type ModelSilence, type Models, modelsOfType } from '../snapshot.ts'
import type { DecisionsSection, PersonOfModel } from '../state.ts'
import { type Heard, hearEvent, lookAgain, nextLook, unitedKept } from './hear.ts'
import { belongs, extended, type Sequence, united } from './sequence.ts'
import type { Found } from './tell.ts'

export interface PatternsHeard {
  readonly section: DecisionsSection
  readonly found: readonly Found[]
  /** Models that had no answer, and why. */
  readonly silent: readonly { readonly model: string; readonly reason: ModelSilence }[]
}

export interface PatternContext {
  readonly models: Models
  /** Profile id. */
  readonly key: string
  /** Log time, epoch ms. */
  readonly now: number
}

/** What all pattern models make of one event. The section is the very same one where there are none, or the event is none of theirs. */
export function hearPatterns(
  section: DecisionsSection,
  event: { readonly name: string; readonly at: number },
  context: PatternContext,
): PatternsHeard {
  if (!belongs(event.name) || !context.models.byType.has('pattern')) return { section, found: [], silent: [] }
  const before = section.sequence as unknown as Sequence | undefined
  const heard = ask(section, context, (of, inForce) => hearEvent(of, event, { inForce, before, now: context.now }))
  return { ...heard, section: { ...heard.section, sequence: extended(before, event.name, event.at) as unknown as Json } }
}

/** What they say when nothing has happened for a while. */
export function lookAtPatterns(section: DecisionsSection, context: PatternContext): PatternsHeard {
  if (section.sequence === undefined || !context.models.byType.has('pattern')) return { section, found: [], silent: [] }
  const before = section.sequence as unknown as Sequence
  return ask(section, context, (of, inForce) => lookAgain(of, { inForce, before, now: context.now }))
}

/** When to look at the person again although nothing happened (epoch ms); undefined: not before their next event. */
export const nextPatternLook = (section: DecisionsSection, { models, now }: Pick<PatternContext, 'models' | 'now'>): number | undefined =>
  models.byType.has('pattern') ? nextLook(section.sequence as unknown as Sequence | undefined, now) : undefined

/** Two people are one: what patterns keep of both, in `into`'s section. */
export function unitePatterns(into: DecisionsSection, from: DecisionsSection, models: Models): DecisionsSection {
  const sequence = united(into.sequence as unknown as Sequence | undefined, from.sequence as unknown as Sequence | undefined)
  if (sequence === undefined) return into
  const kept = modelsOfType(models, 'pattern').flatMap(({ model: { id } }) => {
    const of = unitedKept(into.models?.[id], from.models?.[id])
    return of ? [[id, of] as const] : []
  })
  return { ...into, sequence: sequence as unknown as Json, ...withModels(into, Object.fromEntries(kept)) }
}

const withModels = (section: DecisionsSection, changed: Readonly<Record<string, PersonOfModel>>): Pick<DecisionsSection, 'models'> =>
  Object.keys(changed).length > 0 ? { models: { ...section.models, ...changed } } : {}

type Ask = (of: PersonOfModel | undefined, inForce: ModelInForce<'pattern'>) => Heard

/** Asks of each model the version that decides for this person, in the order of ids. */
function ask(section: DecisionsSection, { models, key }: PatternContext, question: Ask): PatternsHeard {
  const changed: Record<string, PersonOfModel> = {}
  const found: Found[] = []
  const silent: { model: string; reason: ModelSilence }[] = []
  for (const { model } of modelsOfType(models, 'pattern')) {
    const { decides } = deciderOf(models, model.id, key)
    const heard = question(section.models?.[model.id], decides as unknown as ModelInForce<'pattern'>)
    if (heard.silence) silent.push({ model: model.id, reason: heard.silence })
    else if (heard.of) changed[model.id] = heard.of
    found.push(...heard.found)
  }
  return { section: { ...section, ...withModels(section, changed) }, found, silent }
}
