import type { RequestRow } from '#approvals/store.ts'
import type { Queryable } from '#platform/log.ts'

/** A run that waits for a person, by what names this visit of the step. */
export interface WaitingRun {
  /** `profile enrollment step since`: another round of the same step is another one. */
  readonly name: string
  readonly profile: string
}

/** Held runs, as approvals see them. */
export interface HeldRuns {
  /** All who wait on a step now; at most 500, the longest waiting first. */
  waiting(workspace: string, at: { journey: string; step: string }): Promise<WaitingRun[]>
  /** Puts the word on the log for every run of the request that still waits; the others are left alone. Their names are in the request. */
  decide(
    tx: Queryable,
    workspace: string,
    said: { row: RequestRow; verdict: 'released' | 'rejected'; comment: string; actor: string },
  ): Promise<void>
  /** Records were put on the log, and committed. */
  appended(): void
}
