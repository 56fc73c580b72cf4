import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react'
import { Suggestions } from '#kit/form/combobox.tsx'
import { AREA } from '#kit/form/frame.tsx'
import { useTold } from '#kit/told.ts'
import { useWords } from '#kit/words.ts'
import type { Problem } from '#lib/problem.ts'
import { completions } from '../../condition/complete.ts'
import { useVocabulary } from './vocabulary.ts'
import { CONDITION_WORDS } from './words.ts'

/** What one may write, in the language of conditions. */
const EXAMPLE = 'profile.country == "DE" and count("Order Completed" within 30d) >= 3'

/** `3:14` as an offset of the text. */
export function offsetOf(text: string, at: string | undefined): number | undefined {
  const [, line, column] = /^(\d+):(\d+)$/.exec(at ?? '') ?? []
  if (line === undefined || column === undefined) return undefined
  const before = text.split('\n').slice(0, Number(line) - 1)
  return before.reduce((sum, each) => sum + each.length + 1, 0) + Number(column) - 1
}

/** The condition as a text: completion as one writes, and what is wrong at its place. */
export function TextView({
  label,
  text,
  problems,
  readOnly,
  onChange,
}: {
  label: string
  text: string
  problems: readonly Problem[]
  readOnly: boolean
  onChange: (text: string) => void
}) {
  const say = useWords(CONDITION_WORDS)
  const told = useTold(problems)
  const id = useId()
  const area = useRef<HTMLTextAreaElement>(null)
  const { vocabulary } = useVocabulary()
  const [cursor, setCursor] = useState<number>()
  const [at, setAt] = useState(0)
  const found = useMemo(() => (cursor === undefined ? undefined : completions(text, cursor, vocabulary)), [text, cursor, vocabulary])
  const open = !readOnly && found !== undefined && found.choices.length > 0
  const take = (label_: string) => {
    const choice = found?.choices.find((each) => each.label === label_)
    const field = area.current
    if (!choice || !found || !field) return
    onChange(text.slice(0, found.from) + choice.text + text.slice(found.to))
    setCursor(undefined)
    const end = found.from + choice.text.length
    requestAnimationFrame(() => {
      field.focus()
      field.setSelectionRange(end, end)
    })
  }
  const press = (event: KeyboardEvent) => {
    if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault()
      setAt(0)
      setCursor(area.current?.selectionStart ?? 0)
    } else if (!open) return
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setAt((now) => (now + (event.key === 'ArrowDown' ? 1 : -1) + found.choices.length) % found.choices.length)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      take(found.choices[at]?.label ?? '')
    } else if (event.key === 'Escape') {
      event.preventDefault()
      event.stopPropagation()
      setCursor(undefined)
    }
  }
  return (
    <div className="flex flex-col gap-1.5">
      <textarea
        ref={area}
        id={id}
        role="combobox"
        aria-label={label}
        aria-expanded={open}
        aria-autocomplete="list"
        aria-controls={open ? `${id}-list` : undefined}
        aria-activedescendant={open ? `${id}-list-${at}` : undefined}
        aria-invalid={problems.length > 0 || undefined}
        aria-describedby={`${id}-told`}
        value={text}
        readOnly={readOnly}
        rows={Math.min(12, Math.max(3, text.split('\n').length + 1))}
        spellCheck={false}
        autoCapitalize="off"
        placeholder={EXAMPLE}
        onKeyDown={press}
        onBlur={() => setCursor(undefined)}
        onChange={(event) => {
          onChange(event.target.value)
          setAt(0)
          setCursor(event.target.selectionStart)
        }}
        className={`${AREA} font-mono text-dense`}
      />
      {open && (
        <Suggestions
          id={`${id}-list`}
          label={say.completions}
          shown={found.choices.map(({ label: value }) => ({ value }))}
          at={Math.min(at, found.choices.length - 1)}
          anchor={area}
          onTake={take}
        />
      )}
      <p id={`${id}-told`} className="text-meta text-ink-3">
        {say.textHint}
      </p>
      <div aria-live="polite">
        {told.slice(0, 3).map((problem) => (
          <FaultLine key={`${problem.at} ${problem.title}`} text={text} problem={problem} area={area} />
        ))}
      </div>
    </div>
  )
}

/** What is wrong, with the piece of text where it is. */
function FaultLine({ text, problem, area }: { text: string; problem: Problem; area: { readonly current: HTMLTextAreaElement | null } }) {
  const say = useWords(CONDITION_WORDS)
  const offset = offsetOf(text, problem.at)
  const start = offset === undefined ? 0 : Math.max(0, offset - 20)
  const show = () => {
    area.current?.focus()
    if (offset !== undefined)
      area.current?.setSelectionRange(offset, Math.max(offset + 1, offset + (/^\S+/.exec(text.slice(offset))?.[0].length ?? 1)))
  }
  return (
    <div className="text-dense text-bad">
      {problem.at ? `${problem.at}: ` : ''}
      {problem.title}
      {problem.hint && <span className="text-ink-2"> {problem.hint}</span>}{' '}
      {offset !== undefined && (
        <>
          <code className="rounded-input bg-sunken px-1 text-ink-2">
            {start > 0 && '…'}
            {text.slice(start, offset)}
            <mark className="bg-bad-soft text-bad underline decoration-wavy">{text.slice(offset, offset + 12) || '␣'}</mark>
          </code>{' '}
          <button type="button" onClick={show} className="hit text-accent hover:underline">
            {say.goThere}
          </button>
        </>
      )}
    </div>
  )
}
