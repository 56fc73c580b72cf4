import {
  type Assignment,
  armOf,
  heldBy,
  hourArm,
  type Keeper,
  keptBack,
  mayEnter,
  type Subject,
  variantsFor,
} from '#decisions/experiments/assign.ts'
import { unitedAssignments, withFresh } from '#decisions/experiments/state.ts'
import type { EventRecord } from '#events/schema.ts'
import type { JsonObject } from '#lib/json.ts'
import { own } from '#lib/record.ts'
import type { Message, Standing } from './node.ts'
import type { Person } from './person.ts'
import type { Reason } from './reasons.ts'
import type { Turn } from './turn.ts'

/** A person as hold-outs and experiments ask about them. */
export const subjectFor = (person: Pick<Person, 'profile' | 'segments' | 'assigned'>): Subject => ({
  id: person.profile.id,
  assigned: person.assigned,
  inSegment: (id) => own(person.segments.holds, id) !== undefined,
})

export const reasonFor = ({ kind, id }: Keeper): Reason => (kind === 'holdout' ? `global_holdout:${id}` : `experiment_holdout:${id}`)
const KEPT_BACK = /^(global|experiment)_holdout:(.+)$/
/** Whether a message did not go because of a comparison: then the run goes on as if it had. */
export const isKeptBack = (reason: string): boolean => KEPT_BACK.test(reason)

/** Whether a comparison keeps a message back; `fresh`: arms that were asked about for the first time. */
export interface Kept {
  readonly reason: Reason | null
  readonly fresh: readonly Assignment[]
}
const FREE: Kept = { reason: null, fresh: [] }

/** Asked for each message that reaches somebody, right after permission and the rules of law, so that both arms hold who would be written to. */
export function keptBackAt({ definitions, person, now }: Standing, { lane, topic, contact }: Message): Kept {
  const { experiments } = definitions
  if (!experiments.exist || !contact) return FREE
  const { by, fresh } = keptBack(experiments, subjectFor(person), { message: { lane, topic, channel: contact.channel }, now })
  return { reason: by && reasonFor(by), fresh }
}

/** The hour that an experiment gives a step which has a best one. */
export function hourArmAt({ definitions, person, run, now }: Standing): ReturnType<typeof hourArm> {
  const { experiments } = definitions
  return experiments.onHour.size === 0 ? BEST : hourArm(experiments, subjectFor(person), { journey: run.journey, step: run.step, now })
}
const BEST: ReturnType<typeof hourArm> = { hour: 'best', fresh: [] }

/** The message with only those variants in its slots that the person's arm may show. */
export function variantsAt({ definitions, person, now }: Standing, message: Message): { message: Message; fresh: readonly Assignment[] } {
  const { template, slots } = message.payload
  const { experiments } = definitions
  if (experiments.onTemplate.size === 0 || typeof template !== 'string' || slots === undefined) return { message, fresh: [] }
  const eligible = slots as unknown as Readonly<Record<string, readonly string[]>>
  const { eligible: left, fresh } = variantsFor(experiments, subjectFor(person), { template, eligible, now })
  return { message: { ...message, payload: { ...message.payload, slots: left as unknown as JsonObject } }, fresh }
}

/** Why experiments on whole journeys do not let the person into one; null: they do. What was asked for the first time is noted. */
export function keptOut(turn: Turn, journey: string): Reason | null {
  const { definitions, now } = turn.context
  if (definitions.experiments.onJourney.size === 0) return null
  const { by, fresh } = mayEnter(definitions.experiments, subjectFor(turn.person), { journey, now })
  if (fresh.length > 0) noteAssigned(turn, fresh, { journey, step: '' })
  return by && `other_arm:${by.id}`
}

interface Place {
  readonly journey: string
  readonly step: string
}

/** Keeps arms in the person's state, and tells each once. */
export function noteAssigned(turn: Turn, fresh: readonly Assignment[], place: Place): void {
  const { definitions, now } = turn.context
  const assigned = withFresh(turn.person.assigned, fresh, { experiments: definitions.experiments, now })
  turn.person = { ...turn.person, assigned }
  tellAssigned(turn, fresh, place)
}

function tellAssigned(turn: Turn, all: readonly Assignment[], { journey, step }: Place): void {
  for (const { kind, id, version, period, unit, arm, isControl, share, crossed } of all)
    turn.facts.push({
      table: 'assignments',
      row: {
        workspace_id: turn.context.definitions.workspace,
        profile_id: turn.person.profile.id,
        kind,
        experiment: id,
        version,
        period,
        unit,
        arm,
        is_control: isControl ? 1 : 0,
        share,
        crossed: crossed ? 1 : 0,
        journey_id: journey,
        step_id: step,
        cause: turn.cause,
        at: turn.context.now,
      },
    })
}

const NOWHERE: Place = { journey: '', step: '' }

/** The state of a profile that became this one brings its arms along. */
export function uniteAssigned(turn: Turn, ours: Pick<Person, 'assigned'>, theirs: Pick<Person, 'assigned'>): void {
  if (!theirs.assigned) return
  const { assigned, crossed } = unitedAssignments(ours.assigned, theirs.assigned, turn.context.definitions.experiments)
  turn.person = { ...turn.person, ...(assigned && { assigned }) }
  tellAssigned(turn, crossed, NOWHERE)
}

/** A message that was queued before somebody was held out, and was kept back at hand-over: that is the moment at which their arm was asked about. */
export function hearKeptBack(turn: Turn, { name, props }: EventRecord): void {
  const { definitions, now } = turn.context
  if (!definitions.experiments.exist || name !== 'message.skipped' || typeof props['reason'] !== 'string') return
  const found = KEPT_BACK.exec(props['reason'])
  if (!found) return
  const [, kind, id] = found
  const subject = subjectFor(turn.person)
  const holdout = definitions.experiments.holdouts.find((each) => each.holdout.id === id)
  const experiment = definitions.experiments.onSegment.find((each) => each.experiment.id === id)
  const placed =
    kind === 'global'
      ? holdout && heldBy(holdout, subject, now)
      : experiment && armOf(definitions.experiments, experiment, { subject, now })
  const text = (field: string): string => (typeof props[field] === 'string' ? props[field] : '')
  if (placed?.fresh) noteAssigned(turn, [placed.fresh], { journey: text('journey_id'), step: text('step_id') })
}
