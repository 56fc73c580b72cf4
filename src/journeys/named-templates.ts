import { places } from './lanes.ts'
import type { Journey } from './schema.ts'
import { type TemplatedChannel, templatesOf } from './sends.ts'

/** The templates that a journey names, as if each were published once. */
export const templatesIn = (journey: Pick<Journey, 'steps'>): readonly { id: string; version: number; channel: TemplatedChannel }[] =>
  places(journey.steps).flatMap(({ step }) => templatesOf(step).map(({ template, channel }) => ({ id: template, version: 1, channel })))
