import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, Refused } from '#kit/api.ts'
import type { Problem } from '#lib/problem.ts'
import { GetDocument, ListDocuments, PublishDraft, SaveDraft } from '#workspaces/documents/api.ts'

type Body = Readonly<Record<string, unknown>>
export interface Name {
  readonly kind: string
  readonly id: string
}

export interface Stored {
  /** The draft, else what is live; null: there is no such document. */
  readonly body: Body | null
  readonly live: number | null
  readonly isDraft: boolean
}

/** The draft of a document, else what is live. That there is none is an answer, no failure. */
export const useStored = ({ kind, id }: Name) =>
  useQuery<Stored, Error>({
    queryKey: [GetDocument.name, { kind, id }, 'stored'],
    queryFn: async ({ signal }) => {
      const { documents } = await call(ListDocuments, { kind, archived: 'true' }, signal)
      if (!documents.some((each) => each.id === id)) return { body: null, live: null, isDraft: false }
      const { draft, shown, live } = await call(GetDocument, { kind, id }, signal)
      return { body: draft?.body ?? (live === null ? null : (shown?.body ?? null)), live, isDraft: draft !== null }
    },
  })

export type Published =
  | { readonly kind: 'live' }
  | { readonly kind: 'needs-approval' }
  | { readonly kind: 'saved' }
  | { readonly kind: 'unsound'; readonly problems: readonly Problem[] }

/** Makes a document live by an action of its own, for a kind that has no drafts. Throws what stands in the way. */
export type SaveLive = (id: string, body: Body) => Promise<unknown>

/** Saves the draft, and makes it live where that is wanted. What stands in the way comes back as an answer; other refusals are thrown. */
export function useWriting({ kind, id }: Name, saveLive?: SaveLive) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ body, live }: { body: Body; live: boolean }): Promise<Published> => {
      if (saveLive) return attempted(() => saveLive(id, body))
      const { draft, problems } = await call(SaveDraft, { kind, id, body: { ...body, kind, id } as never })
      if (problems.length > 0) return { kind: 'unsound', problems }
      if (!live) return { kind: 'saved' }
      return attempted(() => call(PublishDraft, { kind, id, hash: draft.hash }))
    },
    onSettled: () => client.invalidateQueries(),
  })
}

async function attempted(publish: () => Promise<unknown>): Promise<Published> {
  try {
    await publish()
    return { kind: 'live' }
  } catch (error) {
    if (error instanceof Refused && error.failure.code === 'approval.needed') return { kind: 'needs-approval' }
    const problems = error instanceof Refused ? error.failure.problems : undefined
    if (problems && problems.length > 0) return { kind: 'unsound', problems }
    throw error
  }
}
