import { milliseconds } from '#lib/duration.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Learner } from '../trainer.ts'
import { decodePressure, mayHold, type PressureBody, Z95 } from './body.ts'
import { bestCap, type Estimate, fitPressure, type PressedMessage, type PressureFit, type Unidentified } from './fit.ts'

/** Messages of the share whose caps were drawn by lot, whose time to be answered is over. */
export interface PressureData {
  readonly messages: readonly PressedMessage[]
  /** When the newest of them went, epoch ms. */
  readonly newest: number
}

/** Learns how response and leaving move with pressure, from nothing but the caps that were drawn by lot. */
export const pressureLearner: Learner<'pressure', PressureData> = {
  type: 'pressure',
  every: 6 * 3_600_000,
  fit({ model, previous }, { messages, newest }) {
    if (previous && previous.trainedTo >= newest && previous.examples === messages.length) return null
    const halfLife = milliseconds(model.halfLife)!
    // Of people of whom nothing was wanted before the lot, pressure would be confused with how much is wanted of them.
    const known = messages.filter(({ wanted }) => wanted > 0)
    const found: ReturnType<typeof fitPressure> =
      known.length === 0 ? { unidentified: 'nobody_known_before', have: 0, need: 1 } : fitPressure(known)
    const identified = 'unidentified' in found ? null : found
    const stakes = { margin: model.margin, lifetimeValue: model.lifetimeValue }
    const acts = identified !== null && mayHold(identified) ? identified : null
    const body: PressureBody = { v: 1, halfLife, fit: acts }
    const wanted = known.reduce((sum, each) => sum + each.wanted, 0) / Math.max(1, known.length)
    const best = identified ? bestCap(identified, stakes, { halfLife, wanted }) : null
    return {
      body: JSON.stringify(body),
      trainedTo: newest,
      examples: messages.length,
      report: {
        words: 'unidentified' in found ? [refusalWords(found)] : wordsOf(found, best!),
        messages: known.length,
        of_people_not_known_before: messages.length - known.length,
        people: new Set(known.map(({ person }) => person)).size,
        by_cap: byCap(known),
        ...(identified && { d: interval(identified.d), k: interval(identified.k) }),
        ...(best && { best_cap: { ...best }, wanted: Math.round(wanted * 100) / 100 }),
        acts: acts !== null,
        ...('unidentified' in found && { unidentified: found.unidentified, have: found.have, need: found.need }),
      },
    }
  },
  decode: decodePressure,
}

const round = (value: number): number => Math.round(value * 1e4) / 1e4
const interval = ({ value, error }: Estimate): JsonObject => ({
  value: round(value),
  low: round(value - Z95 * error),
  high: round(value + Z95 * error),
})

/** What came of the messages under each cap. */
function byCap(messages: readonly PressedMessage[]): JsonObject[] {
  return [...Map.groupBy(messages, ({ cap }) => cap)]
    .sort(([a], [b]) => a - b)
    .map(([cap, all]) => ({
      cap,
      messages: all.length,
      people: new Set(all.map(({ person }) => person)).size,
      responded: all.filter(({ responded }) => responded).length,
      left: all.filter(({ left }) => left).length,
      pressure: round(all.reduce((sum, { pressure }) => sum + pressure, 0) / all.length),
    }))
}

/** Why nothing can be said, and what holds meanwhile. */
export function refusalWords({ unidentified, have, need }: Unidentified): string {
  const meanwhile = 'Until then only the contact policy limits messages.'
  switch (unidentified) {
    case 'nobody_known_before':
      return `It cannot be said yet how messages tire people: nobody who has drawn a cap was written to before the quarter in which they drew it. ${meanwhile}`
    case 'caps_not_randomised':
      return `It cannot be said yet how messages tire people: that shows only where weekly caps were drawn by lot, and so far messages went under ${have} of the ${need} different caps that it takes. ${meanwhile}`
    case 'too_few_messages':
      return `It cannot be said yet how messages tire people: ${have} messages went under the cap with the fewest, and two caps need ${need} each. ${meanwhile}`
    case 'too_few_responses':
      return `It cannot be said yet how messages tire people: ${have} of them were responded to, and it takes ${need}. ${meanwhile}`
    case 'too_few_unsubscribes':
      return `It cannot be said yet how messages tire people: ${have} people left after one, and it takes ${need}. That may be good news. ${meanwhile}`
    case 'no_answer':
      return `The curve could not be fitted to what happened. ${meanwhile}`
  }
}

function wordsOf(fit: PressureFit, { cap, low, high }: ReturnType<typeof bestCap>): string[] {
  const { d, k } = fit
  const tired = sure(d)
    ? `Each message that still presses lowers the chance of a response by ${share(-Math.expm1(-d.value))} (95 %: ${share(-Math.expm1(-(d.value - Z95 * d.error)))} to ${share(-Math.expm1(-(d.value + Z95 * d.error)))}).`
    : 'Whether pressure changes the chance of a response cannot be told from chance.'
  const leaves = sure(k)
    ? `It ${k.value > 0 ? 'raises' : 'lowers'} the chance that somebody leaves by ${share(Math.abs(Math.expm1(k.value)))} (95 %: ${share(Math.expm1(k.value - Z95 * k.error))} to ${share(Math.expm1(k.value + Z95 * k.error))}).`
    : 'Whether pressure makes people leave cannot be told from chance.'
  const acts = mayHold(fit)
    ? `They would bring most at about ${messages(cap)} a week (90 %: ${low} to ${high}). A message is kept back where it would bring less than the people cost who leave because of it.`
    : 'So no message is kept back: only the contact policy limits them.'
  return [tired, leaves, acts]
}

const sure = ({ value, error }: Estimate): boolean => Math.abs(value) > Z95 * error
const share = (value: number): string => `${Math.round(value * 1000) / 10} %`
const messages = (count: number): string => `${count} ${count === 1 ? 'message' : 'messages'}`
