import { milliseconds } from '#lib/duration.ts'
import type { Features } from './features/read.ts'
import { askable, type ModelInForce, type ModelSilence } from './snapshot.ts'

/** How likely the outcome of a model is; or why the model has no answer. */
export function scoreOf(inForce: ModelInForce<'propensity'>, features: Features, now: number): { readonly p: number } | ModelSilence {
  const snapshot = askable(inForce, now, milliseconds(inForce.model.freshFor)!)
  if (typeof snapshot === 'string') return snapshot
  const body = snapshot.body as { bias: number; weights: Record<string, number> }
  const p = 1 / (1 + Math.exp(-Object.entries(body.weights).reduce((sum, [name, w]) => sum + w * (features[name] ?? 0), body.bias)))
  return Number.isFinite(p) ? { p } : 'model_not_finite'
}
