import { type InputHTMLAttributes, type KeyboardEvent, useId, useLayoutEffect, useRef, useState } from 'react'
import { useWords } from '../words.ts'
import { FORM_WORDS } from './form-words.ts'
import { INPUT } from './frame.tsx'
import { matching, type Suggested } from './suggest.ts'

interface ComboboxProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange'> {
  readonly value: string
  readonly choices: readonly Suggested[]
  /** Every key and every choice; what is typed need not be one of the choices. */
  readonly onChange: (text: string) => void
  /** Only when a choice was taken. */
  readonly onTake?: (text: string) => void
  /** Shows what there is at once. */
  readonly startOpen?: boolean
}

/** A text field with suggestions (ARIA combobox, list autocomplete): arrows choose, Enter takes, Escape closes. The list is in the top layer. */
export function Combobox({
  value,
  choices,
  onChange,
  onTake,
  startOpen = false,
  className = '',
  readOnly,
  onKeyDown,
  onBlur,
  ...rest
}: ComboboxProps) {
  const say = useWords(FORM_WORDS)
  const listId = useId()
  const input = useRef<HTMLInputElement>(null)
  const [open, setOpen] = useState(startOpen)
  const [typed, setTyped] = useState(false)
  const [at, setAt] = useState(-1)
  const shown = open && !readOnly ? matching(choices, typed ? value : '', 60) : []
  const take = (text: string) => {
    onChange(text)
    onTake?.(text)
    setOpen(false)
    setAt(-1)
  }
  const begin = () => {
    setOpen(true)
    setTyped(false)
  }
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (!open) return begin()
      const step = event.key === 'ArrowDown' ? 1 : -1
      setAt((now) => (shown.length === 0 ? -1 : (now + step + shown.length + (now < 0 && step < 0 ? 1 : 0)) % shown.length))
    } else if (event.key === 'Enter' && open && at >= 0 && shown[at]) {
      event.preventDefault()
      take(shown[at].value)
    } else if (event.key === 'Escape' && open) {
      event.preventDefault()
      event.stopPropagation()
      setOpen(false)
    }
    // What the caller does with a key comes after the list, and only when the list did not take it.
    if (!event.defaultPrevented || event.key === 'Escape') onKeyDown?.(event)
  }
  const visible = open && shown.length > 0
  return (
    <>
      <input
        {...rest}
        ref={input}
        role="combobox"
        aria-expanded={visible}
        aria-controls={visible ? listId : undefined}
        aria-autocomplete="list"
        aria-activedescendant={visible && at >= 0 ? `${listId}-${at}` : undefined}
        autoComplete="off"
        spellCheck={false}
        readOnly={readOnly}
        value={value}
        onClick={begin}
        onKeyDown={press}
        onBlur={(event) => {
          setOpen(false)
          onBlur?.(event)
        }}
        onChange={(event) => {
          setOpen(true)
          setTyped(true)
          setAt(-1)
          onChange(event.target.value)
        }}
        className={`${INPUT} ${className}`}
      />
      <span role="status" className="sr-only">
        {open && typed ? (shown.length === 0 ? say.noSuggestions : say.suggestions(shown.length)) : ''}
      </span>
      {visible && <Suggestions id={listId} label={rest['aria-label']} shown={shown} at={at} anchor={input} onTake={take} />}
    </>
  )
}

interface SuggestionsProps {
  readonly id: string
  readonly shown: readonly Suggested[]
  readonly at: number
  readonly anchor: { readonly current: HTMLElement | null }
  readonly onTake: (text: string) => void
  readonly label?: string
}

export function Suggestions({ id, shown, at, anchor, onTake, label }: SuggestionsProps) {
  const list = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const box = list.current
    const place = () => {
      const around = anchor.current?.getBoundingClientRect()
      if (!box || !around) return
      const above = around.bottom + 280 > innerHeight && around.top > innerHeight - around.bottom
      box.style.left = `${Math.max(8, Math.min(around.left, innerWidth - Math.max(around.width, 220) - 8))}px`
      box.style.minWidth = `${Math.min(Math.max(around.width, 220), innerWidth - 16)}px`
      box.style.top = above ? 'auto' : `${around.bottom + 4}px`
      box.style.bottom = above ? `${innerHeight - around.top + 4}px` : 'auto'
    }
    box?.showPopover()
    place()
    addEventListener('scroll', place, true)
    addEventListener('resize', place)
    return () => {
      removeEventListener('scroll', place, true)
      removeEventListener('resize', place)
    }
  }, [anchor])
  useLayoutEffect(() => {
    if (at >= 0) list.current?.children[at]?.scrollIntoView({ block: 'nearest' })
  }, [at])
  return (
    <div
      ref={list}
      id={id}
      role="listbox"
      aria-label={label}
      popover="manual"
      className="fixed inset-auto m-0 max-h-64 max-w-[min(480px,92vw)] overflow-y-auto rounded-card border border-line bg-surface p-1 text-ink shadow-float"
    >
      {shown.map((each, i) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys belong to the field that owns the list
        // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field (aria-activedescendant)
        <div
          key={each.value}
          id={`${id}-${i}`}
          role="option"
          aria-selected={i === at}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTake(each.value)}
          className={`flex min-h-8 cursor-pointer flex-wrap items-baseline gap-x-2 rounded-input px-2.5 py-1.5 wrap-anywhere ${i === at ? 'bg-accent-soft' : 'hover:bg-sunken'}`}
        >
          <span>{each.label ?? each.value}</span>
          {(each.note ?? (each.label !== undefined && each.label !== each.value ? each.value : undefined)) && (
            <span className="text-meta text-ink-3">{each.note ?? each.value}</span>
          )}
        </div>
      ))}
    </div>
  )
}
