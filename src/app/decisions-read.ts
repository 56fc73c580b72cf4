import type { z } from 'zod'
import { ruleOf } from '#decisions/choice/decide.ts'
import { ownCost, rewardOf } from '#decisions/choice/value.ts'
import { whyChosen, whyThis } from '#decisions/choice/words.ts'
import { whyLayout, whyThisLayout } from '#decisions/content/words.ts'
import { sayFeature } from '#decisions/features/schema.ts'
import { whyPace, whyThisLot } from '#decisions/pressure/words.ts'
import type { About, DecisionKind, DecisionRecord } from '#decisions/record.ts'
import { type DecisionView, GetDecision, ModelDecisions, PersonDecisions } from '#decisions/record-api.ts'
import { Model, type ModelOf } from '#decisions/schema.ts'
import { whyHour, whyThisHour } from '#decisions/send-time/words.ts'
import { explain } from '#journeys/reasons.ts'
import { milliseconds } from '#lib/duration.ts'
import { refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { liveDocuments } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { sameAs } from '#profiles/store.ts'
import { type DecisionRow, decisionById, decisionsBefore } from './decisions-read-store.ts'
import type { JourneyNames } from './journey-names.ts'
import { outcomesOf } from './learning/choice-store.ts'

interface Options {
  readonly pool: Pool
  readonly analytics: Analytics
  readonly now: () => number
  readonly names: JourneyNames
}

type View = z.output<typeof DecisionView>
type Plain = NonNullable<View['candidates'][number]['about']>
const plain = (about: About): Plain => ({ ...about, ...(about.takes && { takes: { ...about.takes } }) }) as Plain

export const decisionBindings = (options: Options): Binding[] => [
  bind(GetDecision, async ({ id }, { workspace }) => {
    const row = await decisionById(options.analytics, workspace, id)
    if (!row) return refuse({ code: 'decision.unknown', status: 404, title: 'There is no such decision', detail: id })
    const [[view], names] = await Promise.all([views(options, workspace, [row]), namesFor(options, workspace, row)])
    const record = JSON.parse(row.record) as DecisionRecord
    return {
      ...view!,
      record: JSON.parse(row.record) as Plain,
      names,
      silent: record.silence === undefined ? null : { reason: record.silence, sentence: explain(record.silence) },
      told: Object.entries(record.features)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => ({ name, value, says: sayFeature(name, value) })),
    }
  }),
  bind(PersonDecisions, async ({ id, ...page }, { workspace }) => {
    const profiles = await inWorkspace(options.pool, workspace, (tx) => sameAs(tx, workspace, id))
    return listed(options, workspace, { profiles, model: '', ...page })
  }),
  bind(ModelDecisions, async ({ id, ...page }, { workspace }) => listed(options, workspace, { profiles: [], model: id, ...page })),
]

/** What people call the journey as it was then, its step and the model. */
async function namesFor({ pool, names }: Options, workspace: string, row: DecisionRow) {
  const journey = (await names(workspace)).version(row.journey, row.version)
  const { model } = JSON.parse(row.record) as DecisionRecord
  const live = await inWorkspace(pool, workspace, (tx) => liveDocuments(tx, workspace))
  const body = live.find(({ kind, id }) => kind === 'model' && id === model)?.body
  return {
    journey: journey?.name ?? row.journey,
    step: journey?.steps.get(row.step)?.name ?? row.step,
    model: body === undefined ? model : (Model.parse(body).name ?? model),
  }
}

interface Page {
  readonly profiles: readonly string[]
  readonly model: string
  readonly cursor?: string | undefined
  readonly limit: number
  readonly by?: string | undefined
  readonly chosen?: string | undefined
  readonly journey?: string | undefined
  /** Epoch ms. */
  readonly before?: number | undefined
}

/** The cursor is the time and the id of the last one shown. */
async function listed(options: Options, workspace: string, { profiles, model, cursor = '', limit, ...only }: Page) {
  const [at = '', ...id] = cursor.split('~')
  const before = { at: Number(at) || (only.before ?? 9e12), id: id.join('~') }
  const { by = '', chosen = '', journey = '' } = only
  const rows = await decisionsBefore(options.analytics, { workspace, profiles, model, before, limit, by, chosen, journey })
  const last = rows.at(-1)
  return { decisions: await views(options, workspace, rows), next: last && rows.length === limit ? `${last.at}~${last.id}` : null }
}

/** Decisions as people read them, each with what has come of it. */
async function views({ pool, analytics, now }: Options, workspace: string, rows: readonly DecisionRow[]): Promise<View[]> {
  const live = await inWorkspace(pool, workspace, (tx) => liveDocuments(tx, workspace))
  const models = new Map(live.filter(({ kind }) => kind === 'model').map(({ id, body }) => [id, Model.parse(body)]))
  const made: (View | undefined)[] = rows.map(() => undefined)
  const places = rows.map((row, i) => ({ row, i, record: JSON.parse(row.record) as DecisionRecord }))
  for (const [model, group] of Map.groupBy(places, ({ record }) => record.model)) {
    const document = models.get(model)
    const choice = document?.type === 'choice' ? document : undefined
    const within = milliseconds(choice?.within ?? '7d')!
    const outcomes = await outcomesOf(analytics, workspace, { decisions: group.map(({ row }) => row), within })
    group.forEach(({ row, i, record }, n) => {
      const outcome =
        record.kind === 'choose' ? { ...outcomes[n]!, ...rewarded(record, outcomes[n]!, choice), matured: row.at + within <= now() } : null
      made[i] = viewOf(row, record, outcome)
    })
  }
  return made.flatMap((view) => view ?? [])
}

/** By the settings that it was decided with, where they are known. */
function rewarded(
  record: DecisionRecord,
  outcome: Parameters<typeof rewardOf>[0],
  model: ModelOf<'choice'> | undefined,
): { reward: number } {
  const rule = record.rule ?? (model && ruleOf(model))
  if (!rule) return { reward: 0 }
  const about = record.candidates.find(({ arm }) => arm === record.chosen)?.about ?? {}
  return { reward: rewardOf({ ...outcome, cost: outcome.cost + ownCost(about, outcome.converted) }, rule) }
}

/** How decisions and their candidates are told; others as choices are. */
const WHY: { readonly [Kind in DecisionKind]?: typeof whyChosen } = { content: whyLayout, send_time: whyHour, frequency: whyPace }
const THIS: { readonly [Kind in DecisionKind]?: typeof whyThisHour } = {
  content: whyThisLayout,
  send_time: whyThisHour,
  frequency: whyThisLot,
}

const viewOf = (row: DecisionRow, record: DecisionRecord, outcome: View['outcome']): View => ({
  id: row.id,
  kind: row.kind,
  at: row.at,
  profile: row.profile,
  journey: row.journey,
  version: row.version,
  enrollment: row.enrollment,
  step: row.step,
  model: record.model,
  modelVersion: record.modelVersion,
  snapshot: record.snapshot,
  by: record.by,
  silence: record.silence ?? '',
  chosen: record.chosen,
  propensity: record.propensity,
  candidates: record.candidates.map(({ arm, excluded, propensity, predicted, parts, about }) => ({
    arm,
    excluded,
    propensity,
    ...(predicted !== undefined && { predicted }),
    ...(parts && { parts: { ...parts } }),
    ...(about && { about: plain(about) }),
    sentence: (THIS[record.kind] ?? whyThis)(
      { arm, excluded, propensity, ...(predicted !== undefined && { predicted }), ...(parts && { parts }) },
      record,
      explain,
    ),
  })),
  sentence: (WHY[record.kind] ?? whyChosen)(record, explain),
  outcome,
})
