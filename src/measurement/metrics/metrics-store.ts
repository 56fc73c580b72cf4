import { isRefusal } from '#lib/problem.ts'
import { PLACES } from '#segments/condition/available.ts'
import { read } from '#segments/condition/read.ts'
import { type Columns, propertyNumber, sql } from '#segments/condition/sql.ts'
import { float, quote, readable } from '#segments/condition/sql-text.ts'
import { byPerson, byPersonKey } from '../people-store.ts'
import type { Metric } from './schema.ts'

/** Types of events that conditions count as well (`aggregate-sql.ts`). */
const COUNTED = "('track', 'page', 'screen', 'system')"

const COLUMNS: Columns = {
  profileId: 'profile_id',
  attributes: "'{}'",
  permits: "'{}'",
  now: '0.0',
  event: { name: 'name', at: 'toFloat64(toUnixTimestamp64Milli(at))', properties: 'props' },
}

/** `conversionsOf`: not events, but the conversions that the engine told of this journey. */
export type MetricEvents = Pick<Metric, 'event' | 'where' | 'value' | 'worth'> & { readonly conversionsOf?: string | undefined }

/**
 * The events of a metric as a subquery without brackets: `person` (merged profiles are one), `at` (DateTime64(3)), `value` (Float64). The value is
 * the property that the metric names, else what one is worth (NaN where an event says neither); 1 where the metric names no value. Asks only the parameter `workspace`; everything else is quoted.
 * `between`: SQL over `at`, to read less, e.g. "at >= toDateTime64('…', 3, 'UTC')".
 */
export const metricEvents = (metric: MetricEvents, between = '1'): string => byPerson(['at', 'value'], profileEvents(metric, between))

/** The same with `person` as a number (`people-store.ts`): for sums in which nobody is named. */
export const metricEventsByKey = (metric: MetricEvents, between = '1'): string =>
  byPersonKey(['at', 'value'], profileEvents(metric, between))

/** The same by profile (`profile_id`), for those who resolve people themselves. */
export const profileEvents = (metric: MetricEvents, between = '1'): string =>
  metric.conversionsOf === undefined ? eventsWith(metric, {}, between) : conversions(metric.conversionsOf, between)

/** What the engine told of a journey: its condition may ask what a run came in with, which no event says. */
const conversions = (journey: string, between: string): string =>
  `SELECT profile_id, at, value FROM transitions
   WHERE workspace_id = {workspace:String} AND journey_id = ${quote(journey)} AND kind = 'converted' AND ${between}`

/** The same with properties of the events as further columns of text ('' where they say nothing), by the names of the columns. */
export function eventsWith({ event, where, value, worth }: MetricEvents, texts: Readonly<Record<string, string>>, between = '1'): string {
  const asksProperties = value !== undefined || where !== undefined || Object.keys(texts).length > 0
  const said = value === undefined ? null : propertyNumber(pathOf(value), COLUMNS)
  const number = said === null ? float(worth ?? 1) : worth === undefined ? said : `ifNotFinite(${said}, ${float(worth)})`
  const columns = Object.entries(texts).map(([name, property]) => `, ${textAt('props', pathOf(property))} AS ${name}`)
  const from = `SELECT profile_id, name, at${asksProperties ? `, ${readable('properties')} AS props` : ''} FROM events
    WHERE workspace_id = {workspace:String} AND name = ${quote(event)} AND verdict = 'accepted' AND type IN ${COUNTED} AND ${between}`
  return `SELECT profile_id, at, toFloat64(${number}) AS value${columns.join('')} FROM (${from}) WHERE ${where === undefined ? '1' : conditionSql(where)}`
}

const pathOf = (property: string): string[] => property.replace(/^properties\./, '').split('.')

/** What stands at a place of a JSON text, as text: numbers and booleans as they are written. */
export function textAt(json: string, path: readonly string[]): string {
  const place = [json, ...path.map(quote)].join(', ')
  return `multiIf(JSONType(${place}) = 'String', JSONExtractString(${place}), JSONType(${place}) IN ('Int64', 'UInt64', 'Double', 'Bool'), JSONExtractRaw(${place}), '')`
}

function conditionSql(where: string): string {
  const tree = read(where, PLACES.window)
  // Publishing has checked it.
  if (isRefusal(tree)) throw new Error(`the condition of a live metric cannot be read: ${where}`)
  return sql(tree, COLUMNS)
}
