import type { JsonObject } from '#lib/json.ts'
import type { KeyedRecord } from './schema.ts'

/** How a message can travel. All but `webhook` say what a template says. */
export const CHANNELS = ['email', 'sms', 'push', 'inapp', 'whatsapp', 'slack', 'webhook'] as const
export type ChannelName = (typeof CHANNELS)[number]
export const isChannel = (name: string): name is ChannelName => (CHANNELS as readonly string[]).includes(name)

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
  | { readonly table: 'exposures'; readonly row: ExposureFact }
  | { readonly table: 'assignments'; readonly row: AssignmentFact }
  | { readonly table: 'predictions'; readonly row: PredictionFact }
  | { readonly table: 'people'; readonly row: PersonFact }
  | { readonly table: 'memberships'; readonly row: MembershipFact }
  | { readonly table: 'verdicts'; readonly row: VerdictFact }
  | { readonly table: 'consents'; readonly row: ConsentFact }
  | { readonly table: 'violations'; readonly row: ViolationFact }

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
  /** Where a visit came from (`origin.ts`); left out where it says nothing. */
  readonly utm_source?: string
  readonly utm_medium?: string
  readonly utm_campaign?: string
  readonly click_id?: string
  readonly referrer?: string
  /** Id of the write key that it came by; left out: from Cadenza itself. */
  readonly source?: string
}

/** One way in which an event broke the tracking plan when it was accepted. */
export interface ViolationFact {
  readonly workspace_id: string
  readonly profile_id: string
  readonly message_id: string
  readonly name: string
  readonly kind: string
  /** Path of the property; '' for the event itself. */
  readonly property: string
  readonly says: string
  readonly source: string
  readonly at: number
  readonly received: number
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
    | 'delivered'
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
  /** The workspace's provider that it left by; left out: none of its own. */
  readonly provider?: string
  /** What the provider charges for, and how much that is; 0 where nothing left. */
  readonly units?: number
  readonly cost?: number
  readonly currency?: string
  /** Of a slot that was kept for another message: what this one and that one are worth. */
  readonly worth?: number
  readonly worth_kept_for?: number
  /** Of what is put into the outbox: what reports cut messages by; the domain whose servers take it, of e-mail. */
  readonly topic?: string
  readonly lane?: string
  readonly template?: string
  readonly mail_domain?: string
  /** Of a hand-over: the how many-th try it was. */
  readonly tries?: number
  /** Who opened or clicked (`channels/machine.ts`). */
  readonly fetcher?: string
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
  /** The rest is of choices that weigh something (`decisions/record.ts`); left out by a split. */
  readonly decision_id?: string
  readonly kind?: string
  readonly model?: string
  readonly model_version?: number
  readonly snapshot?: number
  readonly decided_by?: string
  /** Why a model had no answer; '' when it had. */
  readonly silence?: string
  /** JSON text of the whole record. */
  readonly record?: string
}

/** Where a hold-out or an experiment has put a person, told once, at the first decision point that asked. */
export interface AssignmentFact {
  readonly workspace_id: string
  readonly profile_id: string
  readonly kind: 'holdout' | 'experiment'
  /** Id of the document. */
  readonly experiment: string
  readonly version: number
  /** Of a hold-out that rotates; else ''. */
  readonly period: string
  /** The profile that the draw was made of. */
  readonly unit: string
  readonly arm: string
  readonly is_control: 0 | 1
  /** The chance of this arm, in (0, 1]. */
  readonly share: number
  /** 1: profiles of different arms became this person, who belongs to neither. */
  readonly crossed: 0 | 1
  /** Where it was asked; '' where it was not in a journey or at no step. */
  readonly journey_id: string
  readonly step_id: string
  /** message id, timer or other cause. */
  readonly cause: string
  readonly at: number
}

/** What a model said of a person at a moment, with what it was told: an example, once its outcome is known. */
export interface PredictionFact {
  readonly workspace_id: string
  readonly profile_id: string
  /** Where it hangs on a message: the effect's id; else ''. */
  readonly effect_id: string
  readonly model: string
  readonly model_version: number
  /** 0: the model had not learned anything yet. */
  readonly snapshot: number
  readonly score: number
  /** JSON text `{ feature: number }`. */
  readonly features: string
  /** Event name, `timer` or other cause. */
  readonly cause: string
  readonly at: number
}

/** What a person was shown in a slot of a message that was handed over. */
export interface ExposureFact {
  readonly workspace_id: string
  readonly profile_id: string
  readonly effect_id: string
  readonly template: string
  readonly version: number
  readonly slot: string
  readonly variant: string
  /** Product id of a recommendation; else ''. */
  readonly item: string
  readonly propensity: number
  readonly chosen_by: string
  /** Variants that could have been shown, with commas; left out: nothing was drawn. */
  readonly among?: string
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

/** One thing that was said about what a person allows, with what shows it; also what changed nothing. Only ever added to. */
export interface ConsentFact {
  readonly workspace_id: string
  readonly profile_id: string
  readonly record_id: string
  /** `*`: every channel; `ads`: sale and sharing for advertising. */
  readonly channel: string
  /** '' for none. */
  readonly topic: string
  readonly status: 'granted' | 'withdrawn' | 'pending' | 'expired' | 'paused' | 'resumed' | 'blocked' | 'unblocked'
  /** 1: it changed what holds. */
  readonly effective: 0 | 1
  readonly reason: string
  readonly basis: string
  /** When it was said, and the log time at which it was heard (epoch ms). */
  readonly captured_at: number
  readonly at: number
  readonly source: string
  readonly method: string
  readonly wording: string
  readonly wording_version: number
  /** SHA-256 of the text in the language that was read. */
  readonly wording_hash: string
  readonly locale: string
  readonly address: string
  readonly ip: string
  readonly user_agent: string
  readonly url: string
  readonly token: string
  readonly jurisdiction: string
  readonly controller: string
  readonly by: 'self' | 'parent'
  /** Epoch ms; 0: it does not end by itself. */
  readonly expires_at: number
  readonly proof_ref: string
  readonly actor: string
  /** `granted@1767225600000`: what it took the place of; '' for nothing. */
  readonly supersedes: string
}

/** What rules of law said of a message: one row when all let it pass, else one for each rule that did not. */
export interface VerdictFact {
  readonly workspace_id: string
  readonly profile_id: string
  /** '' when there is no message yet. */
  readonly effect_id: string
  readonly journey_id: string
  readonly version: number
  readonly enrollment_id: string
  readonly step_id: string
  readonly stage: 'decision' | 'dispatch'
  readonly channel: string
  readonly category: string
  readonly outcome: 'pass' | 'refuse' | 'defer'
  /** Id and version of the rule; '' and 0 for a pass. */
  readonly policy: string
  readonly policy_version: number
  readonly gate: string
  readonly jurisdiction: string
  readonly citation: string
  /** A sentence. */
  readonly reason: string
  /** JSON text. */
  readonly evidence: string
  /** Rules that let it pass, `id@version`, parted by spaces. */
  readonly policies: string
  /** Of `defer`: epoch ms; else 0. */
  readonly until: number
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
