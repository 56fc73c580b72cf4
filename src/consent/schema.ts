/** `granted` and `withdrawn` carry the event time; a withdrawal wins a tie, and an older grant never re-enables. */
export interface Permit {
  readonly status: 'granted' | 'withdrawn'
  readonly at: number
  /** Where it came from: `one-click`, `page`, `identify`, `api`, … */
  readonly source: string
}

/** The consent section of a profile's keyed state. */
export interface ConsentSection {
  /** Key `channel` (all topics) or `channel:topic`. */
  readonly permits: Readonly<Record<string, Permit>>
  /** Addresses that must not be written to, with the reason: `bounced`, `complained`. */
  readonly blocked: Readonly<Record<string, 'bounced' | 'complained'>>
}

export const NO_CONSENT_YET: ConsentSection = { permits: {}, blocked: {} }
