import { z } from 'zod'
import { action, type InputOf, type OutputOf } from '#lib/action.ts'
import { Basis, CostEntry, CostKind, CostSource, Day, RecordedEntry } from './schema.ts'

/** Epoch milliseconds. */
const Time = z.number()
/** In the workspace's currency. */
const Money = z.number()
const Definitions = z.array(z.object({ term: z.string(), means: z.string() }))
const Doubts = z.array(z.object({ code: z.string(), sentence: z.string() }))
const Id = z.string().min(1).max(200)
const Limit = z.coerce.number().int().min(1).max(500).default(100)
const Cursor = z.string().max(600)
/** What lists what is behind a number: an action with its query. */
const Drill = z.object({ action: z.string(), query: z.record(z.string(), z.string()) })

/** Days in the workspace's zone, both included; left out: the thirty days up to today. At most 400. */
const Days = { from: Day.optional(), until: Day.optional() }
const Where = {
  kind: CostKind.optional(),
  journey: Id.optional(),
  channel: Id.optional(),
  offer: Id.optional(),
  campaign: Id.optional(),
}

const Sum = { amount: Money, measured: Money, estimated: Money, items: z.number(), drill: Drill }
const Named = z.object({ name: z.string(), ...Sum })

export const ReadCosts = action({
  name: 'costs.report',
  does: 'Tells what was spent by day, kind, journey, channel and offer: providers, incentives, tokens, platform, data and people’s work; measured and estimated apart.',
  may: 'reports:read',
  route: 'GET /api/reports/costs',
  input: z.object({ ...Days, ...Where }),
  output: z.object({
    asOf: Time,
    currency: z.string(),
    from: z.string(),
    until: z.string(),
    sentence: z.string(),
    total: z.object({ ...Sum, se: Money }),
    kinds: z.array(Named),
    /** '' is what no journey bears. */
    journeys: z.array(Named),
    channels: z.array(Named),
    offers: z.array(Named),
    days: z.array(z.object({ day: z.string(), amount: Money, kinds: z.partialRecord(CostKind, Money) })),
    /** In currencies of which no rate is stated: in none of the sums. */
    strange: z.array(z.object({ currency: z.string(), amount: Money })),
    doubts: Doubts,
    definitions: Definitions,
  }),
})

export type CostReport = OutputOf<typeof ReadCosts>
export type CostsAsked = InputOf<typeof ReadCosts>

export const LedgerLine = z.object({
  day: z.string(),
  kind: CostKind,
  journey: z.string(),
  step: z.string(),
  channel: z.string(),
  offer: z.string(),
  campaign: z.string(),
  /** Who charged or what was given: the provider, model, pool, role, rate. */
  of: z.string(),
  amount: Money,
  currency: z.string(),
  items: z.number(),
  basis: Basis,
  source: CostSource,
  /** Messages behind it, one by one; null: nothing smaller is known. */
  drill: Drill.nullable(),
})
export type LedgerLine = z.output<typeof LedgerLine>

export const ListCosts = action({
  name: 'costs.entries',
  does: 'Lists the lines of the ledger of costs, each with where it comes from and whether it was measured; they sum to the report.',
  may: 'reports:read',
  route: 'GET /api/costs',
  input: z.object({ ...Days, ...Where, cursor: Cursor.optional(), limit: Limit }),
  output: z.object({ currency: z.string(), total: z.int(), lines: z.array(LedgerLine), next: z.string().nullable() }),
})

export const ListCostMessages = action({
  name: 'costs.messages',
  does: 'Lists the messages that providers charged for, each with its price and person; they sum to the ledger.',
  may: 'people:read',
  route: 'GET /api/costs/messages',
  input: z.object({
    ...Days,
    journey: Id.optional(),
    step: Id.optional(),
    channel: Id.optional(),
    provider: Id.optional(),
    cursor: Cursor.optional(),
    limit: Limit,
  }),
  output: z.object({
    messages: z.array(
      z.object({
        effectId: z.string(),
        profileId: z.string(),
        journey: z.string(),
        step: z.string(),
        channel: z.string(),
        provider: z.string(),
        cost: Money,
        currency: z.string(),
        at: Time,
      }),
    ),
    next: z.string().nullable(),
  }),
})

export const ListRecordedCosts = action({
  name: 'costs.recorded',
  does: 'Lists the costs that somebody recorded, one by one, with who did and when.',
  may: 'reports:read',
  route: 'GET /api/costs/recorded',
  input: z.object({ ...Days, cursor: Cursor.optional(), limit: Limit }),
  output: z.object({
    entries: z.array(RecordedEntry),
    next: z.string().nullable(),
  }),
})

const Recorded = z.object({
  added: z.int(),
  /** Were there already with the same amount. */
  known: z.int(),
})

export const RecordCosts = action({
  name: 'costs.record',
  does: 'Records costs: tokens of a model, an invoice, a fee. The same id counts once; a negative amount takes an earlier entry back.',
  may: 'documents:write',
  route: 'POST /api/costs',
  audited: true,
  input: z.object({ entries: z.array(CostEntry).min(1).max(1_000) }),
  output: Recorded,
})

export const ImportCosts = action({
  name: 'costs.import',
  does: 'Records costs from CSV text with the columns id, day, kind, amount, currency and, if you like, journey, step, channel, offer, campaign, of, basis, note. All rows or none.',
  may: 'documents:write',
  route: 'POST /api/costs/import',
  audited: true,
  largestBody: 16 * 1_048_576,
  input: z.object({ csv: z.string().min(1) }),
  output: Recorded,
})

/** Values of a ratio that the data do not speak against (Fieller). Only `between` has two ends. */
export const RatioInterval = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('between'), low: z.number(), high: z.number() }),
  z.object({ kind: z.literal('outside'), below: z.number(), above: z.number() }),
  z.object({ kind: z.literal('from'), low: z.number() }),
  z.object({ kind: z.literal('upTo'), high: z.number() }),
  z.object({ kind: z.literal('anything') }),
])
const Ratio = z.object({ estimate: z.number().nullable(), interval: RatioInterval })
const Between = { estimate: Money, low: Money, high: Money }

export const ReturnScope = z.enum(['programme', 'journey', 'channel', 'offer'])
export type ReturnScope = z.output<typeof ReturnScope>

export const ReturnLine = z.object({
  scope: ReturnScope,
  /** The journey, channel or offer; '' of the whole programme. */
  id: z.string(),
  name: z.string(),
  /** Days of the cost, both included. */
  from: z.string(),
  until: z.string(),
  currency: z.string(),
  cost: z.object({ amount: Money, measured: Money, estimated: Money, se: Money, growing: Money }),
  margin: z.object({ ...Between, se: Money, share: z.number() }).nullable(),
  /** Incremental margin ÷ all cost; null: see `unknownBecause`. `delta`: the usual approximation beside it. */
  return: Ratio.extend({ delta: z.object({ low: z.number(), high: z.number() }).nullable() }).nullable(),
  net: z.object(Between).nullable(),
  /** Cost of one conversion that would not have been. */
  perOutcome: Ratio.nullable(),
  /** Incremental margin ÷ what grows with each person. */
  marginal: Ratio.nullable(),
  /** Credit, not cause; never called a return. */
  credited: z.object({ value: Money, perCost: z.number().nullable() }).nullable(),
  treated: z.int(),
  control: z.int(),
  level: z.literal(0.95),
  method: z.string(),
  unknownBecause: z.string().nullable(),
  sentence: z.string(),
  doubts: Doubts,
  /** The ledger behind the cost, and the experiment behind the gain. */
  drill: z.object({ cost: Drill, gain: Drill.nullable() }),
})
export type ReturnLine = z.output<typeof ReturnLine>

export const ReadReturns = action({
  name: 'returns.report',
  does: 'Tells what journeys, a channel, an offer or the whole programme returned: margin that would not be there otherwise, divided by all cost, with its interval. Without a hold-out it tells the cost only.',
  may: 'reports:read',
  route: 'GET /api/reports/returns',
  input: z.object({
    scope: ReturnScope.default('journey'),
    /** Left out for journeys: all that cost something. */
    id: Id.optional(),
    /** Metric document that says what the programme or a channel is for; left out: the only one that holds money. */
    metric: Id.optional(),
  }),
  output: z.object({ asOf: Time, returns: z.array(ReturnLine), cut: z.boolean(), definitions: Definitions }),
})
export type ReturnsReport = OutputOf<typeof ReadReturns>
export type ReturnsAsked = InputOf<typeof ReadReturns>
