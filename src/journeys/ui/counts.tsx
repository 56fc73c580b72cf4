import { createContext, type ReactNode, useCallback, useContext, useMemo, useState, useSyncExternalStore } from 'react'
import type { z } from 'zod'
import { count } from '#kit/format.ts'
import { type Link, useStream, Watched } from '#kit/live.ts'
import { type LiveCounts, WatchJourney } from '../api.ts'

export interface StepCount {
  readonly in: number
  readonly arrived: number
  readonly passed: number
}
export type Totals = Omit<z.output<typeof LiveCounts>, 'steps'>

const same = (a?: StepCount, b?: StepCount): boolean => a?.in === b?.in && a?.arrived === b?.arrived && a?.passed === b?.passed

const Counts = createContext(new Watched<StepCount>(same))

/** Follows the live counts of one journey; steps below read their own number and nothing else wakes them. */
export function LiveJourney({ id, children }: { id: string; children: (totals: Totals | undefined, link: Link) => ReactNode }) {
  const watched = useMemo(() => new Watched<StepCount>(same), [])
  const [totals, setTotals] = useState<Totals>()
  const take = useCallback(
    ({ steps, ...rest }: z.output<typeof LiveCounts>) => {
      watched.set(steps)
      setTotals(rest)
    },
    [watched],
  )
  const link = useStream(WatchJourney, { id }, take)
  return <Counts.Provider value={watched}>{children(totals, link)}</Counts.Provider>
}

export function useCount(step: string): StepCount | undefined {
  const watched = useContext(Counts)
  return useSyncExternalStore(
    useCallback((listener) => watched.listen(step, listener), [watched, step]),
    () => watched.get(step),
  )
}

/** How many stand on the step now. */
export function InNow({ step }: { step: string }) {
  const counts = useCount(step)
  if (!counts || counts.in === 0) return null
  return (
    <span className="inline-flex h-6 shrink-0 items-center rounded-pill bg-accent-soft px-2 text-meta font-medium text-accent num">
      {count(counts.in)}
      <span className="sr-only"> in now</span>
    </span>
  )
}

/** One number of a step, `–` until the first frame has come. */
export function StepNumber({ step, of }: { step: string; of: keyof StepCount }) {
  const counts = useCount(step)
  return <>{counts ? count(counts[of]) : '–'}</>
}
