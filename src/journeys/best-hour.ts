import { quietEnd, quietness, rulesFor, zoneOf } from '#consent/quiet-hours.ts'
import { type ChosenHour, chooseHour } from '#decisions/send-time/choose-hour.ts'
import { milliseconds } from '#lib/duration.ts'
import { attribute } from '#profiles/react.ts'
import { deedId } from './deeds.ts'
import { gated } from './gates.ts'
import type { Deeds, Message, Standing } from './node.ts'
import type { Best } from './steps.ts'

/** Quiet hours and rules may each move a moment behind the other's end; after this many turns there is none in the hour. */
const TURNS = 4

/** The hour for a message: one in which neither quiet hours nor rules of law would hold it, as far as is known now. */
export function messageHour(at: Standing, best: Best, message: Message): ChosenHour {
  const { definitions, profile } = at
  const told = attribute(profile, 'timezone')
  const { contact, lane } = message
  const isWatched = contact !== undefined && definitions.policy.exists && lane === 'marketing'
  const unit = `${at.run.unit}:${at.run.journey}:${at.run.step}`
  const quiet = (from: number): number | string => {
    if (!isWatched) return from
    const asked = quietness(definitions.policy, { channel: contact.channel, zone: told, now: from, unit })
    if (asked.kind !== 'quiet') return asked.kind === 'open' ? from : asked.reason
    const { zone } = zoneOf(definitions.policy, told)
    return quietEnd(rulesFor(definitions.policy, contact.channel), zone, from) ?? 'always_quiet'
  }
  return chosen(at, best, (from, to) => {
    let moment = from
    for (let turn = 0; turn < TURNS; turn++) {
      const after = quiet(moment)
      if (typeof after === 'string') return after
      if (after >= to) return 'quiet_hours'
      const ruled = gated({ ...at, now: after }, message)
      if (ruled.kind === 'pass') return after
      if (ruled.kind === 'refuse' || ruled.until >= to) return ruled.reason
      moment = ruled.until
    }
    return 'quiet_hours'
  })
}

/** The hour to wait for: `open` says the first moment from one on at which the step's window is open; quiet hours of all channels hold as well. */
export function waitHour(at: Standing, best: Best, open: (from: number) => number): ChosenHour {
  const { policy } = at.definitions
  const rules = policy.quiet.filter(({ channel }) => channel === undefined)
  const { zone } = zoneOf(policy, attribute(at.profile, 'timezone'))
  return chosen(at, best, (from, to) => {
    let moment = from
    for (let turn = 0; turn < TURNS; turn++) {
      const opened = open(moment)
      if (opened >= to) return 'window_closed'
      const after = rules.length === 0 ? opened : quietEnd(rules, zone, opened)
      if (after === null) return 'always_quiet'
      if (after >= to) return 'quiet_hours'
      if (after === opened) return after
      moment = after
    }
    return 'quiet_hours'
  })
}

function chosen(at: Standing, best: Best, opening: (from: number, to: number) => number | string): ChosenHour {
  const { definitions, person, profile, run, now } = at
  const country = attribute(profile, 'country')
  return chooseHour(definitions.models, {
    id: deedId(run),
    unit: run.unit,
    model: best.model,
    now,
    within: milliseconds(best.within)!,
    zone: zoneOf(definitions.policy, attribute(profile, 'timezone')).zone,
    country: typeof country === 'string' ? country.trim().toUpperCase() : '',
    hours: person.decisions?.hours,
    opening,
  })
}

/** What is told of the choice. */
export const decisionOf = ({ record }: ChosenHour): NonNullable<Deeds['decision']> => ({
  arm: record.chosen,
  propensity: record.propensity,
  record,
})
