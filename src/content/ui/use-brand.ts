import { useRead } from '#kit/api.ts'
import { ExportDocuments } from '#workspaces/documents/api.ts'
import { Brand, HOUSE } from '../brand.ts'

/** The brand as it is live; where there is none, what a workspace without one looks like. */
export function useBrand(id: string): Brand {
  const query = useRead(ExportDocuments, { kind: 'brand' })
  const read = Brand.safeParse(query.data?.documents.find((each) => each.id === id)?.body)
  return read.success ? read.data : HOUSE
}
