import { useState } from 'react'
import { useWords, words } from './words.ts'
import { withWorkspace } from './workspace.ts'

const WORDS = words(
  { width: 'Width of the preview', wide: 'Desktop', phone: 'Phone, 375 px' },
  { de: { width: 'Breite der Vorschau', wide: 'Bildschirm', phone: 'Telefon, 375 px' } },
)

interface MailFrameProps {
  /** Address under `/view`: the server answers it with a policy that allows no script. */
  readonly src: string
  readonly title: string
}

/** A mail shown as a mail program would, in a frame of an opaque origin. The frame has a fixed height: its content cannot be measured. */
export function MailFrame({ src, title }: MailFrameProps) {
  const say = useWords(WORDS)
  const [width, setWidth] = useState<'wide' | 'phone'>('wide')
  return (
    <div>
      <fieldset className="flex items-center gap-1 border-b border-line px-3 py-2">
        <legend className="sr-only">{say.width}</legend>
        {(['wide', 'phone'] as const).map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={width === each}
            onClick={() => setWidth(each)}
            className="h-7 rounded-button px-2.5 text-dense font-medium text-ink-2 hover:bg-sunken aria-pressed:bg-sunken aria-pressed:text-ink"
          >
            {say[each]}
          </button>
        ))}
      </fieldset>
      <div className="flex justify-center overflow-x-auto rounded-b-card bg-canvas p-3">
        {/* A mail is designed on white: its ground stays white in the dark theme, as in most mail programs. */}
        <iframe
          title={title}
          src={withWorkspace(src)}
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          referrerPolicy="no-referrer"
          className={`h-[640px] rounded-input border border-line bg-[white] ${width === 'wide' ? 'w-full' : 'w-[375px] shrink-0'}`}
        />
      </div>
    </div>
  )
}
