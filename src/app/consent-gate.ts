import { permissionOf } from '#consent/gate.ts'
import type { ConsentMode } from '#consent/react.ts'
import { NO_CONSENT_YET } from '#consent/schema.ts'
import type { Topics } from '#consent/topics.ts'
import type { Person } from '#journeys/person.ts'
import { liveDocuments } from '#platform/documents.ts'
import { loadStates } from '#platform/keyed-state.ts'
import type { Queryable } from '#platform/log.ts'
import type { Claimed } from '#platform/outbox.ts'
import { keyOf } from '#platform/suppressions.ts'
import { newProfile } from '#profiles/react.ts'
import { findWorkspace } from '#workspaces/store.ts'
import { topicsAmong } from './definitions.ts'

/** Why entries may not be handed over, by `keyOf`; those that may are left out. */
export type Permitted = (entries: readonly Claimed[]) => Promise<ReadonlyMap<string, string>>

export interface ConsentTerms {
  readonly topics: Topics
  readonly mode: ConsentMode
}

interface Parts {
  readonly db: Queryable
  readonly terms: (workspace: string) => Promise<ConsentTerms>
  /** Epoch ms. */
  readonly now: () => number
}

/** What decides about permission in a workspace at this moment. */
export async function consentTerms(db: Queryable, workspace: string): Promise<ConsentTerms> {
  const [live, found] = await Promise.all([liveDocuments(db, workspace), findWorkspace(db, workspace)])
  return { topics: new Map(topicsAmong(live).map((topic) => [topic.id, topic])), mode: found?.consentMode ?? 'opt-in' }
}

/** A merged profile leads to the one that it became; more than so many steps lead nowhere. */
const MOST_STEPS = 8

/**
 * The decision's own question, asked again at hand-over of the states as they are then: one query for a whole round. Requests from system
 * to system have no person to ask; whoever is not known is nobody who has agreed to anything.
 */
export const consentGate =
  ({ db, terms, now }: Parts): Permitted =>
  async (entries) => {
    const asked = entries.filter(({ channel, payload }) => channel !== 'webhook' && payload['note'] !== true)
    const refused = new Map<string, string>()
    if (asked.length === 0) return refused
    const people = await loadPeople(db, asked)
    for (const entry of asked) {
      const person = people.get(keyOf(entry.ws, entry.key)) ?? { profile: newProfile(entry.key, 0), consent: NO_CONSENT_YET }
      const permission = permissionOf(
        person,
        { ...entry, address: entry.address.toLowerCase() },
        { ...(await terms(entry.ws)), now: now() },
      )
      if (!permission.ok) refused.set(keyOf(entry.ws, entry.id), permission.reason)
    }
    return refused
  }

/** The people behind the keys, merged ones under the key that was asked for. */
export async function loadPeople(
  db: Queryable,
  keys: readonly { readonly ws: string; readonly key: string }[],
): Promise<ReadonlyMap<string, Pick<Person, 'profile' | 'consent'>>> {
  const found = new Map<string, Pick<Person, 'profile' | 'consent'>>()
  let open = new Map(keys.map(({ ws, key }) => [keyOf(ws, key), { ws, id: key }]))
  for (let step = 0; open.size > 0 && step < MOST_STEPS; step++) {
    const wanted = [...new Map([...open.values()].map((each) => [keyOf(each.ws, each.id), each])).values()]
    const states = new Map((await loadStates<Person>(db, 'profile', wanted)).map(({ ws, id, state }) => [keyOf(ws, id), state]))
    const further = new Map<string, { ws: string; id: string }>()
    for (const [name, { ws, id }] of open) {
      const state = states.get(keyOf(ws, id))
      if (state?.profile.mergedInto !== undefined) further.set(name, { ws, id: state.profile.mergedInto })
      else if (state) found.set(name, state)
    }
    open = further
  }
  return found
}
