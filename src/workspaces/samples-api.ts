import { z } from 'zod'
import { action } from '#lib/action.ts'

export const Industry = z.enum(['shop', 'saas', 'bank'])
export type Industry = z.output<typeof Industry>

const Sample = z.object({
  /** Workspace id. */
  id: z.string(),
  name: z.string(),
  industry: Industry,
  status: z.enum(['making', 'ready', 'failed', 'leaving']),
  /** What is being done: `setting-up`, `living`, `writing`. */
  phase: z.string(),
  /** How far it is, 0 to 1. */
  share: z.number(),
  /** Why it failed; '' when it did not. */
  problem: z.string(),
  /** How many people there are in it. */
  people: z.int(),
  createdAt: z.int(),
})
export type Sample = z.output<typeof Sample>

export const CreateSample = action({
  name: 'samples.create',
  does: 'Makes a workspace of its own with made-up people and some months of their history; nothing of it can leave. It takes some seconds: samples.list tells how far it is.',
  may: 'workspace:admin',
  route: 'POST /api/samples',
  input: z.object({
    industry: Industry,
    /** The same seed makes the same people, who do the same. */
    seed: z.int().min(0).max(1_000_000).default(1),
  }),
  output: Sample,
  audited: true,
})

export const ListSamples = action({
  name: 'samples.list',
  does: 'Lists the sample workspaces that the caller is a member of, with how far their making is.',
  may: 'signed-in',
  route: 'GET /api/samples',
  input: z.object({}),
  output: z.object({ samples: z.array(Sample) }),
})

export const DeleteSample = action({
  name: 'samples.delete',
  does: 'Deletes a sample workspace with everything in it.',
  may: 'signed-in',
  route: 'DELETE /api/samples/:id',
  input: z.object({ id: z.string().min(1).max(64) }),
  output: z.object({ done: z.literal(true) }),
  audited: true,
})
