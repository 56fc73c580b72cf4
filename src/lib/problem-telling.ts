import type { Problem } from './problem.ts'
import type { Telling } from './telling.ts'

/** Title and hint of a problem in another language; `…` in quotes takes the next name that stands in quotes in the English title. */
export type ToldProblem = readonly [title: string, hint?: string]

interface Catalogue {
  readonly problems: Readonly<Record<string, ToldProblem>>
  readonly tell: Telling
}

const PLACE = /„…“/g

/** A problem by a catalogue. What neither its code nor a sentence of the catalogue knows stays English. */
export function problemBy<P extends Problem>(problem: P, catalogue: Catalogue): P {
  const told = Object.hasOwn(catalogue.problems, problem.code) ? catalogue.problems[problem.code] : undefined
  const own = told && filled(told[0], problem.title)
  const said = (text: string): string => catalogue.tell(text) ?? text
  return {
    ...problem,
    ...(Array.isArray(problem.problems) && { problems: problem.problems.map((part) => problemBy(part, catalogue)) }),
    title: own ?? said(problem.title),
    ...(problem.detail !== undefined && { detail: said(problem.detail) }),
    ...(problem.hint !== undefined && { hint: (own === undefined ? undefined : told?.[1]) ?? said(problem.hint) }),
  }
}

/** The title with the names of the English one; undefined when it has fewer. */
function filled(title: string, english: string): string | undefined {
  const names = Array.from(english.matchAll(/[“"]([^”"]*)[”"]/g), ([, name]) => name ?? '')
  if ((title.match(PLACE) ?? []).length > names.length) return undefined
  return title.replace(PLACE, () => `„${names.shift()}“`)
}
