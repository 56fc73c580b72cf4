import { logit } from '#lib/numeric/sums.ts'
import { type Example, weightOfExample } from './labels.ts'

/** With how many examples a model begins, and of each outcome. */
export const ENOUGH_TO_START = { examples: 100, each: 5 }

/** The base rate of the first examples is where a model begins: they are learned, but what was said of them does not count. */
export function startOf(examples: readonly Example[]): { readonly burnIn: number; readonly offset: number } {
  const burnIn = Math.min(200, Math.floor(examples.length / 2))
  let [yes, all] = [0.5, 1]
  for (const example of examples.slice(0, burnIn)) {
    const weight = weightOfExample(example)
    yes += weight * example.label
    all += weight
  }
  return { burnIn, offset: logit(yes / all) }
}

/** Whether there is anything to begin with. */
export function canStart(examples: readonly Example[]): boolean {
  const yes = examples.reduce((sum, { label }) => sum + label, 0)
  return examples.length >= ENOUGH_TO_START.examples && yes >= ENOUGH_TO_START.each && examples.length - yes >= ENOUGH_TO_START.each
}
