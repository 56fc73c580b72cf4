import { Bold, Italic, Link2, List, ListOrdered } from 'lucide-react'
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import type { NameOption } from '#content/liquid-names.ts'
import { linesMarked, type Marked, wrapped } from '#content/rich-mark.ts'
import { IconButton } from '#kit/button.tsx'
import { useWords } from '#kit/words.ts'
import { grow } from './fields.tsx'
import { InsertName } from './insert-name.tsx'
import { STUDIO_WORDS } from './studio-words.ts'

interface RichFieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly names: readonly NameOption[]
  /** Marks of rich text are offered; else only values are. */
  readonly rich: boolean
  readonly className?: string
  readonly place?: string
  readonly autoFocus?: boolean
}

/** Words where they stand in the message, with marks and values at the caret. What is written is exactly what is stored. */
export function RichField({ label, value, onChange, names, rich, className = '', place, autoFocus = false }: RichFieldProps) {
  const say = useWords(STUDIO_WORDS)
  const id = useId()
  const area = useRef<HTMLTextAreaElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: it grows with its text
  useLayoutEffect(() => grow(area.current), [value])
  useLayoutEffect(() => {
    if (!autoFocus || !area.current) return
    area.current.focus({ preventScroll: true })
    area.current.setSelectionRange(area.current.value.length, area.current.value.length)
  }, [autoFocus])
  const change = (make: (now: Marked) => Marked) => {
    const box = area.current
    if (!box) return
    const next = make({ text: value, start: box.selectionStart, end: box.selectionEnd })
    onChange(next.text)
    // After React has written the text.
    setTimeout(() => {
      box.focus()
      box.setSelectionRange(next.start, next.end)
    })
  }
  const tool = (name: string, icon: ReactNode, make: (now: Marked) => Marked) => (
    <IconButton label={name} onClick={() => change(make)}>
      {icon}
    </IconButton>
  )
  return (
    <div className="flex min-w-0 flex-col">
      <div
        role="toolbar"
        aria-label={label}
        className="flex flex-wrap gap-0.5 rounded-t-input border border-b-0 border-line bg-surface p-0.5"
      >
        {rich && (
          <>
            {tool(say.bold, <Bold size={16} aria-hidden="true" />, (now) => wrapped(now, { before: '**', after: '**' }))}
            {tool(say.italic, <Italic size={16} aria-hidden="true" />, (now) => wrapped(now, { before: '*', after: '*' }))}
            {tool(say.link, <Link2 size={16} aria-hidden="true" />, (now) => wrapped(now, { before: '[', after: '](https://)' }))}
            {tool(say.bullets, <List size={16} aria-hidden="true" />, (now) => linesMarked(now, 'ul'))}
            {tool(say.numbers, <ListOrdered size={16} aria-hidden="true" />, (now) => linesMarked(now, 'ol'))}
          </>
        )}
        <InsertName names={names} onInsert={(text) => change((now) => wrapped({ ...now, start: now.end }, { before: text, after: '' }))} />
      </div>
      <label htmlFor={id} className="sr-only">
        {label}
      </label>
      <textarea
        id={id}
        ref={area}
        rows={1}
        value={value}
        data-place={place}
        onChange={(event) => onChange(rich ? event.target.value : event.target.value.replace(/\n/g, ' '))}
        onKeyDown={(event) => {
          if (!rich || !(event.metaKey || event.ctrlKey) || !/^[bi]$/i.test(event.key)) return
          event.preventDefault()
          const mark = event.key.toLowerCase() === 'b' ? '**' : '*'
          change((now) => wrapped(now, { before: mark, after: mark }))
        }}
        className={`w-full resize-none overflow-hidden rounded-b-input border border-line-strong bg-transparent px-2 py-1.5 ${className}`}
      />
    </div>
  )
}
