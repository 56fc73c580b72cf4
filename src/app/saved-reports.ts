import { digest } from '#lib/hash.ts'
import type { Json } from '#lib/json.ts'
import { languageAsked } from '#lib/language.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { askedOf, found } from '#measurement/reports/ask.ts'
import type { AnyReport, Facts, Ports } from '#measurement/reports/kind.ts'
import { REPORTS } from '#measurement/reports/registry-store.ts'
import { fileById, listRuns, openRun, type RunLine } from '#measurement/reports/runs-store.ts'
import { type Destination, SavedReport } from '#measurement/reports/saved.ts'
import { ExportReport, GetReportFile, ListReportRuns, RemoveReport, SaveReport, SendReportNow } from '#measurement/reports/saved-api.ts'
import type { Told } from '#measurement/reports/told.ts'
import { liveDocuments } from '#platform/documents.ts'
import { type Binding, bind, bindAudited, bindDownload } from '#platform/http/actions.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { type DocumentsOptions, publish } from '#workspaces/documents/actions.ts'
import { reportFiles } from './report-files.ts'

export interface ReadingParts {
  readonly facts: Facts
  readonly ports: Ports
  readonly now: () => number
}

/** Reads a report of a workspace as somebody who asks for it now does. */
export async function readReport(
  { facts, ports, now }: ReadingParts,
  workspace: string,
  { report: id, params }: { report: string; params: unknown },
): Promise<Outcome<{ report: AnyReport; told: Told }>> {
  const report = found(REPORTS, id)
  if (isRefusal(report)) return report
  const asked = askedOf(report, params)
  if (isRefusal(asked)) return asked
  const told = await report.run({ facts, ports, workspace, now: now() }, asked.input)
  return isRefusal(told) ? told : { report, told }
}

interface Options extends ReadingParts {
  readonly pool: Pool
  /** Knows every workspace. */
  readonly work: Pool
  readonly documents: DocumentsOptions
}

/** Files of reports, and the runs of those that are saved. */
export const savedReportBindings = (options: Options): Binding[] => [
  bindDownload(ExportReport, async ({ report: id, params, as, part }, { workspace }, { headers }) => {
    const read = await readReport(options, workspace, { report: id, params })
    if (isRefusal(read)) return read
    const { report, told } = read
    const chosen = partOf(told, { as, part })
    if (isRefusal(chosen)) return chosen
    const language = languageAsked(headers['accept-language'])
    const [file] = await reportFiles({ report, told: chosen }, { format: as, language, name: id })
    return file ? { filename: file.name, body: once(file.bytes) } : refuse(NO_PART)
  }),
  bind(ListReportRuns, async ({ report, limit }, { workspace }) => {
    const runs = await inWorkspace(options.pool, workspace, (tx) => listRuns(tx, { ws: workspace, report, most: limit }))
    return { runs: runs.map(lineOf) }
  }),
  bindAudited(SaveReport, async ({ id, body }, principal, call) => {
    const document = { kind: 'report', id, body: { kind: 'report', id, ...body } as Json }
    const done = await publish(options.documents, { documents: [document], prune: false }, { principal, call })
    if (isRefusal(done)) return done
    const problems = done.plan.changes.flatMap((change) => change.problems)
    return problems.length > 0 ? refuse({ ...UNSOUND, problems }) : { version: done.published[0]?.version ?? null }
  }),
  bindAudited(RemoveReport, async ({ id }, principal, call) => {
    const { workspace } = principal
    const live = await inWorkspace(options.pool, workspace, (tx) => liveReport(tx, workspace, id))
    if (!live) return refuse({ ...UNKNOWN, detail: id })
    const done = await publish(options.documents, { documents: [], prune: false, archive: [{ kind: 'report', id }] }, { principal, call })
    return isRefusal(done) ? done : { done: true as const }
  }),
  bindAudited(SendReportNow, async ({ id }, { workspace, actor }, call) => {
    const now = options.now()
    const live = await inWorkspace(options.pool, workspace, (tx) => liveReport(tx, workspace, id))
    if (!live) return refuse({ ...UNKNOWN, detail: id })
    const run = digest([workspace, id, now, actor].join('\u0000'))
    await inWorkspace(options.pool, workspace, async (tx) => {
      await openRun(
        tx,
        { ws: workspace, id: run, report: id, version: live.version, due: now, by: actor, missed: 0, destinations: live.saved.deliver },
        now,
      )
      await call.audit(tx, { object: `report:${id}` })
    })
    await options.work.query(`select graphile_worker.add_job('send-reports', '{}'::json, max_attempts => 3)`)
    return { run }
  }),
  bindDownload(GetReportFile, async ({ id }, { workspace }) => {
    const file = await inWorkspace(options.pool, workspace, (tx) => fileById(tx, workspace, id))
    return file
      ? { filename: file.name, body: once(file.bytes) }
      : refuse({
          code: 'report.file',
          status: 404,
          title: 'This file is not kept any more',
          detail: id,
          hint: 'Files of reports are kept for 30 days.',
        })
  }),
]

async function liveReport(tx: Queryable, workspace: string, id: string): Promise<{ version: number; saved: SavedReport } | undefined> {
  const live = (await liveDocuments(tx, workspace)).find((each) => each.kind === 'report' && each.id === id)
  return live && { version: live.version, saved: SavedReport.parse(live.body) }
}

const UNKNOWN: Problem = { code: 'report.unknown', status: 404, title: 'There is no such saved report' }
const UNSOUND: Problem = { code: 'documents.unsound', status: 422, title: 'The report cannot be kept like that; nothing was changed.' }
const NO_PART: Problem = {
  code: 'report.part',
  status: 422,
  title: 'The report has no such table or chart.',
  at: '/part',
  hint: 'reports.run says which tables and charts it has.',
}

/** The report with the one table or chart that is asked for. */
function partOf(told: Told, { as, part }: { as: string; part: string | undefined }): Outcome<Told> {
  if (as === 'pdf') return told
  if (as === 'png') {
    const chart = told.charts?.[part === undefined ? 0 : Number(part) - 1]
    return chart ? { ...told, charts: [chart] } : refuse(NO_PART)
  }
  const table = part === undefined ? told.tables[0] : told.tables.find(({ id }) => id === part)
  return table ? { ...told, tables: [table] } : refuse(NO_PART)
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

const lineOf = ({ deliveries, ...run }: RunLine) => ({
  ...run,
  deliveries: deliveries.map(({ destination, ...told }) => ({ to: placeOf(destination), as: destination.as, ...told })),
  files: [...run.files],
})

function placeOf(destination: Destination): string {
  switch (destination.to) {
    case 'email':
      return `email to ${destination.people.join(', ')}`
    case 'folder':
      return `folder ${destination.folder ?? '.'}`
    case 's3':
      return `s3 ${destination.bucket}/${destination.prefix}`
  }
}
