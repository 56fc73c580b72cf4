import { covers, spentFor } from '#decisions/budgets/in-force.ts'
import { scheduledEvent } from './entries/schema.ts'
import type { Message, Standing } from './node.ts'
import type { Reason } from './reasons.ts'

/** Of a broadcast's record: the budget that does not reach for this person. */
export const BEYOND_BUDGET = 'beyond_budget'

/** Why there is surely no money for a message; '' as far as is known. Hand-over has the last word. */
export function unpaid(
  { definitions: { budgets }, run, now }: Standing,
  { channel, lane }: Pick<Message, 'channel' | 'lane'>,
): Reason | '' {
  if (!budgets.exist || lane !== 'marketing') return ''
  const covered = { journey: run.journey, channel }
  const beyond = run.entry.name === scheduledEvent(run.journey) ? run.entry.properties[BEYOND_BUDGET] : undefined
  const kept = beyond !== undefined && budgets.all.find(({ id }) => id === beyond)
  if (kept && covers(kept, covered)) return `budget_kept:${kept.id}`
  const spent = spentFor(budgets, covered, now)
  return spent === undefined ? '' : `budget_spent:${spent}`
}
