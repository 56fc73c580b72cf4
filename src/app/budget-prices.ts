import type { Logger } from 'pino'
import type { Told } from '#decisions/budgets/in-force.ts'
import { elapsedShare, periodOf } from '#decisions/budgets/period.ts'
import { isNews, repriced, shown } from '#decisions/budgets/price.ts'
import { Budget, micros, PRICING_MS } from '#decisions/budgets/schema.ts'
import {
  accountsOf,
  closeReservations,
  forgetReservations,
  holdPrices,
  lastPrice,
  meanCosts,
  notePrice,
  reservedMessages,
  tellPrices,
  toldAt,
} from '#decisions/budgets/store.ts'
import { type Announce, liveOfKind, nextRevision } from '#platform/documents.ts'
import type { Queryable } from '#platform/log.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { endedAmong } from './budgets-store.ts'

export interface PricingParts {
  /** Knows every workspace. */
  readonly pool: Pool
  /** Epoch ms. */
  readonly now: () => number
  readonly announce: Announce
  /** Records were put on the log. */
  readonly appended: () => void
  readonly logger: Pick<Logger, 'info'>
}

/** Reservations that are looked at together, and how long closed ones are kept (ms): longer than any message is tried again. */
const PAGE = 500
const KEPT_MS = 40 * 86_400_000

/** Reckons the prices of all budgets anew and tells them on the log where they have moved; puts the ledger in order. Repeatable. */
export async function priceBudgets(parts: PricingParts): Promise<void> {
  const { pool, now } = parts
  await tidy(parts)
  const live = await liveOfKind(pool, 'budget')
  for (const [ws, documents] of Map.groupBy(live, (each) => each.ws)) {
    const budgets = documents.map(({ body }) => Budget.parse(body))
    const isTold = await transaction(pool, (tx) => priceWorkspace(tx, { ws, budgets, now: now(), announce: parts.announce }))
    if (isTold) parts.appended()
  }
}

async function tidy({ pool, now, logger }: PricingParts): Promise<void> {
  let after = { ws: '', effect: '' }
  for (;;) {
    const reserved = await reservedMessages(pool, { after, limit: PAGE })
    const ended = reserved.length > 0 ? await endedAmong(pool, reserved) : []
    const closed = ended.length > 0 ? await transaction(pool, (tx) => closeReservations(tx, ended)) : 0
    if (closed > 0) logger.info({ closed }, 'money of messages that ended without saying so was put in order')
    if (reserved.length < PAGE) break
    after = reserved.at(-1)!
  }
  await forgetReservations(pool, now() - KEPT_MS)
}

interface Pricing {
  readonly ws: string
  readonly budgets: readonly Budget[]
  readonly now: number
  readonly announce: Announce
}

/** True: something was told. One process at a time reckons for a workspace. */
async function priceWorkspace(tx: Queryable, { ws, budgets, now, announce }: Pricing): Promise<boolean> {
  await holdPrices(tx, ws)
  const told: Record<string, Told> = {}
  for (const budget of [...budgets].sort((a, b) => (a.id < b.id ? -1 : 1))) told[budget.id] = await priced(tx, budget, { ws, now })
  const before = (await toldAt(tx, Number.POSITIVE_INFINITY)).get(ws) ?? {}
  if (!budgets.some((budget) => hasMoved(budget, before[budget.id], told[budget.id]!))) return false
  const revision = await nextRevision(tx)
  await tellPrices(tx, { ws, revision, at: now, told })
  await announce(tx, revision)
  return true
}

async function priced(tx: Queryable, budget: Budget, { ws, now }: { ws: string; now: number }): Promise<Told> {
  const period = periodOf(budget, now)
  const name = { ws, budget: budget.id, period: period.id }
  const [account] = await accountsOf(tx, [name])
  const amount = period.open ? micros(budget.amount) : 0
  const taken = account?.taken ?? 0
  // A new period begins with the price of the one before: people are worth the same.
  const last = account && account.pricedAt > 0 ? account.price : await lastPrice(tx, name)
  const minutes = account && account.pricedAt > 0 ? (now - account.pricedAt) / PRICING_MS : 1
  const spending = { amount, spent: taken, elapsed: elapsedShare(period, now) }
  const price = repriced(last, spending, { pace: budget.pace, minutes })
  await notePrice(tx, name, { amount, price, at: now })
  return { period: period.id, price: shown(price), taken, costs: await meanCosts(tx, name) }
}

/** The price, the period, what messages cost, or that there is nothing left. */
function hasMoved(budget: Budget, before: Told | undefined, now: Told): boolean {
  if (!before) return now.price > 0 || now.taken > 0
  const names = new Set([...Object.keys(before.costs), ...Object.keys(now.costs)])
  const dearer = [...names].some((channel) => isNews(before.costs[channel] ?? 0, now.costs[channel] ?? 0))
  return before.period !== now.period || isNews(before.price, now.price) || dearer || isShort(budget, before) !== isShort(budget, now)
}

/** Whether some channel's next message would not fit any more. */
const isShort = ({ amount }: Budget, { taken, costs }: Told): boolean =>
  Object.values(costs).some((cost) => taken + micros(cost) > micros(amount))
