import { getRouteApi } from '@tanstack/react-router'
import { useCallback } from 'react'
import { toExperiment } from '#kit/paths.ts'
import { ExperimentPage } from '#measurement/ui/experiment-page.tsx'

const experiment = getRouteApi('/inside/experiments/$key')

export function OneExperimentPage() {
  const { key } = experiment.useParams()
  const navigate = experiment.useNavigate()
  const ask = useCallback((search: Readonly<Record<string, string>>) => void navigate({ href: toExperiment(key, search) }), [navigate, key])
  return <ExperimentPage id={key} search={experiment.useSearch()} onAsk={ask} />
}
