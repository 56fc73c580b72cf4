import { z } from 'zod'
import { hashOfVariant, LiveName, Slot } from '#content/slots.ts'
import type { ContentBody, SlotOptions } from '#decisions/content/body.ts'
import type { ContentData, CurrentTemplate, ShownRow } from '#decisions/content/tallies.ts'
import { Model, type ModelOf } from '#decisions/schema.ts'
import { milliseconds } from '#lib/duration.ts'
import { canonical, type Json, type JsonObject } from '#lib/json.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { definition, liveDocuments } from '#platform/documents.ts'
import type { Queryable } from '#platform/log.ts'
import { SETTLING } from './choice-store.ts'
import type { Gather } from './gatherers.ts'

/** Tastes change: older messages are left out (ms). */
const LOOK_BACK = 180 * 86_400_000
/** Groups of messages alike that one query brings. */
const MOST_ROWS = 20_000

/** What the templates of this model have shown, and what came of it; null: nothing is there, or nothing is new. */
export const gatherContent: Gather<'content'> = async ({ analytics, db, signal }, { workspace, model, previous, now }) => {
  const templates = templatesOf(await liveDocuments(db, workspace), model.id)
  if (templates.length === 0) return null
  const asked = askedOf(workspace, { templates, success: model.success, within: milliseconds(model.within)!, now })
  const { newest, messages } = await newestOf(analytics, asked)
  if (messages === 0) return null
  if (previous && newest <= previous.trainedTo && knowsAll(previous.body as ContentBody, templates)) return null
  signal.throwIfAborted()
  const shown = await shownRows(analytics, asked)
  signal.throwIfAborted()
  const data: ContentData = { templates, shown, versions: await versionsOf(db, workspace, { templates, shown }), newest }
  return data
}

/** The same data for one template, to look at. */
export async function gatherTemplate(
  { analytics, db }: { analytics: Analytics; db: Queryable },
  { workspace, template, model, now }: { workspace: string; template: CurrentTemplate; model: Rules; now: number },
): Promise<ContentData> {
  const asked = askedOf(workspace, { templates: [template], success: model.success, within: milliseconds(model.within)!, now })
  const shown = await shownRows(analytics, asked)
  return { templates: [template], shown, versions: await versionsOf(db, workspace, { templates: [template], shown }), newest: 0 }
}

type Rules = Pick<ModelOf<'content'>, 'success' | 'within'>
type Documents = readonly { readonly kind: string; readonly id: string; readonly version: number; readonly body: Json }[]
const Slots = z.object({ slots: z.record(LiveName, Slot) })

/** The content models of a workspace, in the order of their ids: slots that name none ask the first. */
export const contentModels = (documents: Documents): ModelOf<'content'>[] =>
  documents
    .flatMap(({ kind, body }) => (kind === 'model' ? [Model.parse(body)] : []))
    .filter((model): model is ModelOf<'content'> => model.type === 'content')
    .sort((a, b) => (a.id < b.id ? -1 : 1))

/** Live templates with the slots that a model fills; `model` '': those of no model. */
export function templatesOf(documents: Documents, model: string): CurrentTemplate[] {
  const first = contentModels(documents)[0]?.id ?? ''
  return documents.flatMap(({ kind, id, version, body }) => {
    const slots = kind === 'template' ? slotsOf(body, (named) => (named ?? first) === model) : []
    return slots.length === 0 ? [] : [{ template: id, version, slots }]
  })
}

/** The models that fill slots of a template; '' for chance. */
export function modelsOfTemplate(documents: Documents, template: string): string[] {
  const first = contentModels(documents)[0]?.id ?? ''
  const body = documents.find(({ kind, id }) => kind === 'template' && id === template)?.body ?? null
  const read = Slots.safeParse(body)
  const slots = read.success ? Object.values(read.data.slots) : []
  return [...new Set(slots.flatMap((slot) => (slot.by === 'model' ? [slot.model ?? first] : [])))]
}

/** Slots by model of a template as it was authored; one that cannot be read any more has none. */
function slotsOf(body: Json, wanted: (model: string | undefined) => boolean): SlotOptions[] {
  const read = Slots.safeParse(body)
  if (!read.success) return []
  return Object.entries(read.data.slots).flatMap(([slot, each]) =>
    each.by === 'model' && wanted(each.model)
      ? [{ slot, options: each.variants.map((variant) => ({ id: variant.id, hash: hashOfVariant(variant) })) }]
      : [],
  )
}

async function versionsOf(
  db: Queryable,
  workspace: string,
  { templates, shown }: Pick<ContentData, 'templates' | 'shown'>,
): Promise<Record<string, SlotOptions[]>> {
  const versions: Record<string, SlotOptions[]> = {}
  for (const { template, version, slots } of templates) versions[`${template} ${version}`] = [...slots]
  for (const { template: id, version } of shown) {
    const key = `${id} ${version}`
    if (Object.hasOwn(versions, key)) continue
    const found = await definition(db, { workspace, kind: 'template', id, version })
    versions[key] = found ? slotsOf(found.body, () => true) : []
  }
  return versions
}

/** Whether each slot of each template has been learned as it is now. */
const knowsAll = (body: ContentBody, templates: readonly CurrentTemplate[]): boolean =>
  canonical(Object.fromEntries(Object.entries(body.templates).map(([id, { slots }]) => [id, slots as unknown as JsonObject[]]))) ===
  canonical(Object.fromEntries(templates.map(({ template, slots }) => [template, slots as unknown as JsonObject[]])))

interface Asked {
  readonly workspace: string
  /** `template slot`. */
  readonly places: readonly string[]
  readonly success: Rules['success']
  /** ms. */
  readonly within: number
  /** Epoch ms. */
  readonly since: number
  readonly until: number
}

function askedOf(
  workspace: string,
  { templates, success, within, now }: { templates: readonly CurrentTemplate[]; success: Rules['success']; within: number; now: number },
): Asked {
  const places = templates.flatMap(({ template, slots }) => slots.map(({ slot }) => `${template} ${slot}`))
  return { workspace, places, success, within, since: now - LOOK_BACK, until: now - within - SETTLING }
}

const params = ({ workspace, places, within, since, until }: Asked) => ({ workspace, places, within, since, until })
const AT = 'toUnixTimestamp64Milli(at)'
const DRAWN = `workspace_id = {workspace:String} AND concat(template, ' ', slot) IN {places:Array(String)} AND item = ''
  AND (startsWith(chosen_by, 'model:') OR startsWith(chosen_by, 'uniform:') OR startsWith(chosen_by, 'chance'))
  AND ${AT} >= {since:Int64} AND ${AT} <= {until:Int64}`

async function newestOf(analytics: Analytics, asked: Asked): Promise<{ newest: number; messages: number }> {
  const [row] = await analytics.query<{ newest: number; messages: number }>(
    `SELECT toFloat64(max(${AT})) AS newest, toFloat64(count()) AS messages FROM exposures WHERE ${DRAWN}`,
    params(asked),
  )
  return row ?? { newest: 0, messages: 0 }
}

/** Programs that open and click ahead of people do not count. */
const HEARD = (names: string): string =>
  `SELECT JSONExtractString(properties, 'effect_id') AS effect, groupArray(${AT}) AS moments FROM events
   WHERE workspace_id = {workspace:String} AND verdict = 'accepted' AND name IN (${names}) AND ${AT} >= {since:Int64}
     AND JSONExtractString(properties, 'fetcher') IN ('', 'person') GROUP BY effect`

/** When each message had success, by effect. */
const SUCCESSES: { readonly [Kind in Rules['success']]: string } = {
  opened: HEARD("'message.opened', 'message.clicked'"),
  clicked: HEARD("'message.clicked'"),
  converted: `SELECT effect, groupArray(converted.moment) AS moments FROM
     (SELECT effect_id AS effect, any(enrollment_id) AS run FROM deliveries
      WHERE workspace_id = {workspace:String} AND status = 'sent' AND ${AT} >= {since:Int64} GROUP BY effect) AS sent
     INNER JOIN (SELECT enrollment_id AS run, ${AT} AS moment FROM transitions
      WHERE workspace_id = {workspace:String} AND kind = 'converted' AND ${AT} >= {since:Int64}) AS converted ON sent.run = converted.run
     GROUP BY effect`,
}

interface Row {
  readonly template: string
  readonly version: number
  /** `slot=variant=a,b`. */
  readonly shown: readonly string[]
  readonly way: ShownRow['way']
  readonly n: number
  readonly k: number
  readonly firstN: number
  readonly firstK: number
}

/** Messages by what they showed, to whom, and by which way it was drawn. */
async function shownRows(analytics: Analytics, asked: Asked): Promise<ShownRow[]> {
  const rows = await analytics.query<Row>(
    `WITH shown AS (
       SELECT effect_id AS effect, any(profile_id) AS person, any(template) AS letter, toFloat64(any(version)) AS edition, min(${AT}) AS moment,
         arraySort(groupUniqArray(concat(slot, '=', variant, '=', among))) AS slots,
         any(multiIf(startsWith(chosen_by, 'model:'), 'model', startsWith(chosen_by, 'uniform:'), 'uniform', 'chance')) AS way
       FROM exposures WHERE ${DRAWN} GROUP BY effect
     ), told AS (
       SELECT letter, edition, slots, way,
         arrayExists(each -> each >= shown.moment AND each - shown.moment <= {within:Int64}, heard.moments) AS hit,
         row_number() OVER (PARTITION BY letter, person, way ORDER BY shown.moment, shown.effect) AS turn
       FROM shown LEFT JOIN (${SUCCESSES[asked.success]}) AS heard ON shown.effect = heard.effect
     )
     SELECT letter AS template, edition AS version, slots AS shown, way, toFloat64(count()) AS n, toFloat64(sum(hit)) AS k,
       toFloat64(countIf(turn = 1)) AS firstN, toFloat64(sumIf(hit, turn = 1)) AS firstK
     FROM told GROUP BY letter, edition, slots, way ORDER BY n DESC, letter, edition, slots, way LIMIT ${MOST_ROWS}`,
    params(asked),
  )
  return rows.map(({ template, version, shown, way, n, k, firstN, firstK }) => ({
    template,
    version,
    way,
    n,
    k,
    first: { n: firstN, k: firstK },
    slots: shown.map((each) => {
      const [slot = '', variant = '', among = ''] = each.split('=')
      return { slot, variant, among: among === '' ? [variant] : among.split(',') }
    }),
  }))
}
