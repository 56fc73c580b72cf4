import { counted } from '#lib/counted.ts'
import { milliseconds } from '#lib/duration.ts'
import type { Model } from './schema.ts'

export type HealthState = 'learning' | 'cold' | 'stale' | 'broken' | 'shadow'

/** What is known of a version of a model. Times are epoch ms. */
export interface HealthFacts {
  readonly model: Model
  /** Of the newest snapshot; null: there is none. */
  readonly snapshot: { readonly trainedTo: number; readonly examples: number; readonly broken: string | null } | null
  readonly training: { readonly outcome: string; readonly reason: string; readonly failures: number; readonly running: boolean } | null
  /** It only watches, or decides for a share. */
  readonly trial: 'shadow' | 'share' | null
  readonly now: number
}

export interface Health {
  readonly state: HealthState
  /** For a marketer. */
  readonly sentence: string
  /** What to do about it; '' when nothing is to be done. */
  readonly todo: string
}

/** What each type does while it has no answer. */
const WITHOUT: Readonly<Record<Model['type'], string>> = {
  propensity: 'There is no score, and conditions that ask for one do not hold.',
  pattern: 'No patterns are found.',
  choice: 'Steps that ask it take their fallback.',
  'send-time': 'Messages go at the time that the journey says.',
  content: 'Every variant is shown as often.',
  recommendation: 'What is bought most is recommended.',
  pressure: 'Only the contact policy limits messages.',
  sentiment: 'There is no score, and conditions that ask for one do not hold.',
}

/** A choice that has learned nothing fresh explores, or there would never be anything fresh again. */
export const unlearned = (type: Model['type']): string =>
  type === 'choice' ? 'Each option that may be chosen is as likely, so that it can learn.' : WITHOUT[type]

/** How a version of a model is, worst first. */
export function healthOf({ model, snapshot, training, trial, now }: HealthFacts): Health {
  const trouble = troubleOf(training)
  if (model.type === 'pattern' && model.onnx && trial !== 'shadow')
    return { state: 'learning', sentence: 'It was brought, and is not trained here. It scores everybody at night.', todo: '' }
  if (model.type === 'sentiment' && trial !== 'shadow')
    return { state: 'learning', sentence: 'It goes by rules and needs no training: it hears how English texts sound.', todo: '' }
  if (snapshot?.broken != null)
    return {
      state: 'broken',
      sentence: `What it learned cannot be read (${snapshot.broken}). ${WITHOUT[model.type]}`,
      todo: `The next training mends it.${trouble} Train it now, or reset it if it stays so.`,
    }
  if (!snapshot)
    return {
      state: 'cold',
      sentence: `It has learned nothing yet. ${unlearned(model.type)}`,
      todo: `It learns by itself as soon as there are results to learn from.${trouble}`,
    }
  if (now - snapshot.trainedTo > (milliseconds(model.freshFor) ?? Number.POSITIVE_INFINITY))
    return {
      state: 'stale',
      sentence: `Its newest example is older than ${model.freshFor}, so it is not asked any more. ${unlearned(model.type)}`,
      todo: `See whether the events that it learns from still come in.${trouble}`,
    }
  const learned = `It has learned from ${counted(snapshot.examples, 'example')}`
  if (trial === 'shadow')
    return {
      state: 'shadow',
      sentence: `${learned}, and only watches: it changes nothing.`,
      todo: `Publish it with the stage share to try it.${trouble}`,
    }
  const scope = trial === 'share' ? ` and decides for ${model.rollout.share} of people` : ''
  return { state: 'learning', sentence: `${learned}${scope}.`, todo: trouble.trim() }
}

/** In words; '' when the last training went well. */
function troubleOf(training: HealthFacts['training']): string {
  if (training?.outcome !== 'failed') return ''
  const times = training.failures === 1 ? 'The last training failed' : `The last ${training.failures} trainings failed`
  return ` ${times}: ${REASONS[training.reason] ?? training.reason}.`
}

const REASONS: Readonly<Record<string, string>> = {
  gather_failed: 'its data could not be read (is ClickHouse there?)',
  gather_timeout: 'its data took too long to read',
  fit_failed: 'the learning itself failed',
  fit_timeout: 'the learning took too long',
  fit_memory: 'the learning needed too much memory',
  thread_died: 'the thread that learned has ended',
  not_finite: 'what came out was not a number',
  too_large: 'what came out is too large to keep',
  undecodable: 'what came out could not be read again',
  not_cloneable: 'its data could not be handed to the thread that learns',
  no_learner: 'this version of Cadenza does not know how such a model learns',
  install_failed: 'what it learned could not be saved',
  interrupted: 'it was interrupted',
  internal_error: 'of an error in Cadenza: see its log',
}
