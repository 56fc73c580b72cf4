import type { Logger } from 'pino'
import { DecideApproval, GetApproval } from '#approvals/api.ts'
import { redeemedSums } from '#content/coupons-store.ts'
import { learningTimes } from '#decisions/training-store.ts'
import { isRefusal } from '#lib/problem.ts'
import { costBindings } from '#measurement/cost/actions.ts'
import type { OtherBooks } from '#measurement/cost/books-store.ts'
import { forgetMarks, noteWork, type WorkMark } from '#measurement/cost/costs-store.ts'
import type { CostParts } from '#measurement/cost/ledger-store.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import type { Binding } from '#platform/http/actions.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { ApplyDocuments, DiscardDraft, GetDocument, PublishDraft, SaveDraft } from '#workspaces/documents/api.ts'
import { findWorkspace, memberRoles } from '#workspaces/store.ts'
import { isWorkPriced } from './costs-store.ts'

/** What the ledger reads of other folders. */
const OTHERS: OtherBooks = {
  workspace: async (db, id) => {
    const found = await findWorkspace(db, id)
    if (!found) throw new Error(`there is no workspace ${id}`)
    return { zone: found.timezone, currency: found.currency }
  },
  redeemed: (db, { workspace: ws, ...days }) => redeemedSums(db, { ws, ...days }),
  learned: (db, { workspace: ws, ...days }) => learningTimes(db, { ws, ...days }),
  roles: async (db, workspace) => new Map([...(await memberRoles(db, workspace))].map(([person, role]) => [`person:${person}`, role])),
}

interface Options {
  readonly pool: Pool
  readonly analytics: Analytics
  readonly now: () => number
}

/** All that the ledger reads. */
export const costParts = (options: Options): CostParts => ({ ...options, others: OTHERS })

export const costActions = ({ pool, analytics, now }: Options): Binding[] => costBindings(costParts({ pool, analytics, now }))

type Seen = Pick<WorkMark, 'object' | 'changed'> & { readonly journeys?: readonly string[] }

interface Named {
  readonly kind: string
  readonly id: string
}
const objectOf = ({ kind, id }: Named): string => `${kind}:${id}`

/** What somebody had in hand when they called an action, by the action's name. */
const SEEN: Readonly<Record<string, (input: never, output: never) => readonly Seen[]>> = {
  [GetDocument.name]: (input: Named) => [{ object: objectOf(input), changed: false }],
  [SaveDraft.name]: (input: Named) => [{ object: objectOf(input), changed: true }],
  [DiscardDraft.name]: (input: Named) => [{ object: objectOf(input), changed: true }],
  [PublishDraft.name]: (input: Named) => [{ object: objectOf(input), changed: true }],
  [ApplyDocuments.name]: ({ documents }: { documents: readonly Named[] }) =>
    documents.map((each) => ({ object: objectOf(each), changed: true })),
  [GetApproval.name]: ({ id }: { id: string }, { manifest }: { manifest: { documents: readonly Named[] } }) => [
    {
      object: `approval:${id}`,
      changed: false,
      journeys: manifest.documents.filter(({ kind }) => kind === 'journey').map((each) => each.id),
    },
  ],
  [DecideApproval.name]: ({ id }: { id: string }) => [{ object: `approval:${id}`, changed: true }],
}

/** The same bindings, of which some note who had what in hand, for the cost of people's work. Keys are no people. A note that fails stops nobody. */
export const timed = (bindings: readonly Binding[], { pool, now, logger }: Timing): Binding[] =>
  bindings.map((binding) => {
    const { action, handle } = binding
    const seen = Object.hasOwn(SEEN, action.name) ? SEEN[action.name] : undefined
    if (!seen || !handle) return binding
    return {
      ...binding,
      handle: async (input, principal, call) => {
        const output = await handle(input, principal, call)
        if (isRefusal(output) || !principal.actor.startsWith('person:')) return output
        const { workspace, actor } = principal
        try {
          if (!(await isWorkPriced(pool, workspace))) return output
          for (const { journeys = [], ...mark } of seen(input as never, output as never))
            await noteWork(pool, { workspace, actor, at: now(), journeys, ...mark })
        } catch (error) {
          logger.error({ err: error, action: action.name }, 'the time that somebody worked could not be noted')
        }
        return output
      },
    }
  })

interface Timing extends Pick<Options, 'pool' | 'now'> {
  readonly logger: Pick<Logger, 'error'>
}

const KEPT_MS = 400 * 86_400_000

/** Forgets who worked when, after 400 days. */
export const forgetWork = async ({ pool, now }: Pick<Options, 'pool' | 'now'>): Promise<void> => {
  await forgetMarks(pool, now() - KEPT_MS)
}
