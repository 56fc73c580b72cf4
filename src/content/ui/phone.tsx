import { useWords } from '#kit/words.ts'
import { PREVIEW_WORDS } from './preview-words.ts'

interface PhoneProps {
  readonly channel: string
  readonly title: string
  readonly text: string
  /** Who it comes from. */
  readonly from: string
}

/** A text message, a notification or an entry of the inbox as a phone shows it. Words only: nothing of it runs or is loaded. */
export function Phone({ channel, title, text, from }: PhoneProps) {
  const say = useWords(PREVIEW_WORDS)
  const isNotice = channel === 'push' || channel === 'inapp'
  return (
    <div className="flex justify-center bg-canvas p-4">
      <div className="flex min-h-[420px] w-[300px] max-w-full flex-col gap-3 rounded-[28px] border-4 border-ink bg-bg p-4">
        <p className="text-center text-meta text-ink-3">{from}</p>
        {isNotice ? (
          <div className="rounded-card border border-line bg-surface p-3 shadow-float">
            <p className="flex justify-between gap-2 text-meta text-ink-3">
              <span className="truncate">{from}</span>
              <span>{say.now}</span>
            </p>
            <p className="mt-1 font-semibold wrap-anywhere">{title}</p>
            <p className="text-dense wrap-anywhere whitespace-pre-wrap">{text}</p>
          </div>
        ) : (
          <p className="max-w-[85%] self-start rounded-card bg-sunken px-3 py-2 wrap-anywhere whitespace-pre-wrap">{text}</p>
        )}
      </div>
    </div>
  )
}
