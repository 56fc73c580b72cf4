import { z } from 'zod'
import { action } from '#lib/action.ts'

const Time = z.int().nonnegative()
const Count = z.int().nonnegative()
const Id = z.string().min(1).max(64)

const Status = z.enum(['building', 'built', 'draft', 'archived'])

export const SegmentLine = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  /** The condition as text, and as a sentence. */
  when: z.string(),
  sentence: z.string(),
  status: Status,
  /** People in it now. */
  count: Count,
  entered7d: Count,
  left7d: Count,
  /** Epoch ms of the last publication. */
  at: Time,
})

export const ListSegments = action({
  name: 'segments.list',
  does: 'Lists segments with how many people are in each now, and whether one is still being built.',
  may: 'people:read',
  route: 'GET /api/segments',
  input: z.object({}),
  output: z.object({ segments: z.array(SegmentLine) }),
})

export const ReadSegment = action({
  name: 'segments.read',
  does: 'Shows one segment: its condition in words, how many people are in it, how it grew, how far its build has come, and what uses it.',
  may: 'people:read',
  route: 'GET /api/segments/:id',
  input: z.object({ id: Id }),
  output: SegmentLine.extend({
    draft: z.boolean(),
    /** Null when nothing is being built. `done` is a share in [0, 1]. */
    build: z.object({ done: z.number(), reviews: Count, beganAt: Time, error: z.string() }).nullable(),
    /** The last 30 days on which something changed (UTC), oldest first. */
    growth: z.array(z.object({ day: z.string(), entered: Count, left: Count })),
    usedBy: z.array(z.object({ kind: z.string(), id: z.string(), name: z.string() })),
  }),
})

const Sample = z.object({ id: z.string(), name: z.string(), email: z.string().nullable() })

export const ListMembers = action({
  name: 'segments.members',
  does: 'Lists the people who are in a segment now.',
  may: 'people:read',
  route: 'GET /api/segments/:id/members',
  input: z.object({ id: Id, cursor: z.string().optional(), limit: z.coerce.number().int().min(1).max(500).default(50) }),
  output: z.object({ people: z.array(Sample.extend({ since: Time })), next: z.string().nullable() }),
})

export const PreviewSegment = action({
  name: 'segments.preview',
  does: 'Counts the people for whom a condition holds, and shows some of them. Nothing is published.',
  may: 'people:read',
  route: 'POST /api/segments/preview',
  input: z.object({ when: z.string().min(1).max(32_768), sample: z.int().min(0).max(20).default(10) }),
  output: z.object({ count: Count, of: Count, sentence: z.string(), sample: z.array(Sample), ms: z.number() }),
})

export const RebuildSegment = action({
  name: 'segments.rebuild',
  does: 'Brings in the past of a segment again from the facts. Who is in it stays so until the build is done.',
  may: 'documents:write',
  route: 'POST /api/segments/:id/rebuild',
  input: z.object({ id: Id }),
  output: z.object({ revision: z.int() }),
  audited: true,
})

const Identifier = z.object({
  /** `user_id`, `email`, `phone`, `anonymous_id`, or a kind of your own. */
  kind: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
  value: z.string().min(1).max(512),
})
/** People by identifiers; who is not known yet becomes known. */
const People = z.array(Identifier).min(1).max(1_000)

export const AddToList = action({
  name: 'lists.add',
  does: 'Puts people on a list, up to 1,000 in one call.',
  may: 'people:write',
  route: 'POST /api/lists/:id/add',
  input: z.object({ id: Id, people: People }),
  output: z.object({ accepted: Count }),
  audited: true,
})

export const RemoveFromList = action({
  name: 'lists.remove',
  does: 'Takes people off a list, up to 1,000 in one call.',
  may: 'people:write',
  route: 'POST /api/lists/:id/remove',
  input: z.object({ id: Id, people: People }),
  output: z.object({ accepted: Count }),
  audited: true,
})

export const SetScores = action({
  name: 'scores.set',
  does: 'Writes scores of people, such as one that a model of yours has reckoned, up to 1,000 in one call.',
  may: 'people:write',
  route: 'POST /api/scores',
  input: z.object({
    scores: z
      .array(z.object({ person: Identifier, score: z.string().min(1).max(64), value: z.number(), at: Time.optional() }))
      .min(1)
      .max(1_000),
  }),
  output: z.object({ accepted: Count }),
  audited: true,
})

export const ListLists = action({
  name: 'lists.list',
  does: 'Lists the lists with how many people are on each.',
  may: 'people:read',
  route: 'GET /api/lists',
  input: z.object({}),
  output: z.object({ lists: z.array(z.object({ id: z.string(), name: z.string(), description: z.string(), count: Count, at: Time })) }),
})

export const ListImports = action({
  name: 'lists.imports',
  does: 'Shows the files that were imported into a list: how far each has come, and which rows were refused and why.',
  may: 'people:read',
  route: 'GET /api/lists/:id/imports',
  input: z.object({ id: Id }),
  output: z.object({
    imports: z.array(
      z.object({
        id: z.string(),
        file: z.string(),
        status: z.enum(['running', 'done', 'failed']),
        rows: Count,
        taken: Count,
        refused: Count,
        faults: z.array(z.object({ row: Count, title: z.string() })),
        by: z.string(),
        beganAt: Time,
        endedAt: Time.nullable(),
      }),
    ),
  }),
})
