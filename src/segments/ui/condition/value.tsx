import { useState } from 'react'
import { Combobox } from '#kit/form/combobox.tsx'
import { readNumber } from '#kit/form/units.ts'
import { useWords } from '#kit/words.ts'
import type { Expression } from '../../condition/ast.ts'
import { Pick, Suggest, Write } from './controls.tsx'
import { type Known, useVocabulary } from './vocabulary.ts'
import { CONDITION_WORDS } from './words.ts'

type Fixed = Extract<Expression, { kind: 'number' | 'text' | 'boolean' | 'date' | 'duration' | 'list' }>
type Value = string | number | boolean

/** Values that what is asked about is known to have. */
function valuesOf(about: Expression, { answer }: Known): readonly Value[] {
  if (about.kind === 'attribute')
    return answer?.attributes.find(({ name }) => about.path.length === 1 && name === about.path[0])?.values ?? []
  if (about.kind !== 'property') return []
  return (answer?.events ?? []).flatMap(({ properties }) => properties.find(({ name }) => name === about.path[0])?.values ?? [])
}

/** What is compared with: its kind is chosen beside it, because 5 and "5" are never alike. */
export function ValueField({ about, value, onChange }: { about: Expression; value: Fixed; onChange: (value: Expression) => void }) {
  const say = useWords(CONDITION_WORDS)
  const known = useVocabulary()
  const numbersOnly = about.kind === 'rating' || about.kind === 'history'
  if (value.kind === 'list') return <ListField about={about} items={value.items} onChange={(items) => onChange({ kind: 'list', items })} />
  const kinds = (['text', 'number', 'boolean', 'date'] as const).map((kind) => [kind, say.kinds[kind]] as const)
  return (
    <>
      <Plain value={value} suggested={valuesOf(about, known)} onChange={onChange} />
      {!numbersOnly && value.kind !== 'duration' && (
        <Pick label={say.kind} value={value.kind} choices={kinds} onChange={(kind) => onChange(asKind(value, kind))} />
      )}
    </>
  )
}

function asKind(value: Fixed, kind: string): Expression {
  const text = value.kind === 'text' ? value.value : value.kind === 'number' ? String(value.value) : value.kind === 'date' ? value.text : ''
  switch (kind) {
    case 'number':
      return { kind: 'number', value: readNumber(text) ?? 0 }
    case 'boolean':
      return { kind: 'boolean', value: text !== 'false' }
    case 'date':
      return { kind: 'date', text: /^\d{4}-\d\d-\d\d/.test(text) ? text.slice(0, 10) : '2026-01-01' }
    default:
      return { kind: 'text', value: text }
  }
}

function Plain({
  value,
  suggested,
  onChange,
}: {
  value: Exclude<Fixed, { kind: 'list' }>
  suggested: readonly Value[]
  onChange: (value: Expression) => void
}) {
  const say = useWords(CONDITION_WORDS)
  switch (value.kind) {
    case 'number':
      return <NumberField value={value.value} onChange={(next) => onChange({ kind: 'number', value: next })} />
    case 'boolean':
      return (
        <Pick
          label={say.value}
          value={String(value.value)}
          choices={[
            ['true', say.yes],
            ['false', say.no],
          ]}
          onChange={(next) => onChange({ kind: 'boolean', value: next === 'true' })}
        />
      )
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(value.text) ? (
        <Write type="date" label={say.value} value={value.text} onChange={(text) => text !== '' && onChange({ kind: 'date', text })} />
      ) : (
        <Write label={say.value} value={value.text} onChange={(text) => onChange({ kind: 'date', text })} />
      )
    case 'duration':
      return <NumberField value={value.ms} onChange={(ms) => onChange({ kind: 'duration', ms: Math.max(0, Math.round(ms)) })} />
    case 'text':
      return (
        <Suggest
          label={say.value}
          value={value.value}
          choices={suggested.filter((each) => typeof each === 'string').map((each) => ({ value: each }))}
          // A value that was seen as a number is one.
          onChange={(text) =>
            onChange(
              suggested.some((each) => typeof each === 'number' && String(each) === text)
                ? { kind: 'number', value: Number(text) }
                : { kind: 'text', value: text },
            )
          }
        />
      )
  }
}

/** What is being typed may be no number yet: it stays until it is one. */
export function NumberField({ value, label, onChange }: { value: number; label?: string; onChange: (value: number) => void }) {
  const say = useWords(CONDITION_WORDS)
  const [typed, setTyped] = useState(String(value))
  const shown = readNumber(typed) === value ? typed : String(value)
  const [odd, setOdd] = useState<string>()
  return (
    <Write
      numeric
      label={label ?? say.value}
      value={odd ?? shown}
      onChange={(text) => {
        const number = readNumber(text)
        setOdd(number === undefined ? text : undefined)
        setTyped(text)
        if (number !== undefined) onChange(number)
      }}
    />
  )
}

/** Several values: each is written as it is; numbers and true or false are what they look like. */
function ListField({ about, items, onChange }: { about: Expression; items: readonly Value[]; onChange: (items: Value[]) => void }) {
  const say = useWords(CONDITION_WORDS)
  const known = useVocabulary()
  const [typed, setTyped] = useState('')
  const suggested = valuesOf(about, known).filter((value) => !items.includes(value))
  const add = (text: string) => {
    const fresh = text.trim()
    setTyped('')
    if (fresh !== '' && !items.some((item) => String(item) === fresh))
      onChange([...items, suggested.find((value) => String(value) === fresh) ?? readItem(fresh, items)])
  }
  return (
    <span className="inline-flex flex-wrap items-center gap-1">
      {items.map((item, i) => (
        <button
          key={`${typeof item} ${item}`}
          type="button"
          aria-label={say.remove(String(item))}
          onClick={() => onChange(items.filter((_item, at) => at !== i))}
          className="hit inline-flex h-7 items-center gap-1 rounded-pill bg-accent-soft px-2.5 text-dense text-accent hover:line-through"
        >
          {String(item)} <span aria-hidden="true">×</span>
        </button>
      ))}
      <Combobox
        aria-label={say.values}
        placeholder={items.length === 0 ? say.values : '+'}
        value={typed}
        choices={suggested.map((value) => ({ value: String(value) }))}
        onTake={add}
        onChange={(text) => (text.includes(',') ? add(text.replaceAll(',', '')) : setTyped(text))}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || typed === '') return
          event.preventDefault()
          add(typed)
        }}
        onBlur={() => add(typed)}
        className="!h-8 !w-auto min-w-16 field-sizing-content !px-2 text-dense"
      />
    </span>
  )
}
const readItem = (text: string, others: readonly Value[]): Value => {
  const number = readNumber(text)
  return number !== undefined && (others.length === 0 || others.every((each) => typeof each === 'number')) ? number : text
}
