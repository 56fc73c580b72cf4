import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { call, requestOf, send, useRead } from '#kit/api.ts'
import type { OutputOf } from '#lib/action.ts'
import type { Json } from '#lib/json.ts'
import { GetDocument, ListDocuments, SaveDraft } from '#workspaces/documents/api.ts'
import { Draft, type DraftState, type Saved } from './draft.ts'

type Stored = OutputOf<typeof GetDocument>

/** A stored document as it was opened. */
export interface Opened {
  readonly draft: Draft
  readonly stored: Stored
}

/** One write of a draft; refused (412) when it is no longer `expected`. */
export async function saveDraft({ kind, id }: { kind: string; id: string }, body: Json, expected?: string): Promise<Saved> {
  const request = requestOf(SaveDraft, { kind, id, body })
  const headers: Readonly<Record<string, string>> = expected === undefined ? {} : { 'if-match': `"${expected}"` }
  const { draft, problems } = (await send(request.url, { ...request, headers })) as OutputOf<typeof SaveDraft>
  return { hash: draft.hash, problems }
}

/** Opens a document for writing; what is not saved when one leaves is saved then. */
export function useOpened(kind: string, id: string) {
  const client = useQueryClient()
  const query = useRead(GetDocument, { kind, id })
  const stored = query.data
  const known = stored !== undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: it begins once with what was there; a later read must not throw away what was written since
  const draft = useMemo(() => {
    if (!stored) return undefined
    const from = stored.draft ?? stored.shown
    const begin = { doc: (from?.body ?? { kind, id }) as Json, hash: from?.hash, isDraft: stored.draft !== null }
    return new Draft(begin, { save: (body, expected) => saveDraft({ kind, id }, body, expected), now: Date.now })
  }, [kind, id, known])
  useEffect(() => {
    if (!draft) return undefined
    const unsaved = (event: BeforeUnloadEvent) => {
      if (draft.state().status !== 'saved') event.preventDefault()
    }
    addEventListener('beforeunload', unsaved)
    return () => {
      removeEventListener('beforeunload', unsaved)
      void draft.flush().then(() => client.invalidateQueries({ queryKey: [ListDocuments.name] }))
    }
  }, [draft, client])
  return { query, draft, stored }
}

export const useDraftState = (draft: Draft): DraftState => useSyncExternalStore(draft.listen, draft.state)

/** What is stored now, after somebody else saved. */
export async function theirs(kind: string, id: string): Promise<{ doc: Json; hash: string | undefined }> {
  const { draft, shown } = await call(GetDocument, { kind, id })
  const from = draft ?? shown
  return { doc: (from?.body ?? {}) as Json, hash: from?.hash }
}
