import { type PreviewParts, previewTemplate } from '#content/actions.ts'
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
import { partsFor } from './template-parts.ts'

interface Options {
  readonly db: Queryable
  readonly pool: Pool
  readonly now: () => number
}

/** What rendering outside of the delivery needs. */
export const previewParts = ({ db, pool, now }: Options): PreviewParts => ({
  template: (ws, id, version) => inWorkspace(pool, ws, (tx) => templateOf(tx, ws, { id, version })),
  sender: (ws, id) => senderOf(db, ws, id),
  attributes: (ws, profile) => inWorkspace(pool, ws, (tx) => attributesOf(tx, ws, profile)),
  workspace: (ws) => workspaceWords(db, ws),
  parts: (ws, template, version) => inWorkspace(pool, ws, (tx) => partsFor(tx, ws, { template, version })),
  now,
})

/** Previews of templates, with a person's attributes or a sample. */
export const contentBindings = (options: Options): Binding[] => [
  bind(PreviewTemplate, (input, { workspace }) => previewTemplate(input, workspace, previewParts(options))),
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
