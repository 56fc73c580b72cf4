import type { ApprovalLine } from '../api.ts'
import { GRADES, type Grade } from '../grade.ts'

export interface InboxFilter {
  readonly show?: 'mine' | 'over'
  readonly risk?: Grade
  readonly sort?: 'risk'
}

/** What is shown, in order: what is due first, or what is riskiest; of equal ones what waits longest. What is over stays as the server gives it. */
export function inOrder(lines: readonly ApprovalLine[], { show, risk, sort }: InboxFilter): ApprovalLine[] {
  const shown = lines.filter((line) => (risk === undefined || line.grade === risk) && (show !== 'mine' || line.mine))
  if (show === 'over') return shown
  const byDue = (a: ApprovalLine, b: ApprovalLine): number => (a.due ?? Infinity) - (b.due ?? Infinity) || 0
  const byRisk = (a: ApprovalLine, b: ApprovalLine): number => GRADES.indexOf(b.grade) - GRADES.indexOf(a.grade)
  const rest = (a: ApprovalLine, b: ApprovalLine): number => a.requestedAt - b.requestedAt || (a.id < b.id ? -1 : 1)
  const due = (a: ApprovalLine, b: ApprovalLine): number => (a.due === b.due ? 0 : byDue(a, b))
  return shown.sort((a, b) => (sort === 'risk' ? byRisk(a, b) || due(a, b) : due(a, b) || byRisk(a, b)) || rest(a, b))
}

/** The next or the one before; at the ends it stays. */
export function neighbour(ids: readonly string[], at: string | undefined, by: 1 | -1): string | undefined {
  const index = at === undefined ? -1 : ids.indexOf(at)
  if (index < 0) return ids[0]
  return ids[Math.min(ids.length - 1, Math.max(0, index + by))]
}
