import type { Permission } from '#lib/action.ts'
import { isRefusal, type Problem } from '#lib/problem.ts'
import { askedOf, found } from '#measurement/reports/ask.ts'
import { stretchOf } from '#measurement/reports/due.ts'
import { REPORTS } from '#measurement/reports/registry-store.ts'
import type { SavedReport } from '#measurement/reports/saved.ts'

/** What stands against publishing a saved report: a report that there is not, or that cannot be asked like that. */
export function checkSaved({ report: id, params, range, zone, schedule, deliver }: SavedReport): Problem[] {
  const report = found(REPORTS, id)
  if (isRefusal(report)) return [{ ...report.refused, status: 422 }]
  const asked = askedOf(report, { ...params, ...(range && stretchOf(range, { at: SOME_DAY, zone: schedule?.zone ?? zone })) })
  const nowhere = schedule !== undefined && deliver.length === 0
  return [...(isRefusal(asked) ? [asked.refused] : []), ...(nowhere ? [NOWHERE] : [])]
}
/** Members get it with the right to save it; folders and stores are out of the house, so that they need the right to publish. */
export const leaving = ({ deliver }: SavedReport): readonly Permission[] => (deliver.every(({ to }) => to === 'email') ? [] : ['publish'])

/** Any moment: whether it can be asked does not depend on when. */
const SOME_DAY = Date.UTC(2026, 0, 1)
const NOWHERE: Problem = {
  code: 'report.nowhere',
  status: 422,
  title: 'The report has a schedule and is taken nowhere.',
  at: '/deliver',
  hint: 'Say where it goes: deliver: [{ to: email, people: [you@your.company] }].',
}
