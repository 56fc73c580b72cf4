import { Model } from '#decisions/schema.ts'
import type { ModelInForce } from '#decisions/snapshot.ts'
import { places } from './lanes.ts'
import type { Journey } from './schema.ts'

/** Ids of the models that choose in a journey. */
export const choosingIn = (journey: Journey): readonly string[] =>
  places(journey.steps).flatMap(({ step }) => (step.kind === 'choose' ? [step.by.model] : []))

/** The models of choices as they are before they have learned anything: where no server is, every option has its chance. */
export const untaught = (journeys: readonly Journey[]): ModelInForce[] =>
  [...new Set(journeys.flatMap(choosingIn))].map((id) => ({
    model: Model.parse({ kind: 'model', id, type: 'choice' }),
    version: 1,
    snapshot: null,
  }))
