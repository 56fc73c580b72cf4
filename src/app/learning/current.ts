import { type ModelInForce, type Models, modelsOf, NO_MODELS } from '#decisions/snapshot.ts'
import { latestRevision } from '#platform/documents.ts'
import type { Queryable } from '#platform/log.ts'
import type { ModelShelf } from './shelf.ts'

/** The published models of a workspace with what they have learned, as they are now. */
export type CurrentModels = (workspace: string) => Promise<Models>

/** New snapshots are seen after at most so long (real ms). */
const FRESH_MS = 10_000

interface Read {
  readonly at: number
  readonly models: Promise<ReadonlyMap<string, readonly ModelInForce[]>>
}

/** For whoever does not follow the log (delivery): reads the models of all workspaces at once, at most every ten seconds. */
export function currentModels({ db, shelf, real }: { db: Queryable; shelf: ModelShelf; real: () => number }): CurrentModels {
  let read: Read | undefined
  const ready = new WeakMap<readonly ModelInForce[], Models>()
  const now = async (): Promise<ReadonlyMap<string, readonly ModelInForce[]>> => {
    const revision = await latestRevision(db)
    return shelf.inForce(revision, await shelf.published(revision))
  }
  return async (workspace) => {
    if (!read || real() - read.at >= FRESH_MS) {
      const asked: Read = { at: real(), models: now() }
      read = asked
      // What failed is asked again by the next, not remembered.
      asked.models.catch(() => {
        if (read === asked) read = undefined
      })
    }
    const all = (await read.models).get(workspace)
    if (!all) return NO_MODELS
    const made = ready.get(all) ?? modelsOf(all)
    ready.set(all, made)
    return made
  }
}
