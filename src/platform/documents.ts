import type { Json } from '#lib/json.ts'
import { type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { noteChange } from './document-changes.ts'
import { type Authored, type Change, type DocumentKind, hashOf, type Live, type Plan, type PlanInput, planOf } from './documents-plan.ts'
import type { Queryable } from './log.ts'

/** One version of one document, as it was published. The body is as it was authored: parse it with its kind's schema. */
export interface Definition extends Live {
  readonly ws: string
}
/** With the text that says it; null: nobody gave one. */
export interface Written {
  readonly source: string | null
}

/** Who does it, where and when (epoch ms). */
export interface Author {
  readonly workspace: string
  readonly actor: string
  readonly at: number
}

export interface Applied {
  readonly plan: Plan
  /** The revision that the changes make; null when nothing changed. */
  readonly revision: number | null
  /** Versions that were published. */
  readonly published: readonly { readonly kind: string; readonly id: string; readonly version: number }[]
}

export interface Draft {
  readonly body: Json
  readonly hash: string
  /** Live version that it was begun from; null for a new document. */
  readonly base: number | null
  readonly at: number
  readonly by: string
  /** The text that says the body, as somebody wrote it; null: there is none. */
  readonly source: string | null
}
export interface VersionLine {
  readonly version: number
  readonly status: 'published' | 'archived'
  readonly hash: string
  readonly at: number
  readonly by: string
}
export interface DocumentLine {
  readonly kind: string
  readonly id: string
  /** Its body's `name`, else ''. */
  readonly name: string
  /** Live version; null when there is only a draft, or it was archived. */
  readonly live: number | null
  readonly draft: boolean
  readonly at: number
  readonly by: string
}

type Kinds = ReadonlyMap<string, DocumentKind>

/** What is live in one workspace. */
export async function liveDocuments(db: Queryable, workspace: string): Promise<Live[]> {
  const { rows } = await db.query<Live>(
    `select kind, id, version, body, hash from documents where workspace_id = $1 and status = 'published' order by kind, id`,
    [workspace],
  )
  return rows
}

/** Texts of what is live in one workspace, by `kind id`. */
export async function liveSources(db: Queryable, workspace: string): Promise<Map<string, string>> {
  const { rows } = await db.query<{ kind: string; id: string; source: string }>(
    `select kind, id, source from documents where workspace_id = $1 and status = 'published' and source is not null`,
    [workspace],
  )
  return new Map(rows.map(({ kind, id, source }) => [`${kind} ${id}`, source]))
}

/** What is live of some kinds in one workspace. */
export async function ofKinds(db: Queryable, workspace: string, kinds: readonly string[]): Promise<Live[]> {
  const { rows } = await db.query<Live>(
    `select kind, id, version, body, hash from documents where workspace_id = $1 and kind = any($2) and status = 'published' order by kind, id`,
    [workspace, kinds],
  )
  return rows
}

/** What is live of one kind in all workspaces. */
export async function liveOfKind(db: Queryable, kind: string): Promise<Definition[]> {
  const { rows } = await db.query<Definition>(
    `select workspace_id as ws, kind, id, version, body, hash from documents where kind = $1 and status = 'published' order by workspace_id, id`,
    [kind],
  )
  return rows
}

/** What was live everywhere at a revision: a function of the revision alone, so the log that names it can be replayed. */
export async function definitionsAt(db: Queryable, revision: number): Promise<Definition[]> {
  const { rows } = await db.query<Definition>(
    `select d.workspace_id as ws, d.kind, d.id, d.version, d.body, d.hash
     from (select distinct on (workspace_id, kind, id) workspace_id, kind, id, version from document_revisions
           where revision <= $1 order by workspace_id, kind, id, revision desc) r
     join documents d using (workspace_id, kind, id, version)
     order by d.workspace_id, d.kind, d.id`,
    [revision],
  )
  return rows
}

/** What was live of a kind at each revision up to one, by workspace and id, newest first; `version` and `body` are null where it was archived. */
export async function historyAt(
  db: Queryable,
  { kind, revision }: { kind: string; revision: number },
): Promise<{ ws: string; id: string; version: number | null; body: Json | null }[]> {
  const { rows } = await db.query<{ ws: string; id: string; version: number | null; body: Json | null }>(
    `select r.workspace_id as ws, r.id, r.version, d.body from document_revisions r
     left join documents d on d.workspace_id = r.workspace_id and d.kind = r.kind and d.id = r.id and d.version = r.version
     where r.kind = $1 and r.revision <= $2 order by r.workspace_id, r.id, r.revision desc`,
    [kind, revision],
  )
  return rows
}

/** One published version, also a replaced or archived one. */
export async function definition(
  db: Queryable,
  { workspace, kind, id, version }: { workspace: string; kind: string; id: string; version: number },
): Promise<(Definition & Written) | undefined> {
  const { rows } = await db.query<Definition & Written>(
    `select workspace_id as ws, kind, id, version, body, hash, source from documents
     where workspace_id = $1 and kind = $2 and id = $3 and version = $4 and status <> 'draft'`,
    [workspace, kind, id, version],
  )
  return rows[0]
}

/** What was live of some kinds at the revision that published a version: what it was made with. It never changes. */
export async function liveWith(
  db: Queryable,
  { workspace, kind, id, version, kinds }: { workspace: string; kind: string; id: string; version: number; kinds: readonly string[] },
): Promise<Live[]> {
  const { rows } = await db.query<Live>(
    `with born as (select min(revision) as revision from document_revisions where workspace_id = $1 and kind = $2 and id = $3 and version = $4)
     select d.kind, d.id, d.version, d.body, d.hash
     from (select distinct on (r.kind, r.id) r.kind, r.id, r.version from document_revisions r, born
           where r.workspace_id = $1 and r.kind = any($5) and r.revision <= born.revision order by r.kind, r.id, r.revision desc) l
     join documents d on d.workspace_id = $1 and d.kind = l.kind and d.id = l.id and d.version = l.version
     order by d.kind, d.id`,
    [workspace, kind, id, version, kinds],
  )
  return rows
}

/** The newest revision; 0 before anything was published. */
export async function latestRevision(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ revision: number }>('select revision from document_counter')
  return Number(rows[0]?.revision ?? 0)
}

export const plan = async (db: Queryable, workspace: string, { kinds, ...input }: PlanInput & { kinds: Kinds }): Promise<Plan> =>
  planOf(await liveDocuments(db, workspace), input, kinds)

/** Appends `{ kind: 'definitions', revision }` to every partition of the log. */
export type Announce = (tx: Queryable, revision: number) => Promise<void>

/** Told within the transaction, before the announcement, what it publishes; as the owner of the tables. */
export type Note = (tx: Queryable, revision: number, published: Applied['published']) => Promise<void>

/**
 * Makes the plan true in the caller's transaction and announces the revision on the log; nothing else may follow in it.
 * Refuses the whole when a document is unsound, or when the state or the input is not what `token` names; applying again changes nothing.
 */
export async function apply(
  tx: Queryable,
  author: Author,
  { kinds, token, announce, note, ...input }: PlanInput & { kinds: Kinds; token?: string; announce: Announce; note?: Note | undefined },
): Promise<Outcome<Applied>> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('documents ' || $1, 0))`, [author.workspace])
  const made = planOf(await liveDocuments(tx, author.workspace), input, kinds)
  const changes = made.changes.filter((change) => change.action !== 'unchanged')
  if (!made.ok) return refuse(unsound(made))
  await rewriteSources(tx, author, input.documents)
  if (changes.length === 0) return { plan: made, revision: null, published: [] }
  if (token !== undefined && token !== made.token) return refuse(STALE)
  const revision = await nextRevision(tx)
  const published: { kind: string; id: string; version: number }[] = []
  for (const change of changes) {
    const given = input.documents.find((each) => each.kind === change.kind && each.id === change.id)
    const version = await move(tx, { author, change, given: change.action === 'archive' ? undefined : given, revision })
    if (version !== null) published.push({ kind: change.kind, id: change.id, version })
  }
  // The log belongs to no workspace: a request that stepped down to one steps up again to write there.
  await tx.query(`select set_config('role', 'none', true)`)
  await note?.(tx, revision, published)
  await announce(tx, revision)
  return { plan: made, revision, published }
}

/** Who only changed comments or layout changed no version: the live one has the new text. */
async function rewriteSources(tx: Queryable, { workspace }: Author, documents: readonly Authored[]): Promise<void> {
  for (const { kind, id, body, source } of documents) {
    if (source === undefined) continue
    await tx.query(
      `update documents set source = $5 where workspace_id = $1 and kind = $2 and id = $3 and status = 'published' and hash = $4 and source is distinct from $5`,
      [workspace, kind, id, hashOf(body), source],
    )
  }
}

/** The live version steps back; the new one, if any, takes its place. */
async function move(
  tx: Queryable,
  { author, change, given, revision }: { author: Author; change: Change; given: Authored | undefined; revision: number },
): Promise<number | null> {
  const name = [author.workspace, change.kind, change.id]
  await tx.query(
    `update documents set status = 'archived' where workspace_id = $1 and kind = $2 and id = $3 and status = 'published'`,
    name,
  )
  let version: number | null = null
  if (given !== undefined) {
    const { body, source = null } = given
    const hash = hashOf(body)
    const { rows } = await tx.query<{ version: number }>(
      `insert into documents (workspace_id, kind, id, version, status, body, hash, at, by, source)
       select $1, $2, $3, coalesce(max(version), 0) + 1, 'published', $4, $5, $6, $7,
         coalesce($8, max(source) filter (where status = 'draft' and hash = $5)) from documents where workspace_id = $1 and kind = $2 and id = $3
       returning version`,
      [...name, JSON.stringify(body), hash, author.at, author.actor, source],
    )
    version = rows[0]!.version
    await tx.query(`delete from documents where workspace_id = $1 and kind = $2 and id = $3 and status = 'draft' and hash = $4`, [
      ...name,
      hash,
    ])
  }
  await tx.query('insert into document_revisions (workspace_id, kind, id, revision, version, at, by) values ($1, $2, $3, $4, $5, $6, $7)', [
    ...name,
    revision,
    version,
    author.at,
    author.actor,
  ])
  return version
}

const STALE: Problem = {
  code: 'plan.stale',
  status: 409,
  title: 'Something changed since the plan was made.',
  hint: 'Plan again, look at it, then apply that plan.',
}

/** One problem that holds all: pointers name document and place, e.g. `/journey/welcome/steps/2/id`. */
function unsound({ changes, breaks }: Plan): Problem {
  const problems = [...changes, ...breaks].flatMap(({ kind, id, problems }) =>
    problems.map((problem) => ({ ...problem, at: `/${kind}/${id}${problem.at ?? ''}` })),
  )
  return {
    code: 'documents.unsound',
    status: 422,
    title: problems.length === 1 ? '1 thing is wrong; nothing was changed.' : `${problems.length} things are wrong; nothing was changed.`,
    problems,
  }
}

/** What `expected` is of a document that the author saw not to be there. */
const NOTHING = 'none'

/** Writes the one draft of a document. `expected` is the hash of the draft (else of the live version) that the author saw; `none`: neither was there. */
export async function saveDraft(
  tx: Queryable,
  author: Author,
  { kind, id, body, source = null, expected, what = 'edited' }: Saved,
): Promise<Outcome<Draft>> {
  const name = [author.workspace, kind, id]
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('documents ' || $1, 0))`, [author.workspace])
  const { rows } = await tx.query<{ status: string; version: number; hash: string; base: number | null }>(
    `select status, version, hash, base from documents where workspace_id = $1 and kind = $2 and id = $3 and status in ('draft', 'published')`,
    name,
  )
  const draft = rows.find((row) => row.status === 'draft')
  const live = rows.find((row) => row.status === 'published')
  const seen = draft?.hash ?? live?.hash
  if (expected !== undefined && expected !== (seen ?? NOTHING)) return refuse(CHANGED)
  const base = draft ? draft.base : (live?.version ?? null)
  const hash = hashOf(body)
  await tx.query(
    `insert into documents (workspace_id, kind, id, version, status, body, hash, at, by, base, source) values ($1, $2, $3, 0, 'draft', $4, $5, $6, $7, $8, $9)
     on conflict (workspace_id, kind, id, version) do update
     set body = excluded.body, hash = excluded.hash, at = excluded.at, by = excluded.by, source = excluded.source`,
    [...name, JSON.stringify(body), hash, author.at, author.actor, base, source],
  )
  await noteChange(tx, author, { kind, id, what, hash, body, source })
  return { body, hash, base, at: author.at, by: author.actor, source }
}

interface Saved extends Omit<Authored, 'source'> {
  readonly source?: string | null | undefined
  readonly expected: string | undefined
  readonly what?: 'edited' | 'restored'
}

const CHANGED: Problem = {
  code: 'document.changed',
  status: 412,
  title: 'Somebody else changed this document.',
  hint: 'Load it again and put your change onto it.',
}

/** Throws the draft away; its history keeps what it was. */
export async function discardDraft(tx: Queryable, author: Author, { kind, id }: { kind: string; id: string }): Promise<boolean> {
  const name = [author.workspace, kind, id]
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('documents ' || $1, 0))`, [author.workspace])
  const { rows } = await tx.query<{ body: Json; hash: string; source: string | null }>(
    `delete from documents where workspace_id = $1 and kind = $2 and id = $3 and status = 'draft' returning body, hash, source`,
    name,
  )
  const draft = rows[0]
  if (draft) await noteChange(tx, author, { kind, id, what: 'discarded', ...draft })
  return draft !== undefined
}

/** All documents, one line each; `archived` adds those that are neither live nor a draft. */
export async function listDocuments(
  db: Queryable,
  workspace: string,
  { kind, archived }: { kind: string | undefined; archived: boolean },
): Promise<DocumentLine[]> {
  const { rows } = await db.query<DocumentLine>(
    `select * from (
       select distinct on (kind, id) kind, id, coalesce(body ->> 'name', '') as name,
         max(version) filter (where status = 'published') over same as live, bool_or(status = 'draft') over same as draft, at, by
       from documents where workspace_id = $1 and ($2::text is null or kind = $2)
       window same as (partition by kind, id)
       order by kind, id, status = 'published' desc, status = 'draft' desc, version desc) d
     where $3 or live is not null or draft`,
    [workspace, kind ?? null, archived],
  )
  return rows
}

type DraftLine = Pick<Draft, 'body' | 'hash' | 'at' | 'by'>
/** The drafts of a kind, by id. */
export async function draftsOf(db: Queryable, workspace: string, kind: string): Promise<Map<string, DraftLine>> {
  const asked = `select id, body, hash, at, by from documents where workspace_id = $1 and kind = $2 and status = 'draft'`
  const { rows } = await db.query<DraftLine & { id: string }>(asked, [workspace, kind])
  return new Map(rows.map(({ id, ...draft }) => [id, draft]))
}

/** Versions (newest first) and the draft of one document; undefined when there is no such document. */
export async function documentHistory(
  db: Queryable,
  workspace: string,
  { kind, id }: { kind: string; id: string },
): Promise<{ versions: VersionLine[]; draft: Draft | undefined } | undefined> {
  const { rows } = await db.query<
    Omit<VersionLine, 'status'> & { status: 'draft' | VersionLine['status']; body: Json | null; base: number | null; source: string | null }
  >(
    `select version, status, hash, at, by, base, case when status = 'draft' then body end as body, case when status = 'draft' then source end as source
     from documents
     where workspace_id = $1 and kind = $2 and id = $3 order by version desc`,
    [workspace, kind, id],
  )
  if (rows.length === 0) return undefined
  const draft = rows.find((row) => row.status === 'draft')
  return {
    versions: rows
      .filter((row): row is typeof row & VersionLine => row.status !== 'draft')
      .map(({ version, status, hash, at, by }) => ({ version, status, hash, at, by })),
    draft: draft && { body: draft.body!, hash: draft.hash, base: draft.base, at: draft.at, by: draft.by, source: draft.source },
  }
}

/** Takes the next revision: what follows in this transaction belongs to it. */
export async function nextRevision(tx: Queryable): Promise<number> {
  const { rows } = await tx.query<{ revision: number }>('update document_counter set revision = revision + 1 returning revision')
  return Number(rows[0]!.revision)
}
