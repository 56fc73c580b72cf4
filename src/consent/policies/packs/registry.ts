import type { VersionedPolicy } from '../gatekeeper.ts'
import { Policy, type PolicyPack } from '../schema.ts'
import { caCasl } from './ca-casl.ts'
import { euPrivacy } from './eu-privacy.ts'
import { mailboxProviders } from './mailbox-providers.ts'
import type { Pack } from './pack.ts'
import { usCanSpam } from './us-can-spam.ts'
import { usCreditOffers } from './us-credit-offers.ts'
import { usTcpa } from './us-tcpa.ts'

/** The packs, one line each. */
export const PACKS: readonly Pack[] = [usCanSpam, usTcpa, usCreditOffers, caCasl, euPrivacy, mailboxProviders]

const parsed = new Map<string, readonly VersionedPolicy[]>()

/** The rules of a pack; none of one that there is not. */
export function policiesOf(pack: string): readonly VersionedPolicy[] {
  const held = parsed.get(pack)
  if (held) return held
  const found = PACKS.find(({ id }) => id === pack)?.policies ?? []
  const made = found.map(({ version, ...policy }) => ({ policy: Policy.parse(policy), version }))
  parsed.set(pack, made)
  return made
}

/** All that is in force: the packs that are switched on without what they leave out, and the workspace's own in the place of those of the same id. */
export function inForce(packs: readonly PolicyPack[], own: readonly VersionedPolicy[]): readonly VersionedPolicy[] {
  const ids = new Set(own.map(({ policy }) => policy.id))
  const ofPacks = packs.flatMap(({ id, without }) => {
    const left = new Set(without.map(({ policy }) => policy))
    return policiesOf(id).filter(({ policy }) => !left.has(policy.id))
  })
  return [...ofPacks.filter(({ policy }) => !ids.has(policy.id)), ...own]
}
