import { channelWord } from '#channels/words.ts'
import { LANGUAGES, type Language } from '#lib/language.ts'
import { detail, lanes, places, title } from './lanes.ts'
import type { Step } from './steps.ts'

const languages = Object.keys(LANGUAGES) as readonly Language[]

/** Lists of steps are found in the steps themselves. */
const LISTS: ReadonlySet<string> = new Set(['steps', 'then', 'otherwise', 'fallback'])

/** Every text in a step that is its own: names, templates, events, segments, conditions; not those of the steps inside it. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number') return [String(value)]
  if (Array.isArray(value)) return value.flatMap(textsOf)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => (LISTS.has(name) && Array.isArray(inner) ? [] : [name, ...textsOf(inner)]))
}

/** What the screens say of a step, in each language: whoever looks for it types what stands there. */
function saidOf(step: Step): string[] {
  return languages.flatMap((language) => [
    title(step, language),
    detail(step, language),
    'template' in step ? channelWord(step.kind, language) : '',
    ...lanes(step, language).map(({ label }) => label),
  ])
}

/** Ids of the steps in which every word of the text stands, in the order in which they are written. */
export function findSteps(steps: readonly Step[], text: string): readonly string[] {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return []
  return places(steps).flatMap(({ step }) => {
    const hay = [...saidOf(step), ...textsOf(step)].join(' ').toLowerCase()
    return wanted.every((word) => hay.includes(word)) ? [step.id] : []
  })
}
