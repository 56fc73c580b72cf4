import type { Json } from '#lib/json.ts'
import type { Queryable } from '#platform/log.ts'
import type { Example } from './sample.ts'
import type { Evidence, Manifest, Need, Operation, Otherwise, State, Vote } from './schema.ts'

export interface RequestRow {
  readonly id: string
  readonly operation: Operation
  readonly state: State
  readonly title: string
  readonly wanted: Json
  readonly manifest: Manifest
  readonly hash: string
  readonly evidence: Evidence
  readonly needs: readonly Need[]
  readonly examples: readonly Example[]
  readonly requestedBy: string
  readonly requestedAt: number
  readonly due: number | null
  readonly otherwise: Otherwise
  readonly closedAt: number | null
  readonly reason: string
  /** What whoever asks says to those who decide. */
  readonly note: string
  /** What it is about; see `subjectOf`. */
  readonly subject: string
  /** The request before it about the same. */
  readonly follows: string | null
}

const ROW = `id, operation, state, title, wanted, manifest, hash, evidence, needs, examples, requested_by as "requestedBy",
  requested_at as "requestedAt", due, otherwise, closed_at as "closedAt", reason, note, subject, follows`

export async function insertRequest(
  tx: Queryable,
  workspace: string,
  row: Omit<RequestRow, 'state' | 'closedAt' | 'reason'>,
): Promise<void> {
  await tx.query(
    `insert into approval_requests (workspace_id, id, operation, state, title, wanted, manifest, hash, evidence, needs, examples, requested_by, requested_at, due, otherwise, note, subject, follows)
     values ($1, $2, $3, 'open', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
    [
      workspace,
      row.id,
      row.operation,
      row.title,
      JSON.stringify(row.wanted),
      JSON.stringify(row.manifest),
      row.hash,
      JSON.stringify(row.evidence),
      JSON.stringify(row.needs),
      JSON.stringify(row.examples),
      row.requestedBy,
      row.requestedAt,
      row.due,
      row.otherwise,
      row.note,
      row.subject,
      row.follows,
    ],
  )
}

/** The latest request about the same; undefined where it was carried out: then a new story begins. */
export async function lastAbout(db: Queryable, workspace: string, subject: string): Promise<string | undefined> {
  if (subject === '') return undefined
  const { rows } = await db.query<{ id: string; state: State }>(
    'select id, state from approval_requests where workspace_id = $1 and subject = $2 order by requested_at desc, id desc limit 1',
    [workspace, subject],
  )
  return rows[0]?.state === 'executed' ? undefined : rows[0]?.id
}

/** A request of exactly this that waits or may be carried out; several: the latest. */
export async function waitingOf(
  db: Queryable,
  workspace: string,
  { hash, now }: { hash: string; now: number },
): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>(
    `select id from approval_requests where workspace_id = $1 and hash = $2 and state in ('open', 'approved')
       and (otherwise = 'hold' or due is null or due > $3) order by requested_at desc limit 1`,
    [workspace, hash, now],
  )
  return rows[0]?.id
}

const LONGEST_THREAD = 20

/** The requests that this one follows, the latest first. */
export async function requestsBefore(db: Queryable, workspace: string, row: Pick<RequestRow, 'follows'>): Promise<RequestRow[]> {
  const found: RequestRow[] = []
  for (let id = row.follows; id !== null && found.length < LONGEST_THREAD; ) {
    const before = await readRequest(db, workspace, id)
    if (!before) break
    found.push(before)
    id = before.follows
  }
  return found
}

/** Locked until the transaction ends, so that two words, or a word and a publish, come one after the other. */
export async function lockRequest(tx: Queryable, workspace: string, id: string): Promise<RequestRow | undefined> {
  const { rows } = await tx.query<RequestRow>(`select ${ROW} from approval_requests where workspace_id = $1 and id = $2 for update`, [
    workspace,
    id,
  ])
  return rows[0]
}

export async function readRequest(db: Queryable, workspace: string, id: string): Promise<RequestRow | undefined> {
  const { rows } = await db.query<RequestRow>(`select ${ROW} from approval_requests where workspace_id = $1 and id = $2`, [workspace, id])
  return rows[0]
}

/** Requests in these states: those that are due first, or (`latest`) what ended last. */
export async function requestsIn(
  db: Queryable,
  workspace: string,
  { states, limit, latest = false }: { states: readonly State[]; limit: number; latest?: boolean },
): Promise<RequestRow[]> {
  const { rows } = await db.query<RequestRow>(
    `select ${ROW} from approval_requests where workspace_id = $1 and state = any($2)
     order by ${latest ? 'coalesce(closed_at, requested_at) desc' : 'due nulls last, requested_at desc'}, id limit $3`,
    [workspace, states, limit],
  )
  return rows
}

/** Those that wait or may be carried out, locked in the order of their ids. */
export async function lockWaiting(tx: Queryable, workspace: string): Promise<RequestRow[]> {
  const { rows } = await tx.query<RequestRow>(
    `select ${ROW} from approval_requests where workspace_id = $1 and state in ('open', 'approved') order by id for update`,
    [workspace],
  )
  return rows
}

/** Moves a request on, if it is in one of those states. */
export async function moveRequest(
  tx: Queryable,
  workspace: string,
  { id, from, to, reason, at }: { id: string; from: readonly State[]; to: State; reason: string; at: number },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update approval_requests set state = $4, reason = $5, closed_at = case when $4 in ('open', 'approved') then null else $6::bigint end
     where workspace_id = $1 and id = $2 and state = any($3)`,
    [workspace, id, from, to, reason, at],
  )
  return rowCount === 1
}

/** Ends what was due by then, everywhere, each once: at the very time that it was due. */
export async function endOverdue(db: Queryable, now: number): Promise<{ workspace: string; id: string; state: State; due: number }[]> {
  const { rows } = await db.query<{ workspace: string; id: string; state: State; due: number }>(
    `update approval_requests set state = case when otherwise = 'reject' then 'rejected' else 'lapsed' end, closed_at = due, reason = 'deadline'
     where state in ('open', 'approved') and due <= $1 and otherwise <> 'hold'
     returning workspace_id as workspace, id, state, due`,
    [now],
  )
  return rows
}

export async function addVote(tx: Queryable, { workspace, request }: { workspace: string; request: string }, vote: Vote): Promise<void> {
  await tx.query(
    `insert into approval_decisions (workspace_id, request_id, seq, actor, person, verdict, comment, hash, at)
     select $1, $2, coalesce(max(seq), 0) + 1, $3, $4, $5, $6, $7, $8 from approval_decisions where workspace_id = $1 and request_id = $2`,
    [workspace, request, vote.actor, vote.person, vote.verdict, vote.comment, vote.hash, vote.at],
  )
}

/** In the order in which they were said. */
export async function votesOn(db: Queryable, workspace: string, request: string): Promise<Vote[]> {
  const { rows } = await db.query<Vote>(
    'select actor, person, verdict, comment, hash, at from approval_decisions where workspace_id = $1 and request_id = $2 order by seq',
    [workspace, request],
  )
  return rows
}

export interface BoundJourney {
  readonly hash: string
  readonly people: number
  readonly exact: boolean
}
export interface Execution {
  readonly request: string
  readonly revision: number | null
  readonly hash: string
  readonly journeys: Readonly<Record<string, BoundJourney>>
  readonly by: string
  readonly at: number
}

export async function addExecution(
  tx: Queryable,
  workspace: string,
  { request, revision, hash, journeys, by, at }: Execution,
): Promise<void> {
  await tx.query(
    'insert into approval_executions (workspace_id, request_id, revision, hash, journeys, by, at) values ($1, $2, $3, $4, $5, $6, $7)',
    [workspace, request, revision, hash, JSON.stringify(journeys), by, at],
  )
}

export async function executionOf(db: Queryable, workspace: string, request: string): Promise<Execution | undefined> {
  const { rows } = await db.query<Execution>(
    'select request_id as request, revision, hash, journeys, by, at from approval_executions where workspace_id = $1 and request_id = $2',
    [workspace, request],
  )
  return rows[0]
}

/** What a journey was last bound to when something about it was carried out. */
export async function lastBound(db: Queryable, workspace: string, journey: string): Promise<BoundJourney | undefined> {
  const { rows } = await db.query<{ bound: BoundJourney }>(
    `select journeys -> $2 as bound from approval_executions where workspace_id = $1 and journeys ? $2 order by at desc, request_id desc limit 1`,
    [workspace, journey],
  )
  return rows[0]?.bound
}

interface Named {
  readonly kind: string
  readonly id: string
}

/** Notes that these documents were carried out with an approval: who wrote these texts is no longer their author. */
export async function settleDocuments(
  tx: Queryable,
  workspace: string,
  { documents, fragments, at }: { documents: readonly Named[]; fragments: readonly string[]; at: number },
): Promise<void> {
  await tx.query(
    `insert into approved_documents (workspace_id, kind, id, at)
     select distinct $1, kind, id, $3::bigint from jsonb_to_recordset($2) as d(kind text, id text)
     on conflict (workspace_id, kind, id) do update set at = greatest(approved_documents.at, excluded.at)`,
    [workspace, JSON.stringify(documents.map(({ kind, id }) => ({ kind, id }))), at],
  )
  await tx.query('update document_authors set settled = $3 where workspace_id = $1 and fragment = any($2) and at <= $3', [
    workspace,
    fragments,
    at,
  ])
}

/** When each document was last carried out with an approval, by `kind/id`; epoch ms. */
export async function approvedTimes(db: Queryable, workspace: string): Promise<Map<string, number>> {
  const { rows } = await db.query<Named & { at: number }>('select kind, id, at from approved_documents where workspace_id = $1', [
    workspace,
  ])
  return new Map(rows.map(({ kind, id, at }) => [`${kind}/${id}`, at]))
}

/** Writes down an author of texts; `onlyNew`: only of those that nobody has written yet. */
export async function noteAuthor(
  tx: Queryable,
  workspace: string,
  {
    texts,
    actor,
    at,
    onlyNew,
  }: { texts: readonly (Named & { fragments: readonly string[] })[]; actor: string; at: number; onlyNew: boolean },
): Promise<void> {
  const rows = texts.flatMap(({ kind, id, fragments }) => fragments.map((fragment) => ({ kind, id, fragment })))
  if (rows.length === 0) return
  await tx.query(
    `insert into document_authors (workspace_id, kind, id, fragment, actor, at)
     select distinct $1, kind, id, fragment, $3, $4::bigint from jsonb_to_recordset($2) as n(kind text, id text, fragment text)
     where not $5 or not exists (select from document_authors a where a.workspace_id = $1 and a.fragment = n.fragment)
     on conflict (workspace_id, kind, id, fragment, actor) do update set at = excluded.at, settled = null`,
    [workspace, JSON.stringify(rows), actor, at, onlyNew],
  )
}

/** Who wrote one of these texts, wherever it stands, and it was not carried out with an approval since; or one of these documents. */
export async function authorsAmong(
  db: Queryable,
  workspace: string,
  { documents, fragments }: { documents: readonly Named[]; fragments: readonly string[] },
): Promise<(Named & { actor: string; at: number; fragment: boolean })[]> {
  const { rows } = await db.query<Named & { actor: string; at: number; fragment: boolean }>(
    `select a.kind, a.id, a.actor, max(a.at) as at, bool_or(a.settled is null and a.fragment = any($3)) as fragment
     from document_authors a
     where a.workspace_id = $1 and ((a.settled is null and a.fragment = any($3))
       or (a.kind, a.id) in (select kind, id from jsonb_to_recordset($2) as d(kind text, id text)))
     group by 1, 2, 3`,
    [workspace, JSON.stringify(documents.map(({ kind, id }) => ({ kind, id }))), fragments],
  )
  return rows
}

export interface BindingApproval {
  readonly ws: string
  readonly id: string
  /** Of the document that was bound. */
  readonly hash: string
  /** Revision that the approval was carried out by. */
  readonly revision: number
  readonly request: string
  /** People who approved. */
  readonly by: readonly string[]
  readonly at: number
}

/** Documents of a kind that publishes with an approval bound, the newest first; of all of them, or up to a revision. */
export async function bindingApprovals(
  db: Queryable,
  { workspaces, kind, upTo }: { workspaces: readonly string[]; kind: string; upTo: number | null },
): Promise<BindingApproval[]> {
  const { rows } = await db.query<BindingApproval>(
    `select e.workspace_id as ws, bound.id, bound.hash, e.revision, e.request_id as request, e.at,
       array(select distinct person from approval_decisions v where v.workspace_id = e.workspace_id and v.request_id = e.request_id
             and v.verdict = 'approve' and v.hash = e.hash and v.person <> '' order by person) as by
     from approval_executions e
     join approval_requests r on r.workspace_id = e.workspace_id and r.id = e.request_id and r.state = 'executed'
     cross join lateral (
       select b ->> 'id' as id, b ->> 'hash' as hash from jsonb_array_elements(r.manifest -> 'documents') b where b ->> 'kind' = $2
       union select t ->> 'id', t ->> 'after' from jsonb_array_elements(r.manifest -> 'touched') t where t ->> 'kind' = $2) bound
     where e.workspace_id = any($1) and e.revision is not null and ($3::bigint is null or e.revision <= $3) and bound.hash is not null
     order by e.revision desc`,
    [workspaces, kind, upTo],
  )
  return rows
}
