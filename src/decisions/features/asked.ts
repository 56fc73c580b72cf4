import type { Model } from '../schema.ts'
import type { Models } from '../snapshot.ts'

/** Event names that a model's document asks for. */
export function eventsOf(model: Model): readonly string[] {
  switch (model.type) {
    case 'propensity':
      return 'event' in model.outcome ? [model.outcome.event] : []
    case 'pattern':
      return [model.target.event]
    case 'send-time':
      return model.events
    case 'recommendation':
      return model.events.map(({ event }) => event)
    case 'sentiment':
      return model.texts.map(({ event }) => event)
    case 'choice':
    case 'content':
    case 'pressure':
      return []
  }
}

const known = new WeakMap<Models, ReadonlySet<string>>()

/** Those of all models; reckoned once for each set of models. */
export function askedBy(models: Models): ReadonlySet<string> {
  const found = known.get(models) ?? new Set([...models.byId.values()].flatMap(({ model }) => eventsOf(model)))
  known.set(models, found)
  return found
}
