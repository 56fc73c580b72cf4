import type { Json } from '#lib/json.ts'
import { awaitedBy } from './awaited.ts'
import { entriesOf } from './entries/schema.ts'
import { places } from './lanes.ts'
import type { Journey } from './schema.ts'

/** What a journey reads: events that must come in, attributes that people must have. */
export interface Needs {
  readonly events: readonly string[]
  readonly attributes: readonly string[]
}

/** Events of ours come by themselves. */
const OURS = /^(message|journey|segment|score)[.:]/

/** What it needs of the data, by itself and by the documents that come with it. */
export function needsOf(journey: Journey, documents: readonly unknown[]): Needs {
  const events = new Set<string>()
  for (const entry of entriesOf(journey)) if ('event' in entry) events.add(entry.event)
  events.add(journey.goal.event)
  for (const { event } of journey.exit) events.add(event)
  for (const { step } of places(journey.steps)) if (step.kind === 'waitFor') for (const { event } of awaitedBy(step)) events.add(event)
  const attributes = new Set<string>()
  for (const text of texts([journey, ...documents] as Json)) {
    for (const [, event] of text.matchAll(/(?:count|sum|last|first|days)\("([^"]+)"/g)) events.add(event!)
    for (const [, name] of text.matchAll(/\bprofile\.([A-Za-z_]\w*)/g)) attributes.add(name!)
  }
  return { events: [...events].filter((name) => !OURS.test(name)), attributes: [...attributes].sort() }
}

function texts(value: Json): string[] {
  if (typeof value === 'string') return [value]
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap((inner) => (inner === undefined ? [] : texts(inner as Json)))
}
