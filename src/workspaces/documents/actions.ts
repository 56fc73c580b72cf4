import { createHash } from 'node:crypto'
import { canonical, type Json } from '#lib/json.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import {
  type Announce,
  type Applied,
  apply,
  type Draft,
  definition,
  discardDraft,
  documentHistory,
  listDocuments,
  liveDocuments,
  liveSources,
  type Note,
  plan,
  saveDraft,
} from '#platform/documents.ts'
import {
  type Authored,
  type Change,
  type DocumentKind,
  examine,
  libraryOf,
  type PlanInput,
  problemsOf,
  sourceProblem,
  yamlOf,
} from '#platform/documents-plan.ts'
import { type Binding, bind, bindAudited, type Call } from '#platform/http/actions.ts'
import { denied, type Principal } from '#platform/http/principal.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { textDiff } from '#platform/text-diff.ts'
import { actorNames } from '../store.ts'
import {
  ApplyDocuments,
  ArchiveDocument,
  DiscardDraft,
  ExportDocuments,
  GetDocument,
  ListDocuments,
  PlanDocuments,
  PublishDraft,
  SaveDraft,
} from './api.ts'
import type { InFlight } from './in-flight.ts'

export interface DocumentsOptions {
  readonly pool: Pool
  /** Epoch ms. */
  readonly now: () => number
  /** By name; see `kindsOf`. */
  readonly kinds: ReadonlyMap<string, DocumentKind>
  readonly announce: Announce
  /** What stands behind documents may have a say in what is published, and takes note of it. */
  readonly publishing?: Publishing
}

/** How people who are inside are to be treated, by document id, and the previews that were looked at. */
export interface Wishes {
  readonly inFlight: Readonly<Record<string, InFlight>>
  readonly impacts: readonly string[]
}

/** What is to be published, and by whom. */
export interface Asked extends Wishes {
  readonly workspace: string
  readonly actor: string
  readonly changes: readonly Change[]
  /** All that were given, also those that stay as they are. */
  readonly documents: readonly Authored[]
}

export interface Publishing {
  /** A problem stands in the way. */
  guard(tx: Queryable, asked: Asked): Promise<Problem | undefined>
  /** `asked` is the very object that `guard` was asked about. */
  published(
    tx: Queryable,
    done: Wishes & { workspace: string; revision: number; published: Applied['published']; asked: Asked },
  ): Promise<void>
  /** A draft was written. */
  saved?(tx: Queryable, saved: { workspace: string; actor: string; at: number; document: Authored }): Promise<void>
}

type Name = { readonly kind: string; readonly id: string }
interface Turn {
  readonly principal: Principal
  readonly call: Call
}

/** What the actions of documents do. */
export const documentBindings = (options: DocumentsOptions): Binding[] => {
  const { pool, kinds } = options
  return [
    bind(PlanDocuments, async (input, { workspace }) => {
      const wanted = await examined(given(input), kinds)
      return inWorkspace(pool, workspace, async (tx) => clean(await plan(tx, workspace, { ...wanted, kinds })))
    }),
    bindAudited(ApplyDocuments, ({ inFlight, impacts, ...input }, principal, call) =>
      publish(options, { ...given(input), token: input.token, inFlight, impacts }, { principal, call }),
    ),
    bind(ExportDocuments, ({ kind }, { workspace }) =>
      inWorkspace(pool, workspace, async (tx) => {
        const live = await liveDocuments(tx, workspace)
        const wanted = live.filter((each) => kind === undefined || each.kind === kind)
        const sources = await liveSources(tx, workspace)
        const textOf = (each: Authored): string => sources.get(`${each.kind} ${each.id}`) ?? yamlOf(each.body)
        return { documents: wanted.map((each) => ({ ...each, body: bodyOf(each), yaml: textOf(each) })) }
      }),
    ),
    bind(ListDocuments, ({ kind, archived }, { workspace }) =>
      inWorkspace(pool, workspace, async (tx) => ({ documents: await listDocuments(tx, workspace, { kind, archived }) })),
    ),
    bind(GetDocument, async (input, { workspace }, call) => {
      const names = await actorNames(pool, workspace)
      return inWorkspace(pool, workspace, (tx) => show(tx, workspace, { ...input, call, names }))
    }),
    bind(SaveDraft, async (input, principal, call) => {
      const found = [...(await examine([input as Authored], kinds)).values()].flat()
      const names = await actorNames(pool, principal.workspace)
      return inWorkspace(pool, principal.workspace, (tx) => save(tx, options, { input: input as Authored, principal, call, found, names }))
    }),
    bind(DiscardDraft, (name, { workspace, actor }) =>
      inWorkspace(pool, workspace, async (tx) =>
        (await discardDraft(tx, { workspace, actor, at: options.now() }, name)) ? { done: true as const } : refuse(unknown(name)),
      ),
    ),
    bindAudited(PublishDraft, ({ hash, inFlight, impact, ...name }, principal, call) => {
      const wishes = { inFlight: inFlight ? { [name.id]: inFlight } : {}, impacts: impact === undefined ? [] : [impact] }
      return publishDraft(options, { name, hash, wishes }, { principal, call })
    }),
    bindAudited(ArchiveDocument, (name, principal, call) => archive(options, name, { principal, call })),
  ]
}

const unknown = ({ kind, id }: Name): Problem => ({
  code: 'document.unknown',
  status: 404,
  title: 'There is no such document.',
  detail: `${kind} "${id}"`,
})
const given = (input: {
  documents: readonly { kind: string; id: string; body: object; source?: string | undefined }[]
  prune: boolean
}): PlanInput => ({
  documents: input.documents.map(({ kind, id, body, source }) => ({ kind, id, body: body as Json, source })),
  prune: input.prune,
})
const examined = async (input: PlanInput, kinds: ReadonlyMap<string, DocumentKind>): Promise<PlanInput> => ({
  ...input,
  found: await examine(input.documents, kinds),
})
const bodyOf = ({ body }: { readonly body: Json }) => body as Record<string, never>
/** Arrays that may be changed, as the output's schema has them. */
const clean = <T>(value: T) => value as never as Mutable<T>
type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T
const sha256 = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex')

/** Publishing and archiving need what each kind asks for: editing alone does not make a journey live. */
function mayPublish(
  changes: readonly Name[],
  { kinds, documents }: { kinds: DocumentsOptions['kinds']; documents: readonly Authored[] },
  principal: Principal,
): Problem | undefined {
  for (const { kind, id } of changes) {
    const known = kinds.get(kind)
    const given = documents.find((each) => each.kind === kind && each.id === id)
    const body = given && known?.schema.safeParse(given.body)
    // What does not parse is refused for that.
    const more = body?.success ? (known?.publishMore?.(body.data) ?? []) : []
    for (const needed of [known?.publish ?? 'documents:write', ...more]) {
      const problem = denied(needed, principal)
      if (problem)
        return { ...problem, detail: `Publishing ${more.includes(needed) ? 'this' : 'a'} ${kind} needs the permission ${needed}.` }
    }
  }
  return undefined
}

/** Publishes what is given, whole or not at all, for whoever may. */
export async function publish(
  options: DocumentsOptions,
  { inFlight = {}, impacts = [], ...input }: PlanInput & Partial<Wishes> & { token?: string | undefined },
  { principal, call }: Turn,
): Promise<Outcome<Mutable<Applied>>> {
  const { pool, now, kinds, announce, publishing } = options
  const { workspace, actor } = principal
  for (const each of input.documents) {
    const problem = sourceProblem(each)
    if (problem) return refuse({ ...problem, at: `/${each.kind}/${each.id}${problem.at}` })
  }
  const wanted = await examined(input, kinds)
  const outcome = await inWorkspace(pool, workspace, async (tx): Promise<Outcome<Applied>> => {
    const planned = await plan(tx, workspace, { ...wanted, kinds })
    const changes = planned.changes.filter((change) => change.action !== 'unchanged')
    const asked: Asked = { workspace, actor, changes, documents: input.documents, inFlight, impacts }
    const problem =
      mayPublish(changes, { kinds, documents: input.documents }, principal) ?? (planned.ok ? await publishing?.guard(tx, asked) : undefined)
    if (problem) return refuse(problem)
    const note: Note = async (all, revision, published) =>
      publishing?.published(all, { workspace, revision, published, inFlight, impacts, asked })
    const done = await apply(tx, { workspace, actor, at: now() }, { ...wanted, kinds, announce, note, token: input.token ?? planned.token })
    // What is not there cannot be archived: that is refused below.
    if (!isRefusal(done) && (done.revision !== null || input.archive === undefined)) await call.audit(tx, noteOf(done))
    return done
  })
  return isRefusal(outcome) ? outcome : clean(outcome)
}

/** Every document that was published or archived, by name. */
function noteOf({ published, plan: { changes, token } }: Applied) {
  const archived = changes.filter(({ action }) => action === 'archive').map(({ kind, id }) => `${kind}:${id}`)
  const names = [...published.map(({ kind, id, version }) => `${kind}:${id}@${version}`), ...archived]
  return { object: names.length > 0 ? names.join(' ').slice(0, 10_000) : 'documents', after: sha256(token) }
}

async function publishDraft(
  options: DocumentsOptions,
  { name, hash, wishes }: { name: Name; hash: string; wishes: Wishes },
  turn: Turn,
): Promise<Outcome<Mutable<Applied>>> {
  const { workspace } = turn.principal
  const history = await inWorkspace(options.pool, workspace, (tx) => documentHistory(tx, workspace, name))
  const draft = history?.draft
  if (!draft) return refuse(unknown(name))
  if (draft.hash !== hash) return refuse(OTHER_DRAFT)
  return publish(options, { documents: [{ ...name, body: draft.body, source: draft.source ?? undefined }], prune: false, ...wishes }, turn)
}

const OTHER_DRAFT: Problem = {
  code: 'document.changed',
  status: 409,
  title: 'The draft is not the one that you looked at.',
  hint: 'Load it again.',
}

async function archive(options: DocumentsOptions, name: Name, turn: Turn): Promise<Outcome<Mutable<Applied>>> {
  const outcome = await publish(options, { documents: [], prune: false, archive: [name] }, turn)
  if (isRefusal(outcome)) return outcome
  return outcome.revision === null ? refuse(unknown(name)) : outcome
}

const draftOf = ({ source, ...draft }: Draft, names: Names) => ({
  ...draft,
  body: bodyOf(draft),
  yaml: source ?? yamlOf(draft.body),
  byName: names.get(draft.by) ?? draft.by,
})

/** Of members, by actor. */
type Names = ReadonlyMap<string, string>

interface Saving extends Turn {
  readonly input: Authored
  /** What `examine` found. */
  readonly found: readonly Problem[]
  readonly names: Names
}

async function save(tx: Queryable, { kinds, now, publishing }: DocumentsOptions, { input, principal, call, found, names }: Saving) {
  const { workspace, actor } = principal
  if (!kinds.has(input.kind)) return refuse({ ...unknown(input), title: `There is no kind of document called "${input.kind}".` })
  const wrong = sourceProblem(input)
  if (wrong) return refuse(wrong)
  const draft = await saveDraft(tx, { workspace, actor, at: now() }, { ...input, expected: call.ifMatch })
  if (isRefusal(draft)) return draft
  await publishing?.saved?.(tx, { workspace, actor, at: now(), document: input })
  call.setHeader('etag', `"${draft.hash}"`)
  const live = await liveDocuments(tx, workspace)
  const others = live.filter((each) => each.kind !== input.kind || each.id !== input.id)
  return { draft: draftOf(draft, names), problems: clean([...problemsOf(input, kinds, libraryOf([...others, input], kinds)), ...found]) }
}

async function show(
  tx: Queryable,
  workspace: string,
  {
    kind,
    id,
    version,
    against,
    call,
    names,
  }: Name & { version?: number | undefined; against?: number | undefined; call: Call; names: Names },
) {
  const history = await documentHistory(tx, workspace, { kind, id })
  if (!history) return refuse(unknown({ kind, id }))
  const live = history.versions.find((each) => each.status === 'published')?.version ?? null
  const wanted = version ?? live ?? history.versions[0]?.version
  const shown = wanted === undefined ? undefined : await definition(tx, { workspace, kind, id, version: wanted })
  if (version !== undefined && !shown) return refuse({ ...unknown({ kind, id }), detail: `${kind} "${id}" has no version ${version}.` })
  const before = shown && (await definition(tx, { workspace, kind, id, version: against ?? shown.version - 1 }))
  const tag = history.draft?.hash ?? shown?.hash
  if (tag) call.setHeader('etag', `"${tag}"`)
  return {
    kind,
    id,
    shown: shown
      ? {
          version: shown.version,
          body: bodyOf(shown),
          hash: shown.hash,
          yaml: shown.source ?? yamlOf(shown.body),
          diff: textDiff(before ? yamlOf(before.body) : '', yamlOf(shown.body)),
        }
      : null,
    live,
    versions: history.versions.map((line) => ({ ...line, byName: names.get(line.by) ?? line.by })),
    draft: history.draft ? draftOf(history.draft, names) : null,
  }
}
