import { CircleAlert, TriangleAlert } from 'lucide-react'
import { percent } from '#kit/format.ts'
import { useWords } from '#kit/words.ts'
import { PREVIEW_WORDS } from './preview-words.ts'

export interface ShownProblem {
  readonly severity?: 'error' | 'warning' | undefined
  readonly code: string
  readonly title: string
  readonly detail?: string | undefined
  readonly hint?: string | undefined
  readonly at?: string | undefined
  readonly share?: number | undefined
}

/** What is wrong, how to mend it, and the way there. */
export function Problems({ problems, onJump }: { problems: readonly ShownProblem[]; onJump?: ((at: string) => void) | undefined }) {
  const say = useWords(PREVIEW_WORDS)
  return (
    <ul className="flex flex-col gap-2">
      {problems.map((each, i) => {
        const isError = each.severity !== 'warning'
        const Icon = isError ? CircleAlert : TriangleAlert
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: two findings may be alike
          <li key={i} className={`flex gap-2 rounded-input px-2.5 py-2 text-dense ${isError ? 'bg-bad-soft' : 'bg-warn-soft'}`}>
            <Icon
              size={16}
              aria-label={isError ? say.error : say.warning}
              className={`mt-px shrink-0 ${isError ? 'text-bad' : 'text-warn'}`}
            />
            <div className="min-w-0 flex-1">
              <p className={`font-medium wrap-anywhere ${isError ? 'text-bad' : 'text-warn'}`}>{each.title}</p>
              {each.detail && <p className="wrap-anywhere text-ink">{each.detail}</p>}
              {each.share !== undefined && <p className="text-ink">{say.shareGap(percent(each.share))}</p>}
              {each.hint && <p className="wrap-anywhere text-ink-2">{each.hint}</p>}
              {each.at && onJump && (
                <button
                  type="button"
                  onClick={() => onJump(each.at!)}
                  className="hit inline-flex items-center gap-1 font-medium text-accent hover:underline"
                >
                  {say.jump} <code className="text-meta">{each.at}</code>
                </button>
              )}
            </div>
          </li>
        )
      })}
    </ul>
  )
}
