import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Time } from '../schema.ts'

const document = { kind: z.string().min(1).max(40), id: z.string().min(1).max(64) }
const person = z.object({ id: z.string(), name: z.string() })
const CommentId = z.string().min(1).max(40)
const Text = z.string().trim().min(1).max(4_000)

export const Comment = z.object({
  id: z.string(),
  /** Step or part of the document; '': the whole. */
  part: z.string(),
  text: z.string(),
  by: person,
  at: Time,
})
export type Comment = z.output<typeof Comment>

/** A comment with its answers. */
export const Thread = Comment.extend({
  answers: z.array(Comment),
  resolved: z.object({ by: person, at: Time }).nullable(),
})
export type Thread = z.output<typeof Thread>

export const ListComments = action({
  name: 'comments.list',
  does: 'Lists what colleagues say beside a document and its parts, thread by thread, the newest thread first.',
  may: 'documents:read',
  route: 'GET /api/comments/:kind/:id',
  input: z.object({ ...document, part: z.string().max(64).optional(), resolved: z.stringbool().default(false) }),
  output: z.object({ threads: z.array(Thread), people: z.array(person) }),
})

export const AddComment = action({
  name: 'comments.add',
  does: 'Writes a comment beside a document or a part of it, or an answer. `@` and the name of a member tells them.',
  may: 'documents:read',
  route: 'POST /api/comments/:kind/:id',
  input: z.object({ ...document, part: z.string().max(64).default(''), thread: CommentId.optional(), text: Text }),
  output: z.object({ comment: Comment, thread: z.string(), told: z.array(person) }),
  audited: true,
})

export const ResolveComment = action({
  name: 'comments.resolve',
  does: 'Says that a thread of comments is settled, or opens it again.',
  may: 'documents:read',
  route: 'POST /api/comments/:kind/:id/resolve',
  input: z.object({ ...document, thread: CommentId, resolved: z.boolean().default(true) }),
  output: z.object({ done: z.literal(true) }),
  audited: true,
})

export const DeleteComment = action({
  name: 'comments.delete',
  does: 'Takes a comment of mine back; the first of a thread takes its answers along.',
  may: 'documents:read',
  route: 'DELETE /api/comments/:kind/:id/:comment',
  input: z.object({ ...document, comment: CommentId }),
  output: z.object({ done: z.literal(true) }),
  audited: true,
})

/** What members are told of. */
export const NotificationKind = z.enum([
  'mention',
  'answer',
  'approval-asked',
  'approval-decided',
  'journey-stopped',
  'draft-conflict',
  'report',
  'channel-trouble',
])
export type NotificationKind = z.output<typeof NotificationKind>

export const Notification = z.object({
  id: z.string(),
  kind: NotificationKind,
  title: z.string(),
  detail: z.string(),
  /** What it is about: kind and id of a document (or `approval`, `report`), and the part of it. */
  about: z.object({ kind: z.string(), id: z.string(), part: z.string() }),
  by: person.nullable(),
  at: Time,
  read: z.boolean(),
})
export type Notification = z.output<typeof Notification>

export const ListNotifications = action({
  name: 'notifications.list',
  does: 'Lists what I was told, newest first, and how much of it I have not read.',
  may: 'signed-in',
  route: 'GET /api/notifications',
  input: z.object({ cursor: z.string().max(240).optional(), unread: z.stringbool().default(false) }),
  output: z.object({ notifications: z.array(Notification), unread: z.int(), next: z.string().nullable() }),
})

export const ReadNotifications = action({
  name: 'notifications.read',
  does: 'Says that I have read what I was told: these, or all.',
  may: 'signed-in',
  route: 'POST /api/notifications/read',
  input: z.object({ ids: z.array(z.string().max(200)).max(500).optional() }),
  output: z.object({ unread: z.int() }),
})
