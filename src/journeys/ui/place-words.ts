import { language } from '#kit/words.ts'
import type { Place } from '../edit/places.ts'
import { lanes, places, title } from '../lanes.ts'
import type { Journey } from '../schema.ts'
import type { Step } from '../steps.ts'
import type { Say } from './studio-words.ts'

export const stepIn = (journey: Journey, id: string): Step | undefined => places(journey.steps).find((place) => place.step.id === id)?.step
/** What a step is called; its id when it is not there any more. */
export function nameIn(journey: Journey, id: string): string {
  const step = stepIn(journey, id)
  return step ? title(step, language()) : id
}

/** What a lane is called, also one that holds nothing and so is not drawn. */
export function laneLabel(step: Step, lane: string): string {
  const written = lanes(step, language()).find(({ id }) => id === lane)
  const filled = { ...step, [lane]: [{ kind: 'exit', id: 'x' }] } as Step
  return (written ?? lanes(filled, language()).find(({ id }) => id === lane))?.label ?? lane
}

/** Where a place is: `below “Wait 2 days”`. */
export function placeWords(say: Say, journey: Journey, { list, index }: Place): string {
  const owner = list.step === null ? undefined : stepIn(journey, list.step)
  const steps = list.step === null ? journey.steps : owner ? (lanes(owner).find(({ id }) => id === list.lane)?.steps ?? []) : []
  const above = steps[index - 1]
  if (above) return say.places.below(title(above, language()))
  return owner ? say.places.inLane(laneLabel(owner, list.lane), title(owner, language())) : say.places.first
}
