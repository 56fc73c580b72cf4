import { Flame, Search } from 'lucide-react'
import { type ReactNode, Suspense, useCallback, useMemo, useState } from 'react'
import type { JourneyProblem } from '#journeys/check.ts'
import type { JourneyBody } from '#journeys/edit/body.ts'
import { pointedAt } from '#journeys/edit/pointer.ts'
import { findSteps } from '#journeys/find-steps.ts'
import type { Journey } from '#journeys/schema.ts'
import type { Frame } from '#journeys/ui/canvas.tsx'
import type { Deeds } from '#journeys/ui/deeds.ts'
import type { Mark, Marks } from '#journeys/ui/marks.ts'
import type { Mendable } from '#journeys/ui/mends.tsx'
import type { StudioKey } from '#journeys/ui/studio-keys.ts'
import { useStudioWords } from '#journeys/ui/studio-words.ts'
import { Button, IconButton } from '#kit/button.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { soon } from '#kit/soon.ts'
import { Empty, Skeleton } from '#kit/states.tsx'
import { FindBar } from './find-bar.tsx'
import { Foot } from './foot.tsx'
import { useJourneyWords } from './words.ts'

const Canvas = lazyPart(() => import('#journeys/ui/canvas.tsx'), 'Canvas')
const Outline = lazyPart(() => import('#journeys/ui/outline.tsx'), 'Outline')
const LossTable = lazyPart(() => import('./losses.tsx'), 'LossTable')
const ProblemsPanel = lazyPart(() => import('./problems.tsx'), 'ProblemsPanel')

// The page fetches it already; asked for here as well, it is drawn at once with what stands around it.
if ((new URLSearchParams(location.search).get('tab') ?? 'canvas') === 'canvas') soon(Canvas.preload())

interface WorkProps {
  readonly journey: Journey
  readonly body: JourneyBody
  readonly tab: 'canvas' | 'outline'
  readonly dashed: boolean
  readonly frame: Frame
  readonly deeds: Deeds | undefined
  /** The step that is open in the panel. */
  readonly step: string
  readonly onOpen: (step: string | undefined) => void
  readonly at: string
  readonly selected: ReadonlySet<string>
  readonly onSelect: (at: string, selected: ReadonlySet<string>) => void
  /** Null: still being looked for. */
  readonly problems: readonly JourneyProblem[] | null
  /** Left out: nothing can be mended here. */
  readonly mendable?: Mendable | undefined
  /** What else stands on the steps: who is there, what was said, what is different. */
  readonly marks: Marks
  readonly onKey: (key: StudioKey) => void
  readonly panel: ReactNode
  readonly above?: ReactNode
}

/** Canvas or outline with its panel, the search of steps, the problems and the line below: the same for a draft and for what is live. */
export function Work(props: WorkProps) {
  const { journey, body, tab, deeds, step, onOpen, at, selected, onSelect, problems } = props
  const say = useJourneyWords()
  const studio = useStudioWords()
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set())
  const [shown, setShown] = useState<'find' | 'problems'>()
  const [heat, setHeat] = useState(false)
  const marks = useMemo(() => withProblems(props.marks, body, problems ?? []), [props.marks, body, problems])
  const fold = useCallback((id: string, shut?: boolean) => {
    setFolded((now) => {
      const next = new Set(now)
      if (shut ?? !next.has(id)) next.add(id)
      else next.delete(id)
      return next
    })
  }, [])
  const { onKey: onOther } = props
  const onKey = useCallback(
    (key: StudioKey) => {
      if (key === 'find' || key === 'problems') setShown((now) => (now === key ? undefined : key))
      else onOther(key)
    },
    [onOther],
  )
  const open = useCallback((id: string) => onOpen(id === '@end' ? undefined : id), [onOpen])
  const goTo = (id: string) => {
    // What is folded away cannot be gone to.
    setFolded(new Set())
    onSelect(id, new Set())
    onOpen(id)
  }
  const same = { journey, at, selected, onSelect, folded, onOpen: open, marks, deeds, onKey }
  return (
    <>
      <div className="flex min-h-[420px] flex-1 max-lg:flex-col lg:min-h-0">
        <div className={`relative min-w-0 flex-1 ${tab === 'canvas' ? 'min-h-[360px]' : 'overflow-y-auto p-4 sm:p-6 lg:px-8'}`}>
          {props.above}
          {tab === 'canvas' ? (
            <Suspense fallback={<Skeleton lines={8} />}>
              <Canvas {...same} dashed={props.dashed} frame={props.frame} onFold={fold} heat={heat} goTo={shown === 'find' ? at : ''} />
            </Suspense>
          ) : (
            <Suspense fallback={<Skeleton lines={8} />}>
              <Outline {...same} body={body} step={step} onFold={fold} />
              <p className="mt-3 text-meta text-ink-3">{deeds ? say.keys : ''}</p>
            </Suspense>
          )}
          {journey.steps.length === 0 && deeds && <NoSteps onAdd={() => deeds.add('@entry')} />}
          <div className="absolute top-3 right-3 z-10 flex flex-col items-end gap-2">
            <div className="flex rounded-button border border-line bg-surface">
              <IconButton label={say.find} aria-pressed={shown === 'find'} onClick={() => onKey('find')}>
                <Search size={16} aria-hidden="true" />
              </IconButton>
              {tab === 'canvas' && (
                <IconButton
                  label={say.losses}
                  aria-pressed={heat}
                  onClick={() => setHeat(!heat)}
                  className={heat ? 'bg-bad-soft text-bad' : ''}
                >
                  <Flame size={16} aria-hidden="true" />
                </IconButton>
              )}
            </div>
            <Suspense>
              {shown === 'find' && (
                <FindBar
                  find={(text) => findSteps(journey.steps, text)}
                  onGo={(id) => {
                    setFolded(new Set())
                    onSelect(id, new Set())
                  }}
                  onOpen={goTo}
                  onClose={() => {
                    setShown(undefined)
                    backToWork()
                  }}
                />
              )}
              {heat && tab === 'canvas' && <LossTable journey={journey} onGo={goTo} />}
            </Suspense>
          </div>
        </div>
        {props.panel}
      </div>
      {shown === 'problems' && (
        <Suspense fallback={<Skeleton lines={3} />}>
          <ProblemsPanel
            body={body}
            journey={journey}
            problems={problems ?? []}
            mendable={props.mendable}
            onGo={goTo}
            onClose={() => {
              setShown(undefined)
              backToWork()
            }}
            label={studio.close}
          />
        </Suspense>
      )}
      <Foot
        journey={journey}
        view={deeds ? 'draft' : 'live'}
        problems={problems}
        open={shown === 'problems'}
        onProblems={() => onKey('problems')}
      />
    </>
  )
}

/** Back to where one came from: the canvas is one stop, the tree has its own. */
export const backToWork = (): void => document.querySelector<HTMLElement>('.react-flow, [role=tree] [tabindex="0"]')?.focus()

function NoSteps({ onAdd }: { onAdd: () => void }) {
  const say = useJourneyWords()
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-6 mx-auto w-fit max-w-[92%]">
      <div className="pointer-events-auto rounded-card border border-line bg-surface">
        <Empty
          title={say.emptyTitle}
          action={
            <Button look="primary" onClick={onAdd}>
              {say.emptyAdd}
            </Button>
          }
        >
          {say.emptyText}
        </Empty>
      </div>
    </div>
  )
}

/** Each problem counts at its step. */
function withProblems(marks: Marks, body: JourneyBody, problems: readonly JourneyProblem[]): Marks {
  const all: Record<string, Partial<Mark>> = { ...marks }
  for (const { severity, at } of problems) {
    const { step } = pointedAt(body, at ?? '')
    const name = severity === 'error' ? 'errors' : 'warnings'
    all[step] = { ...all[step], [name]: (all[step]?.[name] ?? 0) + 1 }
  }
  return all
}
