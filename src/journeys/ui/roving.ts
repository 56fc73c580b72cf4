import { language } from '#kit/words.ts'
import { lanes, places } from '../lanes.ts'
import { walked } from '../stages.ts'
import type { Step } from '../steps.ts'
import type { Say } from './studio-words.ts'

/** Where the arrow keys lead from each step: along the program, not along what happens to be drawn. */
export interface Neighbours {
  readonly up: string
  readonly down: string
  readonly left: string
  readonly right: string
}
type Folded = ReadonlySet<string>
const NONE: Folded = new Set()

/** `@entry` stands before the first step and `@end` after the last. What is folded away is passed over. */
export function neighbours(steps: readonly Step[], folded: Folded = NONE): ReadonlyMap<string, Neighbours> {
  const map = new Map<string, Neighbours>()
  const first = steps[0]?.id ?? '@end'
  map.set('@entry', { up: '@entry', down: first, left: '@entry', right: '@entry' })
  link(steps, { above: '@entry', below: '@end', left: '', right: '' }, { map, folded })
  const last = walked(steps, folded).at(-1)?.step.id ?? '@entry'
  map.set('@end', { up: last, down: '@end', left: '@end', right: '@end' })
  return map
}

interface Around {
  readonly above: string
  readonly below: string
  readonly left: string
  readonly right: string
}

function link(steps: readonly Step[], around: Around, walk: { readonly map: Map<string, Neighbours>; readonly folded: Folded }): void {
  const shown = walked(steps, walk.folded)
  for (const [i, { step, shut }] of shown.entries()) {
    const ways = shut || walk.folded.has(step.id) ? [] : lanes(step).filter((lane) => lane.steps.length > 0)
    const next = shown[i + 1]?.step.id ?? around.below
    walk.map.set(step.id, {
      up: shown[i - 1]?.step.id ?? around.above,
      down: ways[0]?.steps[0]?.id ?? next,
      left: around.left || step.id,
      right: around.right || step.id,
    })
    for (const [n, lane] of ways.entries()) {
      link(
        lane.steps,
        { above: step.id, below: next, left: ways[n - 1]?.steps[0]?.id ?? around.left, right: ways[n + 1]?.steps[0]?.id ?? around.right },
        walk,
      )
    }
  }
}

/** What else is told of a step when it gets the focus. */
export interface Told {
  readonly people?: number
  readonly problems?: number
  readonly selected?: number
}

/** What is read out when a step gets the focus. */
export function spoken(
  say: Say,
  { steps, id, name }: { readonly steps: readonly Step[]; readonly id: string; readonly name: string },
  told: Told = {},
): string {
  if (id === '@entry') return say.entryOf(name)
  if (id === '@end') return say.endOf
  const all = places(steps, language())
  const at = all.findIndex((place) => place.step.id === id)
  const place = all[at]
  if (!place) return ''
  const ways = lanes(place.step).length
  return [
    name,
    say.stepOf(at + 1, all.length),
    ways > 0 ? say.waysOn(ways) : '',
    place.lane ? say.firstOf(place.lane) : '',
    told.people ? say.peopleNow(told.people) : '',
    told.problems ? say.problems(told.problems) : '',
    told.selected && told.selected > 1 ? say.selected(told.selected) : '',
  ]
    .filter(Boolean)
    .join(', ')
}
