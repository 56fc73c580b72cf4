import { useMemo } from 'react'
import { ReadContentNames } from '#content/list-api.ts'
import { type Needs, needsOf } from '#journeys/needs.ts'
import { call, useRead } from '#kit/api.ts'
import { ListDocuments, SaveDraft } from '#workspaces/documents/api.ts'
import type { Template } from './card.tsx'

/** What this workspace has: events of the last 30 days, attributes of its people, its documents. Undefined while it is read. */
export interface WorkspaceData {
  readonly events: ReadonlySet<string>
  readonly attributes: ReadonlySet<string>
  /** `kind id`. */
  readonly documents: ReadonlySet<string>
}

export function useWorkspaceData(): WorkspaceData | undefined {
  const names = useRead(ReadContentNames, {}).data
  const documents = useRead(ListDocuments, { archived: 'true' }).data
  return useMemo(
    () =>
      names &&
      documents && {
        events: new Set(names.events.map(({ name }) => name)),
        attributes: new Set(names.attributes.map(({ name }) => name)),
        documents: new Set(documents.documents.map(({ kind, id }) => `${kind} ${id}`)),
      },
    [names, documents],
  )
}

export const needsOfTemplate = ({ journey, documents }: Template): Needs =>
  needsOf(
    journey,
    documents.map(({ body }) => body),
  )

/** How many things it needs, and how many of them are not there. */
export function lacking(needs: Needs, data: WorkspaceData): { readonly all: number; readonly missing: number } {
  const missing = [
    ...needs.events.filter((name) => !data.events.has(name)),
    ...needs.attributes.filter((name) => !data.attributes.has(name)),
  ]
  return { all: needs.events.length + needs.attributes.length, missing: missing.length }
}

/** A name that is free: the same, else with a number behind it. */
export function freeId(id: string, taken: (id: string) => boolean): string {
  let free = id
  for (let n = 2; taken(free); n++) free = `${id}-${n}`
  return free
}

/** Makes the journey and what it needs and is not there as drafts; gives the id of the journey and how many drafts were made. */
export async function makeDrafts(template: Template, data: WorkspaceData): Promise<{ id: string; drafts: number }> {
  const id = freeId(template.journey.id, (free) => data.documents.has(`journey ${free}`))
  const missing = template.documents.filter((each) => each.kind !== 'journey' && !data.documents.has(`${each.kind} ${each.id}`))
  for (const { kind, id: own, body } of missing) await call(SaveDraft, { kind, id: own, body: body as never })
  const journey = template.documents.find(({ kind }) => kind === 'journey')!
  await call(SaveDraft, { kind: 'journey', id, body: { ...journey.body, id } as never })
  return { id, drafts: missing.length + 1 }
}
