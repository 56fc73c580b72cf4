import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import type { CostReport, CostsAsked } from './api.ts'
import { type BookParts, dayOf, nextDay, readBooks, startOf } from './books-store.ts'
import { ledgerOf, unpricedCodes } from './ledger.ts'
import { type CostLine, inCurrency } from './lines.ts'
import { filtered, reportOf } from './report.ts'

export interface CostParts extends BookParts {
  /** Epoch ms. */
  readonly now: () => number
}

export const MOST_DAYS = 400

export interface Days {
  readonly from: string
  readonly until: string
}

/** The days that are asked about; left out: thirty up to today. */
export async function daysOf(
  { pool, now, others }: CostParts,
  { workspace, from, until }: { workspace: string; from?: string | undefined; until?: string | undefined },
): Promise<Outcome<Days>> {
  const { zone } = await inWorkspace(pool, workspace, (tx) => others.workspace(tx, workspace))
  const last = until ?? dayOf(now(), zone)
  const first = from ?? Temporal.PlainDate.from(last).subtract({ days: 29 }).toString()
  const count = Temporal.PlainDate.from(first).until(last, { largestUnit: 'days' }).days + 1
  if (count >= 1 && count <= MOST_DAYS) return { from: first, until: last }
  return refuse({
    code: 'costs.days',
    status: 422,
    title: count < 1 ? 'The days end before they begin.' : `At most ${MOST_DAYS} days can be told at once.`,
    at: '/from',
    detail: `${first} to ${last}`,
  })
}

/** The same as moments, epoch ms. */
export async function spanOf({ pool, others }: CostParts, workspace: string, { from, until }: Days) {
  const { zone } = await inWorkspace(pool, workspace, (tx) => others.workspace(tx, workspace))
  return { zone, from: startOf(from, zone), until: startOf(nextDay(until), zone) }
}

export interface Ledger {
  readonly lines: readonly CostLine[]
  readonly strange: readonly CostLine[]
  readonly currency: string
  readonly unpriced: number
}

/** The ledger in the workspace's currency. Days that have not come yet bear nothing. */
export async function readLedger(parts: CostParts, { workspace, from, until }: Days & { readonly workspace: string }): Promise<Ledger> {
  const { zone } = await inWorkspace(parts.pool, workspace, (tx) => parts.others.workspace(tx, workspace))
  const today = dayOf(parts.now(), zone)
  const books = await readBooks(parts, { workspace, from, until: until > today && from <= today ? today : until })
  const isFuture = from > today
  const lines = ledgerOf(isFuture ? { ...books, rates: books.rates.filter(({ charge }) => charge.per !== 'month') } : books)
  return { ...inCurrency(lines, books), currency: books.currency, unpriced: unpricedCodes(books) }
}

/** The report of costs. */
export async function readCosts(
  parts: CostParts,
  { workspace, from, until, ...filter }: CostsAsked & { readonly workspace: string },
): Promise<Outcome<CostReport>> {
  const days = await daysOf(parts, { workspace, from, until })
  if (isRefusal(days)) return days
  const { lines, strange, currency, unpriced } = await readLedger(parts, { workspace, ...days })
  const asked = { lines: filtered(lines, filter), strange: filtered(strange, filter) }
  return reportOf({ ...days, asOf: parts.now(), currency, filter, ...asked, unpriced })
}
