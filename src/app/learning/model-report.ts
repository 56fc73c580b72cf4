import { ReadModelReport } from '#decisions/report-api.ts'
import { publishedModels } from '#decisions/standings.ts'
import { type SnapshotLine, snapshotLines } from '#decisions/store.ts'
import type { OutputOf } from '#lib/action.ts'
import { at, type Json, type JsonObject } from '#lib/json.ts'
import { refuse } from '#lib/problem.ts'
import { historyAt } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'

type Report = OutputOf<typeof ReadModelReport>

/** How well models do, from what their snapshots say of themselves. */
export const modelReportBindings = ({ pool }: { readonly pool: Pool }): Binding[] => [
  bind(ReadModelReport, async ({ id, limit }, { workspace }) =>
    inWorkspace(pool, workspace, async (tx) => {
      const published = publishedModels(await historyAt(tx, { kind: 'model', revision: Number.MAX_SAFE_INTEGER }))
      if (!published.some((each) => each.ws === workspace && each.id === id))
        return refuse({ code: 'model.unknown', status: 404, title: 'There is no such model', detail: id })
      const lines = await snapshotLines(tx, { ws: workspace, model: id, before: 2_147_483_647, limit })
      // A row without a task is a reset: what came before it counts no more.
      const reset = lines.findIndex(({ task }) => task === '')
      return shown(id, reset < 0 ? lines : lines.slice(0, reset))
    }),
  ),
]

/** `lines`: the newest first. */
function shown(model: string, lines: readonly SnapshotLine[]): Report {
  const [newest] = lines
  if (!newest) return { model, snapshot: 0, trainedTo: null, sentences: ['Nothing has been learned yet.'], report: {}, history: [] }
  const words = newest.report['words']
  return {
    model,
    snapshot: newest.serial,
    trainedTo: newest.trainedTo,
    sentences: Array.isArray(words) ? words.filter((each): each is string => typeof each === 'string') : [],
    report: newest.report as Report['report'],
    history: lines.map(pointOf).reverse(),
  }
}

const pointOf = ({ serial, version, trainedTo, examples, report }: SnapshotLine): Report['history'][number] => {
  const said = report as JsonObject
  const champion = said['champion']
  return {
    serial,
    version,
    trainedTo,
    examples,
    auc: numberOf(at(said, ['progressive', 'auc'])),
    logLoss: numberOf(at(said, ['progressive', 'logLoss'])),
    ece: numberOf(at(said, ['calibrated', 'ece'])),
    champion: typeof champion === 'string' ? champion : '',
  }
}

const numberOf = (value: Json | undefined): number | null => (typeof value === 'number' ? value : null)
