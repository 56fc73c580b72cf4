import { amount, between, percent } from '../inference/say.ts'
import type { Calibrated } from './api.ts'
import type { Won } from './counts.ts'
import { keyName } from './names.ts'

/** What an experiment or a hold-out says that a channel or a journey caused, in all, over its own time. */
export interface Incremental {
  readonly by: 'channel' | 'journey'
  readonly key: string
  readonly conversions: Estimated
  /** Null: the metric has no value. */
  readonly value: Estimated | null
  readonly level: number
  /** Epoch ms: since when people were drawn. */
  readonly since: number
  /** Key of the experiment that says so. */
  readonly experiment: string
}
export interface Estimated {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

const times = ({ estimate, low, high }: Estimated, by: number): Estimated =>
  by >= 0 ? { estimate: estimate * by, low: low * by, high: high * by } : { estimate: estimate * by, low: high * by, high: low * by }

export interface Calibration {
  readonly incremental: Incremental
  /** Credit of the key over the time of the experiment. */
  readonly then: Won
  /** Credit of the key in the report. */
  readonly now: Won
  readonly currency: string
}

/** k = incremental ÷ attributed, and the credit times k. Null where nothing was credited then: nothing can be scaled. */
export function calibrate({ incremental, then, now, currency }: Calibration): Calibrated | null {
  if (!(then.conversions > 0)) return null
  const factor = times(incremental.conversions, 1 / then.conversions)
  const conversions = times(factor, now.conversions)
  const value = incremental.value && then.value > 0 ? times(incremental.value, now.value / then.value) : null
  const plain = { unit: 'number' } as const
  const money = value
    ? ` and of ${amount(now.value, { unit: 'money', currency })} it is ${amount(value.estimate, { unit: 'money', currency })} (${between(value, { unit: 'money' })})`
    : ''
  return {
    key: incremental.key,
    factor,
    conversions,
    value,
    level: incremental.level,
    label: 'calibrated',
    sentence: `Where chance decided, “${keyName(incremental.key, incremental.by)}” caused ${amount(factor.estimate, plain)} conversions for each one credited to it (${between(factor, plain)}, ${percent(incremental.level)} certain): of ${amount(now.conversions, plain)} credited here it caused about ${amount(conversions.estimate, plain)} (${between(conversions, plain)})${money}.`,
    experiment: { action: 'experiments.report', query: { key: incremental.experiment } },
  }
}
