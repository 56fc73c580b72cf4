import { z } from 'zod'
import { type Action, action } from '#lib/action.ts'
import type { Problem } from '#lib/problem.ts'
import { Time } from '../schema.ts'
import { InFlight } from './in-flight.ts'

const name = { kind: z.string().min(1).max(40), id: z.string().min(1).max(64) }
export const Body = z.record(z.string(), z.json())
/** `source`: the YAML text that says the body, with its comments and layout; it is kept and given back. */
export const Authored = z.object({ ...name, body: Body, source: z.string().max(2_000_000).optional() })

const ProblemShape: z.ZodType<Problem> = z.object({
  code: z.string(),
  status: z.int(),
  title: z.string(),
  detail: z.string().optional(),
  hint: z.string().optional(),
  at: z.string().optional(),
})

export const PlannedChange = z.object({
  ...name,
  action: z.enum(['create', 'change', 'unchanged', 'archive']),
  /** Live version before. */
  from: z.int().nullable(),
  /** YAML before and after, as the hunks of a unified diff. */
  diff: z.string(),
  problems: z.array(ProblemShape),
})
export const DocumentPlan = z.object({
  changes: z.array(PlannedChange),
  /** What the changes would break in documents that were not given. */
  breaks: z.array(z.object({ ...name, problems: z.array(ProblemShape) })),
  ok: z.boolean(),
  /** Names exactly these changes on exactly this state. */
  token: z.string(),
})

/** Hundreds of templates come in one request, so that all or none are published. */
const LARGEST = 32 * 1_048_576

const planInput = {
  documents: z.array(Authored).max(2_000),
  /** Archive what is live and is not given. */
  prune: z.boolean().default(false),
}

export const PlanDocuments = action({
  name: 'documents.plan',
  does: 'Shows what applying documents would create, change or archive, as diffs, with every problem found.',
  may: 'documents:read',
  route: 'POST /api/documents/plan',
  input: z.object(planInput),
  output: DocumentPlan,
  largestBody: LARGEST,
})

const AppliedPlan = z.object({
  plan: DocumentPlan,
  /** Null when nothing changed. */
  revision: z.int().nullable(),
  published: z.array(z.object({ ...name, version: z.int().positive() })),
})

export const ApplyDocuments = action({
  name: 'documents.apply',
  does: 'Publishes documents all at once, or none when one is unsound. With the token of a plan, only exactly that plan. Applying again changes nothing.',
  may: 'documents:write',
  route: 'POST /api/documents/apply',
  input: z.object({
    ...planInput,
    token: z.string().optional(),
    /** By journey id: what happens to people inside. Left out: they finish on their version. */
    inFlight: z.record(z.string(), InFlight).default({}),
    /** Tokens of `journeys.impact`, one for each journey whose people are taken along. */
    impacts: z.array(z.string().max(100)).max(2_000).default([]),
  }),
  output: AppliedPlan,
  largestBody: LARGEST,
  audited: true,
})

export const ExportDocuments = action({
  name: 'documents.export',
  does: 'Gives all live documents, as JSON and as YAML.',
  may: 'documents:read',
  route: 'GET /api/documents/export',
  input: z.object({ kind: name.kind.optional() }),
  output: z.object({ documents: z.array(z.object({ ...name, body: Body, version: z.int(), yaml: z.string() })) }),
})

export const ListDocuments = action({
  name: 'documents.list',
  does: 'Lists documents with their live version and whether there is a draft.',
  may: 'documents:read',
  route: 'GET /api/documents',
  input: z.object({ kind: name.kind.optional(), archived: z.stringbool().default(false) }),
  output: z.object({
    documents: z.array(z.object({ ...name, name: z.string(), live: z.int().nullable(), draft: z.boolean(), at: Time, by: z.string() })),
  }),
})

const Draft = z.object({
  body: Body,
  yaml: z.string(),
  hash: z.string(),
  base: z.int().nullable(),
  at: Time,
  by: z.string(),
  byName: z.string(),
})

export const GetDocument = action({
  name: 'documents.get',
  does: 'Shows one version of a document (the live one if none is named) with its history, its draft and what changed since the version before.',
  may: 'documents:read',
  route: 'GET /api/documents/:kind/:id',
  input: z.object({
    ...name,
    version: z.coerce.number().int().positive().optional(),
    /** Compare with this version instead of the one before. */ against: z.coerce.number().int().positive().optional(),
  }),
  output: z.object({
    ...name,
    /** Null while there is only a draft. */
    shown: z.object({ version: z.int(), body: Body, yaml: z.string(), hash: z.string(), diff: z.string() }).nullable(),
    live: z.int().nullable(),
    versions: z.array(
      z.object({
        version: z.int(),
        status: z.enum(['published', 'archived']),
        hash: z.string(),
        at: Time,
        by: z.string(),
        byName: z.string(),
      }),
    ),
    draft: Draft.nullable(),
  }),
})

export const SaveDraft = action({
  name: 'documents.save',
  does: 'Writes the draft of a document and says what is wrong with it. With `If-Match` (the hash that was loaded, or `none`) it refuses when somebody else saved meanwhile.',
  may: 'documents:write',
  route: 'PUT /api/documents/:kind/:id/draft',
  input: Authored,
  output: z.object({ draft: Draft, problems: z.array(ProblemShape) }),
})

export const DiscardDraft = action({
  name: 'documents.discard',
  does: 'Throws the draft of a document away.',
  may: 'documents:write',
  route: 'DELETE /api/documents/:kind/:id/draft',
  input: z.object(name),
  output: z.object({ done: z.literal(true) }),
})

export const PublishDraft = action({
  name: 'documents.publish',
  does: 'Makes the draft live, exactly as it was when `hash` was taken of it.',
  may: 'signed-in',
  route: 'POST /api/documents/:kind/:id/publish',
  input: z.object({
    ...name,
    hash: z.string().length(64),
    /** Of a journey: what happens to people inside. Left out: they finish on their version. */
    inFlight: InFlight.optional(),
    /** Token of `journeys.impact`, when people are taken along. */
    impact: z.string().max(100).optional(),
  }),
  output: AppliedPlan,
  audited: true,
})

export const ArchiveDocument = action({
  name: 'documents.archive',
  does: 'Takes a document out of use. Its versions stay, and runs that stand on one go on.',
  may: 'signed-in',
  route: 'POST /api/documents/:kind/:id/archive',
  input: z.object(name),
  output: AppliedPlan,
  audited: true,
})

export const DOCUMENT_ACTIONS: readonly Action[] = [
  PlanDocuments,
  ApplyDocuments,
  ExportDocuments,
  ListDocuments,
  GetDocument,
  SaveDraft,
  DiscardDraft,
  PublishDraft,
  ArchiveDocument,
]
