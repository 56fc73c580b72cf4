import { Calendar } from '#journeys/calendar.ts'
import type { ContactsPlanned, PlannedItem } from '#journeys/campaign-api.ts'
import { aheadOf, routeOf } from '#journeys/campaigns/ahead.ts'
import { closePairs, loads, occurrencesIn, type Pair, periodOf, type Range, type Sending } from '#journeys/campaigns/plan.ts'
import { places } from '#journeys/lanes.ts'
import { type Person, upgraded } from '#journeys/person.ts'
import { Journey } from '#journeys/schema.ts'
import { isMarketing } from '#journeys/sends.ts'
import { modesOf } from '#journeys/store.ts'
import type { OutputOf } from '#lib/action.ts'
import { durationText } from '#lib/duration.ts'
import type { Language } from '#lib/language.ts'
import { isRefusal } from '#lib/problem.ts'
import { publishedTimes } from '#platform/document-versions.ts'
import { liveDocuments } from '#platform/documents.ts'
import type { Live } from '#platform/documents-plan.ts'
import { statesDueBefore } from '#platform/keyed-state.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { type CompiledCondition, compileCondition } from '#segments/catalogue.ts'
import { Segment } from '#segments/schema.ts'
import { findWorkspace } from '#workspaces/store.ts'
import { type BroadcastRow, scheduledOf } from './broadcast-store.ts'
import { audienceOf, audienceText, type CampaignOptions, channelsOf, type Scheduled, scheduleEntryOf, segmentNames } from './campaigns.ts'
import { policyAmong, policyDocument } from './pressure.ts'
import { countsIn } from './segment-build-store.ts'
import { missingSegment } from './segment-preview.ts'

type Item = PlannedItem
type Planned = OutputOf<typeof ContactsPlanned>

/** States that are looked at for people's own times. */
const LOOKED = 2_000
/** Pairs of audiences that are held against each other. */
const MOST_PAIRS = 60

interface Campaigned {
  readonly journey: Journey
  readonly entry: Scheduled
  readonly key: string
  readonly audience: Item['audience']
}

export async function plannedContacts(
  options: CampaignOptions & { readonly language?: Language },
  workspace: string,
  range: Range,
): Promise<Planned> {
  const { pool, work, now, partitions } = options
  const read = await inWorkspace(pool, workspace, async (tx) => ({
    live: await liveDocuments(tx, workspace),
    rows: await scheduledOf(tx, workspace, Math.min(range.from, now())),
    since: await publishedTimes(tx, 'journey'),
    modes: await modesOf(tx, workspace),
    due: await statesDueBefore<Person>(tx, 'profile', { workspace, before: range.to, partitions, limit: LOOKED }),
  }))
  const zone = (await findWorkspace(work, workspace))?.timezone ?? 'UTC'
  const journeys = read.live.filter(({ kind }) => kind === 'journey').map(({ body }) => Journey.parse(body) as Journey)
  const campaigns = campaignsAmong(journeys, (entry) => audienceOf(entry, segmentNames(read.live), options.language))
  const items = [
    ...sentItems(read.rows, { campaigns, range }),
    ...campaigns.flatMap((campaign) => {
      const { id } = campaign.journey
      const last = read.rows.find(({ journey }) => journey === id)?.occurrence ?? ''
      const span = { last, since: read.since.get(`${workspace} ${id}`) ?? now() }
      return plannedItems(campaign, { range, span, held: (read.modes.get(id)?.kind ?? 'run') !== 'run' })
    }),
    ...ownTimes(read.due, { journeys, range: { from: Math.max(range.from, now()), to: range.to }, zone }),
  ]
  return finished(options, workspace, { items, live: read.live, campaigns, zone, due: read.due })
}

function campaignsAmong(journeys: readonly Journey[], told: (entry: Scheduled) => ReturnType<typeof audienceOf>): Campaigned[] {
  return journeys.flatMap((journey) => {
    const entry = scheduleEntryOf(journey)
    if (!entry) return []
    const key = audienceText(entry)
    return [{ journey, entry, key, audience: { key, ...told(entry) } }]
  })
}

/** What has begun to go out. */
function sentItems(rows: readonly BroadcastRow[], { campaigns, range }: { campaigns: readonly Campaigned[]; range: Range }): Item[] {
  return rows.flatMap((row): Item[] => {
    const campaign = campaigns.find(({ journey }) => journey.id === row.journey)
    if (!campaign || row.beganAt < range.from || row.beganAt >= range.to) return []
    const { journey, entry, audience } = campaign
    return [
      {
        key: `${row.journey} ${row.occurrence}`,
        journey: row.journey,
        name: journey.name ?? row.journey,
        kind: 'sent',
        begins: row.beganAt,
        ends: row.endedAt ?? row.beganAt,
        local: row.occurrence,
        zone: entry.schedule.zone,
        channels: channelsOf(journey),
        audience,
        people: row.reached,
        exact: { time: true, people: row.status !== 'running' },
        status: row.status,
        movable: false,
      },
    ]
  })
}

interface Ahead {
  readonly range: Range
  readonly span: { readonly last: string; readonly since: number }
  readonly held: boolean
}

/** What is still to go out. How many it will be is what the audience is now. */
function plannedItems({ journey, entry, audience }: Campaigned, { range, span, held }: Ahead): Item[] {
  const once = entry.schedule.at !== undefined
  return occurrencesIn(entry.schedule, range, span).map((each) => ({
    key: `${journey.id} ${each.local}`,
    journey: journey.id,
    name: journey.name ?? journey.id,
    kind: once ? 'once' : 'again',
    ...each,
    zone: entry.schedule.zone,
    channels: channelsOf(journey),
    audience,
    people: null,
    exact: { time: true, people: false },
    status: held ? 'held' : 'planned',
    movable: once,
  }))
}

/** Appointments and waits of people who are there already, by journey and day: who comes later is not in it. */
function ownTimes(
  { states, all }: { states: readonly Person[]; all: number },
  { journeys, range, zone }: { journeys: readonly Journey[]; range: Range; zone: string },
): Item[] {
  if (states.length === 0 || range.from >= range.to) return []
  const known = new Map(journeys.map((journey) => [journey.id, journey]))
  const routes = new Map(journeys.map(({ id, steps }) => [id, routeOf(steps)]))
  const share = all / states.length
  const ahead = states.flatMap((state) => aheadOf(upgraded(state), routes, range))
  const groups = Map.groupBy(ahead, ({ journey, kind, at }) => `${journey} ${kind} ${periodOf(at, 'day', zone)}`)
  return [...groups].map(([key, messages]): Item => {
    const { journey, kind } = messages[0]!
    const name = known.get(journey)?.name ?? journey
    return {
      key,
      journey,
      name,
      kind,
      begins: Math.min(...messages.map(({ at }) => at)),
      ends: Math.max(...messages.map(({ at }) => at)),
      local: '',
      zone: 'profile',
      channels: [...new Set(messages.flatMap(({ channels }) => channels))],
      audience: { key: `in ${journey}`, segment: null, sentence: '' },
      people: Math.round(messages.length * share),
      exact: { time: false, people: false },
      status: 'planned',
      movable: false,
    }
  })
}

interface Drafted {
  readonly items: readonly Item[]
  readonly live: readonly Live[]
  readonly campaigns: readonly Campaigned[]
  readonly zone: string
  readonly due: { readonly states: readonly Person[]; readonly all: number }
}

async function finished(options: CampaignOptions, workspace: string, { items, live, campaigns, zone, due }: Drafted): Promise<Planned> {
  const segments = live.filter(({ kind }) => kind === 'segment').map(({ body }) => Segment.parse(body))
  const count = counter(options, workspace, segments)
  const audiences = await count([...new Set(campaigns.map(({ key }) => key))])
  const all = items.map((item): Item => (item.people === null ? { ...item, people: audiences.get(item.audience.key) ?? null } : item))
  all.sort((a, b) => a.begins - b.begins || (a.key < b.key ? -1 : 1))
  const isSold = new Set(
    campaigns.filter(({ journey }) => places(journey.steps).some(({ step }) => isMarketing(step))).map(({ journey }) => journey.id),
  )
  const sendings = all
    .filter(({ kind, journey, status }) => kind !== 'date' && kind !== 'wait' && isSold.has(journey) && COUNTS.has(status))
    .map((item) => ({ ...item, audience: item.audience.key }))
  const policy = policyAmong(live)
  return {
    items: all,
    collisions: await collisionsOf(closePairs(sendings), count, audiences),
    pressure: loads(sendings, policy.caps, zone).map((load) => ({
      ...load,
      per: typeof load.per === 'number' ? durationText(load.per) : load.per,
      keys: [...load.keys],
    })),
    quiet: (policyDocument(live)?.quietHours ?? []).map(({ channel, days, from, to }) => ({
      channel: channel ?? null,
      days: days ?? null,
      from,
      to,
    })),
    holidays: live
      .filter(({ kind }) => kind === 'calendar')
      .flatMap(({ id, body }) => Calendar.parse(body).holidays.map((day) => ({ day, calendar: Calendar.parse(body).name ?? id }))),
    waiting: { looked: due.states.length, people: due.all },
    zone,
  }
}

const COUNTS: ReadonlySet<Item['status']> = new Set(['planned', 'running', 'paused', 'done'])

type Count = (texts: readonly string[]) => Promise<ReadonlyMap<string, number>>

/** How many people each condition holds for now; one that cannot be asked is left out. */
const counter =
  ({ analytics, now }: CampaignOptions, workspace: string, segments: readonly Segment[]): Count =>
  async (texts) => {
    const askable = texts.flatMap((text): { text: string; condition: CompiledCondition }[] => {
      const condition = compileCondition(text)
      return isRefusal(condition) || missingSegment(condition, segments) ? [] : [{ text, condition }]
    })
    if (askable.length === 0) return new Map()
    const { counts } = await countsIn(analytics, { workspace, conditions: askable.map(({ condition }) => condition), segments, now: now() })
    return new Map(askable.map(({ text }, i) => [text, counts[i]!]))
  }

type Sold = Sending & { readonly journey: string }

/** Of two sendings of different journeys less than a day apart: how many people are in both. A rhythm does not meet itself. */
async function collisionsOf(
  pairs: readonly Pair<Sold>[],
  count: Count,
  audiences: ReadonlyMap<string, number>,
): Promise<Planned['collisions']> {
  const met = pairs.filter(({ first, second }) => first.journey !== second.journey).slice(0, MOST_PAIRS)
  const both = ({ first, second }: Pair<Sold>): string =>
    first.audience === second.audience ? first.audience : `(${first.audience}) and (${second.audience})`
  const shared = await count([...new Set(met.filter((pair) => !audiences.has(both(pair))).map(both))])
  return met.flatMap((pair) => {
    const people = audiences.get(both(pair)) ?? shared.get(both(pair)) ?? 0
    return people > 0 ? [{ first: pair.first.key, second: pair.second.key, apart: pair.apart, people }] : []
  })
}
