import { zoneOf } from '#consent/quiet-hours.ts'
import { isOfMessages, predictionsOf } from '#decisions/examples.ts'
import { featuresOf } from '#decisions/features/read.ts'
import { absorbDecisions } from '#decisions/listen.ts'
import { type Answer, hearWithModels, lookWithModels, type Subject } from '#decisions/person.ts'
import type { DecisionsSection } from '#decisions/state.ts'
import { isChannel, type Reaction } from '#events/reaction.ts'
import type { EventRecord, ReviewRecord } from '#events/schema.ts'
import { digest } from '#lib/hash.ts'
import { attribute } from '#profiles/react.ts'
import { withScores } from '#segments/lists.ts'
import { followScores } from './membership.ts'
import type { Person } from './person.ts'
import type { Context, Turn } from './turn.ts'

const NONE: readonly EventRecord[] = []

/** Models hear an event that profile and consent have heard. Returns what journeys hear of segments that a score has moved. */
export function learnEvent(turn: Turn, record: EventRecord): readonly EventRecord[] {
  if (!turn.context.definitions.models.exist) return unlearn(turn)
  return take(turn, hearWithModels(turn.person.decisions, record, subjectOf(turn, record.name)), 'event')
}

/** It is time to reckon scores anew. */
export function learnTime(turn: Turn): readonly EventRecord[] {
  const due = turn.person.decisions?.due
  if (due === undefined || due > turn.context.now) return NONE
  if (!turn.context.definitions.models.exist) return unlearn(turn)
  return take(turn, lookWithModels(turn.person.decisions, subjectOf(turn, 'timer')), 'time')
}

/** In a review's `history`: what the person did before the workspace had models, as the section that it comes to. */
export const PAST_OF_MODELS = '*decisions'

/** Looks again under the definitions in force; a review may bring the past. */
export function learnReview(turn: Turn, { history }: ReviewRecord): readonly EventRecord[] {
  const { models } = turn.context.definitions
  if (!models.exist) return unlearn(turn)
  const past = history?.[PAST_OF_MODELS] as DecisionsSection | undefined
  if (!past && turn.person.decisions === undefined) return NONE
  const before = past ? absorbDecisions(turn.person.decisions, past, keeping(turn)) : turn.person.decisions
  return take(turn, lookWithModels(before, subjectOf(turn, 'review')), 'review')
}

/** Two people turned out to be one. */
export function learnMerge(turn: Turn, ours: Person['decisions'], theirs: Person['decisions']): readonly EventRecord[] {
  if (!ours && !theirs) return NONE
  if (!turn.context.definitions.models.exist) return unlearn(turn)
  return take(turn, lookWithModels(absorbDecisions(ours, theirs, keeping(turn)), subjectOf(turn, 'merge')), 'merged')
}

/** Where there are no models nothing is kept of people. */
function unlearn(turn: Turn): readonly EventRecord[] {
  const { decisions, ...rest } = turn.person
  if (!decisions) return NONE
  turn.person = rest
  const gone = Object.keys(decisions.models ?? {}).sort()
  return see(turn, Object.fromEntries(gone.map((id) => [id, null])), 'review')
}

const keeping = ({ context: { definitions } }: Turn) => ({ models: definitions.models, since: definitions.modelsSince })

function subjectOf(turn: Turn, cause: string): Subject {
  const { definitions, now } = turn.context
  const { profile, segments } = turn.person
  // Only hours ask for it, and looking a zone up is not free.
  const { zone } = definitions.models.byType.has('send-time') ? zoneOf(definitions.policy, attribute(profile, 'timezone')) : UTC
  return { ...keeping(turn), workspace: definitions.workspace, profile, zone, scores: segments.scores, now, cause }
}

const UTC = { zone: 'UTC' }

type Why = Parameters<typeof followScores>[2]

function take(turn: Turn, { section, scores, followed, examples }: Answer, why: Why): readonly EventRecord[] {
  if (section !== turn.person.decisions) turn.person = { ...turn.person, decisions: section }
  for (const row of examples) turn.facts.push({ table: 'predictions', row })
  for (const { name, props } of followed) announce(turn, name, props)
  return see(turn, scores, why)
}

/** Conditions see the scores: a name with null has none any more. */
function see(turn: Turn, scores: Answer['scores'], why: Why): readonly EventRecord[] {
  const names = Object.keys(scores)
  if (names.length === 0) return NONE
  turn.person = { ...turn.person, segments: withScores(turn.person.segments, scores, turn.context.now) }
  return followScores(turn, names, why)
}

/**
 * What a model has found goes onto the person's log, so that it counts, waits and begins journeys like any event. One that is found twice at
 * the same moment (by a record and the timer before it) is one; of two people at the same moment they are two.
 */
function announce(turn: Turn, name: string, props: EventRecord['props']): void {
  const { definitions, now } = turn.context
  const key = turn.person.profile.id
  turn.records.push({
    kind: 'event',
    ws: definitions.workspace,
    key,
    id: `${name}:${now}:${digest(JSON.stringify([key, props]))}`,
    type: 'system',
    name,
    at: now,
    received: now,
    props,
    ids: [],
  })
}

/** What models that foretell the answer to messages say when one is queued, with what they were told: the answer will make it an example. */
export function withForetold(reaction: Reaction<Person>, { definitions, now }: Context): Reaction<Person> {
  const { models, workspace } = definitions
  if (reaction.effects.length === 0 || !models.byType.has('propensity')) return reaction
  const { state, effects } = reaction
  const messages = effects.filter(({ channel, payload }) => isChannel(channel) && channel !== 'webhook' && payload['note'] !== true)
  if (messages.length === 0) return reaction
  const features = featuresOf(state, { now })
  const rows = messages.flatMap(({ id, key }) =>
    predictionsOf(models, { workspace, key, features, effect: id, cause: 'message', now }, isOfMessages),
  )
  return { ...reaction, facts: [...reaction.facts, ...rows.map((row) => ({ table: 'predictions' as const, row }))] }
}
