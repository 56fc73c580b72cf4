import { z } from 'zod'
import { action } from '#lib/action.ts'
import { ModelId } from './schema.ts'

/** Epoch milliseconds. */
const Time = z.int().nonnegative()

const CandidateView = z.object({
  arm: z.string(),
  /** '' for one that could be chosen; else why not. */
  excluded: z.string(),
  predicted: z.number().optional(),
  parts: z.record(z.string(), z.number()).optional(),
  about: z.record(z.string(), z.json()).optional(),
  propensity: z.number().min(0).max(1),
  /** Why it was chosen, or why not, for people. */
  sentence: z.string(),
})

/** What has come of it so far. */
const OutcomeView = z.object({
  converted: z.boolean(),
  value: z.number(),
  cost: z.number(),
  unsubscribed: z.boolean(),
  complained: z.boolean(),
  /** Margin of the value, less cost, less what an unsubscribe loses. */
  reward: z.number(),
  /** The time in which outcomes count is over. */
  matured: z.boolean(),
})

export const DecisionView = z.object({
  id: z.string(),
  kind: z.string(),
  at: Time,
  profile: z.string(),
  journey: z.string(),
  version: z.int().nonnegative(),
  enrollment: z.string(),
  step: z.string(),
  model: z.string(),
  modelVersion: z.int().nonnegative(),
  snapshot: z.int().nonnegative(),
  by: z.string(),
  silence: z.string(),
  chosen: z.string(),
  propensity: z.number().min(0).max(1),
  candidates: z.array(CandidateView),
  /** Why this, for people. */
  sentence: z.string(),
  /** Null for decisions that no outcome is joined to. */
  outcome: OutcomeView.nullable(),
})

const DecisionPage = z.object({ decisions: z.array(DecisionView), next: z.string().nullable() })
const page = { cursor: z.string().max(200).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) }

export const GetDecision = action({
  name: 'decisions.get',
  does: 'Shows one decision: what was possible and what not, what was expected, why this was chosen, and what has come of it.',
  may: 'people:read',
  route: 'GET /api/decisions/:id',
  input: z.object({ id: z.string().min(1).max(300) }),
  output: DecisionView.extend({
    record: z.record(z.string(), z.json()),
    /** What people call these; the id where there is no other name. */
    names: z.object({ journey: z.string(), step: z.string(), model: z.string() }),
    /** Why the model gave no answer; null when it gave one. */
    silent: z.object({ reason: z.string(), sentence: z.string() }).nullable(),
    /** What the model was told of the person; empty where nothing was. */
    told: z.array(z.object({ name: z.string(), value: z.number(), says: z.string() })),
  }),
})

export const PersonDecisions = action({
  name: 'decisions.ofPerson',
  does: 'Lists the decisions that models made about a person, newest first.',
  may: 'people:read',
  route: 'GET /api/people/:id/decisions',
  input: z.object({ id: z.string().min(1), ...page }),
  output: DecisionPage,
})

export const ModelDecisions = action({
  name: 'decisions.ofModel',
  does: 'Lists the decisions of a model, newest first: all, or those that were made in a way, that chose an option, of a journey, before a time.',
  may: 'people:read',
  route: 'GET /api/models/:id/decisions',
  input: z.object({
    id: ModelId,
    ...page,
    by: z.enum(['model', 'cold_start', 'control', 'held_out', 'fallback']).optional(),
    chosen: z.string().min(1).max(200).optional(),
    journey: z.string().min(1).max(200).optional(),
    /** Epoch ms. */
    before: z.coerce.number().int().nonnegative().optional(),
  }),
  output: DecisionPage,
})
