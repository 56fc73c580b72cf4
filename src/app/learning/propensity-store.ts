import { isOfMessages } from '#decisions/examples.ts'
import type { Buyer } from '#decisions/propensity/bg-nbd.ts'
import type { Features } from '#decisions/propensity/encoding.ts'
import { goingOnFrom, isNight, type Nightly, type PropensityData } from '#decisions/propensity/fit.ts'
import { type Example, GRACE, matured, type Prediction, thinned, windowOf } from '#decisions/propensity/labels.ts'
import type { Span } from '#decisions/propensity/survival.ts'
import type { ModelOf, Outcome } from '#decisions/schema.ts'
import { condition } from '#journeys/conditions.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { scopeOf } from '#segments/condition/scope.ts'
import type { Gather } from './gatherers.ts'
import { type PastPrediction, pastPredictions } from './past-store.ts'

/** Predictions that one training learns: more wait for the next one. */
const AT_A_TIME = 30_000
/** Examples that trees are grown from, the newest. */
const WINDOW = 20_000
/** Predictions of the last week that drift is looked for in, and people whose orders or contracts are looked at (samples by hash). */
const [LAST_WEEK, PEOPLE] = [5_000, 20_000]
const WEEK = 7 * 86_400_000
const DAY = 86_400_000

interface Asked {
  readonly analytics: Analytics
  readonly signal: AbortSignal
  readonly workspace: string
  readonly model: ModelOf<'propensity'>
}

/** What a propensity model has to learn from since the snapshot before; with nothing before also the past, as far as facts tell it. */
export const gatherPropensity: Gather<'propensity'> = async ({ analytics, signal }, task) => {
  const { workspace, model, now } = task
  const before = goingOnFrom(task)
  const from = before ? task.previous!.trainedTo : 0
  const asked: Asked = { analytics, signal, workspace, model }
  const { examples, until } = await examplesOf(asked, { from, until: now - GRACE, newest: before === null })
  const past = before ? [] : await pastExamples(asked, { until: firstOf(examples, now - GRACE) })
  // A first training has read the newest examples already.
  const window = before ? null : [...past, ...examples]
  const nightly = isNight(before, now) ? await nightlyOf(asked, { now, window }) : null
  const data: PropensityData = {
    fresh: [...past, ...examples],
    until,
    late: before ? await lateOutcomes(asked, from, until) : 0,
    immature: await immatureOf(asked, until - windowOf(model.outcome)),
    nightly,
  }
  return data
}

const firstOf = (examples: readonly Example[], otherwise: number): number => examples[0]?.at ?? otherwise

const HERE = 'workspace_id = {workspace:String}'
const ms = (column: string): string => `toFloat64(toUnixTimestamp64Milli(${column}))`
const OF_MODEL = `${HERE} AND model = {model:String}`
const between = (column: string): string =>
  `${column} > fromUnixTimestamp64Milli({from:Int64}) AND ${column} <= fromUnixTimestamp64Milli({until:Int64})`

/** `told`: features as text. They are read when it is sure that they are learned: most negatives of rare outcomes are not. */
interface AskedPrediction extends Omit<Prediction, 'features'> {
  readonly person: string
  readonly effect: string
  readonly told: string
}
type PredictionRow = { readonly person: string; readonly effect: string; readonly moment: number; readonly told: string }

interface Stretch {
  /** Epoch ms, exclusive and inclusive. */
  readonly from: number
  readonly until: number
  /** The newest ones where there are too many; else the oldest. */
  readonly newest: boolean
}

/** Predictions of a stretch of log time; two versions that were asked at one moment give one. */
async function predictionsOf(
  { analytics, workspace, model }: Asked,
  { from, until, newest }: Stretch,
  most: number,
): Promise<AskedPrediction[]> {
  const way = newest ? 'DESC' : 'ASC'
  const rows = await analytics.query<PredictionRow>(
    `SELECT profile_id AS person, effect_id AS effect, ${ms('at')} AS moment, argMax(features, model_version) AS told
     FROM predictions WHERE ${OF_MODEL} AND ${between('at')}
     GROUP BY profile_id, effect_id, at ORDER BY moment ${way}, person ${way}, effect ${way} LIMIT {most:UInt32}`,
    { workspace, model: model.id, from: Math.max(0, from), until: Math.max(0, until), most },
  )
  const found = rows.map(({ person, effect, moment, told }): AskedPrediction => {
    return { id: effect === '' ? `${person} ${moment}` : effect, person, effect, at: moment, told }
  })
  return newest ? found.reverse() : found
}

/** Examples whose window ended in a stretch of time. Where there are too many the stretch is made shorter. */
async function examplesOf(asked: Asked, stretch: Stretch, most = AT_A_TIME): Promise<{ examples: Example[]; until: number }> {
  const { outcome } = asked.model
  const within = windowOf(outcome)
  const found = await predictionsOf(asked, { ...stretch, from: stretch.from - within, until: stretch.until - within }, most)
  asked.signal.throwIfAborted()
  const whole = stretch.newest || found.length < most
  const last = found.at(-1)?.at ?? 0
  // Those of the last moment come next time, all of them: unless all are of one moment.
  const cut = whole || found[0]?.at === last ? found : found.filter(({ at }) => at < last)
  const until = whole ? stretch.until : cut.at(-1)!.at + within
  if (cut.length === 0) return { examples: [], until }
  const happened = await happenedTo(asked, cut, until)
  const known = thinned(matured(atRisk(outcome, cut, happened), happened, { outcome, from: stretch.from, until }))
  const examples = known.map(({ id, at, label, halvings, told }): Example => ({ id, at, label, halvings, features: JSON.parse(told) }))
  return { examples, until }
}

/** Whoever has ended their contract cannot end it again. */
function atRisk<P extends Pick<Prediction, 'id' | 'at'>>(outcome: Outcome, predictions: readonly P[], happened: Happened): P[] {
  if (outcome.kind !== 'churned' || !outcome.contract) return [...predictions]
  return predictions.filter((prediction) => !happened(prediction).some((time) => time <= prediction.at))
}

/** Times (epoch ms) of what is counted, for a prediction's person or message. */
type Happened = (prediction: Pick<Prediction, 'id'>) => readonly number[]

/** Names of what is counted, and which of them count. */
function counted({ kind, ...rest }: Outcome): { readonly name: string; readonly byPeople: boolean } {
  switch (kind) {
    case 'opened':
    case 'clicked':
    case 'unsubscribed':
      return { name: `message.${kind}`, byPeople: kind !== 'unsubscribed' }
    case 'converted':
    case 'churned':
    case 'responded':
      return { name: (rest as { event: string }).event, byPeople: false }
  }
}

const BY_PEOPLE = "JSONExtractString(properties, 'fetcher') IN ('', 'person')"
const hangsOnMessage = ({ kind }: Outcome): boolean => kind === 'opened' || kind === 'clicked' || kind === 'unsubscribed'

type Row = { readonly person: string; readonly effect: string; readonly moment: number; readonly said: string }

/** Everything that is counted of the people of these predictions, up to a moment. What two profiles of one person did counts for both. */
async function happenedTo(asked: Asked, predictions: readonly Omit<AskedPrediction, 'told'>[], until: number): Promise<Happened> {
  const { analytics, workspace, model, signal } = asked
  const { outcome } = model
  const people = [...new Set(predictions.map(({ person }) => person))]
  const same = await mergesOf(asked, people)
  signal.throwIfAborted()
  const { name, byPeople } = counted(outcome)
  const where = 'where' in outcome ? outcome.where : undefined
  const ending = outcome.kind === 'churned' && outcome.contract
  const from = ending ? 0 : predictions[0]!.at
  const rows: Row[] = []
  for (const ids of slices([...new Set([...people, ...same.keys(), ...same.values()])])) {
    rows.push(
      ...(await analytics.query<Row>(
        `SELECT profile_id AS person, ${hangsOnMessage(outcome) ? "JSONExtractString(properties, 'effect_id')" : "''"} AS effect,
           ${ms('at')} AS moment, ${where === undefined ? "''" : 'properties'} AS said
         FROM events WHERE ${HERE} AND name = {name:String} AND verdict = 'accepted' AND ${between('at')} AND profile_id IN {ids:Array(String)}
           AND ${byPeople ? BY_PEOPLE : '1'}`,
        { workspace, name, from, until, ids },
      )),
    )
    signal.throwIfAborted()
  }
  const holds = where === undefined ? () => true : eventHolds(where, name)
  const keyOf = ({ person, effect }: { readonly person: string; readonly effect: string }): string =>
    hangsOnMessage(outcome) ? effect : (same.get(person) ?? person)
  const times = new Map(
    [...Map.groupBy(rows.filter(holds), keyOf)].map(([key, all]) => [key, all.map(({ moment }) => moment).sort((a, b) => a - b)]),
  )
  const asPerson = new Map(predictions.map(({ id, person, effect }) => [id, { person, effect }]))
  return ({ id }) => times.get(keyOf(asPerson.get(id)!)) ?? []
}

/** Ids for one query. */
const SLICE = 10_000
const slices = (ids: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(ids.length / SLICE) }, (_, i) => ids.slice(i * SLICE, (i + 1) * SLICE))

/** Whether an event is one that the document's condition means; the condition sees the event alone. */
function eventHolds(where: string, name: string): (row: Row) => boolean {
  const holds = condition(where)
  return ({ person, moment, said }) => {
    const event = { name, at: moment, properties: JSON.parse(said) as JsonObject }
    return holds(scopeOf({ profile: { id: person, attributes: {}, activity: {} }, permits: {}, event, now: moment }))
  }
}

/** Profiles that became another one, with that one (one step: whoever was merged twice counts from the last merge on). */
async function mergesOf({ analytics, workspace, signal }: Asked, people: readonly string[]): Promise<Map<string, string>> {
  const same = new Map<string, string>()
  for (const ids of slices(people)) {
    const rows = await analytics.query<{ old: string; now: string }>(
      `SELECT profile_id AS old, merged_into AS now FROM people FINAL
       WHERE ${HERE} AND merged_into != '' AND (profile_id IN {ids:Array(String)} OR merged_into IN {ids:Array(String)})`,
      { workspace, ids },
    )
    for (const { old, now } of rows) same.set(old, now)
    signal.throwIfAborted()
  }
  return same
}

/** Outcomes that came in after the window that they belong to had been closed without them. */
async function lateOutcomes({ analytics, workspace, model }: Asked, from: number, until: number): Promise<number> {
  if (hangsOnMessage(model.outcome)) return 0
  const [row] = await analytics.query<{ late: number }>(
    `SELECT toFloat64(uniqExact(told.profile_id, told.at)) AS late FROM predictions AS told
     INNER JOIN (
       SELECT profile_id, at FROM events WHERE ${HERE} AND name = {name:String} AND verdict = 'accepted'
         AND ${between('received')} AND at <= fromUnixTimestamp64Milli({from:Int64})
     ) AS came ON told.profile_id = came.profile_id
     WHERE told.workspace_id = {workspace:String} AND told.model = {model:String} AND came.at > told.at
       AND toUnixTimestamp64Milli(came.at) <= toUnixTimestamp64Milli(told.at) + {within:Int64}
       AND toUnixTimestamp64Milli(told.at) + {within:Int64} <= {from:Int64}`,
    { workspace, model: model.id, name: counted(model.outcome).name, from, until, within: windowOf(model.outcome) },
  )
  return row?.late ?? 0
}

async function immatureOf({ analytics, workspace, model }: Asked, since: number): Promise<number> {
  const [row] = await analytics.query<{ n: number }>(
    `SELECT toFloat64(uniqExact(profile_id, effect_id, at)) AS n FROM predictions WHERE ${OF_MODEL} AND at > fromUnixTimestamp64Milli({since:Int64})`,
    { workspace, model: model.id, since: Math.max(0, since) },
  )
  return row?.n ?? 0
}

/** Examples of the time before the model was asked. */
async function pastExamples(asked: Asked, { until }: { readonly until: number }): Promise<Example[]> {
  const { outcome } = asked.model
  const within = windowOf(outcome)
  const past: PastPrediction[] = await pastPredictions(asked, { until: until - within, ofMessages: isOfMessages(outcome) })
  if (past.length === 0) return []
  const sorted = [...past].sort((a, b) => a.at - b.at)
  const happened = await happenedTo(asked, sorted, until)
  return matured(atRisk(outcome, sorted, happened), happened, { outcome, from: 0, until })
}

async function nightlyOf(
  asked: Asked,
  { now, window }: { readonly now: number; readonly window: readonly Example[] | null },
): Promise<Nightly> {
  const newest = window ?? (await examplesOf(asked, { from: 0, until: now - GRACE, newest: true }, WINDOW)).examples
  const lastWeek = await predictionsOf(asked, { from: now - WEEK, until: now, newest: true }, LAST_WEEK)
  const { outcome } = asked.model
  const churned = outcome.kind === 'churned' ? outcome : null
  return {
    window: newest.slice(-WINDOW),
    lastWeek: lastWeek.map(({ told }) => ({ features: JSON.parse(told) as Features })),
    // Features tell of orders only.
    buyers: churned && !churned.contract && churned.event === 'Order Completed' ? await buyersOf(asked, now) : [],
    contracts: churned?.contract ? await contractsOf(asked, now, churned.event) : [],
  }
}

/** Repeat orders, weeks from the first to the last, and weeks since the first. */
async function buyersOf({ analytics, workspace }: Asked, now: number): Promise<Buyer[]> {
  return analytics.query<Buyer>(
    `SELECT toFloat64(count()) - 1 AS x, (max(${ms('at')}) - min(${ms('at')})) / ${WEEK} AS tx, ({now:Int64} - min(${ms('at')})) / ${WEEK} AS T
     FROM events WHERE ${HERE} AND name = 'Order Completed' AND verdict = 'accepted' AND toUnixTimestamp64Milli(at) <= {now:Int64}
     GROUP BY profile_id ORDER BY cityHash64(profile_id) LIMIT ${PEOPLE}`,
    { workspace, now },
  )
}

/** Days from a person's first event to the end of their contract, or until now where it runs. */
async function contractsOf({ analytics, workspace }: Asked, now: number, name: string): Promise<Span[]> {
  const rows = await analytics.query<{ first: number; ending: number }>(
    `SELECT min(${ms('at')}) AS first, minIf(${ms('at')}, name = {name:String}) AS ending
     FROM events WHERE ${HERE} AND verdict = 'accepted' AND type != 'system' AND toUnixTimestamp64Milli(at) <= {now:Int64}
     GROUP BY profile_id ORDER BY cityHash64(profile_id) LIMIT ${PEOPLE}`,
    { workspace, now, name },
  )
  return rows.map(({ first, ending }) => ({ time: Math.ceil(((ending > 0 ? ending : now) - first) / DAY), ended: ending > 0 }))
}
