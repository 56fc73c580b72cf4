import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { z } from 'zod'
import { count, decimal, percent } from '#kit/format.ts'
import { type Link, useStream, Watched } from '#kit/live.ts'
import { useWords, words } from '#kit/words.ts'
import { type LiveCounts, WatchJourney } from '../api.ts'

const WORDS = words({ inNow: 'in now' }, { de: { inNow: 'jetzt hier' } })

export interface StepCount {
  readonly in: number
  readonly arrived: number
  readonly passed: number
}
type Frame = Readonly<Record<string, StepCount>>
export type Totals = Omit<z.output<typeof LiveCounts>, 'steps'>

/** How numbers on the ways are told: people, or a share of those who entered, or of those who came to the step before. */
export type Denominator = 'people' | 'entered' | 'previous'

interface Told {
  readonly watched: Watched<StepCount>
  /** All counts of the last frame, for tables. */
  readonly frame: Watched<Frame>
  readonly as: Denominator
  readonly entered: number
  readonly before: ReadonlyMap<string, string>
}

const same = (a?: StepCount, b?: StepCount): boolean => a?.in === b?.in && a?.arrived === b?.arrived && a?.passed === b?.passed
const NOWHERE: ReadonlyMap<string, string> = new Map()
const nothing = (): Told => ({
  watched: new Watched<StepCount>(same),
  frame: new Watched<Frame>(),
  as: 'people',
  entered: 0,
  before: NOWHERE,
})
const Counts = createContext<Told>(nothing())

interface LiveJourneyProps {
  readonly id: string
  /** It was never live: nobody has ever been in it, and there is nothing to follow. */
  readonly never?: boolean
  readonly as?: Denominator
  /** The step before each step (`losses.ts`). */
  readonly before?: ReadonlyMap<string, string>
  /** Counts of a span of time that are shown in place of the live ones. */
  readonly instead?: Frame | undefined
  readonly children: (totals: Totals | undefined, link: Link) => ReactNode
}

/** Follows the live counts of one journey; steps below read their own number and nothing else wakes them. */
export function LiveJourney({ id, never = false, as = 'people', before = NOWHERE, instead, children }: LiveJourneyProps) {
  const [{ watched, frame }] = useState(nothing)
  const [totals, setTotals] = useState<Totals>()
  const latest = useRef<Frame>({})
  const held = useRef(instead)
  const take = useCallback(
    ({ steps, ...rest }: z.output<typeof LiveCounts>) => {
      latest.current = steps
      if (!held.current) {
        watched.set(steps)
        frame.set({ all: steps })
      }
      setTotals(rest)
    },
    [watched, frame],
  )
  useEffect(() => {
    held.current = instead
    const shown = instead ?? latest.current
    watched.set(shown)
    frame.set({ all: shown })
  }, [instead, watched, frame])
  const link = useStream(WatchJourney, never ? null : { id }, take)
  const entered = instead ? Math.max(0, ...Object.values(instead).map(({ arrived }) => arrived)) : (totals?.entered ?? 0)
  const told = useMemo(() => ({ watched, frame, as, entered, before }), [watched, frame, as, entered, before])
  return <Counts.Provider value={told}>{children(totals, link)}</Counts.Provider>
}

function useWatched(watched: Watched<StepCount>, step: string): StepCount | undefined {
  return useSyncExternalStore(
    useCallback((listener) => watched.listen(step, listener), [watched, step]),
    () => watched.get(step),
  )
}

export const useCount = (step: string): StepCount | undefined => useWatched(useContext(Counts).watched, step)

const EMPTY: Frame = {}
/** All counts, for a table of them. */
export function useCounts(): Frame {
  const { frame } = useContext(Counts)
  return useSyncExternalStore(
    useCallback((listener) => frame.listen('all', listener), [frame]),
    () => frame.get('all') ?? EMPTY,
  )
}

/** A part of a whole in words; rounds bring people to a step more often than they came to the one before. */
const shareOf = (part: number, whole: number): string =>
  whole === 0 ? '–' : part > whole ? `${decimal(part / whole, 1)} ×` : percent(part / whole)

/** How many came to a step, as it is asked for; '' until the first frame has come. */
export function useArrivals(step: string): string {
  const { watched, as, entered, before } = useContext(Counts)
  const counts = useWatched(watched, step)
  const previous = before.get(step) ?? '@entry'
  const came = useWatched(watched, previous)
  if (!counts) return ''
  if (as === 'people') return count(counts.arrived)
  return shareOf(counts.arrived, as === 'entered' || previous === '@entry' ? entered : (came?.arrived ?? 0))
}

export const leftAt = (counts: StepCount): number => Math.max(0, counts.arrived - counts.passed - counts.in)

/** How many stand on the step now. */
export function InNow({ step }: { step: string }) {
  const say = useWords(WORDS)
  const counts = useCount(step)
  if (!counts || counts.in === 0) return null
  return (
    <span className="inline-flex h-6 shrink-0 items-center rounded-pill bg-accent-soft px-2 text-meta font-medium text-accent num">
      {count(counts.in)}
      <span className="sr-only"> {say.inNow}</span>
    </span>
  )
}

/** One number of a step, `–` until the first frame has come. */
export function StepNumber({ step, of }: { step: string; of: keyof StepCount }) {
  const counts = useCount(step)
  return <>{counts ? count(counts[of]) : '–'}</>
}
