import type { EventRecord } from '#events/schema.ts'
import { type Features, readFeatures } from './read.ts'
import { type FeatureState, hear, NO_FEATURES_YET } from './state.ts'

/** An event as the facts keep it: what features hear of it. */
export type PastEvent = Pick<EventRecord, 'type' | 'name' | 'at' | 'received' | 'props'>

const asRecord = (event: PastEvent): EventRecord => ({ kind: 'event', ws: '', key: '', id: '', ids: [], ...event })

/** The state after a history, by the same code as events are heard with when they come. Repeats are left out beforehand. */
export const replayed = (events: readonly PastEvent[], asked: ReadonlySet<string>): FeatureState =>
  events.reduce((state, event) => hear(state, asRecord(event), asked), NO_FEATURES_YET)

/** What the features were at each of these moments (ascending, epoch ms), from what had been received by then. */
export function featuresAt(
  events: readonly PastEvent[],
  moments: readonly number[],
  { asked, zone }: { asked: ReadonlySet<string>; zone?: string | undefined },
): Features[] {
  const inOrder = [...events].sort((a, b) => a.received - b.received)
  let state = NO_FEATURES_YET
  let next = 0
  return moments.map((now) => {
    for (; next < inOrder.length && inOrder[next]!.received <= now; next++) state = hear(state, asRecord(inOrder[next]!), asked)
    return readFeatures(state, { now, zone })
  })
}
