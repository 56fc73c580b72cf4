import { cellText } from '../reports/cells.ts'
import type { AttributionReport, Model } from './api.ts'

const MODELS: Readonly<Record<Model, string>> = {
  first: 'First touch',
  last: 'Last touch',
  'last-non-direct': 'Last touch that was not direct',
  linear: 'Equal shares',
  position: 'Shares by position',
  'time-decay': 'Shares that fade with time',
  markov: 'Markov chain',
  shapley: 'Shapley',
  hazard: 'Hazard',
}

/** What a model is called within a sentence; `named-german.ts` and `own-names-german.ts` have it in German. */
export const modelName = (model: Model): string => MODELS[model]

/** What is credited, as people call it: channels are codes, all else has a name that somebody gave. */
export const keyName = (key: string, by: AttributionReport['by']): string =>
  by === 'channel' ? cellText(key, { type: 'text', codes: 'channel' }) : key
