import { CircleAlert, MessageSquare, TriangleAlert } from 'lucide-react'
import { useMark } from './marks.ts'
import { useStudioWords } from './studio-words.ts'

const CHANGE_SIGN = { added: '✚', removed: '−', changed: '●' } as const
const CHANGE_INK = { added: 'text-ok', removed: 'text-bad', changed: 'text-warn' } as const

/** What is wrong with a step, who is at it, and what was said about it; each with a word. */
export function Badges({ id }: { id: string }) {
  const say = useStudioWords()
  const { errors, warnings, who, comments, change } = useMark(id)
  return (
    <>
      {change && (
        <span className={`shrink-0 font-medium ${CHANGE_INK[change]}`}>
          <span aria-hidden="true">{CHANGE_SIGN[change]} </span>
          {say.changes[change]}
        </span>
      )}
      {errors > 0 && (
        <span title={say.problems(errors)} className="inline-flex shrink-0 items-center gap-0.5 font-medium text-bad num">
          <CircleAlert size={13} aria-hidden="true" />
          {errors}
          <span className="sr-only">{say.problems(errors)}</span>
        </span>
      )}
      {warnings > 0 && (
        <span title={say.hints(warnings)} className="inline-flex shrink-0 items-center gap-0.5 font-medium text-warn num">
          <TriangleAlert size={13} aria-hidden="true" />
          {warnings}
          <span className="sr-only">{say.hints(warnings)}</span>
        </span>
      )}
      {comments > 0 && (
        <span title={say.comments(comments)} className="inline-flex shrink-0 items-center gap-0.5 font-medium text-ink-2 num">
          <MessageSquare size={13} aria-hidden="true" />
          {comments}
          <span className="sr-only">{say.comments(comments)}</span>
        </span>
      )}
      {who && (
        <span title={say.writes(who)} className="max-w-20 shrink-0 truncate rounded-pill bg-accent-soft px-1.5 font-medium text-accent">
          {who}
        </span>
      )}
    </>
  )
}
