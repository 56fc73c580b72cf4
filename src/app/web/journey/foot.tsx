import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react'
import { useMemo } from 'react'
import type { JourneyProblem } from '#journeys/check.ts'
import { durationWords, places } from '#journeys/lanes.ts'
import { outlook } from '#journeys/outlook.ts'
import type { Journey } from '#journeys/schema.ts'
import { Link } from '#kit/link.tsx'
import { toJourney } from '#kit/paths.ts'
import { language } from '#kit/words.ts'
import { durationText } from '#lib/duration.ts'
import { Reach } from './reach.tsx'
import { useJourneyWords } from './words.ts'

interface FootProps {
  readonly journey: Journey
  /** What is shown, so that its proof is of the same. */
  readonly view: 'draft' | 'live'
  readonly problems: readonly JourneyProblem[] | null
  readonly open: boolean
  readonly onProblems: () => void
}

/** What the journey comes to: how long it is, what is wrong with it, how long it can take and how much it can send to one person. */
export function Foot({ journey, view, problems, open, onProblems }: FootProps) {
  const say = useJourneyWords()
  const { messages, longest } = useMemo(() => outlook(journey.steps), [journey.steps])
  const steps = useMemo(() => places(journey.steps).length, [journey.steps])
  const errors = problems?.filter(({ severity }) => severity === 'error').length ?? 0
  const notes = (problems?.length ?? 0) - errors
  const Icon = errors > 0 ? CircleAlert : notes > 0 ? TriangleAlert : CircleCheck
  const look = errors > 0 ? 'text-bad' : notes > 0 ? 'text-warn' : 'text-ok'
  return (
    <footer className="flex min-h-10 flex-wrap items-center gap-x-4 gap-y-1 border-t border-line bg-surface px-4 py-1 text-dense text-ink-2 sm:px-6 lg:px-8">
      <span className="num">{say.steps(steps)}</span>
      {problems === null ? (
        <span>{say.checking}</span>
      ) : problems.length === 0 ? (
        <span className={`inline-flex items-center gap-1.5 ${look}`}>
          <Icon size={15} aria-hidden="true" />
          {say.sound}
        </span>
      ) : (
        <button
          type="button"
          aria-expanded={open}
          onClick={onProblems}
          className={`inline-flex min-h-7 items-center gap-1.5 rounded-button px-1.5 font-medium hover:bg-sunken ${look}`}
        >
          <Icon size={15} aria-hidden="true" />
          {[errors > 0 ? say.problems(errors) : '', notes > 0 ? say.notes(notes) : ''].filter(Boolean).join(', ')}
        </button>
      )}
      <span>{longest === 0 ? say.noWait : say.longest(durationWords(durationText(longest), language()))}</span>
      <Link href={toJourney(journey.id, { tab: 'test', view })} className="inline-flex min-h-6 items-center">
        {say.most(messages)}
      </Link>
      <Reach journey={journey} />
    </footer>
  )
}
