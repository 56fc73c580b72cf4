import { useMemo } from 'react'
import { previous } from '#journeys/losses.ts'
import type { Journey } from '#journeys/schema.ts'
import { useRead } from '#kit/api.ts'
import { ReadStepCounts } from '#measurement/schema.ts'
import type { JourneySearch } from '../search.ts'

const EVERY_MS = 10_000

/** What the drawing counts, as the address asks for it. */
export function useCounted(
  id: string,
  journey: Journey | undefined,
  { as, range, version, never }: JourneySearch & { readonly never: boolean },
) {
  const day = useRead(ReadStepCounts, { id, version }, { every: EVERY_MS, enabled: range === 'day' && !never })
  const instead = useMemo(
    () =>
      range === 'day' && day.data
        ? Object.fromEntries(
            day.data.steps.map(({ step, in: here, last24h }) => [step, { in: here, arrived: last24h.arrived, passed: last24h.passed }]),
          )
        : undefined,
    [range, day.data],
  )
  const before = useMemo(() => (journey ? previous(journey.steps) : undefined), [journey])
  return { id, never, as, instead, ...(before && { before }) }
}
