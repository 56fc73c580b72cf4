import { lanes, places } from './lanes.ts'
import type { Step } from './steps.ts'

/** Steps that stand in a row under one name. */
export interface Stage {
  readonly name: string
  /** Its first step. */
  readonly first: string
  readonly steps: readonly Step[]
}

/** How a stage is called where steps and their lanes are folded. */
export const stageKey = (first: string): string => `stage:${first}`
export const isStageKey = (id: string): boolean => id.startsWith('stage:')

/** The stages of one list of steps; those inside of branches are stages of their own. */
export function stagesOf(steps: readonly Step[]): readonly Stage[] {
  const found: { name: string; first: string; steps: Step[] }[] = []
  let before: string | undefined
  for (const step of steps) {
    if (step.stage !== undefined && step.stage === before) found.at(-1)!.steps.push(step)
    else if (step.stage !== undefined) found.push({ name: step.stage, first: step.id, steps: [step] })
    before = step.stage
  }
  return found
}

/** A step of a list with the stage that it begins, and whether it stands for all of it. */
export interface Walked {
  readonly step: Step
  /** Its place in the list. */
  readonly index: number
  readonly begins?: Stage
  /** The stage is folded: this step stands for all of its steps. */
  readonly shut?: Stage
  /** The last of its stage. */
  readonly ends: boolean
}

/** The steps of a list that are shown, those of a folded stage by its first. */
export function walked(steps: readonly Step[], folded: ReadonlySet<string>): readonly Walked[] {
  const stages = stagesOf(steps)
  const by = new Map(stages.flatMap((stage) => stage.steps.map((step) => [step.id, stage] as const)))
  return steps.flatMap((step, index): Walked[] => {
    const stage = by.get(step.id)
    if (!stage) return [{ step, index, ends: false }]
    const shut = folded.has(stageKey(stage.first))
    const head = stage.first === step.id
    if (shut) return head ? [{ step, index, shut: stage, ends: false }] : []
    return [{ step, index, ends: stage.steps.at(-1) === step, ...(head && { begins: stage }) }]
  })
}

/** Names of stages that there are, in the order in which people come to them. */
export const stageNames = (steps: readonly Step[]): readonly string[] => [
  ...new Set(places(steps).flatMap(({ step }) => (step.stage === undefined ? [] : [step.stage]))),
]

/** What is folded or unfolded at a step: the folded stage that it stands for, its branches, else the stage that it is in. */
export function foldedAt(steps: readonly Step[], id: string, folded: ReadonlySet<string>): string | undefined {
  const found = places(steps).find(({ step }) => step.id === id)?.step
  if (!found) return undefined
  const lists = [steps, ...places(steps).flatMap(({ step }) => lanes(step).map((lane) => lane.steps))]
  const stage = lists.flatMap(stagesOf).find((each) => each.steps.some((step) => step.id === id))
  if (stage && folded.has(stageKey(stage.first))) return stageKey(stage.first)
  if (lanes(found).length > 0) return id
  return stage && stageKey(stage.first)
}
