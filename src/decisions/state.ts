import type { Json } from '#lib/json.ts'

/** What one model keeps of one person. */
export interface PersonOfModel {
  /** Last score and when it was reckoned (log time, epoch ms). */
  readonly score?: number
  readonly at?: number
  /** Ids of crossings that the score is above. */
  readonly above?: readonly string[]
  /** Log time until which nothing is told, epoch ms. */
  readonly cooling?: number
  /** The model's own (a hidden state, …), compact; its shape belongs to the model's folder. */
  readonly kept?: Json
}

/** The decisions section of a profile's keyed state; left out where the workspace has no models. */
export interface DecisionsSection {
  /** Revision since which the workspace has had models: what was kept before another such time is void. */
  readonly since?: number
  /** What the features are reckoned from; its shape belongs to `features/`. */
  readonly features?: Json
  /** The last events, for models that read them in order; its shape belongs to `patterns/`. */
  readonly sequence?: Json
  /** Hours of the week in which the person reads; its shape belongs to `send-time/`. */
  readonly hours?: Json
  /** How what they wrote sounded; its shape belongs to `sentiment/`. */
  readonly sentiment?: Json
  /** Messages' pressure; its shape belongs to `pressure/`. */
  readonly pressure?: Json
  /** By model id. */
  readonly models?: Readonly<Record<string, PersonOfModel>>
  /** The person's day (see `rhythm.ts`) of which the last training example was taken. */
  readonly sampled?: number
  /** When scores are to be reckoned anew although nothing happened (epoch ms); left out: never. */
  readonly due?: number
}
