import type { PlacedFact } from '#app/ports.ts'
import type { Permit } from '#consent/schema.ts'
import type { DecisionRecord } from '#decisions/record.ts'
import { type ModelInForce, modelsOf } from '#decisions/snapshot.ts'
import type { DecisionFact } from '#events/reaction.ts'
import type { KeyedRecord } from '#events/schema.ts'
import { type CompiledJourney, compile } from '#journeys/compile.ts'
import type { Definitions } from '#journeys/definitions.ts'
import type { Enrollment } from '#journeys/enrollment.ts'
import type { Person } from '#journeys/person.ts'
import { nextDue } from '#journeys/react.ts'
import { isRefusal } from '#lib/problem.ts'
import type { KeyedWrite } from '#platform/keyed-state.ts'
import type { Bug } from './bugs.ts'
import { advice, SHARES } from './intelligence.ts'
import type { ModelTables } from './models.ts'
import type { Registry } from './registry.ts'
import { asJsonb } from './tables.ts'

/** How a planted bug spoils what is stored of a person; without one it is stored as it is. */
export function spoiled(bug: Bug | null, person: Person, before: Person | undefined): Person {
  const { sends } = person.contacts
  switch (bug) {
    case 'cap-not-reserved':
      return { ...person, contacts: { sends: sends.filter(({ status }) => status !== 'reserved') } }
    case 'cap-not-released':
      return { ...person, contacts: { sends: sends.map((each) => (each.status === 'released' ? { ...each, status: 'reserved' } : each)) } }
    case 'delta-told-twice':
      return { ...person, segments: { ...person.segments, holds: {} } }
    case 'occurrence-forgotten': {
      const appointments = Object.entries(person.journeys.appointments ?? {}).map(([id, each]) => [id, { ...each, done: [] }])
      return { ...person, journeys: { ...person.journeys, appointments: Object.fromEntries(appointments) } }
    }
    case 'follow-restarts-wait':
      return withRuns(person, before, (run, old) => (run.due === null || run.step !== old.step ? run : { ...run, due: run.due + 4_000 }))
    case 'pause-forgotten': {
      const { paused: _paused, ...consent } = person.consent
      return { ...person, consent }
    }
    case 'unconfirmed-counts':
      return withPermits(person, (permit) => (permit.status === 'pending' ? { ...permit, status: 'granted' } : permit))
    case 'section-without-models':
      return person.decisions ? person : { ...person, decisions: { since: 0 } }
    case 'score-not-refreshed': {
      const scores = { ...person.segments.scores, ...before?.segments.scores }
      return { ...person, segments: { ...person.segments, scores } }
    }
    case 'hysteresis-lost': {
      const { decisions } = person
      if (!decisions?.models) return person
      const models = Object.entries(decisions.models).map(([id, { above: _above, ...kept }]) => [id, kept] as const)
      return { ...person, decisions: { ...decisions, models: Object.fromEntries(models) } }
    }
    case 'hour-forgotten':
      return withMoved(person, before, (run, old) =>
        run.step === 'digest' && old.step !== 'digest' && run.due !== null ? { ...run, due: run.since + 1 } : run,
      )
    case 'arm-forgotten': {
      const { assigned: _assigned, ...rest } = person
      return rest
    }
    case 'migrate-strands':
      return withRuns(person, before, (run, old) => (old.step === 'rest' || old.step === 'repose' ? { ...run, step: old.step } : run))
    default:
      return person
  }
}

/** Changes runs that have come into another version. */
function withRuns(person: Person, before: Person | undefined, change: (run: Enrollment, old: Enrollment) => Enrollment): Person {
  return withMoved(person, before, (run, old) => (old.version !== run.version ? change(run, old) : run))
}

/** Changes runs that were there before. */
function withMoved(person: Person, before: Person | undefined, change: (run: Enrollment, old: Enrollment) => Enrollment): Person {
  const { journeys } = person
  const enrollments = journeys.enrollments.map((run) => {
    const old = before?.journeys.enrollments.find(({ id }) => id === run.id)
    return old ? change(run, old) : run
  })
  return { ...person, journeys: { ...journeys, enrollments } }
}

function withPermits(person: Person, change: (permit: Permit) => Permit): Person {
  const permits = Object.entries(person.consent.permits).map(([key, permit]) => [key, change(permit)])
  return { ...person, consent: { ...person.consent, permits: Object.fromEntries(permits) } }
}

/** The index of timers of somebody whose permissions have none. */
function dueWithout({ consent: { due: _due, ...consent }, ...person }: Person): number | null {
  return nextDue({ ...person, consent })
}

const dueOf = nextDue

/** When the person's next timer is due, as the index of timers has it (epoch ms). */
export function indexed(bug: Bug | null, { state, nextDue }: KeyedWrite<Person>, before: Person | undefined): number | null {
  if (bug === 'consent-timer-lost' || bug === 'expiry-ignored-at-handover') return dueWithout(state)
  if (bug === 'hour-forgotten') return dueOf(spoiled(bug, state, before))
  if (bug !== 'window-timer-lost') return nextDue
  const dues = state.journeys.enrollments.flatMap(({ due }) => due ?? [])
  return dues.length > 0 ? Math.min(...dues) : null
}

/** A record as it is put on the log. */
export function carried(bug: Bug | null, record: KeyedRecord): KeyedRecord {
  if (record.kind !== 'absorb' || record.state === null) return record
  const state = record.state as unknown as Person
  if (bug === 'merge-forgets-features') {
    const { decisions: _decisions, ...rest } = state
    return { ...record, state: asJsonb(rest) as typeof record.state }
  }
  if (bug === 'merge-forgets-arms') {
    const { assigned: _assigned, ...rest } = state
    return { ...record, state: asJsonb(rest) as typeof record.state }
  }
  if (bug === 'absorb-forgets-pending') {
    const permits = Object.entries(state.consent.permits).filter(([, { status }]) => status !== 'pending')
    return {
      ...record,
      state: asJsonb({ ...state, consent: { ...state.consent, permits: Object.fromEntries(permits) } }) as typeof record.state,
    }
  }
  if (bug !== 'merge-forgets-windows') return record
  return { ...record, state: asJsonb({ ...state, segments: { ...state.segments, windows: {} } }) as typeof record.state }
}

const AGAIN = 5_000
/** Facts as they are written down. */
export function toldAs(bug: Bug | null, facts: readonly PlacedFact[]): readonly PlacedFact[] {
  if (bug === 'decision-told-twice')
    return [...facts, ...facts.filter(({ fact }) => fact.table === 'decisions').map((placed) => ({ ...placed, ix: placed.ix + AGAIN }))]
  if (bug !== 'draw-told-as-sure' && bug !== 'rounded-propensities') return facts
  return facts.map((placed) => {
    const { fact } = placed
    return fact.table === 'decisions' && fact.row.record ? { ...placed, fact: { ...fact, row: decisionAs(bug, fact.row) } } : placed
  })
}

function decisionAs(bug: Bug, row: DecisionFact): DecisionFact {
  const record = JSON.parse(row.record!) as DecisionRecord
  switch (bug) {
    case 'draw-told-as-sure': {
      const candidates = record.candidates.map((each) => ({ ...each, propensity: each.arm === record.chosen ? 1 : 0 }))
      return { ...row, propensity: 1, record: JSON.stringify({ ...record, candidates, propensity: 1 }) }
    }
    default: {
      const rounded = (p: number): number => Math.round(p * 100) / 100
      const candidates = record.candidates.map((each) => ({ ...each, propensity: rounded(each.propensity) }))
      return {
        ...row,
        propensity: rounded(row.propensity),
        record: JSON.stringify({ ...record, candidates, propensity: rounded(record.propensity) }),
      }
    }
  }
}

const flawed = new WeakMap<Definitions, Definitions>()
/** What a worker goes by instead of what was published; without a bug of this kind the very same. */
export function misread(
  bug: Bug | null,
  definitions: Definitions,
  { models: tables, revision }: Pick<Registry, 'models' | 'revision'>,
): Definitions {
  switch (bug) {
    case 'snapshot-in-place':
      return { ...definitions, models: tables.inForceAt(revision) }
    case 'stale-model-asked':
      return withModels(definitions, (each) => ({ ...each, ...(each.snapshot && { snapshot: { ...each.snapshot, trainedTo: Infinity } }) }))
    case 'broken-takes-last':
      return withModels(definitions, (each) => lastReadable(each, tables))
    case 'control-forgotten':
      return withAdvice(definitions, () => program({ ...SHARES, control: 0 }))
    case 'holdout-forgotten':
      return withAdvice(definitions, () => program({ ...SHARES, holdout: 0 }))
    case 'choice-not-followed':
      return withAdvice(definitions, (journey) =>
        withNode(journey, 'nudge', (node) => ({ ...node, arrive: (at) => misled(node.arrive(at)) })),
      )
    case 'rights-not-asked-in-choice':
      return withAdvice(definitions, (journey) =>
        ['tip', 'ping', 'treat'].reduce((made, id) => withNode(made, id, (node) => ({ ...node, able: () => '' })), journey),
      )
    case 'arm-not-followed':
      return withoutArms(definitions)
    default:
      return definitions
  }
}

/** Every arm comes into every journey. */
function withoutArms(definitions: Definitions): Definitions {
  const known = flawed.get(definitions)
  if (known) return known
  const { experiments } = definitions
  const everywhere = [...experiments.onJourney].map(([journey, all]) => {
    const open = all.map((each) => {
      const arms = each.experiment.arms.map((arm) => ({ ...arm, enters: [journey] }))
      return { ...each, experiment: { ...each.experiment, arms } }
    })
    return [journey, open] as const
  })
  const made: Definitions = { ...definitions, experiments: { ...experiments, onJourney: new Map(everywhere) } }
  flawed.set(definitions, made)
  return made
}

type Node = CompiledJourney['nodes'] extends ReadonlyMap<string, infer N> ? N : never
type Move = ReturnType<Node['arrive']>

/** Those who were to get nothing go where the comparison group goes. */
function misled(move: Move): Move {
  return move.kind === 'go' && move.reason === 'held_out' ? { ...move, to: 'plain' } : move
}

const withNode = (journey: CompiledJourney, id: string, change: (node: Node) => Node): CompiledJourney => ({
  ...journey,
  nodes: new Map([...journey.nodes].map(([name, node]) => [name, name === id ? change(node) : node] as const)),
})

function program(shares: { control: number; holdout: number }): CompiledJourney {
  const compiled = compile(advice(shares), 1)
  if (isRefusal(compiled)) throw new Error(JSON.stringify(compiled.refused))
  return compiled
}

function withAdvice(definitions: Definitions, change: (journey: CompiledJourney) => CompiledJourney): Definitions {
  const known = flawed.get(definitions)
  if (known) return known
  const before = definitions.version('advice', 1)
  const after = before && change(before)
  const made: Definitions = { ...definitions, version: (id, version) => (id === 'advice' ? after : definitions.version(id, version)) }
  flawed.set(definitions, made)
  return made
}

function withModels(definitions: Definitions, change: (each: ModelInForce) => ModelInForce): Definitions {
  const known = flawed.get(definitions)
  if (known) return known
  const both = ({ candidate, ...each }: ModelInForce): ModelInForce => ({
    ...change(each),
    ...(candidate && { candidate: change(candidate) }),
  })
  const made: Definitions = { ...definitions, models: modelsOf([...definitions.models.byId.values()].map(both)) }
  flawed.set(definitions, made)
  return made
}

function lastReadable(each: ModelInForce, { snapshots }: ModelTables): ModelInForce {
  if (each.broken === undefined) return each
  const last = snapshots.findLast((row) => row.model === each.model.id && row.version === each.version && typeof row.read !== 'string')
  const { broken: _broken, ...rest } = each
  return last && typeof last.read !== 'string' ? { ...rest, snapshot: last.read } : each
}
