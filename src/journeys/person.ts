import { type ContactsSection, NO_CONTACTS_YET } from '#consent/contacts.ts'
import type { ConsentSection } from '#consent/schema.ts'
import type { Assignments } from '#decisions/experiments/state.ts'
import type { DecisionsSection } from '#decisions/state.ts'
import type { ProfileSection } from '#profiles/schema.ts'
import { NO_SEGMENTS_YET, type SegmentsSection } from '#segments/schema.ts'
import type { JourneysSection } from './enrollment.ts'

/** The whole keyed state of one profile: one section per capability. */
export interface Person {
  readonly v: 2
  readonly profile: ProfileSection
  readonly segments: SegmentsSection
  readonly consent: ConsentSection
  readonly contacts: ContactsSection
  readonly journeys: JourneysSection
  /** Left out where the workspace has no models. */
  readonly decisions?: DecisionsSection
  /** Arms of hold-outs and experiments; left out where none has ever asked. */
  readonly assigned?: Assignments
}

/** A state as it was stored, perhaps by an older Cadenza: `v` 1 had neither segments nor contacts. */
export function upgraded(stored: Person | (Omit<Person, 'v' | 'segments' | 'contacts'> & { readonly v: 1 })): Person {
  return stored.v === 2 ? stored : { ...stored, v: 2, segments: NO_SEGMENTS_YET, contacts: NO_CONTACTS_YET }
}
