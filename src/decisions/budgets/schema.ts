import { z } from 'zod'
import { milliseconds } from '#lib/duration.ts'
import { isZone } from '#lib/zone.ts'

export const BudgetId = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use lower-case letters, digits, - and _ (at most 64)')
const Day = z.iso.date('write a day such as 2026-11-23')

/** Money that messages of marketing may take in a time. Transactional messages are never held back by money, and take none of it. */
export const Budget = z
  .strictObject({
    kind: z.literal('budget'),
    id: BudgetId,
    name: z.string().max(200).optional(),
    description: z.string().max(2_000).optional(),
    /** ISO 4217. */
    currency: z.string().regex(/^[A-Z]{3}$/, 'write a currency such as EUR'),
    amount: z.number().positive().max(1_000_000_000),
    /** Weeks begin on Mondays; a campaign goes from one day to another, both included, and has no money outside of them. */
    per: z.enum(['week', 'month', 'quarter', 'campaign']).default('month'),
    from: Day.optional(),
    until: Day.optional(),
    /** Where days begin. */
    zone: z.string().refine(isZone, 'write a time zone such as Europe/Berlin').default('UTC'),
    /** What takes money of it: prices of providers; what options of `choose` steps say that they cost. Left out: every channel, every journey. */
    covers: z
      .strictObject({
        costs: z.boolean().default(true),
        incentives: z.boolean().default(true),
        channels: z.array(z.string().min(1)).min(1).max(20).optional(),
        journeys: z.array(z.string().min(1)).min(1).max(500).optional(),
      })
      .prefault({}),
    /** `even`: its price rises while it is spent faster than time goes by; `asap`: until it is spent it has no price. */
    pace: z.enum(['even', 'asap']).default('even'),
  })
  .superRefine((budget, context) => {
    const dated = budget.from !== undefined && budget.until !== undefined
    if (budget.per === 'campaign' && !dated)
      context.addIssue({ code: 'custom', path: ['from'], message: 'a campaign needs from and until' })
    if (budget.per !== 'campaign' && (budget.from !== undefined || budget.until !== undefined))
      context.addIssue({ code: 'custom', path: ['from'], message: 'only a campaign has from and until' })
    if (dated && budget.from! > budget.until!) context.addIssue({ code: 'custom', path: ['until'], message: 'it ends before it begins' })
    if (!budget.covers.costs && !budget.covers.incentives)
      context.addIssue({ code: 'custom', path: ['covers'], message: 'it covers neither costs nor incentives' })
  })
export type Budget = z.output<typeof Budget>

/** Millionths of a currency, whole: sums stay exact. */
export type Micros = number
export const micros = (amount: number): Micros => Math.round(amount * 1_000_000)
export const money = (amount: Micros): number => amount / 1_000_000

/** How often prices are reckoned anew, ms. */
export const PRICING_MS = milliseconds('1m')!
