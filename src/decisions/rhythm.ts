import { chance } from '#lib/hash.ts'
import { DAY } from './features/decay.ts'
import { nextPatternLook } from './patterns/section.ts'
import type { Models } from './snapshot.ts'
import type { DecisionsSection } from './state.ts'

/** The longest that a score waits (ms), and which part of the time for which nothing has happened it waits at most. */
const MOST_WAIT = 30 * DAY
const PART = 0.1

/** The person's own moment of each day: a million scores are not reckoned anew at midnight. */
const momentOf = (key: string): number => Math.floor(chance('rescore', key) * DAY)

export interface Resting {
  /** Profile id. */
  readonly key: string
  /** When they did something last (event time, epoch ms). */
  readonly lastSeen: number
  readonly models: Models
  /** Log time, epoch ms. */
  readonly now: number
}

/**
 * When scores are to be reckoned anew although nothing happens: at the person's own moment of the day, once a day at most, and after a long
 * silence more and more seldom, because a day more changes less and less. Undefined: no model has a score.
 */
export function nextReckoning(section: DecisionsSection, { key, lastSeen, models, now }: Resting): number | undefined {
  const look = nextPatternLook(section, { models, now })
  if (!models.byType.has('propensity')) return look
  const silence = Math.max(0, now - lastSeen)
  const wait = Math.min(MOST_WAIT, Math.max(DAY, silence * PART))
  const moment = momentOf(key)
  const days = Math.floor((now + wait - DAY - moment) / DAY) + 1
  const due = Math.max(days * DAY + moment, now + 1)
  return look === undefined ? due : Math.min(due, look)
}

/** The person's day, from moment to moment. */
export const dayOf = (key: string, now: number): number => Math.floor((now - momentOf(key)) / DAY)
