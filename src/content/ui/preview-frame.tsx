import { useEffect, useId, useRef, useState } from 'react'
import { withWorkspace } from '#kit/workspace.ts'

interface PreviewFrameProps {
  readonly title: string
  /** Fields of the form that asks for the page: what is shown, dark, pictures. */
  readonly fields: Readonly<Record<string, string>>
  readonly width: number
}

/**
 * A draft as its reader would see it, in a frame of an opaque origin that runs nothing. Each look is a frame of its own: a form that is sent
 * into a frame a second time would stand in the browser's history. The old one stays until the new one is there.
 */
export function PreviewFrame({ title, fields, width }: PreviewFrameProps) {
  const id = useId()
  const form = useRef<HTMLFormElement>(null)
  const [shown, setShown] = useState(0)
  const [asked, setAsked] = useState(0)
  const sent = useRef(0)
  const key = JSON.stringify(fields)
  // biome-ignore lint/correctness/useExhaustiveDependencies: other fields ask for another look
  useEffect(() => setAsked((n) => n + 1), [key])
  useEffect(() => {
    if (asked === 0 || sent.current === asked || !form.current) return
    sent.current = asked
    form.current.target = `${id}-${asked}`
    form.current.submit()
  }, [asked, id])
  const frames = [...new Set([shown, asked])].filter((n) => n > 0)
  return (
    <div className="relative h-[640px] overflow-x-auto bg-canvas">
      <form ref={form} method="post" action={withWorkspace('/view/preview')} hidden>
        {Object.entries(fields).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
      </form>
      {frames.map((n) => (
        <iframe
          key={n}
          name={`${id}-${n}`}
          title={n === shown || shown === 0 ? title : ''}
          aria-hidden={n !== shown && shown !== 0}
          tabIndex={n === shown || shown === 0 ? 0 : -1}
          sandbox=""
          referrerPolicy="no-referrer"
          // The first load of a frame is its empty page, before anything was sent to it.
          onLoad={() => sent.current === n && setShown(n)}
          style={{ width }}
          className={`absolute inset-y-0 left-1/2 h-full max-w-full -translate-x-1/2 border-x border-line bg-[white] ${n === shown || shown === 0 ? '' : 'invisible'}`}
        />
      ))}
    </div>
  )
}
