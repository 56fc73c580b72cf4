import type { Candidate, DecisionRecord } from '../record.ts'
import { OTHERS } from './decide.ts'

/** Sentence for a reason code of the engine. */
type Explain = (code: string) => string

const percent = (share: number): string => `${share >= 0.1 ? Math.round(share * 100) : Math.round(share * 1_000) / 10} %`

/** `hero:a foot:x` → `“a” in hero and “x” in foot`. */
export function layoutWords(arm: string): string {
  const parts = arm.split(' ').map((part) => {
    const at = part.indexOf(':')
    return at < 0 ? part : `“${part.slice(at + 1)}” in ${part.slice(0, at)}`
  })
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

/** Why a message shows what it shows, for people. */
export function whyLayout(record: DecisionRecord, explain: Explain): string {
  const { by, chosen, propensity, silence, features } = record
  const shown = `The message shows ${layoutWords(chosen)}`
  switch (by) {
    case 'control':
    case 'held_out':
    case 'fallback':
    case 'cold_start': {
      const why = silence === undefined ? 'nothing is known of what this person may get.' : lower(explain(silence))
      return `${shown}, drawn by lot, each combination as likely: ${why}`
    }
    case 'model':
      return features['uniform'] === 1
        ? `${shown}, drawn by lot from all combinations: a share of messages stays even, so that what does better can be confirmed.`
        : `${shown}: that had a chance of ${percent(propensity)}, by how likely it is the best combination.`
  }
}

/** Why this combination, why not that one. */
export function whyThisLayout({ arm, excluded, propensity }: Candidate, { chosen }: DecisionRecord): string {
  if (excluded !== '') return 'Not possible. Its condition did not hold for this person.'
  if (arm === OTHERS) return `All other combinations together had a chance of ${percent(propensity)}.`
  return `Its chance was ${percent(propensity)}.${arm === chosen ? ' It was chosen.' : ''}`
}

const lower = (sentence: string): string => sentence.slice(0, 1).toLowerCase() + sentence.slice(1)
