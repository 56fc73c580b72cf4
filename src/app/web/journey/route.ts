import { getRouteApi } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { JourneySearch } from '../search.ts'

export const journeyRoute = getRouteApi('/inside/journeys/$id')

/** What the address says, and a way to say something else. */
export function useAddress() {
  const search = journeyRoute.useSearch()
  const navigate = journeyRoute.useNavigate()
  const set = useCallback(
    (next: Partial<JourneySearch>, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace }),
    [navigate],
  )
  return { search, set }
}
export type Address = ReturnType<typeof useAddress>
