import { createContext, type ReactNode, useContext } from 'react'
import { Combobox } from '#kit/form/combobox.tsx'
import type { Suggested } from '#kit/form/suggest.ts'
import { useWords } from '#kit/words.ts'
import { CONDITION_WORDS } from './words.ts'

/** `prose`: fields stand in a sentence; `rows`: in a line. */
export type Look = 'prose' | 'rows'
const look = createContext<Look>('rows')
export const LookProvider = look.Provider
export const useLook = (): Look => useContext(look)

const BOX =
  'h-8 min-w-16 max-w-full field-sizing-content rounded-input border border-line-strong bg-surface px-2 text-dense text-ink pointer-coarse:h-11'
const PROSE =
  'h-7 min-w-8 max-w-full field-sizing-content rounded-input border-0 border-b border-dashed border-accent bg-transparent px-1 text-body text-accent pointer-coarse:h-9'
const box = (at: Look) => (at === 'prose' ? PROSE : BOX)

export function Pick({
  label,
  value,
  choices,
  onChange,
}: {
  label: string
  value: string
  choices: readonly (readonly [value: string, label: string])[]
  onChange: (to: string) => void
}) {
  const at = useLook()
  const known = choices.some(([each]) => each === value)
  return (
    <select
      aria-label={label}
      title={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className={`${box(at)} ${at === 'prose' ? 'appearance-none' : ''}`}
    >
      {!known && <option value={value}>{value}</option>}
      {choices.map(([each, name]) => (
        <option key={each} value={each}>
          {name}
        </option>
      ))}
    </select>
  )
}

export function Suggest({
  label,
  value,
  choices,
  onChange,
}: {
  label: string
  value: string
  choices: readonly Suggested[]
  onChange: (to: string) => void
}) {
  const at = useLook()
  return (
    <Combobox
      aria-label={label}
      title={label}
      placeholder={label}
      value={value}
      choices={choices}
      aria-invalid={value === '' || undefined}
      onChange={onChange}
      className={`!w-auto ${sized(at)}`}
    />
  )
}
// The kit's field is as wide as its place; here it is as wide as what stands in it.
const sized = (at: Look) =>
  at === 'prose'
    ? '!h-7 min-w-8 max-w-full field-sizing-content !border-0 !border-b !border-dashed !border-accent !bg-transparent !px-1 !text-accent'
    : '!h-8 min-w-24 max-w-full field-sizing-content !px-2 text-dense'

export function Write({
  label,
  value,
  numeric = false,
  type = 'text',
  onChange,
}: {
  label: string
  value: string
  numeric?: boolean
  type?: string
  onChange: (to: string) => void
}) {
  const at = useLook()
  return (
    <input
      aria-label={label}
      title={label}
      type={type}
      inputMode={numeric ? 'decimal' : undefined}
      value={value}
      autoComplete="off"
      placeholder={label}
      onChange={(event) => onChange(event.target.value)}
      className={`${box(at)} ${numeric ? 'num' : ''}`}
    />
  )
}

const SPANS = [
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const
/** The largest unit that is whole; people count in days. */
const split = (ms: number) => {
  const [unit, size] = SPANS.filter(([each]) => each !== 'w').find(([, each]) => ms % each === 0) ?? (['s', 1_000] as const)
  return { unit, n: ms / size }
}

/** A span of time: a number and its unit. */
export function Span({ label, ms, onChange }: { label: string; ms: number; onChange: (ms: number) => void }) {
  const say = useWords(CONDITION_WORDS)
  const { unit, n } = split(ms)
  const size = (name: string) => SPANS.find(([each]) => each === name)![1]
  return (
    <>
      <Write
        numeric
        label={label}
        value={String(n)}
        onChange={(text) => onChange(Math.max(1, Math.round((Number(text.replaceAll(/[^\d.]/g, '')) || 1) * size(unit))))}
      />
      <Pick
        label={say.unit}
        value={unit}
        choices={SPANS.map(([each]) => [each, say.units[each]])}
        onChange={(to) => onChange(n * size(to))}
      />
    </>
  )
}

/** Words between the fields. */
export function Word({ children }: { children: ReactNode }) {
  return <span className="text-ink-2">{children}</span>
}
