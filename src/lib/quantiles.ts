/** Relative error of a quantile: each bucket is 2 % wider than the one before. */
const GROWTH = 1.02
const LOG = Math.log(GROWTH)
const SMALLEST = 0.01

/** Counts durations (ms) in buckets that grow by 2 %, so that any quantile is known to 2 % at a fixed cost (after HdrHistogram, Tene 2012). */
export class Quantiles {
  readonly #counts = new Map<number, number>()
  #total = 0

  add(ms: number): void {
    const bucket = Math.max(0, Math.ceil(Math.log(Math.max(ms, SMALLEST) / SMALLEST) / LOG))
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1)
    this.#total++
  }

  get total(): number {
    return this.#total
  }

  /** The duration (ms) that a share `q` of all stays below; 0 before anything was counted. */
  at(q: number): number {
    const wanted = q * this.#total
    let seen = 0
    for (const [bucket, count] of [...this.#counts].sort(([a], [b]) => a - b)) {
      seen += count
      if (seen >= wanted) return SMALLEST * GROWTH ** bucket
    }
    return 0
  }

  clear(): void {
    this.#counts.clear()
    this.#total = 0
  }
}
