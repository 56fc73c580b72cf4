import { at, type Json, type JsonObject } from '#lib/json.ts'
import type { ModelType } from './schema.ts'

/** How well a model does in one figure. `auc`: chance to tell apart who did from who did not; `lift`: over the comparison group; `hits`: what came next, found in ten places. */
export interface Quality {
  readonly kind: 'auc' | 'lift' | 'hits'
  readonly value: number
  readonly low: number | null
  readonly high: number | null
}

const number = (value: Json | undefined): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)

/** From what a snapshot says of itself; null: it says nothing that could be held against anything. */
export function qualityOf(type: ModelType, report: JsonObject): Quality | null {
  const read = (...path: string[]): number | null => number(at(report, path))
  switch (type) {
    case 'propensity': {
      const interval = at(report, ['progressive', 'aucInterval'])
      const [low, high] = Array.isArray(interval) ? interval : []
      return made('auc', read('progressive', 'auc'), [number(low), number(high)])
    }
    case 'pattern':
      return made('auc', read(report['serves'] === 'network' ? 'network' : 'baseline', 'auc'))
    case 'choice':
      return made('lift', read('lift', 'reward'), [read('lift', 'low'), read('lift', 'high')])
    case 'recommendation':
      return made('hits', read('next', 'hitRate'))
    case 'send-time':
    case 'content':
    case 'pressure':
    case 'sentiment':
      return null
  }
}

type Ends = readonly [low: number | null, high: number | null]

const made = (kind: Quality['kind'], value: number | null, [low, high]: Ends = [null, null]): Quality | null =>
  value === null ? null : { kind, value, low, high }
