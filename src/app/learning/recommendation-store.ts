import type { ProductEvents } from '#decisions/recommend/histories.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import type { Gather } from './gatherers.ts'

/** Events are read for so many people at a time: bounds what one query brings. */
const AT_A_TIME = 5_000
/** A sample where they are more. */
const MOST_PEOPLE = 60_000
/** Of each person the newest so many. */
const MOST_OF_ONE = 200
/** Taste and range change: older events are left out (ms). */
const LOOK_BACK_MS = 180 * 86_400_000

/** What people looked at, put into carts and bought, as the model's document names the events; null: nothing since the last time. */
export const gatherProducts: Gather<'recommendation'> = async ({ analytics, signal }, { workspace, model, previous, now }) => {
  const span: Span = {
    workspace,
    from: now - LOOK_BACK_MS,
    to: now,
    names: model.events.map(({ event }) => event),
    fields: model.events.map(({ product }) => product),
  }
  if (previous && (await newestOf(analytics, span)) <= previous.trainedTo) return null
  const people = await peopleOf(analytics, span)
  const collected = collector(model.events.map(({ weight }) => weight))
  for (let from = 0; from < people.length; from += AT_A_TIME) {
    signal.throwIfAborted()
    for (const { steps } of await stepsOf(analytics, span, people.slice(from, from + AT_A_TIME))) collected.add(steps)
  }
  return collected.events()
}

interface Span {
  readonly workspace: string
  /** Epoch ms. */
  readonly from: number
  readonly to: number
  /** Of the events, and at the same place the property that names the product, or a list of products. */
  readonly names: readonly string[]
  readonly fields: readonly string[]
}

const WITHIN = `workspace_id = {workspace:String} AND verdict = 'accepted' AND name IN {names:Array(String)}
  AND toUnixTimestamp64Milli(at) >= {from:Int64} AND toUnixTimestamp64Milli(at) <= {to:Int64}`
const spanned = ({ workspace, from, to, names }: Span) => ({ workspace, from, to, names })

async function newestOf(analytics: Analytics, span: Span): Promise<number> {
  const [row] = await analytics.query<{ newest: number }>(
    `SELECT toUnixTimestamp64Milli(max(at)) AS newest FROM events WHERE ${WITHIN}`,
    spanned(span),
  )
  return Number(row?.newest ?? 0)
}

/** By hash: the same people from one training to the next, as far as they are still there. */
async function peopleOf(analytics: Analytics, span: Span): Promise<string[]> {
  const rows = await analytics.query<{ id: string }>(
    `SELECT profile_id AS id FROM events WHERE ${WITHIN} GROUP BY profile_id ORDER BY cityHash64(profile_id), profile_id LIMIT {most:UInt32}`,
    { ...spanned(span), most: MOST_PEOPLE },
  )
  return rows.map(({ id }) => id)
}

/** Product, kind of event (from 1), epoch ms. */
type Step = readonly [string, number, number]

/** One id, or those of a list of ids or of objects with a `product_id`. */
const PRODUCTS = `arrayFilter(id -> id != '', if(JSONType(properties, field) = 'Array',
  arrayMap(each -> if(startsWith(each, '{'), JSONExtractString(each, 'product_id'), trim(BOTH '"' FROM each)), JSONExtractArrayRaw(properties, field)),
  [JSONExtractString(properties, field)]))`

function stepsOf(analytics: Analytics, span: Span, ids: readonly string[]): Promise<{ steps: readonly Step[] }[]> {
  return analytics.query<{ steps: readonly Step[] }>(
    `SELECT arraySlice(arrayMap(each -> (each.5, each.6, each.1), arraySort(groupArray((ms, partition, seq, ix, product, kind)))), -${MOST_OF_ONE}) AS steps
     FROM (
       SELECT profile_id, toUnixTimestamp64Milli(at) AS ms, partition, seq, ix, kind, arrayJoin(${PRODUCTS}) AS product
       FROM (
         SELECT profile_id, at, partition, seq, ix, properties, toUInt8(indexOf({names:Array(String)}, name)) AS kind, {fields:Array(String)}[kind] AS field
         FROM events WHERE ${WITHIN} AND profile_id IN {ids:Array(String)}
       )
     ) GROUP BY profile_id ORDER BY cityHash64(profile_id), profile_id`,
    { ...spanned(span), fields: span.fields, ids },
  )
}

/** Ids become numbers as they come, so that what is held grows with the events and not with their text. */
function collector(weights: readonly number[]): { add(steps: readonly Step[]): void; events(): ProductEvents } {
  const number = new Map<string, number>()
  const offsets = [0]
  const item: number[] = []
  const weight: number[] = []
  let newest = 0
  let oldest = Number.MAX_SAFE_INTEGER
  return {
    add(steps) {
      for (const [id, kind, ms] of steps) {
        const at = number.get(id) ?? number.size
        number.set(id, at)
        item.push(at)
        weight.push(weights[kind - 1]!)
        newest = Math.max(newest, Number(ms))
        oldest = Math.min(oldest, Number(ms))
      }
      offsets.push(item.length)
    },
    events: () => ({
      items: [...number.keys()],
      offsets: Uint32Array.from(offsets),
      item: Uint32Array.from(item),
      weight: Float32Array.from(weight),
      newest,
      oldest: Math.min(oldest, newest),
    }),
  }
}
