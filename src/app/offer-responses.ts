import { ruleOf } from '#decisions/choice/decide.ts'
import { GetResponses, LearnResponses, ResponseReport } from '#decisions/evaluation/api.ts'
import { Model, type ModelOf } from '#decisions/schema.ts'
import type { EventRecord } from '#events/schema.ts'
import type { Person } from '#journeys/person.ts'
import { milliseconds } from '#lib/duration.ts'
import { digest } from '#lib/hash.ts'
import { own } from '#lib/record.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { liveOfKind } from '#platform/documents.ts'
import { type Binding, bind, bindAudited } from '#platform/http/actions.ts'
import type { Task } from '#platform/jobs.ts'
import { loadStates } from '#platform/keyed-state.ts'
import { append } from '#platform/log.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { SCORE_SET } from '#segments/lists.ts'
import { SETTLING } from './learning/choice-store.ts'
import { enqueueResponses, noteResponses, responsesNoted } from './offer-responses-store.ts'
import { type Responded, responsesFrom } from './policy-backtest.ts'

interface Parts {
  /** Knows every workspace. */
  readonly work: Pool
  readonly analytics: Analytics
  readonly partitions: number
  readonly now: () => number
  readonly appended: () => void
}

export const responseBindings = ({ pool, work }: { readonly pool: Pool; readonly work: Pool }): Binding[] => [
  bindAudited(LearnResponses, async (_input, { workspace }, call) => {
    await inWorkspace(pool, workspace, (tx) => call.audit(tx, { object: 'responses' }))
    await enqueueResponses(work, workspace)
    return { asked: true as const }
  }),
  bind(GetResponses, async (_input, { workspace }) => {
    const rows = await inWorkspace(pool, workspace, (tx) => responsesNoted(tx, workspace))
    return { models: rows.map(({ model, report, at }) => ({ model, at, ...ResponseReport.parse(report) })) }
  }),
]

const LAST = 180 * 86_400_000
/** People of one transaction. */
const PAGE = 250
/** Of the standard deviation: a score that moved less is not said anew. */
const LEAST_MOVE = 0.1

/** Reckons what offers do to people and makes it their scores; of one workspace where it is named, else of all. Repeatable. */
export const responsesTask =
  (parts: Parts): Task =>
  async (input, { signal }) => {
    const { workspace } = (input ?? {}) as { workspace?: string }
    const live = await liveOfKind(parts.work, 'model')
    const choices = live.flatMap(({ ws, body }) => {
      const model = Model.parse(body)
      return model.type === 'choice' && (workspace === undefined || ws === workspace) ? [{ ws, model }] : []
    })
    for (const [ws, models] of Map.groupBy(choices, (each) => each.ws)) {
      const found: Responded[] = []
      for (const { model } of models) {
        const responded = await ofModel(parts, { ws, model, signal })
        if (!responded) return
        found.push(responded)
      }
      await sayAll(parts, ws, found)
    }
  }

async function ofModel(
  { analytics, work, now }: Parts,
  { ws, model, signal }: { ws: string; model: ModelOf<'choice'>; signal: AbortSignal | undefined },
): Promise<Responded | null> {
  const within = milliseconds(model.within)!
  const to = now() - within - SETTLING
  const decided = { workspace: ws, model: model.id, from: Math.max(0, to - LAST), to }
  const responded = await responsesFrom({ analytics, decided, rule: ruleOf(model), within, onProgress: async () => true, signal })
  if (responded) await noteResponses(work, { workspace: ws, model: model.id, report: responded.report, at: now() })
  return responded
}

/** An offer that several models have drawn is reckoned from the one that drew it most. */
async function sayAll(parts: Parts, ws: string, found: readonly Responded[]): Promise<void> {
  const offers = new Map<string, { decisions: number; people: Responded['scores'][number]['people'] }>()
  for (const { report, scores } of found)
    for (const { offer, people } of scores) {
      const decisions = report.offers.find((each) => each.offer === offer)?.decisions ?? 0
      if (decisions > (offers.get(offer)?.decisions ?? 0)) offers.set(offer, { decisions, people })
    }
  let said = 0
  for (const [offer, { people }] of offers)
    for (let from = 0; from < people.length; from += PAGE) said += await say(parts, ws, { offer, people: people.slice(from, from + PAGE) })
  if (said > 0) parts.appended()
}

/** A run that is repeated on the same day says the same under the same ids, and nothing follows from it. */
async function say(
  { work, partitions, now }: Parts,
  ws: string,
  { offer, people }: { offer: string; people: Responded['scores'][number]['people'] },
): Promise<number> {
  const at = now()
  const score = `response:${offer}`
  const states = await loadStates<Person>(
    work,
    'profile',
    people.map(([id]) => ({ ws, id })),
  )
  const known = new Map(states.map(({ id, state }) => [id, state]))
  const records = people.flatMap(([id, mean, sd]): EventRecord[] => {
    const state = known.get(id)
    const before = state && own(state.segments?.scores ?? {}, score)?.[0]
    if (!state || state.profile.mergedInto !== undefined || (before !== undefined && Math.abs(before - mean) <= LEAST_MOVE * sd)) return []
    const name = `score:${digest([id, score, Math.floor(at / 86_400_000)].join('\u0000'))}`
    const props = { score, value: rounded(mean), sd: rounded(sd) }
    return [{ kind: 'event', ws, key: id, id: name, type: 'system', name: SCORE_SET, at, received: at, props, ids: [] }]
  })
  const entries = records.map((record) => ({ workspace: ws, key: record.key, text: JSON.stringify(record) }))
  if (entries.length > 0) await transaction(work, (tx) => append(tx, entries, { partitions, now: at }))
  return entries.length
}

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6
