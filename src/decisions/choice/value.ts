import type { About, ChoiceRule } from '../record.ts'

/** What a candidate's net value is made of; money in the workspace's currency. */
export interface Parts {
  /** Probability that the goal is reached. */
  readonly conversion: number
  /** Of one conversion, before margin. */
  readonly worth: number
  /** Of choosing it and of its messages. */
  readonly cost: number
  /** What each conversion gives away; left out for nothing. */
  readonly gives?: number
  /** Probability that it makes the person unsubscribe or complain. */
  readonly unsubscribe: number
  /** Σ λ c over what is scarce. */
  readonly price: number
}

/** P(conversion) × (margin × worth − what it gives away) − cost − P(unsubscribe) × what that loses − Σ λ c. */
export const netValue = (
  { conversion, worth, cost, gives = 0, unsubscribe, price }: Parts,
  { margin, unsubscribeCost }: Pick<ChoiceRule, 'margin' | 'unsubscribeCost'>,
): number => margin * conversion * worth - conversion * gives - cost - unsubscribe * unsubscribeCost - price

/** What the choice of it has cost beside its messages, by what has come of it. */
export const ownCost = ({ cost = 0, gives = 0 }: About, converted: boolean): number => cost + (converted ? gives : 0)

/** What has come of a decision. */
export interface Outcome {
  readonly converted: boolean
  /** Of the conversion; 0 where its goal has none. */
  readonly value: number
  /** Of the messages that went out. */
  readonly cost: number
  readonly unsubscribed: boolean
  readonly complained: boolean
}

/** The same of what has come to pass. */
export const rewardOf = (
  { converted, value, cost, unsubscribed, complained }: Outcome,
  { margin, unsubscribeCost }: Pick<ChoiceRule, 'margin' | 'unsubscribeCost'>,
): number => (converted ? margin * value : 0) - cost - (unsubscribed || complained ? unsubscribeCost : 0)

/** What it takes of scarce things, at their prices. */
export function priceOf({ takes }: About, prices: Readonly<Record<string, number>>): number {
  if (!takes) return 0
  let sum = 0
  for (const [resource, amount] of Object.entries(takes)) sum += amount * (Object.hasOwn(prices, resource) ? prices[resource]! : 0)
  return sum
}
