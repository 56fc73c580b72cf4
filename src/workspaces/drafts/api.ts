import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Body } from '../documents/api.ts'
import { Time } from '../schema.ts'

const name = { kind: z.string().min(1).max(40), id: z.string().min(1).max(64) }
const person = { id: z.string(), name: z.string() }

/** One state that a draft has been in. Saves of one person that follow each other within minutes are one. */
export const DraftChange = z.object({
  n: z.int(),
  at: Time,
  /** Since when; `at` is the last save of it. */
  since: Time,
  by: z.object(person),
  what: z.enum(['edited', 'restored', 'discarded']),
  /** Name that somebody gave it; it is kept. */
  label: z.string().nullable(),
  hash: z.string(),
  saves: z.int(),
})

export const ListDraftChanges = action({
  name: 'documents.changes',
  does: 'Lists the states that the draft of a document has been in, newest first: who changed it, when, and which of them were named.',
  may: 'documents:read',
  route: 'GET /api/documents/:kind/:id/changes',
  input: z.object({ ...name, cursor: z.string().max(20).optional() }),
  output: z.object({ changes: z.array(DraftChange), next: z.string().nullable() }),
})

export const GetDraftChange = action({
  name: 'documents.change',
  does: 'Shows one state that the draft of a document has been in, with what was different from the state before.',
  may: 'documents:read',
  route: 'GET /api/documents/:kind/:id/changes/:n',
  input: z.object({ ...name, n: z.coerce.number().int().positive() }),
  output: z.object({ change: DraftChange, body: Body, yaml: z.string(), diff: z.string() }),
})

export const NameDraftChange = action({
  name: 'documents.checkpoint',
  does: 'Gives the draft as it stands a name, so that it can be found and restored.',
  may: 'documents:write',
  route: 'POST /api/documents/:kind/:id/checkpoint',
  input: z.object({ ...name, label: z.string().trim().min(1).max(120) }),
  output: z.object({ change: DraftChange }),
  audited: true,
})

export const RestoreDraft = action({
  name: 'documents.restore',
  does: 'Makes a state that the draft has been in the draft again. What the draft is now stays in its history.',
  may: 'documents:write',
  route: 'POST /api/documents/:kind/:id/restore',
  input: z.object({ ...name, n: z.int().positive() }),
  output: z.object({ hash: z.string() }),
  audited: true,
})

/** Who has a draft open now, and on which step. */
export const Present = z.object({
  person: z.object(person),
  /** One of their windows. */
  tab: z.string(),
  /** Step or part that they stand on; '': none. */
  step: z.string(),
  /** They are changing it; else they look at it. */
  editing: z.boolean(),
  since: Time,
})

export const TellPresence = action({
  name: 'documents.present',
  does: 'Says that a window of mine has a document open, and on which part of it I am. It counts for 15 seconds.',
  may: 'documents:read',
  route: 'POST /api/documents/:kind/:id/presence',
  input: z.object({
    ...name,
    tab: z.string().min(1).max(40),
    step: z.string().max(64).default(''),
    editing: z.boolean().default(false),
    /** The window is closed. */
    leaves: z.boolean().default(false),
  }),
  output: z.object({ done: z.literal(true) }),
})

export const WatchDraft = action({
  name: 'documents.watch',
  does: 'Streams who has a document open and whenever its draft, its comments or its live version change.',
  may: 'documents:read',
  route: 'GET /api/documents/:kind/:id/watch',
  input: z.object(name),
  output: z.object({
    people: z.array(Present),
    /** Of the draft, else of what is live; null: neither is there. */
    hash: z.string().nullable(),
    draft: z.object({ by: z.object(person), at: Time }).nullable(),
    live: z.int().nullable(),
    /** When a comment was last written, resolved or deleted. */
    comments: Time.nullable(),
  }),
  streams: true,
})
