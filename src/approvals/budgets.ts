import { Budget } from '#decisions/budgets/schema.ts'
import type { Doc } from './closure.ts'
import type { BudgetEvidence } from './schema.ts'

interface Given {
  readonly before: readonly Doc[]
  readonly after: readonly Doc[]
  readonly touched: readonly { readonly kind: string; readonly id: string }[]
}

/** What budgets had before and would have, for those who approve. */
export const budgetsIn = ({ before, after, touched }: Given): BudgetEvidence[] =>
  touched
    .filter(({ kind }) => kind === 'budget')
    .map(({ id }) => {
      const [old, now] = [bodyOf(before, id), bodyOf(after, id)]
      const { currency, per } = (now ?? old)!
      return { budget: id, currency, per, from: old?.amount ?? null, to: now?.amount ?? null }
    })

function bodyOf(documents: readonly Doc[], id: string): Budget | undefined {
  const found = documents.find((each) => each.kind === 'budget' && each.id === id)
  return found && Budget.parse(found.body)
}
