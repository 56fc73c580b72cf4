import { useEffect, useState } from 'react'
import { useWords } from '../words.ts'
import { Combobox } from './combobox.tsx'
import { FORM_WORDS } from './form-words.ts'
import { AREA, Frame, INPUT } from './frame.tsx'
import { optionLabel } from './labels.ts'
import type { Shape } from './shape.ts'
import { type Spot, useForm } from './spot.ts'
import { readDuration, readNumber, readOffset, readShare, UNITS, writeDuration, writeOffset, writeShare } from './units.ts'

type TextShape = Extract<Shape, { kind: 'text' }>
type Of<K extends Shape['kind']> = Extract<Shape, { kind: K }>

const plain = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)

/** An emptied part that need not be there is left out. */
const given = (spot: Spot, text: string): unknown => (text === '' && !spot.required ? undefined : text)

export function TextInput({ spot, shape }: { spot: Spot; shape: TextShape }) {
  switch (shape.of) {
    case 'long':
      return <LongInput spot={spot} />
    case 'duration':
      return <DurationInput spot={spot} shape={shape} />
    case 'offset':
      return <OffsetInput spot={spot} />
    case 'share':
      return <ShareInput spot={spot} />
    case 'zone':
      return <ZoneInput spot={spot} />
    default:
      return <LineInput spot={spot} type={TYPES[shape.of] ?? 'text'} />
  }
}
const TYPES: Partial<Record<TextShape['of'], string>> = { clock: 'time', day: 'date', moment: 'datetime-local', url: 'url', email: 'email' }

function LineInput({ spot, type }: { spot: Spot; type: string }) {
  const { readOnly } = useForm()
  const value = plain(spot.value)
  // A browser's own time or date field shows nothing of a value that it cannot read: such a value is shown as text.
  const odd =
    (type === 'time' && !/^\d\d:\d\d$/.test(value) && value !== '') || (type === 'date' && value !== '' && !/^\d{4}-\d\d-\d\d$/.test(value))
  return (
    <Frame spot={spot}>
      {(ids) => (
        <input
          {...ids}
          type={odd ? 'text' : type}
          readOnly={readOnly}
          value={value}
          placeholder={plain(spot.standard)}
          autoComplete="off"
          onChange={(event) => spot.onChange(given(spot, event.target.value))}
          className={`${INPUT} ${type === 'time' || type === 'date' ? 'max-w-44' : ''}`}
        />
      )}
    </Frame>
  )
}

function LongInput({ spot }: { spot: Spot }) {
  const { readOnly } = useForm()
  const value = plain(spot.value)
  return (
    <Frame spot={spot}>
      {(ids) => (
        <textarea
          {...ids}
          readOnly={readOnly}
          rows={Math.min(10, Math.max(2, value.split('\n').length + 1))}
          value={value}
          onChange={(event) => spot.onChange(given(spot, event.target.value))}
          className={AREA}
        />
      )}
    </Frame>
  )
}

function DurationInput({ spot, shape }: { spot: Spot; shape: TextShape }) {
  const say = useWords(FORM_WORDS)
  const { readOnly } = useForm()
  const text = plain(spot.value ?? (spot.required ? '' : undefined))
  const read = readDuration(text)
  const calendar = shape.patterns.some((pattern) => new RegExp(pattern, 'u').test('2 calendar days'))
  const [unit, setUnit] = useState(() => ('unit' in read ? read.unit : unitOf(spot.standard)))
  const shown = 'unit' in read ? read.unit : text === '' ? unit : 'raw'
  const typed = 'n' in read ? read.n : text
  const choose = (to: string) => {
    setUnit(to)
    if ('n' in read) spot.onChange(writeDuration(read.n, to))
  }
  const write = (next: string) => {
    if (next === '') return spot.onChange(given(spot, ''))
    spot.onChange(/^\d+$/.test(next) && shown !== 'raw' ? writeDuration(next, shown) : next)
  }
  return (
    <Frame spot={spot}>
      {(ids) => (
        <div className="flex max-w-96 gap-2">
          <input
            {...ids}
            value={typed}
            readOnly={readOnly}
            inputMode={shown === 'raw' ? 'text' : 'numeric'}
            placeholder={plain(spot.standard)}
            autoComplete="off"
            onChange={(event) => write(event.target.value)}
            className={`${INPUT} max-w-28 num`}
          />
          <select
            aria-label={say.unit(spot.label)}
            disabled={readOnly}
            value={shown}
            onChange={(event) => choose(event.target.value)}
            className={INPUT}
          >
            {[...UNITS, ...(calendar ? ['calendar'] : [])].map((each) => (
              <option key={each} value={each}>
                {say.units[each]}
              </option>
            ))}
            {shown === 'raw' && <option value="raw">{say.asWritten}</option>}
          </select>
        </div>
      )}
    </Frame>
  )
}
const unitOf = (standard: unknown): string => {
  const read = typeof standard === 'string' ? readDuration(standard) : { raw: '' }
  return 'unit' in read ? read.unit : 'd'
}

function OffsetInput({ spot }: { spot: Spot }) {
  const say = useWords(FORM_WORDS)
  const { readOnly } = useForm()
  const text = plain(spot.value ?? spot.standard)
  const read = readOffset(text)
  if ('raw' in read) return <LineInput spot={spot} type="text" />
  const set = (change: Partial<typeof read>) => spot.onChange(writeOffset({ ...read, ...change }))
  return (
    <Frame spot={spot}>
      {(ids) => (
        <div className="flex max-w-96 gap-2">
          <input
            {...ids}
            value={read.n}
            readOnly={readOnly}
            inputMode="numeric"
            onChange={(event) => set({ n: event.target.value.replaceAll(/\D/g, '') || '0' })}
            className={`${INPUT} max-w-24 num`}
          />
          <select
            aria-label={say.unit(spot.label)}
            disabled={readOnly}
            value={read.unit}
            onChange={(event) => set({ unit: event.target.value })}
            className={INPUT}
          >
            {UNITS.map((each) => (
              <option key={each} value={each}>
                {say.units[each]}
              </option>
            ))}
          </select>
          <select
            aria-label={say.direction(spot.label)}
            disabled={readOnly}
            value={read.sign === '-' ? '-' : '+'}
            onChange={(event) => set({ sign: event.target.value as '-' | '+' })}
            className={`${INPUT} max-w-32`}
          >
            <option value="-">{say.before}</option>
            <option value="+">{say.after}</option>
          </select>
        </div>
      )}
    </Frame>
  )
}

function ShareInput({ spot }: { spot: Spot }) {
  const { readOnly } = useForm()
  return (
    <Frame spot={spot}>
      {(ids) => (
        <div className="relative max-w-28">
          <input
            {...ids}
            value={readShare(plain(spot.value))}
            readOnly={readOnly}
            inputMode="decimal"
            placeholder={readShare(plain(spot.standard))}
            autoComplete="off"
            onChange={(event) => spot.onChange(event.target.value === '' ? given(spot, '') : writeShare(event.target.value))}
            className={`${INPUT} pr-8 num`}
          />
          <span aria-hidden="true" className="pointer-events-none absolute top-1/2 right-3 -translate-y-1/2 text-ink-3">
            %
          </span>
        </div>
      )}
    </Frame>
  )
}

let zones: readonly string[] | undefined
function ZoneInput({ spot }: { spot: Spot }) {
  const { readOnly } = useForm()
  zones ??= ['profile', 'UTC', ...Intl.supportedValuesOf('timeZone')]
  return (
    <Frame spot={spot}>
      {(ids) => (
        <Combobox
          {...ids}
          readOnly={readOnly}
          value={plain(spot.value)}
          placeholder={plain(spot.standard)}
          choices={zones!.map((value) => ({ value }))}
          onChange={(text) => spot.onChange(given(spot, text))}
        />
      )}
    </Frame>
  )
}

export function NumberInput({ spot, shape }: { spot: Spot; shape: Of<'number'> }) {
  const { readOnly } = useForm()
  const value = typeof spot.value === 'number' ? String(spot.value) : plain(spot.value)
  // What is being typed may be no number yet, such as `1.`: it stays until it is one.
  const [typed, setTyped] = useState(value)
  useEffect(() => setTyped((before) => (String(readNumber(before) ?? before) === value ? before : value)), [value])
  const write = (text: string) => {
    setTyped(text)
    if (text.trim() === '') spot.onChange(spot.required ? null : undefined)
    else spot.onChange(readNumber(text) ?? text)
  }
  return (
    <Frame spot={spot}>
      {(ids) => (
        <div className="flex items-center gap-2">
          <input
            {...ids}
            value={typed}
            readOnly={readOnly}
            inputMode={shape.whole ? 'numeric' : 'decimal'}
            placeholder={plain(spot.standard)}
            autoComplete="off"
            onChange={(event) => write(event.target.value)}
            className={`${INPUT} max-w-36 num`}
          />
          {shape.unit && <span className="text-ink-2">{shape.unit}</span>}
        </div>
      )}
    </Frame>
  )
}

export function BooleanInput({ spot }: { spot: Spot }) {
  const { readOnly } = useForm()
  const on = (spot.value ?? spot.standard ?? false) === true
  return (
    <Frame spot={{ ...spot, label: '', required: true }} group>
      {({ id, ...ids }) => (
        <label htmlFor={id} className="flex min-h-6 items-center gap-2.5 text-dense font-medium">
          <input
            id={id}
            {...ids}
            type="checkbox"
            checked={on}
            disabled={readOnly}
            onChange={(event) => spot.onChange(event.target.checked)}
            className="size-4.5 shrink-0 accent-accent"
          />
          {spot.label}
        </label>
      )}
    </Frame>
  )
}

/** A closed list of values: the browser's own select. */
export function ChoiceInput({ spot, shape }: { spot: Spot; shape: Of<'choice'> }) {
  const say = useWords(FORM_WORDS)
  const { readOnly, catalogues } = useForm()
  const label = (value: unknown) => optionLabel(spot.path, catalogues, String(value))
  const at = shape.values.indexOf(spot.value as string)
  const odd = spot.value !== undefined && at < 0
  return (
    <Frame spot={spot}>
      {(ids) => (
        <select
          {...ids}
          disabled={readOnly}
          value={odd ? 'odd' : at < 0 ? '' : String(at)}
          onChange={(event) =>
            spot.onChange(
              event.target.value === '' ? undefined : event.target.value === 'odd' ? spot.value : shape.values[Number(event.target.value)],
            )
          }
          className={INPUT}
        >
          {(!spot.required || at < 0) && (
            <option value="">{spot.standard === undefined ? say.notSet : say.usual(label(spot.standard))}</option>
          )}
          {shape.values.map((value, i) => (
            <option key={String(value)} value={i}>
              {label(value)}
            </option>
          ))}
          {odd && <option value="odd">{plain(spot.value)}</option>}
        </select>
      )}
    </Frame>
  )
}

/** Several of a closed list: boxes, in the order of the list. */
export function ChoicesInput({ spot, values }: { spot: Spot; values: readonly unknown[] }) {
  const { readOnly, catalogues } = useForm()
  const chosen: readonly unknown[] = Array.isArray(spot.value) ? spot.value : []
  const toggle = (value: unknown, on: boolean) => {
    const next = on ? values.filter((each) => each === value || chosen.includes(each)) : chosen.filter((each) => each !== value)
    spot.onChange(next.length === 0 && !spot.required ? undefined : next)
  }
  return (
    <Frame spot={spot} group>
      {() => (
        <div className="flex flex-wrap gap-x-4 gap-y-1">
          {values.map((value) => (
            <label key={String(value)} className="flex min-h-6 items-center gap-2 text-dense">
              <input
                type="checkbox"
                disabled={readOnly}
                checked={chosen.includes(value)}
                onChange={(event) => toggle(value, event.target.checked)}
                className="size-4.5 accent-accent"
              />
              {optionLabel(spot.path, catalogues, String(value))}
            </label>
          ))}
        </div>
      )}
    </Frame>
  )
}
