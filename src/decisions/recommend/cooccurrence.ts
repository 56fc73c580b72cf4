import { add, type Basket, counts, type Links, type Sequence } from './interactions.ts'

/** Baskets that have both: symmetric, without the diagonal. */
export function together(baskets: Iterable<Basket>): Map<number, Map<number, number>> {
  const rows = new Map<number, Map<number, number>>()
  for (const basket of baskets) for (const a of basket) for (const b of basket) if (a !== b) add(rows, [a, b], 1)
  return rows
}

/** Cosine of the two columns of the baskets: together / sqrt(count × count). */
export function cosine(baskets: readonly Basket[], items: number): Links {
  const rows = together(baskets)
  const n = counts(baskets, items)
  for (const [a, row] of rows) for (const [b, both] of row) row.set(b, both / Math.sqrt(n[a]! * n[b]!))
  return rows
}

/** Association rules of sessions (Ludewig and Jannach 2018): how often two clicks, also on the same item, fall into one session. */
export function associations(sequences: Iterable<Sequence>): Links {
  const rows = new Map<number, Map<number, number>>()
  for (const sequence of sequences) {
    for (let at = 1; at < sequence.length; at++) {
      for (let before = 0; before < at; before++) {
        add(rows, [sequence[before]!, sequence[at]!], 1)
        add(rows, [sequence[at]!, sequence[before]!], 1)
      }
    }
  }
  return rows
}

/** What was looked back on from each click. */
const STEPS = 20

/** Sequential rules (Ludewig and Jannach 2018): from an item to each of the next 20 clicks, by 1/steps². */
export function sequentialRules(sequences: Iterable<Sequence>, steps = STEPS): Links {
  const rows = new Map<number, Map<number, number>>()
  for (const sequence of sequences) {
    for (let at = 1; at < sequence.length; at++) {
      for (let gap = 1; gap <= Math.min(steps, at); gap++) add(rows, [sequence[at - gap]!, sequence[at]!], 1 / (gap * gap))
    }
  }
  return rows
}

export interface Rule {
  readonly from: number
  readonly to: number
  /** Share of baskets with both. */
  readonly support: number
  /** Share of the baskets with `from` that have `to` as well. */
  readonly confidence: number
  /** Confidence against the share of baskets that have `to` anyway: 1 says nothing. */
  readonly lift: number
}

/** Rules of one item to another, the strongest lift first (Agrawal et al. 1993). */
export function pairRules(
  baskets: readonly Basket[],
  { items, support, confidence = 0 }: { readonly items: number; readonly support: number; readonly confidence?: number },
): Rule[] {
  const n = counts(baskets, items)
  const total = baskets.length
  const rules: Rule[] = []
  for (const [from, row] of together(baskets)) {
    for (const [to, both] of row) {
      const found = { from, to, support: both / total, confidence: both / n[from]!, lift: (both * total) / (n[from]! * n[to]!) }
      if (found.support >= support && found.confidence >= confidence) rules.push(found)
    }
  }
  return rules.sort((a, b) => b.lift - a.lift || a.from - b.from || a.to - b.to)
}
