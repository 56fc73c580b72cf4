import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Model, ModelId } from './schema.ts'

/** Epoch milliseconds. */
const Time = z.int().nonnegative()
const Count = z.int().nonnegative()
const Report = z.record(z.string(), z.json())

const SnapshotLine = z.object({
  serial: z.int().positive(),
  /** Version of the document that it was trained for. */
  version: Count,
  kind: z.enum(['snapshot', 'reset']),
  /** In force from this revision on. */
  revision: Count,
  madeAt: Time,
  /** Time of the newest example in it. */
  trainedTo: Time,
  examples: Count,
  /** SHA-256 of the body. */
  checksum: z.string(),
  /** Characters of the body. */
  size: Count,
  /** The body was removed after the time that snapshots are kept; checksum and report stay. */
  removed: z.boolean(),
  report: Report,
})

const Training = z.object({
  /** '' when nothing is done at this moment. */
  phase: z.enum(['', 'gathering', 'fitting', 'installing']),
  startedAt: Time.nullable(),
  endedAt: Time.nullable(),
  /** '' before the first. */
  outcome: z.enum(['', 'installed', 'nothing_new', 'failed']),
  reason: z.string(),
  detail: z.string(),
  failures: Count,
  tookMs: Count,
  /** When it is tried again. */
  next: Time,
})

/** One version of a model that is learned for. */
const VersionHealth = z.object({
  version: Count,
  stage: z.enum(['shadow', 'share', 'full']),
  /** `full`: decides; `candidate`: is being tried. */
  role: z.enum(['full', 'candidate']),
  state: z.enum(['learning', 'cold', 'stale', 'broken', 'shadow']),
  /** How it is, for people. */
  sentence: z.string(),
  /** What to do; '' for nothing. */
  todo: z.string(),
  /** Serial of the newest snapshot; 0: none. */
  snapshot: Count,
  trainedTo: Time.nullable(),
  examples: Count,
  training: Training.nullable(),
})

/** What is missing before a model begins to learn. */
const Waits = z.object({
  /** For a marketer. */
  sentence: z.string(),
  /** Examples that are there, those whose time is not over yet, and how many make a beginning (0: there is no such number). */
  examples: Count,
  open: Count,
  wanted: Count,
  /** Events that it rests on and that have never come in. */
  missing: z.array(z.string()),
})

const ModelLine = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  /** What it does once it has learned. */
  does: z.string(),
  /** Null once it has learned something. */
  waits: Waits.nullable(),
  /** Of what decides; where nothing does yet, of what is being tried. */
  state: VersionHealth.shape.state,
  sentence: z.string(),
  todo: z.string(),
  versions: z.array(VersionHealth),
})

export const ListModels = action({
  name: 'models.list',
  does: 'Lists the published models: how each of them is, what it has learned from, and when it learns again.',
  may: 'models:read',
  route: 'GET /api/models',
  input: z.object({}),
  output: z.object({ models: z.array(ModelLine) }),
})

export const GetModel = action({
  name: 'models.get',
  does: 'Shows a model: its settings, how it is, its newest snapshots and what they were trained on.',
  may: 'models:read',
  route: 'GET /api/models/:id',
  input: z.object({
    id: ModelId,
    /** Snapshots before this serial; left out: the newest. */
    before: z.coerce.number().int().positive().optional(),
    limit: z.coerce.number().int().min(1).max(100).default(20),
  }),
  output: ModelLine.extend({ document: Model, snapshots: z.array(SnapshotLine) }),
})

export const TrainModel = action({
  name: 'models.train',
  does: 'Lets a model learn now instead of when it is due.',
  may: 'models:write',
  route: 'POST /api/models/:id/train',
  input: z.object({ id: ModelId }),
  output: z.object({ asked: z.literal(true) }),
  audited: true,
  status: 202,
})

export const ResetModel = action({
  name: 'models.reset',
  does: 'Makes a model forget what it has learned; it begins anew from the events that are kept.',
  may: 'models:write',
  route: 'POST /api/models/:id/reset',
  input: z.object({ id: ModelId }),
  output: z.object({ revision: Count }),
  audited: true,
})

export const GetSnapshot = action({
  name: 'models.snapshot',
  does: 'Shows one snapshot of a model with what it holds.',
  may: 'models:read',
  route: 'GET /api/models/:id/snapshots/:serial',
  input: z.object({ id: ModelId, serial: z.coerce.number().int().positive() }),
  output: SnapshotLine.extend({
    /** As text; null when it was removed or cannot be read. */
    body: z.string().nullable(),
    /** Why it cannot be read; '' when it can. */
    broken: z.string(),
  }),
})

/** A record that does not come out as it was written, or cannot be reckoned again. */
const Difference = z.object({
  id: z.string(),
  at: Time,
  model: z.string(),
  snapshot: Count,
  /** `differs`: other numbers came out; else why nothing did. */
  kind: z.enum(['differs', 'no_snapshot', 'broken', 'failed']),
  /** Fields that differ, or words. */
  detail: z.string(),
})

export const ReplayDecisions = action({
  name: 'decisions.replay',
  does: 'Reckons logged decisions again from what they say they rest on, and tells which do not come out bit for bit.',
  may: 'models:read',
  route: 'POST /api/decisions/replay',
  input: z.object({
    from: Time,
    to: Time,
    /** Of this model only. */
    model: ModelId.optional(),
    /** Where the answer before ended. */
    after: z.object({ at: Time, id: z.string() }).optional(),
    limit: z.int().min(1).max(10_000).default(5_000),
  }),
  output: z.object({
    /** Decisions that were reckoned again. */
    checked: Count,
    same: Count,
    /** Decisions of kinds that are not reckoned again. */
    passed: Count,
    differences: z.array(Difference),
    /** Where to go on; null: that was all. */
    next: z.object({ at: Time, id: z.string() }).nullable(),
  }),
})
