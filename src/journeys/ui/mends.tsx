import { Wrench } from 'lucide-react'
import { useMemo } from 'react'
import { notify } from '#kit/toast.tsx'
import { language, useWords, wordsNow } from '#kit/words.ts'
import type { JourneyLibrary, JourneyProblem } from '../check.ts'
import type { JourneyBody } from '../edit/body.ts'
import { mendsOf, type OfferedMend } from '../edit/mends.ts'
import { MEND_WORDS, mendWords } from './mend-words.ts'
import type { StudioDeeds } from './studio-state.ts'

export interface Mendable extends Pick<StudioDeeds, 'run' | 'undo'> {
  readonly body: JourneyBody
  /** Null: not read yet. */
  readonly library: JourneyLibrary | null
  readonly readOnly: boolean
}

/** The mends of a problem; none while nothing can be changed. */
export const offeredMends = ({ body, library, readOnly }: Mendable, problem: JourneyProblem): readonly OfferedMend[] =>
  library && !readOnly ? mendsOf(body, problem, library) : []

/** Does it and says so, with the way back. True: it is done. */
export function mend({ run, undo }: Mendable, { mend: what, command }: OfferedMend): boolean {
  const say = wordsNow(MEND_WORDS)
  const refused = run(command)
  if (refused) notify([refused.refused.title, refused.refused.hint].filter(Boolean).join('. '))
  else notify(say.done(mendWords(say, what, language())), { label: say.undo, run: undo })
  return !refused
}

interface MendsProps {
  readonly on: Mendable
  readonly problem: JourneyProblem
  /** Digits that do the same are shown. */
  readonly keys?: boolean
  readonly onDone?: () => void
}

/** Buttons, each of which mends a problem. */
export function Mends({ on, problem, keys = false, onDone }: MendsProps) {
  const say = useWords(MEND_WORDS)
  const { body, library, readOnly } = on
  // biome-ignore lint/correctness/useExhaustiveDependencies: only these decide which there are
  const offered = useMemo(() => offeredMends(on, problem), [body, library, readOnly, problem])
  if (offered.length === 0) return null
  return (
    <ul aria-label={say.label} className="mt-1.5 flex flex-wrap gap-1.5">
      {offered.map((each, i) => (
        <li key={JSON.stringify(each.mend)}>
          <button
            type="button"
            onClick={() => mend(on, each) && onDone?.()}
            className="inline-flex min-h-7 items-center gap-1.5 rounded-button border border-line bg-surface px-2 text-left text-meta font-medium text-ink wrap-anywhere hover:bg-sunken pointer-coarse:min-h-11"
          >
            <Wrench size={13} aria-hidden="true" className="shrink-0 text-ink-3" />
            {mendWords(say, each.mend, language())}
            {keys && <kbd className="text-ink-3">{i + 1}</kbd>}
          </button>
        </li>
      ))}
    </ul>
  )
}
