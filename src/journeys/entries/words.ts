import { durationWords } from '../lanes.ts'
import { type Entries, type Entry, entriesOf, type Schedule } from './schema.ts'

/** What begins a journey, in a few words: `Product Added`, `Entered segment vip`, `Every week on Mon at 09:00`. */
export const entryTitle = (journey: { readonly entry: Entries }): string => entriesOf(journey).map(titleOf).join(' or ')

function titleOf(entry: Entry): string {
  if ('event' in entry) return entry.event
  if ('segment' in entry) return `${entry.on === 'entered' ? 'Entered' : 'Left'} segment ${entry.segment}`
  if ('schedule' in entry) return scheduleWords(entry.schedule)
  if ('date' in entry) return dateWords(entry)
  return 'api' in entry ? 'Called by the API' : 'Started by another journey'
}

const zoneWords = (zone: string): string => (zone === 'profile' ? 'their time' : zone)

export function scheduleWords({ at, every, on, day, rule, time, zone }: Schedule): string {
  if (at !== undefined) return `On ${at.replace('T', ' at ')}, ${zoneWords(zone)}`
  if (rule !== undefined) return `${rule} at ${time}, ${zoneWords(zone)}`
  const days = on?.map((name) => name.slice(0, 1).toUpperCase() + name.slice(1)).join(', ')
  const which = days !== undefined ? ` on ${days}` : day === -1 ? ' on its last day' : day === undefined ? '' : ` on day ${day}`
  return `Every ${every}${which} at ${time}, ${zoneWords(zone)}`
}

function dateWords({ date, offset, time, yearly }: Extract<Entry, { date: string }>): string {
  const name = date.replace(/^profile\./, '')
  const span = offset.replace(/^[+-]/, '')
  const when = /^(0(ms|[wdhms]))+$/.test(span) ? 'On' : `${durationWords(span)} ${offset.startsWith('-') ? 'before' : 'after'}`
  return `${when} ${name}${yearly ? ' every year' : ''}${time === undefined ? '' : ` at ${time}`}`
}

/** How often the same person comes in, of each way in. */
export const entryRules = (journey: { readonly entry: Entries }): string => [...new Set(entriesOf(journey).map(rulesOf))].join('; ')

function rulesOf({ reentry, key, limit, concurrent }: Entry): string {
  const name = key?.split('.').at(-1)
  const more = [
    ...(limit ? [`at most ${limit.times} within ${durationWords(limit.within)}`] : []),
    ...(concurrent !== undefined ? [`${concurrent} at once`] : []),
  ]
  if (reentry === 'never') return [name ? `once per person and ${name}` : 'once per person', ...more].join(', ')
  const from = typeof reentry === 'object' && reentry.from === 'end' ? ' from the end' : ''
  const again = reentry === 'always' ? 'every time' : `again after ${durationWords(reentry.after)}${from}`
  return [name ? `${again}, per ${name}` : again, ...more].join(', ')
}
