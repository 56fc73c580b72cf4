import { chance, digest } from '#lib/hash.ts'
import { canonical, type Json, type JsonObject } from '#lib/json.ts'
import { type Model, shareOf } from './schema.ts'
import type { ModelInForce, Models } from './snapshot.ts'

/** Settings that say who is asked and what people read, not what is learned. */
const BESIDES: ReadonlySet<string> = new Set(['kind', 'name', 'description', 'rollout', 'freshFor'])

/**
 * Names what a document wants learned: versions that differ only in name, stage or freshness share their snapshots.
 * Taken from the text as it was authored, so that a new default of ours makes nothing forget.
 */
export const taskOf = (authored: Json): string =>
  digest(canonical(Object.fromEntries(Object.entries(authored as JsonObject).filter(([field]) => !BESIDES.has(field))) as JsonObject))

/** One published version of a model's document. */
export interface ModelVersion {
  readonly version: number
  readonly model: Model
  /** Of `taskOf`. */
  readonly task: string
}

/** Who may act at a revision: the newest version that was let act in full, and the one that is being tried. */
export interface ModelStanding {
  readonly full: ModelVersion | null
  readonly candidate: ModelVersion | null
}

/** `history`: what was live, newest first; null where the document was archived. Undefined: nothing is live. */
export function standingOf(history: readonly (ModelVersion | null)[]): ModelStanding | undefined {
  const [live] = history
  if (!live) return undefined
  if (live.model.rollout.stage === 'full') return { full: live, candidate: null }
  const end = history.indexOf(null)
  const since = end < 0 ? history : history.slice(0, end)
  return { full: since.find((each) => each?.model.rollout.stage === 'full') ?? null, candidate: live }
}

/** Which version of a model decides for somebody, and which one is only asked what it would have done. */
export interface Deciders {
  readonly decides: ModelInForce | undefined
  readonly shadow: ModelInForce | undefined
}

/**
 * By stage and by hash: the same person has the same version as long as nothing else is let act in full, and a larger share keeps
 * those of the smaller one.
 */
export function deciderOf(models: Models, id: string, unit: string): Deciders {
  const inForce = models.byId.get(id)
  const candidate = inForce?.candidate
  if (!inForce || !candidate) return { decides: inForce, shadow: undefined }
  const { stage, share } = candidate.model.rollout
  const tried = stage === 'share' && chance(`rollout ${id} ${inForce.inShadow ? 0 : inForce.version}`, unit) < shareOf(share)
  return tried ? { decides: candidate, shadow: inForce.inShadow ? undefined : inForce } : { decides: inForce, shadow: candidate }
}
