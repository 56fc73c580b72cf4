import { ChevronRight } from 'lucide-react'
import { type FormEvent, useEffect, useId, useState } from 'react'
import { Button } from '#kit/button.tsx'
import { Field as TextField } from '#kit/field.tsx'
import { Card } from '#kit/page.tsx'
import { useWords } from '#kit/words.ts'
import { choiceWord, dayIn, dayOut, type Field, isFirst, rangesOf, type Search, shownFields } from './asking.ts'
import type { KnownNames } from './known.ts'
import { REPORT_WORDS } from './report-words.ts'

interface FormProps {
  readonly fields: readonly Field[]
  readonly search: Search
  readonly names: KnownNames
  readonly onAsk: (search: Search) => void
}

/** How the report is asked: choices hold at once, what is typed holds with Enter or the button. */
export function ReportForm({ fields, search, names, onAsk }: FormProps) {
  const say = useWords(REPORT_WORDS)
  const [draft, setDraft] = useState<Search>(search)
  useEffect(() => setDraft(search), [search])
  const shown = shownFields(fields, draft)
  if (shown.length === 0) return null
  const [first, others] = [shown.filter(isFirst), shown.filter((field) => !isFirst(field))]
  const set = (name: string, value: string): Search => {
    const next = { ...draft, [name]: value }
    setDraft(next)
    return next
  }
  const one = (field: Field) => (
    <One
      key={field.name}
      field={field}
      value={draft[field.kind === 'ways' ? field.by : field.name] ?? ''}
      names={names}
      onType={(value) => set(field.kind === 'ways' ? field.by : field.name, value)}
      onChoose={(value) => onAsk(set(field.kind === 'ways' ? field.by : field.name, value))}
    />
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onAsk(draft)
  }
  const narrowed = others.filter(({ name }) => search[name]).length
  return (
    <Card className="mb-4">
      <form onSubmit={submit} aria-label={say.how} className="flex flex-col gap-3">
        <div className="flex flex-wrap items-end gap-3">
          {first.map(one)}
          <Ranges fields={fields} search={search} onAsk={onAsk} />
          {others.length === 0 && <Button type="submit">{say.read}</Button>}
        </div>
        {others.length > 0 && (
          <details className="group" open={first.length === 0 || narrowed > 0}>
            <summary className="hit inline-flex items-center gap-1 font-medium text-ink-2 hover:text-ink">
              <ChevronRight size={15} aria-hidden="true" className="group-open:rotate-90" />
              {say.narrow(narrowed)}
            </summary>
            <div className="mt-3 flex flex-wrap items-end gap-3">
              {others.map(one)}
              <Button type="submit">{say.read}</Button>
            </div>
          </details>
        )}
      </form>
    </Card>
  )
}

interface OneProps {
  readonly field: Field
  readonly value: string
  readonly names: KnownNames
  readonly onType: (value: string) => void
  readonly onChoose: (value: string) => void
}

function One({ field, value, names, onType, onChoose }: OneProps) {
  const say = useWords(REPORT_WORDS)
  const { label, required, usual } = field
  const none = required ? [] : [{ value: '', label: usual ? choiceWord(usual) : say.any }]
  switch (field.kind) {
    case 'choice': {
      const choices = field.choices.filter((each) => each !== usual || required).map((each) => ({ value: each, label: choiceWord(each) }))
      return <Choose label={label} value={value === usual ? '' : value} choices={[...none, ...choices]} onChoose={onChoose} />
    }
    case 'ways': {
      const choices = field.ways.map((way) => ({ value: way.value, label: choiceWord(way.value) }))
      return <Choose label={label} value={value} choices={[{ value: '', label: say.nothing }, ...choices]} onChoose={onChoose} />
    }
    case 'text': {
      const known = field.known === null ? undefined : names[field.known]
      if (known && known.length > 0) {
        const strange = value !== '' && !known.some((each) => each.value === value) ? [{ value, label: value }] : []
        return <Choose label={label} value={value} choices={[...none, ...strange, ...known]} onChoose={onChoose} />
      }
      return (
        <TextField
          label={label}
          value={value}
          required={required}
          placeholder={usual}
          autoComplete="off"
          className="w-52 max-w-full"
          onChange={(event) => onType(event.target.value)}
        />
      )
    }
    case 'number':
      return (
        <TextField
          label={label}
          type="number"
          inputMode="numeric"
          min={field.low}
          max={field.high}
          value={value}
          placeholder={usual}
          className="w-28"
          onChange={(event) => onType(event.target.value)}
        />
      )
    case 'day':
      return (
        <TextField
          label={label}
          type="date"
          value={dayIn(value)}
          className="w-44"
          onChange={(event) => onType(dayOut(event.target.value, field.as))}
        />
      )
  }
}

interface ChooseProps {
  readonly label: string
  readonly value: string
  readonly choices: readonly { readonly value: string; readonly label: string }[]
  readonly onChoose: (value: string) => void
}

/** As a field looks: its label stands above. */
function Choose({ label, value, choices, onChoose }: ChooseProps) {
  const id = useId()
  return (
    <div className="flex max-w-full flex-col gap-1">
      <label htmlFor={id} className="text-dense font-medium">
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => onChoose(event.target.value)}
        className="h-9 max-w-64 min-w-32 truncate rounded-input border border-line-strong bg-surface px-2 text-ink pointer-coarse:h-11"
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

/** The usual stretches with one press, and whether the one before is shown beside it. */
function Ranges({ fields, search, onAsk }: Pick<FormProps, 'fields' | 'search' | 'onAsk'>) {
  const say = useWords(REPORT_WORDS)
  const ranges = rangesOf(fields)
  if (ranges.length === 0) return null
  const { from = '', to = '', ...others } = search
  const now = from === '' && to === '' ? (search['days'] ?? fields.find(({ name }) => name === 'days')?.usual) : undefined
  return (
    <>
      <fieldset className="flex h-9 items-center gap-1 pointer-coarse:h-11">
        <legend className="sr-only">{say.ranges}</legend>
        {ranges.map((days) => (
          <button
            key={days}
            type="button"
            aria-pressed={now === String(days)}
            onClick={() => onAsk({ ...others, days: String(days) })}
            className="h-8 rounded-button px-2.5 text-dense text-ink-2 hover:bg-sunken aria-pressed:bg-accent-soft aria-pressed:font-medium aria-pressed:text-accent pointer-coarse:h-11"
          >
            {say.lastDays(days)}
          </button>
        ))}
      </fieldset>
      <label className="flex h-9 items-center gap-2 text-dense pointer-coarse:h-11">
        <input
          type="checkbox"
          checked={search['compare'] === 'before'}
          onChange={(event) => onAsk({ ...search, compare: event.target.checked ? 'before' : '' })}
          className="size-4 accent-(--accent)"
        />
        {say.compare}
      </label>
    </>
  )
}
