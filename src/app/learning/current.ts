import { type ModelInForce, type Models, modelsOf, NO_MODELS } from '#decisions/snapshot.ts'
import { latestRevision } from '#platform/documents.ts'
import type { Queryable } from '#platform/log.ts'
import type { ModelShelf } from './shelf.ts'

/** The published models of a workspace with what they have learned, as they are now. */
export type CurrentModels = (workspace: string) => Promise<Models>

/** Whether something was published or learned is asked so often (real ms). */
const FRESH_MS = 1_000

interface Read {
  readonly revision: number
  readonly models: ReadonlyMap<string, readonly ModelInForce[]>
}

/** For whoever does not follow the log (delivery): reads the models of all workspaces at once, when there is a new revision. */
export function currentModels({ db, shelf, real }: { db: Queryable; shelf: ModelShelf; real: () => number }): CurrentModels {
  let last: { readonly at: number; readonly read: Promise<Read> } | undefined
  let known: Read | undefined
  const ready = new WeakMap<readonly ModelInForce[], Models>()
  const reread = async (): Promise<Read> => {
    const revision = await latestRevision(db)
    if (known?.revision !== revision) known = { revision, models: await shelf.inForce(revision, await shelf.published(revision)) }
    return known
  }
  return async (workspace) => {
    if (!last || real() - last.at >= FRESH_MS) {
      const asked = { at: real(), read: reread() }
      last = asked
      // What failed is asked again by the next, not remembered.
      asked.read.catch(() => {
        if (last === asked) last = undefined
      })
    }
    const all = (await last.read).models.get(workspace)
    if (!all) return NO_MODELS
    const made = ready.get(all) ?? modelsOf(all)
    ready.set(all, made)
    return made
  }
}
