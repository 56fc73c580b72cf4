import { getRouteApi } from '@tanstack/react-router'
import { DocumentList } from './document-list.tsx'
import { DocumentPage } from './document-page.tsx'

const all = getRouteApi('/inside/documents')
const one = getRouteApi('/inside/documents/$kind/$id')

export function DocumentListPage() {
  const { kind = '' } = all.useSearch()
  return <DocumentList kind={kind} />
}

export function OneDocumentPage() {
  const { kind, id } = one.useParams()
  const { tab = 'form' } = one.useSearch()
  return <DocumentPage key={`${kind}/${id}`} kind={kind} id={id} tab={tab} />
}
