import { countQuarantine, keepHeld, MOST_HELD } from '#events/held-store.ts'
import type { CompiledPlan } from '#events/plan-check.ts'
import type { Problem } from '#lib/problem.ts'
import type { Queryable } from '#platform/log.ts'
import { type Arrival, type Judged, judge } from './arrivals.ts'
import type { Intake } from './ingest.ts'
import type { SourceCounts } from './source-counts.ts'

/** Takes what came in one request: accepted events are on the log and quarantined ones in their table when it resolves. */
export type Arrivals = (workspace: string, raws: readonly unknown[], arrival: Arrival) => Promise<Judged>

interface Options {
  readonly db: Queryable
  readonly ingest: Intake
  readonly plan: (workspace: string) => Promise<CompiledPlan | null>
  readonly counts: SourceCounts
}

export const arrivals =
  ({ db, ingest, plan, counts }: Options): Arrivals =>
  async (workspace, raws, arrival) => {
    const judged = await withRoom(db, workspace, judge(raws, arrival, await plan(workspace)))
    if (judged.accepted.length > 0) await ingest.submit(workspace, judged.accepted)
    // Behind the log: a sender that is told to come back sends these again, and then they are here twice under one message id.
    await keepHeld(db, workspace, judged.quarantined)
    counts.note(workspace, arrival, judged)
    return judged
  }

const FULL: Problem = {
  code: 'quarantine.full',
  status: 400,
  title: `Quarantine holds ${MOST_HELD.quarantined} events already`,
  hint: 'Replay or discard what waits there, or mend the plan.',
}

/** What quarantine has no room for is refused, and the sender is told: nothing that was accepted is dropped. */
async function withRoom(db: Queryable, workspace: string, judged: Judged): Promise<Judged> {
  if (judged.quarantined.length === 0) return judged
  if ((await countQuarantine(db, workspace)) + judged.quarantined.length <= MOST_HELD.quarantined) return judged
  return {
    ...judged,
    quarantined: [],
    rejected: [...judged.rejected, ...judged.quarantined.map(({ index, messageId }) => ({ index, messageId, problem: FULL }))],
    refused: [...judged.refused, ...judged.quarantined.map((event) => ({ ...event, kind: 'rejected' as const, problem: FULL }))],
    outcomes: judged.outcomes.map((each) =>
      each.outcome === 'quarantined' ? { ...each, outcome: 'rejected' as const, code: FULL.code } : each,
    ),
  }
}
