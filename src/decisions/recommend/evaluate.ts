/** One hidden item, with what a model says of every candidate. */
export interface HiddenCase {
  readonly hidden: number
  /** Higher is better; what is not in it was not recommended. */
  readonly scores: ReadonlyMap<number, number>
}

export interface Ranking {
  readonly cases: number
  readonly hits: number
  /** Share of cases whose hidden item is among the first k. */
  readonly hitRate: number
  /** Mean of 1/rank within the first k, 0 beyond it. */
  readonly reciprocalRank: number
}

/** The place of the hidden item among the scores, from 1; equal scores in the order in which the model met the items; 0: not there. */
export function rankOf({ hidden, scores }: HiddenCase): number {
  const mine = scores.get(hidden)
  if (mine === undefined) return 0
  let rank = 1
  let behind = false
  for (const [item, score] of scores) {
    if (item === hidden) behind = true
    else if (score > mine || (score === mine && !behind)) rank++
  }
  return rank
}

/** Hit rate and mean reciprocal rank at k, of ranks from 1 (0: not recommended). */
export function rankingAt(ranks: Iterable<number>, k: number): Ranking {
  let [cases, hits, sum] = [0, 0, 0]
  for (const rank of ranks) {
    cases++
    if (rank < 1 || rank > k) continue
    hits++
    sum += 1 / rank
  }
  return { cases, hits, hitRate: cases === 0 ? 0 : hits / cases, reciprocalRank: cases === 0 ? 0 : sum / cases }
}
