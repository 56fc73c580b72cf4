import type { Logger } from 'pino'
import type { Prepared } from '#channels/channel.ts'
import { type Cost, costOf } from '#channels/cost.ts'
import type { Verdict } from '#channels/policy.ts'
import { smsLength } from '#channels/sms-length.ts'
import { covers } from '#decisions/budgets/in-force.ts'
import { periodOf } from '#decisions/budgets/period.ts'
import { Budget, micros } from '#decisions/budgets/schema.ts'
import { type Closing, closeReservations, type Reservation, reserveMoney } from '#decisions/budgets/store.ts'
import { liveDocuments } from '#platform/documents.ts'
import type { Queryable } from '#platform/log.ts'
import type { Claimed } from '#platform/outbox.ts'
import { waits } from './passage.ts'
import type { Ending } from './settler.ts'
import { isAmongUs } from './test-message.ts'

export interface BudgetKeeperParts {
  readonly transaction: <T>(work: (tx: Queryable) => Promise<T>) => Promise<T>
  /** The budgets of a workspace, as they were at most a moment ago; and as they are now, asked before anything is refused. */
  readonly budgets: (workspace: string) => Promise<readonly Budget[]>
  readonly budgetsNow: (workspace: string) => Promise<readonly Budget[]>
  readonly now: () => number
  readonly logger: Pick<Logger, 'error'>
}

/** What holds the money of budgets while messages leave. */
export interface BudgetKeeper {
  /** Null: the money is there, and it is committed that this message has it. While nobody knows, the message waits. */
  afford(entry: Claimed, prepared: Prepared, cost: Cost | undefined): Promise<Verdict | null>
  /** What attempts that ended mean for what was reserved; in the transaction that settles them. */
  settled(tx: Queryable, ended: readonly Ending[]): Promise<void>
}

/** The published budgets among live documents, in the order of ids. */
export const budgetsAmong = (live: readonly { readonly kind: string; readonly body: unknown }[]): Budget[] =>
  live
    .filter(({ kind }) => kind === 'budget')
    .map(({ body }) => Budget.parse(body))
    .sort((a, b) => (a.id < b.id ? -1 : 1))

export const budgetsNow = async (db: Queryable, workspace: string): Promise<Budget[]> => budgetsAmong(await liveDocuments(db, workspace))

/** Reservations wait this long (ms, real) for others to share a transaction. */
const GATHER_MS = 3
const MOST = 250

interface Waiting {
  readonly reservation: Reservation
  readonly done: PromiseWithResolvers<string>
}

/** Money is reserved in its own transaction after the message is made, when its price is known, and before it leaves: nothing leaves unpaid. */
export function budgetKeeper({ transaction, budgets, budgetsNow: fresh, now, logger }: BudgetKeeperParts): BudgetKeeper {
  const waiting: Waiting[] = []
  let isRunning = false
  const work = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, GATHER_MS))
    while (waiting.length > 0) {
      const group = waiting.splice(0, MOST)
      try {
        const refused = await transaction((tx) =>
          reserveMoney(
            tx,
            group.map(({ reservation }) => reservation),
          ),
        )
        for (const [i, { done }] of group.entries()) done.resolve(refused[i]!)
      } catch (error) {
        for (const { done } of group) done.reject(error)
      }
    }
    isRunning = false
  }
  const reserve = (reservation: Reservation): Promise<string> => {
    const done = Promise.withResolvers<string>()
    waiting.push({ reservation, done })
    if (!isRunning) {
      isRunning = true
      void work()
    }
    return done.promise
  }
  const attempt = async (entry: Claimed, prepared: Prepared, { cost, known }: { cost: Cost | undefined; known: typeof budgets }) => {
    const asked = sharesOf(entry, await covering(known, entry), { prepared, cost, now: now() })
    if ('stranger' in asked) return skipped(now(), `budget_currency:${asked.stranger}`)
    if (asked.shares.length === 0) return null
    const { ws, id: effect, key: profile, channel } = entry
    const short = await reserve({ ws, effect, profile, channel, at: now(), shares: asked.shares })
    return short === '' ? null : skipped(now(), `budget_spent:${short}`)
  }
  return {
    async afford(entry, prepared, cost) {
      try {
        const refused = await attempt(entry, prepared, { cost, known: budgets })
        return refused && (await attempt(entry, prepared, { cost, known: fresh }))
      } catch (error) {
        logger.error({ err: error, effect: entry.id }, 'nobody says whether there is money for a message; it waits')
        return waits(now() + 1_000, 'gate_unavailable')
      }
    },
    async settled(tx, ended) {
      const closings: Closing[] = []
      for (const ending of ended) {
        const state = stateOf(ending.verdict)
        const theirs = state === null ? [] : await covering(budgets, ending.entry)
        if (state !== null && theirs.length > 0) closings.push(closingOf(ending, state, theirs))
      }
      await closeReservations(tx, closings)
    },
  }
}

async function covering(budgets: BudgetKeeperParts['budgets'], { id, ws, lane, channel, payload }: Claimed): Promise<readonly Budget[]> {
  if (lane !== 'marketing' || isAmongUs(id)) return []
  const all = await budgets(ws)
  const journey = String(payload['journey_id'] ?? '')
  return all.filter((budget) => covers(budget, { journey, channel }))
}

/** What an option of a choice says that it costs, where this message carries it. */
const offerOf = ({ payload }: Claimed): number => (typeof payload['offer_cost'] === 'number' ? payload['offer_cost'] : 0)

interface Pricing {
  readonly prepared: Prepared
  readonly cost: Cost | undefined
  readonly now: number
}

type Shares = { readonly shares: Reservation['shares'] } | { readonly stranger: string }

function sharesOf(entry: Claimed, budgets: readonly Budget[], { prepared, cost, now }: Pricing): Shares {
  const to = 'to' in prepared && typeof prepared.to === 'string' ? prepared.to : ''
  const price = costOf(cost, { units: unitsOf(prepared), to })
  const stranger = budgets.find(({ covers: { costs }, currency }) => costs && price > 0 && cost!.currency !== currency)
  if (stranger) return { stranger: stranger.id }
  const shares = budgets.flatMap((budget) => {
    const taken = (budget.covers.costs ? price : 0) + (budget.covers.incentives ? micros(offerOf(entry)) : 0)
    if (taken === 0) return []
    const { id: period, open } = periodOf(budget, now)
    return [{ ws: entry.ws, budget: budget.id, period, amount: open ? micros(budget.amount) : 0, cost: taken }]
  })
  return { shares }
}

/** What a provider is expected to charge for; what it did charge for is on its receipt. */
const unitsOf = (prepared: Prepared): number => (prepared.kind === 'sms' ? smsLength(prepared.text).segments : 1)

const skipped = (due: number, reason: string): Verdict => ({ status: 'skipped', due, reason, receipt: 'message.skipped', bounced: false })

/** Null: it may still leave, or may have left: the money stays reserved. */
function stateOf({ status }: Verdict): Closing['state'] | null {
  switch (status) {
    case 'sent':
      return 'confirmed'
    case 'failed':
    case 'skipped':
    case 'dead':
      return 'released'
    case 'ready':
    case 'ambiguous':
      return null
  }
}

function closingOf({ entry, through }: Ending, state: Closing['state'], budgets: readonly Budget[]): Closing {
  const costs = Object.fromEntries(
    budgets.map(({ id, covers: { costs: price, incentives } }) => [
      id,
      (price ? (through?.cost ?? 0) : 0) + (incentives ? micros(offerOf(entry)) : 0),
    ]),
  )
  return { ws: entry.ws, effect: entry.id, state, ...(through && { costs }) }
}
