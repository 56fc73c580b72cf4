/** Something outside the program that a person must mend before Cadenza can run: say what is wrong, and how to mend it. */
export class SetupError extends Error {
  override readonly name = 'SetupError'
  /** What to do, as one sentence. */
  readonly hint: string
  constructor(problem: string, hint: string, cause?: unknown) {
    super(`${problem} ${hint}`, cause === undefined ? undefined : { cause })
    this.hint = hint
  }
}
