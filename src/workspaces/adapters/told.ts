import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { appendAudit } from '../audit-store.ts'
import { memberships } from '../store.ts'

export interface Deed {
  readonly person: string
  readonly action: string
  readonly requestId: string
  /** Who did it, when it was not the person; '' for nobody known. */
  readonly actor?: string
  /** Told in this workspace only. */
  readonly workspace?: string
}

/** Adds a line to the audit log of every workspace of a person, in one order, so that two cannot wait for each other. */
export async function tellWorkspaces(tx: Queryable, deed: Deed, at: number): Promise<void> {
  const places = deed.workspace === undefined ? (await memberships(tx, deed.person)).map(({ id }) => id) : [deed.workspace]
  for (const workspace of places.toSorted()) {
    const { person, action, requestId, actor = `person:${person}` } = deed
    await appendAudit(tx, { workspace, actor, action, requestId, object: `person:${person}` }, at)
  }
}

export const tellOf = (pool: Pool, deed: Deed, at: number): Promise<void> => transaction(pool, (tx) => tellWorkspaces(tx, deed, at))
