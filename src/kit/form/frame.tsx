import { type ReactNode, useId } from 'react'
import { useWords } from '../words.ts'
import { faultsOf } from './check.ts'
import { FORM_WORDS } from './form-words.ts'
import { type Spot, useForm } from './spot.ts'

export const INPUT =
  'h-9 w-full min-w-0 rounded-input border border-line-strong bg-surface px-3 text-ink placeholder:text-ink-3 aria-[invalid=true]:border-bad [&:is(input)]:read-only:bg-sunken disabled:opacity-70 pointer-coarse:h-11'
export const AREA =
  'w-full rounded-input border border-line-strong bg-surface px-3 py-2 text-ink placeholder:text-ink-3 aria-[invalid=true]:border-bad read-only:bg-sunken'

export interface Ids {
  readonly id: string
  readonly 'aria-invalid': true | undefined
  readonly 'aria-describedby': string | undefined
}

/** What is wrong with a part: what the server or the caller told, else what the schema finds at once. */
export function useTroubles({
  schema,
  path,
  value,
}: Pick<Spot, 'schema' | 'path' | 'value'>): readonly { title: string; hint?: string | undefined }[] {
  const form = useForm()
  const say = useWords(FORM_WORDS)
  const told = form.problems(path)
  if (told.length > 0) return told
  // What is missing is told by the caller, when it is time: not while somebody writes.
  if (value === undefined || value === '') return []
  return faultsOf(schema, value, { root: form.root, path })
    .filter((fault) => fault.path.length === path.length && fault.code !== 'missing')
    .map((fault) => ({ title: say.fault(fault) }))
}

/** A label, a control, its hint and what is wrong with it; `group`: the control is several. */
export function Frame({ spot, group = false, children }: { spot: Spot; group?: boolean; children: (ids: Ids) => ReactNode }) {
  const say = useWords(FORM_WORDS)
  const id = useId()
  const troubles = useTroubles(spot)
  const described = [spot.hint && `${id}-hint`, troubles.length > 0 && `${id}-wrong`].filter(Boolean).join(' ') || undefined
  const label = (
    <>
      {spot.label} {!spot.required && spot.standard === undefined && <span className="ml-0.5 font-normal text-ink-3">{say.optional}</span>}
    </>
  )
  const ids: Ids = { id, 'aria-invalid': troubles.length > 0 ? true : undefined, 'aria-describedby': described }
  const below = (
    <>
      {spot.hint && (
        <p id={`${id}-hint`} className="text-meta text-ink-3">
          {spot.hint}
        </p>
      )}
      <Troubles id={`${id}-wrong`} troubles={troubles} />
    </>
  )
  if (group)
    return (
      <fieldset className="flex min-w-0 flex-col gap-1" aria-describedby={described}>
        <legend className="mb-1 text-dense font-medium">{label}</legend>
        {children(ids)}
        {below}
      </fieldset>
    )
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-dense font-medium">
        {label}
      </label>
      {children(ids)}
      {below}
    </div>
  )
}

export function Troubles({ id, troubles }: { id?: string; troubles: readonly { title: string; hint?: string | undefined }[] }) {
  if (troubles.length === 0) return null
  return (
    <div id={id} className="flex flex-col gap-0.5 text-dense text-bad">
      {troubles.map(({ title, hint }) => (
        <p key={title} className="wrap-anywhere">
          {title}
          {hint && <span className="text-ink-2"> {hint}</span>}
        </p>
      ))}
    </div>
  )
}
