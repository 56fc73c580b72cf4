import { milliseconds } from '#lib/duration.ts'
import { attribute } from '#profiles/react.ts'
import type { ProfileSection } from '#profiles/schema.ts'
import { isZone, nextClockTime } from '../clock-time.ts'
import type { Prepare } from '../node.ts'
import type { WaitStep } from '../steps.ts'

export const wait: Prepare<WaitStep> = (step, { next }) => {
  const span = step.for === undefined ? 0 : milliseconds(step.for)!
  const { until } = step
  const dueFrom = (profile: ProfileSection, from: number): number => (until ? nextClockTime(until, zoneOf(until, profile), from) : from)
  return {
    step,
    next,
    arrive({ run, profile, now }) {
      const due = dueFrom(profile, run.since + span)
      return due <= now ? { kind: 'go', to: next, reason: 'waited' } : { kind: 'stay', due }
    },
    wake: () => ({ kind: 'go', to: next, reason: 'waited' }),
    // Never earlier than it was: who travels west waits for the morning there, who travels east does not get two mornings in one day.
    retime: ({ run, profile }) => (until?.zone === 'profile' && run.due !== null ? dueFrom(profile, run.due) : null),
  }
}

/** The zone to read clocks in: the step's own, or the person's if it is a known one, else the fallback. */
function zoneOf(until: NonNullable<WaitStep['until']>, profile: ProfileSection): string {
  if (until.zone !== 'profile') return until.zone
  const zone = attribute(profile, 'timezone')
  return typeof zone === 'string' && isZone(zone) ? zone : until.fallbackZone
}
