import { beta, normal, type Random, random } from '#lib/numeric/random.ts'
import { sigmoid } from '#lib/numeric/sums.ts'

export const ARMS = ['discount', 'shipping', 'scarcity'] as const
export type Arm = (typeof ARMS)[number] | 'nothing'
export type Scenario = 'heterogeneous' | 'flat' | 'drift'

/** What a customer is like, and what of it can be seen. */
export interface Customer {
  readonly id: string
  readonly base: number
  readonly priceSensitivity: number
  readonly hurry: number
  /** Response lost for each unit of pressure. */
  readonly fatigue: number
  /** Hour of the day at which they look. */
  readonly hour: number
  readonly meanOrder: number
  readonly reachable: readonly Arm[]
  /** What Cadenza knows of them. */
  readonly seen: Readonly<Record<string, number>>
}

/** An abandoned cart. */
export interface Cart {
  readonly customer: Customer
  /** Day of the quarter, from 0, and hour of that day. */
  readonly day: number
  readonly hour: number
  readonly total: number
  /** Pressure of the messages before. */
  readonly pressure: number
}

export const MARGIN = 0.4
export const UNSUBSCRIBE_COST = 25
export const SHIPPING = 4.9
const DISCOUNT = 0.1
const MESSAGE_COST = { nothing: 0, discount: 0.001, shipping: 0.07, scarcity: 0.0005 } as const
const HAZARD = { nothing: 0, discount: 0.0015, shipping: 0.002, scarcity: 0.0015 } as const
const HAZARD_GROWTH = 0.5
export const QUARTER = 91

const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

export function customer(seed: string): Customer {
  const r = random(seed)
  const priceSensitivity = beta(r, 0.6, 0.9)
  const hurry = beta(r, 0.6, 0.9)
  const recency = -60 * Math.log(1 - r.uniform())
  const orders = 1 + Math.floor(-4 * Math.log(1 - r.uniform()))
  const reachable = ARMS.filter((arm) => arm === 'discount' || r.uniform() < 0.7)
  return {
    id: seed,
    base: -2 + 0.6 * normal(r) - 0.004 * recency,
    priceSensitivity,
    hurry,
    fatigue: 0.05 + 0.3 * r.uniform(),
    hour: 19 + 3 * normal(r),
    meanOrder: 120 * Math.exp(0.4 * normal(r) - 0.08),
    reachable,
    seen: {
      recency_days: recency,
      orders,
      coupon_share: within(priceSensitivity + 0.12 * normal(r), 0, 1),
      minutes_to_order: Math.exp(5 - 3 * hurry + 0.3 * normal(r)),
    },
  }
}

/** How much a message lifts the logit of buying. */
export function lift(arm: Arm, cart: Cart, scenario: Scenario): number {
  if (arm === 'nothing') return 0
  const { customer: who, day } = cart
  const tired = Math.exp(-who.fatigue * cart.pressure)
  const rhythm = 0.6 + 0.4 * Math.cos((2 * Math.PI * (cart.hour - who.hour)) / 24)
  const moved = scenario === 'drift' ? (0.6 * day) / QUARTER : 0
  return own(arm, cart, { scenario, moved }) * tired * (scenario === 'flat' ? 1 : rhythm)
}

function own(
  arm: Exclude<Arm, 'nothing'>,
  { customer: who, total }: Cart,
  { scenario, moved }: { scenario: Scenario; moved: number },
): number {
  // What differs is the cost alone: the push costs next to nothing, so it is the best for all.
  if (scenario === 'flat') return 0.55
  switch (arm) {
    case 'discount':
      return 2.6 * who.priceSensitivity - 0.3
    case 'shipping':
      return (total < 90 ? 1.6 : 0.1) + moved
    case 'scarcity':
      return 2.6 * who.hurry - 0.5 - moved
  }
}

export const buys = (arm: Arm, cart: Cart, scenario: Scenario): number => sigmoid(cart.customer.base + lift(arm, cart, scenario))

export const leaves = (arm: Arm, cart: Cart): number => 1 - Math.exp(-HAZARD[arm] * Math.exp(HAZARD_GROWTH * cart.pressure))

/** Margin of a cart that is bought after this message. */
export function earned(arm: Arm, { total }: Cart): number {
  const incentive = arm === 'discount' ? DISCOUNT * total : arm === 'shipping' ? SHIPPING : 0
  return MARGIN * total - incentive
}

/** The exact expectation of what `happened` pays. */
export const expected = (arm: Arm, cart: Cart, scenario: Scenario): number =>
  buys(arm, cart, scenario) * earned(arm, cart) - MESSAGE_COST[arm] - leaves(arm, cart) * UNSUBSCRIBE_COST

export interface Happened {
  readonly bought: boolean
  readonly left: boolean
  readonly cost: number
  /** Money: margin less incentive, cost and what an unsubscribe costs. */
  readonly reward: number
}

/** The same draws for the same cart, whatever the arm: arms are compared on the same fate. */
export function happened(arm: Arm, cart: Cart, { scenario, fate }: { scenario: Scenario; fate: Random }): Happened {
  const bought = fate.uniform() < buys(arm, cart, scenario)
  const left = fate.uniform() < leaves(arm, cart)
  const cost = MESSAGE_COST[arm]
  return { bought, left, cost, reward: (bought ? earned(arm, cart) : 0) - cost - (left ? UNSUBSCRIBE_COST : 0) }
}
