import type { Buyer } from '#decisions/propensity/bg-nbd.ts'
import type { Params } from '#platform/analytics/analytics.ts'
import { quote } from '#segments/condition/sql-text.ts'
import { metricEvents, profileEvents } from '../metrics/metrics-store.ts'
import type { Metric } from '../metrics/schema.ts'
import type { Spender } from './gamma-gamma.ts'

/** ClickHouse as these queries need it. */
export interface Facts {
  query<Row>(sql: string, params?: Params): Promise<Row[]>
}

/** Whose purchases, by which metric, in whose days; epoch ms. */
export interface Purchases {
  readonly workspace: string
  readonly metric: Metric
  readonly zone: string
  /** Histories end here; what comes after, up to `until`, is told apart. */
  readonly cut: number
  readonly until: number
}

/** All people of the same history, in weeks. */
export interface Group extends Buyer {
  readonly times: number
  /** Sum over them of what a repeat purchase brought on average. */
  readonly spent: number
  /** What all their purchases up to the cut have brought. */
  readonly realised: number
  /** Their purchases after the cut. */
  readonly later: number
}

/** With more buyers than this, histories are rounded to whole weeks: below it days are told apart. */
const DAYS_UP_TO = 100_000
const DAY = 86_400_000

const at = (ms: string): string => `fromUnixTimestamp64Milli({${ms}:Int64}, 'UTC')`
const day = (zone: string, ms: string): string => `toDate(${at(ms)}, ${quote(zone)})`

/** Purchases of one day are one (as Fader, Hardie and Lee count CDNOW); an event without a value brings nothing. */
const days = (events: string, zone: string): string =>
  `SELECT person, toDate(at, ${quote(zone)}) AS day, sumIf(value, isFinite(value)) AS brought FROM (${events}) WHERE at <= ${at('until')} GROUP BY person, day`

/** One row per person: repeat purchases, days from the first to the last and to the cut, mean of repeats, sum of all, days bought on later. */
const people = (events: string, zone: string): string =>
  `SELECT person, min(day) AS first, countIf(day <= ${day(zone, 'cut')}) - 1 AS x, toInt32(maxIf(day, day <= ${day(zone, 'cut')}) - min(day)) AS tx,
     toInt32(${day(zone, 'cut')} - min(day)) AS T, sumIf(brought, day <= ${day(zone, 'cut')}) AS realised,
     if(x > 0, greatest(0, (realised - argMin(brought, day)) / x), 0) AS m, countIf(day > ${day(zone, 'cut')}) AS later
   FROM (${days(events, zone)}) GROUP BY person HAVING first <= ${day(zone, 'cut')}`

const params = ({ workspace, cut, until }: Purchases) => ({ workspace, cut: Math.floor(cut), until: Math.floor(until) })

/** One row per buyer: `person, first, x, tx, T` (days), `m, realised, later`. Asks `workspace`, `cut` and `until` (epoch ms). */
export const purchasesOf = ({ metric, zone }: Pick<Purchases, 'metric' | 'zone'>): string => people(metricEvents(metric), zone)

export interface Histories {
  readonly groups: readonly Group[]
  readonly spenders: readonly Spender[]
  readonly standing: Standing
  /** Histories are told apart by so many days. */
  readonly unitDays: 1 | 7
}

export interface Standing {
  readonly people: number
  readonly repeaters: number
  readonly realised: number
  /** Pearson's correlation of how often people buy again and what they spend then; NaN: it cannot be told. */
  readonly correlation: number
  /** Days from the very first purchase to the cut. */
  readonly span: number
}

/** Histories of all buyers of a workspace, counted: exact where there are few, by the week where there are many. */
export async function readHistories(facts: Facts, asked: Purchases): Promise<Histories> {
  const unitDays = (await countBuyers(facts, asked)) > DAYS_UP_TO ? 7 : 1
  // Both countings in one reading: it is the reading of events that takes its time.
  const rows = await facts.query<Group & Sums & { readonly set: 0 | 1; readonly mean: number }>(
    `SELECT grouping(bin) AS set, toFloat64(p.x) AS x, round(p.tx / ${unitDays}) * ${unitDays} / 7 AS tx, round(p.T / ${unitDays}) * ${unitDays} / 7 AS T,
       if(p.x > 0 AND p.m > 0, round(log(p.m) * 200), -1e6) AS bin, toFloat64(count()) AS times, sum(p.m) AS spent, sum(p.realised) AS realised,
       toFloat64(sum(p.later)) AS later, avg(p.m) AS mean, if(bin = -1e6, 0, avg(log(greatest(p.m, 1e-300)))) AS logM, sum(p.m * p.m) AS squares, toFloat64(max(p.T)) AS span
     FROM (${purchasesOf(asked)}) AS p GROUP BY GROUPING SETS ((x, tx, T), (x, bin)) ORDER BY set, x, tx, T, bin`,
    params(asked),
  )
  const groups = rows
    .filter(({ set }) => set === 1)
    .map(({ x, tx, T, times, spent, realised, later }): Group => ({ x, tx, T, times, spent, realised, later }))
  // People of the same count whose mean differs by half a percent at most stand together.
  const binned = rows.filter(({ set }) => set === 0)
  const spenders = binned
    .filter(({ x, mean }) => x > 0 && mean > 0)
    .map(({ x, mean, logM, times }): Spender => ({ x, m: mean, logM, times }))
  return { groups, spenders, standing: standingOf(groups, binned), unitDays }
}

interface Sums {
  readonly logM: number
  readonly squares: number
  readonly span: number
}

function standingOf(groups: readonly Group[], binned: readonly (Group & Sums)[]): Standing {
  const sum = (of: (group: Group) => number): number => groups.reduce((total, each) => total + of(each), 0)
  return {
    people: sum(({ times }) => times),
    repeaters: sum(({ x, times }) => (x > 0 ? times : 0)),
    realised: sum(({ realised }) => realised),
    correlation: correlationOf(binned.filter(({ x, spent }) => x > 0 && spent > 0)),
    span: binned.reduce((most, { span }) => Math.max(most, span), 0),
  }
}

/** Pearson's, from sums over people of the same count. */
function correlationOf(spent: readonly (Group & Sums)[]): number {
  const sum = (of: (each: Group & Sums) => number): number => spent.reduce((total, each) => total + of(each), 0)
  const [n, x, m] = [sum(({ times }) => times), sum((each) => each.times * each.x), sum((each) => each.spent)]
  const xx = sum((each) => each.times * each.x ** 2) - (x * x) / n
  const mm = sum(({ squares }) => squares) - (m * m) / n
  return (sum((each) => each.x * each.spent) - (x * m) / n) / Math.sqrt(xx * mm)
}

/** About: whether days are told apart hangs on it. */
async function countBuyers(facts: Facts, asked: Purchases): Promise<number> {
  const { event, where } = asked.metric
  const [row] = await facts.query<{ people: number }>(
    `SELECT toFloat64(uniq(profile_id)) AS people FROM (${profileEvents({ event, where })})`,
    params(asked),
  )
  return row!.people
}

export async function readGroups(facts: Facts, asked: Purchases, unitDays: 1 | 7): Promise<Group[]> {
  const rows = await facts.query<Group>(
    `SELECT toFloat64(p.x) AS x, round(p.tx / ${unitDays}) * ${unitDays} / 7 AS tx, round(p.T / ${unitDays}) * ${unitDays} / 7 AS T,
       toFloat64(count()) AS times, sum(p.m) AS spent, sum(p.realised) AS realised, toFloat64(sum(p.later)) AS later
     FROM (${purchasesOf(asked)}) AS p GROUP BY x, tx, T ORDER BY x, tx, T`,
    params(asked),
  )
  return rows
}

/** A person with their own history, in days. */
export interface PersonHistory {
  readonly person: string
  readonly x: number
  readonly tx: number
  readonly T: number
  readonly m: number
  readonly realised: number
  /** Their score of that name as the log has it; NaN: none. */
  readonly told: number
}

/** One of `slices` parts of all buyers (by hash of the person), with what was said of each before; `recent`: those who bought in the last days only. */
export async function readSlice(
  facts: Facts,
  asked: Purchases,
  { score, slice, slices, recent }: { readonly score: string; readonly slice: number; readonly slices: number; readonly recent?: number },
): Promise<PersonHistory[]> {
  const rows = await facts.query<Omit<PersonHistory, 'told'> & { told: number | null }>(
    `SELECT p.person AS person, toFloat64(p.x) AS x, toFloat64(p.tx) AS tx, toFloat64(p.T) AS T, p.m AS m, p.realised AS realised, said.told AS told
     FROM (SELECT * FROM (${purchasesOf(asked)}) WHERE cityHash64(person) % {slices:UInt32} = {slice:UInt32} AND T - tx <= {recent:Int32}) AS p
     LEFT JOIN (
       SELECT profile_id, if(JSONHas(argMax(scores, seq) AS newest, {score:String}), JSONExtractFloat(newest, {score:String}), NULL) AS told
       FROM people WHERE workspace_id = {workspace:String} AND cityHash64(profile_id) % {slices:UInt32} = {slice:UInt32} GROUP BY profile_id
     ) AS said ON said.profile_id = p.person SETTINGS join_use_nulls = 1`,
    { ...params(asked), score, slice, slices, recent: recent ?? 1_000_000 },
  )
  return rows.map((row) => ({ ...row, told: row.told ?? Number.NaN }))
}

/** One person, under all profile ids that they have had. */
export async function readBuyer(facts: Facts, asked: Purchases, profiles: readonly string[]): Promise<PersonHistory | undefined> {
  const events = `SELECT '' AS person, at, value FROM (${profileEvents(asked.metric, 'profile_id IN {profiles:Array(String)}')})`
  const [row] = await facts.query<PersonHistory>(
    `SELECT person, toFloat64(x) AS x, toFloat64(tx) AS tx, toFloat64(T) AS T, m, realised FROM (${people(events, asked.zone)})`,
    { ...params(asked), profiles },
  )
  return row && { ...row, told: Number.NaN }
}

/** The cut before which a model is learned to be tried on what came after: half of the span, `most` ms at the longest, in whole weeks. */
export const trialCut = ({ until, span, most }: { readonly until: number; readonly span: number; readonly most: number }): number => {
  const weeks = Math.floor(Math.min((span * DAY) / 2, most) / (7 * DAY))
  return until - weeks * 7 * DAY
}
