import { ListJourneys } from '#journeys/api.ts'
import { useRead } from '#kit/api.ts'
import type { Choice } from '#kit/field.tsx'
import { useWords } from '#kit/words.ts'
import { ListSegments } from '#segments/api.ts'
import { ListDocuments } from '#workspaces/documents/api.ts'
import { ListExperiments } from '../experiments/api.ts'
import { ListGoals } from '../goals/api.ts'
import type { Field, Known } from './asking.ts'
import { REPORT_WORDS } from './report-words.ts'

/** Names to choose from, by what they are; undefined: not read yet, or they may not be read. */
export type KnownNames = Readonly<Record<Known, readonly Choice[] | undefined>>

/** Reads only what the form asks for. */
export function useKnown(fields: readonly Field[]): { readonly names: KnownNames; readonly reading: boolean } {
  const say = useWords(REPORT_WORDS)
  const asked = new Set(fields.flatMap((field) => (field.kind === 'text' && field.known ? [field.known] : [])))
  const journeys = useRead(ListJourneys, {}, { enabled: asked.has('journey') || asked.has('metric') })
  const goals = useRead(ListGoals, {}, { enabled: asked.has('goal') })
  const experiments = useRead(ListExperiments, {}, { enabled: asked.has('experiment') })
  const segments = useRead(ListSegments, {}, { enabled: asked.has('segment') })
  const metrics = useRead(ListDocuments, { kind: 'metric' }, { enabled: asked.has('metric') })
  const values = useRead(ListDocuments, { kind: 'lifetime-value' }, { enabled: asked.has('lifetime-value') })
  const pipelines = useRead(ListDocuments, { kind: 'pipeline' }, { enabled: asked.has('pipeline') })
  const live = (list: typeof metrics): Choice[] | undefined =>
    list.data?.documents.filter((each) => each.live !== null).map(({ id, name }) => ({ value: id, label: name || id }))
  const ofJourneys = journeys.data?.journeys.map(({ id, name }) => ({ value: id, label: name }))
  const ofGoals = ofJourneys?.map(({ value, label }) => ({ value: `goal:${value}`, label: say.goalOf(label) }))
  return {
    names: {
      journey: ofJourneys,
      goal: goals.data?.goals.map(({ id, name }) => ({ value: id, label: name })),
      experiment: experiments.data?.experiments.map(({ key, title, kind }) => ({ value: key, label: `${title} (${kind})` })),
      segment: segments.data?.segments.map(({ id, name }) => ({ value: id, label: name || id })),
      metric: metrics.isSuccess || metrics.isError ? [...(live(metrics) ?? []), ...(ofGoals ?? [])] : undefined,
      'lifetime-value': live(values),
      pipeline: live(pipelines),
    },
    reading: [journeys, goals, experiments, segments, metrics, values, pipelines].some((read) => read.isLoading),
  }
}
