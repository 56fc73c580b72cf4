import { type Outcome, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { type Announce, apply } from '#platform/documents.ts'
import { type Binding, bind, bindAudited } from '#platform/http/actions.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import type { KeyLookup } from '#workspaces/adapters/key-lookup.ts'
import { memberRoles } from '#workspaces/store.ts'
import { DeleteWorkspace, DeletionEffect } from '#workspaces/tenants/api.ts'
import { closeWorkspace, deletedWorkspaces, lockWorkspace, noteEmptied } from '#workspaces/tenants/store.ts'
import { KINDS } from './kinds.ts'
import { dropWaiting, emptyFacts, emptyLog, emptyTable, endingOf, factTables, logLeft, tablesOfWorkspaces } from './workspace-end-store.ts'

interface Options {
  readonly pool: Pool
  readonly now: () => number
  readonly announce: Announce
  readonly keys: Pick<KeyLookup, 'forgetWorkspace'>
}

export const workspaceEndBindings = ({ pool, now, announce, keys }: Options): Binding[] => [
  bind(DeletionEffect, async (_input, { workspace }) => ({
    ...(await endingOf(pool, workspace)),
    members: (await memberRoles(pool, workspace)).size,
  })),
  bindAudited(DeleteWorkspace, async ({ name }, { workspace, actor }, call) => {
    const outcome = await transaction(pool, async (tx): Promise<Outcome<{ deletedAt: number }>> => {
      if ((await lockWorkspace(tx, workspace)) !== name) return refuse(OTHER_NAME)
      const at = now()
      // Last of the workspace's own lines; the announcement after it goes to the log, which belongs to no workspace.
      await call.audit(tx, { object: `workspace:${workspace}` })
      await closeWorkspace(tx, { workspace, at, by: actor })
      await dropWaiting(tx, workspace)
      const archived = await apply(tx, { workspace, actor, at }, { kinds: KINDS, documents: [], prune: true, announce })
      if ('refused' in archived) throw new Error(`archiving everything was refused: ${archived.refused.title}`)
      return { deletedAt: at }
    })
    keys.forgetWorkspace(workspace)
    return outcome
  }),
]

const OTHER_NAME = {
  code: 'workspace.name',
  status: 422,
  title: 'This is not the name of the workspace.',
  hint: 'Type it exactly as it stands at the top of the settings.',
  at: '/name',
}

interface Emptying {
  readonly work: Pool
  readonly analytics: Analytics
  readonly now: () => number
}

/**
 * Takes everything away that deleted workspaces still hold. What was under way may write once more, so a workspace counts as empty
 * when a whole round found nothing. Resolves with how many are not empty yet.
 */
export async function emptyDeleted({ work, analytics, now }: Emptying): Promise<number> {
  const deleted = await deletedWorkspaces(work, now())
  let left = 0
  for (const workspace of deleted) {
    if (await emptyOnce({ work, analytics }, workspace)) await noteEmptied(work, workspace, now())
    else left += 1
  }
  return left
}

async function emptyOnce({ work, analytics }: Omit<Emptying, 'now'>, workspace: string): Promise<boolean> {
  let gone = await emptyLog(work, workspace)
  for (const table of await tablesOfWorkspaces(work)) gone += await emptyTable(work, table, workspace)
  for (const table of await factTables(analytics)) gone += await emptyFacts(analytics, table, workspace)
  return gone === 0 && !(await logLeft(work, workspace))
}
