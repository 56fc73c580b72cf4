import { type ReactNode, type Ref, useId, useLayoutEffect, useRef } from 'react'
import type { Choice } from '#kit/field.tsx'

const LABEL = 'text-dense font-medium'
const INPUT =
  'w-full rounded-input border border-line-strong bg-surface px-3 py-1.5 text-ink placeholder:text-ink-3 aria-[invalid=true]:border-bad pointer-coarse:py-2.5'

interface AreaProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly hint?: ReactNode
  readonly error?: string | undefined
  readonly rows?: number
  readonly mono?: boolean
  readonly aside?: ReactNode
  readonly place?: string
  readonly box?: Ref<HTMLTextAreaElement>
}

/** Lines of text; as tall as what is in it. */
export function Area({ label, value, onChange, hint, error, rows = 2, mono = false, aside, place, box }: AreaProps) {
  const id = useId()
  const own = useRef<HTMLTextAreaElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: it grows with its text
  useLayoutEffect(() => grow(own.current), [value])
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div className="flex min-h-6 items-center justify-between gap-2">
        <label htmlFor={id} className={LABEL}>
          {label}
        </label>
        {aside}
      </div>
      <textarea
        id={id}
        ref={(element) => {
          own.current = element
          if (typeof box === 'function') box(element)
          else if (box) box.current = element
        }}
        rows={rows}
        value={value}
        data-place={place}
        spellCheck={!mono}
        aria-invalid={error ? true : undefined}
        aria-describedby={hint || error ? `${id}-said` : undefined}
        onChange={(event) => onChange(event.target.value)}
        className={`${INPUT} resize-none overflow-hidden ${mono ? 'font-mono text-dense' : ''}`}
      />
      <Said id={`${id}-said`} hint={hint} error={error} />
    </div>
  )
}

/** A text area takes the height of what is in it. */
export function grow(area: HTMLTextAreaElement | null): void {
  if (!area) return
  area.style.height = 'auto'
  area.style.height = `${area.scrollHeight + 2}px`
}

function Said({ id, hint, error }: { id: string; hint: ReactNode; error: string | undefined }) {
  if (!hint && !error) return null
  return (
    <div id={id} className={`text-meta ${error ? 'text-bad' : 'text-ink-3'}`}>
      {error ?? hint}
    </div>
  )
}

interface LineProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly type?: 'text' | 'number' | 'url' | 'email' | 'color' | 'date'
  readonly hint?: ReactNode
  readonly error?: string | undefined
  readonly place?: string
  readonly list?: readonly string[]
  readonly aside?: ReactNode
}

/** One line of text; `list`: what is suggested. */
export function Line({ label, value, onChange, type = 'text', hint, error, place, list, aside }: LineProps) {
  const id = useId()
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div className="flex min-h-6 items-center justify-between gap-2">
        <label htmlFor={id} className={LABEL}>
          {label}
        </label>
        {aside}
      </div>
      <input
        id={id}
        type={type}
        value={value}
        data-place={place}
        list={list ? `${id}-list` : undefined}
        aria-invalid={error ? true : undefined}
        aria-describedby={hint || error ? `${id}-said` : undefined}
        onChange={(event) => onChange(event.target.value)}
        className={`${INPUT} h-9 pointer-coarse:h-11`}
      />
      {list && (
        <datalist id={`${id}-list`}>
          {list.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
      <Said id={`${id}-said`} hint={hint} error={error} />
    </div>
  )
}

interface ChooseProps {
  readonly label: string
  readonly value: string
  readonly choices: readonly Choice[]
  readonly onChange: (value: string) => void
  readonly hint?: ReactNode
}

/** A select below its label. */
export function Choose({ label, value, choices, onChange, hint }: ChooseProps) {
  const id = useId()
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className={`${LABEL} min-h-6 content-center`}>
        {label}
      </label>
      <select
        id={id}
        value={value}
        aria-describedby={hint ? `${id}-said` : undefined}
        onChange={(event) => onChange(event.target.value)}
        className={`${INPUT} h-9 truncate py-0 pointer-coarse:h-11`}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
      <Said id={`${id}-said`} hint={hint} error={undefined} />
    </div>
  )
}

export function Tick({ label, checked, onChange }: { label: string; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label className="flex min-h-6 items-center gap-2 text-dense">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
        className="size-4 shrink-0 accent-(--accent)"
      />
      {label}
    </label>
  )
}

/** Few choices side by side, of which one is taken. */
export function Segments({
  label,
  value,
  choices,
  onChange,
}: {
  label: string
  value: string
  choices: readonly (Choice & { readonly icon?: ReactNode })[]
  onChange: (value: string) => void
}) {
  return (
    <fieldset className="inline-flex rounded-button border border-line bg-sunken p-0.5">
      <legend className="sr-only">{label}</legend>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={value === choice.value}
          aria-label={choice.icon ? choice.label : undefined}
          title={choice.icon ? choice.label : undefined}
          onClick={() => onChange(choice.value)}
          className="inline-flex h-7 min-w-7 items-center justify-center gap-1.5 rounded-input px-2.5 text-dense font-medium whitespace-nowrap text-ink-2 hover:text-ink aria-pressed:bg-surface aria-pressed:text-ink aria-pressed:outline aria-pressed:outline-line pointer-coarse:h-9"
        >
          {choice.icon ?? choice.label}
        </button>
      ))}
    </fieldset>
  )
}
