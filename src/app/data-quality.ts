import type { EventLine, GetEvent, ListEvents, SourceLine } from '#events/api.ts'
import { countHeld, type SourceCount, sourceCounts } from '#events/held-store.ts'
import { PlannedEvent, TrackingPlan } from '#events/plan.ts'
import { eventScore, freshness, HOUR, sourceScore } from '#events/quality.ts'
import {
  type EventVolume,
  hourly,
  newestProperties,
  reachOf,
  violating,
  violationCounts,
  violationSamples,
  volumes,
} from '#events/quality-store.ts'
import { planFrom, schemaSeen } from '#events/schema-seen.ts'
import type { OutputOf } from '#lib/action.ts'
import type { JsonObject } from '#lib/json.ts'
import { type Outcome, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { liveDocuments } from '#platform/documents.ts'
import type { Live } from '#platform/documents-plan.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { nearest } from '#segments/condition/hints.ts'
import { listKeys } from '#workspaces/store.ts'
import { type DocumentUse, Uses } from './data-uses.ts'

export interface QualityParts {
  readonly pool: Pool
  readonly analytics: Analytics
  readonly now: () => number
}

/** Days from which is told what is usual. */
const HISTORY_DAYS = 15
const SAMPLE = 1_000
const DAY = 24 * HOUR

interface Known {
  readonly now: number
  readonly documents: readonly Live[]
  readonly uses: Uses
  readonly volumes: readonly EventVolume[]
  readonly hours: ReadonlyMap<string, readonly number[]>
  readonly violating: ReadonlyMap<string, number>
  readonly held: Awaited<ReturnType<typeof countHeld>>
  readonly plans: ReadonlyMap<string, { readonly planned: PlannedEvent; readonly version: number }>
  readonly unplanned: TrackingPlan['unplanned']
}

async function known({ pool, analytics, now }: QualityParts, ws: string): Promise<Known> {
  const at = now()
  const [read, counted, hours, broken] = await Promise.all([
    inWorkspace(pool, ws, async (tx) => ({ documents: await liveDocuments(tx, ws), held: await countHeld(tx, ws) })),
    volumes(analytics, ws, at),
    hourly(analytics, ws, { now: at, days: HISTORY_DAYS }),
    violating(analytics, ws, at),
  ])
  const { documents, held } = read
  const plans = documents.flatMap(({ kind, body, version }) => (kind === 'event' ? [{ planned: PlannedEvent.parse(body), version }] : []))
  const plan = documents.find(({ kind }) => kind === 'tracking-plan')
  return {
    now: at,
    documents,
    uses: new Uses(documents),
    volumes: counted,
    hours,
    violating: broken,
    held,
    plans: new Map(plans.map((each) => [each.planned.event, each])),
    unplanned: plan ? TrackingPlan.parse(plan.body).unplanned : 'allow',
  }
}

export async function listEvents(parts: QualityParts, ws: string): Promise<OutputOf<typeof ListEvents>> {
  const all = await known(parts, ws)
  const seen = new Set(all.volumes.map(({ name }) => name))
  const quiet = [...all.plans.keys(), ...all.held.flatMap(({ kind, name }) => (kind === 'rejected' || name === '' ? [] : [name]))]
  const names = [...seen, ...new Set(quiet.filter((name) => !seen.has(name)))]
  return { asOf: all.now, unplanned: all.unplanned, events: names.map((name) => lineOf(name, all)) }
}

function lineOf(name: string, all: Known): EventLine {
  const volume = all.volumes.find((each) => each.name === name)
  const plan = all.plans.get(name)
  const hours = all.hours.get(name) ?? new Array<number>(HISTORY_DAYS * 24 + 1).fill(0)
  const fresh = volume ? freshness({ hours: hours.slice(0, -1), now: all.now, last: volume.last }) : { kind: 'young' as const }
  const broken = all.violating.get(name) ?? 0
  const heldOf = (kinds: readonly string[]): number =>
    all.held.filter((each) => each.name === name && kinds.includes(each.kind)).reduce((sum, { events }) => sum + events, 0)
  const standing = {
    events: volume?.week ?? 0,
    violating: broken,
    planned: plan !== undefined,
    owned: isOwned(plan?.planned),
    freshness: fresh,
  }
  return {
    event: name,
    planned: plan
      ? {
          id: plan.planned.id,
          version: plan.version,
          owner: plan.planned.owner ?? '',
          onViolation: plan.planned.onViolation,
          blocked: plan.planned.status === 'blocked',
        }
      : null,
    day: volume?.day ?? 0,
    week: volume?.week ?? 0,
    hours: hours.slice(-48),
    first: volume?.first ?? null,
    last: volume?.last ?? null,
    violating: broken,
    quarantined: heldOf(['quarantined']),
    refused: heldOf(['blocked', 'rejected']),
    score: eventScore(standing),
    freshness: fresh,
    similar: plan ? null : (nearest(name, [...all.plans.keys()]) ?? null),
    feeds: all.uses.of(name).map(({ kind, id }) => ({ kind, id })),
  }
}

const isOwned = (planned: PlannedEvent | undefined): boolean => (planned?.owner ?? '') !== '' && (planned?.description ?? '') !== ''

export async function showEvent(
  parts: QualityParts,
  ws: string,
  { event, people }: { event: string; people: boolean },
): Promise<Outcome<OutputOf<typeof GetEvent>>> {
  const all = await known(parts, ws)
  const { analytics } = parts
  if (!all.volumes.some(({ name }) => name === event) && !all.plans.has(event) && !all.held.some(({ name }) => name === event))
    return refuse({ code: 'event.unknown', status: 404, title: 'No source has sent this event, and nobody has planned it', detail: event })
  const [texts, violations, samples, reach] = await Promise.all([
    newestProperties(analytics, ws, { name: event, limit: SAMPLE }),
    violationCounts(analytics, ws, { now: all.now, name: event }),
    people ? violationSamples(analytics, ws, { name: event, limit: 50 }) : [],
    reachOf(analytics, ws, { name: event, now: all.now }),
  ])
  const seen = schemaSeen(texts.map((text) => JSON.parse(text) as JsonObject))
  const plan = all.plans.get(event)?.planned ?? null
  return {
    asOf: all.now,
    line: lineOf(event, all),
    plan,
    proposal: planFrom(event, seen),
    sampled: texts.length,
    properties: propertiesOf(seen, plan, { people, uses: (path) => all.uses.ofProperty(event, path) }),
    violations: violations.map(({ name: _name, ...rest }) => rest),
    samples: samples.map(({ at: _at, ...rest }) => rest),
    uses: all.uses.of(event),
    people: reach.people,
    sources: reach.sources.map(([id, events]) => ({ id, events })),
  }
}

type Property = OutputOf<typeof GetEvent>['properties'][number]

/** Those that were seen and those that are planned, each once. */
function propertiesOf(
  seen: ReturnType<typeof schemaSeen>,
  plan: PlannedEvent | null,
  { people, uses }: { people: boolean; uses: (path: string) => DocumentUse[] },
): Property[] {
  const planned = new Map((plan?.properties ?? []).map((each) => [each.name, each]))
  const missing = [...planned.keys()].filter((name) => !seen.some((each) => each.name === name))
  const all = [...seen, ...missing.map((name) => ({ name, types: [], present: 0, different: 0, top: [] }))]
  return all.map((each) => {
    const said = planned.get(each.name)
    return {
      name: each.name,
      planned: said ? { type: said.type, required: said.required, pii: said.pii, description: said.description ?? '' } : null,
      types: each.types.map(({ type, share }) => ({ type, share })),
      present: each.present,
      different: each.different,
      top: people && (said?.pii ?? 'none') === 'none' ? each.top.map(({ value, share }) => ({ value, share })) : [],
      uses: uses(each.name),
    }
  })
}

export async function listSources({ pool, now }: QualityParts, ws: string): Promise<{ asOf: number; sources: SourceLine[] }> {
  const at = now()
  const { keys, counts } = await inWorkspace(pool, ws, async (tx) => ({
    keys: await listKeys(tx, ws),
    counts: await sourceCounts(tx, ws, at - HISTORY_DAYS * DAY),
  }))
  const bySource = Map.groupBy(counts, ({ source }) => source)
  const writing = keys.filter(({ kind }) => kind === 'write')
  return {
    asOf: at,
    sources: writing.map(({ id, name, lastFour, createdAt, revokedAt }) => ({
      id,
      name,
      lastFour,
      createdAt,
      revokedAt,
      ...sourceOf(bySource.get(id) ?? [], at),
    })),
  }
}

type Counted = Omit<SourceCount, 'ws'>

function sourceOf(counts: readonly Counted[], now: number): Omit<SourceLine, 'id' | 'name' | 'lastFour' | 'createdAt' | 'revokedAt'> {
  const week = counts.filter(({ hour }) => hour > now - 7 * DAY)
  const got = (of: readonly Counted[], ...outcomes: SourceCount['outcome'][]): number =>
    of.filter(({ outcome }) => outcomes.includes(outcome)).reduce((sum, { events }) => sum + events, 0)
  const came = counts.filter(({ outcome }) => outcome === 'accepted' || outcome === 'violating')
  const hours = hoursOf(came, now, HISTORY_DAYS * 24)
  const last = counts.length === 0 ? null : Math.max(...counts.map((each) => each.last))
  const standing = {
    accepted: got(week, 'accepted'),
    violating: got(week, 'violating'),
    quarantined: got(week, 'quarantined'),
    refused: got(week, 'blocked', 'rejected'),
  }
  const libraries = [...Map.groupBy(week, ({ library }) => library)].map(([library, of]) => ({
    library,
    events: of.reduce((sum, { events }) => sum + events, 0),
    last: Math.max(...of.map((each) => each.last)),
  }))
  const refused = week.filter(({ outcome }) => outcome === 'rejected' || outcome === 'blocked')
  const codes = [...Map.groupBy(refused, ({ code, outcome }) => (code === '' ? outcome : code))].map(([code, of]) => ({
    code,
    events: of.reduce((sum, { events }) => sum + events, 0),
  }))
  return {
    day: got(
      counts.filter(({ hour }) => hour > now - DAY),
      'accepted',
      'violating',
    ),
    week: standing.accepted + standing.violating,
    last,
    hours: hours.slice(-48),
    violating: standing.violating,
    quarantined: standing.quarantined,
    refused: standing.refused,
    codes: codes.sort((a, b) => b.events - a.events),
    libraries: libraries.sort((a, b) => b.events - a.events).slice(0, 20),
    score: sourceScore(standing),
    freshness:
      came.length === 0
        ? { kind: 'young' }
        : freshness({ hours: hours.slice(0, -1), now, last: Math.max(...came.map((each) => each.last)) }),
  }
}

/** By hour, the oldest first; the last one is the hour that runs. */
function hoursOf(counts: readonly Counted[], now: number, hours: number): number[] {
  const end = Math.floor(now / HOUR)
  const filled = new Array<number>(hours).fill(0)
  for (const { hour, events } of counts) {
    const at = hours - 1 - (end - Math.floor(hour / HOUR))
    if (at >= 0 && at < hours) filled[at]! += events
  }
  return filled
}
