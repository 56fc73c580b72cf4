import { quarter } from './quarter.ts'
import { type Arm, type Cart, expected, type Scenario } from './truth.ts'

/** A path that asks no model. */
export interface Path {
  readonly name: string
  readonly arm: (cart: Cart) => Arm
}

const inOrder = (...order: readonly Arm[]): Path => ({
  name: order.join(', else '),
  arm: ({ customer }) => order.find((arm) => arm === 'nothing' || customer.reachable.includes(arm))!,
})

/** What a marketer would write who looks at coupon use, cart value and hurry. */
const RULE: Path = {
  name: 'the marketer’s rule',
  arm: ({ customer: { seen, reachable }, total }) => {
    if (seen['coupon_share']! > 0.6) return 'discount'
    if (total < 60 && reachable.includes('shipping')) return 'shipping'
    return reachable.includes('scarcity') ? 'scarcity' : 'discount'
  },
}

const FIXED: readonly Path[] = [
  inOrder('scarcity', 'shipping', 'discount'),
  inOrder('scarcity', 'discount'),
  inOrder('shipping', 'scarcity', 'discount'),
  inOrder('shipping', 'discount'),
  inOrder('discount'),
  inOrder('nothing'),
]

/** The best of the paths that are the same for all, chosen with knowledge of the truth. `rule`: also the marketer's rule. */
export function bestPath(scenario: Scenario, { rule = false }: { rule?: boolean } = {}): Path {
  const nobody = { decide: () => ({ arm: 'nothing', group: 'model' }) as const, told: () => undefined, pass: () => undefined }
  const probe = quarter(nobody, { seed: 'probe', scenario, customers: 3_000, carts: 4, matures: 3 })
  const worth = ({ arm }: Path): number => probe.reduce((sum, { cart }) => sum + expected(arm(cart), cart, scenario), 0)
  return [...FIXED, ...(rule ? [RULE] : [])].map((path) => ({ path, worth: worth(path) })).reduce((a, b) => (b.worth > a.worth ? b : a))
    .path
}
