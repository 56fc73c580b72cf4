/** One planted breach: what the check must say of it, and a clean counterpart of which it must say nothing. */
export interface Plant {
  readonly rule: string
  readonly what: string
  readonly path: string
  readonly bad: string
  readonly good: string
  /** Where the good counterpart stands, when it is the place that makes the difference. */
  readonly goodPath?: string
  /** Line of the breach; 1 when not given. */
  readonly at?: number
}
