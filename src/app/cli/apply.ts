import type { OutputOf } from '#lib/action.ts'
import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { ApplyDocuments, PlanDocuments } from '#workspaces/documents/api.ts'
import { type Call, type Command, type Flag, type Result, text } from './command.ts'
import { documentIn, type Folder, folderOf, type PlacedProblem, placed, placedAt, problemLines, unread } from './folder.ts'
import { IN_FLIGHT_FLAGS, impactsOf, impactText, type PlannedImpact } from './in-flight.ts'
import { type Paint, type Style, visible } from './paint.ts'
import { ask, SERVER_FLAGS, type Server, serverOf } from './server.ts'

type Plan = OutputOf<typeof PlanDocuments>
type Change = Plan['changes'][number]

const PRUNE: Flag = { type: 'boolean', does: 'also archive what is live and is not in the folder' }

export const plan: Command = {
  name: 'plan',
  does: 'Shows what applying a folder would create, change or archive on the server.',
  takes: '[dir]',
  count: [0, 1],
  flags: { prune: PRUNE, ...IN_FLIGHT_FLAGS, ...SERVER_FLAGS },
  more: 'Ends with 0 when nothing would change, 2 when something would, 1 when something is wrong.',
  async run(call): Promise<Outcome<Result>> {
    const planned = await planFor(call)
    if (isRefusal(planned)) return planned
    const { changed, problems } = planned
    const next =
      changed > 0 && problems.length === 0 ? [call.paint('dim', `“cadenza apply ${call.positionals[0] ?? '.'}” makes it so.`)] : []
    return { code: exitOf(planned), json: jsonOf(planned), text: [planText(planned, call.paint), ...next].join('\n') }
  },
}

export const apply: Command = {
  name: 'apply',
  does: 'Publishes the documents of a folder, all or none; what is the same already is left alone.',
  takes: '[dir]',
  count: [0, 1],
  flags: {
    yes: { type: 'boolean', does: 'do not ask' },
    token: { type: 'string', takes: '<token>', does: 'only if the plan is still exactly the one of this token (of “plan --json”)' },
    prune: PRUNE,
    ...IN_FLIGHT_FLAGS,
    ...SERVER_FLAGS,
  },
  more: 'Shows the plan and asks; without a terminal and without --yes it ends with 2.',
  async run(call): Promise<Outcome<Result>> {
    const planned = await planFor(call)
    if (isRefusal(planned)) return planned
    const told = planText(planned, call.paint)
    if (planned.problems.length > 0 || planned.changed === 0) {
      return { code: exitOf(planned), json: { applied: false, plan: jsonOf(planned) }, text: told }
    }
    if (call.flags['yes'] !== true) {
      if (call.confirm) call.tell(told)
      const said = call.confirm ? 'Nothing was applied.' : `${told}\nNothing was applied: add --yes to apply without being asked.`
      if (!(await call.confirm?.('Apply this?'))) return { code: 2, json: { applied: false, plan: jsonOf(planned) }, text: said }
    } else call.tell(told)
    return make(call, planned)
  },
}

interface Planned {
  readonly plan: Plan
  readonly folder: Folder
  readonly server: Server
  readonly prune: boolean
  readonly problems: readonly PlacedProblem[]
  /** Changes that are more than nothing. */
  readonly changed: number
  /** What happens to people inside changed journeys. */
  readonly impacts: readonly PlannedImpact[]
}

async function planFor(call: Call): Promise<Outcome<Planned>> {
  const folder = folderOf(call)
  if (isRefusal(folder)) return folder
  const server = serverOf(call)
  if (isRefusal(server)) return server
  if (folder.problems.length > 0) return refuse(unread(folder.problems))
  const prune = call.flags['prune'] === true
  const answer = await ask(server, PlanDocuments, { documents: given(folder), prune })
  if (isRefusal(answer)) return answer
  const problems = told(answer, folder)
  const changed = answer.changes.filter(({ action }) => action !== 'unchanged').length
  const journeys = answer.changes.filter(({ kind, action, problems: own }) => kind === 'journey' && action === 'change' && own.length === 0)
  const bodies = given(folder).filter(({ kind, id }) => kind === 'journey' && journeys.some((change) => change.id === id))
  const templates = given(folder).flatMap(({ kind, id }) => (kind === 'template' ? [id] : []))
  const impacts = await impactsOf(call, server, { changed: bodies, templates })
  if (isRefusal(impacts)) return impacts
  return { plan: answer, folder, server, prune, problems, changed, impacts }
}

const given = ({ documents }: Folder) => documents.map(({ kind, id, body }) => ({ kind, id, body: body as Record<string, never> }))

/** The server's problems, at their places in the files. */
function told({ changes, breaks }: Plan, folder: Folder): PlacedProblem[] {
  return [...changes, ...breaks].flatMap(({ kind, id, problems }) => {
    const document = documentIn(folder, { kind, id })
    if (document) return problems.map((problem) => placed(problem, document, folder))
    return problems.map((problem) => placedAt({ severity: 'error', ...problem, file: `(live) ${kind} ${id}` }, '1:1'))
  })
}

const exitOf = ({ changed, problems }: Planned): 0 | 1 | 2 => (problems.length > 0 ? 1 : changed > 0 ? 2 : 0)

const jsonOf = ({ plan: { changes, breaks, token }, folder, problems, impacts }: Planned) => ({
  ok: problems.length === 0,
  changes: changes.map(({ problems: _problems, ...change }) => ({ ...change, file: fileOf(change, folder) })),
  breaks: breaks.map(({ kind, id }) => ({ kind, id })),
  problems,
  token,
  impacts: impacts.map(({ id, inFlight, impact }) => ({ journey: id, inFlight, ...impact })),
})

/** With their texts, so that the server gives back what was written, comments and all. */
const written = ({ documents }: Folder) =>
  documents.map(({ kind, id, body, source }) => ({ kind, id, body: body as Record<string, never>, source }))

function fileOf(name: { kind: string; id: string }, folder: Folder): string | null {
  const document = documentIn(folder, name)
  return document ? folder.shown(document.file) : null
}

async function make(call: Call, { folder, server, prune, impacts, plan: { token } }: Planned): Promise<Outcome<Result>> {
  const answer = await ask(server, ApplyDocuments, {
    documents: written(folder),
    prune,
    token: text(call, 'token') ?? token,
    ...takenAlong(impacts),
  })
  if (isRefusal(answer)) return answer
  const { revision, published, plan: done } = answer
  const archived = done.changes.filter(({ action }) => action === 'archive').map(({ kind, id }) => ({ kind, id }))
  const lines = [
    ...published.map(({ kind, id, version }) => `${call.paint('green', 'published')} ${kind} ${id}, version ${version}`),
    ...archived.map(({ kind, id }) => `${call.paint('green', 'archived')}  ${kind} ${id}`),
  ]
  return { code: 0, json: { applied: revision !== null, revision, published, archived }, text: lines.join('\n') || 'Nothing changed.' }
}

/** What was shown is what is agreed to. */
const takenAlong = (impacts: readonly PlannedImpact[]) => ({
  inFlight: Object.fromEntries(impacts.map(({ id, inFlight }) => [id, inFlight])),
  impacts: impacts.map(({ impact }) => impact.token),
})

const MARKS: Readonly<Record<Change['action'], readonly [mark: string, style: Style]>> = {
  create: ['+', 'green'],
  change: ['~', 'yellow'],
  archive: ['-', 'red'],
  unchanged: ['=', 'dim'],
}

/** The plan as people read it. A new document is not shown line by line: its file is there to be read. */
export function planText({ plan: { changes }, folder, problems, impacts }: Planned, paint: Paint): string {
  const lines = changes
    .filter(({ action }) => action !== 'unchanged')
    .flatMap((change) => {
      const [mark, style] = MARKS[change.action]
      const file = fileOf(change, folder)
      const to = change.action === 'archive' ? 'archive' : `version ${(change.from ?? 0) + 1}`
      const head = `${paint(style, `${mark} ${change.kind} ${change.id}`)}  ${to}${file === null ? '' : paint('dim', `  ${visible(file)}`)}`
      return change.action === 'change' ? [head, ...diffLines(change.diff, paint)] : [head]
    })
  const of = (action: Change['action']): number => changes.filter((change) => change.action === action).length
  const counts = `${of('create')} to create, ${of('change')} to change, ${of('archive')} to archive, ${of('unchanged')} unchanged.`
  const people = impacts.flatMap((each) => impactText(each, paint))
  return [...lines, ...people, ...problems.map((problem) => problemLines(problem, paint)), counts].join('\n')
}

const diffLines = (diff: string, paint: Paint): string[] =>
  diff
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line.startsWith('+') ? paint('green', line) : line.startsWith('-') ? paint('red', line) : paint('dim', line)}`)
