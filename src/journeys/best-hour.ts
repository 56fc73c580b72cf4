import type { CompiledPolicy } from '#consent/policy.ts'
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
  const quiet = (from: number): number | string =>
    isWatched ? openAgain(definitions.policy, { channel: contact.channel, zone: told, from }) : from
  return chosen(at, { best, waits: 'message' }, (from, to) => {
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

interface Moment {
  readonly channel: string
  readonly zone: unknown
  /** Epoch ms. */
  readonly from: number
}

const known = new WeakMap<CompiledPolicy, Map<string, number | string>>()
const MOST_KNOWN = 20_000

/** The first moment from one on that is not quiet, or why there is none. Everybody of a zone asks about the same hours: answers are kept. */
function openAgain(policy: CompiledPolicy, moment: Moment): number | string {
  const answers = known.get(policy) ?? new Map<string, number | string>()
  if (answers.size === 0) known.set(policy, answers)
  const key = `${moment.channel} ${typeof moment.zone === 'string' ? moment.zone : ''} ${moment.from}`
  const kept = answers.get(key)
  if (kept !== undefined) return kept
  if (answers.size >= MOST_KNOWN) answers.clear()
  const answer = opensAt(policy, moment)
  answers.set(key, answer)
  return answer
}

function opensAt(policy: CompiledPolicy, { channel, zone, from }: Moment): number | string {
  const asked = quietness(policy, { channel, zone, now: from, unit: '' })
  if (asked.kind !== 'quiet') return asked.kind === 'open' ? from : asked.reason
  return quietEnd(rulesFor(policy, channel), zoneOf(policy, zone).zone, from) ?? 'always_quiet'
}

/** The hour to wait for: `open` says the first moment from one on at which the step's window is open; quiet hours of all channels hold as well. */
export function waitHour(at: Standing, best: Best, open: (from: number) => number): ChosenHour {
  const { policy } = at.definitions
  const rules = policy.quiet.filter(({ channel }) => channel === undefined)
  const { zone } = zoneOf(policy, attribute(at.profile, 'timezone'))
  return chosen(at, { best, waits: 'wait' }, (from, to) => {
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

type Wish = { readonly best: Best; readonly waits: 'message' | 'wait' }

function chosen(at: Standing, { best, waits }: Wish, opening: (from: number, to: number) => number | string): ChosenHour {
  const { definitions, person, profile, run, now } = at
  const country = attribute(profile, 'country')
  return chooseHour(definitions.models, {
    id: deedId(run),
    unit: run.unit,
    waits,
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
