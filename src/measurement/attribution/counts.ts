import type { Rule } from './rules.ts'

/** Conversions, and what they were worth. */
export interface Won {
  readonly conversions: number
  readonly value: number
}

/** What was counted of one key: its credit under the rules, and beside them. */
export interface KeyCounts {
  readonly key: string
  readonly rules: Readonly<Record<Rule, Won>>
  readonly shapley: Won
  /** Conversions whose path met it at all: what its own platform would claim. */
  readonly met: Won
  /** Paths that met it and ended in nothing. */
  readonly nulls: number
}

/** How often people went from a key (null: the start) to another one, or to an end. */
export interface MoveCount {
  readonly from: string | null
  readonly to: string
  readonly ends: boolean
  readonly times: number
}

export interface PathTotals extends Won {
  readonly nulls: number
  /** May still convert. */
  readonly open: number
  /** Of the conversions: those that no touch led to. */
  readonly untouched: Won
  /** Sums over converting paths: touches, and days from the first touch to the conversion. */
  readonly touches: number
  readonly days: number
}

/** All that a report needs of the paths of one way of counting. */
export interface PathCounts {
  readonly totals: PathTotals
  readonly keys: readonly KeyCounts[]
  readonly moves: readonly MoveCount[]
}
