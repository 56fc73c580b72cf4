import type { JsonObject } from '#lib/json.ts'
import type { KeyedRecord } from './schema.ts'

/** How a message can travel. All but `webhook` say what a template says. */
export const CHANNELS = ['email', 'sms', 'push', 'inapp', 'whatsapp', 'slack', 'webhook'] as const
export type ChannelName = (typeof CHANNELS)[number]

/** What we want done. The same id means the same effect, however often it is tried. */
export interface Effect {
  /** `enrollment:step` (attempt-independent): becomes Message-ID and Idempotency-Key. */
  readonly id: string
  readonly ws: string
  /** Profile whose key the receipt comes back on. */
  readonly key: string
  readonly channel: ChannelName
  /** Address as the gate checks it: lower-cased e-mail address, telephone number in E.164, profile id (push, in-app), Slack id; '' for a webhook. */
  readonly address: string
  /** Subscription topic; '' for none. */
  readonly topic: string
  readonly lane: 'transactional' | 'marketing'
  /** Hand over after this time (epoch ms) and not after `expires`. */
  readonly due: number
  readonly expires: number
  /** What the channel needs: template id and version, data to render with, url, … */
  readonly payload: JsonObject
}

/** One row of ClickHouse's `events`. `fact` and `ix` place it: dedupe token and order come from the log position. */
export type Fact =
  | { readonly table: 'events'; readonly row: EventFact }
  | { readonly table: 'transitions'; readonly row: TransitionFact }
  | { readonly table: 'deliveries'; readonly row: DeliveryFact }
  | { readonly table: 'decisions'; readonly row: DecisionFact }
  | { readonly table: 'people'; readonly row: PersonFact }
  | { readonly table: 'memberships'; readonly row: MembershipFact }

export interface EventFact {
  readonly workspace_id: string
  readonly profile_id: string
  readonly message_id: string
  readonly type: string
  readonly name: string
  /** Epoch ms. */
  readonly at: number
  readonly received: number
  /** JSON text. */
  readonly properties: string
  /** `accepted`; or why it changed nothing: `duplicate`, `late`. */
  readonly verdict: 'accepted' | 'duplicate'
}

/** One move of one enrollment (or one refusal to enrol), with its reason code. */
export interface TransitionFact {
  readonly workspace_id: string
  readonly profile_id: string
  readonly journey_id: string
  readonly version: number
  /** '' when the person was not let in. */
  readonly enrollment_id: string
  /** `migrated`: a run goes over to another version: one row leaves the old one (`from_step`), one arrives in the new one (`to_step`). */
  readonly kind: 'entered' | 'refused' | 'moved' | 'migrated' | 'exited' | 'converted'
  /** Step left (moved, exited) — '' on entry. */
  readonly from_step: string
  /** Step reached — '' on exit. */
  readonly to_step: string
  /** Reason code from `journeys/reasons.ts`. */
  readonly reason: string
  readonly arm: 'treated' | 'held_out'
  /** Value of a conversion in the workspace's currency; else 0. */
  readonly value: number
  readonly at: number
  /** message id, timer or other cause. */
  readonly cause: string
}

export interface DeliveryFact {
  readonly workspace_id: string
  readonly profile_id: string
  /** The effect's id. */
  readonly effect_id: string
  readonly journey_id: string
  readonly version: number
  readonly enrollment_id: string
  readonly step_id: string
  readonly channel: string
  readonly status: /** It has to wait or may not go: caps, quiet hours, another journey. */
    | 'held'
    | 'queued'
    | 'sent'
    | 'failed'
    | 'skipped'
    | 'cancelled'
    | 'ambiguous'
    | 'bounced'
    | 'opened'
    | 'clicked'
    | 'unsubscribed'
    | 'complained'
  readonly reason: string
  readonly at: number
}

export interface DecisionFact {
  readonly workspace_id: string
  readonly profile_id: string
  readonly journey_id: string
  readonly version: number
  readonly enrollment_id: string
  readonly step_id: string
  /** Chosen arm and the probability that it was chosen with. */
  readonly arm: string
  readonly propensity: number
  readonly at: number
}

/** A person as conditions ask about them, whenever one of these has changed. JSON texts that ClickHouse can read as they are. */
export interface PersonFact {
  readonly workspace_id: string
  readonly profile_id: string
  readonly attributes: string
  readonly permits: string
  /** `{ list: since }`. */
  readonly lists: string
  /** `{ score: value }`. */
  readonly scores: string
  /** The profile that this one became; else ''. */
  readonly merged_into: string
  readonly at: number
}

export interface MembershipFact {
  readonly workspace_id: string
  readonly profile_id: string
  readonly segment_id: string
  readonly kind: 'entered' | 'left'
  /** `archived`: the segment is gone. `merged`: told of a profile that became another, or of what that one brought along. */
  readonly reason: 'event' | 'time' | 'review' | 'merged' | 'archived'
  /** message id, timer or other cause. */
  readonly cause: string
  readonly at: number
}

/** What follows from one record. Inputs are never changed: a failed commit must leave the cached state as it was. */
export interface Reaction<State> {
  readonly state: State
  readonly effects: readonly Effect[]
  /** Ids of effects that are not wanted any more (still queued ones are cancelled). */
  readonly cancels: readonly string[]
  readonly facts: readonly Fact[]
  /** Records for other keys. */
  readonly records: readonly KeyedRecord[]
}
