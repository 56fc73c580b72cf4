import type { Logger } from 'pino'
import { featuresOf } from '#decisions/features/read.ts'
import { openScorer, type Scorer } from '#decisions/patterns/adapters/onnx-process.ts'
import { type Brought, featureInputs, sequenceInputs, unitsOf } from '#decisions/patterns/brought.ts'
import { lengthOf, type Sequence } from '#decisions/patterns/sequence.ts'
import { Model, type ModelOf, shareOf } from '#decisions/schema.ts'
import type { EventRecord } from '#events/schema.ts'
import type { Person } from '#journeys/person.ts'
import { chance, digest } from '#lib/hash.ts'
import { isRefusal, type Outcome } from '#lib/problem.ts'
import { own } from '#lib/record.ts'
import { liveOfKind } from '#platform/documents.ts'
import type { Task } from '#platform/jobs.ts'
import { pageStates } from '#platform/keyed-state.ts'
import { append } from '#platform/log.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { SCORE_SET } from '#segments/lists.ts'

export interface BroughtParts {
  readonly pool: Pool
  readonly partitions: number
  readonly now: () => number
  readonly logger: Pick<Logger, 'info' | 'warn'>
}

type BringsOnnx = ModelOf<'pattern'> & { readonly onnx: Brought }

/** People of one page, and of one transaction. */
const PAGE = 250
/** A score that moved less is not said anew: facts are kept for each. */
const LEAST_MOVE = 0.005

/** Scores everybody with the ONNX models that workspaces brought; what has changed becomes a `score.set` on the log. Repeatable. */
export const broughtTask =
  (parts: BroughtParts): Task =>
  async (_input, { signal }) => {
    for (const { ws, body } of await liveOfKind(parts.pool, 'model')) {
      const model = Model.parse(body)
      if (model.type !== 'pattern' || !model.onnx || model.rollout.stage === 'shadow') continue
      await scoreWorkspace(parts, ws, { model: model as BringsOnnx, signal })
    }
  }

interface Run {
  readonly model: BringsOnnx
  readonly signal?: AbortSignal | undefined
}

/** Resolves with how many scores were said. A model that fails is left at what it said before, and the log of the server says why. */
export async function scoreWorkspace(parts: BroughtParts, workspace: string, { model, signal }: Run): Promise<number> {
  const scorer = await openScorer(model.onnx)
  if (isRefusal(scorer)) return failed(parts, { workspace, model, said: 0, refusal: scorer })
  const units = unitsOf(model.onnx)
  let said = 0
  try {
    for (let after = ''; ; ) {
      signal?.throwIfAborted()
      const page = await pageStates<Person>(parts.pool, 'profile', { workspace, after, limit: PAGE })
      const scores = await scoresOf(page, { model, scorer, units, now: parts.now() })
      if (isRefusal(scores)) return failed(parts, { workspace, model, said, refusal: scores })
      said += await say(parts, workspace, { model, scores })
      if (page.length < PAGE) break
      after = page.at(-1)!.id
    }
  } finally {
    scorer.close()
  }
  parts.logger.info({ ws: workspace, model: model.id, said }, 'people were scored by a model that was brought')
  return said
}

function failed(
  { logger }: BroughtParts,
  {
    workspace,
    model,
    said,
    refusal,
  }: { workspace: string; model: BringsOnnx; said: number; refusal: { refused: { code: string; title: string; detail?: string } } },
): number {
  const { code, title, detail } = refusal.refused
  logger.warn({ ws: workspace, model: model.id, said, code, detail }, `a model that was brought could not score: ${title}`)
  return said
}

interface Scored {
  readonly id: string
  readonly score: number
}

interface Scoring {
  readonly model: BringsOnnx
  readonly scorer: Scorer
  readonly units: number
  readonly now: number
}

/** The scores of a page that are numbers, and say something new. */
async function scoresOf(page: readonly { id: string; state: Person }[], scoring: Scoring): Promise<Outcome<readonly Scored[]>> {
  const { model, scorer } = scoring
  const people = page.filter(({ id, state }) => state.profile.mergedInto === undefined && isAsked(model, id))
  const scored: Scored[] = []
  for (const batch of batchesOf(people, model)) {
    const scores = await scorer.score(inputsOf(batch, scoring))
    if (isRefusal(scores)) return scores
    batch.forEach(({ id, state }, i) => {
      const score = Math.round(scores[i]! * 1e4) / 1e4
      const before = own(state.segments?.scores ?? {}, model.id)?.[0]
      if (score >= 0 && score <= 1 && (before === undefined || Math.abs(before - score) > LEAST_MOVE)) scored.push({ id, score })
    })
  }
  return scored
}

const isAsked = ({ id, rollout }: BringsOnnx, key: string): boolean =>
  rollout.stage !== 'share' || chance(`rollout ${id}`, key) < shareOf(rollout.share)

/** People who can be asked of together: those who have a sequence, by its length; by features all at once. */
function batchesOf<P extends { state: Person }>(people: readonly P[], { onnx }: BringsOnnx): readonly (readonly P[])[] {
  if (onnx.input.kind === 'features') return people.length > 0 ? [people] : []
  const byLength = Map.groupBy(people, ({ state }) => lengthOf(sequenceOf(state)))
  byLength.delete(0)
  return [...byLength.values()]
}

const sequenceOf = ({ decisions }: Person): Sequence | undefined => decisions?.sequence as unknown as Sequence | undefined

function inputsOf(batch: readonly { state: Person }[], { model, units, now }: Scoring) {
  const { input } = model.onnx
  switch (input.kind) {
    case 'features':
      return featureInputs(
        batch.map(({ state }) => featuresOf(state, { now })),
        input,
      )
    case 'sequence':
      return sequenceInputs(
        batch.map(({ state }) => sequenceOf(state)!),
        { vocabulary: input.vocabulary, second: Math.floor(now / 1_000), units },
      )
  }
}

/** A run that is repeated on the same day says the same under the same ids, and nothing follows from it. */
async function say(
  { pool, partitions, now }: BroughtParts,
  workspace: string,
  { model, scores }: { model: BringsOnnx; scores: readonly Scored[] },
): Promise<number> {
  const at = now()
  const day = Math.floor(at / 86_400_000)
  const records = scores.map(({ id, score }): EventRecord => {
    const name = `score:${digest([id, model.id, score, day].join('\u0000'))}`
    return {
      kind: 'event',
      ws: workspace,
      key: id,
      id: name,
      type: 'system',
      name: SCORE_SET,
      at,
      received: at,
      props: { score: model.id, value: score },
      ids: [],
    }
  })
  const entries = records.map((record) => ({ workspace, key: record.key, text: JSON.stringify(record) }))
  if (entries.length > 0) await transaction(pool, (tx) => append(tx, entries, { partitions, now: at }))
  return entries.length
}
