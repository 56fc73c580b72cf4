import { z } from 'zod'
import { milliseconds } from '#lib/duration.ts'
import { Role } from '#workspaces/schema.ts'

/** What money was spent on, closed: every figure of cost is the sum of these. */
export const CostKind = z.enum(['provider', 'incentive', 'tokens', 'platform', 'data', 'people', 'other'])
export type CostKind = z.output<typeof CostKind>

/** `measured`: somebody was charged it, or gave it away; `estimated`: it follows from a price or a share that somebody stated. */
export const Basis = z.enum(['measured', 'estimated'])
export type Basis = z.output<typeof Basis>

/** Where a line of the ledger comes from. */
export const CostSource = z.enum(['deliveries', 'coupons', 'options', 'conversions', 'entries', 'rates', 'work', 'learning'])
export type CostSource = z.output<typeof CostSource>

export const Currency = z.string().regex(/^[A-Z]{3}$/, 'write a currency such as EUR')
export const Day = z.iso.date('write a day such as 2026-11-23')
const Money = z.number().min(0).max(1_000_000_000)
const Name = z.string().min(1).max(200)

/** The share of an amount by which it may well be off (its relative standard error). */
const Spread = z.number().min(0).max(1).default(0)

/** What a price is for. */
export const Charge = z.discriminatedUnion('per', [
  /** A sum each month, shared out day by day. */
  z.strictObject({
    per: z.literal('month'),
    amount: Money,
    of: z.enum(['platform', 'data', 'people', 'other']).default('platform'),
    /** Who bears it: journeys by messages sent, by people written to, by the learning that their models took; or nobody in particular. */
    by: z.enum(['messages', 'people', 'learning', 'nobody']).default('messages'),
  }),
  /** Of the work of people, by their role; `anybody` for roles without a rate. While there is one, who edits and decides is timed. */
  z.strictObject({
    per: z.literal('hour'),
    rates: z.partialRecord(z.enum([...Role.options, 'anybody']), Money),
    /** A longer pause is no work. */
    idle: z
      .string()
      .refine((text) => (milliseconds(text) ?? 0) >= 60_000 && milliseconds(text)! <= 3_600_000, 'write a time from 1m to 1h')
      .default('15m'),
  }),
  /** Of the server's own learning. */
  z.strictObject({ per: z.literal('learning-hour'), amount: Money }),
  /** A million tokens of a model, for entries that say no amount. */
  z.strictObject({ per: z.literal('million-tokens'), model: Name, in: Money, out: Money }),
  /** A redeemed code of a pool, where the order does not say its discount. */
  z.strictObject({ per: z.literal('coupon'), pool: Name, amount: Money }),
  /** One unit of another currency in the currency of this document. */
  z.strictObject({ per: z.literal('unit-of-currency'), of: Currency, amount: z.number().positive().max(1_000_000) }),
])
export type Charge = z.output<typeof Charge>
export type ChargeOf<Per extends Charge['per']> = Extract<Charge, { per: Per }>

/** A price that nobody measures for us: what the server, data, an hour of work or a coupon costs, from a day on. */
export const CostRate = z
  .strictObject({
    kind: z.literal('cost-rate'),
    id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use lower-case letters, digits, - and _ (at most 64)'),
    name: z.string().max(200).optional(),
    description: z.string().max(2_000).optional(),
    currency: Currency,
    /** Both included; left out: always. */
    from: Day.optional(),
    until: Day.optional(),
    charge: Charge,
    spread: Spread,
  })
  .superRefine(({ from, until, charge, currency }, context) => {
    if (from !== undefined && until !== undefined && from > until)
      context.addIssue({ code: 'custom', path: ['until'], message: 'it ends before it begins' })
    if (charge.per === 'unit-of-currency' && charge.of === currency)
      context.addIssue({ code: 'custom', path: ['charge', 'of'], message: 'it is the currency of this document itself' })
  })
export type CostRate = z.output<typeof CostRate>

const Entry = z.strictObject({
  /** Said again under the same id it counts once. */
  id: z.string().min(1).max(200),
  kind: CostKind,
  /** Epoch ms. */
  at: z.int().nonnegative(),
  /** Left out for tokens whose price a `cost-rate` says. */
  amount: z.number().min(-1_000_000_000).max(1_000_000_000).optional(),
  currency: Currency,
  journey: z.string().max(200).default(''),
  step: z.string().max(64).default(''),
  channel: z.string().max(40).default(''),
  offer: z.string().max(64).default(''),
  campaign: z.string().max(200).default(''),
  /** Who charges: the model, the company. */
  of: z.string().max(200).default(''),
  tokens: z.strictObject({ in: z.int().nonnegative(), out: z.int().nonnegative() }).optional(),
  minutes: z.number().nonnegative().max(1_000_000).optional(),
  basis: Basis.default('measured'),
  spread: Spread,
  note: z.string().max(500).default(''),
})

/** Cost that is told us: by an agent, an invoice, a spreadsheet. A negative amount takes an earlier entry back. */
export const CostEntry = Entry.superRefine((entry, context) => {
  if (entry.amount === undefined && !(entry.kind === 'tokens' && entry.tokens))
    context.addIssue({ code: 'custom', path: ['amount'], message: 'say the amount, or of tokens how many' })
})
export type CostEntry = z.output<typeof CostEntry>

/** An entry as it is shown again. */
export const RecordedEntry = Entry.omit({ amount: true, tokens: true, minutes: true }).extend({
  amount: z.number(),
  tokens: z.object({ in: z.number(), out: z.number() }).nullable(),
  minutes: z.number().nullable(),
  recordedBy: z.string(),
  recordedAt: z.number(),
})
