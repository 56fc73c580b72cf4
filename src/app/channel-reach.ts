import type { ChannelReach } from '#approvals/schema.ts'
import { permissionOf } from '#consent/gate.ts'
import type { ConsentMode } from '#consent/react.ts'
import type { Topics } from '#consent/topics.ts'
import { places } from '#journeys/lanes.ts'
import { reach } from '#journeys/nodes/reach.ts'
import { type Person, upgraded } from '#journeys/person.ts'
import type { Journey } from '#journeys/schema.ts'
import { type ByChannel, waysOf } from '#journeys/sends.ts'
import { loadStates } from '#platform/keyed-state.ts'
import type { Queryable } from '#platform/log.ts'
import type { Claimed } from '#platform/outbox.ts'
import { type AddressHash, keyOf, suppressedAmong } from '#platform/suppressions.ts'

/** People of an audience who are looked at: so many give each share within five hundredths. */
export const LOOKED = 500

/** People who may come in by one way, and some of them. */
export interface Audience {
  readonly count: number
  /** Profile ids. */
  readonly sample: readonly string[]
}

export interface Asked {
  readonly journey: Journey
  readonly audiences: readonly Audience[]
}

export interface ChannelRules {
  readonly workspace: string
  readonly topics: Topics
  readonly mode: ConsentMode
  /** Topics of templates, for steps that leave it to them. */
  readonly topicOf: ReadonlyMap<string, string>
  /** Epoch ms. */
  readonly now: number
  readonly hash: AddressHash
}

/**
 * How many of those who may come into each journey the channels that it writes on would find now: whoever has an address there, whose
 * permission is not missing and whose address is not suppressed. Caps, quiet hours, rules of law and comparisons are not asked, and a
 * webhook finds nobody by itself. By the journey's id.
 */
export async function channelReach(
  tx: Queryable,
  asked: readonly Asked[],
  rules: ChannelRules,
): Promise<ReadonlyMap<string, ChannelReach>> {
  const people = await peopleOf(tx, rules.workspace, new Set(asked.flatMap(({ audiences }) => audiences.flatMap(({ sample }) => sample))))
  const contacts = new Map<string, Claimed>()
  const found = asked.map(({ journey, audiences }) => {
    const ways = places(journey.steps).flatMap(({ step }) => waysOf(step).filter(({ channel }) => channel !== 'webhook'))
    const looked = audiences.map(({ count, sample }) => {
      const some = sample.flatMap((id) => people.get(id) ?? [])
      return {
        count,
        looked: some.length,
        ways: ways.map((way) => ({ ...way, contacts: some.map((each) => contactOf(each, way, rules)) })),
      }
    })
    for (const each of looked.flatMap((audience) => audience.ways.flatMap((way) => way.contacts))) if (each) contacts.set(each.id, each)
    return { id: journey.id, channels: [...new Set(ways.map(({ channel }) => channel))], looked }
  })
  const blocked = await suppressedAmong(tx, [...contacts.values()], rules.hash)
  const free = (contact: Claimed | undefined): boolean => contact !== undefined && !blocked.has(keyOf(rules.workspace, contact.id))
  return new Map(
    found.map(({ id, channels, looked }) => [
      id,
      {
        looked: looked.reduce((sum, audience) => sum + audience.looked, 0),
        of: looked.reduce((sum, audience) => sum + audience.count, 0),
        channels: channels.map((channel) => ({
          channel,
          people: looked.reduce((sum, audience) => {
            const ways = audience.ways.filter((way) => way.channel === channel)
            const reached = Array.from({ length: audience.looked }, (_, i) => i).filter((i) => ways.some((way) => free(way.contacts[i])))
            return sum + scaled(reached.length, audience)
          }, 0),
        })),
      },
    ]),
  )
}

const scaled = (n: number, { looked, count }: { looked: number; count: number }): number =>
  looked === 0 ? 0 : looked >= count ? n : Math.round((n / looked) * count)

/** Those who still are somebody. */
async function peopleOf(tx: Queryable, ws: string, ids: ReadonlySet<string>): Promise<ReadonlyMap<string, Person>> {
  const states = await loadStates<Person>(
    tx,
    'profile',
    [...ids].map((id) => ({ ws, id })),
  )
  const people = states.map(({ state }) => upgraded(state)).filter(({ profile }) => profile.mergedInto === undefined)
  return new Map(people.map((person) => [person.profile.id, person]))
}

/** What the suppression list would be asked about; undefined where the channel does not find them, or permission is missing. */
function contactOf(person: Person, { channel, way }: ByChannel, rules: ChannelRules): Claimed | undefined {
  if (channel === 'webhook') return undefined
  const reached = reach(channel, person.profile)
  if ('reason' in reached) return undefined
  const { address } = reached
  const { lane } = way
  const topic = way.topic ?? rules.topicOf.get(way.template) ?? ''
  if (!permissionOf(person, { channel, topic, address, lane }, rules).ok) return undefined
  // Only these fields are asked about. Two journeys with the same contact ask once.
  return { ws: rules.workspace, id: JSON.stringify([channel, topic, lane, address]), address, topic, lane, channel } as unknown as Claimed
}
