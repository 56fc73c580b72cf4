import { type Aggregate, MOST_AMOUNT, PARTS } from './aggregate.ts'
import { type Columns, propertyNumber, sql } from './sql.ts'
import { quote } from './sql-text.ts'

/** Of a row of events: `at` and `received` are Float64 epoch ms, `properties` is JSON text that went through `readable` (`sql-text.ts`). */
export interface EventColumns {
  readonly name: string
  readonly at: string
  readonly received: string
  readonly properties: string
}

/** Types of events that are counted (see `isCounted` of profiles). */
const COUNTED = ['track', 'page', 'screen', 'system'] as const
/** Which rows of the `events` facts the aggregates can gather; the workspace is the caller's. */
export function factsOf(aggregates: readonly Aggregate[]): string {
  const names = [...new Set(aggregates.flatMap(({ events }) => events))].sort()
  return `verdict = 'accepted' AND type IN (${COUNTED.map(quote)}) AND name IN (${names.map(quote)})`
}

/**
 * What one aggregate gathers of the events of a person, as one aggregate function for `GROUP BY profile_id`; many aggregates share one pass.
 * `windowValue` and `sql` read the column, `fromFacts` makes the state of it. Lists are sorted and cut as the state keeps them.
 */
export function aggregateSql(aggregate: Aggregate, events: EventColumns): string {
  const { what, within, property, keep } = aggregate
  const { at, received } = events
  const [fits] = fitting(aggregate, events) as [string]
  const newest = (gathered: string): string => `arraySlice(arrayReverseSort(${gathered}), 1, ${keep})`
  switch (what) {
    case 'count':
      return within === null ? `toFloat64(countIf(${fits}))` : newest(`groupArrayIf(${at}, ${fits})`)
    case 'first':
    case 'last':
      if (within !== null) return newest(`groupArrayIf(${at}, ${fits})`)
      return one(`${what === 'first' ? 'minIf' : 'maxIf'}(${at}, ${fits})`, fits)
    case 'sum': {
      const value = propertyNumber(property!, moments(events))
      const parts = `floor(ifNotFinite(${value}, 0.0) * ${PARTS}.0 + 0.5)`
      const counts = `(${fits} AND abs(${value}) <= ${MOST_AMOUNT}.0)`
      return within === null ? `toString(sumIf(toInt128(${parts}), ${counts}))` : newest(`groupArrayIf((${at}, ${parts} + 0.0), ${counts})`)
    }
    case 'min':
    case 'max': {
      const value = `(${propertyNumber(property!, moments(events))} + 0.0)`
      const counts = `(${fits} AND isFinite(${value}))`
      if (within !== null) return newest(`groupArrayIf((${at}, ${value}), ${counts})`)
      return one(`${what}If(${value}, ${counts})`, counts)
    }
    case 'distinct':
      return distinct(aggregate, events, fits)
    case 'sequence':
      return newest(`groupUniqArrayIf((${at}, ${received}, ${masks(aggregate, events)}), ${masks(aggregate, events)} > 0)`)
  }
}

/** One value in a list, or an empty list. */
const one = (value: string, counts: string): string => `arraySlice([${value}], 1, toUInt8(countIf(${counts}) > 0))`

const moments = ({ name, at, properties }: EventColumns): Columns => ({
  profileId: `''`,
  attributes: `'{}'`,
  permits: `'{}'`,
  now: 'nan',
  event: { name, at, properties },
})

/** For each step, whether the event is one that it asks for. */
function fitting({ steps }: Aggregate, events: EventColumns): string[] {
  return steps.map(({ event, where }) => {
    const named = `${events.name} = ${quote(event)}`
    return where === null ? `(${named})` : `(${named} AND ${sql(where, moments(events))})`
  })
}

const masks = (aggregate: Aggregate, events: EventColumns): string =>
  `toFloat64(${fitting(aggregate, events)
    .map((fits, i) => `${fits} * ${2 ** i}`)
    .join(' + ')})`

/** Hashes as `hashOf`; 0 stands for what is no value, which no hash does in practice and `fits` leaves out. */
function distinct({ within, property, keep }: Aggregate, { at, properties, ...events }: EventColumns, fits: string): string {
  const path = [properties, ...property!.map(quote)].join(', ')
  const number = `toString(reinterpretAsUInt64(${propertyNumber(property!, moments({ at, properties, ...events }))} + 0.0))`
  const type = `JSONType(${path})`
  const text = `multiIf(${type} = 'String', concat('s', JSONExtractString(${path})), ${type} = 'Bool', if(JSONExtractBool(${path}), 'b1', 'b0'), ${type} IN ('Int64', 'UInt64', 'Double'), concat('n', ${number}), '')`
  const hash = `arrayMap(v -> toFloat64(murmurHash3_32(concat('+', v)) % 2097152) * 4294967296.0 + toFloat64(murmurHash3_32(v)), [${text}])[1]`
  const counts = `(${fits} AND ${type} IN ('String', 'Bool', 'Int64', 'UInt64', 'Double'))`
  if (within === null) return `arraySlice(arraySort(groupUniqArrayIf(${hash}, ${counts})), 1, ${keep})`
  const last = `maxMapIf([${hash}], [${at}], ${counts})`
  return `arraySlice(arrayReverseSort(arrayZip((${last}).2, (${last}).1)), 1, ${keep})`
}
