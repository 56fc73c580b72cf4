import type { ModelSilence } from './snapshot.ts'

/** What a decision was about. */
export type DecisionKind = 'split' | 'choose' | 'send_time' | 'content' | 'frequency'

/** What its author says of a candidate. */
export interface About {
  readonly channel?: string
  /** What it offers, e.g. `discount`: candidates with the same offer learn together. */
  readonly offer?: string
  /** Of choosing it, in the workspace's currency, beside what its messages cost. */
  readonly cost?: number
  /** What each conversion by it gives away: a discount, free shipping. Whoever does not convert costs nothing of it. */
  readonly gives?: number
  /** Of a conversion, where it is not the one that conversions have had. */
  readonly worth?: number
  /** How much it takes of each scarce resource. */
  readonly takes?: Readonly<Record<string, number>>
}

/** The settings of a choice's model that its reckoning used. */
export interface ChoiceRule {
  readonly policy: 'squarecb' | 'thompson' | 'linucb' | 'best-arm'
  readonly floor: number
  readonly margin: number
  readonly unsubscribeCost: number
}

/** One of the things that could have been done. */
export interface Candidate {
  readonly arm: string
  /** '' for one that could be chosen; else a reason code: `condition`, `no_address`, `consent_missing`, `capped:…`, `policy:…`, `budget:…`, `out_of_stock`, … */
  readonly excluded: string
  /** What was expected of it, in the workspace's currency unless `unit` of the record says otherwise; left out where nothing was predicted. */
  readonly predicted?: number
  /** What was known of it whatever a model thinks; left out where nothing was. */
  readonly about?: About
  /** Parts of that: probability of the outcome, worth of it, cost, value at risk, price of what is scarce (λ·c). */
  readonly parts?: Readonly<Record<string, number>>
  /** Probability with which it is chosen; 0 when it is excluded. All of a record sum to 1. */
  readonly propensity: number
}

/** Why what was chosen was chosen. */
export type DecidedBy =
  /** The model, drawing from its propensities. */
  | 'model'
  /** Nothing is known yet: every eligible candidate is as likely. */
  | 'cold_start'
  /** The comparison group: the fallback, whatever the model says. */
  | 'control'
  /** The group that gets nothing. */
  | 'held_out'
  /** The deterministic way, because the model had no answer (`silence`) or no candidate was left. */
  | 'fallback'

/** One decision with all that it rests on: with the snapshot and the seed it can be recomputed bit for bit. */
export interface DecisionRecord {
  /** `enrollment:step`, with the round in a repeat: outcomes are joined by it. */
  readonly id: string
  readonly kind: DecisionKind
  /** '' where no model was asked. */
  readonly model: string
  readonly modelVersion: number
  /** Serial of the snapshot; 0: none. */
  readonly snapshot: number
  readonly by: DecidedBy
  readonly silence?: ModelSilence | 'no_candidate'
  readonly candidates: readonly Candidate[]
  readonly chosen: string
  readonly propensity: number
  /** Seed of the generator that drew. */
  readonly seed: string
  /** What the model was told, by name; finite numbers only. */
  readonly features: Readonly<Record<string, number>>
  /** λ by resource. */
  readonly prices?: Readonly<Record<string, number>>
  /** A policy in shadow: what it would have done, with which probabilities. */
  readonly shadow?: {
    readonly model: string
    readonly snapshot: number
    readonly chosen: string
    readonly propensities: Readonly<Record<string, number>>
  }
  readonly unit?: string
  /** Of content: the template, and what each slot could show in the order in which it was drawn from. */
  readonly content?: {
    readonly template: string
    readonly version: number
    readonly slots: readonly { readonly slot: string; readonly options: readonly string[] }[]
  }
  /** Of a choice: with it, the snapshot and the seed the record can be recomputed. */
  readonly rule?: ChoiceRule
}
