import { z } from 'zod'
import { action } from '#lib/action.ts'
import { ModelId } from './schema.ts'

/** Epoch milliseconds. */
const Time = z.int().nonnegative()
const Count = z.int().nonnegative()

/** Numbers of one snapshot, on predictions that were made before their outcome was learned. */
const Point = z.object({
  serial: z.int().positive(),
  version: Count,
  trainedTo: Time,
  examples: Count,
  auc: z.number().nullable(),
  logLoss: z.number().nullable(),
  /** Expected calibration error after calibration. */
  ece: z.number().nullable(),
  /** Who answers, where a model has several ways. */
  champion: z.string(),
})

export const ReadModelReport = action({
  name: 'models.report',
  does: 'Tells how well a model foretells: calibration, drift, which way answers and why, and how that has moved from snapshot to snapshot.',
  may: 'models:read',
  route: 'GET /api/models/:id/report',
  input: z.object({ id: ModelId, limit: z.coerce.number().int().min(1).max(200).default(50) }),
  output: z.object({
    model: z.string(),
    /** Serial of the newest snapshot; 0: nothing has been learned yet. */
    snapshot: Count,
    trainedTo: Time.nullable(),
    /** For a marketer. */
    sentences: z.array(z.string()),
    /** All that the newest snapshot says of itself; what is in it depends on the type. */
    report: z.record(z.string(), z.json()),
    /** Oldest first. */
    history: z.array(Point),
  }),
})
