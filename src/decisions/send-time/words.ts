import type { Candidate, DecisionRecord } from '../record.ts'
import { NOW } from './choose-hour.ts'

/** Sentence for a reason code of the engine. */
type Explain = (code: string) => string

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const

/** `2026-03-07T20:00+01:00` → `Saturday 7 March, 20:00`, as their clock shows it. */
export function hourWords(arm: string): string {
  const found = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})/.exec(arm)
  if (!found) return arm
  const day = Temporal.PlainDate.from(found[1]!)
  return `${DAYS[day.dayOfWeek - 1]} ${day.day} ${MONTHS[day.month - 1]}, ${found[2]}`
}
const MONTHS = 'January February March April May June July August September October November December'.split(' ')

/** Why a message or a wait goes when it does, for people. */
export function whyHour(record: DecisionRecord, explain: Explain): string {
  const { by, chosen, silence, features, shadow } = record
  const hours = Math.round(features['within_hours'] ?? 0)
  switch (by) {
    case 'control':
      return 'At once, whatever the model says: a share of messages is not put off, so that the chosen hours can be measured against it.'
    case 'held_out':
    case 'cold_start':
    case 'fallback':
      return `At once. ${explain(silence ?? 'fallback')}${shadow && shadow.chosen !== NOW ? ` The model would have taken ${hourWords(shadow.chosen)}.` : ''}`
    case 'model':
      if (features['explored'] === 1) return `${whenWords(chosen)}, drawn by lot from the allowed hours, to find out how they do.`
      return `${whenWords(chosen)}: of the ${hours} hours ahead that are allowed, this is when they most likely read. ${knownWords(features['readings'] ?? 0)}`
  }
}

const whenWords = (arm: string): string => (arm === NOW ? 'At once' : hourWords(arm))
const knownWords = (readings: number): string =>
  readings < 0.5
    ? 'Nothing is known of their own hours, so those of others count.'
    : `It rests on ${Math.round(readings)} ${Math.round(readings) === 1 ? 'reading' : 'readings'} of their own and on the hours of others.`

/** Why this hour, why not that one. */
export function whyThisHour(
  { arm, excluded, predicted, propensity }: Candidate,
  { chosen, unit }: DecisionRecord,
  explain: Explain,
): string {
  if (excluded !== '') return ['Not possible.', explain(excluded)].join(' ')
  const chance = `Its chance was ${percent(propensity)}.${arm === chosen ? ' It was chosen.' : ''}`
  if (predicted === undefined) return chance
  const expected =
    unit === 'reads'
      ? `Read by about ${percent(predicted)} of people like them`
      : `${predicted.toFixed(1)} times the reading of a mean hour follows`
  return `${expected}. ${chance}`
}

const percent = (share: number): string => `${share >= 0.1 ? Math.round(share * 100) : Math.round(share * 1_000) / 10} %`
