import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Model, ModelId } from '../schema.ts'
import { ChoiceEvaluation, PolicyWanted } from './choice.ts'

const Time = z.int().nonnegative()
const Count = z.int().nonnegative()
const Id = z.string().regex(/^[0-9a-f-]{36}$/)

const EvaluationLine = z.object({
  id: Id,
  model: ModelId,
  policy: PolicyWanted,
  status: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  /** Of the document that was valued: what is learned, without name and stage. '' for policies without a document. */
  task: z.string(),
  from: Time,
  to: Time,
  beganAt: Time,
  endedAt: Time.nullable(),
  /** Decisions read, of how many. */
  done: Count,
  total: Count,
  error: z.string(),
  result: ChoiceEvaluation.nullable(),
})
export type EvaluationLine = z.output<typeof EvaluationLine>

export const EvaluateModel = action({
  name: 'models.evaluate',
  does: 'Values a policy of a choice on what was decided and what came of it, before it goes live; nothing is sent and nothing changes.',
  may: 'models:write',
  route: 'POST /api/models/:id/evaluate',
  input: z.object({
    id: ModelId,
    policy: PolicyWanted.prefault({ kind: 'document' }),
    /** What it would be; left out: the draft, else what is live. */
    document: Model.optional(),
    /** Epoch ms; left out: the last 90 days. Decisions whose outcomes are not all in are never used. */
    from: Time.optional(),
    to: Time.optional(),
  }),
  output: z.object({ id: Id }),
  status: 202,
})

export const GetEvaluation = action({
  name: 'models.evaluation',
  does: 'Tells how far the evaluation of a policy is, and what came out.',
  may: 'models:read',
  route: 'GET /api/evaluations/:id',
  input: z.object({ id: Id }),
  output: EvaluationLine,
})

export const ListEvaluations = action({
  name: 'models.evaluations',
  does: 'Lists the newest evaluations of a model’s policies.',
  may: 'models:read',
  route: 'GET /api/models/:id/evaluations',
  input: z.object({ id: ModelId, limit: z.coerce.number().int().min(1).max(50).default(20) }),
  output: z.object({ evaluations: z.array(EvaluationLine) }),
})

export const CancelEvaluation = action({
  name: 'models.cancelEvaluation',
  does: 'Ends an evaluation before it is done.',
  may: 'models:write',
  route: 'POST /api/evaluations/:id/cancel',
  input: z.object({ id: Id }),
  output: z.object({ cancelled: z.boolean() }),
})

const Told = z.object({ code: z.string(), title: z.string(), detail: z.string(), hint: z.string() })

export const CheckPromotion = action({
  name: 'models.promotion',
  does: 'Says what stands in the way of the stage that a model’s draft asks for, and what is missing.',
  may: 'models:read',
  route: 'GET /api/models/:id/promotion',
  input: z.object({ id: ModelId }),
  output: z.object({
    stage: z.enum(['shadow', 'share', 'full']),
    refused: Told.nullable(),
    warnings: z.array(Told),
    /** The newest that is done, of just this document. */
    evaluation: EvaluationLine.nullable(),
  }),
})

const OfferTold = z.object({
  /** Scores are called `response:<offer>`. */
  offer: z.string(),
  decisions: Count,
  people: Count,
  /** What the offer changes on average, in the reward's unit, with its 95 % interval. */
  effect: z.number(),
  low: z.number(),
  high: z.number(),
  /** Whether people are shown to respond differently. */
  differs: z.boolean(),
  sentence: z.string(),
})

export const ResponseReport = z.object({
  /** Why nothing can be said. */
  refused: Told.nullable(),
  offers: z.array(OfferTold),
})
export type ResponseReport = z.output<typeof ResponseReport>

export const LearnResponses = action({
  name: 'models.learnResponses',
  does: 'Reckons now what each type of offer does to each person, from offers that were drawn at random; it is done every night as well.',
  may: 'models:write',
  route: 'POST /api/responses',
  input: z.object({}),
  output: z.object({ asked: z.literal(true) }),
  audited: true,
  status: 202,
})

export const GetResponses = action({
  name: 'models.responses',
  does: 'Tells what each type of offer does to people, by the model whose choices drew it, and whether people differ in that.',
  may: 'models:read',
  route: 'GET /api/responses',
  input: z.object({}),
  output: z.object({ models: z.array(ResponseReport.extend({ model: z.string(), at: Time })) }),
})
