import type { Prior } from './bayes.ts'
import type { Role } from './schema.ts'
import type { ArmStatistics } from './statistics.ts'

/** Figures by arm. */
export type ByArm = Readonly<Record<string, ArmStatistics>>

export interface ArmAsked {
  readonly arm: string
  readonly name: string
  /** Begins a sentence: `People who got the blue mail`; left out: `People in “name”`. */
  readonly people?: string
  /** Of the design, any unit; 0: nobody may be in it any more. */
  readonly share: number
  /** Different people exposed, whatever the metrics say of them. */
  readonly n: number
}

export interface MetricAsked {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly better: 'more' | 'less'
  readonly unit: 'share' | 'money' | 'number'
  /** ISO code, of money. */
  readonly currency?: string
  /** What people did, in the past tense: `ordered`; left out: the name says it. */
  readonly did?: string
  readonly arms: ByArm
  /** People by when they came in: the first and the second half. An effect that differs between them may be novelty wearing off. */
  readonly halves?: { readonly early: ByArm; readonly late: ByArm }
  /** Of a guardrail: how much worse is tolerated, as a share of control's mean. Left out: none, so any harm counts. */
  readonly tolerated?: number
}

/** What surrounds the figures, for the doubts. */
export interface Circumstances {
  /** Since the first exposure. */
  readonly days: number
  /** Versions of what is compared that people met. */
  readonly versions: number
  /** People whose window for the outcome is not over. */
  readonly windowsOpen: number
  /** People met in more than one arm, who are left out. */
  readonly crossed: number
}

export interface ReadoutAsked {
  readonly arms: readonly ArmAsked[]
  /** Null: nobody was held out, so nothing is compared. */
  readonly control: string | null
  /** In the order in which they are to be shown. */
  readonly metrics: readonly MetricAsked[]
  /** Of each interval, two-sided. */
  readonly alpha: number
  /** Of relative effects, from past tests (`priorOfPast`). */
  readonly prior: Prior | null
  /** People of both arms at which intervals are to be narrowest; left out: 5,000. */
  readonly narrowestAt?: number
  /** Of the bootstrap; the same seed, the same answer. */
  readonly seed: string
  readonly circumstances: Circumstances
}
