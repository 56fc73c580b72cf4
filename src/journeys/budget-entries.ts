import type { EventRecord } from '#events/schema.ts'
import { chance } from '#lib/hash.ts'
import { own } from '#lib/record.ts'
import { isZone } from '#lib/zone.ts'
import { attribute } from '#profiles/react.ts'
import type { CompiledJourney } from './compile.ts'
import type { Definitions, Door } from './definitions.ts'
import type { Enrollment } from './enrollment.ts'
import { refusal } from './entries/limits.ts'
import { instantIn, occurrences } from './entries/schedule.ts'
import { dateEvent, scheduledEvent } from './entries/schema.ts'
import type { Person } from './person.ts'
import { mayPrecede, type Ranked } from './rank.ts'
import { begin, entryScope } from './turn.ts'

/** Occurrences of one schedule that are looked at. */
const MOST = 40

/** Ways in by the clock, found once for each set of definitions. */
const known = new WeakMap<Definitions, readonly Door[]>()

function timedDoors(definitions: Definitions): readonly Door[] {
  const found = known.get(definitions)
  if (found) return found
  const doors = new Set([...definitions.appointed, ...[...definitions.entriesByEvent.values()].flat()])
  const timed = [...doors].filter(({ entry }) => entry.appointment !== null || entry.schedule !== null)
  known.set(definitions, timed)
  return timed
}

interface Looking {
  readonly person: Person
  readonly definitions: Definitions
  /** Of the message that asks for room: only those that come before it matter. */
  readonly own: Ranked
  /** Epoch ms. */
  readonly now: number
  readonly horizon: number
}

/** A run that is going to begin, as it would stand on its first step. */
export interface Beginning {
  readonly run: Enrollment
  readonly journey: CompiledJourney
}

/**
 * Runs that the clock is going to begin until the horizon: dates of the person that are near, and broadcasts whose audience they are in as
 * things stand now. Who would not be let in, or is held out, is not counted.
 */
export function* beginnings(looking: Looking): Generator<Beginning> {
  const { definitions, person, own: mine, now, horizon } = looking
  for (const door of timedDoors(definitions)) {
    if (!mayPrecede(person, { journey: door.journey }, mine) || !isOpen(definitions, door.journey.id)) continue
    for (const { occurrence, at } of timesOf(looking, door)) {
      if (at < now || at > horizon) continue
      const run = beginning(looking, door, { occurrence, at })
      if (run) yield { run, journey: door.journey }
    }
  }
}

const isOpen = ({ modes }: Definitions, journey: string): boolean => (modes.get(journey)?.at(-1)?.kind ?? 'run') === 'run'

interface Time {
  readonly occurrence: string
  /** Epoch ms. */
  readonly at: number
}

function timesOf({ person, now, horizon }: Looking, { journey, entry }: Door): readonly Time[] {
  const agreed = own(person.journeys.appointments ?? {}, journey.id)
  if (entry.schedule === null) return (agreed?.waiting ?? []).map(({ occurrence, due }) => ({ occurrence, at: due }))
  const { zone, fallbackZone } = entry.schedule
  const told = attribute(person.profile, 'timezone')
  const theirs = typeof told === 'string' && isZone(told) ? told : fallbackZone
  const times: Time[] = []
  for (const { local, begins } of occurrences(entry.schedule, { last: '', since: now })) {
    if (begins > horizon || times.length >= MOST) break
    if (agreed?.done.includes(local)) continue
    times.push({ occurrence: local, at: zone === 'profile' ? instantIn(local, theirs) : begins })
  }
  return times
}

function beginning({ person, definitions }: Looking, { journey, entry }: Door, { occurrence, at }: Time): Enrollment | null {
  const turn = begin(person, { definitions, now: at, position: { partition: 0, seq: 0 } }, 'ahead')
  const record: EventRecord = {
    kind: 'event',
    ws: definitions.workspace,
    key: person.profile.id,
    id: `ahead:${journey.id}:${occurrence}`,
    type: 'system',
    name: entry.schedule === null ? dateEvent(journey.id) : scheduledEvent(journey.id),
    at,
    received: at,
    props: { occurrence },
    ids: [],
  }
  if (journey.first === null || (entry.where && !entry.where(entryScope(turn, record)))) return null
  const key = entry.key(record)
  if (key === undefined || refusal(turn, record, { journey, entry, key }) !== null) return null
  const unit = own(person.journeys.memory, journey.id)?.unit ?? person.profile.id
  if (chance(`holdout:${journey.id}`, unit) < journey.holdout) return null
  const { id, version, first: step } = journey
  const entered = { name: record.name, at, properties: record.props }
  return {
    id: record.id,
    journey: id,
    version,
    key,
    unit,
    step,
    since: at,
    due: null,
    enteredAt: at,
    passed: 0,
    entry: entered,
    messages: {},
  }
}
