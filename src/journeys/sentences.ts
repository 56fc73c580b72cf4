import { isRefusal } from '#lib/problem.ts'
import { parse } from '#segments/condition/parse.ts'
import { sentence } from '#segments/condition/sentence.ts'
import { lanes } from './lanes.ts'
import type { Journey } from './schema.ts'
import type { Step } from './steps.ts'

/** Each condition of a journey as a sentence for people, by its text. One that does not parse is left out: `check` tells about it. */
export function sentencesOf(journey: Journey): Record<string, string> {
  const texts = [journey.entry.where, journey.goal.where, ...journey.exit.map((exit) => exit.where), ...journey.steps.flatMap(conditionsOf)]
  const sentences: Record<string, string> = {}
  for (const text of texts) {
    if (text === undefined) continue
    const tree = parse(text)
    if (!isRefusal(tree)) sentences[text] = sentence(tree)
  }
  return sentences
}

function conditionsOf(step: Step): (string | undefined)[] {
  const own = step.kind === 'branch' ? step.branches.map((branch) => branch.when) : step.kind === 'waitFor' ? [step.where] : []
  return [...own, ...lanes(step).flatMap((lane) => lane.steps.flatMap(conditionsOf))]
}
