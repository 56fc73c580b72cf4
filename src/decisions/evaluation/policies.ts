import type { LoggedDecision } from './logged.ts'
import type { FitOutcome } from './outcome-model.ts'

/** Probabilities of a decision's arms, in their order; they sum to 1. */
export type Policy = (decision: LoggedDecision) => readonly number[]

/** A policy that may learn: only from decisions of other people than those whom it is valued on. */
export interface Candidate {
  readonly name: string
  learn(training: readonly LoggedDecision[]): Policy
}

/** All to one arm. */
const only = (count: number, index: number): number[] => Array.from({ length: count }, (_, i) => (i === index ? 1 : 0))

const uniformly = (count: number): number[] => Array.from({ length: count }, () => 1 / count)

/** Always this arm; where it was not eligible, every other as likely. */
export const fixedArm = (arm: string): Candidate => ({
  name: `always ${arm}`,
  learn: () => (decision) => {
    const index = decision.arms.findIndex((each) => each.arm === arm)
    return index < 0 ? uniformly(decision.arms.length) : only(decision.arms.length, index)
  },
})

/** What was done: its value is the mean of the log. */
export const asLogged: Candidate = {
  name: 'what was done',
  learn:
    () =>
    ({ arms }) =>
      arms.map(({ propensity }) => propensity),
}

export const uniform: Candidate = {
  name: 'every option as likely',
  learn:
    () =>
    ({ arms }) =>
      uniformly(arms.length),
}

/** The arm that earned most on the training decisions (SNIPS by arm, shrunk to the mean of all), where it is eligible; else the next best. An arm of few decisions is the last to be taken. */
export const bestSingleArm: Candidate = {
  name: 'always the best single option',
  learn(training) {
    const values = armValues(training)
    return ({ arms }) => only(arms.length, best(arms.map(({ arm }) => values.get(arm) ?? Number.NEGATIVE_INFINITY)))
  },
}

/** Weight of the mean of all, in decisions. */
const PRIOR = 20
/** An arm that was taken less often is not known well enough to be the best. */
const KNOWN_FROM = 30

function armValues(training: readonly LoggedDecision[]): ReadonlyMap<string, number> {
  const mean = training.reduce((sum, { reward }) => sum + reward, 0) / Math.max(1, training.length)
  const sums = new Map<string, { worth: number; weight: number; count: number }>()
  for (const { arms, chosen, reward } of training) {
    const { arm, propensity } = arms[chosen]!
    const sum = sums.get(arm) ?? { worth: 0, weight: 0, count: 0 }
    sums.set(arm, { worth: sum.worth + reward / propensity, weight: sum.weight + 1 / propensity, count: sum.count + 1 })
  }
  const known = [...sums].filter(([, { count }]) => count >= KNOWN_FROM)
  return new Map(
    (known.length > 0 ? known : [...sums]).map(([arm, { worth, weight, count }]) => [
      arm,
      ((worth / weight) * count + mean * PRIOR) / (count + PRIOR),
    ]),
  )
}

/** The arm with the highest prediction. */
export const greedy = (name: string, outcome: FitOutcome): Candidate => ({
  name,
  learn(training) {
    const predict = outcome(training)
    return (decision) => only(decision.arms.length, best(decision.arms.map((_, index) => predict(decision, index))))
  },
})

/** Index of the largest; of equal ones the first. */
function best(values: readonly number[]): number {
  let index = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[index]!) index = i
  return index
}
