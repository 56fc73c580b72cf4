import { z } from 'zod'
import { milliseconds } from '#lib/duration.ts'
import { Brought } from './patterns/brought.ts'

export const ModelId = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use lower-case letters, digits, - and _ (at most 64)')
const Span = z
  .string()
  .regex(/^(?:\d+(?:ms|[wdhms]))+$/, 'write a duration such as 72h or 7d')
  .refine((text) => milliseconds(text) !== undefined, 'this duration is too long')
const Share = z.string().regex(/^(100|\d{1,2})(\.\d+)?%$/, 'write a share such as 10%')
const Condition = z.string().min(1).max(2_000)

/** A share such as `10%` as a number in [0, 1]. */
export const shareOf = (text: string): number => Number.parseFloat(text) / 100

/** How far a model may act: `shadow` decides beside what holds and changes nothing; `share` decides for that share of people, by hash. */
export const Rollout = z.strictObject({
  stage: z.enum(['shadow', 'share', 'full']).default('full'),
  share: Share.default('10%'),
  /** Why this stage is taken although the evaluation was too thin. */
  force: z.string().min(1).max(500).optional(),
})

const model = {
  kind: z.literal('model'),
  id: ModelId,
  name: z.string().max(200).optional(),
  description: z.string().max(2_000).optional(),
  rollout: Rollout.prefault({}),
  /** A snapshot whose newest example is older than this is not asked any more. */
  freshFor: Span.default('30d'),
}

/** What comes to pass, or does not, within a time. */
export const Outcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('opened'), within: Span.default('72h') }),
  z.strictObject({ kind: z.literal('clicked'), within: Span.default('72h') }),
  z.strictObject({ kind: z.literal('unsubscribed'), within: Span.default('72h') }),
  z.strictObject({ kind: z.literal('converted'), event: z.string().min(1), where: Condition.optional(), within: Span.default('7d') }),
  /** Contractual: the event says that the contract ended. Non-contractual: none of `event` within the time. */
  z.strictObject({
    kind: z.literal('churned'),
    contract: z.boolean(),
    event: z.string().min(1),
    within: Span.default('30d'),
  }),
  /** The event within the time after an offer was sent, by offer. */
  z.strictObject({ kind: z.literal('responded'), event: z.string().min(1), within: Span.default('7d') }),
])
export type Outcome = z.output<typeof Outcome>

/** Tells when a score passes a mark: up at `above`, down again `by` below it, so that it does not flap. */
export const Crossing = z.strictObject({
  id: ModelId,
  above: z.number().gt(0).lt(1),
  by: z.number().positive().max(0.5).default(0.05),
})

/** How likely an outcome is; it is the score of its id (`score("churn")`), and tells `score.crossed:<id>`. */
const PropensityModel = z.strictObject({
  ...model,
  type: z.literal('propensity'),
  outcome: Outcome,
  crossings: z.array(Crossing).max(10).default([]),
})

/** Finds patterns in the order and rhythm of events: tells `pattern.found:<id>` and `anomaly.found:<id>`. */
const PatternModel = z.strictObject({
  ...model,
  type: z.literal('pattern'),
  target: z.strictObject({ event: z.string().min(1), within: z.enum(['1d', '7d']).default('7d') }),
  /** Left out: no pattern events, only the score. */
  found: z
    .strictObject({ above: z.number().gt(0).lt(1), by: z.number().positive().max(0.5).default(0.05), cooling: Span.default('7d') })
    .optional(),
  anomaly: z
    .strictObject({ z: z.number().min(2).max(20).default(4), times: z.int().min(1).max(10).default(2), cooling: Span.default('1d') })
    .optional(),
  /** A model of somebody's own, which is not trained here and says only the score. */
  onnx: Brought.optional(),
})

/** Chooses among the options of `choose` steps that name it. */
const ChoiceModel = z.strictObject({
  ...model,
  type: z.literal('choice'),
  /** `best-arm`: the single arm that is best for all. */
  policy: z.enum(['squarecb', 'thompson', 'linucb', 'best-arm']).default('squarecb'),
  /** Every eligible option keeps at least this chance. */
  floor: z.number().min(0.001).max(0.2).default(0.01),
  /** Of the reward of a decision: conversions of the run's goal are counted so long. */
  within: Span.default('7d'),
  /** Share of a conversion's worth that is margin. */
  margin: z.number().gt(0).max(1).default(0.3),
  /** What an unsubscribe costs, in the workspace's currency: the value that the person would still have brought. */
  unsubscribeCost: z.number().nonnegative().default(5),
  halfLife: Span.default('30d'),
})

/** When each person reads. */
const SendTimeModel = z.strictObject({
  ...model,
  type: z.literal('send-time'),
  /** What counts as reading: receipts of messages, and events of their own such as a visit. */
  events: z.array(z.string().min(1)).min(1).max(20).default(['message.clicked', 'Page Viewed', 'Screen Viewed', 'Order Completed']),
  halfLife: Span.default('90d'),
  /** Share of messages that go at another allowed hour, by chance, and share that goes at once, for comparison. */
  explore: Share.default('10%'),
  control: Share.default('10%'),
})

/** Finds the best combination of what the slots of templates can show. */
const ContentModel = z.strictObject({
  ...model,
  type: z.literal('content'),
  /** Receipt that counts as success. */
  success: z.enum(['opened', 'clicked', 'converted']).default('clicked'),
  within: Span.default('72h'),
  /** Share that stays uniform: the winner is confirmed on it. */
  uniform: Share.default('10%'),
})

/** What goes with what: fills the recommendation slots of templates. */
const RecommendationModel = z.strictObject({
  ...model,
  type: z.literal('recommendation'),
  /** Events that name a product, each with the property that holds its id. */
  events: z
    .array(
      z.strictObject({
        event: z.string().min(1),
        product: z.string().min(1).default('product_id'),
        weight: z.number().positive().default(1),
      }),
    )
    .min(1)
    .max(20)
    .default([
      { event: 'Product Viewed', product: 'product_id', weight: 1 },
      { event: 'Product Added', product: 'product_id', weight: 3 },
      { event: 'Order Completed', product: 'products', weight: 5 },
    ]),
})

/** How response and unsubscribing move with the pressure of messages, from caps that were randomised. */
const PressureModel = z.strictObject({
  ...model,
  type: z.literal('pressure'),
  /** Half-life of one message's pressure. */
  halfLife: Span.default('72h'),
  /** Messages a week that are tried, at random, on the share that explores. */
  caps: z
    .array(z.int().min(1).max(50))
    .min(2)
    .max(5)
    .refine((caps) => new Set(caps).size === caps.length, 'name each cap once')
    .default([2, 4, 6]),
  explore: Share.default('10%'),
  /** Share that only the contact policy limits, for comparison. */
  control: Share.default('10%'),
  /** Receipt, or conversion of the run's goal, that counts as a response to a message. */
  success: z.enum(['opened', 'clicked', 'converted']).default('clicked'),
  within: Span.default('72h'),
  /** What a response brings after costs, and the value that a person who leaves would still have brought; in the workspace's currency. */
  margin: z.number().nonnegative().default(0.5),
  lifetimeValue: z.number().nonnegative().default(20),
})

/** How what people write sounds: the score of its id, in [-1, 1]. By rules, for English; it learns nothing. */
const SentimentModel = z.strictObject({
  ...model,
  type: z.literal('sentiment'),
  /** Events with the property that holds what somebody wrote: replies, reviews, notes of calls. */
  texts: z
    .array(
      z.strictObject({
        event: z.string().min(1),
        property: z
          .string()
          .regex(/^[^.]{1,100}(\.[^.]{1,100}){0,7}$/, 'write a name such as text, or a path such as review.body')
          .default('text'),
      }),
    )
    .min(1)
    .max(20)
    .default([
      { event: 'message.received', property: 'text' },
      { event: 'Product Reviewed', property: 'review_body' },
      { event: 'Call Logged', property: 'note' },
      { event: 'Support Ticket Created', property: 'text' },
    ]),
  /** What was said that long ago counts half. */
  halfLife: Span.default('30d'),
})

/** Settings of a model that learns; what it has learned are its snapshots. */
export const Model = z.discriminatedUnion('type', [
  PropensityModel,
  PatternModel,
  ChoiceModel,
  SendTimeModel,
  ContentModel,
  RecommendationModel,
  PressureModel,
  SentimentModel,
])
export type Model = z.output<typeof Model>
export type ModelType = Model['type']
export type ModelOf<T extends ModelType> = Extract<Model, { type: T }>
