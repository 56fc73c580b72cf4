import { wilson, Z95 } from '#lib/numeric/proportions.ts'

/** Of the messages that a domain handed over within a window, how many were taken badly. */
export interface Tally {
  readonly sent: number
  readonly complaints: number
  /** To addresses that do not exist. */
  readonly bounces: number
  /** For policy (5.7.x): our name, not the address. */
  readonly refusals: number
}
export type Cause = 'complaints' | 'bounces' | 'refusals'

/** How a domain stands with those who receive its mail. */
export interface Standing {
  readonly state: 'good' | 'warned' | 'paused'
  /** '' when good. */
  readonly cause: Cause | ''
  readonly rate: number
  readonly sent: number
}

export const GOOD: Standing = { state: 'good', cause: '', rate: 0, sent: 0 }
const HOUR = 3_600_000
/** A day shows what goes wrong now, a week what is wrong with little mail (ms). */
export const WINDOWS = [24 * HOUR, 168 * HOUR] as const

interface Limit {
  readonly warn: number
  /** Infinity: it warns only. */
  readonly pause: number
  /** Messages that a verdict needs at least. */
  readonly least: number
}

/**
 * Complaints: Gmail and Yahoo ask senders to stay below 0.1 % and never to reach 0.3 % (Email sender guidelines, in force 2024-02).
 * Bounces: Amazon SES puts an account under review at 5 % and may pause it at 10 %; we pause at 5 %, while the name can still be saved.
 * Refusals for policy warn only: their reasons (DNS, blocklists, content) are mended outside, and pausing would hide whether they are.
 */
export const LIMITS: Readonly<Record<Cause, Limit>> = {
  complaints: { warn: 0.001, pause: 0.003, least: 1_000 },
  bounces: { warn: 0.02, pause: 0.05, least: 200 },
  refusals: { warn: 0.05, pause: Number.POSITIVE_INFINITY, least: 200 },
}

/**
 * The gravest standing of all windows. A domain is paused when its rate has reached the limit and its true rate is surely (95 % Wilson)
 * beyond what is warned of: with 0.3 % and 0.1 % that takes about 1,000 messages. One complaint of ten is no verdict.
 */
export function standingOf(windows: readonly Tally[]): Standing {
  const each = windows.flatMap((tally) => (['complaints', 'bounces', 'refusals'] as const).map((cause) => standingBy(tally, cause)))
  return each.reduce((worst, one) => (GRAVITY[one.state] > GRAVITY[worst.state] ? one : worst), GOOD)
}

const GRAVITY: Readonly<Record<Standing['state'], number>> = { good: 0, warned: 1, paused: 2 }

function standingBy(tally: Tally, cause: Cause): Standing {
  const { warn, pause, least } = LIMITS[cause]
  const { sent } = tally
  const rate = sent === 0 ? 0 : Math.min(1, tally[cause] / sent)
  if (sent < least || rate < warn) return GOOD
  return {
    state: rate >= pause && wilson({ x: Math.min(tally[cause], sent), n: sent }, Z95)[0] >= warn ? 'paused' : 'warned',
    cause,
    rate,
    sent,
  }
}

/** Hours since 1970. */
export const hourOf = (at: number): number => Math.floor(at / HOUR)

/** First hour that counts for a window; nothing of before a person let the domain go on. */
export const firstHour = (window: number, { now, countedFrom }: { now: number; countedFrom: number }): number =>
  Math.max(hourOf(now - window), hourOf(countedFrom)) + 1
