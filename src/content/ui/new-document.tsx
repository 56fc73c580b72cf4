import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type Failure, Refused } from '#kit/api.ts'
import type { Json } from '#lib/json.ts'
import { ListDocuments } from '#workspaces/documents/api.ts'
import { idFrom } from '../gallery.ts'
import { CONTENT_READS } from './publish.tsx'
import { saveDraft } from './use-draft.ts'

/** Writes the first draft of a document under an id that is free, and says which. */
export function useNewDocument(kind: string) {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure>()
  const create = async (name: string, body: Readonly<Record<string, Json>>, taken: ReadonlySet<string>): Promise<string | undefined> => {
    setBusy(true)
    setFailure(undefined)
    try {
      const id = await freeId(kind, name, taken)
      await saveDraft({ kind, id }, { ...body, kind, id, name })
      for (const read of CONTENT_READS) void client.invalidateQueries({ queryKey: [read] })
      return id
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      setFailure(error.failure)
      return undefined
    } finally {
      setBusy(false)
    }
  }
  return { busy, failure, create }
}

/** An archived document keeps its id. */
async function freeId(kind: string, name: string, taken: ReadonlySet<string>): Promise<string> {
  const { documents } = await call(ListDocuments, { kind, archived: 'true' })
  return idFrom(name, new Set([...taken, ...documents.map(({ id }) => id)]))
}
