import { canonical, type Json } from '#lib/json.ts'
import { type Outcome, type Problem, refuse } from '#lib/problem.ts'
import type { InFlight } from '#workspaces/documents/in-flight.ts'
import type { CompiledJourney } from './compile.ts'
import type { Definitions } from './definitions.ts'
import type { Enrollment } from './enrollment.ts'
import { catchUp } from './in-flight.ts'
import { targetOf, unmapped } from './in-flight-place.ts'
import { lanes } from './lanes.ts'
import type { Person } from './person.ts'
import type { Step } from './steps.ts'
import { begin, type Turn } from './turn.ts'

/** A preview as its token names it: what was looked at, and who stood where. */
export interface Impact {
  /** SHA-256 of the body that is to be published. */
  readonly hash: string
  /** Live version that it is to replace; null when there is none. */
  readonly live: number | null
  readonly inFlight: InFlight
  /** People by `version step`. */
  readonly people: Readonly<Record<string, number>>
  /** Epoch ms. */
  readonly at: number
}

/** A preview is good for this long (ms). */
export const IMPACT_LASTS = 15 * 60_000
/** It is stale when more people than this have moved, and more than this share of them. */
const MOVED_PEOPLE = 10
const MOVED_SHARE = 0.1

/** Why a preview does not allow this publish any more; undefined: it does. */
export function staleness(seen: Impact, now: Impact): Problem | undefined {
  if (seen.hash !== now.hash) return stale('The journey was changed since the preview.')
  if (seen.live !== now.live) return stale('Another version was published since the preview.')
  if (canonical(seen.inFlight as unknown as Json) !== canonical(now.inFlight as unknown as Json))
    return stale('The preview was made for another choice of what happens to people inside.')
  if (now.at - seen.at > IMPACT_LASTS) return stale('The preview is older than 15 minutes.')
  const places = [...new Set([...Object.keys(seen.people), ...Object.keys(now.people)])]
  const moved = places.reduce((sum, place) => sum + Math.max(0, (now.people[place] ?? 0) - (seen.people[place] ?? 0)), 0)
  const gone = places.reduce((sum, place) => sum + Math.max(0, (seen.people[place] ?? 0) - (now.people[place] ?? 0)), 0)
  const most = Math.max(moved, gone)
  const total = places.reduce((sum, place) => sum + (seen.people[place] ?? 0), 0)
  if (most > MOVED_PEOPLE && most > total * MOVED_SHARE) return stale(`${most} people have moved since the preview was made.`)
  return undefined
}

const stale = (detail: string): Problem => ({
  code: 'journey.impact.stale',
  status: 409,
  title: 'The preview is not what would happen now.',
  detail,
  hint: 'Look at the preview again, then publish with it.',
})

/** What stands in the way of taking people along: steps without a place in the new version, and names that no version knows. */
export function faults(inFlight: InFlight, { from, to }: { from: readonly CompiledJourney[]; to: CompiledJourney }): Problem[] {
  if (inFlight.kind === 'pin') return []
  const open = [...new Set(from.flatMap((version) => unmapped({ from: version, to, inFlight })))]
  const map = inFlight.kind === 'migrate' ? Object.entries(inFlight.map) : []
  return [
    ...open.map((step) => ({
      code: 'journey.in_flight.unmapped',
      status: 422,
      title: `People may stand on the step ${step}, which the new version does not have`,
      hint: 'Say with “migrate” on which step they go on, or that they leave; or let them finish on their version with “pin”.',
    })),
    ...map.flatMap(([step, target]) => [
      ...(from.some((version) => version.nodes.has(step)) ? [] : [unknownStep(step, 'no version that people are in has it')]),
      ...(target === null || to.nodes.has(target) ? [] : [unknownStep(target, 'the new version does not have it')]),
    ]),
  ]
}

const unknownStep = (step: string, why: string): Problem => ({
  code: 'journey.in_flight.step',
  status: 422,
  title: `There is no step ${step}`,
  detail: why,
})

/** The definitions as they would be with the next version of a journey. */
export function withNext(definitions: Definitions, next: CompiledJourney, inFlight: InFlight): Definitions {
  const before = definitions.edits.get(next.id) ?? []
  const edits = inFlight.kind === 'pin' ? before : [...before, { version: next.version, inFlight }]
  return {
    ...definitions,
    edits: edits.length === 0 ? definitions.edits : new Map([...definitions.edits, [next.id, edits]]),
    // While the journey is paused nobody moves: the preview shows what follows when it runs again.
    modes: new Map([...definitions.modes].filter(([id]) => id !== next.id)),
    version: (id, version) => (id === next.id && version === next.version ? next : definitions.version(id, version)),
  }
}

/** What the publish makes of one person: by what they do at that moment, not what comes after. */
export type Fate =
  | { readonly kind: 'stays' }
  | { readonly kind: 'follows' }
  | { readonly kind: 'waits'; readonly until: number }
  | { readonly kind: 'goes_on'; readonly to: string }
  | { readonly kind: 'gets'; readonly to: string; readonly what: string }
  | { readonly kind: 'leaves' }
  | { readonly kind: 'finishes' }

/** The fate of a run of this person if the definitions came into force now; undefined when there is no such run any more. */
export function fateOf(person: Person, run: Enrollment, { definitions, now }: { definitions: Definitions; now: number }): Fate {
  const turn: Turn = begin(person, { definitions, now, position: { partition: 0, seq: 0 } }, 'preview')
  catchUp(turn)
  const after = turn.person.journeys.enrollments.find(({ id }) => id === run.id)
  const message = turn.effects.find(({ payload }) => payload['enrollment_id'] === run.id)
  if (message) {
    const { payload, channel } = message
    const what = payload['template'] ?? payload['url'] ?? channel
    return { kind: 'gets', to: String(payload['step_id']), what: typeof what === 'string' ? what : channel }
  }
  if (!after)
    return {
      kind: turn.facts.some((fact) => fact.table === 'transitions' && fact.row.reason.startsWith('version_exit')) ? 'leaves' : 'finishes',
    }
  if (after.version === run.version) return { kind: 'stays' }
  if (turn.facts.some((fact) => fact.table === 'transitions' && fact.row.kind === 'moved')) return { kind: 'goes_on', to: after.step }
  if (after.due !== run.due && after.due !== null) return { kind: 'waits', until: after.due }
  return { kind: 'follows' }
}

/** People who stand on a step of a version: how many, and some of them. */
export interface Group {
  readonly version: number
  readonly step: string
  readonly people: number
  readonly sample: readonly Person[]
}

/** What would happen to the people of a group. `people` are scaled up from those that were looked at. */
export interface Consequence {
  readonly kind: Fate['kind']
  readonly people: number
  /** Step that they come to, message that they get; '' where there is none. */
  readonly to: string
  readonly what: string
  /** Of those who wait: the earliest and the latest moment (epoch ms). */
  readonly from: number | null
  readonly until: number | null
}

export interface GroupImpact {
  readonly version: number
  readonly step: string
  readonly people: number
  /** Where they stand afterwards; null: they leave; undefined: where they are. */
  readonly target: string | null | undefined
  /** How many of them were looked at. */
  readonly looked: number
  readonly consequences: readonly Consequence[]
}

interface Preview {
  /** With the new version. */
  readonly definitions: Definitions
  readonly next: CompiledJourney
  readonly inFlight: InFlight
  readonly now: number
}

export function groupImpact({ version, step, people, sample }: Group, { definitions, next, inFlight, now }: Preview): GroupImpact {
  const runs = sample.flatMap((person) =>
    person.journeys.enrollments
      .filter((run) => run.journey === next.id && run.version === version && run.step === step)
      .map((run) => fateOf(person, run, { definitions, now })),
  )
  const kinds = Map.groupBy(runs, (fate) => [fate.kind, 'to' in fate ? fate.to : '', 'what' in fate ? fate.what : ''].join('\u0000'))
  const consequences = [...kinds.values()].map((fates): Consequence => {
    const one = fates[0]!
    const times = fates.flatMap((fate) => (fate.kind === 'waits' ? [fate.until] : []))
    return {
      kind: one.kind,
      people: Math.round((fates.length / runs.length) * people),
      to: 'to' in one ? one.to : '',
      what: 'what' in one ? one.what : '',
      from: times.length > 0 ? Math.min(...times) : null,
      until: times.length > 0 ? Math.max(...times) : null,
    }
  })
  consequences.sort((a, b) => b.people - a.people || (a.kind < b.kind ? -1 : 1))
  return { version, step, people, target: targetOf({ to: next, inFlight }, step), looked: runs.length, consequences }
}

/** The steps that somebody can come to from a step, itself left out. */
function ahead(journey: CompiledJourney): (step: string) => ReadonlySet<string> {
  const ways = new Map<string, string[]>()
  const walk = (steps: readonly Step[], below: string | null): void => {
    steps.forEach((step, i) => {
      const next = steps[i + 1]?.id ?? below
      const inner = lanes(step)
      const firsts = inner.map(({ steps: [first] }) => first?.id ?? next)
      ways.set(step.id, step.kind === 'exit' ? [] : [next, ...firsts].filter((id) => id !== null))
      for (const lane of inner) walk(lane.steps, step.kind === 'repeat' ? step.id : next)
    })
  }
  walk(journey.source.steps, null)
  return (step) => {
    const seen = new Set<string>()
    const todo = [...(ways.get(step) ?? [])]
    for (let one = todo.pop(); one !== undefined; one = todo.pop()) {
      if (seen.has(one)) continue
      seen.add(one)
      todo.push(...(ways.get(one) ?? []))
    }
    return seen
  }
}

/** Steps of the new version that nobody who is inside will come by: they stand behind all of them. */
export function outOfReach(
  groups: readonly GroupImpact[],
  { next, live }: { next: CompiledJourney; live: CompiledJourney | undefined },
): string[] {
  const reach = ahead(next)
  const reached = new Set(groups.flatMap(({ target }) => (typeof target === 'string' ? [target, ...reach(target)] : [])))
  if (reached.size === 0) return []
  return [...next.nodes.keys()].filter((step) => !live?.nodes.has(step) && !reached.has(step))
}

/** The key under which a place is counted. */
export const placeKey = ({ version, step }: { version: number; step: string }): string => `${version} ${step}`

/** Refuses what cannot be previewed at all. */
export const soundOr = <T>(problems: readonly Problem[], value: T): Outcome<T> =>
  problems.length === 0
    ? value
    : refuse({
        code: 'journey.in_flight.unsound',
        status: 422,
        title: 'People inside could not be taken along like this; nothing was changed.',
        problems,
      })
