import { gamma, normal, type Random, random } from '#lib/numeric/random.ts'
import { type Arm, type Cart, type Customer, customer, type Happened, happened, leaves, QUARTER, type Scenario } from './truth.ts'

/** Whatever decides about carts and learns from what comes of them. */
export interface Decider {
  decide(cart: Cart, id: string): { readonly arm: Arm; readonly group: 'model' | 'control' | 'held_out' }
  /** What came of a decision, once its window is over. */
  told(id: string, outcome: Happened): void
  /** Every simulated hour or so: time to learn. */
  pass(day: number): void
}

export interface QuarterOptions {
  readonly seed: string
  readonly scenario: Scenario
  readonly customers: number
  /** Carts abandoned by one customer in the quarter, on average. */
  readonly carts: number
  /** Days until an outcome is known. */
  readonly matures: number
}

/** One cart with what was done and what came of it. */
export interface Told {
  readonly cart: Cart
  readonly arm: Arm
  readonly group: 'model' | 'control' | 'held_out'
  readonly outcome: Happened
}

/** Plays a quarter of abandoned carts, in order, day by day; outcomes are told when they have matured. */
export function quarter(decider: Decider, options: QuarterOptions): readonly Told[] {
  const { seed, scenario, matures } = options
  const people = Array.from({ length: options.customers }, (_, i) => customer(`${seed} customer ${i}`))
  const gone = new Set<string>()
  const pressure = new Map<string, { readonly at: number; readonly value: number }>()
  const due: { readonly id: string; readonly day: number; readonly outcome: Happened }[] = []
  const told: Told[] = []
  for (const { who, at, id } of carts(people, options)) {
    const day = Math.floor(at)
    while (due.length > 0 && due[0]!.day <= day) {
      const { id: known, outcome } = due.shift()!
      decider.told(known, outcome)
    }
    decider.pass(at)
    if (gone.has(who.id)) continue
    const cart = cartOf(who, { at, id, pressure: pressureAt(pressure.get(who.id), at) })
    const { arm, group } = decider.decide(cart, id)
    const outcome = happened(arm, cart, { scenario, fate: random(`${id} fate`) })
    if (outcome.left) gone.add(who.id)
    if (arm !== 'nothing') pressure.set(who.id, { at, value: cart.pressure + 1 })
    due.push({ id, day: day + matures, outcome })
    told.push({ cart, arm, group, outcome })
  }
  return told
}

const HALF_LIFE_DAYS = 3
const pressureAt = (last: { readonly at: number; readonly value: number } | undefined, at: number): number =>
  last ? last.value * 2 ** (-(at - last.at) / HALF_LIFE_DAYS) : 0

function* carts(people: readonly Customer[], { seed, carts: mean }: QuarterOptions): Generator<{ who: Customer; at: number; id: string }> {
  const all = people.flatMap((who) => {
    const r = random(`${who.id} carts`)
    const times: number[] = []
    // Some abandon often, others hardly ever.
    const rate = (mean * gamma(r, 2)) / 2 / QUARTER
    for (let at = wait(r, rate); at < QUARTER; at += wait(r, rate)) times.push(at)
    return times.map((at) => ({ who, at }))
  })
  all.sort((a, b) => a.at - b.at)
  for (const [i, each] of all.entries()) yield { ...each, id: `${seed} cart ${i}` }
}

const wait = (r: Random, rate: number): number => -Math.log(1 - r.uniform()) / rate

function cartOf(who: Customer, { at, id, pressure }: { at: number; id: string; pressure: number }): Cart {
  const r = random(`${id} cart`)
  return {
    customer: who,
    day: Math.floor(at),
    hour: (at % 1) * 24,
    total: who.meanOrder * Math.exp(0.3 * normal(r) - 0.045),
    pressure,
  }
}

/** Expected unsubscribes of what was done. */
export const expectedLeaves = (all: readonly Told[]): number => all.reduce((sum, { arm, cart }) => sum + leaves(arm, cart), 0)
