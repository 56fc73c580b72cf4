import { permissionOf } from '#consent/gate.ts'
import type { ConsentMode } from '#consent/react.ts'
import { NO_CONSENT_YET } from '#consent/schema.ts'
import type { Topics } from '#consent/topics.ts'
import { keptBack } from '#decisions/experiments/assign.ts'
import type { Experiments } from '#decisions/experiments/in-force.ts'
import { reasonFor, subjectFor } from '#journeys/assigned.ts'
import type { Person } from '#journeys/person.ts'
import { liveDocuments } from '#platform/documents.ts'
import { loadStates } from '#platform/keyed-state.ts'
import type { Queryable } from '#platform/log.ts'
import type { Claimed } from '#platform/outbox.ts'
import { keyOf } from '#platform/suppressions.ts'
import { newProfile } from '#profiles/react.ts'
import { NO_SEGMENTS_YET } from '#segments/schema.ts'
import { findWorkspace } from '#workspaces/store.ts'
import { experimentsAmong, topicsAmong } from './definitions.ts'
import { isAmongUs } from './test-message.ts'

/** Why entries may not be handed over, by `keyOf`; those that may are left out. */
export type Permitted = (entries: readonly Claimed[]) => Promise<ReadonlyMap<string, string>>

export interface ConsentTerms {
  readonly topics: Topics
  readonly mode: ConsentMode
  /** Hold-outs and experiments that keep messages back; left out: there are none. */
  readonly experiments?: Experiments
}

/** As much of a person as is asked about; who has no profile yet has neither segments nor arms. */
type Reached = Pick<Person, 'profile' | 'consent'> & Partial<Pick<Person, 'segments' | 'assigned'>>

interface Key {
  readonly ws: string
  readonly key: string
}

interface Asking {
  /** The people behind the keys, by `keyOf`; who is not known is left out. */
  readonly people: (keys: readonly Key[]) => Promise<ReadonlyMap<string, Reached>>
  readonly terms: (workspace: string) => Promise<ConsentTerms>
  /** Epoch ms. */
  readonly now: () => number
}

/** What decides about permission in a workspace at this moment. */
export async function consentTerms(db: Queryable, workspace: string): Promise<ConsentTerms> {
  const [live, found] = await Promise.all([liveDocuments(db, workspace), findWorkspace(db, workspace)])
  return {
    topics: new Map(topicsAmong(live).map((topic) => [topic.id, topic])),
    mode: found?.consentMode ?? 'opt-in',
    experiments: experimentsAmong(live),
  }
}

/** A merged profile leads to the one that it became; more than so many steps lead nowhere. */
const MOST_STEPS = 8

/**
 * The decision's own question, asked again at hand-over of the states as they are then: one query for a whole round. Requests from system
 * to system have no person to ask, unless they say by which channel they reach one; whoever is not known has agreed to nothing.
 */
export const permitted =
  ({ people, terms, now }: Asking): Permitted =>
  async (entries) => {
    const asked = entries.flatMap((entry) => {
      const channel = channelOf(entry)
      return channel === null ? [] : [{ ...entry, channel }]
    })
    const refused = new Map<string, string>()
    if (asked.length === 0) return refused
    const found = await people(asked)
    for (const entry of asked) {
      const person: Reached = found.get(keyOf(entry.ws, entry.key)) ?? { profile: newProfile(entry.key, 0), consent: NO_CONSENT_YET }
      const at = now()
      const held = await terms(entry.ws)
      const permission = permissionOf(person, { ...entry, address: entry.address.toLowerCase() }, { ...held, now: at })
      const reason = permission.ok ? comparedWith(person, entry, { experiments: held.experiments, now: at }) : permission.reason
      if (reason !== null) refused.set(keyOf(entry.ws, entry.id), reason)
    }
    return refused
  }

/** Somebody may have been held out since the message was decided: a period has begun, or two profiles have become one. Tests go to colleagues. */
function comparedWith(
  person: Reached,
  entry: Pick<Claimed, 'id' | 'lane' | 'topic'> & { readonly channel: string },
  { experiments, now }: { experiments: Experiments | undefined; now: number },
): string | null {
  if (!experiments?.exist || isAmongUs(entry.id)) return null
  const { by } = keptBack(experiments, subjectFor({ segments: NO_SEGMENTS_YET, ...person }), { message: entry, now })
  return by && reasonFor(by)
}

/** The channel by which a message reaches a person; null: it reaches none. */
export function channelOf({ channel, payload }: Pick<Claimed, 'channel' | 'payload'>): string | null {
  if (payload['note'] === true) return null
  const contact = payload['contact'] as { readonly channel?: unknown } | undefined
  if (typeof contact?.channel === 'string') return contact.channel
  return channel === 'webhook' ? null : channel
}

export const consentGate = ({ db, ...asking }: Omit<Asking, 'people'> & { readonly db: Queryable }): Permitted =>
  permitted({ ...asking, people: (keys) => loadPeople(db, keys) })

/** The people behind the keys, merged ones under the key that was asked for. */
export async function loadPeople(db: Queryable, keys: readonly Key[]): Promise<ReadonlyMap<string, Reached>> {
  const found = new Map<string, Reached>()
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
