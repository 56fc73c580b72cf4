import { type Micros, micros } from '#decisions/budgets/schema.ts'
import { places } from '#journeys/lanes.ts'
import { firstMessage } from '#journeys/nodes/choose.ts'
import type { Journey } from '#journeys/schema.ts'

/** A message that an option's stated cost goes out with. */
export interface OfferedMessage {
  /** `journey/version/step`. */
  readonly place: string
  readonly offer: string
  readonly cost: Micros
}

/** What options of choices say that they cost: with their first message, with the choice where there is none, with each conversion. */
export interface Offers {
  readonly messages: ReadonlyMap<string, OfferedMessage>
  /** Journeys whose decisions have to be asked. */
  readonly choosing: readonly string[]
  readonly giving: readonly string[]
}

export interface JourneyVersion {
  readonly id: string
  readonly version: number
  readonly journey: Journey
}

/** Of every version that somebody may have been in. */
export function offersOf(versions: readonly JourneyVersion[]): Offers {
  const messages = new Map<string, OfferedMessage>()
  const choosing = new Set<string>()
  const giving = new Set<string>()
  for (const { id, version, journey } of versions)
    for (const { step } of places(journey.steps)) {
      if (step.kind !== 'choose') continue
      for (const { id: arm, cost = 0, gives = 0, offer = arm, steps } of step.options) {
        if (gives > 0) giving.add(id)
        if (cost <= 0) continue
        const message = firstMessage(steps)
        if (!message) choosing.add(id)
        else {
          const place = `${id}/${version}/${message.id}`
          messages.set(place, { place, offer, cost: micros(cost) })
        }
      }
    }
  return { messages, choosing: [...choosing].sort(), giving: [...giving].sort() }
}
