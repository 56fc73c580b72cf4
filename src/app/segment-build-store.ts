import type { Json } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { type CompiledCondition, compileCondition } from '#segments/catalogue.ts'
import { type Aggregate, factAggregatesOf } from '#segments/condition/aggregate.ts'
import { aggregateSql, factsOf } from '#segments/condition/aggregate-sql.ts'
import { type Columns, sql } from '#segments/condition/sql.ts'
import { quote, readable } from '#segments/condition/sql-text.ts'
import { fromFacts } from '#segments/windows.ts'
import type { BuildPlan } from './segment-build.ts'
import type { Asking } from './segment-preview.ts'

/** A part of all people, by a hash of their ids. */
export interface Slice {
  readonly of: number
  readonly slice: number
}
const inSlice = ({ of, slice }: Slice): string => (of === 1 ? '1' : `sipHash64(profile_id) % ${of} = ${slice}`)
const HERE = 'workspace_id = {workspace:String}'
const MS = (column: string): string => `toFloat64(toUnixTimestamp64Milli(${column}))`

/** Rows of people that may be more than there are: some are not replaced yet. */
export async function peopleCount(analytics: Analytics, workspace: string): Promise<number> {
  const [row] = await analytics.query<{ count: number }>(`SELECT count() AS count FROM people WHERE ${HERE}`, { workspace })
  return row!.count
}

/** A condition and those of the segments that it asks, by segment id. */
export type Known = ReadonlyMap<string, CompiledCondition>

const EVENTS = { name: 'name', at: 'moment', received: 'arrived', properties: 'props' } as const

/** Events as the aggregates read them. */
const eventRows = (where: string, profile = 'profile_id'): string =>
  `SELECT ${profile} AS person, name, ${MS('at')} AS moment, ${MS('received')} AS arrived, ${readable('properties')} AS props FROM events WHERE ${HERE} AND ${where}`

/** What conditions read of a row of people; `window` answers for aggregates, and segments are asked by their conditions. */
function columnsOf(known: Known, now: number, window: (id: string) => string): Columns {
  const columns: Columns = {
    profileId: 'profile_id',
    attributes: 'attributes',
    permits: 'permits',
    lists: 'lists',
    scores: 'scores',
    now: `${now}.0`,
    window,
    // `check` lets no circles through, so this ends.
    segment: (id) => {
      const condition = known.get(id)
      return condition ? sql(condition.tree, columns) : '0'
    },
  }
  return columns
}

/** All that a condition gathers of events, also through the segments that it asks; each once. */
function gatheredBy(condition: CompiledCondition, known: Known): readonly Aggregate[] {
  const found = new Map<string, Aggregate>()
  const visit = (each: CompiledCondition): void => {
    for (const aggregate of factAggregatesOf(each.tree)) found.set(aggregate.id, aggregate)
    for (const id of each.asks.segments) {
      const other = known.get(id)
      if (other) visit(other)
    }
  }
  visit(condition)
  return [...found.values()]
}

/** Whether time alone can change the answer for somebody without any events. */
function asksTime(condition: CompiledCondition, known: Known): boolean {
  return condition.asks.now || condition.asks.segments.some((id) => known.has(id) && asksTime(known.get(id)!, known))
}

/** What an aggregate comes to when nothing has happened, of the type that `aggregateSql` gives. */
function nothing({ what, within }: Aggregate): string {
  const list = (type: string): string => `CAST([], 'Array(${type})')`
  if (what === 'sequence') return list('Tuple(Float64, Float64, Float64)')
  if (within === null) {
    // The least, the greatest, the first and the last are lists of one or none.
    return what === 'count' ? '0.0' : what === 'sum' ? `'0'` : list('Float64')
  }
  return what === 'count' || what === 'first' || what === 'last' ? list('Float64') : list('Tuple(Float64, Float64)')
}

export interface Found {
  readonly count: number
  /** All people. */
  readonly of: number
  /** Profile ids. */
  readonly sample: readonly string[]
}

interface Holding {
  /** What stands between FROM and the end: the people for whom the condition holds. */
  readonly rows: string
  /** All people. */
  readonly of: number
}

/** The people for whom a condition holds as of the facts, as a part of SQL that names `profile_id`. */
async function holding(analytics: Analytics, { workspace, condition, segments, now }: Omit<Asking, 'sample'>): Promise<Holding> {
  const { from, columns, of } = await everybody(analytics, { workspace, conditions: [condition], segments, now })
  return { rows: `${from} AND ${sql(condition.tree, columns)}`, of }
}

interface AskingMany extends Pick<Asking, 'workspace' | 'segments' | 'now'> {
  readonly conditions: readonly CompiledCondition[]
}

/** All people with what conditions read of them, as a part of SQL that ends in its WHERE. */
async function everybody(
  analytics: Analytics,
  { workspace, conditions, segments, now }: AskingMany,
): Promise<{ from: string; columns: Columns; of: number }> {
  const known = knownOf(segments)
  const aggregates = [...new Map(conditions.flatMap((each) => gatheredBy(each, known)).map((each) => [each.id, each])).values()]
  const [people] = await analytics.query<{ here: number; merged: number }>(
    `SELECT countIf(merged_into = '') AS here, countIf(merged_into != '') AS merged FROM people FINAL WHERE ${HERE}`,
    { workspace },
  )
  const { here, merged } = people!
  const places = new Map(aggregates.map((aggregate, i) => [aggregate.id, { aggregate, column: `w${i}` }]))
  const columns = columnsOf(known, now, (id) => {
    const { aggregate, column } = places.get(id)!
    return `if(acted = 1, ${column}, ${nothing(aggregate)})`
  })
  const gathered = aggregates.map((aggregate, i) => `${aggregateSql(aggregate, EVENTS)} AS w${i}`)
  const acting = `(SELECT person, toUInt8(1) AS acted, ${gathered.join(', ')} FROM (${merged > 0 ? rooted(aggregates, now) : eventRows(recent(aggregates, now))}) GROUP BY person)`
  const from =
    aggregates.length === 0
      ? 'people FINAL'
      : `(SELECT * FROM people FINAL WHERE ${HERE}) AS p LEFT JOIN ${acting} AS a ON a.person = p.profile_id`
  return { from: `${from} WHERE ${HERE} AND merged_into = ''`, columns, of: here }
}

/** How many people each of several conditions holds for, in one reading of the facts; with `person`, a profile id, only this one is asked. */
export async function countsIn(
  analytics: Analytics,
  { person, ...asking }: AskingMany & { readonly person?: string | undefined },
): Promise<{ counts: number[]; of: number }> {
  const { from, columns, of } = await everybody(analytics, asking)
  const counted = asking.conditions.map(({ tree }, i) => `toFloat64(countIf(${sql(tree, columns)})) AS c${i}`)
  const only = person === undefined ? '' : ' AND profile_id = {person:String}'
  const [row] = await analytics.query<Record<string, number>>(
    `SELECT ${counted.join(', ')}, toFloat64(count()) AS asked FROM ${from}${only}`,
    {
      workspace: asking.workspace,
      ...(person !== undefined && { person }),
    },
  )
  return { counts: asking.conditions.map((_condition, i) => row![`c${i}`]!), of: person === undefined ? of : row!['asked']! }
}

/** How many people a condition holds for as of the facts, and some of them. */
export async function previewIn(analytics: Analytics, asking: Asking): Promise<Found> {
  const { workspace, sample } = asking
  const { rows, of } = await holding(analytics, asking)
  const [row] = await analytics.query<{ count: number; sample: string[] }>(
    `SELECT count() AS count, groupArraySample(${Math.max(1, sample)}, 7)(profile_id) AS sample FROM ${rows}`,
    { workspace },
  )
  return { count: row!.count, of, sample: row!.sample.slice(0, sample) }
}

/** A page of the people for whom a condition holds, in the order of their ids. */
export async function peopleIn(
  analytics: Analytics,
  { after, limit, ...asking }: Omit<Asking, 'sample'> & { after: string; limit: number },
): Promise<string[]> {
  const { rows } = await holding(analytics, asking)
  const found = await analytics.query<{ id: string }>(
    `SELECT profile_id AS id FROM ${rows} AND profile_id > {after:String} ORDER BY profile_id LIMIT {limit:UInt32}`,
    { workspace: asking.workspace, after, limit },
  )
  return found.map(({ id }) => id)
}

const knownOf = (segments: Asking['segments']): Known =>
  new Map(
    segments.flatMap(({ id, when }) => {
      const condition = compileCondition(when)
      return isRefusal(condition) ? [] : [[id, condition] as const]
    }),
  )

/** Clocks of the database's and the log's servers may differ by this (ms). */
const DOUBT = 86_400_000

/** Only events that some window can still hold. */
function recent(aggregates: readonly Aggregate[], now: number): string {
  const longest = aggregates.reduce((most, { within }) => Math.max(most, within ?? Infinity), 0)
  const since = Number.isFinite(longest) ? ` AND at > fromUnixTimestamp64Milli(${Math.floor(now - longest - DOUBT)}, 'UTC')` : ''
  return `${factsOf(aggregates)}${since}`
}

/** Events under the profile that theirs has become: signposts are followed three times, longer ways are not seen by a preview. */
function rooted(aggregates: readonly Aggregate[], now: number): string {
  const moved = `(SELECT profile_id AS here, merged_into AS there FROM people FINAL WHERE ${HERE} AND merged_into != '')`
  const person = `multiIf(m3.there != '', m3.there, m2.there != '', m2.there, m1.there != '', m1.there, e.person)`
  return `SELECT ${person} AS person, e.name AS name, e.moment AS moment, e.arrived AS arrived, e.props AS props
    FROM (${eventRows(recent(aggregates, now))}) AS e LEFT JOIN ${moved} AS m1 ON m1.here = e.person
    LEFT JOIN ${moved} AS m2 ON m2.here = m1.there LEFT JOIN ${moved} AS m3 ON m3.here = m2.there`
}

interface InSlice {
  readonly plan: BuildPlan
  readonly slice: Slice
  /** Epoch ms. */
  readonly now: number
}

/**
 * Everyone of a slice whom a condition of the build may hold for, now or after some time: who did anything that it asks about, who fits
 * without having done anything, and who is in one of its segments.
 */
export async function candidatesIn(analytics: Analytics, workspace: string, { plan, slice, now }: InSlice): Promise<string[]> {
  if (plan.watched.length === 0) return []
  const { known } = plan
  const aggregates = new Map(plan.watched.flatMap((each) => gatheredBy(each, known)).map((aggregate) => [aggregate.id, aggregate]))
  const columns = columnsOf(known, now, (id) => nothing(aggregates.get(id)!))
  const everyone = plan.watched.some((each) => asksTime(each, known))
  const fits = everyone ? '1' : plan.watched.map((each) => `(${sql(each.tree, columns)})`).join(' OR ')
  const ways = [`SELECT profile_id FROM people FINAL WHERE ${HERE} AND merged_into = '' AND ${inSlice(slice)} AND (${fits})`]
  if (aggregates.size > 0)
    ways.push(`SELECT profile_id FROM events WHERE ${HERE} AND ${recent([...aggregates.values()], now)} AND ${inSlice(slice)}`)
  ways.push(
    `SELECT profile_id FROM memberships WHERE ${HERE} AND segment_id IN (${plan.segments.map(quote)}) AND ${inSlice(slice)}
     GROUP BY profile_id, segment_id HAVING toInt64(countIf(kind = 'entered')) > toInt64(countIf(kind = 'left'))`,
  )
  const rows = await analytics.query<{ profile_id: string }>(`SELECT DISTINCT profile_id FROM (${ways.join(' UNION ALL ')})`, { workspace })
  return rows.map(({ profile_id }) => profile_id)
}

export interface PastOf {
  readonly id: string
  /** By slot. */
  readonly history: Readonly<Record<string, Json>>
}

/** What the people of a slice did before the slots of the build were watched. */
export async function historiesIn(analytics: Analytics, workspace: string, { plan, slice, now }: InSlice): Promise<PastOf[]> {
  if (plan.slots.length === 0) return []
  const slots = plan.slots.map(({ slot }) => ({ slot, aggregate: plan.catalogue.slots.get(slot)! }))
  const seqs: number[] = []
  for (const { partition, seq } of plan.places) seqs[partition] = seq
  const before = `seq <= arrayElement([${Array.from(seqs, (seq) => `toUInt64(${seq ?? 0})`)}], partition + 1)`
  const gathered = slots.map(({ aggregate }, i) => `${aggregateSql(aggregate, EVENTS)} AS w${i}`)
  const facts = `${recent(
    slots.map(({ aggregate }) => aggregate),
    now,
  )} AND ${before} AND ${inSlice(slice)}`
  const rows = await analytics.query<Record<string, Json> & { person: string }>(
    `SELECT person, ${gathered.join(', ')} FROM (${eventRows(facts)}) GROUP BY person`,
    { workspace },
  )
  return rows.map((row) => {
    const history: Record<string, Json> = {}
    for (const [i, { slot, aggregate }] of slots.entries()) {
      const past = fromFacts(aggregate, row[`w${i}`]!)
      if (past !== undefined) history[slot] = past
    }
    return { id: row.person, history }
  })
}
