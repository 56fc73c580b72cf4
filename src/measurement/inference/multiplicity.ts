/** Holm (1979): p-values such that taking those ≤ α is wrong in any with a chance of at most α. In the given order. */
export function holm(p: readonly number[]): number[] {
  let most = 0
  return inOrder(p, ascending(p), (value, rank) => {
    most = Math.max(most, Math.min(1, value * (p.length - rank)))
    return most
  })
}

/** Benjamini & Hochberg (1995): taking those ≤ α, at most a share α of the taken is false on average, for independent or positively dependent ones. */
export function benjaminiHochberg(p: readonly number[]): number[] {
  let least = 1
  return inOrder(p, ascending(p).reverse(), (value, fromLast) => {
    least = Math.min(least, value * (p.length / (p.length - fromLast)))
    return least
  })
}

const ascending = (p: readonly number[]): number[] => p.map((_, i) => i).sort((a, b) => p[a]! - p[b]! || a - b)

function inOrder(p: readonly number[], order: readonly number[], adjusted: (value: number, rank: number) => number): number[] {
  const found = Array.from(p)
  for (const [rank, i] of order.entries()) found[i] = adjusted(p[i]!, rank)
  return found
}
