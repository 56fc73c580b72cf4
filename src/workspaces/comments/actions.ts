import { randomUUID } from 'node:crypto'
import { type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { documentHistory } from '#platform/documents.ts'
import { type Binding, bind, bindAudited } from '#platform/http/actions.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { actorNames } from '../store.ts'
import { AddComment, DeleteComment, ListComments, ListNotifications, ReadNotifications, ResolveComment } from './api.ts'
import { type Mentionable, mentionsIn } from './mentions.ts'
import {
  commentAuthor,
  deleteComment,
  insertComment,
  notificationsOf,
  notifyPerson,
  readNotifications,
  resolveThread,
  threadNow,
  threadsOf,
  unreadCount,
} from './store.ts'

interface Options {
  readonly pool: Pool
  /** Epoch ms. */
  readonly now: () => number
}
type Document = { readonly workspace: string; readonly kind: string; readonly id: string }

const PAGE = 50

/** Comments beside documents, and what members are told. */
export const commentBindings = ({ pool, now }: Options): Binding[] => [
  bind(ListComments, async ({ part, resolved, ...name }, { workspace }) => {
    const names = await actorNames(pool, workspace)
    const threads = await inWorkspace(pool, workspace, (tx) => threadsOf(tx, { workspace, ...name }, { part, resolved, names }))
    return { threads, people: mentionable(names) }
  }),
  bindAudited(AddComment, async ({ part, thread, text, ...name }, { workspace, actor }, call) => {
    const people = mentionable(await actorNames(pool, workspace))
    return inWorkspace(pool, workspace, async (tx) => {
      const document = { workspace, ...name }
      if (!(await documentHistory(tx, workspace, name))) return refuse(unknownDocument(name))
      const first = thread === undefined ? undefined : await threadNow(tx, document, thread)
      if (thread !== undefined && !first) return refuse(UNKNOWN)
      const id = randomUUID()
      const comment = { id, part: first?.part ?? part, thread: thread ?? id, text, by: actor, at: now() }
      await insertComment(tx, document, comment)
      const told = await tell(tx, document, { ...comment, others: first?.actors ?? [], people })
      await call.audit(tx, { object: `${name.kind}:${name.id} comment:${id}` })
      const by = people.find((each) => each.id === actor) ?? { id: actor, name: actor }
      return { comment: { id, part: comment.part, text, by, at: comment.at }, thread: comment.thread, told }
    })
  }),
  bindAudited(ResolveComment, ({ thread, resolved, ...name }, { workspace, actor }, call) =>
    inWorkspace(pool, workspace, async (tx): Promise<Outcome<{ done: true }>> => {
      const done = await resolveThread(tx, { workspace, ...name }, { thread, by: resolved ? actor : null, at: resolved ? now() : null })
      if (!done) return refuse(UNKNOWN)
      await call.audit(tx, { object: `${name.kind}:${name.id} comment:${thread}` })
      return { done: true }
    }),
  ),
  bindAudited(DeleteComment, ({ comment, ...name }, { workspace, actor, permissions }, call) =>
    inWorkspace(pool, workspace, async (tx): Promise<Outcome<{ done: true }>> => {
      const author = await commentAuthor(tx, { workspace, ...name }, comment)
      if (author === undefined) return refuse(UNKNOWN)
      if (author !== actor && !permissions.has('workspace:admin')) return refuse(NOT_YOURS)
      await deleteComment(tx, workspace, { comment, at: now() })
      await call.audit(tx, { object: `${name.kind}:${name.id} comment:${comment}` })
      return { done: true }
    }),
  ),
  bind(ListNotifications, ({ cursor, unread }, { workspace, actor }) =>
    asPerson({ workspace, actor }, NOTHING_TOLD, async (person) => {
      const names = await actorNames(pool, workspace)
      return inWorkspace(pool, workspace, async (tx) => ({
        ...(await notificationsOf(tx, { workspace, person, before: cursor, unread, limit: PAGE, names })),
        unread: await unreadCount(tx, workspace, person),
      }))
    }),
  ),
  bind(ReadNotifications, ({ ids }, { workspace, actor }) =>
    asPerson({ workspace, actor }, { unread: 0 }, (person) =>
      inWorkspace(pool, workspace, async (tx) => {
        await readNotifications(tx, { workspace, person, ids: ids ?? null, at: now() })
        return { unread: await unreadCount(tx, workspace, person) }
      }),
    ),
  ),
]

const NOTHING_TOLD = { notifications: [], unread: 0, next: null }

/** Keys, and people without a workspace, are told nothing. */
const asPerson = <T>(who: { workspace: string; actor: string }, none: T, work: (person: string) => Promise<T>): Promise<T> =>
  who.workspace === '' || !who.actor.startsWith('person:') ? Promise.resolve(none) : work(who.actor.slice('person:'.length))

const mentionable = (names: ReadonlyMap<string, string>): Mentionable[] => [...names].map(([id, name]) => ({ id, name }))

/** Who is named is told, and so are those who wrote in the thread before. */
async function tell(
  tx: Queryable,
  { workspace, kind, id }: Document,
  comment: {
    id: string
    part: string
    thread: string
    text: string
    by: string
    at: number
    others: readonly string[]
    people: readonly Mentionable[]
  },
): Promise<Mentionable[]> {
  const { people } = comment
  const author = people.find((each) => each.id === comment.by)?.name ?? comment.by
  const named = mentionsIn(comment.text, people).filter((each) => each.id !== comment.by)
  const about = { kind, id, part: comment.part }
  const say = (actor: string, what: 'mention' | 'answer', { title }: { readonly title: string }) =>
    notifyPerson(tx, `comment ${comment.id}`, {
      workspace,
      person: actor.slice('person:'.length),
      kind: what,
      title,
      detail: comment.text,
      about,
      by: comment.by,
      at: comment.at,
    })
  for (const each of named) await say(each.id, 'mention', { title: `${author} mentioned you beside “${id}”` })
  const others = comment.others.filter((actor) => actor.startsWith('person:') && !named.some((each) => each.id === actor))
  for (const actor of others) await say(actor, 'answer', { title: `${author} answered beside “${id}”` })
  return named
}

const UNKNOWN: Problem = {
  code: 'comment.unknown',
  status: 404,
  title: 'There is no such comment any more.',
  hint: 'Somebody took it back; read the list again.',
}
const NOT_YOURS: Problem = {
  code: 'comment.others',
  status: 403,
  title: 'Only who wrote a comment can take it back.',
  hint: 'Resolve the thread instead, or ask an administrator.',
}
const unknownDocument = ({ kind, id }: { kind: string; id: string }): Problem => ({
  code: 'document.unknown',
  status: 404,
  title: 'There is no such document.',
  detail: `${kind} "${id}"`,
})
