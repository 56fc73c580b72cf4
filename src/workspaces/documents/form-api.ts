import { z } from 'zod'
import { action } from '#lib/action.ts'

const Kind = z.string().min(1).max(40)

export const ListKinds = action({
  name: 'documents.kinds',
  does: 'Lists the kinds of documents, and which permission publishing each needs.',
  may: 'documents:read',
  route: 'GET /api/document-kinds',
  input: z.object({}),
  output: z.object({ kinds: z.array(z.object({ kind: z.string(), publish: z.string().nullable() })) }),
})

export const ReadKind = action({
  name: 'documents.schema',
  does: 'Gives the JSON Schema of a kind of document, as people write it: what has a default may be left out.',
  may: 'documents:read',
  route: 'GET /api/document-kinds/:kind',
  input: z.object({ kind: Kind }),
  output: z.object({ kind: z.string(), publish: z.string().nullable(), schema: z.record(z.string(), z.json()) }),
})

export const ListUses = action({
  name: 'documents.uses',
  does: 'Lists the live documents that name a document.',
  may: 'documents:read',
  route: 'GET /api/documents/:kind/:id/uses',
  input: z.object({ kind: Kind, id: z.string().min(1).max(64) }),
  output: z.object({ uses: z.array(z.object({ kind: z.string(), id: z.string(), name: z.string(), at: z.array(z.string()) })) }),
})
