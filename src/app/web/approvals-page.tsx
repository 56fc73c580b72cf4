import { getRouteApi } from '@tanstack/react-router'
import { Inbox } from '#approvals/ui/inbox.tsx'
import { HeldRuns } from './held-runs.tsx'

const route = getRouteApi('/inside/approvals')

export function ApprovalsPage() {
  return <Inbox search={route.useSearch()} below={<HeldRuns />} />
}
