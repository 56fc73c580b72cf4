import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Budget, BudgetId } from './schema.ts'

/** Epoch milliseconds. */
const Time = z.int()
/** In the budget's currency. */
const Money = z.number()

/** A budget in its period as it stands now. */
export const BudgetStanding = z.object({
  budget: Budget,
  version: z.int(),
  period: z.object({ id: z.string(), from: Time, until: Time, open: z.boolean(), elapsed: z.number() }),
  /** What providers have taken, and what is reserved for messages on their way. */
  spent: Money,
  reserved: Money,
  left: Money,
  messages: z.int(),
  /** What one message by each channel has cost of late. */
  costs: z.record(z.string(), Money),
  /** Spent share over elapsed share: 1 is even. Null: the period has just begun. */
  pace: z.number().nullable(),
  /** λ: what one unit of its money must bring beyond itself, as decisions are told now and as it was reckoned last. */
  price: z.number(),
  reckoned: z.object({ price: z.number(), at: Time }).nullable(),
  /** What will have been spent at the end at this pace. */
  forecast: z.object({ spent: Money, emptyAt: Time.nullable() }),
  /** How it is, for people. */
  sentence: z.string(),
})
export type BudgetStanding = z.output<typeof BudgetStanding>

export const ListBudgets = action({
  name: 'budgets.list',
  does: 'Lists budgets: what each has spent and reserved, its pace, the price of its money, and when it will be empty.',
  may: 'reports:read',
  route: 'GET /api/budgets',
  input: z.object({}),
  output: z.object({ budgets: z.array(BudgetStanding) }),
})

export const GetBudget = action({
  name: 'budgets.get',
  does: 'Tells what a budget has spent and reserved, its pace, the price of its money, and when it will be empty.',
  may: 'reports:read',
  route: 'GET /api/budgets/:id',
  input: z.object({ id: BudgetId }),
  output: BudgetStanding,
})
