import { getRouteApi } from '@tanstack/react-router'
import { NewSegment, SegmentPage } from '#segments/ui/segment-page.tsx'

const one = getRouteApi('/inside/segments/$id')
const made = getRouteApi('/inside/segments/new')

export function OneSegmentPage() {
  const { id } = one.useParams()
  return <SegmentPage key={id} id={id} />
}

export function NewSegmentPage() {
  const navigate = made.useNavigate()
  return <NewSegment onMade={(href) => void navigate({ href })} />
}
