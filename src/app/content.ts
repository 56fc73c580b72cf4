import { previewTemplate } from '#content/actions.ts'
import { PreviewTemplate, Template } from '#content/schema.ts'
import type { Person } from '#journeys/person.ts'
import type { JsonObject } from '#lib/json.ts'
import { definition, liveDocuments } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import { loadStates } from '#platform/keyed-state.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool, Tx } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { senderOf, workspaceWords } from './delivery.ts'

/** Previews of templates, with a person's attributes or a sample. */
export const contentBindings = ({ db, pool, now }: { db: Queryable; pool: Pool; now: () => number }): Binding[] => [
  bind(PreviewTemplate, (input, { workspace }) =>
    previewTemplate(input, workspace, {
      template: (ws, id, version) => inWorkspace(pool, ws, (tx) => templateOf(tx, ws, { id, version })),
      sender: (ws, id) => senderOf(db, ws, id),
      attributes: (ws, profile) => inWorkspace(pool, ws, (tx) => attributesOf(tx, ws, profile)),
      workspace: (ws) => workspaceWords(db, ws),
      now,
    }),
  ),
]

async function templateOf(
  tx: Tx,
  workspace: string,
  { id, version }: { id: string; version: number | undefined },
): Promise<{ template: Template; version: number } | undefined> {
  const found =
    version === undefined
      ? (await liveDocuments(tx, workspace)).find((each) => each.kind === 'template' && each.id === id)
      : await definition(tx, { workspace, kind: 'template', id, version })
  return found && { template: Template.parse(found.body), version: found.version }
}

async function attributesOf(tx: Tx, workspace: string, profile: string): Promise<JsonObject | undefined> {
  const [found] = await loadStates<Person>(tx, 'profile', [{ ws: workspace, id: profile }])
  return found && Object.fromEntries(Object.entries(found.state.profile.attributes).map(([name, [value]]) => [name, value]))
}
