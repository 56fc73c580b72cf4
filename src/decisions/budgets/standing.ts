import type { Told } from './in-force.ts'
import { elapsedShare, type Period, periodOf } from './period.ts'
import { forecast } from './price.ts'
import { type Budget, type Micros, micros, money } from './schema.ts'

/** How one budget is, in its currency; shapes as of `BudgetStanding` of `api.ts`. */
export interface Standing {
  readonly period: Period & { readonly elapsed: number }
  readonly spent: number
  readonly reserved: number
  readonly left: number
  readonly messages: number
  readonly costs: Record<string, number>
  readonly pace: number | null
  readonly price: number
  readonly reckoned: { readonly price: number; readonly at: number } | null
  readonly forecast: { readonly spent: number; readonly emptyAt: number | null }
  readonly sentence: string
}

interface Known {
  readonly account:
    | { readonly taken: Micros; readonly confirmed: Micros; readonly items: number; readonly price: number; readonly pricedAt: number }
    | undefined
  readonly told: Told | undefined
  readonly costs: Record<string, number>
  /** Epoch ms. */
  readonly now: number
}

export function standingOf(budget: Budget, { account, told, costs, now }: Known): Standing {
  const period = periodOf(budget, now)
  const elapsed = elapsedShare(period, now)
  const amount = period.open ? micros(budget.amount) : 0
  const taken = account?.taken ?? 0
  const confirmed = account?.confirmed ?? 0
  const spending = { amount, spent: taken, elapsed }
  const said = {
    period: { ...period, elapsed },
    spent: money(confirmed),
    reserved: money(taken - confirmed),
    left: money(Math.max(0, amount - taken)),
    messages: account?.items ?? 0,
    costs,
    pace: elapsed <= 0 || amount <= 0 ? null : taken / amount / elapsed,
    price: told?.price ?? 0,
    reckoned: account && account.pricedAt > 0 ? { price: account.price, at: account.pricedAt } : null,
    forecast: { spent: money(Math.round(forecast(spending))), emptyAt: emptyAt(spending, period, now) },
  }
  return { ...said, sentence: sentence(budget, said) }
}

/** When nothing is left at this pace (epoch ms); null: not before the end. */
function emptyAt({ amount, spent }: { amount: Micros; spent: Micros }, { from, until }: Period, now: number): number | null {
  if (spent >= amount) return now
  const gone = now - from
  if (spent <= 0 || gone <= 0) return null
  const at = Math.round(from + (gone * amount) / spent)
  return at < until ? at : null
}

const percent = (share: number): string => `${Math.round(share * 100)} %`

function sentence(
  budget: Budget,
  { period, spent, reserved, left, price, forecast: { emptyAt: empty } }: Omit<Standing, 'sentence'>,
): string {
  const { amount, currency, pace } = budget
  if (!period.open) return 'It has no money today: its campaign has not begun, or is over. What it covers is not sent.'
  const gone = `${percent((spent + reserved) / amount)} of ${amount} ${currency} is spent or reserved after ${percent(period.elapsed)} of the time.`
  const smallest = left <= 0 ? ' Nothing is left: what it covers goes another way or not at all.' : ''
  const early = left > 0 && empty !== null ? ` At this pace it is empty on ${new Date(empty).toISOString().slice(0, 10)}.` : ''
  const dear = price > 0 ? ` Each ${currency} of it has to bring ${price} ${currency} beyond itself just now.` : ''
  const free = price === 0 && pace === 'asap' ? ' Who comes first gets it.' : ''
  return `${gone}${smallest}${early}${dear}${free}`
}
