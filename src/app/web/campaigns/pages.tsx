import { getRouteApi } from '@tanstack/react-router'
import { useCallback } from 'react'
import { type CampaignFilter, CampaignList } from './list.tsx'

const campaigns = getRouteApi('/inside/campaigns')

export function CampaignsPage() {
  const navigate = campaigns.useNavigate()
  const filter = campaigns.useSearch()
  const onFilter = useCallback((search: CampaignFilter) => void navigate({ search: search as never, replace: true }), [navigate])
  return <CampaignList filter={filter} onFilter={onFilter} />
}
