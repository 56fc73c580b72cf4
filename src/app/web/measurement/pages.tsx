import { getRouteApi } from '@tanstack/react-router'
import { oneOf } from '../search.ts'
import { ExperimentSettings, GoalSettings, HoldoutSettings, SavedReportScreen } from './settings.tsx'

const experiment = getRouteApi('/inside/experiments/settings/$id')
const goal = getRouteApi('/inside/goals/settings/$id')
const holdout = getRouteApi('/inside/holdouts/$id')
const saved = getRouteApi('/inside/reports/saved/$id')

export function ExperimentSettingsPage() {
  const { id } = experiment.useParams()
  return <ExperimentSettings key={id} id={id} name={experiment.useSearch()['name'] ?? ''} />
}
export function GoalSettingsPage() {
  const { id } = goal.useParams()
  return <GoalSettings key={id} id={id} name={goal.useSearch()['name'] ?? ''} />
}
export function HoldoutSettingsPage() {
  const { id } = holdout.useParams()
  return <HoldoutSettings key={id} id={id} name={holdout.useSearch()['name'] ?? ''} />
}
export function SavedReportRoute() {
  const { id } = saved.useParams()
  return <SavedReportScreen key={id} id={id} tab={oneOf(saved.useSearch()['tab'], ['runs', 'settings']) ?? 'runs'} />
}
