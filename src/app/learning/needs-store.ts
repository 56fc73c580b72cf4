import { type Seen, wantedOf } from '#decisions/needs.ts'
import { windowOf } from '#decisions/propensity/labels.ts'
import type { Model } from '#decisions/schema.ts'
import { milliseconds } from '#lib/duration.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'

interface Asked {
  readonly workspace: string
  readonly models: readonly Model[]
  /** Live journeys that ask each model, by its id. */
  readonly askedBy: ReadonlyMap<string, number>
  /** Epoch ms. */
  readonly now: number
}

/** What is there of that which models rest on, by their ids. It counts, so it is asked only of models that have learned nothing. */
export async function seenBy(analytics: Analytics, { workspace, models, askedBy, now }: Asked): Promise<Map<string, Seen>> {
  const names = [...new Set(models.flatMap((model) => wantedOf(model).events))]
  const events = await timesOf(analytics, workspace, names)
  const seen = new Map<string, Seen>()
  for (const model of models) {
    const counted = await examplesOf(analytics, { workspace, model, events, now })
    seen.set(model.id, { events, ...counted, askedBy: askedBy.get(model.id) ?? 0 })
  }
  return seen
}

async function timesOf(analytics: Analytics, workspace: string, names: readonly string[]): Promise<Map<string, number>> {
  if (names.length === 0) return new Map()
  const rows = await analytics.query<{ name: string; times: number }>(
    `SELECT name, toFloat64(count()) AS times FROM events
     WHERE workspace_id = {workspace:String} AND name IN {names:Array(String)} AND verdict = 'accepted' GROUP BY name`,
    { workspace, names: [...names] },
  )
  return new Map(rows.map(({ name, times }) => [name, times]))
}

interface Counted {
  readonly examples: number
  readonly open: number
}
const NONE: Counted = { examples: 0, open: 0 }

async function examplesOf(
  analytics: Analytics,
  {
    workspace,
    model,
    events,
    now,
  }: Omit<Asked, 'models' | 'askedBy'> & { readonly model: Model; readonly events: ReadonlyMap<string, number> },
): Promise<Counted> {
  switch (model.type) {
    case 'propensity':
      return matured(analytics, { table: 'predictions', workspace, model: model.id, until: now - windowOf(model.outcome) })
    case 'choice':
      return matured(analytics, { table: 'decisions', workspace, model: model.id, until: now - milliseconds(model.within)! })
    case 'send-time':
      return { examples: model.events.reduce((sum, name) => sum + (events.get(name) ?? 0), 0), open: 0 }
    case 'recommendation':
      return people(analytics, { workspace, names: model.events.map(({ event }) => event), least: 2 })
    case 'pattern':
      return people(analytics, { workspace, names: [model.target.event], least: 1 })
    case 'content':
      return matured(analytics, { table: 'decisions', workspace, model: model.id, until: now - milliseconds(model.within)! })
    case 'sentiment':
    case 'pressure':
      return NONE
  }
}

interface Matured {
  readonly table: 'predictions' | 'decisions'
  readonly workspace: string
  readonly model: string
  /** What is older has its time over, epoch ms. */
  readonly until: number
}

async function matured(analytics: Analytics, { table, ...asked }: Matured): Promise<Counted> {
  const of = table === 'decisions' ? `AND kind IN ('choose', 'content') AND decided_by IN ('model', 'cold_start', 'control')` : ''
  const [row] = await analytics.query<Counted>(
    `SELECT toFloat64(countIf(toUnixTimestamp64Milli(at) <= {until:Int64})) AS examples,
       toFloat64(countIf(toUnixTimestamp64Milli(at) > {until:Int64})) AS open
     FROM ${table} WHERE workspace_id = {workspace:String} AND model = {model:String} ${of}`,
    asked,
  )
  return row ?? NONE
}

/** People with so many of these events. */
async function people(
  analytics: Analytics,
  asked: { readonly workspace: string; readonly names: readonly string[]; readonly least: number },
): Promise<Counted> {
  const [row] = await analytics.query<{ people: number }>(
    `SELECT toFloat64(count()) AS people FROM (
       SELECT profile_id FROM events
       WHERE workspace_id = {workspace:String} AND name IN {names:Array(String)} AND verdict = 'accepted'
       GROUP BY profile_id HAVING count() >= {least:UInt32})`,
    { ...asked, names: [...asked.names] },
  )
  return { examples: row?.people ?? 0, open: 0 }
}
