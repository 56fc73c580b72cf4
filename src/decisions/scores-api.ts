import { z } from 'zod'
import { action } from '#lib/action.ts'

/** Epoch milliseconds. */
const Time = z.int().nonnegative()

const Contribution = z.object({
  /** A declared feature. */
  name: z.string(),
  /** Its value; null: it is not known of the person. */
  value: z.number().nullable(),
  /** What it adds to the logit of the score. */
  adds: z.number(),
  /** `42 days since the last order: +0.8` */
  says: z.string(),
})

const ModelScore = z.object({
  model: z.string(),
  name: z.string(),
  type: z.enum(['propensity', 'pattern']),
  /** As conditions see it; null: it was not reckoned yet. */
  score: z.number().nullable(),
  /** When it last moved. */
  since: Time.nullable(),
  /** Ids of the crossings that it is above. */
  above: z.array(z.string()),
  /** What the model would say at this moment, before anything happens; null: it has no answer. */
  now: z.number().nullable(),
  /** Why it has no answer; '' when it has one. */
  silence: z.string(),
  /** For people. */
  sentence: z.string(),
  /** Version of the document that decides for this person, and serial of its snapshot (0: none). */
  version: z.int().nonnegative(),
  snapshot: z.int().nonnegative(),
  trainedTo: Time.nullable(),
  /** What moves the score of this moment most, the strongest first. */
  top: z.array(Contribution),
})

export const GetScores = action({
  name: 'scores.get',
  does: 'Shows the scores of one person: how high, since when, by which model, and what each rests on in words.',
  may: 'people:read',
  route: 'GET /api/people/:id/scores',
  input: z.object({ id: z.string().min(1) }),
  output: z.object({
    models: z.array(ModelScore),
    /** Scores that were set from outside. */
    others: z.array(z.object({ name: z.string(), score: z.number(), since: Time })),
  }),
})
