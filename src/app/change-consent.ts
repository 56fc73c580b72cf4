import { receipt } from '#channels/receipts.ts'
import { CONSENT_GRANTED, CONSENT_PAUSED, CONSENT_RESUMED, CONSENT_WITHDRAWN } from '#consent/react.ts'
import { CHANNELS } from '#events/reaction.ts'
import type { EventRecord } from '#events/schema.ts'
import { reach } from '#journeys/nodes/reach.ts'
import type { Person } from '#journeys/person.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Queryable } from '#platform/log.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { cancelFor, inFlightTo, type Left, suppress, unsuppress } from '#platform/suppressions.ts'
import { appendRecords } from './settler.ts'

/** One thing that a person says. `topic` '' is all marketing of the channel; `channel` `*` is every channel. */
export interface Say {
  readonly status: 'granted' | 'withdrawn'
  readonly channel: string
  readonly topic: string
  /** Whoever said it reads what comes to the person's address of this channel: a double opt-in need not ask once more. */
  readonly verified?: boolean
}

export interface ConsentChange {
  readonly ws: string
  /** Profile; who was merged into another is found by the engine. */
  readonly profile: string
  /** Address that the person used, by channel, beside those on the profile. */
  readonly addresses?: Readonly<Record<string, string>>
  readonly says: readonly Say[]
  /** Epoch ms; null ends a pause. */
  readonly pausedUntil?: number | null
  /** Attributes to set, such as the language. */
  readonly traits?: JsonObject
  /** What shows it: `source`, `method`, `wording`, `wording_version`, `locale`, `ip`, `user_agent`, `url`, … */
  readonly evidence: JsonObject
  /** Names the change: the same again is dropped as a duplicate. */
  readonly once: string
  /** When the person said it (epoch ms); left out: now. */
  readonly at?: number
}

export interface ChangeParts {
  readonly pool: Pool
  readonly partitions: number
  readonly now: () => number
  /** Something was appended to the log. */
  readonly appended: () => void
  /** Done as the last thing in the same transaction: the audit line. */
  readonly finish?: (tx: Queryable) => Promise<void>
}

/** An opt-out waits this long (ms) for messages that are on their way at this very moment. */
const WAIT_MS = 5_000

/**
 * Effective when it returns: remembered for the addresses, what is queued taken back, what is on its way at this moment waited for, and said
 * on the log, from where it becomes the person's state and a record with its proof.
 */
export async function changeConsent(parts: ChangeParts, person: Pick<Person, 'profile'> | undefined, change: ConsentChange): Promise<void> {
  const now = parts.now()
  const left = await transaction(parts.pool, async (tx) => {
    const done = await changeWithin(tx, person, { ...change, now })
    await appendRecords(tx, done.records, { partitions: parts.partitions, now })
    await parts.finish?.(tx)
    return done.left
  })
  parts.appended()
  await inFlightGone(parts.pool, left)
}

/** All of it but the appending; `left`: what may still be on its way. */
async function changeWithin(
  tx: Queryable,
  person: Pick<Person, 'profile'> | undefined,
  change: ConsentChange & { readonly now: number },
): Promise<{ records: EventRecord[]; left: readonly Left[] }> {
  const { now } = change
  const at = change.at ?? now
  const says = change.says.flatMap((say) => addressed(say, person, change))
  const left = says.filter(({ status, where }) => status === 'withdrawn' && where.address !== '').map(({ where }) => where)
  const pausing = typeof change.pausedUntil === 'number' ? everywhere(person, change) : []
  const entries = left.map((where) => ({ ...where, reason: 'unsubscribed' as const }))
  await suppress(tx, entries, at)
  for (const { status, where } of says) if (status === 'granted' && where.address !== '') await unsuppress(tx, where)
  const taken = [
    ...(await takeBack(tx, left, { now, reason: 'consent_withdrawn' })),
    ...(await takeBack(tx, pausing, { now, reason: 'consent_paused' })),
  ]
  return { records: [...recordsOf(change, { at, now }), ...taken], left: [...left, ...pausing] }
}

async function takeBack(tx: Queryable, places: readonly Left[], { now, reason }: { now: number; reason: string }): Promise<EventRecord[]> {
  const records: EventRecord[] = []
  for (const where of places)
    for (const row of await cancelFor(tx, where, { now, reason }))
      records.push(receipt({ ...row, ws: where.ws }, { name: 'message.cancelled', at: now, props: { reason } }))
  return records
}

/** Resolves when nothing is on its way to these any more, or after a while. */
async function inFlightGone(db: Queryable, places: readonly Left[]): Promise<void> {
  const until = performance.now() + WAIT_MS
  for (const where of places)
    while (performance.now() < until && (await inFlightTo(db, where)) > 0) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** What is said, at each address that it is about. Where no address is known, only the log is told. */
function addressed(say: Say, person: Pick<Person, 'profile'> | undefined, change: ConsentChange): { status: Say['status']; where: Left }[] {
  const channels = say.channel === '*' ? CHANNELS : [say.channel]
  return channels.flatMap((channel) => {
    const found = addressesOf(channel, person, change)
    return found.map((address) => ({ status: say.status, where: { ws: change.ws, address, topic: say.topic, channel } }))
  })
}

const everywhere = (person: Pick<Person, 'profile'> | undefined, change: ConsentChange): Left[] =>
  CHANNELS.flatMap((channel) =>
    addressesOf(channel, person, change).map((address) => ({ ws: change.ws, address: address, topic: '', channel: channel as string })),
  )

/** Every address at which the channel finds the person, lower-cased: the one they used, and that of the profile. */
export function addressesOf(
  channel: string,
  person: Pick<Person, 'profile'> | undefined,
  { addresses = {} }: Pick<ConsentChange, 'addresses'>,
): string[] {
  const found: string[] = []
  const used = Object.hasOwn(addresses, channel) ? addresses[channel] : undefined
  if (used) found.push(used)
  if (person && channel !== 'webhook' && CHANNELS.some((each) => each === channel)) {
    const reached = reach(channel as Exclude<(typeof CHANNELS)[number], 'webhook'>, person.profile)
    if ('address' in reached) found.push(reached.address)
  }
  return [...new Set(found.map((address) => address.toLowerCase()))]
}

function recordsOf(change: ConsentChange, { at, now }: { at: number; now: number }): EventRecord[] {
  const common = { kind: 'event' as const, ws: change.ws, key: change.profile, at, received: now, ids: [] }
  const named = (i: number | string): string => `${change.once}:${i}`
  const records: EventRecord[] = change.says.map(({ status, channel, topic, verified }, i) => ({
    ...common,
    id: named(i),
    type: 'system',
    name: status === 'granted' ? CONSENT_GRANTED : CONSENT_WITHDRAWN,
    props: { ...change.evidence, channel, topic, ...(verified ? { verified: true } : {}) },
  }))
  if (change.pausedUntil !== undefined) {
    const name = change.pausedUntil === null ? CONSENT_RESUMED : CONSENT_PAUSED
    const props = { ...change.evidence, ...(change.pausedUntil === null ? {} : { until: change.pausedUntil }) }
    records.push({ ...common, id: named('pause'), type: 'system', name, props })
  }
  if (change.traits) records.push({ ...common, id: named('traits'), type: 'identify', name: 'Profile Updated', props: change.traits })
  return records
}
