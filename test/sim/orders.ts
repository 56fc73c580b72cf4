import type { Said } from './shop.ts'

export interface Standing {
  readonly partition: number
  readonly seq: number
  readonly at: number
}

export interface Order {
  readonly said: Said
  acknowledged: number
  /** Runs that the order found in the state in which it was handled: these it must have stopped. */
  found: ReadonlySet<string> | null
  /** Runs that had begun by then, wherever they were. */
  begun: number
}
