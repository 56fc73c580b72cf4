import { getRouteApi } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { JourneyFilter } from '#journeys/list-filter.ts'
import { JourneyList } from '#journeys/ui/journey-list.tsx'

const route = getRouteApi('/inside/journeys')

export function JourneysPage() {
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  const onFilter = useCallback((next: JourneyFilter) => void navigate({ search: next, replace: true }), [navigate])
  return <JourneyList filter={filter} onFilter={onFilter} />
}
