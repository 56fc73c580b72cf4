import { milliseconds } from '#lib/duration.ts'
import { chance } from '#lib/hash.ts'
import type { Outcome } from '../schema.ts'
import type { Features } from './encoding.ts'

/** What a model said of somebody, or would have been asked, and what it was told. */
export interface Prediction {
  readonly id: string
  /** Epoch ms by the log's clock. */
  readonly at: number
  readonly features: Features
}

/** A prediction whose outcome is known. */
export interface Example extends Prediction {
  readonly label: 0 | 1
  /** It stands for 2^halvings of its kind: negatives of frequent outcomes are thinned out. */
  readonly halvings: number
}

export const weightOfExample = ({ halvings }: Pick<Example, 'halvings'>): number => 2 ** halvings

export type Label = 'yes' | 'no' | 'immature'

export interface Maturing {
  /** Length of the window after a prediction, ms. */
  readonly within: number
  /** Everything that happened up to this moment is known (epoch ms). */
  readonly until: number
}

/** Facts take a moment until they can be read, and phones tell late: a window is closed so long after its end. */
export const GRACE = 10 * 60_000

export const windowOf = ({ within }: Outcome): number => milliseconds(within)!

/** Whether what is counted comes to pass by the event happening (`yes`), or by it not happening. */
const comesByAbsence = (outcome: Outcome): boolean => outcome.kind === 'churned' && !outcome.contract

/**
 * The label of a prediction, given when the event happened to its person or message. Yes and no both wait for the end of the window:
 * whoever learned each yes at once would have seen nothing else in the first days, and would have been told of more of them than there are.
 */
export function labelOf(
  at: number,
  happened: readonly number[],
  { outcome, until }: Omit<Maturing, 'within'> & { readonly outcome: Outcome },
): Label {
  const end = at + windowOf(outcome)
  if (end > until) return 'immature'
  const came = happened.some((time) => time > at && time <= end)
  return came === comesByAbsence(outcome) ? 'no' : 'yes'
}

type Labelled = Pick<Example, 'id' | 'label' | 'halvings'>

/** Those that have matured since `from`, in the order of their time, by id among equals. */
export function matured<P extends Pick<Prediction, 'id' | 'at'>>(
  predictions: readonly P[],
  happenedTo: (prediction: P) => readonly number[],
  { outcome, from, until }: { readonly outcome: Outcome; readonly from: number; readonly until: number },
): (P & Labelled)[] {
  const within = windowOf(outcome)
  return predictions
    .filter(({ at }) => at + within > from)
    .flatMap((prediction): (P & Labelled)[] => {
      const label = labelOf(prediction.at, happenedTo(prediction), { outcome, until })
      return label === 'immature' ? [] : [{ ...prediction, label: label === 'yes' ? 1 : 0, halvings: 0 }]
    })
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}

/** Most negatives that are kept for each positive, and below how many examples nothing is thinned out. */
const NEGATIVES = 8
const FEW = 10_000

/** Thins out negatives where they are many: each is kept with chance 2^-k, by hash of its id, and stands for 2^k (McMahan et al. 2013, 4.3). */
export function thinned<E extends Labelled>(examples: readonly E[], few = FEW): E[] {
  const positives = examples.reduce((sum, { label }) => sum + label, 0)
  const negatives = examples.length - positives
  if (examples.length <= few) return [...examples]
  const wanted = Math.max(few, NEGATIVES * positives)
  const halvings = Math.max(0, Math.min(10, Math.floor(Math.log2(negatives / wanted))))
  return examples.flatMap((example) => {
    if (example.label === 1) return [example]
    return chance(`thinned ${halvings}`, example.id) < 2 ** -halvings ? [{ ...example, halvings }] : []
  })
}
