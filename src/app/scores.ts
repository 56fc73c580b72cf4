import type { Pool } from 'pg'
import { type Features, featuresOf } from '#decisions/features/read.ts'
import { explain } from '#decisions/propensity/explain.ts'
import { deciderOf } from '#decisions/rollout.ts'
import { GetScores } from '#decisions/scores-api.ts'
import { askable, type ModelInForce, type Models, modelsOf } from '#decisions/snapshot.ts'
import { type Person, upgraded } from '#journeys/person.ts'
import { explain as explainReason } from '#journeys/reasons.ts'
import type { OutputOf } from '#lib/action.ts'
import { milliseconds } from '#lib/duration.ts'
import { refuse } from '#lib/problem.ts'
import { own } from '#lib/record.ts'
import { latestRevision } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import { loadStates } from '#platform/keyed-state.ts'
import type { Queryable } from '#platform/log.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import type { ModelShelf } from './learning/shelf.ts'

interface Options {
  readonly pool: Pool
  /** Reads documents of all workspaces. */
  readonly work: Queryable
  readonly shelf: ModelShelf
  readonly now: () => number
}

type ModelScore = OutputOf<typeof GetScores>['models'][number]

export const scoreBindings = ({ pool, work, shelf, now }: Options): Binding[] => [
  bind(GetScores, async ({ id }, { workspace }) => {
    const person = await inWorkspace(pool, workspace, (tx) => personOf(tx, workspace, id))
    if (!person) return refuse({ code: 'profile.unknown', status: 404, title: 'There is no such person', detail: id })
    const revision = await latestRevision(work)
    const published = (await shelf.published(revision)).filter(({ ws }) => ws === workspace)
    const models = modelsOf((await shelf.inForce(revision, published)).get(workspace) ?? [])
    const shown = scoresOf(person, models, now())
    const others = Object.entries(person.segments.scores).filter(([name]) => !shown.some(({ model }) => model === name))
    return { models: shown, others: others.map(([name, [score, since]]) => ({ name, score, since: Math.max(0, since) })) }
  }),
]

/** Whom a profile id means now. */
async function personOf(tx: Queryable, workspace: string, id: string): Promise<Person | undefined> {
  const [row] = await loadStates<Person>(tx, 'profile', [{ ws: workspace, id }])
  const into = row?.state.profile.mergedInto
  return into === undefined ? row && upgraded(row.state) : personOf(tx, workspace, into)
}

function scoresOf(person: Person, models: Models, now: number): ModelScore[] {
  const features = featuresOf(person, { now })
  return [...models.byId.values()].flatMap(({ model }) => {
    if (model.type !== 'propensity' && model.type !== 'pattern') return []
    const decides = deciderOf(models, model.id, person.profile.id).decides!
    return [scoreOf(person, decides, { features, now })]
  })
}

function scoreOf(person: Person, inForce: ModelInForce, { features, now }: { features: Features; now: number }): ModelScore {
  const { model, version, snapshot } = inForce
  const kept = own(person.decisions?.models ?? {}, model.id)
  const [score, since] = own(person.segments.scores, model.id) ?? [null, null]
  const said =
    model.type === 'propensity'
      ? explain(inForce as unknown as ModelInForce<'propensity'>, { features, now })
      : askable(inForce, now, milliseconds(model.freshFor)!)
  const silence = typeof said === 'string' ? said : ''
  const explained = typeof said !== 'string' && 'top' in said ? said : null
  return {
    model: model.id,
    name: model.name ?? model.id,
    type: model.type as ModelScore['type'],
    score,
    since: since === null ? null : Math.max(0, since),
    above: [...(kept?.above ?? [])],
    now: explained?.p ?? null,
    silence,
    sentence: silence === '' ? sentenceOf(score) : explainReason(silence),
    version,
    snapshot: snapshot?.serial ?? 0,
    trainedTo: snapshot?.trainedTo ?? null,
    top: explained ? [...explained.top] : [],
  }
}

const sentenceOf = (score: number | null): string =>
  score === null ? 'Nothing has happened yet that a score could be reckoned from.' : `The model gives it a chance of ${percent(score)}.`

const percent = (score: number): string => `${score > 0 && score < 0.01 ? (score * 100).toFixed(2) : Math.round(score * 100)} %`
