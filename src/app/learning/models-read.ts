import { GetModel, GetSnapshot, ListModels, ResetModel, TrainModel } from '#decisions/api.ts'
import { healthOf } from '#decisions/health.ts'
import { DOES } from '#decisions/needs.ts'
import type { ModelVersion } from '#decisions/rollout.ts'
import { type PublishedModel, publishedModels, versionsOf } from '#decisions/standings.ts'
import { addSnapshot, bodiesOf, dateSnapshots, holdModel, type SnapshotLine, snapshotLines, snapshotsAt } from '#decisions/store.ts'
import { askTraining, type TrainingLine, trainingLines } from '#decisions/training-store.ts'
import type { OutputOf } from '#lib/action.ts'
import { type Problem, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { type Announce, historyAt, liveDocuments, nextRevision } from '#platform/documents.ts'
import { type Binding, bind, bindAudited } from '#platform/http/actions.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { unpacked } from './body.ts'
import type { ModelShelf } from './shelf.ts'
import { withNeeds } from './with-needs.ts'

interface Options {
  readonly pool: Pool
  readonly analytics: Analytics
  readonly now: () => number
  readonly announce: Announce
  /** Records were put on the log. */
  readonly appended: () => void
  /** Reads snapshots as the engine does. */
  readonly shelf: ModelShelf
}

type VersionHealth = OutputOf<typeof ListModels>['models'][number]['versions'][number]

const unknown = (id: string): Problem => ({ code: 'model.unknown', status: 404, title: 'There is no such model', detail: id })

/** What the actions about models do. */
export const modelBindings = (options: Options): Binding[] => {
  const { pool, now } = options
  return [
    bind(ListModels, async (_input, { workspace }) => {
      const models = await inWorkspace(pool, workspace, async (tx) => {
        const training = await trainingLines(tx, workspace)
        const lines = []
        for (const model of await publishedIn(tx, workspace)) lines.push(await lineOf(tx, model, { ...options, training }))
        return { lines, live: await liveDocuments(tx, workspace) }
      })
      return { models: await withNeeds(options, workspace, models) }
    }),
    bind(GetModel, async ({ id, before = Number.MAX_SAFE_INTEGER, limit }, { workspace }) => {
      const found = await inWorkspace(pool, workspace, async (tx) => {
        const model = (await publishedIn(tx, workspace)).find((each) => each.id === id)
        if (!model) return refuse(unknown(id))
        const line = await lineOf(tx, model, { ...options, training: await trainingLines(tx, workspace, id) })
        const upTo = Math.min(before, 2_147_483_647)
        const snapshots = (await snapshotLines(tx, { ws: workspace, model: id, before: upTo, limit })).map(snapshotLine)
        return { line: { ...line, document: liveOf(model).model, snapshots }, live: await liveDocuments(tx, workspace) }
      })
      if ('refused' in found) return found
      const [told] = await withNeeds(options, workspace, { lines: [found.line], live: found.live })
      return { ...found.line, waits: told!.waits }
    }),
    bindAudited(TrainModel, async ({ id }, { workspace }, call) =>
      inWorkspace(pool, workspace, async (tx) => {
        if (!(await publishedIn(tx, workspace)).some((each) => each.id === id)) return refuse(unknown(id))
        // What was published a moment ago, and is not on the list yet, learns at once anyway.
        await askTraining(tx, workspace, id)
        await call.audit(tx, { object: `model:${id}` })
        return { asked: true as const }
      }),
    ),
    bindAudited(ResetModel, async ({ id }, { workspace }, call) => {
      const outcome = await inWorkspace(pool, workspace, async (tx) => {
        const model = (await publishedIn(tx, workspace)).find((each) => each.id === id)
        if (!model) return refuse(unknown(id))
        const serial = await forget(tx, { ws: workspace, model: id, version: liveOf(model).version, at: now() })
        await askTraining(tx, workspace, id)
        const revision = await nextRevision(tx)
        await dateSnapshots(tx, revision)
        await options.announce(tx, revision)
        await call.audit(tx, { object: `model:${id}`, before: `snapshot ${serial - 1}`, after: 'nothing learned' })
        return { revision }
      })
      if (!('refused' in outcome)) options.appended()
      return outcome
    }),
    bind(GetSnapshot, async ({ id, serial }, { workspace }) =>
      inWorkspace(pool, workspace, async (tx) => {
        const [line] = await snapshotLines(tx, { ws: workspace, model: id, before: serial + 1, limit: 1 })
        if (line?.serial !== serial) return refuse({ ...unknown(id), title: 'There is no such snapshot', detail: `${id} ${serial}` })
        return { ...snapshotLine(line), ...(await textOf(tx, line)) }
      }),
    ),
  ]
}

export const publishedIn = async (tx: Queryable, ws: string): Promise<PublishedModel[]> =>
  publishedModels(await historyAt(tx, { kind: 'model', revision: Number.MAX_SAFE_INTEGER })).filter((each) => each.ws === ws)

/** The version that is live. */
const liveOf = ({ standing: { full, candidate } }: PublishedModel): ModelVersion => (candidate ?? full)!

/** Adds a row without a task: what came before it counts no more. */
async function forget(
  tx: Queryable,
  { ws, model, version, at }: { ws: string; model: string; version: number; at: number },
): Promise<number> {
  await holdModel(tx, ws, model)
  const nothing = { trainedTo: 0, examples: 0, checksum: '', size: 0, report: {}, body: null }
  return addSnapshot(tx, { ws, model, task: '', version, madeAt: at, ...nothing })
}

interface Around extends Options {
  readonly training: readonly TrainingLine[]
}

async function lineOf(
  tx: Queryable,
  { ws, id, standing }: PublishedModel,
  around: Around,
): Promise<OutputOf<typeof ListModels>['models'][number]> {
  const { full, candidate } = standing
  const tasks = versionsOf(standing).map(({ task }) => ({ ws, model: id, task }))
  const snapshots = new Map((await snapshotsAt(tx, Number.POSITIVE_INFINITY, tasks)).map((line) => [line.task, line]))
  const versions: VersionHealth[] = []
  for (const [role, each] of [
    ['full', full],
    ['candidate', candidate],
  ] as const)
    if (each) versions.push(await versionOf(each, { role, snapshot: snapshots.get(each.task), around, id }))
  const { state, sentence, todo } = versions[0]!
  const { model } = (candidate ?? full)!
  return { id, name: model.name ?? '', type: model.type, does: DOES[model.type], waits: null, state, sentence, todo, versions }
}

async function versionOf(
  { version, model, task }: ModelVersion,
  { role, snapshot, around, id }: { role: VersionHealth['role']; snapshot: SnapshotLine | undefined; around: Around; id: string },
): Promise<VersionHealth> {
  const line = around.training.find((each) => each.model === id && each.task === task)
  const { stage } = model.rollout
  const trial = role === 'full' || stage === 'full' ? null : stage
  const broken = snapshot ? ((await around.shelf.checked(snapshot, model.type)) ?? null) : null
  const facts = { model, trial, now: around.now(), training: line ? { ...line, running: line.phase !== '' } : null }
  return {
    version,
    stage,
    role,
    ...healthOf({ ...facts, snapshot: snapshot ? { ...snapshot, broken } : null }),
    snapshot: snapshot?.serial ?? 0,
    trainedTo: snapshot?.trainedTo ?? null,
    examples: snapshot?.examples ?? 0,
    training: line ? trainingOf(line) : null,
  }
}

const trainingOf = ({ phase, startedAt, endedAt, outcome, reason, detail, failures, tookMs, due, asked }: TrainingLine) => ({
  phase,
  startedAt,
  endedAt,
  outcome,
  reason,
  detail,
  failures,
  tookMs,
  next: asked ? 0 : due,
})

const snapshotLine = ({ serial, version, task, revision, madeAt, trainedTo, examples, checksum, size, removed, report }: SnapshotLine) => ({
  serial,
  version,
  kind: task === '' ? ('reset' as const) : ('snapshot' as const),
  revision,
  madeAt,
  trainedTo,
  examples,
  checksum,
  size,
  removed: removed && task !== '',
  report: report as OutputOf<typeof GetSnapshot>['report'],
})

export async function textOf(tx: Queryable, line: SnapshotLine): Promise<{ body: string | null; broken: string }> {
  if (line.task === '') return { body: null, broken: '' }
  const [body = null] = await bodiesOf(tx, [line])
  try {
    return { body: await unpacked(body, line.checksum), broken: '' }
  } catch (error) {
    return { body: null, broken: error instanceof Error ? error.message : String(error) }
  }
}
