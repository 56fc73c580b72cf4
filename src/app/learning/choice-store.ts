import type { ChoiceBody } from '#decisions/choice/body.ts'
import { FALLBACK, NOTHING } from '#decisions/choice/decide.ts'
import { type Example, isDue } from '#decisions/choice/learn.ts'
import type { ChoiceData } from '#decisions/choice/learner.ts'
import type { Outcome } from '#decisions/choice/value.ts'
import { priceOf } from '#decisions/choice/value.ts'
import type { DecisionRecord } from '#decisions/record.ts'
import { milliseconds } from '#lib/duration.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import type { Gather } from './gatherers.ts'

/** Facts of an outcome may be written so much later than they happened (ms). */
export const SETTLING = 60_000
/** Decisions that are learned from in one go; the next go takes the next ones. */
const AT_A_TIME = 10_000
/** The latest decisions that everything is fitted to at once, when it is time for that. */
const RECENT = 5_000
/** Runs that one query asks about. */
const RUNS = 500

/** A decision, as far as its outcome hangs on it. */
export interface Decided {
  /** Epoch ms. */
  readonly at: number
  readonly enrollment: string
}

interface Row extends Decided {
  readonly record: string
}

/** Matured decisions that the newest snapshot has not learned from, with what has come of them; null: none. */
export const gatherChoices: Gather<'choice'> = async ({ analytics, signal }, { workspace, model, previous, now }) => {
  const within = milliseconds(model.within)!
  const asked = { workspace, model: model.id, after: previous?.trainedTo ?? 0, until: now - within - SETTLING }
  if (asked.until <= asked.after) return null
  const rows = whole(await maturedDecisions(analytics, { ...asked, most: AT_A_TIME }))
  if (rows.length === 0) return null
  const around = { workspace, within, signal }
  const examples = await examplesOf(analytics, rows, around)
  if (examples.length === 0) return null
  const body = previous?.body as ChoiceBody | undefined
  const last = rows.at(-1)!.at
  if (body && !isDue(body)) return { examples } satisfies ChoiceData
  const latest = await maturedDecisions(analytics, { ...asked, after: 0, until: last, most: RECENT, newest: true })
  return { examples, recent: await examplesOf(analytics, latest, around) } satisfies ChoiceData
}

async function examplesOf(
  analytics: Analytics,
  rows: readonly Row[],
  { workspace, within, signal }: { readonly workspace: string; readonly within: number; readonly signal: AbortSignal },
): Promise<Example[]> {
  signal.throwIfAborted()
  const outcomes = await outcomesOf(analytics, workspace, { decisions: rows, within, signal })
  return rows.flatMap((row, i) => exampleOf(row, outcomes[i]!) ?? [])
}

interface Matured {
  readonly workspace: string
  readonly model: string
  /** Epoch ms: decisions later than this, up to and with that. */
  readonly after: number
  readonly until: number
  readonly most: number
  /** Of more than `most` the newest; left out: the oldest. */
  readonly newest?: boolean
}

/** In the order of their times. */
async function maturedDecisions(analytics: Analytics, { newest = false, ...asked }: Matured): Promise<Row[]> {
  const order = newest ? 'DESC' : 'ASC'
  const rows = await analytics.query<Row>(
    `SELECT toFloat64(toUnixTimestamp64Milli(decisions.at)) AS at, enrollment_id AS enrollment, record FROM decisions
     WHERE workspace_id = {workspace:String} AND kind = 'choose' AND model = {model:String} AND decided_by IN ('model', 'cold_start', 'control')
       AND toUnixTimestamp64Milli(decisions.at) > {after:Int64} AND toUnixTimestamp64Milli(decisions.at) <= {until:Int64}
     ORDER BY decisions.at ${order}, decision_id ${order} LIMIT 1 BY decision_id LIMIT {most:UInt32}`,
    { ...asked },
  )
  return newest ? rows.reverse() : rows
}

/** Where it was cut off, decisions of the last moment wait for the others of that moment. */
function whole(rows: readonly Row[]): readonly Row[] {
  const last = rows.at(-1)
  if (!last || rows.length < AT_A_TIME) return rows
  const before = rows.filter(({ at }) => at < last.at)
  return before.length > 0 ? before : rows
}

/** Null: nobody could be chosen for, so there is nothing to learn. */
function exampleOf({ at, record: text }: Row, outcome: Outcome): Example | null {
  const record = JSON.parse(text) as DecisionRecord
  const prices = record.prices ?? {}
  const candidates = record.candidates
    .filter(({ arm, excluded }) => excluded === '' && arm !== FALLBACK && arm !== NOTHING)
    .map(({ arm, about = {} }) => ({ arm, about, price: priceOf(about, prices) }))
  if (candidates.length === 0) return null
  const { id, by, chosen, propensity, features } = record
  return { id, at, group: by === 'control' ? 'control' : 'treated', chosen, propensity, candidates, features, ...outcome }
}

interface Conversion {
  readonly enrollment: string
  readonly at: number
  readonly value: number
}
interface Delivery {
  readonly enrollment: string
  readonly at: number
  readonly status: string
  readonly cost: number
}

export interface OutcomesAsked {
  readonly decisions: readonly Decided[]
  /** ms after the decision. */
  readonly within: number
  readonly signal?: AbortSignal
}

/** What has come of each decision so far, in their order: conversions, costs and losses of its run within the time. */
export async function outcomesOf(
  analytics: Analytics,
  workspace: string,
  { decisions, within, signal }: OutcomesAsked,
): Promise<Outcome[]> {
  const runs = [...new Set(decisions.map(({ enrollment }) => enrollment))]
  const converted = new Map<string, Conversion[]>()
  const delivered = new Map<string, Delivery[]>()
  for (let from = 0; from < runs.length; from += RUNS) {
    signal?.throwIfAborted()
    const part = { workspace, runs: runs.slice(from, from + RUNS) }
    for (const each of await conversionsOf(analytics, part)) into(converted, each)
    for (const each of await deliveriesOf(analytics, part)) into(delivered, each)
  }
  return decisions.map(({ at, enrollment }) => {
    const inTime = (each: { readonly at: number }): boolean => each.at >= at && each.at <= at + within
    const conversions = (converted.get(enrollment) ?? []).filter(inTime)
    const deliveries = (delivered.get(enrollment) ?? []).filter(inTime)
    return {
      converted: conversions.length > 0,
      value: conversions.reduce((sum, { value }) => sum + value, 0),
      cost: deliveries.reduce((sum, { cost }) => sum + cost, 0),
      unsubscribed: deliveries.some(({ status }) => status === 'unsubscribed'),
      complained: deliveries.some(({ status }) => status === 'complained'),
    }
  })
}

function into<T extends { readonly enrollment: string }>(map: Map<string, T[]>, each: T): void {
  const list = map.get(each.enrollment)
  if (list) list.push(each)
  else map.set(each.enrollment, [each])
}

interface Part {
  readonly workspace: string
  readonly runs: readonly string[]
  readonly [name: string]: string | readonly string[]
}

const conversionsOf = (analytics: Analytics, part: Part): Promise<Conversion[]> =>
  analytics.query<Conversion>(
    `SELECT enrollment_id AS enrollment, toFloat64(toUnixTimestamp64Milli(transitions.at)) AS at, value FROM transitions
     WHERE workspace_id = {workspace:String} AND kind = 'converted' AND enrollment_id IN {runs:Array(String)} ORDER BY transitions.at, seq, ix`,
    part,
  )

const deliveriesOf = (analytics: Analytics, part: Part): Promise<Delivery[]> =>
  analytics.query<Delivery>(
    `SELECT enrollment_id AS enrollment, toFloat64(toUnixTimestamp64Milli(deliveries.at)) AS at, status, toFloat64(cost) AS cost FROM deliveries
     WHERE workspace_id = {workspace:String} AND status IN ('sent', 'unsubscribed', 'complained') AND enrollment_id IN {runs:Array(String)}
     ORDER BY deliveries.at, seq, ix`,
    part,
  )
