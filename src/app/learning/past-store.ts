import { eventsOf } from '#decisions/features/asked.ts'
import { featuresAt } from '#decisions/features/replay.ts'
import type { Prediction } from '#decisions/propensity/labels.ts'
import type { ModelOf } from '#decisions/schema.ts'
import { chance } from '#lib/hash.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { type Past, pastOf } from './features-store.ts'

/** A moment of the past at which a model would have been asked, had it been there. */
export interface PastPrediction extends Prediction {
  readonly person: string
  readonly effect: string
}

interface Asked {
  readonly analytics: Analytics
  readonly signal: AbortSignal
  readonly workspace: string
  readonly model: ModelOf<'propensity'>
}

/** People whose past is read (a sample by hash), and moments that are taken from it. */
const [PEOPLE, MOMENTS, OF_EACH] = [4_000, 20_000, 5]
/** How far back (ms): what was longer ago says little of people of today. */
const LOOK_BACK = 365 * 86_400_000
const DAY = 86_400_000

/** What came in more than a day late was imported: it counts as if it had been told when it happened, as what comes from now on will be. */
const asItHappened = (past: Past): Past => {
  const events = past.events.map((event) => (event.received - event.at > DAY ? { ...event, received: event.at } : event))
  return { ...past, events: events.sort((a, b) => a.received - b.received) }
}

/** What a model would have been told at moments of the past: messages that were sent, or days drawn by hash from each person's time. */
export async function pastPredictions(
  asked: Asked,
  { until, ofMessages }: { readonly until: number; readonly ofMessages: boolean },
): Promise<PastPrediction[]> {
  const { analytics, signal, workspace, model } = asked
  const [size] = await analytics.query<{ n: number }>(
    "SELECT toFloat64(uniq(profile_id)) AS n FROM events WHERE workspace_id = {workspace:String} AND verdict = 'accepted'",
    { workspace },
  )
  const people = await pastOf(analytics, { workspace, of: Math.max(1, Math.ceil((size?.n ?? 0) / PEOPLE)), slice: 0 })
  signal.throwIfAborted()
  const sent = ofMessages
    ? await sentTo(
        asked,
        people.map(({ person }) => person),
        until,
      )
    : null
  const names = new Set(eventsOf(model))
  return people
    .map(asItHappened)
    .flatMap((past) => {
      const moments = sent ? (sent.get(past.person) ?? []) : daysOf(past, until)
      const told = featuresAt(
        past.events,
        moments.map(({ at }) => at),
        { asked: names, zone: past.zone === '' ? undefined : past.zone },
      )
      return moments.map(
        ({ at, effect }, i): PastPrediction => ({
          id: effect === '' ? `${past.person} ${at}` : effect,
          person: past.person,
          effect,
          at,
          features: told[i]!,
        }),
      )
    })
    .slice(0, MOMENTS)
}

interface Moment {
  readonly at: number
  readonly effect: string
}

/** A few days of a person's time, spread by hash over it, each at an hour of its own. */
function daysOf({ person, events }: Past, until: number): Moment[] {
  const first = Math.max(until - LOOK_BACK, events[0]?.received ?? until)
  const days = Math.floor((until - first) / DAY)
  const taken = Math.min(OF_EACH, days)
  return Array.from({ length: taken }, (_, i) => ({
    at: Math.round(first + ((i + chance(`moment ${i}`, person)) / taken) * (until - first)),
    effect: '',
  }))
}

async function sentTo({ analytics, workspace }: Asked, ids: readonly string[], until: number): Promise<Map<string, Moment[]>> {
  const rows = await analytics.query<{ person: string; effect: string; at: number }>(
    `SELECT profile_id AS person, effect_id AS effect, toFloat64(toUnixTimestamp64Milli(min(deliveries.at))) AS at FROM deliveries
     WHERE workspace_id = {workspace:String} AND status = 'sent' AND profile_id IN {ids:Array(String)}
       AND toUnixTimestamp64Milli(deliveries.at) > {from:Int64} AND toUnixTimestamp64Milli(deliveries.at) <= {until:Int64}
     GROUP BY profile_id, effect_id ORDER BY at LIMIT {most:UInt32}`,
    { workspace, ids: [...ids], from: Math.max(0, until - LOOK_BACK), until: Math.max(0, until), most: MOMENTS },
  )
  return Map.groupBy(rows, ({ person }) => person)
}
