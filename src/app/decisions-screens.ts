import { ruleOf } from '#decisions/choice/decide.ts'
import { explainChoice } from '#decisions/choice/explain.ts'
import { armStandings, type Came } from '#decisions/choice/standing.ts'
import { rewardedOf } from '#decisions/evaluation/choice.ts'
import { qualityOf } from '#decisions/quality.ts'
import type { DecisionRecord } from '#decisions/record.ts'
import { Model, type ModelOf } from '#decisions/schema.ts'
import { ExplainDecision, ReadModelActivity, ReadModelArms } from '#decisions/screen-api.ts'
import { snapshotLines } from '#decisions/store.ts'
import type { OutputOf } from '#lib/action.ts'
import { milliseconds } from '#lib/duration.ts'
import type { Json } from '#lib/json.ts'
import { refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { liveDocuments } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { findWorkspace } from '#workspaces/store.ts'
import { decisionById } from './decisions-read-store.ts'
import { type ActivityRow, activitySince, allocationOf, maturedChoices } from './decisions-screens-store.ts'
import { namesIn } from './document-names.ts'
import { outcomesOf } from './learning/choice-store.ts'
import type { ModelShelf } from './learning/shelf.ts'
import { explainedBy } from './replay-decisions.ts'

interface Options {
  readonly pool: Pool
  readonly analytics: Analytics
  readonly shelf: ModelShelf
  readonly now: () => number
}

type Arms = OutputOf<typeof ReadModelArms>
type Activity = OutputOf<typeof ReadModelActivity>['models'][number]

const DAY = 86_400_000
const WEEK = 7 * DAY
/** Decisions that one answer reads at most: each costs a look at what came of its run. */
const MOST_READ = 5_000
const SETTLING = 60_000

/** What the screens of models ask beside what models say of themselves. */
export const decisionScreenBindings = (options: Options): Binding[] => [
  bind(ReadModelActivity, async (_input, { workspace }) => {
    const { pool, analytics, now } = options
    const { live, qualities } = await inWorkspace(pool, workspace, async (tx) => {
      const live = await liveDocuments(tx, workspace)
      return { live, qualities: await qualitiesOf(tx, workspace, live) }
    })
    const rows = await activitySince(analytics, { workspace, since: now() - WEEK })
    const models = live.filter(({ kind }) => kind === 'model')
    return {
      models: models.map(({ kind, id }) => ({
        ...activityOf(id, rows),
        quality: qualities.get(id) ?? null,
        uses: usesOf(live, { kind, id }),
      })),
    }
  }),
  bind(ReadModelArms, async ({ id, days }, { workspace }) => {
    const found = await inWorkspace(options.pool, workspace, async (tx) => ({
      body: (await liveDocuments(tx, workspace)).find((each) => each.kind === 'model' && each.id === id)?.body,
      currency: (await findWorkspace(tx, workspace))?.currency ?? '',
    }))
    if (found.body === undefined) return refuse({ code: 'model.unknown', status: 404, title: 'There is no such model', detail: id })
    const model = Model.parse(found.body)
    const since = options.now() - days * DAY
    const divided = dividedOf(await allocationOf(options.analytics, { workspace, model: id, since }))
    const none = { floor: null, arms: [], unit: '', matured: 0, read: 0 }
    return {
      ...divided,
      ...(model.type === 'choice' ? await standingsOf(options, model, { workspace, since, currency: found.currency }) : none),
    }
  }),
  bind(ExplainDecision, async ({ id }, { workspace }) => {
    const row = await decisionById(options.analytics, workspace, id)
    if (!row) return refuse({ code: 'decision.unknown', status: 404, title: 'There is no such decision', detail: id })
    const record = JSON.parse(row.record) as DecisionRecord
    const { replay, snapshot } = await explainedBy(options, workspace, record)
    const told = record.kind === 'choose' && replay.state === 'same' ? explainChoice(record, snapshot) : null
    return { replay, rival: told?.rival ?? '', features: [...(told?.features ?? [])], would: [...(told?.would ?? [])] }
  }),
]

function activityOf(model: string, rows: readonly ActivityRow[]): Omit<Activity, 'uses' | 'quality'> {
  const mine = rows.filter((each) => each.model === model)
  const by = (...ways: readonly string[]): number => mine.reduce((sum, each) => (ways.includes(each.by) ? sum + each.decisions : sum), 0)
  return {
    model,
    decisions: mine.reduce((sum, { decisions }) => sum + decisions, 0),
    control: by('control', 'held_out'),
    fallback: by('fallback'),
    cold: by('cold_start'),
    last: mine.length === 0 ? null : Math.max(...mine.map(({ last }) => last)),
  }
}

/** Of the newest snapshot of each, if it was not forgotten since. */
async function qualitiesOf(tx: Queryable, ws: string, live: readonly Live[]): Promise<ReadonlyMap<string, Activity['quality']>> {
  const found = new Map<string, Activity['quality']>()
  for (const { kind, id, body } of live) {
    if (kind !== 'model') continue
    const [newest] = await snapshotLines(tx, { ws, model: id, before: 2_147_483_647, limit: 1 })
    if (newest && newest.task !== '') found.set(id, qualityOf(Model.parse(body).type, newest.report))
  }
  return found
}

interface Live {
  readonly kind: string
  readonly id: string
  readonly body: Json
}

const usesOf = (live: readonly Live[], named: { readonly kind: string; readonly id: string }): Activity['uses'] =>
  live.flatMap(({ kind, id, body }) =>
    (kind !== named.kind || id !== named.id) && namesIn(body, named).length > 0
      ? [{ kind, id, name: String((body as { name?: Json }).name ?? id) }]
      : [],
  )

/** Options of a journey are few; what else is chosen (hours, layouts) may be many, and what is rare is told together. */
const MOST_NAMES = 8
export const OTHERS = '…'

export function dividedOf(
  rows: readonly { readonly day: number; readonly arm: string; readonly decisions: number }[],
): Pick<Arms, 'names' | 'days'> {
  const sums = new Map<string, number>()
  for (const { arm, decisions } of rows) sums.set(arm, (sums.get(arm) ?? 0) + decisions)
  const sorted = [...sums].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([arm]) => arm)
  const names = sorted.length > MOST_NAMES ? [...sorted.slice(0, MOST_NAMES - 1), OTHERS] : sorted
  const at = (arm: string): number => (names.includes(arm) ? names.indexOf(arm) : names.length - 1)
  const days = [...Map.groupBy(rows, ({ day }) => day)].map(([day, all]) => {
    const counts = names.map(() => 0)
    for (const { arm, decisions } of all) counts[at(arm)] = counts[at(arm)]! + decisions
    return { day, counts }
  })
  return { names, days }
}

async function standingsOf(
  { analytics, now }: Options,
  model: ModelOf<'choice'>,
  { workspace, since, currency }: { workspace: string; since: number; currency: string },
): Promise<Pick<Arms, 'floor' | 'arms' | 'unit' | 'matured' | 'read'>> {
  const within = milliseconds(model.within)!
  const until = now() - within - SETTLING
  const { rows, all } = await maturedChoices(analytics, { workspace, model: model.id, since, until, limit: MOST_READ })
  const outcomes = await outcomesOf(analytics, workspace, { decisions: rows, within })
  const valued = outcomes.some(({ converted, value }) => converted && value > 0)
  const came = rows.map(({ unit, at, record: text }, i): Came => {
    const record = JSON.parse(text) as DecisionRecord
    const { converted } = outcomes[i]!
    return { record, unit, converted, reward: rewardedOf({ record, unit, at, ...outcomes[i]! }, { rule: ruleOf(model), valued }) }
  })
  return { floor: model.floor, arms: armStandings(came), unit: valued ? currency : '', matured: all, read: rows.length }
}
