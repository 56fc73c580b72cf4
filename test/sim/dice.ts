import { murmur32 } from '#lib/hash.ts'

/** A seeded generator (mulberry32, T. Ettinger 2017): the same seed gives the same rolls everywhere. */
export class Dice {
  #state: number

  constructor(seed: string) {
    this.#state = murmur32(seed, 0xd1ce)
  }

  /** In [0, 1). */
  roll(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  chance(share: number): boolean {
    return share > 0 && this.roll() < share
  }

  /** An integer in [least, most]. */
  between(least: number, most: number): number {
    return least + Math.floor(this.roll() * (most - least + 1))
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.roll() * list.length)]!
  }
}
