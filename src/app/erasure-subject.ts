import { createHmac } from 'node:crypto'
import type { Identifier } from '#events/schema.ts'
import type { Person } from '#journeys/person.ts'
import { loadStates } from '#platform/keyed-state.ts'
import type { Queryable } from '#platform/log.ts'
import { deriveKey } from '#platform/secrets.ts'
import { familiesOf, identifiersOfProfiles } from '#profiles/store.ts'
import { addressesOf, type Names } from './erasure-store.ts'

/** Somebody with all that they turned out to be. */
export interface Whole {
  /** The survivor first. */
  readonly profiles: readonly string[]
  readonly identifiers: readonly Identifier[]
  /** Where messages to them went, beside their identifiers. */
  readonly addresses: readonly string[]
}

/** Undefined when nothing is known of this profile. */
export async function wholeOf(db: Queryable, ws: string, profile: string): Promise<Whole | undefined> {
  const families = await familiesOf(db, ws, [profile])
  const profiles = [...families].flatMap(([survivor, members]) => [survivor, ...members.filter((each) => each !== survivor)])
  const states = await loadStates<Person>(
    db,
    'profile',
    profiles.map((id) => ({ ws, id })),
  )
  const claimed = await identifiersOfProfiles(db, ws, profiles)
  const addresses = await addressesOf(db, ws, profiles)
  if (states.length === 0 && claimed.length === 0 && addresses.length === 0) return undefined
  const said = states.flatMap(({ state }) =>
    Object.entries(state.profile.ids).flatMap(([kind, values]) => values.map((value) => ({ kind, value }))),
  )
  const identifiers = new Map([...claimed, ...said].map((each) => [`${each.kind} ${each.value}`, each]))
  return { profiles, identifiers: [...identifiers.values()], addresses }
}

/** Shorter ones would be found in what is about somebody else. */
const SHORTEST_QUOTED = 6
const REACHABLE: ReadonlySet<string> = new Set(['email', 'phone'])

export function namesOf({ profiles, identifiers, addresses }: Whole): Names {
  const values = [...new Set([...identifiers.map(({ value }) => value), ...addresses].map((value) => value.toLowerCase()))]
  const spoken = values.flatMap((value) => {
    if (/.@.|^\+?\d{7,}$/.test(value)) return [value]
    return value.length >= SHORTEST_QUOTED ? [JSON.stringify(value)] : []
  })
  return { profiles, identifiers: values, mentions: [...profiles, ...spoken] }
}

/** Addresses that must not be written to any more. */
export const reachableAt = ({ identifiers, addresses }: Whole): string[] => [
  ...new Set(
    [...identifiers.filter(({ kind }) => REACHABLE.has(kind)).map(({ value }) => value), ...addresses].map((each) => each.toLowerCase()),
  ),
]

/** Tells whether somebody was erased, to whoever knows who that is and has this server's SECRET_KEY; nobody else can work back from it. */
export function pseudonymOf(secretKey: string): (ws: string, profile: string) => string {
  const pepper = deriveKey(secretKey, 'pseudonyms of the erased')
  return (ws, profile) => createHmac('sha256', pepper).update(`${ws}\u0000${profile}`).digest('hex')
}
