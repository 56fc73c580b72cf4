import type { Json } from '#lib/json.ts'
import { type ModelStanding, type ModelVersion, standingOf, taskOf } from './rollout.ts'
import { Model } from './schema.ts'

/** A published model with who of it may act. */
export interface PublishedModel {
  readonly ws: string
  readonly id: string
  readonly standing: ModelStanding
}

/** From what was live at each revision, by workspace and id, newest first; `version` null: archived. */
export function publishedModels(
  history: readonly { readonly ws: string; readonly id: string; readonly version: number | null; readonly body: Json | null }[],
): PublishedModel[] {
  return [...Map.groupBy(history, ({ ws, id }) => `${ws} ${id}`).values()].flatMap((rows) => {
    const { ws, id } = rows[0]!
    const standing = standingOf(rows.map(({ version, body }) => (version === null || body === null ? null : versionOf(version, body))))
    return standing ? [{ ws, id, standing }] : []
  })
}

const versionOf = (version: number, body: Json): ModelVersion => ({ version, model: Model.parse(body), task: taskOf(body) })

/** The versions of a standing that are learned for, each task once. */
export function versionsOf({ full, candidate }: ModelStanding): readonly ModelVersion[] {
  if (!candidate) return full ? [full] : []
  return full && full.task !== candidate.task ? [full, candidate] : [candidate]
}
