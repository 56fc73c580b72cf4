import { type ReactNode, useState } from 'react'
import { Card } from '#kit/page.tsx'
import { Scroll } from '#kit/scroll.tsx'
import { useWords } from '#kit/words.ts'
import { MESSAGE_WORDS } from './message-words.ts'

const PARTS = ['mail', 'text', 'headers', 'source'] as const
type Part = (typeof PARTS)[number]

interface MailPartsProps {
  readonly title: string
  readonly note: ReactNode
  readonly frame: ReactNode
  readonly text: string
  readonly headers: readonly (readonly [string, string])[]
  readonly source?: string
}

/** One mail in its parts: as a reader sees it, its text part, its headers, its source. */
export function MailParts({ title, note, frame, text, headers, source }: MailPartsProps) {
  const say = useWords(MESSAGE_WORDS)
  const [part, setPart] = useState<Part>('mail')
  const parts = PARTS.filter((each) => each !== 'source' || source !== undefined)
  return (
    <Card
      title={title}
      flush
      aside={
        <fieldset className="flex gap-1">
          <legend className="sr-only">{say.partOf}</legend>
          {parts.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={part === each}
              onClick={() => setPart(each)}
              className="h-7 rounded-button px-2.5 text-dense font-medium text-ink-2 hover:bg-sunken aria-pressed:bg-sunken aria-pressed:text-ink"
            >
              {say.parts[each]}
            </button>
          ))}
        </fieldset>
      }
    >
      {part === 'mail' && (
        <>
          {frame}
          <p className="border-t border-line px-4 py-2.5 text-meta text-ink-3">{note}</p>
        </>
      )}
      {part === 'text' && <Plain label={say.parts.text}>{text || say.noText}</Plain>}
      {part === 'source' && <Plain label={say.parts.source}>{source ?? ''}</Plain>}
      {part === 'headers' && (
        <dl className="text-dense">
          {headers.map(([name, value], i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: header names may repeat, and their order does not change
            <div key={i} className="flex flex-wrap gap-x-3 border-b border-line px-4 py-2 last:border-0">
              <dt className="w-44 shrink-0 text-ink-3">{name}</dt>
              <dd className="min-w-0 flex-1 basis-60">
                <code className="wrap-anywhere">{value}</code>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Card>
  )
}

function Plain({ label, children }: { label: string; children: string }) {
  return (
    <Scroll label={label} className="max-h-[640px] overflow-auto p-4">
      <pre className="text-dense whitespace-pre-wrap wrap-anywhere">{children}</pre>
    </Scroll>
  )
}
