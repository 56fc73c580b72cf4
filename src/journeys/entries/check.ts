import { milliseconds } from '#lib/duration.ts'
import { isRefusal } from '#lib/problem.ts'
import { isZone } from '#lib/zone.ts'
import type { Finding } from '../check-steps.ts'
import type { PlacedEntry } from './placed.ts'
import { compileSchedule } from './schedule.ts'
import type { Entry } from './schema.ts'

type Told = readonly [title: string, hint: string]
const error = (code: string, at: string, [title, hint]: Told): Finding => ({ severity: 'error', code, at, title, hint })
const warning = (code: string, at: string, [title, hint]: Told): Finding => ({ severity: 'warning', code, at, title, hint })

/** What is unsound in a way in, before conditions and references are looked at. */
export function entryFindings({ entry, at }: PlacedEntry): readonly Finding[] {
  const zones = 'schedule' in entry ? { of: entry.schedule, at: `${at}/schedule` } : 'date' in entry ? { of: entry, at } : null
  return [
    ...(zones ? zoneFindings(zones.of, zones.at) : []),
    ...('schedule' in entry ? scheduleFindings(entry.schedule, `${at}/schedule`) : []),
    ...('segment' in entry && entry.on === 'left' && entry.existing === 'enter' ? [existingFinding(at)] : []),
    ...('event' in entry ? settleFindings(entry, at) : []),
    ...('date' in entry && entry.yearly && entry.reentry === 'never' ? [onceFinding(`${at}/reentry`)] : []),
    ...('schedule' in entry && entry.schedule.at === undefined && entry.reentry === 'never' ? [onceFinding(`${at}/reentry`)] : []),
    ...limitFindings(entry, at),
  ]
}

function zoneFindings({ zone, fallbackZone }: { zone: string; fallbackZone: string }, at: string): Finding[] {
  const found: Finding[] = []
  if (zone !== 'profile' && !isZone(zone))
    found.push(error('zone', `${at}/zone`, [`“${zone}” is no time zone`, 'Write profile, or a zone such as Europe/Oslo']))
  if (!isZone(fallbackZone))
    found.push(error('zone', `${at}/fallbackZone`, [`“${fallbackZone}” is no time zone`, 'Write a zone such as Europe/Oslo or UTC']))
  return found
}

function scheduleFindings(schedule: Parameters<typeof compileSchedule>[0], at: string): Finding[] {
  const compiled = compileSchedule(schedule)
  if (!isRefusal(compiled)) return []
  const { title, hint = 'See the guide on entries' } = compiled.refused
  return [error('schedule', at, [title, hint])]
}

const existingFinding = (at: string): Finding =>
  error('existing', `${at}/existing`, ['Nobody can be taken in at publish for having left', 'Write existing: skip, or on: entered'])

const onceFinding = (at: string): Finding =>
  warning('entry.once', at, ['It comes again, but lets each person in only once', 'Leave reentry out, or write reentry: always'])

function settleFindings({ settle, where, maxAge }: Extract<Entry, { event: string }>, at: string): Finding[] {
  if (settle === undefined) return []
  if (where === undefined)
    return [warning('settle', `${at}/settle`, ['There is no condition that could come true late', 'Add where, or leave settle out'])]
  return milliseconds(settle)! > milliseconds(maxAge)!
    ? [
        error('settle', `${at}/settle`, [
          `The settle window is longer than events may be old (${maxAge})`,
          'Lengthen maxAge, or shorten settle',
        ]),
      ]
    : []
}

function limitFindings({ limit, reentry }: Entry, at: string): Finding[] {
  const found: Finding[] = []
  if (limit && milliseconds(limit.within) === 0)
    found.push(error('limit', `${at}/limit/within`, ['A limit within no time at all limits nothing', 'Write a time such as 30d']))
  if (typeof reentry === 'object' && milliseconds(reentry.after) === 0)
    found.push(warning('reentry', `${at}/reentry/after`, ['After no time at all is always', 'Write reentry: always']))
  return found
}
