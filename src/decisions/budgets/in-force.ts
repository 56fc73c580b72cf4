import { own } from '#lib/record.ts'
import type { About } from '../record.ts'
import { periodOf } from './period.ts'
import { type Budget, micros } from './schema.ts'

/** How a budget stood when prices were told last. */
export interface Told {
  readonly period: string
  /** λ. */
  readonly price: number
  /** Millionths of its currency, with what is reserved. */
  readonly taken: number
  /** Of one message by channel, in its currency. */
  readonly costs: Readonly<Record<string, number>>
}

/** Published budgets with what was told of them at a revision: facts for pure code. */
export interface Budgets {
  /** Whether there is any: without one nothing is asked. */
  readonly exist: boolean
  readonly all: readonly Budget[]
  readonly told: Readonly<Record<string, Told>>
}

export const NO_BUDGETS: Budgets = { exist: false, all: [], told: {} }

/** In the order of ids. */
export const budgetsOf = (all: readonly Budget[], told: Budgets['told'] = {}): Budgets =>
  all.length === 0 ? NO_BUDGETS : { exist: true, all: [...all].sort((a, b) => (a.id < b.id ? -1 : 1)), told }

export interface Covered {
  readonly journey: string
  readonly channel: string
}

export const covers = ({ covers: { channels, journeys } }: Budget, { journey, channel }: Covered): boolean =>
  (channels?.includes(channel) ?? true) && (journeys?.includes(journey) ?? true)

/** The name of a budget among scarce resources. */
export const resourceOf = (budget: string): string => `budget:${budget}`

/** λ by resource, of those that have one. */
export function pricesOf({ exist, all, told }: Budgets): Readonly<Record<string, number>> {
  if (!exist) return NO_PRICES
  const priced = all.flatMap(({ id }) => {
    const price = own(told, id)?.price ?? 0
    return price > 0 ? [[resourceOf(id), price] as const] : []
  })
  return priced.length === 0 ? NO_PRICES : Object.fromEntries(priced)
}
const NO_PRICES: Readonly<Record<string, number>> = {}

/** What of each priced budget a message by this channel and what its author says that it costs take. */
export function takenOf(budgets: Budgets, { journey, channel }: Covered, offer = 0): Readonly<Record<string, number>> {
  const takes: Record<string, number> = {}
  for (const budget of budgets.all) {
    const told = own(budgets.told, budget.id)
    if (!told || told.price <= 0 || !covers(budget, { journey, channel })) continue
    const cost = (budget.covers.costs ? (own(told.costs, channel) ?? 0) : 0) + (budget.covers.incentives ? offer : 0)
    if (cost > 0) takes[resourceOf(budget.id)] = cost
  }
  return takes
}

/** What a candidate takes, with what it takes of budgets. */
export function withTakes(about: About, budgets: Budgets, journey: string): About {
  if (!budgets.exist || about.channel === undefined) return about
  const takes = takenOf(budgets, { journey, channel: about.channel }, about.cost)
  return Object.keys(takes).length === 0 ? about : { ...about, takes: { ...about.takes, ...takes } }
}

/** Σ λ c of a message by this channel. */
export function priceOfMessage(budgets: Budgets, covered: Covered): number {
  if (!budgets.exist) return 0
  const prices = pricesOf(budgets)
  return Object.entries(takenOf(budgets, covered)).reduce((sum, [resource, cost]) => sum + cost * (prices[resource] ?? 0), 0)
}

/** The budget that has surely nothing left for a message; undefined: none is known to. Hand-over has the last word. */
export function spentFor(budgets: Budgets, covered: Covered, now: number): string | undefined {
  if (!budgets.exist) return undefined
  return budgets.all.find(
    (budget) => covers(budget, covered) && isSpent(budget, own(budgets.told, budget.id), { now, channel: covered.channel }),
  )?.id
}

function isSpent(budget: Budget, told: Told | undefined, { now, channel }: { now: number; channel: string }): boolean {
  const period = periodOf(budget, now)
  const cost = told && budget.covers.costs ? (own(told.costs, channel) ?? 0) : 0
  // What costs nothing takes nothing.
  if (!told || told.period !== period.id || cost <= 0) return false
  return !period.open || told.taken + micros(cost) > micros(budget.amount)
}
