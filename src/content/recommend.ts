import type { Known } from './catalogue.ts'
import { isLow } from './low-stock.ts'
import { isLearned, type RecommendationSlot, type Strategy } from './slots.ts'

/** What the rules know: candidates of each, the best first. */
export interface Candidates {
  readonly lists: Readonly<Partial<Record<Strategy, readonly Known[]>>>
  readonly bought: ReadonlySet<string>
}

export interface Recommended {
  readonly product: Known
  readonly by: Strategy
}

/** The first candidates that fit, rule by rule, each product once; with fewer than `least` there are none. */
export function recommend(
  slot: Omit<RecommendationSlot, 'by' | 'fields' | 'otherwise' | 'model'>,
  { lists, bought }: Candidates,
): Recommended[] {
  const found = new Map<string, Recommended>()
  for (const by of rulesOf(slot)) {
    for (const product of lists[by] ?? []) {
      if (found.size === slot.count) break
      const sold = (slot.inStock && product.stock === 0) || (slot.lowStock && !isLow(product))
      const elsewhere = slot.category !== undefined && !product.categories.includes(slot.category)
      if (sold || elsewhere || (slot.notBought && bought.has(product.id)) || found.has(product.id)) continue
      found.set(product.id, { product, by })
    }
  }
  return found.size < slot.least ? [] : [...found.values()]
}

/** What follows where learned rules have nothing to say: a new person, a new shop, a model that does not answer. */
const WITHOUT_LEARNING: readonly Strategy[] = ['bought-together', 'popular']

/** The rules of a slot in their order; behind those that are learned there is always one that needs no learning. */
export function rulesOf({ strategies }: Pick<RecommendationSlot, 'strategies'>): readonly Strategy[] {
  return strategies.some(isLearned) ? [...new Set([...strategies, ...WITHOUT_LEARNING])] : strategies
}
