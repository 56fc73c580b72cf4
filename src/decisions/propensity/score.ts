import { milliseconds } from '#lib/duration.ts'
import { logitOfTrees } from '#lib/numeric/gbdt.ts'
import { askable, type ModelInForce, type ModelSilence } from '../snapshot.ts'
import { alive, type Buyer } from './bg-nbd.ts'
import type { PropensityBody } from './body.ts'
import { calibrated } from './calibration.ts'
import { encode, type Features, rowOf } from './encoding.ts'
import { logitOf } from './ftrl.ts'

export interface Scored {
  /** Within (0, 1). */
  readonly p: number
  /** Who answered: the linear model, the trees, or the model of who still buys (BG/NBD). */
  readonly by: 'linear' | 'trees' | 'buying'
}

/** How likely the outcome of a model is for whoever has these features at a moment (epoch ms); or why the model has no answer. */
export function score(inForce: ModelInForce<'propensity'> | undefined, features: Features, now: number): Scored | ModelSilence {
  if (!inForce) return 'model_missing'
  const snapshot = askable(inForce, now, milliseconds(inForce.model.freshFor)!)
  return typeof snapshot === 'string' ? snapshot : told(snapshot.body as PropensityBody, features)
}

/** The same of a snapshot's body that may be asked. */
export function told(body: PropensityBody, features: Features): Scored | 'model_not_finite' {
  const buyer = body.buying?.identified ? buyerOf(features) : null
  if (buyer) return finite(1 - alive(body.buying!, buyer), 'buying')
  const trees = body.champion === 'trees' && body.trees !== null && body.calibration.trees !== null
  return trees
    ? finite(calibrated(body.calibration.trees!, logitOfTrees(body.trees!.trees, rowOf(body.trees!.names, features))), 'trees')
    : finite(calibrated(body.calibration.linear, logitOf(body.linear, encode(body.encoding, features))), 'linear')
}

const finite = (p: number, by: Scored['by']): Scored | 'model_not_finite' =>
  Number.isFinite(p) && p >= 0 && p <= 1 ? { p, by } : 'model_not_finite'

const WEEK_DAYS = 7

/** Somebody's orders as the model of buying takes them, in weeks; null: they have not ordered, or it is not told. */
export function buyerOf(features: Features): Buyer | null {
  const count = features['orders.count']
  const since = features['recency.order']
  if (count === undefined || since === undefined || !(count >= 1) || !(since >= 0)) return null
  const x = count - 1
  const tx = (x === 0 ? 0 : (features['orders.gap'] ?? 0) * x) / WEEK_DAYS
  return { x, tx, T: tx + since / WEEK_DAYS }
}
