import { lanes } from '../lanes.ts'
import type { Person } from '../person.ts'
import { isMarketing, waysOf } from '../sends.ts'
import type { Step } from '../steps.ts'
import type { Range } from './plan.ts'

/** A message that somebody gets if nothing else happens. */
export interface Ahead {
  readonly journey: string
  readonly kind: 'date' | 'wait'
  /** Epoch ms. */
  readonly at: number
  readonly channels: readonly string[]
}

/** What is known of a journey: its steps, and by which channels it sends first once a step is left; [] where it sends nothing. */
export interface Route {
  readonly first: readonly string[]
  after(step: string): readonly string[]
}

/** By which channels a list of steps sends next, before anybody has to wait again; of branches the first that sends. */
function firstSend(steps: readonly Step[]): readonly string[] | undefined {
  for (const step of steps) {
    const channels = [...new Set(waysOf(step).map(({ channel }) => channel))]
    if (channels.length > 0) return isMarketing(step) ? channels : []
    if (step.kind === 'wait' || step.kind === 'waitFor' || step.kind === 'hold' || step.kind === 'exit') return []
    for (const lane of lanes(step)) {
      const inside = firstSend(lane.steps)
      if (inside && inside.length > 0) return inside
    }
  }
  return undefined
}

export function routeOf(steps: readonly Step[]): Route {
  const after = new Map<string, readonly string[]>()
  const walk = (list: readonly Step[], below: readonly string[]): void => {
    for (const [i, step] of list.entries()) {
      const next = firstSend(list.slice(i + 1)) ?? below
      // Who stands on a message waits for room or for the morning: then it goes.
      const own = waysOf(step).map(({ channel }) => channel)
      after.set(step.id, own.length > 0 && isMarketing(step) ? [...new Set(own)] : next)
      for (const lane of lanes(step)) walk(lane.steps, next)
    }
  }
  walk(steps, [])
  return { first: firstSend(steps) ?? [], after: (step) => after.get(step) ?? [] }
}

/** What a person's own appointments and waits come to within a stretch of time, if they stay as they are. */
export function aheadOf({ journeys }: Pick<Person, 'journeys'>, routes: ReadonlyMap<string, Route>, { from, to }: Range): Ahead[] {
  const inRange = (at: number | null): at is number => at !== null && at >= from && at < to
  const dates = Object.entries(journeys.appointments ?? {}).flatMap(([journey, { waiting }]) => {
    const channels = routes.get(journey)?.first ?? []
    if (channels.length === 0) return []
    return waiting.filter(({ due }) => inRange(due)).map(({ due }): Ahead => ({ journey, kind: 'date', at: due, channels }))
  })
  const waits = journeys.enrollments.flatMap(({ journey, step, due }): Ahead[] => {
    const channels = inRange(due) ? (routes.get(journey)?.after(step) ?? []) : []
    return channels.length > 0 ? [{ journey, kind: 'wait', at: due!, channels }] : []
  })
  return [...dates, ...waits]
}
