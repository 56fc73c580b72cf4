import { useQueries } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext } from 'react'
import { GetJourney } from '#journeys/api.ts'
import { places, title } from '#journeys/lanes.ts'
import { call } from '#kit/api.ts'
import { useMay } from '#kit/me.ts'
import { useLanguage } from '#kit/words.ts'

interface Told {
  /** Its name; its id where it is gone, or closed to the reader. */
  journey(id: string): string
  /** The title of a step as the journey is now; its id where it has no such step any more. */
  step(journey: string, id: string): string
}

const Names = createContext<Told>({ journey: (id) => id, step: (_, id) => id })
export const useJourneyNames = (): Told => useContext(Names)

/** More journeys than one life goes through; the others are told by their ids. */
const MOST = 24

/** Reads the names of these journeys and of their steps, once for all that stands inside. */
export function JourneyNames({ of, children }: { of: readonly string[]; children: ReactNode }) {
  const may = useMay('journeys:read')
  const language = useLanguage()
  const ids = [...new Set(of)].filter((id) => id !== '')
  const reads = useQueries({
    queries: (may ? ids.slice(0, MOST) : []).map((id) => ({
      queryKey: [GetJourney.name, { id }],
      queryFn: ({ signal }: { signal: AbortSignal }) => call(GetJourney, { id }, signal),
      staleTime: 60_000,
      retry: false,
    })),
  })
  const found = new Map(reads.flatMap(({ data }) => (data ? [[data.id, data] as const] : [])))
  const steps = new Map(
    [...found.values()].map(({ id, definition }) => [
      id,
      new Map(places(definition.steps).map((place) => [place.step.id, title(place.step, language)])),
    ]),
  )
  const told: Told = {
    journey: (id) => found.get(id)?.name || id,
    step: (journey, id) => steps.get(journey)?.get(id) ?? id,
  }
  return <Names value={told}>{children}</Names>
}
