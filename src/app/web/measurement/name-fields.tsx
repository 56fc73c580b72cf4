import { ListJourneys } from '#journeys/api.ts'
import { useRead } from '#kit/api.ts'
import { Combobox } from '#kit/form/combobox.tsx'
import { Frame } from '#kit/form/frame.tsx'
import { type OwnField, type Spot, useForm } from '#kit/form/spot.ts'
import type { Suggested } from '#kit/form/suggest.ts'
import { ListSegments } from '#segments/api.ts'
import { ListDocuments } from '#workspaces/documents/api.ts'

/** Metrics that are always there: receipts of messages. */
const BUILT_IN = ['unsubscribes', 'complaints', 'bounces', 'clicks'] as const

/** A text field that offers what there is by name. */
function Named({ spot, choices }: { spot: Spot; choices: readonly Suggested[] }) {
  const { readOnly } = useForm()
  return (
    <Frame spot={spot}>
      {(ids) => (
        <Combobox
          {...ids}
          value={typeof spot.value === 'string' ? spot.value : ''}
          choices={choices}
          readOnly={readOnly}
          onChange={(text) => spot.onChange(text === '' && !spot.required ? undefined : text)}
        />
      )}
    </Frame>
  )
}

function useMetrics(): Suggested[] {
  const { data } = useRead(ListDocuments, { kind: 'metric' })
  return [
    ...(data?.documents ?? []).filter(({ live }) => live !== null).map(({ id, name }) => ({ value: id, label: name || id })),
    ...BUILT_IN.map((value) => ({ value })),
  ]
}

/** Of a goal: a metric. */
export const MetricField: OwnField = (spot) => <Named spot={spot} choices={useMetrics()} />

/** Of an experiment: a metric, or the goal of a journey. */
export const OutcomeField: OwnField = (spot) => {
  const metrics = useMetrics()
  const { data } = useRead(ListJourneys, {})
  return (
    <Named spot={spot} choices={[...(data?.journeys ?? []).map(({ id, name }) => ({ value: `goal:${id}`, label: name })), ...metrics]} />
  )
}
export const JourneyField: OwnField = (spot) => {
  const { data } = useRead(ListJourneys, {})
  return <Named spot={spot} choices={(data?.journeys ?? []).map(({ id, name }) => ({ value: id, label: name }))} />
}
export const SegmentField: OwnField = (spot) => {
  const { data } = useRead(ListSegments, {})
  return <Named spot={spot} choices={(data?.segments ?? []).map(({ id, name }) => ({ value: id, label: name || id }))} />
}
export const TemplateField: OwnField = (spot) => {
  const { data } = useRead(ListDocuments, { kind: 'template' })
  return <Named spot={spot} choices={(data?.documents ?? []).map(({ id, name }) => ({ value: id, label: name || id }))} />
}
