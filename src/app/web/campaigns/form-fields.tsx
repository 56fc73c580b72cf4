import { type ReactNode, useId } from 'react'
import type { Campaign } from '#journeys/campaigns/form.ts'
import type { Choice } from '#kit/field.tsx'

export interface PartProps {
  readonly campaign: Campaign
  readonly onChange: (part: Partial<Campaign>) => void
  readonly readOnly: boolean
}

const BOX = 'h-9 w-full min-w-0 rounded-input border border-line-strong bg-surface px-2 text-ink pointer-coarse:h-11'

interface PickProps {
  readonly label: string
  readonly hint?: string
  readonly value: string
  readonly choices: readonly Choice[]
  readonly onChange: (value: string) => void
  readonly disabled?: boolean
}

export function Pick({ label, hint, value, choices, onChange, disabled }: PickProps) {
  const id = useId()
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-dense font-medium">
        {label}
      </label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        aria-describedby={hint && `${id}-hint`}
        onChange={({ target }) => onChange(target.value)}
        className={BOX}
      >
        {choices.map((each) => (
          <option key={each.value} value={each.value}>
            {each.label}
          </option>
        ))}
      </select>
      {hint && (
        <p id={`${id}-hint`} className="text-meta text-ink-3">
          {hint}
        </p>
      )}
    </div>
  )
}

interface OneOfProps<T extends string> {
  readonly legend: string
  readonly value: T
  readonly choices: readonly (readonly [value: T, label: string])[]
  readonly onChange: (value: T) => void
  readonly disabled: boolean
}

export function OneOf<T extends string>({ legend, value, choices, onChange, disabled }: OneOfProps<T>) {
  const name = useId()
  return (
    <fieldset className="flex flex-wrap gap-x-5 gap-y-2" disabled={disabled}>
      <legend className="mb-1 text-dense font-medium">{legend}</legend>
      {choices.map(([each, label]) => (
        <label key={each} className="flex min-h-6 items-center gap-2">
          <input type="radio" name={name} checked={each === value} onChange={() => onChange(each)} />
          {label}
        </label>
      ))}
    </fieldset>
  )
}

export const Body = ({ children }: { children: ReactNode }) => <div className="flex flex-col gap-4">{children}</div>
