import type { Change } from './record.ts'
import type { ConsentSection, Permit } from './schema.ts'

/** What ends by itself up to `now` (epoch ms): grants, questions, a pause. */
export function lapse(section: ConsentSection, now: number): { section: ConsentSection; changes: readonly Change[] } {
  if (section.due === undefined || section.due > now) return { section, changes: [] }
  const changes: Change[] = []
  const permits: Record<string, Permit> = { ...section.permits }
  // In one order, whatever order the state was stored in: what is told must follow from the log.
  const inOrder = Object.entries(section.permits).sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [key, before] of inOrder) {
    const { expires, asked: _asked, ...rest } = before
    if (expires === undefined || expires > now || !ends(before)) continue
    const [channel = '', ...topic] = key.split(':')
    const reason = before.status === 'pending' ? 'not_confirmed' : 'expired'
    // It stays as old as it was: a withdrawal of the whole channel since then still ends it.
    permits[key] = { ...rest, status: 'expired' }
    changes.push({ channel, topic: topic.join(':'), status: 'expired', at: expires, ineffective: '', before, reason })
  }
  let after: ConsentSection = { ...section, permits }
  if (after.paused && after.paused.until <= now) {
    changes.push({ channel: '*', topic: '', status: 'resumed', at: after.paused.until, ineffective: '', reason: 'expired' })
    after = unpaused(after)
  }
  return { section: timed(after), changes }
}

/** Whether it can end by itself. */
export const ends = ({ status }: Permit): boolean => status === 'granted' || status === 'pending'

export const unpaused = ({ paused: _paused, ...section }: ConsentSection): ConsentSection => timed(section)

/** The section with its next timer. */
export function timed({ due: _due, ...section }: ConsentSection): ConsentSection {
  const times = Object.values(section.permits).flatMap((permit) => (permit.expires !== undefined && ends(permit) ? [permit.expires] : []))
  if (section.paused) times.push(section.paused.until)
  return times.length === 0 ? section : { ...section, due: times.reduce((least, time) => Math.min(least, time)) }
}
