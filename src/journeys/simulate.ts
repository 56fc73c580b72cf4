import { contactOf } from '#channels/payload.ts'
import { RELEASED } from '#consent/contacts.ts'
import type { VersionedPolicy } from '#consent/policies/gatekeeper.ts'
import type { ContactPolicy } from '#consent/policy.ts'
import { quietness } from '#consent/quiet-hours.ts'
import type { ConsentMode } from '#consent/react.ts'
import type { Budgets } from '#decisions/budgets/in-force.ts'
import { keptBack } from '#decisions/experiments/assign.ts'
import type { Experiments } from '#decisions/experiments/in-force.ts'
import type { ModelInForce } from '#decisions/snapshot.ts'
import type { Effect, Fact, Reaction } from '#events/reaction.ts'
import type { EventRecord, EventType, Identifier, KeyedRecord } from '#events/schema.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { reasonFor, subjectFor } from './assigned.ts'
import { type Definitions, definitions, type Published, type PublishedTemplate } from './definitions.ts'
import { templatesIn } from './named-templates.ts'
import { permissionOf } from './permits.ts'
import type { Person } from './person.ts'
import { fire, nextDue, react } from './react.ts'
import { explain } from './reasons.ts'
import type { Journey } from './schema.ts'

const WORKSPACE = 'simulated'

export interface SimulationOptions {
  readonly journeys: readonly Journey[]
  /** Left out: every template that a journey names is there. */
  readonly templates?: readonly ({ readonly id: string } & PublishedTemplate)[]
  readonly calendars?: readonly { readonly id: string; readonly holidays: readonly string[] }[]
  /** Segments, watched since the beginning of the simulation. */
  readonly segments?: readonly { readonly id: string; readonly when: string }[]
  /** Left out: `opt-out`, so that people without a word on consent can be written to. */
  readonly consent?: ConsentMode
  /** Left out: nothing is capped, and no hour is quiet. */
  readonly policy?: ContactPolicy
  /** Rules of law and of the house; of what is written nothing is asked, because nothing is rendered. */
  readonly policies?: readonly VersionedPolicy[]
  /** Models with what they have learned. */
  readonly models?: readonly ModelInForce[]
  /** Budgets with what was told of them. */
  readonly budgets?: Budgets
  /** Hold-outs and experiments; left out: there are none. */
  readonly experiments?: Experiments
  /** What a workspace has in force, in place of all of the above; templates that are not there are taken as if they were. */
  readonly published?: Omit<Published, 'workspace' | 'revision' | 'journeys' | 'edits' | 'modes'>
  /** Epoch ms. */
  readonly start: number
  /** How the virtual provider answers; left out: everything is sent. */
  readonly provider?: (effect: Effect) => Answer
}

export type Answer =
  /** `answer`: what a call is answered with; left out: an empty object. */
  | { readonly receipt: 'message.sent'; readonly answer?: Json; readonly after?: number; readonly charged?: Charged }
  | {
      readonly receipt: 'message.failed' | 'message.skipped' | 'message.dead'
      readonly reason: string
      /** Milliseconds that the provider takes. */
      readonly after?: number
    }

/** By which provider it left, and what it cost there. */
export interface Charged {
  readonly provider: string
  readonly units: number
  readonly cost: number
  readonly currency: string
}

/** One line of what a simulation did. */
export interface Trace {
  /** Virtual time, epoch ms. */
  readonly at: number
  readonly person: string
  readonly journey: string
  readonly kind: 'entered' | 'refused' | 'moved' | 'migrated' | 'exited' | 'converted' | 'message'
  readonly step: string
  readonly reason: string
  readonly sentence: string
}

export interface SimulatedEvent {
  readonly person: string
  readonly name: string
  /** Virtual time at which it arrives; left out: now. */
  readonly at?: number
  /** When it happened, if it arrives late. */
  readonly happened?: number
  readonly id?: string
  readonly type?: EventType
  readonly properties?: JsonObject
  readonly ids?: readonly Identifier[]
}

interface Appointment {
  readonly at: number
  readonly order: number
  readonly happen: () => void
}

/** Runs journeys in virtual time, by the same `react` and `fire` as the server. Handing over a message takes the virtual provider one second. */
export class Simulation {
  now: number
  readonly people = new Map<string, Person>()
  readonly trace: Trace[] = []
  readonly facts: Fact[] = []
  /** Messages that were handed over, in order. */
  readonly sent: { readonly at: number; readonly effect: Effect }[] = []
  /** What became of everything that was to be handed over, in order. */
  readonly settled: { readonly at: number; readonly effect: Effect; readonly receipt: Answer['receipt']; readonly reason: string }[] = []
  readonly #options: SimulationOptions
  #definitions: Definitions
  readonly #published: { journey: Journey; version: number; live: boolean }[] = []
  readonly #agenda: Appointment[] = []
  readonly #queued = new Map<string, Effect>()
  #order = 0

  constructor(options: SimulationOptions) {
    this.#options = options
    this.now = options.start
    this.#definitions = this.#define()
    for (const journey of options.journeys) this.publish(journey)
  }

  /** Makes a journey live, as the next version of its id. */
  publish(journey: Journey): void {
    const before = this.#published.filter(({ journey: { id } }) => id === journey.id)
    for (const version of before) version.live = false
    this.#published.push({ journey, version: before.length + 1, live: true })
    this.#definitions = this.#define()
  }

  #define(): Definitions {
    const journeys = this.#published
    const { published } = this.#options
    if (published) {
      const named = journeys
        .flatMap(({ journey }) => templatesIn(journey))
        .filter(({ id }) => !published.templates.some((each) => each.id === id))
      const all = { ...published, templates: [...published.templates, ...named] }
      return definitions({ ...all, workspace: WORKSPACE, revision: journeys.length, journeys, edits: [], modes: [] }, this.#definitions)
    }
    const templates = this.#options.templates ?? journeys.flatMap(({ journey }) => templatesIn(journey))
    const { consent = 'opt-out', calendars = [], policy, policies, models, budgets, experiments } = this.#options
    const segments = (this.#options.segments ?? []).map(({ id, when }) => ({ id, conditions: [when] }))
    return definitions(
      {
        calendars,
        policy,
        policies,
        models,
        budgets,
        experiments,
        segments,
        workspace: WORKSPACE,
        revision: journeys.length,
        consent,
        journeys,
        templates,
      },
      this.#definitions,
    )
  }

  /** Problems of journeys that cannot run. */
  get broken(): Definitions['broken'] {
    return this.#definitions.broken
  }

  event(event: SimulatedEvent): void {
    const at = event.at ?? this.now
    const id = event.id ?? `event-${this.#order}`
    const { person: key, name, happened = at, type = 'track', properties: props = {}, ids = [] } = event
    this.#append({ kind: 'event', ws: WORKSPACE, key, id, type, name, at: happened, received: at, props, ids }, at)
  }

  identify(person: string, traits: JsonObject, at = this.now): void {
    this.event({ person, name: 'identify', type: 'identify', properties: traits, at })
  }

  /** The profile `from` turns out to be the same person as `into`. */
  merge(from: string, into: string): void {
    this.#append({ kind: 'merge', ws: WORKSPACE, key: from, into }, this.now)
  }

  /** Looks at a person again under the definitions in force, as the sweep after a publish does. */
  review(person: string): void {
    this.#append({ kind: 'review', ws: WORKSPACE, key: person }, this.now)
  }

  /** Begins with a person as they are: their attributes, consent, and what they got lately. */
  seed(person: string, state: Person): void {
    this.people.set(person, state)
  }

  /** Lets time pass until `until` (epoch ms): everything that is due by then happens. */
  run(until: number): void {
    while (this.step(until));
    this.now = Math.max(this.now, until)
  }

  /** Lets the next thing happen; false when there is none by `until`. */
  step(until: number): boolean {
    const next = this.#next(until)
    if (!next) return false
    this.now = Math.max(this.now, next.at)
    next.happen()
    return true
  }

  pass(ms: number): void {
    this.run(this.now + ms)
  }

  /** The earliest appointment or timer; what arrives comes before a timer of the same moment. */
  #next(until: number): Pick<Appointment, 'at' | 'happen'> | undefined {
    const first = this.#agenda[0]
    let sleeper: { at: number; id: string } | undefined
    for (const [id, person] of this.people) {
      const at = nextDue(person)
      if (at !== null && (!sleeper || at < sleeper.at)) sleeper = { at, id }
    }
    if (sleeper && (!first || sleeper.at < first.at))
      return sleeper.at > until ? undefined : { at: sleeper.at, happen: () => this.#fire(sleeper.id) }
    if (!first || first.at > until) return undefined
    this.#agenda.shift()
    return first
  }

  #at(at: number, happen: () => void): void {
    const appointment = { at, order: this.#order++, happen }
    const place = this.#agenda.findLastIndex((other) => other.at <= at)
    this.#agenda.splice(place + 1, 0, appointment)
  }

  #append(record: KeyedRecord, at: number): void {
    this.#at(at, () => this.#take(record.key, react(this.people.get(record.key) ?? null, record, this.#context())))
  }

  #fire(id: string): void {
    this.#take(id, fire(this.people.get(id)!, this.#context()))
  }

  #context() {
    return { definitions: this.#definitions, now: this.now, position: { partition: 0, seq: this.#order } }
  }

  #take(id: string, { state, effects, cancels, facts, records }: Reaction<Person>): void {
    this.people.set(id, state)
    for (const fact of facts) this.#note(fact)
    for (const effect of effects) {
      this.#queued.set(effect.id, effect)
      this.#at(this.now + 1_000, () => this.#handOver(effect.id))
    }
    for (const cancelled of cancels) this.#takeBack(cancelled)
    for (const record of records) this.#append(record, this.now)
  }

  /** What was not handed over yet is taken back; the slot that it held is free again. */
  #takeBack(id: string): void {
    const effect = this.#queued.get(id)
    this.#queued.delete(id)
    if (!effect?.payload['contact']) return
    const { now } = this
    const released = {
      id: `${id}:released`,
      type: 'system',
      name: RELEASED,
      at: now,
      received: now,
      props: { effect_id: id },
      ids: [],
    } as const
    this.#append({ kind: 'event', ws: WORKSPACE, key: effect.key, ...released }, now)
  }

  #note(fact: Fact): void {
    this.facts.push(fact)
    if (fact.table !== 'transitions') return
    const { profile_id: person, journey_id: journey, kind, reason, from_step, to_step } = fact.row
    const step = kind === 'entered' ? to_step : from_step
    this.trace.push({ at: this.now, person, journey, kind, step, reason, sentence: explain(reason) })
  }

  #handOver(id: string): void {
    const effect = this.#queued.get(id)
    if (!effect) return
    const opening = this.#opening(effect)
    if (opening > this.now && opening <= effect.expires) {
      this.#at(opening, () => this.#handOver(id))
      return
    }
    this.#queued.delete(id)
    const answer = opening > this.now ? ({ receipt: 'message.skipped', reason: 'expired' } as const) : this.#gate(effect)
    if (answer.after) this.#at(this.now + answer.after, () => this.#settle(effect, answer))
    else this.#settle(effect, answer)
  }

  #settle(effect: Effect, answer: Answer): void {
    const { id } = effect
    const { journey_id, version, enrollment_id, step_id } = effect.payload
    const reason = 'reason' in answer ? answer.reason : ''
    this.settled.push({ at: this.now, effect, receipt: answer.receipt, reason })
    if (answer.receipt === 'message.sent') {
      this.sent.push({ at: this.now, effect })
      const template = effect.payload['template']
      const sentence =
        effect.payload['note'] === true
          ? `A colleague was told: ${effect.address}.`
          : `A message was sent: ${typeof template === 'string' ? template : effect.channel}.`
      const journey = String(journey_id)
      this.trace.push({ at: this.now, person: effect.key, journey, kind: 'message', step: String(step_id), reason: 'sent', sentence })
    }
    const answered: JsonObject =
      answer.receipt === 'message.sent' && effect.payload['answer'] === true ? { answer: answer.answer ?? {} } : {}
    const props = {
      ...answered,
      effect_id: id,
      journey_id: journey_id!,
      version: version!,
      enrollment_id: enrollment_id!,
      step_id: step_id!,
      reason,
    }
    const receipt: EventRecord = {
      kind: 'event',
      ws: WORKSPACE,
      key: effect.key,
      id: `${id}:${answer.receipt}`,
      type: 'system',
      name: answer.receipt,
      at: this.now,
      received: this.now,
      props: { ...props, ...contactOf(effect.payload), channel: effect.channel, ...('charged' in answer && answer.charged) },
      ids: [],
    }
    this.#append(receipt, this.now)
  }

  /** When the quiet hours let it pass: a message that waited long may have come into them. */
  #opening({ id, lane, payload: { contact } }: Effect): number {
    const asked = contact as { channel: string; zone: string } | undefined
    if (!asked || lane === 'transactional') return this.now
    const quiet = quietness(this.#definitions.policy, { ...asked, now: this.now, unit: id })
    return quiet.kind === 'quiet' ? quiet.until : this.now
  }

  #keptBack(person: Person, { channel: way, lane, topic, payload: { contact } }: Effect): string | null {
    const channel = (contact as { channel: string } | undefined)?.channel ?? (way === 'webhook' ? undefined : way)
    if (channel === undefined) return null
    const { by } = keptBack(this.#definitions.experiments, subjectFor(person), { message: { channel, lane, topic }, now: this.now })
    return by && reasonFor(by)
  }

  /** The second look before anything leaves, as the dispatcher takes it. */
  #gate(effect: Effect): Answer {
    let person = this.people.get(effect.key)
    while (person?.profile.mergedInto !== undefined) person = this.people.get(person.profile.mergedInto)
    const allowed = person && permissionOf({ ...person, definitions: this.#definitions, now: this.now }, effect)
    if (allowed && !allowed.ok && effect.channel !== 'webhook') return { receipt: 'message.skipped', reason: allowed.reason }
    const held = person && this.#keptBack(person, effect)
    if (held) return { receipt: 'message.skipped', reason: held }
    return this.#options.provider?.(effect) ?? { receipt: 'message.sent' }
  }
}

/** Runs journeys on given people and events until a time, and tells what happened. */
export function simulate(
  options: SimulationOptions & {
    readonly people?: Readonly<Record<string, JsonObject>>
    readonly events: readonly SimulatedEvent[]
    readonly until: number
  },
): readonly Trace[] {
  const simulation = new Simulation(options)
  for (const [person, attributes] of Object.entries(options.people ?? {})) simulation.identify(person, attributes)
  for (const event of options.events) simulation.event(event)
  simulation.run(options.until)
  return simulation.trace
}
