import type { EventRecord } from '#events/schema.ts'
import { milliseconds } from '#lib/duration.ts'
import type { Json } from '#lib/json.ts'
import { own, put } from '#lib/record.ts'
import { askedBy } from './features/asked.ts'
import { absorbFeatures, hear, NO_FEATURES_YET, storedFeatures } from './features/state.ts'
import { unitePatterns } from './patterns/section.ts'
import { belongs, extended, type Sequence } from './patterns/sequence.ts'
import { hearPressure, mergePressure, wantedOnce } from './pressure/state.ts'
import { hearHours, mergeHours } from './send-time/hours.ts'
import { hearMood, mergeMood } from './sentiment/mood.ts'
import { type Models, modelsOfType } from './snapshot.ts'
import type { DecisionsSection, PersonOfModel } from './state.ts'

/** What models keep of people, since when. */
export interface Keeping {
  readonly models: Models
  /** Revision since which the workspace has models: what was kept before there were none is not gone on with. */
  readonly since: number
}

/** The section that goes on; one of another time is begun anew. */
export const sectionSince = (section: DecisionsSection | undefined, since: number): DecisionsSection =>
  section?.since === since ? section : { since }

/** Features and hours hear an event. The very same section where it says nothing to them. `zone`: where the person is. */
export function listen(
  section: DecisionsSection,
  record: EventRecord,
  { models, zone }: { models: Models; zone: string },
): DecisionsSection {
  const before = storedFeatures(section.features) ?? NO_FEATURES_YET
  const features = hear(before, record, askedBy(models))
  let hours = section.hours
  for (const { model } of modelsOfType(models, 'send-time')) hours = hearHours(hours, record, { zone, model })
  const pressure = hearPressure(section.pressure, record, models)
  const sentiment = hearMood(section.sentiment, record, models)
  if (features === before && hours === section.hours && pressure === section.pressure && sentiment === section.sentiment) return section
  return {
    ...section,
    ...(features !== before && { features: features as unknown as Json }),
    ...(hours !== undefined && { hours }),
    ...(pressure !== undefined && { pressure }),
    ...(sentiment !== undefined && { sentiment }),
  }
}

/** The section of a history: what it would have become if models had been there all along. Scores follow when it is taken in. */
export function listenedTo(
  history: readonly EventRecord[],
  { models, since, zone }: Keeping & { readonly zone: string },
): DecisionsSection {
  const reads = models.byType.has('pattern')
  let section: DecisionsSection = { since }
  let sequence: Sequence | undefined
  for (const record of history) {
    const before = section.pressure
    section = listen(section, record, { models, zone })
    // Of what was wanted then it is only known what went.
    if (section.pressure !== before) section = { ...section, pressure: wantedOnce(section.pressure, record.at) }
    if (reads && belongs(record.name)) sequence = extended(sequence, record.name, record.at)
  }
  return sequence === undefined ? section : { ...section, sequence: sequence as unknown as Json }
}

/** Two parts of one history, or two profiles that turned out to be one person. Scores are to be reckoned anew after it. */
export function absorbDecisions(
  ours: DecisionsSection | undefined,
  theirs: DecisionsSection | undefined,
  { models, since }: Keeping,
): DecisionsSection {
  const into = sectionSince(ours, since)
  if (theirs?.since !== since) return into
  const [a, b] = [storedFeatures(into.features), storedFeatures(theirs.features)]
  const features = a && b ? absorbFeatures(a, b, askedBy(models)) : (a ?? b)
  const halfLives = new Map(modelsOfType(models, 'send-time').map(({ model }) => [model.id, milliseconds(model.halfLife)!]))
  const hours = mergeHours(into.hours, theirs.hours, halfLives)
  const pressure = mergePressure(into.pressure, theirs.pressure)
  const sentiment = mergeMood(into.sentiment, theirs.sentiment, models)
  const of = unitedModels(into.models, theirs.models)
  const sampled = Math.max(into.sampled ?? -Infinity, theirs.sampled ?? -Infinity)
  const both = {
    ...into,
    ...(features && { features: features as unknown as Json }),
    ...(hours !== undefined && { hours }),
    ...(pressure !== undefined && { pressure }),
    ...(sentiment !== undefined && { sentiment }),
    ...(sampled > -Infinity && { sampled }),
  }
  // Patterns unite what they keep themselves: they see both sides as they were.
  return unitePatterns({ ...both, ...(of && { models: of }) }, theirs, models)
}

/** A mark that either was above is not passed again. */
function unitedModels(ours: DecisionsSection['models'], theirs: DecisionsSection['models']): DecisionsSection['models'] {
  if (!ours || !theirs) return ours ?? theirs
  const united: Record<string, PersonOfModel> = { ...ours }
  for (const [id, b] of Object.entries(theirs)) {
    const a = own(ours, id)
    const above = [...new Set([...(a?.above ?? []), ...(b.above ?? [])])].sort()
    put(united, id, a ? { ...a, ...(above.length > 0 && { above }) } : b)
  }
  return united
}
