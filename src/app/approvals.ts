import { randomBytes } from 'node:crypto'
import {
  type ApprovalLine,
  CancelApproval,
  DecideApproval,
  GetApproval,
  ListApprovals,
  ListStarters,
  RequestApproval,
  type Wanted,
} from '#approvals/api.ts'
import { deadlineOf, objection, type Standing, stateAt } from '#approvals/standing.ts'
import { STARTERS } from '#approvals/starters.ts'
import {
  addVote,
  executionOf,
  insertRequest,
  lockRequest,
  moveRequest,
  type RequestRow,
  readRequest,
  requestsIn,
  votesOn,
} from '#approvals/store.ts'
import type { InputOf } from '#lib/action.ts'
import type { Json } from '#lib/json.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { documentHistory } from '#platform/documents.ts'
import { type Binding, bind, bindAudited, type Call } from '#platform/http/actions.ts'
import { denied, type Principal } from '#platform/http/principal.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { beyondWorkspace, inWorkspace } from '#platform/postgres/tenancy.ts'
import { type ApprovalDesk, ableFor, type Judged } from './approvals-desk.ts'
import { examplesFor, lintOf, type Shower, shown } from './approvals-examples.ts'
import type { HeldRuns } from './approvals-held.ts'
import { diffsOf } from './approvals-proposal.ts'
import { lockDocuments } from './approvals-store.ts'

interface Options {
  readonly pool: Pool
  readonly desk: ApprovalDesk
  readonly held: HeldRuns
  readonly show: Shower
  readonly now: () => number
}

interface Turn {
  readonly principal: Principal
  readonly call: Call
}

export const approvalBindings = (options: Options): Binding[] => [
  bindAudited(RequestApproval, (input, principal, call) => request(options, input, { principal, call })),
  bind(ListApprovals, ({ state, limit }, { workspace }) =>
    inWorkspace(options.pool, workspace, async (tx) => {
      const states = state === undefined ? (['open', 'approved'] as const) : [state, 'open' as const, 'approved' as const]
      const rows = await requestsIn(tx, workspace, { states, limit })
      const lines = rows.map((row) => lineOf(row, options.now()))
      return {
        approvals: lines.filter((each) =>
          state === undefined ? each.state === 'open' || each.state === 'approved' : each.state === state,
        ),
      }
    }),
  ),
  bind(GetApproval, ({ id }, principal) => show(options, id, principal)),
  bindAudited(DecideApproval, (input, principal, call) => decide(options, input, { principal, call })),
  bindAudited(CancelApproval, ({ id }, principal, call) => cancel(options, id, { principal, call })),
  bind(ListStarters, async () => ({ starters: Object.entries(STARTERS).map(([id, policies]) => ({ id, policies: [...policies] })) })),
]

const lineOf = (row: RequestRow, now: number): ApprovalLine => {
  const state = stateAt(row, now)
  return {
    id: row.id,
    operation: row.operation,
    state,
    title: row.title,
    requestedBy: row.requestedBy,
    requestedAt: row.requestedAt,
    due: row.due,
    otherwise: row.otherwise,
    people: row.evidence.people,
    reasons: row.needs.flatMap(({ reasons }) => reasons),
    reason: state === row.state ? row.reason : 'deadline',
  }
}

const unknown = (id: string): Problem => ({
  code: 'approval.unknown',
  status: 404,
  title: 'There is no such request for approval',
  detail: id,
})
const over = (state: string, reason: string): Problem => ({
  code: 'approval.over',
  status: 409,
  title: `This request is over: ${state}.`,
  ...(reason === '' ? {} : { detail: reason }),
  hint: 'Ask for approval again.',
})

/** Editing is enough to ask, and so is publishing. */
function mayAsk(principal: Principal): Problem | undefined {
  const writes = denied('documents:write', principal)
  return writes && denied('journeys:publish', principal) ? writes : undefined
}

async function request(options: Options, input: InputOf<typeof RequestApproval>, { principal, call }: Turn) {
  const { pool, desk, now } = options
  const { workspace, actor } = principal
  const forbidden = mayAsk(principal)
  if (forbidden) return refuse(forbidden)
  return inWorkspace(pool, workspace, async (tx) => {
    await lockDocuments(tx, workspace)
    const wanted = await resolved(tx, workspace, input.wanted)
    if (isRefusal(wanted)) return wanted
    const batch = wanted.kind === 'run' ? await options.held.waiting(workspace, wanted) : undefined
    if (batch && batch.length === 0) return refuse(NOBODY_WAITS)
    const runs = batch?.map(({ name }) => name)
    const judged = await desk.judge(tx, { workspace, wanted, actor, askedBy: actor, ...(runs ? { runs } : {}) })
    const told = assessment(judged)
    if (input.dryRun || judged.needs.length === 0) {
      await call.audit(tx, { object: `approval:none ${judged.needs.length === 0 ? 'not needed' : 'dry run'}` })
      return { ...told, id: null }
    }
    const id = `ap_${randomBytes(12).toString('base64url')}`
    const at = now()
    const most = Math.max(...judged.needs.map(({ sample }) => sample))
    const sample = batch ? batch.slice(0, 500).map(({ profile }) => profile) : judged.sample
    const examples = await examplesFor(options.show, {
      workspace,
      proposal: judged.proposal,
      people: sample,
      k: most,
      step: wanted.kind === 'run' ? wanted.step : '',
    })
    await insertRequest(tx, workspace, {
      id,
      operation: wanted.kind,
      title: input.title || titleOf(judged),
      wanted: wanted as unknown as Json,
      manifest: judged.proposal.manifest,
      hash: judged.proposal.hash,
      evidence: judged.evidence,
      needs: judged.needs,
      examples,
      requestedBy: actor,
      requestedAt: at,
      ...deadlineOf(judged.needs, at),
    })
    await call.audit(tx, { object: `approval:${id}`, after: judged.proposal.hash })
    return { ...told, id }
  })
}

const NOBODY_WAITS: Problem = {
  code: 'approval.nobody',
  status: 409,
  title: 'Nobody waits on this step',
  hint: 'Look at journeys.held for who waits where.',
}

const assessment = (judged: Judged) => ({
  needed: judged.needs.length > 0,
  needs: [...judged.needs],
  evidence: judged.evidence,
  manifest: judged.proposal.manifest,
  hash: judged.proposal.hash,
  authors: [...judged.jury.authors].sort(),
  deciders: ableFor(judged),
})

function titleOf({ proposal: { manifest } }: Judged): string {
  if (manifest.operation !== 'publish') return `${manifest.operation} ${manifest.journeys.join(', ')}`.slice(0, 200)
  return manifest.touched
    .map(({ kind, id, action }) => `${action} ${kind} ${id}`)
    .join(', ')
    .slice(0, 200)
}

/** Drafts become the documents that they are at this moment. */
async function resolved(tx: Queryable, workspace: string, wanted: Wanted): Promise<Outcome<Wanted>> {
  if (wanted.kind !== 'publish') return wanted
  const documents = [...wanted.documents]
  for (const name of wanted.drafts) {
    const draft = (await documentHistory(tx, workspace, name))?.draft
    if (!draft)
      return refuse({ code: 'document.unknown', status: 404, title: 'There is no such draft.', detail: `${name.kind} "${name.id}"` })
    documents.push({ ...name, body: draft.body as Record<string, never> })
  }
  if (documents.length + wanted.archive.length === 0 && !wanted.prune)
    return refuse({
      code: 'approval.empty',
      status: 422,
      title: 'Say what is to be published',
      hint: 'Give documents, drafts, or what to archive.',
    })
  return { ...wanted, documents, drafts: [] }
}

async function show(options: Options, id: string, principal: Principal) {
  const { pool, desk, now } = options
  const { workspace, actor } = principal
  const found = await inWorkspace(pool, workspace, async (tx) => {
    const row = await readRequest(tx, workspace, id)
    if (!row) return undefined
    const judged = await judgedAgain(desk, tx, { workspace, row })
    const votes = await votesOn(tx, workspace, id)
    const person = (await desk.peopleBehind(tx, workspace, [actor])).get(actor) ?? ''
    const standing = await desk.standingOf(tx, { workspace, request: row.id }, { needs: row.needs, jury: judged.jury })
    return { row, judged, votes, person, standing, done: await executionOf(tx, workspace, id) }
  })
  if (!found) return refuse(unknown(id))
  const { row, judged, votes, person, standing, done } = found
  const line = lineOf(row, now())
  const isOver = line.state !== 'open' && line.state !== 'approved'
  const objections = row.needs.map((need) => objection(need, { actor, person }, judged.jury))
  const why = isOver ? `It is over: ${line.state}.` : objections.includes(undefined) ? '' : (objections[0] ?? '')
  const seesPeople = denied('people:read', principal) === undefined
  return {
    ...line,
    hash: row.hash,
    needs: [...row.needs],
    evidence: row.evidence,
    manifest: row.manifest,
    diffs: diffsOf(judged.proposal),
    lint: await lintOf(options.show, judged.proposal),
    examples: seesPeople ? await shown(options.show, { workspace, proposal: judged.proposal, examples: row.examples }) : [],
    withoutExamples: seesPeople
      ? row.examples.length > 0
        ? ''
        : 'Nobody is there yet who would get it.'
      : 'Seeing people’s messages needs the permission people:read.',
    votes,
    standing: standing.needs.map((each) => ({ ...each, people: [...each.people] })),
    authors: [...judged.jury.authors].sort(),
    mayDecide: why === '',
    why,
    revision: done?.revision ?? null,
  }
}

const judgedAgain = (desk: ApprovalDesk, tx: Queryable, { workspace, row }: { workspace: string; row: RequestRow }): Promise<Judged> =>
  desk.judge(tx, {
    workspace,
    wanted: row.wanted as unknown as Wanted,
    actor: row.requestedBy,
    askedBy: row.requestedBy,
    runs: row.manifest.runs,
  })

const standingLines = (standing: Standing) => standing.needs.map((each) => ({ ...each, people: [...each.people] }))

async function decide(options: Options, { id, verdict, hash, comment }: InputOf<typeof DecideApproval>, { principal, call }: Turn) {
  const { pool, desk, now } = options
  const { workspace, actor } = principal
  const outcome = await inWorkspace(pool, workspace, async (tx) => {
    await lockDocuments(tx, workspace)
    const row = await lockRequest(tx, workspace, id)
    if (!row) return refuse(unknown(id))
    const at = now()
    const state = stateAt(row, at)
    if (state !== 'open' && state !== 'approved') return refuse(over(state, state === row.state ? row.reason : 'Its time is up.'))
    if (row.hash !== hash) return refuse(OTHER)
    const judged = await judgedAgain(desk, tx, { workspace, row })
    const jury = { ...judged.jury, hash: row.hash }
    const person = (await desk.peopleBehind(tx, workspace, [actor])).get(actor) ?? ''
    // Nobody needs another's leave to stop something.
    const asked = verdict === 'approve' ? row.needs : row.needs.map((need) => ({ ...need, ownWork: 'allowed' as const }))
    const objections = asked.map((need) => objection(need, { actor, person }, jury))
    if (!objections.includes(undefined))
      return refuse({ code: 'approval.not_yours', status: 403, title: 'You may not decide on this.', detail: objections.join(' ') })
    const changes = await desk.changesSince(tx, workspace, row)
    if (changes.length > 0) {
      await moveRequest(tx, workspace, { id, from: ['open', 'approved'], to: 'void', reason: changes.slice(0, 10).join('; '), at })
      await call.audit(tx, { object: `approval:${id} void`, before: row.hash })
      return { ended: over('void', changes.slice(0, 10).join('; ')) }
    }
    await addVote(tx, { workspace, request: id }, { actor, person, verdict, comment, hash, at })
    const standing = await desk.standingOf(tx, { workspace, request: row.id }, { needs: row.needs, jury })
    const next: 'approved' | 'rejected' | 'changes' | 'open' = standing.against
      ? standing.against.verdict === 'reject'
        ? 'rejected'
        : 'changes'
      : standing.approved
        ? 'approved'
        : 'open'
    await moveRequest(tx, workspace, { id, from: ['open', 'approved'], to: next, reason: standing.against?.comment ?? '', at })
    const decided = row.operation === 'run' && (next === 'approved' || next === 'rejected')
    if (decided) await options.held.decide(tx, workspace, { row, verdict: next === 'approved' ? 'released' : 'rejected', comment, actor })
    if (decided && next === 'approved') await desk.carriedOut(tx, workspace, { request: row, judged, revision: null, by: actor })
    await beyondWorkspace(tx)
    await call.audit(tx, { object: `approval:${id} ${verdict}`, before: row.hash, after: row.hash })
    return { state: decided && next === 'approved' ? ('executed' as const) : next, standing: standingLines(standing), decided }
  })
  if (isRefusal(outcome)) return outcome
  if (outcome.ended) return refuse(outcome.ended)
  if (outcome.decided) options.held.appended()
  return { state: outcome.state, standing: outcome.standing }
}

const OTHER: Problem = {
  code: 'approval.changed',
  status: 409,
  title: 'This is not what you looked at.',
  hint: 'Load the request again, and decide on its hash.',
}

/** Whoever asked may take it back, and whoever administers the workspace. */
async function cancel({ pool, desk, now }: Options, id: string, { principal, call }: Turn) {
  const { workspace, actor } = principal
  return inWorkspace(pool, workspace, async (tx) => {
    const row = await lockRequest(tx, workspace, id)
    if (!row) return refuse(unknown(id))
    const people = await desk.peopleBehind(tx, workspace, [actor, row.requestedBy])
    const isTheirs = actor === row.requestedBy || (people.get(actor) !== '' && people.get(actor) === people.get(row.requestedBy))
    const problem = isTheirs ? undefined : denied('workspace:admin', principal)
    if (problem !== undefined) return refuse(problem)
    const state = stateAt(row, now())
    if (state !== 'open' && state !== 'approved') return refuse(over(state, row.reason))
    await moveRequest(tx, workspace, { id, from: ['open', 'approved'], to: 'cancelled', reason: '', at: now() })
    await call.audit(tx, { object: `approval:${id}` })
    return { state: 'cancelled' as const }
  })
}
