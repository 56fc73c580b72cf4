import { useMutation } from '@tanstack/react-query'
import { FlaskConical } from 'lucide-react'
import { Suspense, useMemo, useState } from 'react'
import { GetJourney } from '#journeys/api.ts'
import type { Journey } from '#journeys/schema.ts'
import { SimulateJourney } from '#journeys/try-api.ts'
import { MostMessages } from '#journeys/ui/most-messages.tsx'
import { markTried } from '#journeys/ui/tried.ts'
import { call } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { ErrorView, Skeleton } from '#kit/states.tsx'
import { type Asked, blankAsked, inputOf } from './test-asked.ts'
import { TestForm } from './test-form.tsx'
import { useTestWords } from './test-words.ts'

const Canvas = lazyPart(() => import('#journeys/ui/canvas.tsx'), 'Canvas')
const TestResult = lazyPart(() => import('./test-result.tsx'), 'TestResult')
const Backtest = lazyPart(() => import('./backtest.tsx'), 'Backtest')
const NOBODY: ReadonlySet<string> = new Set()
const nothing = () => undefined

interface TestRunProps {
  readonly id: string
  readonly journey: Journey
  /** Left out: the draft. */
  readonly version?: number
  /** The step at which it begins; '' for the entry. */
  readonly from?: string
  /** Saves what is not saved yet. */
  readonly before?: () => Promise<void>
}

/** A journey tried as one person, and over the past. */
export function TestRun({ id, journey, version, from = '', before }: TestRunProps) {
  const say = useTestWords()
  const [asked, setAsked] = useState<Asked>(() => blankAsked(journey, { now: Date.now(), from }))
  const [at, setAt] = useState(from)
  const run = useMutation({
    mutationFn: async (given: Asked) => {
      await before?.()
      const input = inputOf(given, journey)
      const draft = version === undefined ? (await call(GetJourney, { id })).draft : null
      const found = await call(SimulateJourney, { id, ...(version === undefined ? { draft: true } : { version }), ...input })
      // The road to publish says that exactly this draft was tried.
      if (draft !== null) markTried(draft, Date.now())
      return { ...found, given, input }
    },
  })
  const result = run.data
  const marks = useMemo(() => {
    const by = [...(result?.trace.map(({ step }) => step) ?? []), ...(result?.standing.map(({ step }) => step) ?? [])]
    const entered = result?.trace.some(({ kind }) => kind === 'entered') ? ['@entry'] : []
    return Object.fromEntries([...by, ...entered].filter(Boolean).map((step) => [step, { lit: true }]))
  }, [result])
  return (
    <div className="flex min-h-0 flex-1 max-lg:flex-col">
      <div className="flex w-full shrink-0 flex-col gap-4 overflow-y-auto border-line p-4 lg:w-[460px] lg:border-r">
        <div>
          <h2 className="text-h2">{say.title}</h2>
          <p className="text-dense text-ink-2">
            {say.lead} {journey.holdout !== '0%' && say.heldOut}
          </p>
        </div>
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            run.mutate(asked)
          }}
        >
          <TestForm id={id} journey={journey} draft={version === undefined} asked={asked} onAsked={setAsked} />
          <div className="flex flex-wrap items-center gap-3">
            <Button look="primary" type="submit" busy={run.isPending}>
              <FlaskConical size={16} aria-hidden="true" />
              {result ? say.again : say.run}
            </Button>
            {result && result.given !== asked && <span className="text-dense text-warn">{say.changed}</span>}
          </div>
        </form>
        {run.isError && <ErrorView error={run.error} />}
        <Suspense fallback={<Skeleton lines={3} />}>
          {result && <TestResult id={id} journey={journey} result={result} onStep={setAt} />}
          <Backtest journey={journey} />
          <MostMessages journey={journey} inset />
        </Suspense>
      </div>
      <div className="relative min-h-[420px] min-w-0 flex-1">
        <Suspense fallback={<Skeleton lines={8} />}>
          <Canvas
            journey={journey}
            dashed={version === undefined}
            frame="test"
            at={at}
            selected={NOBODY}
            onSelect={setAt}
            folded={NOBODY}
            onFold={nothing}
            onOpen={setAt}
            marks={marks}
            onKey={nothing}
          />
        </Suspense>
      </div>
    </div>
  )
}
