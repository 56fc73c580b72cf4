import type { Language } from '#lib/language.ts'
import { durationWords } from '../lanes.ts'
import { SAYINGS } from '../step-sayings.ts'
import { type Entries, type Entry, entriesOf, type Schedule } from './schema.ts'

/** What begins a journey, in a few words: `Product Added`, `Entered segment vip`, `Every week on Mon at 09:00`. */
export const entryTitle = (journey: { readonly entry: Entries }, language: Language = 'en'): string =>
  entriesOf(journey)
    .map((entry) => titleOf(entry, language))
    .join(SAYINGS[language].or)

function titleOf(entry: Entry, language: Language): string {
  const say = SAYINGS[language]
  if ('event' in entry) return entry.event
  if ('segment' in entry) return entry.on === 'entered' ? say.entered(entry.segment) : say.left(entry.segment)
  if ('schedule' in entry) return scheduleWords(entry.schedule, language)
  if ('date' in entry) return dateWords(entry, language)
  return 'api' in entry ? say.byApi : say.byJourney
}

export function scheduleWords({ at, every, on, day, rule, time = '', zone }: Schedule, language: Language = 'en'): string {
  const say = SAYINGS[language]
  const where = zone === 'profile' ? say.theirTime : zone
  if (at !== undefined) return say.once(at, where)
  if (rule !== undefined) return say.ruled(rule, time, where)
  const days = on?.map((name) => say.days[name] ?? name).join(', ')
  const which = days !== undefined ? say.onDays(days) : day === -1 ? say.lastDay : day === undefined ? '' : say.onDay(day)
  return say.recurring({ every: say.every[every ?? ''] ?? '', which, time, zone: where })
}

function dateWords({ date, offset, time, yearly }: Extract<Entry, { date: string }>, language: Language): string {
  const say = SAYINGS[language]
  const name = date.replace(/^profile\./, '')
  const span = offset.replace(/^[+-]/, '')
  const words = durationWords(span, language)
  const when = /^(0(ms|[wdhms]))+$/.test(span) ? `${say.onDate} ` : offset.startsWith('-') ? say.before(words) : say.after(words)
  return `${when}${name}${yearly ? say.yearly : ''}${time === undefined ? '' : say.atTime(time)}`
}

/** How often the same person comes in, of each way in. */
export const entryRules = (journey: { readonly entry: Entries }, language: Language = 'en'): string =>
  [...new Set(entriesOf(journey).map((entry) => rulesOf(entry, language)))].join('; ')

function rulesOf({ reentry, key, limit, concurrent }: Entry, language: Language): string {
  const say = SAYINGS[language]
  const name = key?.split('.').at(-1)
  const more = [
    ...(limit ? [say.atMost(limit.times, durationWords(limit.within, language))] : []),
    ...(concurrent !== undefined ? [say.atOnce(concurrent)] : []),
  ]
  if (reentry === 'never') return [name ? say.oncePer(name) : say.oncePerPerson, ...more].join(', ')
  const fromEnd = typeof reentry === 'object' && reentry.from === 'end'
  const again = reentry === 'always' ? say.everyTime : say.again(durationWords(reentry.after, language), fromEnd)
  return [name ? say.perKey(again, name) : again, ...more].join(', ')
}
