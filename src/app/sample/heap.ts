/** What is earliest comes first; of one moment, what was put in first. */
export class Heap<T extends { readonly at: number }> {
  readonly #items: { readonly item: T; readonly serial: number }[] = []
  #serial = 0

  get size(): number {
    return this.#items.length
  }

  get first(): T | undefined {
    return this.#items[0]?.item
  }

  add(item: T): void {
    const items = this.#items
    items.push({ item, serial: this.#serial++ })
    for (let i = items.length - 1; i > 0; ) {
      const up = (i - 1) >> 1
      if (!this.#before(i, up)) return
      this.#swap(i, up)
      i = up
    }
  }

  take(): T | undefined {
    const items = this.#items
    const top = items[0]
    const last = items.pop()
    if (!top || !last || items.length === 0) return top?.item
    items[0] = last
    for (let i = 0; ; ) {
      let least = i
      for (const child of [2 * i + 1, 2 * i + 2]) if (child < items.length && this.#before(child, least)) least = child
      if (least === i) return top.item
      this.#swap(i, least)
      i = least
    }
  }

  #before(a: number, b: number): boolean {
    const [one, other] = [this.#items[a]!, this.#items[b]!]
    return one.item.at === other.item.at ? one.serial < other.serial : one.item.at < other.item.at
  }

  #swap(a: number, b: number): void {
    const held = this.#items[a]!
    this.#items[a] = this.#items[b]!
    this.#items[b] = held
  }
}
