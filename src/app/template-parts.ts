import { Brand, DEFAULT_BRAND } from '#content/brand.ts'
import type { Template } from '#content/schema.ts'
import { Snippet, type TemplateParts } from '#content/snippets.ts'
import { liveDocuments, liveWith } from '#platform/documents.ts'
import type { Live } from '#platform/documents-plan.ts'
import type { Queryable } from '#platform/log.ts'

const KINDS = ['brand', 'snippet']

/** The documents that a published version was made with: what was live when it was published, so what was approved is what is sent. */
export const pinned = (db: Queryable, at: { workspace: string; id: string; version: number }): Promise<Live[]> =>
  liveWith(db, { ...at, kind: 'template', kinds: KINDS })

/** Brand and snippets of a published version; of a draft (version 0) those that are live now. */
export async function partsFor(
  db: Queryable,
  workspace: string,
  { template, version }: { template: Template; version: number },
): Promise<TemplateParts> {
  const documents = version > 0 ? await pinned(db, { workspace, id: template.id, version }) : await liveDocuments(db, workspace)
  return partsOf(template, documents)
}

export function partsOf(template: Template, documents: readonly Pick<Live, 'kind' | 'id' | 'body'>[]): TemplateParts {
  const named = template.channel === 'email' ? (template.brand ?? DEFAULT_BRAND) : ''
  const brand = documents.find((each) => each.kind === 'brand' && each.id === named)
  const snippets = documents.filter((each) => each.kind === 'snippet').map(({ id, body }) => [id, Snippet.parse(body)] as const)
  return { brand: brand && Brand.parse(brand.body), snippets: new Map(snippets) }
}
