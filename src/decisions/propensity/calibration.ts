import { isotonic, isotonicAt } from '#lib/numeric/isotonic.ts'
import { sigmoid } from '#lib/numeric/sums.ts'
import type { Judgeable } from './judging.ts'

/** From a model's logit to a probability that keeps its word: a rising curve, blended with the model's own. */
export interface Calibration {
  /** Logits, ascending, and the share that came to pass there. */
  readonly x: readonly number[]
  readonly y: readonly number[]
  /** 0: the model's own probability; 1: the curve alone. */
  readonly trust: number
  /** Told probabilities stay so far from 0 and 1. */
  readonly edge: number
}

export const UNCALIBRATED: Calibration = { x: [], y: [], trust: 0, edge: 1e-6 }

/** Positives from which on the curve stands alone. */
const FULL_TRUST = 500

/** Pooling adjacent violators over predictions that were made before their outcome was learned. */
export function calibrationOf({ logits, labels, weights }: Judgeable): Calibration {
  let [positives, negatives] = [0, 0]
  for (let i = 0; i < labels.length; i++) labels[i] === 1 ? positives++ : negatives++
  if (positives === 0 || negatives === 0) return UNCALIBRATED
  const { x, y } = isotonic(logits, labels, weights)
  return { x: [...x], y: [...y], trust: Math.min(1, positives / FULL_TRUST), edge: 1 / (2 * (labels.length + 1)) }
}

/** The probability that is told for a logit; never falls where the logit rises. */
export function calibrated({ x, y, trust, edge }: Calibration, logit: number): number {
  const own = sigmoid(logit)
  const told = trust === 0 || x.length === 0 ? own : trust * isotonicAt({ x, y }, logit) + (1 - trust) * own
  return Math.min(1 - edge, Math.max(edge, told))
}
