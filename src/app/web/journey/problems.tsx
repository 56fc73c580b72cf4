import { CircleAlert, TriangleAlert, X } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import type { JourneyProblem } from '#journeys/check.ts'
import type { JourneyBody } from '#journeys/edit/body.ts'
import { pointedAt } from '#journeys/edit/pointer.ts'
import { entryTitle } from '#journeys/entries/words.ts'
import type { Journey } from '#journeys/schema.ts'
import { type Mendable, Mends, mend, offeredMends } from '#journeys/ui/mends.tsx'
import { nameIn } from '#journeys/ui/place-words.ts'
import { IconButton } from '#kit/button.tsx'
import { useTold } from '#kit/told.ts'
import { language } from '#kit/words.ts'
import { useJourneyWords } from './words.ts'

interface ProblemsProps {
  readonly body: JourneyBody
  readonly journey: Journey
  readonly problems: readonly JourneyProblem[]
  /** Left out: nothing can be mended here. */
  readonly mendable?: Mendable | undefined
  readonly onGo: (step: string) => void
  readonly onClose: () => void
  readonly label: string
}

/** Everything that is wrong, worst first; each leads to its step, and what has an obvious mend is mended here. */
export function ProblemsPanel({ body, journey, problems, mendable, onGo, onClose, label }: ProblemsProps) {
  const say = useJourneyWords()
  const sorted = [...problems].sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'))
  const told = useTold(sorted)
  const list = useRef<HTMLUListElement>(null)
  const panel = useRef<HTMLElement>(null)
  const [at, setAt] = useState(0)
  const here = Math.min(at, sorted.length - 1)
  const focus = (index: number) => {
    setAt(index)
    list.current?.querySelectorAll<HTMLElement>('[data-problem]')[index]?.focus()
  }
  useEffect(() => list.current?.querySelector<HTMLElement>('[data-problem]')?.focus(), [])
  // A mended one leaves the list with the next check: then the one that follows takes its place, and the focus.
  const mended = useRef(false)
  const after = () => {
    mended.current = true
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another list moves the focus
  useEffect(() => {
    if (!mended.current) return
    mended.current = false
    if (here >= 0) focus(here)
    else panel.current?.focus()
  }, [problems])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: sorted.length - 1 }[event.key]
    if (to !== undefined && to >= 0 && to < sorted.length) {
      event.preventDefault()
      focus(to)
    }
    const problem = sorted[here]
    const wanted = /^[1-9]$/.test(event.key) && mendable && problem ? offeredMends(mendable, problem)[Number(event.key) - 1] : undefined
    if (!wanted || !mendable) return
    event.preventDefault()
    if (mend(mendable, wanted)) after()
  }
  return (
    <section
      ref={panel}
      tabIndex={-1}
      aria-label={say.problemsTitle}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      className="max-h-[38%] shrink-0 overflow-y-auto border-t border-line bg-surface"
    >
      <div className="flex items-center justify-between gap-2 border-b border-line py-1.5 pr-2 pl-4 sm:pl-6 lg:pl-8">
        <h2 className="text-h3">{say.problemsTitle}</h2>
        {mendable && <p className="flex-1 text-meta text-ink-3 max-md:hidden">{say.mendKeys}</p>}
        <IconButton label={label} onClick={onClose}>
          <X size={16} aria-hidden="true" />
        </IconButton>
      </div>
      {sorted.length === 0 && <p className="px-4 py-3 text-dense text-ok sm:px-6 lg:px-8">{say.sound}</p>}
      <ul ref={list} onKeyDown={onKeyDown}>
        {told.map((problem, i) => {
          const { step, field } = pointedAt(body, problem.at ?? '')
          const Icon = problem.severity === 'error' ? CircleAlert : TriangleAlert
          return (
            <li
              key={`${problem.code} ${problem.at} ${problem.title}`}
              className="border-b border-line px-4 py-2 last:border-0 focus-within:bg-sunken sm:px-6 lg:px-8"
            >
              <button
                type="button"
                data-problem=""
                tabIndex={i === here ? 0 : -1}
                onFocus={() => setAt(i)}
                onClick={() => onGo(step)}
                className="flex w-full items-start gap-2.5 text-left text-dense"
              >
                <Icon
                  size={15}
                  aria-hidden="true"
                  className={`mt-0.5 shrink-0 ${problem.severity === 'error' ? 'text-bad' : 'text-warn'}`}
                />
                <span className="min-w-0 flex-1">
                  <span className="block font-medium wrap-anywhere">{problem.title}</span>
                  <span className="block wrap-anywhere text-ink-2">{[problem.detail, problem.hint].filter(Boolean).join(' ')}</span>
                </span>
                <span className="max-w-[40%] shrink-0 truncate text-meta text-ink-3">
                  {step === '@entry' ? entryTitle(journey, language()) : nameIn(journey, step)}
                  {field && ` · ${field}`}
                </span>
              </button>
              {mendable && (
                <div className="pl-6">
                  <Mends on={mendable} problem={problem} keys={i === here} onDone={after} />
                </div>
              )}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
