import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Bounds, Definition, Doubt } from '../inference/schema.ts'
import { RULES } from './rules.ts'
import { TouchpointsId, Window } from './touchpoints.ts'

/** Rules, and what looks at people who did not convert as well (`markov`, `hazard`) or at which channels come together (`shapley`). */
export const MODELS = [...RULES, 'markov', 'shapley', 'hazard'] as const
export const Model = z.enum(MODELS)
export type Model = z.output<typeof Model>

const Count = z.number().nonnegative()
const At = z.number()
/** Epoch ms; query values arrive as text. */
const Moment = z.coerce.number().int().nonnegative()
const Key = z.string().min(1).max(300)
export const By = z.enum(['channel', 'campaign', 'journey', 'message'])

/** Which conversions: of a metric, in a stretch of event time (the last `days`, or `from`–`to`, the end not included). */
const scope = {
  /** A metric document, or `goal:<journey>`. */
  metric: z.string().min(1).max(100),
  by: By.default('channel'),
  days: z.coerce.number().int().min(1).max(400).default(28),
  from: Moment.optional(),
  to: Moment.optional(),
  /** Document of kind touchpoints; left out: `default`, or what holds where there is none. */
  touchpoints: TouchpointsId.optional(),
  /** Instead of the window of clicks that the document says: 7d, 30d. */
  click: Window.optional(),
}
const Views = z.enum(['counted', 'left_out']).default('counted')

/** How to reach what is behind a number: an action of ours, and what to ask it. */
const Drill = z.object({ action: z.string(), query: z.record(z.string(), z.string()) })

/** Credit, never cause. `value` is null where the metric names none. */
const Credit = z.object({ conversions: Count, value: z.number().nullable(), share: z.number() })
export type CreditView = z.output<typeof Credit>

const Row = z.object({
  key: z.string(),
  credit: z.partialRecord(Model, Credit),
  /** Conversions whose path met it at all: what its own platform would claim. */
  claimed: z.object({ conversions: Count, value: z.number().nullable() }),
  /** Paths that met it and ended in nothing. */
  nulls: Count,
  /** Which share of conversions would be missing if everybody who came to it were lost there; null: nobody came. */
  removal: z.number().nullable(),
  people: Drill,
  paths: Drill,
})
export type Row = z.output<typeof Row>

/** One way of counting: with views or without. */
const Counted = z.object({
  conversions: Count,
  value: z.number().nullable(),
  /** Conversions that no touch within its window led to; no model credits them. */
  untouched: z.object({ conversions: Count, value: z.number().nullable(), people: Drill }),
  nulls: Count,
  /** Paths that may still convert. */
  open: Count,
  /** Of paths that converted; null without one. */
  touchesPerConversion: z.number().nullable(),
  daysToConvert: z.number().nullable(),
  /** The chance that a path converts, as the chain says it: conversions ÷ (conversions + nulls). */
  rate: z.number().nullable(),
  rows: z.array(Row),
})
export type Counted = z.output<typeof Counted>

const Figure = Bounds.extend({ estimate: z.number() })

/** A channel or journey that an experiment says the truth of. */
const Calibrated = z.object({
  key: z.string(),
  /** incremental ÷ attributed, over the time of the experiment; 1: credit is what it causes. */
  factor: Figure,
  /** The credit of this report, times the factor. */
  conversions: Figure,
  value: Figure.nullable(),
  level: z.number(),
  label: z.literal('calibrated'),
  sentence: z.string(),
  experiment: Drill,
})
export type Calibrated = z.output<typeof Calibrated>

const Telling = z.object({
  key: z.string(),
  claimed: Count,
  attributed: Count,
  /** Null: no experiment says it. */
  incremental: Figure.nullable(),
  sentence: z.string(),
})

/** The same conversions told three ways. */
const Tellings = z.object({
  conversions: Count,
  claimed: Count,
  attributed: Count,
  rows: z.array(Telling),
  sentences: z.array(z.string()),
})
export type Tellings = z.output<typeof Tellings>

export const AttributionReport = z.object({
  asOf: At,
  from: At,
  to: At,
  metric: z.object({ id: z.string(), name: z.string(), means: z.string() }),
  by: By,
  model: Model,
  currency: z.string(),
  label: z.literal('credit, not cause'),
  sentence: z.string(),
  /** Milliseconds. */
  windows: z.object({ click: z.number(), view: z.number(), session: z.number() }),
  touchpoints: z.string(),
  all: Counted,
  clicksOnly: Counted,
  calibrated: z.array(Calibrated),
  tellings: Tellings,
  /** Of the model `hazard`, where it was asked for: what one touch brings in the long run, and in how many days half of that is over. */
  hazard: z
    .object({
      /** Different ways that were read. */
      ways: Count,
      organic: z.object({ conversions: Count, share: z.number() }),
      effects: z.array(z.object({ key: z.string(), perTouch: z.number(), halfLifeDays: z.number() })),
    })
    .nullable(),
  doubts: z.array(Doubt),
  definitions: z.array(Definition),
})
export type AttributionReport = z.output<typeof AttributionReport>

export const ReadAttribution = action({
  name: 'attribution.report',
  does: 'Credits conversions to channels, campaigns, journeys or messages by several models, beside what they claim and what experiments say they caused',
  may: 'reports:read',
  route: 'GET /api/attribution/:metric',
  input: z.object({
    ...scope,
    model: Model.default('markov'),
    /** Steps that the Markov chain remembers. */
    order: z.coerce.number().int().min(1).max(3).default(1),
  }),
  output: AttributionReport,
})

export const ReadAttributionPaths = action({
  name: 'attribution.paths',
  does: 'Lists the most frequent paths to a conversion, with how often they led nowhere',
  may: 'reports:read',
  route: 'GET /api/attribution/:metric/paths',
  input: z.object({
    ...scope,
    views: Views,
    /** Only paths that meet it. */
    key: Key.optional(),
    limit: z.coerce.number().int().min(1).max(500).default(50),
  }),
  output: z.object({
    asOf: At,
    paths: z.array(
      z.object({
        steps: z.array(z.string()),
        conversions: Count,
        value: z.number().nullable(),
        nulls: Count,
        open: Count,
        /** Conversions ÷ (conversions + nulls); null: none has ended. */
        rate: z.number().nullable(),
        days: z.number().nullable(),
      }),
    ),
    definitions: z.array(Definition),
  }),
})

export const ReadAttributionPeople = action({
  name: 'attribution.people',
  does: 'Lists who converted and by which touches, for one channel, campaign, journey or message, or without any touch',
  may: 'people:read',
  route: 'GET /api/attribution/:metric/people',
  input: z.object({
    ...scope,
    views: Views,
    /** Only conversions whose path meets it. */
    key: Key.optional(),
    /** Only conversions that no touch led to. */
    untouched: z.stringbool().default(false),
    cursor: z.string().max(600).optional(),
    limit: z.coerce.number().int().min(1).max(500).default(50),
  }),
  output: z.object({
    asOf: At,
    conversions: z.array(
      z.object({
        profileId: z.string(),
        at: At,
        value: z.number().nullable(),
        /** In the order in which they were met; `at` in epoch ms. */
        touches: z.array(z.object({ key: z.string(), at: At })),
        profile: Drill,
      }),
    ),
    next: z.string().nullable(),
  }),
})
