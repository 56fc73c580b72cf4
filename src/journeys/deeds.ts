import type { DeliveryFact, Effect } from '#events/reaction.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { attribute } from '#profiles/react.ts'
import type { Enrollment } from './enrollment.ts'
import type { Deeds, Message } from './node.ts'
import { roundOf } from './rounds.ts'
import type { Turn } from './turn.ts'

/** What a step does, by the run, the step and its round: the same again when it is replayed. */
export const deedId = (run: Pick<Enrollment, 'id' | 'step' | 'loops'>, part = ''): string =>
  [run.id, run.step, roundOf(run.loops), part].filter((each) => each !== '').join(':')

/** Puts a message into the outbox. */
export function queue(turn: Turn, run: Enrollment, { message, id }: { message: Message; id: string }): void {
  const { definitions, now } = turn.context
  const { channel, address, topic, lane, expires, contact } = message
  const { journey, version, step } = run
  const key = turn.person.profile.id
  const place = { journey_id: journey, version, enrollment_id: run.id, step_id: step }
  const ws = definitions.workspace
  // Whoever hands it over asks for quiet hours once more, and its receipts tell what kind of contact it was.
  const payload: JsonObject = {
    ...message.payload,
    ...(contact && (definitions.policy.exists || channel === 'webhook') && { contact: { ...contact, topic, lane, zone: zoneText(turn) } }),
    ...(contact && ruledBy(turn, run, message)),
    ...(definitions.budgets.exist && offerCost(turn, run)),
  }
  const effect: Effect = { id, ws, key, channel, address, topic, lane, due: now, expires, payload: { ...place, ...payload } }
  turn.effects.push(effect)
  const shown = payload['note'] === true ? 'note' : channel
  turn.facts.push({
    table: 'deliveries',
    row: {
      workspace_id: ws,
      profile_id: key,
      effect_id: id,
      ...place,
      channel: shown,
      status: 'queued',
      reason: '',
      at: now,
      ...cuts(effect),
    },
  })
}

/** What reports cut messages by, as far as the message has it. */
export function cuts({
  channel,
  address,
  topic,
  lane,
  payload,
}: Effect): Pick<DeliveryFact, 'topic' | 'lane' | 'template' | 'mail_domain'> {
  const template = payload['template']
  return {
    lane,
    ...(topic !== '' && { topic }),
    ...(typeof template === 'string' && { template }),
    ...(channel === 'email' && { mail_domain: address.slice(address.lastIndexOf('@') + 1) }),
  }
}

/** What the option costs that this message brings, for budgets that cover it. */
function offerCost({ context: { definitions } }: Turn, { journey, version, step }: Enrollment): JsonObject {
  const cost = definitions.version(journey, version)?.offers.get(step)
  return cost === undefined ? {} : { offer_cost: cost }
}

/** What rules of law are asked about at hand-over: also those that come into force while the message waits. */
function ruledBy(turn: Turn, { journey, version }: Enrollment, { category }: Message): JsonObject {
  const { definitions } = turn.context
  return {
    ...(category === undefined ? {} : { category }),
    ...(definitions.gates.exists && { decided_by: [...definitions.decidedBy(journey, version)] }),
  }
}

/** The person's zone as their profile says it; '' for none. */
function zoneText({ person }: Turn): string {
  const zone = attribute(person.profile, 'timezone')
  return typeof zone === 'string' ? zone : ''
}

/** Messages to colleagues: the run keeps no mark of them, so that its end does not take them back. */
export function sendNotes(turn: Turn, run: Enrollment, notes: readonly Message[]): void {
  notes.forEach((message, i) => {
    queue(turn, run, { message, id: deedId(run, `n${i + 1}`) })
  })
}

/** Writes a line on the person's timeline. */
export function noteOnTimeline(turn: Turn, run: Enrollment, text: string): void {
  const { definitions, now } = turn.context
  const properties = { text, journey_id: run.journey, version: run.version, enrollment_id: run.id, step_id: run.step }
  turn.facts.push({
    table: 'events',
    row: {
      workspace_id: definitions.workspace,
      profile_id: turn.person.profile.id,
      message_id: deedId(run, 'note'),
      type: 'system',
      name: 'journey.noted',
      at: now,
      received: now,
      properties: JSON.stringify(properties),
      verdict: 'accepted',
    },
  })
}

/** Journeys that start each other end after this many. */
export const MOST_STARTS = 10

/** Which link of a chain of starts a run is: 0 when no journey started it. */
export function depthOf({ entry }: Pick<Enrollment, 'entry'>): number {
  const by: Json | undefined = entry.name.startsWith('journey.start:') ? entry.properties['started_by'] : undefined
  const depth = by !== null && typeof by === 'object' && !Array.isArray(by) ? (by as JsonObject)['depth'] : undefined
  return typeof depth === 'number' ? depth : 0
}

/** Says on the person's log that another journey is to begin: its entry decides as for any event. */
export function startOther(turn: Turn, run: Enrollment, { journey, properties }: NonNullable<Deeds['start']>): void {
  const { definitions, now } = turn.context
  const by = { journey: run.journey, enrollment: run.id, step: run.step, depth: depthOf(run) + 1 }
  turn.records.push({
    kind: 'event',
    ws: definitions.workspace,
    key: turn.person.profile.id,
    id: deedId(run, 'start'),
    type: 'system',
    name: `journey.start:${journey}`,
    at: now,
    received: now,
    props: { ...properties, started_by: by },
    ids: [],
  })
}
