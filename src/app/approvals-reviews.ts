import { bindingApprovals } from '#approvals/store.ts'
import type { ReviewReference } from '#consent/policies/schema.ts'
import type { Queryable } from '#platform/log.ts'
import { versionsIn } from './approvals-store.ts'

const KIND = 'template'

/**
 * The approvals that bind versions of templates by a revision (null: now), by `workspace id version`; without one there is none. What is
 * said of a revision never changes. Words that were approved once and are published again are another version, with approvals of its own.
 */
export async function reviewsOf(
  db: Queryable,
  {
    workspaces,
    upTo,
    only,
  }: { workspaces: readonly string[]; upTo: number | null; only?: { readonly id: string; readonly version: number } },
): Promise<ReadonlyMap<string, ReviewReference>> {
  const reviews = new Map<string, ReviewReference>()
  if (workspaces.length === 0) return reviews
  const approvals = Map.groupBy(await bindingApprovals(db, { workspaces, kind: KIND, upTo }), nameOf)
  if (approvals.size === 0) return reviews
  for (const each of await versionsIn(db, { workspaces, kind: KIND, ...(only && { only }) })) {
    const found = approvals.get(nameOf(each))?.find(({ revision }) => revision >= each.born)
    if (!found) continue
    const by = found.by.join(', ').slice(0, 200) || 'approval'
    reviews.set(`${each.ws} ${each.id} ${each.version}`, {
      reference: found.request,
      by,
      on: new Date(found.at).toISOString().slice(0, 10),
    })
  }
  return reviews
}

const nameOf = ({ ws, id, hash }: { readonly ws: string; readonly id: string; readonly hash: string }): string => `${ws} ${id} ${hash}`

/** The approval that binds one version now. */
export async function reviewOf(
  db: Queryable,
  workspace: string,
  only: { id: string; version: number },
): Promise<ReviewReference | undefined> {
  return (await reviewsOf(db, { workspaces: [workspace], upTo: null, only })).get(`${workspace} ${only.id} ${only.version}`)
}
