/** Something that could be done for somebody: `value` without its cost's price, both in money; the cost is not negative. */
export interface Option {
  readonly value: number
  readonly cost: number
}

/** Somebody for whom at most one of several things is done. `order` breaks ties: the lower one comes first. */
export interface Claim {
  readonly options: readonly Option[]
  readonly order: number
}

export interface Allocation {
  /** By claim: the place of the option that is taken; null: none. */
  readonly taken: readonly (number | null)[]
  readonly spent: number
  readonly value: number
  /** The least price at which the relaxed problem meets the budget; 0: there is enough for all. */
  readonly price: number
  /** What the relaxed problem brings: no choice of whole things brings more. */
  readonly bound: number
}

/** A step from one option of a claim to a better and dearer one, on the upper hull of what it offers. */
interface Step {
  readonly claim: number
  readonly to: number
  readonly value: number
  readonly cost: number
}

/**
 * Whom the money goes to: the linear relaxation of the multiple-choice knapsack (Zemel 1980; Kellerer, Pferschy, Pisinger 2004, §11.2).
 * Taking argmax v − λc of everybody is walking the steps of all hulls by falling value for money; the place where the money ends is found by
 * bisection over the steps' sums. O(N log N). The value is at most one step short of the bound.
 */
export function allocate(claims: readonly Claim[], budget: number): Allocation {
  const taken: (number | null)[] = claims.map(() => null)
  const steps = claims.flatMap(({ options }, claim) => hull(options, claim))
  steps.sort((a, b) => efficiency(b) - efficiency(a) || claims[a.claim]!.order - claims[b.claim]!.order || a.claim - b.claim || a.to - b.to)
  const sums = new Float64Array(steps.length + 1)
  steps.forEach(({ cost }, i) => {
    sums[i + 1] = sums[i]! + cost
  })
  const reach = lastWithin(sums, budget)
  for (const { claim, to } of steps.slice(0, reach)) taken[claim] = to
  const value = steps.slice(0, reach).reduce((sum, step) => sum + step.value, 0)
  const next = steps[reach]
  const spent = sums[reach]!
  if (!next) return { taken, spent, value, price: 0, bound: value }
  return { taken, spent, value, price: efficiency(next), bound: value + efficiency(next) * Math.max(0, budget - spent) }
}

/** Of what costs nothing: before everything else. */
const efficiency = ({ value, cost }: Step): number => (cost === 0 ? Number.POSITIVE_INFINITY : value / cost)

/** How many of the steps the budget reaches for. */
function lastWithin(sums: Float64Array, budget: number): number {
  let [low, high] = [0, sums.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (sums[middle]! <= budget) low = middle
    else high = middle - 1
  }
  return low
}

/** The options of one claim that are best at some price, as steps from nothing on, with falling value for money. */
function hull(options: readonly Option[], claim: number): Step[] {
  const sorted = options
    .map((option, at) => ({ ...option, at }))
    .filter(({ value, cost }) => value > 0 && cost >= 0 && Number.isFinite(value) && Number.isFinite(cost))
    .sort((a, b) => a.cost - b.cost || b.value - a.value || a.at - b.at)
  const kept = [{ value: 0, cost: 0, at: -1 }]
  for (const next of sorted) {
    if (next.value <= kept.at(-1)!.value) continue
    while (kept.length > 1 && isBelow(kept.at(-2)!, kept.at(-1)!, next)) kept.pop()
    kept.push(next)
  }
  return kept.slice(1).map(({ value, cost, at }, i) => ({ claim, to: at, value: value - kept[i]!.value, cost: cost - kept[i]!.cost }))
}

/** Whether the point in the middle lies on or below the line between its neighbours. */
const isBelow = (a: Option, middle: Option, b: Option): boolean =>
  (middle.value - a.value) * (b.cost - a.cost) <= (b.value - a.value) * (middle.cost - a.cost)

/** The values that come first when all cost the same: those above `above`, and of those at it the ones whose `order` is at most `until`. */
export interface Cut {
  readonly above: number
  readonly until: number
}

/** Where `count` of these end, the dearest first; null: there is room for all. */
export function cutAt(people: readonly { readonly value: number; readonly order: number }[], count: number): Cut | null {
  if (count >= people.length) return null
  if (count <= 0) return { above: Number.MAX_VALUE, until: -1 }
  const sorted = [...people].sort((a, b) => b.value - a.value || a.order - b.order)
  const last = sorted[count - 1]!
  return { above: last.value, until: last.order }
}

export const isWithin = (cut: Cut, { value, order }: { readonly value: number; readonly order: number }): boolean =>
  value > cut.above || (value === cut.above && order <= cut.until)
