import { Search, X } from 'lucide-react'
import { type InputHTMLAttributes, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { useWords, words } from './words.ts'

const WORDS = words({ clear: 'Clear the search' }, { de: { clear: 'Suche leeren' } })

const BOX =
  'h-9 w-full rounded-input border border-line-strong bg-surface px-3 text-ink placeholder:text-ink-3 aria-[invalid=true]:border-bad pointer-coarse:h-11'

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string
  readonly hint?: ReactNode
  readonly error?: string
}

/** A labelled input; what is wrong stands below it and is read with it. */
export function Field({ label, hint, error, className = '', ...rest }: FieldProps) {
  const id = useId()
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className={`flex flex-col gap-1 ${className}`}>
      <label htmlFor={id} className="text-dense font-medium">
        {label}
      </label>
      <input id={id} aria-invalid={error ? true : undefined} aria-describedby={described || undefined} className={BOX} {...rest} />
      {hint && (
        <p id={`${id}-hint`} className="text-meta text-ink-3">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="text-dense text-bad">
          {error}
        </p>
      )}
    </div>
  )
}

/** Searches as one types, a quarter of a second after the last key. */
export function SearchField({ label, value, onSearch }: { label: string; value: string; onSearch: (text: string) => void }) {
  const say = useWords(WORDS)
  const [text, setText] = useState(value)
  const typedAt = useRef('')
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (text === value) return
    // Whoever has left meanwhile is not called back: the next screen may still be on its way.
    const timer = setTimeout(() => location.pathname === typedAt.current && onSearch(text), 250)
    return () => clearTimeout(timer)
  }, [text, value, onSearch])
  return (
    <search className="relative block w-full max-w-[420px]">
      <Search size={16} aria-hidden="true" className="absolute top-1/2 left-3 -translate-y-1/2 text-ink-3" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => {
          typedAt.current = location.pathname
          setText(event.target.value)
        }}
        className={`${BOX} px-9 [&::-webkit-search-cancel-button]:hidden`}
      />
      {text !== '' && (
        <button
          type="button"
          aria-label={say.clear}
          onClick={() => onSearch('')}
          className="absolute top-1/2 right-1.5 inline-flex size-[24px] -translate-y-1/2 items-center justify-center rounded-input text-ink-3 hover:text-ink"
        >
          <X size={16} aria-hidden="true" />
        </button>
      )}
    </search>
  )
}

export interface Choice {
  readonly value: string
  readonly label: string
}

/** The browser's own select: it is the best one on a phone and known to every screen reader. */
export function Select({
  label,
  value,
  choices,
  onChange,
}: {
  label: string
  value: string
  choices: readonly Choice[]
  onChange: (value: string) => void
}) {
  const id = useId()
  return (
    <div className="flex items-center gap-2">
      <label htmlFor={id} className="text-dense whitespace-nowrap text-ink-2">
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-9 max-w-60 truncate rounded-input border border-line-strong bg-surface px-2 text-ink pointer-coarse:h-11"
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </div>
  )
}
