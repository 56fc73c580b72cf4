import { getRouteApi, useRouter } from '@tanstack/react-router'
import { OneList } from '#segments/ui/lists.tsx'
import { NewSegment, SegmentPage } from '#segments/ui/segment-page.tsx'

const one = getRouteApi('/inside/segments/$id')
const made = getRouteApi('/inside/segments/new')
const list = getRouteApi('/inside/lists/$id')

export function OneSegmentPage() {
  const { id } = one.useParams()
  const { tab } = one.useSearch()
  return <SegmentPage key={id} id={id} tab={tab ?? 'condition'} />
}

export function NewSegmentPage() {
  const router = useRouter()
  const { from = '', when = '' } = made.useSearch()
  return <NewSegment key={from + when} from={from} condition={when} onMade={(href) => router.history.push(href)} />
}

export function OneListPage() {
  const { id } = list.useParams()
  return <OneList key={id} id={id} />
}
