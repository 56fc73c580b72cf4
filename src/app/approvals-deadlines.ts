import type { Logger } from 'pino'
import { endOverdue, readRequest } from '#approvals/store.ts'
import type { AuditTrail } from '#platform/http/audit.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import type { ApprovalDesk } from './approvals-desk.ts'
import type { HeldRuns } from './approvals-held.ts'
import type { BroadcasterOptions } from './broadcast.ts'

/** Writes down what deadlines have ended, each once; that they have ended holds from their very moment, whenever this runs. Answers how many. */
export async function endDeadlines({
  pool,
  trail,
  held,
  now,
}: {
  pool: Pool
  trail: AuditTrail
  held: HeldRuns
  now: () => number
}): Promise<number> {
  const ended = await transaction(pool, async (tx) => {
    const rows = await endOverdue(tx, now())
    for (const { workspace, id } of rows) {
      const row = await readRequest(tx, workspace, id)
      if (row?.operation === 'run')
        await held.decide(tx, workspace, { row, verdict: 'rejected', comment: 'deadline', actor: 'system:approvals' })
    }
    for (const { workspace, id, state } of rows)
      await trail.within(tx, {
        workspace,
        actor: 'system:approvals',
        action: 'approvals.deadline',
        object: `approval:${id} ${state}`,
        requestId: '',
      })
    return rows.length
  })
  if (ended > 0) held.appended()
  return ended
}

/** Looks again after so long (ms of real time). */
const EVERY = 1_000

/** Ends what is due, about once a second, by the clock that deadlines follow. */
export function startDeadlines({ logger, ...parts }: Parameters<typeof endDeadlines>[0] & { logger: Logger }): () => Promise<void> {
  let over = false
  let wake = Promise.withResolvers<void>()
  const run = async (): Promise<void> => {
    while (!over) {
      const timer = setTimeout(() => wake.resolve(), EVERY)
      await wake.promise
      clearTimeout(timer)
      wake = Promise.withResolvers<void>()
      if (over) return
      try {
        await endDeadlines(parts)
      } catch (error) {
        logger.warn({ err: error }, 'deadlines of approvals could not be looked at; it is tried again')
      }
    }
  }
  const running = run()
  return async () => {
    over = true
    wake.resolve()
    await running
  }
}

/** The word of approvals on journeys that are about to go out to many. */
export const mayBegin =
  (desk: ApprovalDesk, pool: Pool): NonNullable<BroadcasterOptions['mayBegin']> =>
  ({ ws, journey }) =>
    transaction(pool, async (tx) => {
      const problem = await desk.mayRun(tx, { workspace: ws, journey, operation: 'broadcast', actor: 'system:broadcast' })
      return problem?.code ?? ''
    })
