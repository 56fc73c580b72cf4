import { milliseconds } from '#lib/duration.ts'
import type { Role } from '#workspaces/schema.ts'
import type { Deciders, Need, Otherwise, State, Vote } from './schema.ts'

/** A person of the workspace as they are at this moment. */
export interface Decider {
  readonly person: string
  readonly role: Role
  readonly permissions: ReadonlySet<string>
}

export interface Jury {
  /** People of the workspace now, by id. */
  readonly members: ReadonlyMap<string, Decider>
  /** People whose work it is: who wrote any of it, asked for it, or made the key that did. */
  readonly authors: ReadonlySet<string>
  /** What is to be approved. */
  readonly hash: string
}

/** Why this vote does not count for this need, told to whoever gives it; undefined when it does. */
export function objection(
  { deciders, ownWork }: Pick<Need, 'deciders' | 'ownWork'>,
  vote: Pick<Vote, 'actor' | 'person'>,
  { members, authors }: Omit<Jury, 'hash'>,
): string | undefined {
  if (vote.person === '') return 'No person stands behind this key, so its word does not count.'
  if (!deciders.keys && !vote.actor.startsWith('person:'))
    return 'This policy takes the word of a person who has signed in, and not of a key.'
  const member = members.get(vote.person)
  if (!member) return 'You are not a member of this workspace.'
  if (ownWork === 'forbidden' && authors.has(vote.person)) return 'It is your own work, so somebody else has to agree.'
  if (!mayDecide(deciders, member)) return `To decide on this, one needs ${whoWords(deciders)}.`
  return undefined
}

export const mayDecide = ({ permission, roles, people }: Deciders, member: Decider): boolean =>
  member.permissions.has(permission) && (roles?.includes(member.role) ?? true) && (people?.includes(member.person) ?? true)

const whoWords = ({ permission, roles, people }: Deciders): string =>
  [
    `the permission ${permission}`,
    ...(roles ? [`the role ${roles.join(' or ')}`] : []),
    ...(people ? ['to be one of the people whom the policy names'] : []),
  ].join(' and ')

/** The last word of each person on what is to be approved. */
function lastWords(votes: readonly Vote[], hash: string): Vote[] {
  const words = new Map<string, Vote>()
  for (const vote of votes) if (vote.hash === hash) words.set(vote.person, vote)
  return [...words.values()]
}

export interface Standing {
  /** For each need: people whose word counts, and whether they are enough. */
  readonly needs: readonly { readonly policy: string; readonly quorum: number; readonly people: readonly string[]; readonly met: boolean }[]
  readonly approved: boolean
  /** The first word against it by somebody who may decide. */
  readonly against: Vote | undefined
}

/** Where a request stands, by everybody's last word, as everybody is now: who has lost the role, or become an author, counts no more. */
export function standing(needs: readonly Need[], votes: readonly Vote[], jury: Jury): Standing {
  const words = lastWords(votes, jury.hash)
  const against = words.find(
    (vote) => vote.verdict !== 'approve' && needs.some((need) => objection({ ...need, ownWork: 'allowed' }, vote, jury) === undefined),
  )
  const counted = needs.map((need) => {
    const people = words
      .filter((vote) => vote.verdict === 'approve' && objection(need, vote, jury) === undefined)
      .map(({ person }) => person)
    return { policy: need.policy, quorum: need.quorum, people, met: people.length >= need.quorum }
  })
  return { needs: counted, approved: against === undefined && counted.length > 0 && counted.every(({ met }) => met), against }
}

/** The first deadline of all needs, with what becomes of it then; epoch ms. */
export function deadlineOf(needs: readonly Need[], at: number): { due: number | null; otherwise: Otherwise } {
  const limits = needs.flatMap(({ deadline, otherwise }) => (deadline === null ? [] : [{ due: at + milliseconds(deadline)!, otherwise }]))
  const first = limits.sort((a, b) => a.due - b.due || STRICTNESS[b.otherwise] - STRICTNESS[a.otherwise])[0]
  return first ?? { due: null, otherwise: 'hold' }
}
const STRICTNESS: Readonly<Record<Otherwise, number>> = { hold: 0, deterministic: 1, reject: 2 }

/** The state at a moment: a deadline ends a request at its very instant, whenever somebody looks. An approval that was not carried out by then ends too. */
export function stateAt({ state, due, otherwise }: { state: State; due: number | null; otherwise: Otherwise }, now: number): State {
  if ((state !== 'open' && state !== 'approved') || due === null || now < due || otherwise === 'hold') return state
  return otherwise === 'reject' ? 'rejected' : 'lapsed'
}
