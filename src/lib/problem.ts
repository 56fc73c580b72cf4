/** An RFC 9457 problem: what is wrong, where, and how to mend it. */
export interface Problem {
  /** Stable machine word, e.g. `journey.step.unknown`. */
  readonly code: string
  /** HTTP status that this problem answers with. */
  readonly status: number
  /** What is wrong, in words that a marketer understands. */
  readonly title: string
  /** This occurrence: names and values. */
  readonly detail?: string
  /** How to mend it. */
  readonly hint?: string
  /** Where: a JSON pointer (`/steps/2/id`), or line:column in a text. */
  readonly at?: string
  /** Nothing is wrong: something has to happen first, and `hint` says what. */
  readonly early?: true
  /** Parts, when several things are wrong at once. */
  readonly problems?: readonly Problem[]
}

/** A refusal is a value, told apart from success by its one field. A bug throws instead. */
export interface Refusal {
  readonly refused: Problem
}
export type Outcome<T> = T | Refusal

export const refuse = (problem: Problem): Refusal => ({ refused: problem })

/** True only of what `refuse` makes: an answer of an action may have a field `refused` of its own beside others. */
export function isRefusal(outcome: unknown): outcome is Refusal {
  if (outcome === null || typeof outcome !== 'object' || Object.keys(outcome).length !== 1) return false
  const problem = (outcome as { refused?: unknown }).refused
  if (problem === null || typeof problem !== 'object') return false
  const { code, status } = problem as { code?: unknown; status?: unknown }
  return typeof code === 'string' && typeof status === 'number'
}
