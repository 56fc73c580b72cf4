import { canonical, type Json } from '#lib/json.ts'
import { type JourneyBody, shallow, standings } from './edit/body.ts'
import { type StepChange, stepChanges } from './step-changes.ts'

/** One difference of two versions, by the step's id; `@entry` is everything beside the steps. */
export interface VersionChange {
  readonly step: string
  readonly kind: string
  readonly change: StepChange
  /** It stands elsewhere. */
  readonly moved: boolean
  /** Fields that are not the same; undefined: not there. */
  readonly fields: readonly { readonly name: string; readonly before: Json | undefined; readonly after: Json | undefined }[]
}

type Fields = Readonly<Record<string, Json | undefined>>

/** What became different between two versions, in the order of the later one, what was removed last. */
export function versionDiff(before: JourneyBody, after: JourneyBody): readonly VersionChange[] {
  const [was, is] = [partsOf(before), partsOf(after)]
  return [...stepChanges(before, after)].map(([step, change]) => {
    const [old, now] = [was.get(step), is.get(step)]
    return {
      step,
      kind: String((now ?? old)?.fields['kind'] ?? ''),
      change,
      moved: change === 'changed' && old?.place !== now?.place,
      fields: change === 'changed' ? differing(old?.fields ?? {}, now?.fields ?? {}) : [],
    }
  })
}

function partsOf(body: JourneyBody): ReadonlyMap<string, { readonly place: string; readonly fields: Fields }> {
  const { steps: _steps, ...rest } = body as unknown as Record<string, Json>
  return new Map<string, { readonly place: string; readonly fields: Fields }>([
    ['@entry', { place: '', fields: rest }],
    ...standings(body).map(
      ({ step, list }) => [step.id, { place: `${list.step ?? ''}/${list.lane}`, fields: shallow(step) as unknown as Fields }] as const,
    ),
  ])
}

const textOf = (value: Json | undefined): string => (value === undefined ? '' : canonical(value))

const differing = (old: Fields, now: Fields): VersionChange['fields'] =>
  [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((name) => textOf(old[name]) !== textOf(now[name]))
    .map((name) => ({ name, before: old[name], after: now[name] }))

/** How much of what kind, for one line that says what changed. */
export const tally = (changes: readonly VersionChange[]): Readonly<Record<StepChange, number>> => ({
  added: changes.filter(({ change }) => change === 'added').length,
  removed: changes.filter(({ change }) => change === 'removed').length,
  changed: changes.filter(({ change }) => change === 'changed').length,
})
