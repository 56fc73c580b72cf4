/** One way to a conversion, or to none, as often as it was gone. */
export interface Path {
  /** Channels (or campaigns, journeys, messages) in the order in which they were met; repeats stay. Never empty. */
  readonly steps: readonly string[]
  /** How often it ended in a conversion, what those were worth, and how often it ended in none. */
  readonly conversions: number
  readonly value: number
  readonly nulls: number
}

/** What one channel is credited with. It is credit, not cause. */
export interface Credit {
  readonly key: string
  readonly conversions: number
  readonly value: number
}

/** All different steps, in the order in which they first come. */
export const keysOf = (paths: readonly Path[]): string[] => [...new Set(paths.flatMap(({ steps }) => steps))]

/** Adds up credits by key; the keys come in the order of `keysOf`. */
export class Credits {
  readonly #sums = new Map<string, { conversions: number; value: number }>()

  add(key: string, conversions: number, value: number): void {
    const sum = this.#sums.get(key) ?? { conversions: 0, value: 0 }
    sum.conversions += conversions
    sum.value += value
    this.#sums.set(key, sum)
  }

  all(): Credit[] {
    return [...this.#sums].map(([key, sum]) => ({ key, ...sum }))
  }
}
