/** A circuit breaker as a value. `closed` remembers the last calls; `open` lets nothing pass until then; `probing` waits for one call. */
export type Breaker =
  | { readonly kind: 'closed'; readonly recent: readonly boolean[] }
  | { readonly kind: 'open'; readonly until: number; readonly wait: number }
  | { readonly kind: 'probing'; readonly wait: number }

/** Opens when at least half of the last 20 calls failed; then one probe each `wait` ms, doubled up to a minute while it fails. */
const CALLS = 20
const SHARE = 0.5
const FIRST_WAIT = 5_000
const LONGEST_WAIT = 60_000

export const CLOSED: Breaker = { kind: 'closed', recent: [] }

/** How many calls may begin now. */
export function permits(breaker: Breaker, now: number): number {
  switch (breaker.kind) {
    case 'closed':
      return Number.POSITIVE_INFINITY
    case 'open':
      return now >= breaker.until ? 1 : 0
    case 'probing':
      return 0
  }
}

/** A call begins: of an open breaker it is the probe. */
export const begun = (breaker: Breaker): Breaker => (breaker.kind === 'open' ? { kind: 'probing', wait: breaker.wait } : breaker)

/** A call ended. Calls that began before it opened change nothing any more. */
export function ended(breaker: Breaker, ok: boolean, now: number): Breaker {
  switch (breaker.kind) {
    case 'closed': {
      const recent = [...breaker.recent, ok].slice(-CALLS)
      const failures = recent.filter((good) => !good).length
      return recent.length === CALLS && failures >= CALLS * SHARE
        ? { kind: 'open', until: now + FIRST_WAIT, wait: FIRST_WAIT }
        : { kind: 'closed', recent }
    }
    case 'probing':
      if (ok) return CLOSED
      return { kind: 'open', wait: Math.min(breaker.wait * 2, LONGEST_WAIT), until: now + Math.min(breaker.wait * 2, LONGEST_WAIT) }
    case 'open':
      return breaker
  }
}

/** The probe was not made after all: the next one may be. */
export const abandoned = (breaker: Breaker, now: number): Breaker =>
  breaker.kind === 'probing' ? { kind: 'open', until: now, wait: breaker.wait } : breaker
