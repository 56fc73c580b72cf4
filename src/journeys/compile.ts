import type { EventRecord } from '#events/schema.ts'
import { milliseconds } from '#lib/duration.ts'
import type { Json } from '#lib/json.ts'
import { type Outcome, refuse } from '#lib/problem.ts'
import type { Aggregate } from '#segments/condition/aggregate.ts'
import type { Scope } from '#segments/condition/scope.ts'
import { type RunAggregates, runAggregates } from '#segments/run-windows.ts'
import { awaitedBy } from './awaited.ts'
import { condition, eventPath, gathering, keyText, runPath, Unreadable } from './conditions.ts'
import type { Enrollment } from './enrollment.ts'
import { type CompiledEntry, compileEntry } from './entries/compile.ts'
import { entriesOf } from './entries/schema.ts'
import { lanes, places } from './lanes.ts'
import type { Node, Place } from './node.ts'
import { firstMessage } from './nodes/choose.ts'
import { prepare } from './nodes/registry.ts'
import type { Reason } from './reasons.ts'
import type { Journey } from './schema.ts'
import { isMarketing } from './sends.ts'
import type { Step } from './steps.ts'

type Run = Pick<Enrollment, 'key' | 'entry'>

export interface CompiledExit {
  readonly where: ((scope: Scope) => boolean) | null
  /** The event must name the run by a key. */
  readonly keyed: boolean
  matches(record: EventRecord, run: Run): boolean
  /** The key of the runs that it ends, where nothing but the key says which; null: more does. */
  readonly keyOf: ((record: EventRecord) => string | undefined) | null
  readonly reason: Reason
}

export interface CompiledGoal {
  readonly event: string
  readonly where: ((scope: Scope) => boolean) | null
  /** Milliseconds after the entry event. */
  readonly within: number
  /** The condition asks for the entry event, so it must outlive the run. */
  readonly needsEntry: boolean
  value(record: EventRecord): number
}

/** A journey as a flat program: what follows each step is known, conditions are functions. */
export interface CompiledJourney {
  readonly id: string
  readonly version: number
  readonly source: Journey
  /** Null: a journey without steps. */
  readonly first: string | null
  readonly nodes: ReadonlyMap<string, Node>
  /** Moves after which a run has come to rest, whatever happens. */
  readonly mostMoves: number
  /** Some step of it sends a marketing message. */
  readonly marketing: boolean
  /** The ways in, in the order of the document. */
  readonly entries: readonly CompiledEntry[]
  /** What its conditions ask for that is kept of each person. */
  readonly aggregates: readonly Aggregate[]
  /** What they ask of the events that a run has heard (`in run`, `in step`). */
  readonly ofRun: RunAggregates
  /** By event name. */
  readonly exits: ReadonlyMap<string, readonly CompiledExit[]>
  readonly goal: CompiledGoal
  /** Events that some step of it waits for. */
  readonly awaited: readonly string[]
  /** Share in [0, 1]. */
  readonly holdout: number
  /** 0–100: who gets the last slot of a cap. */
  readonly priority: number
  /** Expected margin of one message; 0 when nobody said. */
  readonly value: number
  readonly valueBy: Journey['valueBy']
  /** What options of choices cost, by the message that brings them. */
  readonly offers: ReadonlyMap<string, number>
}

/** The program of one version, or the problem of the first condition that cannot be read (`check` finds it before publishing). */
export function compile(journey: Journey, version: number): Outcome<CompiledJourney> {
  try {
    const { value, aggregates, ofRun } = gathering(() => compiled(journey, version))
    return { ...value, aggregates, ofRun: runAggregates(ofRun) }
  } catch (error) {
    if (error instanceof Unreadable) return refuse(error.problem)
    throw error
  }
}

function compiled(journey: Journey, version: number): Omit<CompiledJourney, 'aggregates' | 'ofRun'> {
  const program: Program = { nodes: new Map(), exits: journey.default?.otherwise === 'exit' }
  const mostMoves = lay(journey.steps, { next: null, rounds: 1 }, program) + 1
  return {
    id: journey.id,
    version,
    source: journey,
    first: journey.steps[0]?.id ?? null,
    nodes: program.nodes,
    mostMoves,
    marketing: places(journey.steps).some(({ step }) => isMarketing(step)),
    entries: entriesOf(journey).map((entry) => compileEntry(entry, journey.id)),
    exits: compileExits(journey.exit),
    goal: compileGoal(journey.goal),
    awaited: places(journey.steps).flatMap(({ step }) => (step.kind === 'waitFor' ? awaitedBy(step).map(({ event }) => event) : [])),
    holdout: share(journey.holdout),
    priority: journey.priority,
    value: journey.value ?? 0,
    valueBy: journey.valueBy,
    offers: offersIn(journey.steps),
  }
}

const offersIn = (steps: readonly Step[]): ReadonlyMap<string, number> =>
  new Map(places(steps).flatMap(({ step }) => (step.kind === 'choose' ? step.options.flatMap(offerOf) : [])))

function offerOf({
  cost = 0,
  steps,
}: {
  readonly cost?: number | undefined
  readonly steps: readonly Step[]
}): (readonly [string, number])[] {
  const message = cost > 0 ? firstMessage(steps) : null
  return message ? [[message.id, cost]] : []
}

/** `10%` → 0.1. */
export const share = (text: string): number => Number(text.slice(0, -1)) / 100

interface Program {
  readonly nodes: Map<string, Node>
  /** A step that fails and says nothing else ends the run. */
  readonly exits: boolean
}

/** Where the flow goes on after a list of steps, and how often it can be gone through in one run. */
interface Below {
  readonly next: string | null
  readonly rounds: number
}

/** Lays a list of steps into the program; returns the most moves that they can make. */
function lay(steps: readonly Step[], below: Below, program: Program): number {
  let moves = 0
  steps.forEach((step, i) => {
    const next = steps[i + 1]?.id ?? below.next
    if (program.nodes.has(step.id))
      throw new Unreadable({ code: 'journey.step.repeated', status: 422, title: `Two steps are called ${step.id}` })
    program.nodes.set(step.id, prepare(step, placeOf(next, program)))
    const rounds = step.kind === 'repeat' ? below.rounds * step.times : below.rounds
    moves += below.rounds + (step.kind === 'repeat' ? rounds : 0)
    // The last step inside a repeat leads back to it.
    for (const lane of lanes(step)) moves += lay(lane.steps, { next: step.kind === 'repeat' ? step.id : next, rounds }, program)
  })
  return moves
}

function placeOf(next: string | null, { exits }: Program): Place {
  const into = (steps: readonly Step[] | undefined): string | null => steps?.[0]?.id ?? next
  return {
    next,
    into,
    instead: (steps, reason) => (steps === undefined && exits ? { kind: 'exit', reason } : { kind: 'go', to: into(steps), reason }),
  }
}

const optional = (where: string | undefined) => (where === undefined ? null : condition(where))

function compileExits(exits: Journey['exit']): ReadonlyMap<string, readonly CompiledExit[]> {
  const compiled = exits.map(({ event, where, match, reason }) => {
    const pairs = Object.entries(match ?? {}).map(([theirs, ours]) => ({ theirs: eventPath(theirs), ours: runPath(ours) }))
    const exit: CompiledExit = {
      where: optional(where),
      keyed: pairs.length > 0,
      matches: (record, run) => pairs.every(({ theirs, ours }) => sameKey(theirs(record), ours(run))),
      keyOf: where === undefined ? onlyKey(match) : null,
      reason: `exit_condition:${reason ?? event}`,
    }
    return { event, exit }
  })
  return new Map(
    Object.entries(Object.groupBy(compiled, ({ event }) => event)).map(([event, list]) => [event, list!.map(({ exit }) => exit)]),
  )
}

function onlyKey(match: Journey['exit'][number]['match']): CompiledExit['keyOf'] {
  const [[theirs, ours] = ['', ''], ...more] = Object.entries(match ?? {})
  if (ours !== 'entry.key' || more.length > 0) return null
  const read = eventPath(theirs)
  return (record) => keyText(read(record))
}

/** Equal as keys: the number 7 and the text "7" name the same cart; nothing equals what is missing. */
function sameKey(a: Json | undefined, b: Json | undefined): boolean {
  const key = keyText(a)
  return key !== undefined && key === keyText(b)
}

function compileGoal({ event, where, within, value, worth = 0 }: Journey['goal']): CompiledGoal {
  const read = value === undefined ? undefined : eventPath(value.startsWith('properties.') ? value : `properties.${value}`)
  return {
    event,
    where: optional(where),
    within: milliseconds(within)!,
    // The key is kept anyway; a mere mention of the word in a text only keeps a little more.
    needsEntry: where !== undefined && /\bentry\.(?!key\b)/.test(where),
    value(record) {
      const told = read?.(record)
      return typeof told === 'number' ? told : worth
    },
  }
}
