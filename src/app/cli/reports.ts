import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { ListReports, RunReport } from '#measurement/reports/api.ts'
import { ListReportRuns } from '#measurement/reports/saved-api.ts'
import type { Table } from '#measurement/reports/told.ts'
import { written } from '#measurement/reports/written.ts'
import { type Call, type Command, type Result, text } from './command.ts'
import { type Paint, visible } from './paint.ts'
import { ask, SERVER_FLAGS, type Server, serverOf } from './server.ts'

const misused = (why: string) =>
  refuse({
    code: 'cli.usage',
    status: 400,
    title: `“cadenza reports” is not used like that: ${why}`,
    hint: '“cadenza reports --help” shows how.',
  })

export const reports: Command = {
  name: 'reports',
  does: 'Lists all reports, reads one, and shows what became of saved ones.',
  takes: '<list|run|runs> [report]',
  count: [1, 2],
  flags: { with: { type: 'string', takes: '<json>', does: 'what the report is asked with: {"days": 7}' }, ...SERVER_FLAGS },
  more: '“run <report>” reads it now. With --json it is what the API says. The key needs reports:read.',
  async run(call): Promise<Outcome<Result>> {
    const [verb = '', id] = call.positionals
    if (verb !== 'list' && verb !== 'run' && verb !== 'runs') return misused(`“${verb}” is none of list, run, runs`)
    if (verb === 'run' && id === undefined) return misused('say which: cadenza reports run <report>')
    const server = serverOf(call)
    if (isRefusal(server)) return server
    return verb === 'list' ? list(call, server) : verb === 'run' ? read(call, server, id!) : runs(server, id)
  },
}

async function list({ paint }: Call, server: Server): Promise<Outcome<Result>> {
  const answer = await ask(server, ListReports, {})
  if (isRefusal(answer)) return answer
  const wide = Math.max(...answer.reports.map(({ id }) => id.length))
  const lines = answer.reports.map(({ id, question }) => `${paint('bold', id.padEnd(wide))}  ${question}`)
  return { code: 0, json: answer, text: lines.join('\n') }
}

async function read(call: Call, server: Server, report: string): Promise<Outcome<Result>> {
  const params = paramsOf(text(call, 'with') ?? '{}')
  if (isRefusal(params)) return params
  const answer = await ask(server, RunReport, { report, params: params.params as never })
  if (isRefusal(answer)) return answer
  const { title, sentences, tables, doubts } = answer
  const lines = [
    call.paint('bold', title),
    ...sentences.map(visible),
    ...tables.flatMap((table) => ['', ...rowsOf(table, call.paint)]),
    ...(doubts.length === 0 ? [] : ['', ...doubts.map(({ sentence }) => call.paint('dim', `Mind: ${sentence}`))]),
  ]
  return { code: 0, json: answer, text: lines.join('\n') }
}

function paramsOf(json: string): Outcome<{ params: object }> {
  try {
    const params: unknown = JSON.parse(json)
    if (params !== null && typeof params === 'object' && !Array.isArray(params)) return { params }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return misused('--with takes a JSON object such as {"days": 7}')
}

/** Texts to the left, numbers to the right, under one another. */
function rowsOf({ title, columns, rows }: Table, paint: Paint): string[] {
  const cells = rows.map((row) => columns.map(({ id, type }) => visible(written(row[id] ?? null, type))))
  const widths = columns.map((column, i) => Math.max(column.title.length, ...cells.map((row) => row[i]!.length)))
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (columns[i]!.type === 'text' ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')
  return [paint('bold', title), paint('dim', line(columns.map((column) => column.title))), ...cells.map(line)]
}

async function runs(server: Server, report: string | undefined): Promise<Outcome<Result>> {
  const answer = await ask(server, ListReportRuns, report === undefined ? {} : { report })
  if (isRefusal(answer)) return answer
  const lines = answer.runs.flatMap(({ report: id, due, state, detail, deliveries }) => [
    `${new Date(due).toISOString().slice(0, 16)}  ${id}  ${state}${detail === '' ? '' : `: ${visible(detail)}`}`,
    ...deliveries.map(({ to, as, state: stand, detail: why }) => `  ${to} as ${as}: ${stand}${why === '' ? '' : `. ${visible(why)}`}`),
  ])
  return { code: 0, json: answer, text: lines.join('\n') || 'No saved report was made in the last 30 days.' }
}
