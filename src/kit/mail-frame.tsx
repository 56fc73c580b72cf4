import { useState } from 'react'

interface MailFrameProps {
  /** Address under `/view`: the server answers it with a policy that allows no script. */
  readonly src: string
  readonly title: string
}

/** A mail shown as a mail program would, in a frame of an opaque origin. The frame has a fixed height: its content cannot be measured. */
export function MailFrame({ src, title }: MailFrameProps) {
  const [width, setWidth] = useState<'wide' | 'phone'>('wide')
  return (
    <div>
      <fieldset className="flex items-center gap-1 border-b border-line px-3 py-2">
        <legend className="sr-only">Width of the preview</legend>
        {(['wide', 'phone'] as const).map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={width === each}
            onClick={() => setWidth(each)}
            className="h-7 rounded-button px-2.5 text-dense font-medium text-ink-2 hover:bg-sunken aria-pressed:bg-sunken aria-pressed:text-ink"
          >
            {each === 'wide' ? 'Desktop' : 'Phone, 375 px'}
          </button>
        ))}
      </fieldset>
      <div className="flex justify-center overflow-x-auto rounded-b-card bg-canvas p-3">
        {/* A mail is designed on white: its ground stays white in the dark theme, as in most mail programs. */}
        <iframe
          title={title}
          src={src}
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          referrerPolicy="no-referrer"
          className={`h-[640px] rounded-input border border-line bg-[white] ${width === 'wide' ? 'w-full' : 'w-[375px] shrink-0'}`}
        />
      </div>
    </div>
  )
}
