import type { GetApproval, Wanted } from '#approvals/api.ts'
import { differencesBetween } from '#approvals/changes.ts'
import type { Touched } from '#approvals/schema.ts'
import { objection } from '#approvals/standing.ts'
import { executionOf, type RequestRow, readRequest, requestsBefore, votesOn } from '#approvals/store.ts'
import type { OutputOf } from '#lib/action.ts'
import type { Json } from '#lib/json.ts'
import { type Outcome, refuse } from '#lib/problem.ts'
import { definition, documentHistory } from '#platform/documents.ts'
import { yamlOf } from '#platform/documents-plan.ts'
import { denied, type Principal } from '#platform/http/principal.ts'
import type { Queryable } from '#platform/log.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { textDiff } from '#platform/text-diff.ts'
import type { ApprovalOptions } from './approvals.ts'
import { type ApprovalDesk, ableFor, type Judged } from './approvals-desk.ts'
import { lintOf, shown } from './approvals-examples.ts'
import { audienceDrift, drift } from './approvals-proposal.ts'
import { rulesFor } from './approvals-rules.ts'
import { lineOf, namesAmong, type Viewer, viewerOf } from './approvals-viewer.ts'

type Shown = OutputOf<typeof GetApproval>
type Diff = Shown['diffs'][number]

export const unknown = (id: string) => ({
  code: 'approval.unknown',
  status: 404,
  title: 'There is no such request for approval',
  detail: id,
})

export const judgedAgain = (
  desk: ApprovalDesk,
  tx: Queryable,
  { workspace, row }: { workspace: string; row: RequestRow },
): Promise<Judged> =>
  desk.judge(tx, {
    workspace,
    wanted: row.wanted as unknown as Wanted,
    actor: row.requestedBy,
    askedBy: row.requestedBy,
    runs: row.manifest.runs,
  })

/** A request with all that a decider has to know. */
export async function showApproval(options: ApprovalOptions, id: string, principal: Principal) {
  const { pool, desk, now } = options
  const { workspace, actor } = principal
  const found = await inWorkspace(pool, workspace, async (tx) => {
    const row = await readRequest(tx, workspace, id)
    if (!row) return undefined
    const judged = await judgedAgain(desk, tx, { workspace, row })
    const viewer = await viewerOf(desk, tx, { workspace, actor })
    const standing = await desk.standingOf(tx, { workspace, request: row.id }, { needs: row.needs, jury: judged.jury })
    const before = await requestsBefore(tx, workspace, row)
    const earlier = await Promise.all(before.map(async (each) => ({ row: each, votes: await votesOn(tx, workspace, each.id) })))
    const votes = await votesOn(tx, workspace, id)
    const diffs = await diffsAsAsked(tx, workspace, row)
    return { row, judged, viewer, standing, earlier, votes, diffs, done: await executionOf(tx, workspace, id) }
  })
  if (!found) return refuse(unknown(id))
  const { row, judged, viewer, standing, earlier, votes, diffs, done } = found
  const line = lineOf(row, now(), viewer)
  const isOver = line.state !== 'open' && line.state !== 'approved'
  const objections = row.needs.map((need) => objection(need, { actor, person: viewer.person }, judged.jury))
  const why = isOver ? `It is over: ${line.state}.` : objections.includes(undefined) ? '' : (objections[0] ?? '')
  const seesPeople = denied('people:read', principal) === undefined
  const deciders = ableFor({ needs: row.needs, jury: judged.jury })
  const authors = [...judged.jury.authors].sort()
  return {
    ...line,
    needs: [...row.needs],
    evidence: row.evidence,
    manifest: row.manifest,
    diffs,
    lint: await lintOf(options.show, judged.proposal),
    examples: seesPeople ? await shown(options.show, { workspace, proposal: judged.proposal, examples: row.examples }) : [],
    withoutExamples: withoutExamples(row, seesPeople),
    votes,
    standing: standing.needs.map((each) => ({ ...each, people: [...each.people] })),
    authors,
    mayDecide: why === '',
    why,
    revision: done?.revision ?? null,
    note: row.note,
    deciders,
    names: namesAmong(viewer, mentioned({ row, deciders, authors, votes, earlier })),
    drift: isOver ? [] : driftOf(row, judged),
    rules: rulesFor(judged.proposal, options.show.kinds, now()),
    earlier: earlier.map(({ row: { id, state, requestedBy, requestedAt, note, reason, closedAt }, votes }) => ({
      id,
      state,
      requestedBy,
      requestedAt,
      note,
      reason,
      closedAt,
      votes,
    })),
    since: earlier[0] ? { id: earlier[0].row.id, diffs: sinceThen(earlier[0].row, row) } : null,
    carry: mayCarry(options, row, principal),
    mayCancel: !isOver && (line.mine || denied('workspace:admin', principal) === undefined),
  }
}

/** One example as its reader would get it, for a frame of its own. */
export async function exampleOf(
  { pool, desk, show }: Pick<ApprovalOptions, 'pool' | 'desk' | 'show'>,
  { id, index }: { readonly id: string; readonly index: number },
  principal: Principal,
): Promise<Outcome<{ html: string }>> {
  const { workspace } = principal
  const forbidden = denied('people:read', principal)
  if (forbidden) return refuse(forbidden)
  const found = await inWorkspace(pool, workspace, async (tx) => {
    const row = await readRequest(tx, workspace, id)
    return row && { row, judged: await judgedAgain(desk, tx, { workspace, row }) }
  })
  const example = found?.row.examples[index]
  if (!found || !example) return refuse(unknown(id))
  const [made] = await shown(show, { workspace, proposal: found.judged.proposal, examples: [example] })
  return { html: made?.rendered?.html ?? '' }
}

const withoutExamples = ({ examples }: RequestRow, seesPeople: boolean): string => {
  if (!seesPeople) return 'Seeing people’s messages needs the permission people:read.'
  return examples.length > 0 ? '' : 'Nobody is there yet who would get it.'
}

function mentioned({
  row,
  deciders,
  authors,
  votes,
  earlier,
}: Pick<Shown, 'deciders' | 'authors' | 'votes'> & {
  row: RequestRow
  earlier: readonly { readonly row: RequestRow; readonly votes: Shown['votes'] }[]
}): string[] {
  const voices = [...votes, ...earlier.flatMap((each) => each.votes)].flatMap(({ actor, person }) => [actor, person])
  const named = row.needs.flatMap((need) => need.deciders.people ?? [])
  return [
    row.requestedBy,
    ...earlier.map((each) => each.row.requestedBy),
    ...row.evidence.actors,
    ...authors,
    ...deciders.flat(),
    ...named,
    ...voices,
  ]
}

/** What a word on it would find changed. */
function driftOf(row: RequestRow, { proposal, evidence }: Judged): string[] {
  return proposal.hash === row.hash
    ? audienceDrift(row.evidence.reach, evidence.reach)
    : drift({ manifest: row.manifest, evidence: row.evidence }, { manifest: proposal.manifest, reach: evidence.reach })
}

/** What is asked for against what was live when it was asked: it stays the same when it has long been published. */
async function diffsAsAsked(tx: Queryable, workspace: string, row: RequestRow): Promise<Diff[]> {
  const diffs: Diff[] = []
  for (const touched of row.manifest.touched)
    diffs.push(diffOf(touched, await bodyThen(tx, workspace, touched), touched.action === 'archive' ? undefined : bodyIn(row, touched)))
  return diffs
}

async function bodyThen(tx: Queryable, workspace: string, { kind, id, before }: Touched): Promise<Json | undefined> {
  if (before === null) return undefined
  const versions = (await documentHistory(tx, workspace, { kind, id }))?.versions ?? []
  const version = versions.find(({ hash }) => hash === before)?.version
  return version === undefined ? undefined : (await definition(tx, { workspace, kind, id, version }))?.body
}

function bodyIn({ wanted }: RequestRow, { kind, id }: { readonly kind: string; readonly id: string }): Json | undefined {
  const publish = wanted as unknown as Wanted
  if (publish.kind !== 'publish') return undefined
  return publish.documents.find((each) => each.kind === kind && each.id === id)?.body as Json | undefined
}

/** What came in between two requests about the same. */
function sinceThen(before: RequestRow, now: RequestRow): Diff[] {
  return now.manifest.touched.flatMap(({ kind, id }) => {
    const diff = diffOf({ kind, id, action: 'change' }, bodyIn(before, { kind, id }), bodyIn(now, { kind, id }))
    return diff.changes.length > 0 ? [diff] : []
  })
}

const diffOf = (
  { kind, id, action }: Pick<Touched, 'kind' | 'id' | 'action'>,
  before: Json | undefined,
  after: Json | undefined,
): Diff => ({
  kind,
  id,
  action,
  diff: textDiff(before === undefined ? '' : yamlOf(before), after === undefined ? '' : yamlOf(after)),
  changes: differencesBetween(before ?? {}, after ?? {}).map((each) => ({ ...each, at: [...each.at] })),
})

/** Whether this person may publish what is approved. */
function mayCarry({ show }: ApprovalOptions, { operation, wanted, manifest }: RequestRow, principal: Principal): Shown['carry'] {
  const publish = wanted as unknown as Wanted
  if (operation !== 'publish' || publish.kind !== 'publish') return { may: false, why: '' }
  if (Object.keys(manifest.inFlight).length > 0)
    return { may: false, why: 'People who are inside are taken along: look at the impact in the journey, and publish it there.' }
  for (const { kind } of manifest.touched) {
    const needs = show.kinds.get(kind)?.publish ?? 'documents:write'
    if (denied(needs, principal)) return { may: false, why: `Publishing a ${kind} needs the permission ${needs}.` }
  }
  return { may: true, why: '' }
}

/** What is known of a request before it is one, for whoever asks. */
export const namesIn = (viewer: Viewer, judged: Judged, deciders: readonly (readonly string[])[]): Record<string, string> =>
  namesAmong(viewer, [...judged.jury.authors, ...judged.evidence.actors, ...deciders.flat()])
