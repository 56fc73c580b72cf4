import { z } from 'zod'
import type { Json } from '#lib/json.ts'
import { refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { liveDocuments } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { ListKinds, ListUses, ReadKind } from '#workspaces/documents/form-api.ts'
import { namesIn } from './document-names.ts'
import { KINDS } from './kinds.ts'
import { suggestBindings } from './suggest.ts'

interface Options {
  readonly pool: Pool
  readonly analytics: Analytics
  readonly now: () => number
}

/** What forms of documents are made from, and what stands behind "used by". */
export const formBindings = (options: Options): Binding[] => [...documentFormBindings(options), ...suggestBindings(options)]

const documentFormBindings = ({ pool }: Options): Binding[] => [
  bind(ListKinds, async () => ({ kinds: [...KINDS.values()].map(({ kind, publish }) => ({ kind, publish: publish ?? null })) })),
  bind(ReadKind, async ({ kind }) => {
    const known = KINDS.get(kind)
    if (!known)
      return refuse({
        code: 'document.kind',
        status: 404,
        title: `There is no kind of document called "${kind}".`,
        hint: `Use one of: ${[...KINDS.keys()].join(', ')}.`,
      })
    const schema = z.toJSONSchema(known.schema, { io: 'input', unrepresentable: 'any' }) as unknown as Record<string, never>
    return { kind, publish: known.publish ?? null, schema }
  }),
  bind(ListUses, async (named, { workspace }) => {
    const live = await inWorkspace(pool, workspace, (tx) => liveDocuments(tx, workspace))
    const others = live.filter(({ kind, id }) => kind !== named.kind || id !== named.id)
    return {
      uses: others.flatMap(({ kind, id, body }) => {
        const at = namesIn(body, named)
        return at.length === 0 ? [] : [{ kind, id, name: String((body as { name?: Json }).name ?? id), at }]
      }),
    }
  }),
]
