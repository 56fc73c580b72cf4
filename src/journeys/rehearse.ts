import { RELEASED } from '#consent/contacts.ts'
import type { Effect, Fact, Reaction, TransitionFact } from '#events/reaction.ts'
import type { EventRecord, KeyedRecord } from '#events/schema.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { put } from '#lib/record.ts'
import type { ProfileSection } from '#profiles/schema.ts'
import type { Definitions } from './definitions.ts'
import { scheduledEvent } from './entries/schema.ts'
import { newPerson } from './merge.ts'
import type { Person } from './person.ts'
import { fire, nextDue, react } from './react.ts'

/** What is rehearsed: one journey, over a stretch of the past. Times are epoch ms. */
export interface Rehearsal {
  readonly journey: string
  /** Without any journey: what people did before `from` only makes their state. */
  readonly before: Definitions
  /** With the journey live. */
  readonly during: Definitions
  /** Entries count from here to (not with) `to`. */
  readonly from: number
  readonly to: number
  /** When its broadcasts would have gone out, and for which local time. */
  readonly occasions: readonly { readonly at: number; readonly occurrence: string }[]
}

/** One person's past. */
export interface Past {
  readonly profile: string
  /** In the order in which they were handled; receipts of the journey's own messages included. */
  readonly events: readonly EventRecord[]
  /** What facts do not hold, as it is now: identifiers, and a time zone that came with a device. */
  readonly known: { readonly ids: ProfileSection['ids']; readonly timezone?: Json }
  /** Runs that really began, by enrollment id: the message id with which they did. */
  readonly runs: ReadonlyMap<string, string>
}

/** A message as it would have left, or why it would not. */
export interface RehearsedMessage {
  readonly at: number
  readonly effect: Effect
  readonly status: 'sent' | 'failed' | 'skipped'
  readonly reason: string
}

export interface Rehearsed {
  readonly transitions: readonly TransitionFact[]
  readonly messages: readonly RehearsedMessage[]
  /** Opens and clicks of messages that would not have been sent. */
  readonly unanswered: number
  /** Runs that would still stand in the journey at `to`. */
  readonly standing: number
}

/** How long (ms) the virtual provider takes where nothing is known. */
const HAND_OVER = 1_000
/** Receipts that say how a message fared; the rehearsal has its own. */
const FATES = new Set(['message.sent', 'message.failed', 'message.skipped', 'message.dead', 'message.cancelled', 'message.ambiguous'])
/** Receipts that say something of the person as well, whatever became of the message. */
const ABOUT_PEOPLE = new Set(['message.unsubscribed', 'message.resubscribed', 'message.bounced', 'message.complained'])

/** What would have happened to one person, by the same `react` and `fire` as the server; nothing leaves it. */
export function rehearse(rehearsal: Rehearsal, past: Past): Rehearsed {
  const stage = new Stage(rehearsal, past)
  const own = scheduledEvent(rehearsal.journey)
  let opened = false
  const open = (): void => {
    if (!opened) stage.open()
    opened = true
  }
  const occasions = rehearsal.occasions.map(({ at, occurrence }) => ({ at, occurrence, event: null }))
  const events = past.events.filter(({ name }) => name !== own).map((event) => ({ at: event.received, occurrence: '', event }))
  for (const { at, occurrence, event } of [...events, ...occasions].sort((a, b) => a.at - b.at)) {
    if (at >= rehearsal.to) break
    if (at >= rehearsal.from) open()
    stage.until(at)
    if (event) stage.happen(event)
    else stage.broadcast(occurrence, at)
  }
  open()
  stage.until(rehearsal.to - 1)
  return stage.result()
}

class Stage {
  readonly #rehearsal: Rehearsal
  readonly #past: Past
  readonly #fates: ReadonlyMap<string, EventRecord>
  readonly #transitions: TransitionFact[] = []
  readonly #messages: RehearsedMessage[] = []
  readonly #queued = new Map<string, { readonly at: number; readonly effect: Effect }>()
  /** Real enrollment ids of the runs that began here as well, and theirs by the real ones. */
  readonly #real = new Map<string, string>()
  readonly #ours = new Map<string, string>()
  readonly #sent = new Set<string>()
  #person: Person | null = null
  #unanswered = 0
  #seq = 0

  constructor(rehearsal: Rehearsal, past: Past) {
    this.#rehearsal = rehearsal
    this.#past = past
    this.#fates = new Map(
      past.events.filter((event) => this.#isOwn(event) && FATES.has(event.name)).map((event) => [String(event.props['effect_id']), event]),
    )
  }

  /** Whether an event is a receipt of the journey that is rehearsed. */
  #isOwn({ type, props }: EventRecord): boolean {
    return type === 'system' && props['journey_id'] === this.#rehearsal.journey && typeof props['effect_id'] === 'string'
  }

  /** Timers and hand-overs up to a moment, the earliest first. */
  until(moment: number): void {
    for (;;) {
      const due = this.#person && nextDue(this.#person)
      const next = [...this.#queued.values()].reduce<{ at: number; effect: Effect } | null>((a, b) => (a && a.at <= b.at ? a : b), null)
      if (due !== null && due <= moment && (!next || due <= next.at)) this.#take(fire(this.#person!, this.#context(due)), due)
      else if (next && next.at <= moment) this.#handOver(next)
      else return
    }
  }

  happen(event: EventRecord): void {
    if (!this.#isOwn(event)) this.#record({ ...event, key: this.#past.profile }, event.received)
    else if (!FATES.has(event.name)) this.#echo(event)
  }

  /** From now on the journey is live: it may want something of people at once, such as an appointment on a date of theirs. */
  open(): void {
    const { from } = this.#rehearsal
    this.until(from - 1)
    if (this.#person) this.#record({ kind: 'review', ws: this.#rehearsal.during.workspace, key: this.#past.profile }, from)
  }

  broadcast(occurrence: string, at: number): void {
    const { journey, during } = this.#rehearsal
    if (!this.#person) return
    const [id, name] = [`broadcast:${journey}:${occurrence}`, scheduledEvent(journey)]
    const props = { occurrence }
    this.#record(
      { kind: 'event', ws: during.workspace, key: this.#past.profile, id, type: 'system', name, at, received: at, props, ids: [] },
      at,
    )
  }

  /** A real receipt of the journey, as one of the message that stands for it here. */
  #echo(event: EventRecord): void {
    const real = String(event.props['enrollment_id'])
    const ours = this.#ours.get(real)
    const effect = ours === undefined ? undefined : ours + String(event.props['effect_id']).slice(real.length)
    if (ours !== undefined && effect !== undefined && this.#sent.has(effect)) {
      const props = { ...event.props, effect_id: effect, enrollment_id: ours }
      this.#record({ ...event, key: this.#past.profile, props }, event.received)
    } else if (ABOUT_PEOPLE.has(event.name)) {
      const { effect_id: _effect, enrollment_id: _run, ...props } = event.props
      this.#record({ ...event, key: this.#past.profile, props }, event.received)
    } else this.#unanswered++
  }

  #record(record: KeyedRecord, now: number): void {
    this.#person ??= this.#born(now)
    this.#take(react(this.#person, record, this.#context(now)), now)
  }

  #born(now: number): Person {
    const { profile, known } = this.#past
    const person = newPerson(profile, now)
    const attributes = { ...person.profile.attributes }
    // Written before everything else, so that any word of theirs on it counts more.
    if (known.timezone !== undefined) put(attributes, 'timezone', [known.timezone, 0] as const)
    return { ...person, profile: { ...person.profile, ids: known.ids, attributes } }
  }

  #context(now: number) {
    const { before, during, from } = this.#rehearsal
    return { definitions: now < from ? before : during, now, position: { partition: 0, seq: this.#seq++ } }
  }

  #take({ state, effects, cancels, facts, records }: Reaction<Person>, now: number): void {
    this.#person = state
    for (const fact of facts) this.#note(fact)
    for (const effect of effects) this.#queued.set(effect.id, { at: this.#handOverAt(effect, now), effect })
    for (const id of cancels) this.#takeBack(id, now)
    for (const record of records) if (record.key === this.#past.profile) this.#record(record, now)
  }

  /** The slot of a cap that the message held is free again. */
  #takeBack(id: string, now: number): void {
    const held = this.#queued.get(id)
    this.#queued.delete(id)
    if (!held?.effect.payload['contact']) return
    const { ws, key } = held.effect
    const released = {
      id: `${id}:released`,
      type: 'system',
      name: RELEASED,
      at: now,
      received: now,
      props: { effect_id: id },
      ids: [],
    } as const
    this.#record({ kind: 'event', ws, key, ...released }, now)
  }

  #note(fact: Fact): void {
    if (fact.table !== 'transitions' || fact.row.journey_id !== this.#rehearsal.journey) return
    this.#transitions.push(fact.row)
    if (fact.row.kind !== 'entered') return
    for (const [real, cause] of this.#past.runs) {
      if (cause !== fact.row.cause || this.#ours.has(real)) continue
      this.#ours.set(real, fact.row.enrollment_id)
      this.#real.set(fact.row.enrollment_id, real)
      return
    }
  }

  /** What really became of the message that this one stands for. */
  #fateOf({ id, payload }: Effect): EventRecord | undefined {
    const ours = String(payload['enrollment_id'])
    const real = this.#real.get(ours)
    return real === undefined ? undefined : this.#fates.get(real + id.slice(ours.length))
  }

  /** As long as it really took, if that is known. */
  #handOverAt(effect: Effect, now: number): number {
    const took = this.#fateOf(effect)
    return took && took.name !== 'message.cancelled' ? Math.max(now, took.received) : now + HAND_OVER
  }

  #handOver({ at, effect }: { at: number; effect: Effect }): void {
    this.#queued.delete(effect.id)
    const fate = this.#fateOf(effect)
    const failed = fate?.name === 'message.failed' || fate?.name === 'message.dead' || fate?.name === 'message.skipped'
    const name = failed ? fate.name : 'message.sent'
    const reason = failed && typeof fate.props['reason'] === 'string' ? fate.props['reason'] : ''
    this.#messages.push({ at, effect, status: failed ? (name === 'message.skipped' ? 'skipped' : 'failed') : 'sent', reason })
    if (!failed) this.#sent.add(effect.id)
    const { journey_id, version, enrollment_id, step_id } = effect.payload
    const about = { journey_id: journey_id!, version: version!, enrollment_id: enrollment_id!, step_id: step_id!, channel: effect.channel }
    const answer: JsonObject = effect.payload['answer'] === true ? { answer: fate?.props['answer'] ?? {} } : {}
    const receipt: EventRecord = {
      kind: 'event',
      ws: effect.ws,
      key: this.#past.profile,
      id: `${effect.id}:${name}`,
      type: 'system',
      name,
      at,
      received: at,
      props: { ...answer, effect_id: effect.id, ...about, reason },
      ids: [],
    }
    this.#record(receipt, at)
  }

  result(): Rehearsed {
    const { journey } = this.#rehearsal
    const standing = this.#person?.journeys.enrollments.filter((run) => run.journey === journey).length ?? 0
    return { transitions: this.#transitions, messages: this.#messages, unanswered: this.#unanswered, standing }
  }
}
