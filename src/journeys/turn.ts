import type { Effect, Fact, Reaction, TransitionFact } from '#events/reaction.ts'
import type { EventRecord, KeyedRecord } from '#events/schema.ts'
import { scopeOf } from '#segments/condition/scope.ts'
import { runView } from '#segments/run-windows.ts'
import type { CompiledJourney } from './compile.ts'
import type { Definitions } from './definitions.ts'
import type { Enrollment } from './enrollment.ts'
import type { Standing } from './node.ts'
import type { Person } from './person.ts'
import type { Reason } from './reasons.ts'
import { sourcesOf } from './sources.ts'

/** Two devices may disagree on the time by this much (ms), after the correction of their clocks. */
export const CLOCK_DOUBT = 5 * 60_000

/** What reacting is told besides the record. */
export interface Context {
  readonly definitions: Definitions
  /** Log time of the record, or the tick that timers fire by (epoch ms). */
  readonly now: number
  readonly position: { readonly partition: number; readonly seq: number }
}

/** What has followed so far from one record, for one person. It lives as long as one reaction; the parts of `person` are replaced, never changed. */
export interface Turn {
  readonly context: Context
  /** Message id of the record, `timer`, or `merge:<profile>`. */
  readonly cause: string
  person: Person
  readonly effects: Effect[]
  readonly cancels: string[]
  readonly facts: Fact[]
  readonly records: KeyedRecord[]
}

export const begin = (person: Person, context: Context, cause: string): Turn => ({
  context,
  cause,
  person,
  effects: [],
  cancels: [],
  facts: [],
  records: [],
})

export const outcome = ({ person, effects, cancels, facts, records }: Turn): Reaction<Person> => ({
  state: person,
  effects,
  cancels,
  facts,
  records,
})

export function setEnrollments(turn: Turn, enrollments: readonly Enrollment[]): void {
  turn.person = { ...turn.person, journeys: { ...turn.person.journeys, enrollments } }
}

/** The version that a run is on. */
export const journeyOf = (turn: Turn, run: Pick<Enrollment, 'journey' | 'version'>): CompiledJourney | undefined =>
  turn.context.definitions.version(run.journey, run.version)

/** The run as its step sees it. */
export function standing(turn: Turn, run: Enrollment): Standing {
  return standingOf(turn.person, turn.context.definitions, { run, now: turn.context.now })
}

/** The same of any person at any moment (epoch ms): what would be if they stood there. */
export function standingOf(person: Person, definitions: Definitions, { run, now }: { run: Enrollment; now: number }): Standing {
  const { profile, consent } = person
  return { run, person, profile, consent, definitions, now, scope: (event) => scopeIn({ person, definitions, now }, run, event) }
}

/** What a condition of a run may ask. */
export const runScope = (turn: Turn, run: Run, event?: EventRecord) => scopeIn({ person: turn.person, ...turn.context }, run, event)

type Run = Pick<Enrollment, 'journey' | 'version' | 'key'> & Partial<Pick<Enrollment, 'entry' | 'context' | 'windows'>>

interface Moment {
  readonly person: Person
  readonly definitions: Definitions
  readonly now: number
}

function scopeIn(moment: Moment, run: Run, event?: EventRecord) {
  const sources = asked(moment)
  const { definitions, now } = moment
  const of = definitions.version(run.journey, run.version)?.ofRun
  return scopeOf({
    ...sources,
    window: (id) => (of && runView(run.windows, id, { of, now })) ?? sources.window?.(id),
    event: event && { name: event.name, at: event.at, properties: event.props },
    entry: { ...(run.entry ?? NO_ENTRY), key: run.key },
    run: run.context,
  })
}
const NO_ENTRY = { name: '', at: 0, properties: {} }

/** What a value may ask of a person where there is neither a run nor an event. */
export const personScope = (turn: Turn) => scopeOf(asked({ person: turn.person, ...turn.context }))

const asked = ({ person, definitions: { catalogue }, now }: Moment) => sourcesOf(person, catalogue.current, { catalogue, now })

/** What an entry condition may ask: there is no run yet. */
export function entryScope(turn: Turn, event: EventRecord) {
  const moment = { name: event.name, at: event.at, properties: event.props }
  return scopeOf({ ...asked({ person: turn.person, ...turn.context }), event: moment })
}

interface Told {
  readonly kind: TransitionFact['kind']
  readonly reason: Reason
  readonly from?: string
  readonly to?: string
  readonly arm?: TransitionFact['arm']
  readonly value?: number
}

/** Notes one move of a run, or a refusal, as a fact. */
export function tell(turn: Turn, run: { readonly id: string; readonly journey: string; readonly version: number }, told: Told): void {
  const { context, person } = turn
  turn.facts.push({
    table: 'transitions',
    row: {
      workspace_id: context.definitions.workspace,
      profile_id: person.profile.id,
      journey_id: run.journey,
      version: run.version,
      enrollment_id: run.id,
      kind: told.kind,
      from_step: told.from ?? '',
      to_step: told.to ?? '',
      reason: told.reason,
      arm: told.arm ?? 'treated',
      value: told.value ?? 0,
      at: context.now,
      cause: turn.cause,
    },
  })
}
