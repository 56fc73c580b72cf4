import { cuped } from '../inference/cuped.ts'
import { tooEarly } from '../inference/doubts.ts'
import { sequence } from '../inference/sequential.ts'
import { sampleRatio } from '../inference/srm.ts'
import { type ArmStatistics, momentsOf, type QuantileStatistics } from '../inference/statistics.ts'
import { type Effect, effectOf } from '../inference/welch.ts'
import type { Estimate } from './fieller.ts'

export interface Doubt {
  readonly code: string
  readonly sentence: string
}

/** One arm as facts tell it: people whose window is over, and all whom chance put there. */
export interface ArmTold {
  readonly id: string
  readonly people: number
  readonly share: number | null
  /** Money per person. Left out: the outcome has no value. */
  readonly value?: Summed
  /** Whether a person did it. */
  readonly outcome?: Summed
}
type Summed = Exclude<ArmStatistics, QuantileStatistics>

/** What would not have happened without it, over all people who were treated. */
export interface Gain {
  /** Value, before margin. */
  readonly value: Estimate | null
  /** Conversions. */
  readonly outcomes: Estimate | null
  readonly treated: number
  readonly control: number
  /** Half-width ÷ standard error of an interval that holds however often it is looked at. */
  readonly quantile: number
  readonly method: string
  readonly doubts: readonly Doubt[]
}

/** Why nobody can say what it brought. */
export interface Unknown {
  readonly kind: 'unknown'
  readonly because: 'no_control' | 'too_early' | 'sample_ratio' | 'several_shares' | 'no_outcome' | 'nothing_sent'
  readonly sentence: string
}
export type GainTold = ({ readonly kind: 'known' } & Gain) | Unknown

export const unknown = (because: Unknown['because'], sentence: string): Unknown => ({ kind: 'unknown', because, sentence })
export const NO_CONTROL = unknown('no_control', 'Return unknown: nobody was held out, so nobody can say what would have happened anyway.')

const LEVEL = 0.95
export const ALPHA = 1 - LEVEL

/** What treated people did beyond those who were held out. The difference per person, times everybody who was treated. */
export function gainOf(treated: ArmTold, control: ArmTold | undefined): GainTold {
  if (!control || control.people === 0) return NO_CONTROL
  if (treated.people === 0) return unknown('nothing_sent', 'Nobody has been treated yet.')
  const blocked = blockedBy(treated, control)
  if (blocked) return blocked
  const value = ripe(treated.value, control.value)
  const outcome = ripe(treated.outcome, control.outcome)
  const main = value ?? outcome
  if (!main) return unknown('no_outcome', 'Return unknown: what it is for has no value that could be reckoned.')
  const over = treated.value?.n ?? treated.outcome?.n ?? 0
  return {
    kind: 'known',
    value: value && total(value, treated.people),
    outcomes: outcome && total(outcome, treated.people),
    treated: treated.people,
    control: control.people,
    quantile: quantileOf(main),
    method: `Difference of means${main.adjusted ? ', adjusted for what people did before (CUPED)' : ''}, with an interval that holds however often it is looked at`,
    doubts: [
      ...(over < treated.people
        ? [
            {
              code: 'window_open',
              sentence: `${treated.people - over} of ${treated.people} people still have time; they are taken to do like the others.`,
            },
          ]
        : []),
    ],
  }
}

function blockedBy(treated: ArmTold, control: ArmTold): Unknown | null {
  const drawn = [treated, control].map(({ id, people, share }) => ({ arm: id, n: people, share: share ?? 0 }))
  if (drawn.every(({ share }) => share > 0) && sampleRatio(drawn).alarm)
    return unknown(
      'sample_ratio',
      'Return unknown: the groups are not of the sizes that chance should have given, so they cannot be compared.',
    )
  const pairs = [
    [control.outcome, treated.outcome],
    [control.value, treated.value],
  ]
  const early = pairs.flatMap(([a, b]) => (a && b ? [tooEarly(a, b)] : []))
  if (early.some((each) => each === null)) return null
  return unknown('too_early', early[0]?.sentence ?? 'Too early to say: nobody’s time is over yet on one side.')
}

/** Null until both sides are large enough for an interval, as in every read-out. */
const ripe = (treated: Summed | undefined, control: Summed | undefined): ReturnType<typeof effect> =>
  treated && control && !tooEarly(control, treated) ? effect(treated, control) : null

function effect(treated: Summed, control: Summed): (Effect & { readonly adjusted: boolean }) | null {
  const [a, b] = [momentsOf(control), momentsOf(treated)]
  if (!a || !b) return null
  const adjusted = cuped(a, b)
  // Always where there is a before, as in read-outs: one experiment tells one number.
  const difference = effectOf(adjusted?.control ?? a, adjusted?.treated ?? b, 'absolute')
  return difference && { ...difference, adjusted: adjusted !== null }
}

const total = ({ estimate, se }: Effect, people: number): Estimate => ({ estimate: estimate * people, se: se * people })

function quantileOf(difference: Effect): number {
  if (difference.se === 0) return 0
  const { high } = sequence(difference, { alpha: ALPHA })
  return (high - difference.estimate) / difference.se
}
