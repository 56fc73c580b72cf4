import { LRUCache } from 'lru-cache'
import type { Handover, Prepared } from '#channels/channel.ts'
import { digest } from '#lib/hash.ts'
import type { Problem } from '#lib/problem.ts'
import type { Queryable } from '#platform/log.ts'
import { findWorkspace } from '#workspaces/store.ts'
import { keepInMailbox } from './making.ts'

/** What somebody is told who asks for something that would leave. */
export const STAYS_HERE: Problem = {
  code: 'sample.stays',
  status: 409,
  title: 'This is a sample workspace: nothing of it leaves this server.',
  hint: 'Try it in a workspace of your own.',
}

/** Whether a workspace is a sample: whoever reaches out for a workspace asks this first. */
export type StaysHere = (workspace: string) => Promise<boolean>

export const isSample = async (db: Queryable, workspace: string): Promise<boolean> =>
  ((await findWorkspace(db, workspace))?.sample ?? null) !== null

/** The same, remembered: a workspace is a sample from its first moment to its last, or never. */
export function staysHere(db: Queryable): StaysHere {
  const known = new LRUCache<string, boolean>({ max: 10_000 })
  return async (workspace) => {
    const before = known.get(workspace)
    if (before !== undefined) return before
    const is = await isSample(db, workspace)
    known.set(workspace, is)
    return is
  }
}

/**
 * The last door before a provider: what a sample workspace would send stays here, whatever providers somebody writes into it. Mail can be read
 * in the built-in mailbox. Null: the message may leave.
 */
export function nothingLeaves({
  db,
  now,
}: {
  readonly db: Queryable
  readonly now: () => number
}): (prepared: Prepared) => Promise<Handover | null> {
  const stays = staysHere(db)
  return async (prepared) => {
    if (!(await stays(prepared.workspace))) return null
    await keepInMailbox(db, { made: { prepared }, at: now() })
    return { kind: 'sent', providerId: `sample-${digest(prepared.id)}`, props: { sandbox: true } }
  }
}
