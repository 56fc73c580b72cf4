import { isRefusal } from '#lib/problem.ts'
import { parse } from '#segments/condition/parse.ts'
import { sentence } from '#segments/condition/sentence.ts'
import { awaitedBy } from './awaited.ts'
import { entryTexts, placedEntries } from './entries/placed.ts'
import { lanes } from './lanes.ts'
import type { Journey } from './schema.ts'
import type { Step } from './steps.ts'

/** Each condition of a journey as a sentence for people, by its text. One that does not parse is left out: `check` tells about it. */
export function sentencesOf(journey: Journey): Record<string, string> {
  const texts = [
    ...placedEntries(journey)
      .flatMap(entryTexts)
      .flatMap(({ text, available }) => (available.wanted ? [] : [text])),
    journey.goal.where,
    ...journey.exit.map((exit) => exit.where),
    ...journey.steps.flatMap(conditionsOf),
  ]
  const sentences: Record<string, string> = {}
  for (const text of texts) {
    if (text === undefined) continue
    const tree = parse(text)
    if (!isRefusal(tree)) sentences[text] = sentence(tree)
  }
  return sentences
}

/** The condition texts of a step and of those inside it. */
export function conditionsOf(step: Step): (string | undefined)[] {
  return [...conditionsIn(step), ...lanes(step).flatMap((lane) => lane.steps.flatMap(conditionsOf))]
}

/** The condition texts of a step itself. */
export function conditionsIn(step: Step): (string | undefined)[] {
  switch (step.kind) {
    case 'branch':
      return step.branches.map(({ when }) => when)
    case 'waitFor':
      return awaitedBy(step).map(({ where }) => where)
    case 'choose':
      return step.options.map(({ when }) => when)
    case 'repeat':
      return [step.until]
    case 'wait':
    case 'split':
    case 'email':
    case 'sms':
    case 'push':
    case 'inapp':
    case 'whatsapp':
    case 'slack':
    case 'webhook':
    case 'message':
    case 'call':
    case 'notify':
    case 'hold':
    case 'start':
    case 'stop':
    case 'update':
    case 'exit':
      return []
  }
}

/** The expression texts of a step itself: values, not conditions. */
export function expressionsIn(step: Step): string[] {
  const values = step.kind === 'update' ? step.set : step.kind === 'start' ? step.with : {}
  const date = step.kind === 'wait' && step.until && 'date' in step.until ? [step.until.date] : []
  return [
    ...date,
    ...Object.values(values).flatMap((value) => (typeof value === 'string' && value.startsWith('=') ? [value.slice(1)] : [])),
  ]
}
