import { lanes, places } from '../lanes.ts'
import type { Step } from '../steps.ts'

/** Where the arrow keys lead from each step: along the program, not along what happens to be drawn. */
export interface Neighbours {
  readonly up: string
  readonly down: string
  readonly left: string
  readonly right: string
}

/** `@entry` stands before the first step and `@end` after the last. */
export function neighbours(steps: readonly Step[]): ReadonlyMap<string, Neighbours> {
  const map = new Map<string, Neighbours>()
  const first = steps[0]?.id ?? '@end'
  map.set('@entry', { up: '@entry', down: first, left: '@entry', right: '@entry' })
  link(steps, { above: '@entry', below: '@end', left: '', right: '' }, map)
  const last = steps.at(-1)?.id ?? '@entry'
  map.set('@end', { up: last, down: '@end', left: '@end', right: '@end' })
  return map
}

interface Around {
  readonly above: string
  readonly below: string
  readonly left: string
  readonly right: string
}

function link(steps: readonly Step[], around: Around, map: Map<string, Neighbours>): void {
  for (const [i, step] of steps.entries()) {
    const ways = lanes(step).filter((lane) => lane.steps.length > 0)
    const next = steps[i + 1]?.id ?? around.below
    map.set(step.id, {
      up: steps[i - 1]?.id ?? around.above,
      down: ways[0]?.steps[0]?.id ?? next,
      left: around.left || step.id,
      right: around.right || step.id,
    })
    for (const [n, lane] of ways.entries()) {
      link(
        lane.steps,
        { above: step.id, below: next, left: ways[n - 1]?.steps[0]?.id ?? around.left, right: ways[n + 1]?.steps[0]?.id ?? around.right },
        map,
      )
    }
  }
}

/** What is read out when a step gets the focus. */
export function spoken(steps: readonly Step[], id: string, name: string): string {
  if (id === '@entry') return `Entry: ${name}`
  if (id === '@end') return 'End of the journey'
  const all = places(steps)
  const at = all.findIndex((place) => place.step.id === id)
  const place = all[at]
  if (!place) return ''
  const ways = lanes(place.step).length
  return [name, `step ${at + 1} of ${all.length}`, ways > 0 ? `${ways} ways on` : '', place.lane ? `first step of “${place.lane}”` : '']
    .filter(Boolean)
    .join(', ')
}
