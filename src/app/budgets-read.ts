import { type BudgetStanding, GetBudget, ListBudgets } from '#decisions/budgets/api.ts'
import { periodOf } from '#decisions/budgets/period.ts'
import { Budget } from '#decisions/budgets/schema.ts'
import { standingOf } from '#decisions/budgets/standing.ts'
import { accountsOf, meanCosts, toldAt } from '#decisions/budgets/store.ts'
import { refuse } from '#lib/problem.ts'
import { liveDocuments } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'

interface Options {
  readonly pool: Pool
  readonly now: () => number
}

export const budgetBindings = ({ pool, now }: Options): Binding[] => [
  bind(ListBudgets, async (_input, { workspace }) => ({
    budgets: await inWorkspace(pool, workspace, (tx) => standings(tx, workspace, now())),
  })),
  bind(GetBudget, async ({ id }, { workspace }) => {
    const all = await inWorkspace(pool, workspace, (tx) => standings(tx, workspace, now()))
    const found = all.find(({ budget }) => budget.id === id)
    return found ?? refuse({ code: 'budget.unknown', status: 404, title: 'There is no such budget', detail: id })
  }),
]

async function standings(tx: Queryable, ws: string, now: number): Promise<BudgetStanding[]> {
  const live = (await liveDocuments(tx, ws)).filter(({ kind }) => kind === 'budget')
  if (live.length === 0) return []
  const told = (await toldAt(tx, Number.POSITIVE_INFINITY)).get(ws) ?? {}
  const found: BudgetStanding[] = []
  for (const { body, version } of live) {
    const budget = Budget.parse(body)
    const [account] = await accountsOf(tx, [{ ws, budget: budget.id, period: periodOf(budget, now).id }])
    const costs = await meanCosts(tx, { ws, budget: budget.id })
    found.push({ budget, version, ...standingOf(budget, { account, told: told[budget.id], costs, now }) })
  }
  return found.sort((a, b) => (a.budget.id < b.budget.id ? -1 : 1))
}
