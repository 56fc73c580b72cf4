import type { Ask } from '#consent/caps.ts'
import type { ConsentSection } from '#consent/schema.ts'
import type { Assignment } from '#decisions/experiments/assign.ts'
import type { DecisionRecord } from '#decisions/record.ts'
import type { ChannelName } from '#events/reaction.ts'
import type { EventRecord } from '#events/schema.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import type { ProfileSection } from '#profiles/schema.ts'
import type { Scope } from '#segments/condition/scope.ts'
import type { Definitions } from './definitions.ts'
import type { Enrollment } from './enrollment.ts'
import type { Judged } from './gates.ts'
import type { Person } from './person.ts'
import type { Reason } from './reasons.ts'
import type { Step } from './steps.ts'

/** A run that stands on a step, with all that the step may ask. */
export interface Standing {
  readonly run: Enrollment
  /** All of the person: other runs and contacts, for those who arbitrate between them. */
  readonly person: Person
  readonly profile: ProfileSection
  readonly consent: ConsentSection
  readonly definitions: Definitions
  /** Log time, epoch ms. */
  readonly now: number
  /** What conditions may ask; with the event at hand, where there is one. */
  scope(event?: EventRecord): Scope
}

/** A message that a step wants sent; the engine adds whose and in which run. */
export interface Message {
  readonly channel: ChannelName
  /** As `Effect.address`. */
  readonly address: string
  readonly topic: string
  readonly lane: 'transactional' | 'marketing'
  /** It is a contact with the person by this channel: caps and quiet hours ask about it. */
  readonly contact?: { readonly channel: string }
  /** Epoch ms. */
  readonly expires: number
  readonly payload: JsonObject
  /** Of a message with several ways: which of them, from 0. */
  readonly way?: number
  /** What rules of law take it for; left out: `general`. */
  readonly category?: string
  /** The rules that let it pass, as `id@version`; left out: there are none to ask. */
  readonly passed?: readonly string[]
}

/** Why a message has to wait or may not go. */
export interface Held {
  readonly channel: string
  readonly reason: Reason
  /** Of a slot that was kept for another: what the other message and this one are worth. */
  readonly values?: Contest
}

export interface Contest {
  readonly theirs: number
  readonly ours: number
}

/** What a step does besides moving. */
export interface Deeds {
  readonly message?: Message
  /** Why a message has to wait or may not go: each is a fact. */
  readonly held?: readonly Held[]
  /** What rules of law said against a message: each is a fact. */
  readonly judged?: readonly Judged[]
  /** Messages to colleagues: nobody waits for them, and the run's end does not take them back. */
  readonly notes?: readonly Message[]
  /** A line for the person's timeline. */
  readonly remark?: string
  readonly decision?: {
    readonly arm: string
    readonly propensity: number
    /** Of a choice that weighs something: all that it rests on. */
    readonly record?: DecisionRecord
  }
  /** Arms of hold-outs and experiments that were asked about for the first time. */
  readonly assigned?: readonly Assignment[]
  /** What the pressure of messages had to say of one that goes, or that does not go because of it. */
  readonly pace?: DecisionRecord
  /** Kept in the run: what a choice has chosen, by its step and round. */
  readonly chosen?: { readonly key: string; readonly arm: string; readonly worth?: number }
  /** Attributes to set; null removes. */
  readonly set?: Readonly<Record<string, Json>>
  /** Effect ids of this run that are not wanted any more. */
  readonly cancels?: readonly string[]
  /** Kept in the run's context. */
  readonly save?: { readonly name: string; readonly value: Json }
  /** A round of a repeat begins; null: the repeat is over. */
  readonly loop?: { readonly id: string; readonly round: number | null }
  /** Another journey that this person is to begin. */
  readonly start?: { readonly journey: string; readonly properties: JsonObject }
  /** Another journey whose runs of this person end. */
  readonly stop?: { readonly journey: string; readonly reason: Reason }
}

/** What a step makes of a run: on to a step (null: the end), stand still until `due`, or leave. */
export type Move =
  | ({ readonly kind: 'go'; readonly to: string | null; readonly reason: Reason } & Deeds)
  | ({ readonly kind: 'stay'; readonly due: number | null; readonly memo?: number } & Deeds)
  | ({ readonly kind: 'exit'; readonly reason: Reason } & Deeds)

/** A step, compiled. Pure: the same standing gives the same move. */
export interface Node {
  readonly step: Step
  /** The step below, where the flow goes on; null at the end. */
  readonly next: string | null
  arrive(at: Standing): Move
  /** The timer is due. */
  wake?(at: Standing): Move
  /** An event came while the run stands here; null: it does not matter. */
  hear?(at: Standing, record: EventRecord): Move | null
  /** The person's attributes changed: what becomes of the wait; null: it does not depend on them. The same attributes give the same again. */
  retime?(at: Standing): Move | null
  /** There may be room for the message that waits here; null: nothing has changed for it. */
  relieved?(at: Standing): Move | null
  /** When (epoch ms) a message that is arrived at now would ask for room; left out: at once. */
  leaves?(at: Standing): number
  /** Whether the step could send somebody a message who came to it: the reason why not, '' where it could, if need be after a wait. */
  able?(at: Standing): Reason | ''
  /** The contact that the step would ask room for; null: none, it would not send. */
  asks?(at: Standing): Ask | null
}

/** Where a step stands in the program. */
export interface Place {
  readonly next: string | null
  /** The first step of a list, or what comes below when the list is empty or missing. */
  into(steps: readonly Step[] | undefined): string | null
  /** What a step that failed does: its `otherwise`, or without one what the journey says. */
  instead(steps: readonly Step[] | undefined, reason: Reason): Move
}

export type Prepare<S extends Step> = (step: S, place: Place) => Node
