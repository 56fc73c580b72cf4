import type { ConsentSection } from '#consent/schema.ts'
import type { ProfileSection } from '#profiles/schema.ts'
import type { JourneysSection } from './schema.ts'

/** The whole keyed state of one profile: one section per capability. */
export interface Person {
  readonly v: 1
  readonly profile: ProfileSection
  readonly consent: ConsentSection
  readonly journeys: JourneysSection
}
