/** How the arrival of an event stands against what is usual for it. */
export type Freshness =
  /** Too little is known: fewer than three days, or too few events. */
  | { readonly kind: 'young' }
  | { readonly kind: 'usual' }
  /** Nothing for longer than chance explains. */
  | { readonly kind: 'silent'; readonly hours: number; readonly expected: number }
  /** The last full hours brought far less than the same hours of other days. */
  | { readonly kind: 'low'; readonly hours: number; readonly got: number; readonly expected: number }

export const HOUR = 3_600_000
const DAY_HOURS = 24
const LEAST_DAYS = 3
/** The chance below which silence is no accident. */
const RARE = 1e-4
/** How many of the last full hours are held against the same hours of earlier days. */
const RECENT = 6

interface Heard {
  /** Events by full hour, the oldest first, the last one being the last full hour before `now`. */
  readonly hours: readonly number[]
  readonly now: number
  /** When the last one came (epoch ms). */
  readonly last: number
}

/**
 * Silence is told from a lull by what the same hours of the day brought on other days: of these the lower quartile is expected, so that one
 * sale or one outage does not become the measure. With `e` events expected, none at all has the chance e^-e (Poisson).
 */
export function freshness({ hours, now, last }: Heard): Freshness {
  const days = Math.floor((hours.length - firstHeard(hours)) / DAY_HOURS)
  if (days < LEAST_DAYS) return { kind: 'young' }
  const silent = Math.floor((now - last) / HOUR)
  if (silent >= 1) {
    const asked = Math.min(silent, 7 * DAY_HOURS)
    const expected = sum(Array.from({ length: asked }, (_, back) => usual(hours, back, asked)))
    if (expected > 0 && Math.exp(-expected) < RARE) return { kind: 'silent', hours: silent, expected: Math.round(expected) }
    return { kind: 'usual' }
  }
  const got = sum(hours.slice(-RECENT))
  const expected = sum(Array.from({ length: RECENT }, (_, back) => usual(hours, back, RECENT)))
  return fewer(got, expected) ? { kind: 'low', hours: RECENT, got, expected: Math.round(expected) } : { kind: 'usual' }
}

/** Half of it or less, and further off than five standard deviations of a Poisson count. */
const fewer = (got: number, expected: number): boolean => expected >= 20 && got <= expected / 2 && expected - got > 5 * Math.sqrt(expected)

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
const firstHeard = (hours: readonly number[]): number => {
  const first = hours.findIndex((count) => count > 0)
  return first === -1 ? hours.length : first
}

/** The lower quartile of the same hour of earlier days; days that are themselves asked about do not count. */
function usual(hours: readonly number[], back: number, asked: number): number {
  const begun = firstHeard(hours)
  const counts: number[] = []
  for (let at = hours.length - 1 - back - DAY_HOURS; at >= begun; at -= DAY_HOURS) if (at < hours.length - asked) counts.push(hours[at]!)
  if (counts.length === 0) return 0
  counts.sort((a, b) => a - b)
  return counts[Math.floor((counts.length - 1) / 4)]!
}

interface Standing {
  readonly events: number
  readonly violating: number
  readonly planned: boolean
  readonly owned: boolean
  readonly freshness: Freshness
}

/** 60 points for events without a violation, 20 for a plan that says what it is, 20 for arriving as usual. Null: nothing came. */
export function eventScore({ events, violating, planned, owned, freshness: fresh }: Standing): number | null {
  if (events === 0) return null
  const clean = 60 * (1 - Math.min(1, violating / events))
  const described = planned ? (owned ? 20 : 12) : 0
  const arriving = fresh.kind === 'silent' ? 0 : fresh.kind === 'low' ? 10 : 20
  return Math.round(clean + described + arriving)
}

interface SourceStanding {
  readonly accepted: number
  readonly violating: number
  readonly quarantined: number
  readonly refused: number
}

/** The share of what a source sent that was accepted and kept to the plan, as a number up to 100. Null: it sent nothing. */
export function sourceScore({ accepted, violating, quarantined, refused }: SourceStanding): number | null {
  const all = accepted + violating + quarantined + refused
  return all === 0 ? null : Math.floor((100 * accepted) / all)
}
