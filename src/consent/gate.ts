import type { ProfileSection } from '#profiles/schema.ts'
import { ageOf, birthDateOf, placeOf } from './age.ts'
import { type ConsentMode, type Contact, mayContact, type Permission } from './react.ts'
import type { ConsentSection } from './schema.ts'
import { ruleOf, type Topics } from './topics.ts'

/** A person as the gate asks about them. */
export interface Asked {
  readonly profile: ProfileSection
  readonly consent: ConsentSection
}

export interface GateRules {
  readonly topics: Topics
  readonly mode: ConsentMode
  /** Epoch ms. */
  readonly now: number
}

/** The one truth: asked with the same words when a message is decided and when it is handed over. */
export function permissionOf(
  { profile, consent }: Asked,
  contact: Pick<Contact, 'channel' | 'topic' | 'address' | 'lane'>,
  { topics, mode, now }: GateRules,
): Permission {
  const { channel, topic } = contact
  const rule = topics.size === 0 || topic === '' ? undefined : ruleOf(topics, { channel, topic, place: placeOf(profile) })
  const age = rule && rule.minimumAge > 0 ? ageOf(birthDateOf(profile), now) : undefined
  return mayContact(consent, { ...contact, mode, now, rule, age })
}
