import type { Identifier } from '#events/schema.ts'
import { digest } from '#lib/hash.ts'

/** A profile as the identity table knows it. */
export interface Known {
  readonly profile: string
  /** It has a user id: two such profiles are two people until somebody says otherwise. */
  readonly user: boolean
}

/** What one event tells about identities. */
export interface Resolution {
  readonly profile: string
  /** Identifiers that are new, or move to this profile. */
  readonly claim: readonly Identifier[]
  /** Profiles that turned out to be this one. */
  readonly merge: readonly string[]
}

const STRENGTH: Readonly<Record<string, number>> = { user_id: 0, email: 1, phone: 2, anonymous_id: 9 }
const strength = (id: Identifier): number => STRENGTH[id.kind] ?? 5

/** The profile id that the first event of a person gives: the same on every worker. */
export const profileIdOf = (ws: string, { kind, value }: Identifier): string => `p_${digest(`${ws}\u0000${kind}\u0000${value}`)}`

/**
 * Decides whose event this is. Rules: a user id is one person; an anonymous, e-mail or phone profile without a
 * user id joins the person that it is seen with; two profiles with different user ids never join by a shared
 * device or address (the device moves to the person seen last); only `alias` joins them.
 */
export function resolve(ws: string, ids: readonly Identifier[], known: (id: Identifier) => Known | undefined): Resolution {
  const sorted = [...ids].sort((a, b) => strength(a) - strength(b))
  const user = sorted[0]!.kind === 'user_id' ? sorted[0]! : null
  const found = sorted.map((id) => ({ id, owner: known(id) }))
  const winner = user
    ? winnerOf(ws, user, found)
    : (found.find(({ owner }) => owner?.user)?.owner ?? found.find(({ owner }) => owner)?.owner)
  const profile = winner?.profile ?? profileIdOf(ws, sorted[0]!)
  const merge = new Set<string>()
  const claim: Identifier[] = []
  for (const { id, owner } of found) {
    if (owner?.profile === profile) continue
    if (!owner || (owner.user && id.kind === 'anonymous_id' && user)) claim.push(id)
    else if (!owner.user) merge.add(owner.profile)
  }
  return { profile, claim, merge: [...merge] }
}

interface Found {
  readonly id: Identifier
  readonly owner: Known | undefined
}

/** A known user id decides; a new one takes over the strongest profile that has no user id yet. */
function winnerOf(ws: string, user: Identifier, found: readonly Found[]): Known | undefined {
  const own = found.find(({ id }) => id === user)?.owner
  if (own) return own
  const nobody = found.find(({ owner }) => owner && !owner.user)?.owner
  return nobody ?? { profile: profileIdOf(ws, user), user: true }
}

/** `alias`: the two are one person, whatever ids they have. The profile of the present id survives. */
export function resolveAlias(
  ws: string,
  ids: readonly Identifier[],
  { previous, known }: { previous: Identifier; known: (id: Identifier) => Known | undefined },
): Resolution {
  const present = resolve(ws, ids, known)
  const kinds = ['user_id', 'anonymous_id'] as const
  const owner = kinds.map((kind) => known({ kind, value: previous.value })).find((candidate) => candidate)
  if (!owner) return { ...present, claim: [...present.claim, ...kinds.map((kind) => ({ kind, value: previous.value }))] }
  if (owner.profile === present.profile) return present
  return { ...present, merge: [...new Set([...present.merge, owner.profile])] }
}
