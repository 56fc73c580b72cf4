import { type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { type DraftChange, draftChange, draftChanges, headsOf, nameChange } from '#platform/document-changes.ts'
import { discardDraft, documentHistory, saveDraft } from '#platform/documents.ts'
import { yamlOf } from '#platform/documents-plan.ts'
import { type Binding, bind, bindAudited, bindStream } from '#platform/http/actions.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { textDiff } from '#platform/text-diff.ts'
import { commentsChanged } from '../comments/store.ts'
import { actorNames } from '../store.ts'
import { GetDraftChange, ListDraftChanges, NameDraftChange, RestoreDraft, TellPresence, WatchDraft } from './api.ts'
import { leavePresence, presentNow, tellPresent } from './presence-store.ts'

interface Options {
  readonly pool: Pool
  /** Epoch ms. */
  readonly now: () => number
}
type Name = { readonly kind: string; readonly id: string }

const PAGE = 50
/** How often a watcher's document is looked at: NOTIFY would take one lock for all commits of the server. */
const EVERY_MS = 700
/** Names of members are read again after so many looks: somebody new may have come. */
const NAMES_EVERY = 15

/** History of drafts, who has one open, and what is pushed to those who do. */
export const draftBindings = ({ pool, now }: Options): Binding[] => [
  bind(ListDraftChanges, async ({ cursor, ...name }, { workspace }) => {
    const names = await actorNames(pool, workspace)
    return inWorkspace(pool, workspace, async (tx) => {
      const before = cursor === undefined ? undefined : Number(cursor)
      const found = await draftChanges(tx, { workspace, ...name, before, limit: PAGE + 1 })
      const changes = found.slice(0, PAGE).map((line) => shown(line, names))
      return { changes, next: found.length > PAGE ? String(changes.at(-1)!.n) : null }
    })
  }),
  bind(GetDraftChange, async ({ n, ...name }, { workspace }) => {
    const names = await actorNames(pool, workspace)
    return inWorkspace(pool, workspace, async (tx) => {
      const [state, before] = await draftChange(tx, { workspace, ...name, n })
      if (state?.n !== n) return refuse(unknown(name))
      const text = state.source ?? yamlOf(state.body)
      const earlier = before ? (before.source ?? yamlOf(before.body)) : ''
      return { change: shown(state, names), body: state.body as never, yaml: text, diff: textDiff(earlier, text) }
    })
  }),
  bindAudited(NameDraftChange, async ({ label, ...name }, { workspace }, call) => {
    const names = await actorNames(pool, workspace)
    return inWorkspace(pool, workspace, async (tx) => {
      const [newest] = await draftChange(tx, { workspace, ...name })
      if (!newest) return refuse(unknown(name))
      await nameChange(tx, { workspace, ...name, n: newest.n, label })
      await call.audit(tx, { object: `${name.kind}:${name.id}#${newest.n}` })
      return { change: shown({ ...newest, label }, names) }
    })
  }),
  bindAudited(RestoreDraft, ({ n, ...name }, { workspace, actor }, call) =>
    inWorkspace(pool, workspace, async (tx): Promise<Outcome<{ hash: string }>> => {
      const [state] = await draftChange(tx, { workspace, ...name, n })
      if (state?.n !== n) return refuse(unknown(name))
      const author = { workspace, actor, at: now() }
      const hash = await restore(tx, author, { ...name, body: state.body, source: state.source ?? undefined })
      if (typeof hash !== 'string') return hash
      await call.audit(tx, { object: `${name.kind}:${name.id}#${n}`, after: hash })
      return { hash }
    }),
  ),
  bind(TellPresence, ({ kind, id, tab, step, editing, leaves }, { workspace, actor }) =>
    inWorkspace(pool, workspace, async (tx) => {
      // A key is nobody who sits before a window.
      if (!actor.startsWith('person:')) return { done: true as const }
      const person = actor.slice('person:'.length)
      const document = { workspace, kind, id }
      if (leaves) await leavePresence(tx, document, { person, tab })
      else await tellPresent(tx, document, { person, tab, step, editing, at: now() })
      return { done: true as const }
    }),
  ),
  bindStream(WatchDraft, async ({ kind, id }, { workspace }, { stream }) => {
    const open = stream()
    let before = ''
    let names = await actorNames(pool, workspace)
    for (let n = 1; !open.closed.aborted; n++) {
      if (n % NAMES_EVERY === 0) names = await actorNames(pool, workspace)
      const frame = await inWorkspace(pool, workspace, (tx) => frameOf(tx, { workspace, kind, id }, { at: now(), names }))
      const text = JSON.stringify(frame)
      if (text !== before) open.send(frame)
      before = text
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
    return undefined
  }),
]

/** What is live needs no draft that says the same. */
async function restore(
  tx: Queryable,
  author: Parameters<typeof saveDraft>[1],
  document: Name & Pick<Parameters<typeof saveDraft>[2], 'body' | 'source'>,
): Promise<string | { refused: Problem }> {
  const draft = await saveDraft(tx, author, { ...document, expected: undefined, what: 'restored' })
  if ('refused' in draft) return draft
  const history = await documentHistory(tx, author.workspace, document)
  const live = history?.versions.find(({ status }) => status === 'published')
  if (live?.hash === draft.hash) await discardDraft(tx, author, document)
  return draft.hash
}

const unknown = ({ kind, id }: Name): Problem => ({
  code: 'document.change.unknown',
  status: 404,
  title: 'The draft was never in this state, or it was too long ago.',
  detail: `${kind} "${id}"`,
  hint: 'Look at the list of its changes.',
})

const person = (actor: string, name: string | null | undefined) => ({ id: actor, name: name ?? actor })
const shown = ({ by, n, at, since, what, label, hash, saves }: DraftChange, names: ReadonlyMap<string, string>) => ({
  n,
  at,
  since,
  what,
  label,
  hash,
  saves,
  by: person(by, names.get(by)),
})

/** Everything that a watcher of a document is told. */
async function frameOf(
  tx: Queryable,
  document: Name & { workspace: string },
  { at, names }: { at: number; names: ReadonlyMap<string, string> },
) {
  const { draft, live } = await headsOf(tx, document)
  const people = await presentNow(tx, document, at)
  return {
    people: people.map(({ person: id, ...each }) => ({ ...each, person: { id, name: names.get(`person:${id}`) ?? id } })),
    hash: draft?.hash ?? live?.hash ?? null,
    draft: draft ? { at: draft.at, by: person(draft.by, names.get(draft.by)) } : null,
    live: live?.version ?? null,
    comments: await commentsChanged(tx, document),
  }
}
