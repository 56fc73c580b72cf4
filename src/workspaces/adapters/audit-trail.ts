import { randomUUID } from 'node:crypto'
import type { AuditEntry, AuditTrail } from '#platform/http/audit.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { appendAudit, dropIntent, noteIntent, takeAbandoned } from '../audit-store.ts'

interface Options {
  readonly pool: Pool
  /** Epoch ms. */
  readonly now: () => number
}

/** The audit log of all workspaces of a database. */
export const auditTrail = ({ pool, now }: Options): AuditTrail => ({
  begin: async ({ workspace, actor, action, requestId }) => {
    const intent = { workspace, id: randomUUID(), actor, action, requestId }
    await inWorkspace(pool, workspace, (tx) => noteIntent(tx, intent))
    return {
      done: (entry) =>
        inWorkspace(pool, workspace, async (tx) => {
          await dropIntent(tx, intent)
          await appendAudit(tx, entry, now())
        }),
      nothing: () => inWorkspace(pool, workspace, (tx) => dropIntent(tx, intent)),
    }
  },
  within: async (tx, entry) => void (await appendAudit(tx, entry, now())),
  write: (entry: AuditEntry) => inWorkspace(pool, entry.workspace, async (tx) => void (await appendAudit(tx, entry, now()))),
})

/** Longer than any request may run (s): whoever began before that and has not ended, has died. */
const ABANDONED_AFTER = 300

/** Tells of actions that began and never ended, because their process died or met a bug. Resolves with their number. */
export async function tellAbandoned({ pool, now }: Options, olderThan = ABANDONED_AFTER): Promise<number> {
  return transaction(pool, async (tx) => {
    const abandoned = await takeAbandoned(tx, { olderThan, limit: 100 })
    // In one order, so that two processes cannot wait for each other's chains.
    const sorted = abandoned.toSorted((a, b) => (a.workspace < b.workspace ? -1 : 1))
    for (const { id: _, ...intent } of sorted) await appendAudit(tx, { ...intent, object: 'interrupted: it may have happened' }, now())
    return abandoned.length
  })
}
