/** What a condition can ask where it stands. */
export interface Available {
  readonly event: boolean
  readonly entry: boolean
  /** What the run saved, and what it heard (`in run`, `in step`). */
  readonly run?: boolean
  /** False: nothing but the event, in filters of events. Else the profile, its consent, memberships, scores, past and `now`. */
  readonly person?: false
  /** False: nothing is gathered for this place, so windows, filters and sequences are not known; a segment can ask them. */
  readonly gathered?: false
  /** Time alone must lead to an answer that can be foretold: `now` stands in sums and differences, and is compared. */
  readonly foretold?: true
}

/** The places of conditions, and what each can ask. */
export const PLACES = {
  segment: { event: false, entry: false, foretold: true },
  /** An event's filter outside a run: an entry. */
  event: { event: true, entry: false },
  /** Inside a run: a branch, an update. */
  step: { event: false, entry: true, run: true },
  /** An event's filter inside a run: waitFor, exit. */
  eventInRun: { event: true, entry: true, run: true },
  /** A goal: the run may be over. */
  goal: { event: true, entry: true },
  /** A rule that stands outside journeys and segments: who is meant. */
  policy: { event: true, entry: false, gathered: false },
  /** The filter of what a history or a sequence gathers. */
  window: { event: true, entry: false, person: false },
} as const satisfies Record<string, Available>
