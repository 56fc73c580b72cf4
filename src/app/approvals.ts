import { randomBytes } from 'node:crypto'
import {
  CancelApproval,
  CarryOutApproval,
  DecideApproval,
  GetApproval,
  ListApprovals,
  ListStarters,
  RequestApproval,
  type Wanted,
} from '#approvals/api.ts'
import { gradeOf, subjectOf } from '#approvals/grade.ts'
import type { State } from '#approvals/schema.ts'
import { deadlineOf, objection, type Standing, stateAt } from '#approvals/standing.ts'
import { STARTERS } from '#approvals/starters.ts'
import { addVote, insertRequest, lastAbout, lockRequest, moveRequest, readRequest, requestsIn, waitingOf } from '#approvals/store.ts'
import type { InputOf } from '#lib/action.ts'
import type { Json } from '#lib/json.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { documentHistory } from '#platform/documents.ts'
import { type Binding, bind, bindAudited, type Call } from '#platform/http/actions.ts'
import { denied, type Principal } from '#platform/http/principal.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { beyondWorkspace, inWorkspace } from '#platform/postgres/tenancy.ts'
import { type DocumentsOptions, publish } from '#workspaces/documents/actions.ts'
import { type ApprovalDesk, ableFor, type Judged } from './approvals-desk.ts'
import { examplesFor, type Shower } from './approvals-examples.ts'
import type { HeldRuns } from './approvals-held.ts'
import { judgedAgain, namesIn, showApproval, unknown } from './approvals-shown.ts'
import { lockDocuments } from './approvals-store.ts'
import { tellAsker, tellDeciders } from './approvals-told.ts'
import { lineOf, type Viewer, viewerOf } from './approvals-viewer.ts'

export interface ApprovalOptions {
  readonly pool: Pool
  readonly desk: ApprovalDesk
  readonly held: HeldRuns
  readonly show: Shower
  readonly now: () => number
  /** What carries an approved publish out. */
  readonly documents: DocumentsOptions
  /** Where people reach these screens, without a slash at its end. */
  readonly url: string
}
type Options = ApprovalOptions

interface Turn {
  readonly principal: Principal
  readonly call: Call
}

export const approvalBindings = (options: Options): Binding[] => [
  bindAudited(RequestApproval, (input, principal, call) => request(options, input, { principal, call })),
  bind(ListApprovals, ({ state, over, limit }, { workspace, actor }) =>
    inWorkspace(options.pool, workspace, async (tx) => {
      const wanted: readonly State[] = state !== undefined ? [state] : over ? OVER : WAITING
      const rows = await requestsIn(tx, workspace, {
        states: [...new Set([...wanted, ...WAITING])],
        limit: over ? 500 : limit,
        latest: over,
      })
      const viewer = await viewerOf(options.desk, tx, { workspace, actor })
      const lines = rows.map((row) => lineOf(row, options.now(), viewer))
      return { approvals: lines.filter((each) => wanted.includes(each.state)).slice(0, limit) }
    }),
  ),
  bind(GetApproval, ({ id }, principal) => showApproval(options, id, principal)),
  bindAudited(DecideApproval, (input, principal, call) => decide(options, input, { principal, call })),
  bindAudited(CarryOutApproval, (input, principal, call) => carryOut(options, input, { principal, call })),
  bindAudited(CancelApproval, ({ id }, principal, call) => cancel(options, id, { principal, call })),
  bind(ListStarters, async () => ({ starters: Object.entries(STARTERS).map(([id, policies]) => ({ id, policies: [...policies] })) })),
]

const WAITING: readonly State[] = ['open', 'approved']
const OVER: readonly State[] = ['executed', 'rejected', 'changes', 'cancelled', 'void', 'lapsed']

const over = (state: string, reason: string): Problem => ({
  code: 'approval.over',
  status: 409,
  title: `This request is over: ${state}.`,
  ...(reason === '' ? {} : { detail: reason }),
  hint: 'Ask for approval again.',
})

/** Editing is enough to ask, and so is publishing; for reports so is saving them. */
function mayAsk(principal: Principal, wanted: InputOf<typeof RequestApproval>['wanted']): Problem | undefined {
  const ofReports = 'documents' in wanted && wanted.documents?.every(({ kind }) => kind === 'report') === true
  if (ofReports && !denied('reports:save', principal)) return undefined
  const writes = denied('documents:write', principal)
  return writes && denied('publish', principal) ? writes : undefined
}

async function request(options: Options, input: InputOf<typeof RequestApproval>, { principal, call }: Turn) {
  const { pool, desk, now } = options
  const { workspace, actor } = principal
  const forbidden = mayAsk(principal, input.wanted)
  if (forbidden) return refuse(forbidden)
  return inWorkspace(pool, workspace, async (tx) => {
    await lockDocuments(tx, workspace)
    const wanted = await resolved(tx, workspace, input.wanted)
    if (isRefusal(wanted)) return wanted
    const batch = wanted.kind === 'run' ? await options.held.waiting(workspace, wanted) : undefined
    if (batch && batch.length === 0) return refuse(NOBODY_WAITS)
    const runs = batch?.map(({ name }) => name)
    const judged = await desk.judge(tx, { workspace, wanted, actor, askedBy: actor, ...(runs ? { runs } : {}) })
    const viewer = await viewerOf(desk, tx, { workspace, actor })
    const about = subjectOf(judged.proposal.manifest)
    const follows = (await lastAbout(tx, workspace, about)) ?? null
    const waiting = (await waitingOf(tx, workspace, { hash: judged.proposal.hash, now: now() })) ?? null
    const told = { ...assessment(judged, viewer), follows, waiting }
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
    const title = input.title || titleOf(judged)
    await insertRequest(tx, workspace, {
      id,
      operation: wanted.kind,
      title,
      wanted: wanted as unknown as Json,
      manifest: judged.proposal.manifest,
      hash: judged.proposal.hash,
      evidence: judged.evidence,
      needs: judged.needs,
      examples,
      requestedBy: actor,
      requestedAt: at,
      note: input.note,
      subject: about,
      follows,
      ...deadlineOf(judged.needs, at),
    })
    const due = deadlineOf(judged.needs, at).due
    const reasons = judged.needs.flatMap((need) => need.reasons)
    await tellDeciders(tx, options.url, {
      viewer,
      request: { id, title, due },
      people: told.deciders.flat(),
      note: input.note,
      reasons,
      workspace,
      now: at,
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

function assessment(judged: Judged, viewer: Viewer) {
  const { needs, evidence, proposal, jury } = judged
  const deciders = ableFor(judged)
  const { grade, because } = gradeOf({ manifest: proposal.manifest, needs, evidence })
  return {
    needed: needs.length > 0,
    needs: [...needs],
    evidence,
    manifest: proposal.manifest,
    hash: proposal.hash,
    authors: [...jury.authors].sort(),
    deciders,
    names: namesIn(viewer, judged, deciders),
    grade,
    because: [...because],
  }
}

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
    const viewer = await viewerOf(desk, tx, { workspace, actor })
    const [asker = ''] = (await desk.peopleBehind(tx, workspace, [row.requestedBy])).values()
    await tellAsker(tx, options.url, { viewer, request: row, asker, verdict, comment, workspace, now: at })
    await beyondWorkspace(tx)
    await call.audit(tx, { object: `approval:${id} ${verdict}`, before: row.hash, after: row.hash })
    return { state: decided && next === 'approved' ? ('executed' as const) : next, standing: standingLines(standing), decided }
  })
  if (isRefusal(outcome)) return outcome
  if (outcome.ended) return refuse(outcome.ended)
  if (outcome.decided) options.held.appended()
  return { state: outcome.state, standing: outcome.standing }
}

/** Publishing passes the desk, which finds the approval by what is published. */
async function carryOut(options: Options, { id, hash }: InputOf<typeof CarryOutApproval>, turn: Turn) {
  const { pool, now } = options
  const { workspace } = turn.principal
  const row = await inWorkspace(pool, workspace, (tx) => readRequest(tx, workspace, id))
  if (!row) return refuse(unknown(id))
  const state = stateAt(row, now())
  if (state !== 'approved') return refuse(state === 'open' ? NOT_YET : over(state, row.reason))
  if (row.hash !== hash) return refuse(OTHER)
  const wanted = row.wanted as unknown as Wanted
  if (wanted.kind !== 'publish') return refuse(NO_PUBLISH)
  const given = wanted.documents.map(({ kind, id, body }) => ({ kind, id, body: body as Json }))
  const done = await publish(options.documents, { ...wanted, documents: given }, turn)
  return isRefusal(done) ? done : { revision: done.revision }
}
const NOT_YET: Problem = {
  code: 'approval.open',
  status: 409,
  title: 'It is not approved yet.',
  hint: 'Wait for those who still have to agree.',
}
const NO_PUBLISH: Problem = {
  code: 'approval.operation',
  status: 409,
  title: 'Nothing of this is published.',
  hint: 'A broadcast goes out by itself, and a journey is resumed on its page.',
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
