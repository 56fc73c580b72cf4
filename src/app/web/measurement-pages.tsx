import { getRouteApi } from '@tanstack/react-router'
import { useCallback } from 'react'
import { toReport } from '#kit/paths.ts'
import { GoalPage } from '#measurement/ui/goal-page.tsx'
import { ListedPage } from '#measurement/ui/listed.tsx'
import { ReportBehind } from '#measurement/ui/report-behind.tsx'
import { ReportPage } from '#measurement/ui/report-page.tsx'

const goal = getRouteApi('/inside/goals/$id')
const report = getRouteApi('/inside/reports/$id')
const behind = getRouteApi('/inside/reports/$id/behind')
const listed = getRouteApi('/inside/listed/$action')

export const OneGoalPage = () => <GoalPage id={goal.useParams().id} />
export const ReportBehindPage = () => <ReportBehind id={behind.useParams().id} search={behind.useSearch()} />
export const ListedActionPage = () => <ListedPage action={listed.useParams().action} search={listed.useSearch()} />

export function OneReportPage() {
  const { id } = report.useParams()
  const navigate = report.useNavigate()
  const ask = useCallback((search: Readonly<Record<string, string>>) => void navigate({ href: toReport(id, search) }), [navigate, id])
  return <ReportPage id={id} search={report.useSearch()} onAsk={ask} />
}
