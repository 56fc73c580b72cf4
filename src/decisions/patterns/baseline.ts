import { sigmoid } from '#lib/numeric/sums.ts'
import { type Lesson, UNKNOWN } from './lessons.ts'
import { NOW, STEP_FEATURES } from './sequence.ts'

/** What the baseline knows of a person: how often and how recently, but not in which order. */
export interface Tally {
  readonly counts: Float64Array
  /** Events counted. */
  total: number
  /** Second of the newest target; NaN: none. */
  lastTarget: number
}

export const newTally = (types: number): Tally => ({ counts: new Float64Array(types), total: 0, lastTarget: Number.NaN })

export function count(tally: Tally, type: number, { second, target }: { readonly second: number; readonly target: number }): void {
  tally.counts[type]! += 1
  tally.total++
  if (type === target) tally.lastTarget = second
}

/** Columns of a row: one per type (that of the clock is the intercept), how many, since the last target, and the numbers beside the type. */
export const columnsFor = (types: number): number => types + 3 + STEP_FEATURES

/** Writes the row of one moment from `at`; `features` are those of the step (see `writeFeatures`). */
export function writeRow(
  out: Float64Array,
  at: number,
  moment: { readonly tally: Tally; readonly second: number; readonly features: ArrayLike<number> },
): void {
  const { tally, second, features } = moment
  const types = tally.counts.length
  for (let type = 0; type < types; type++) out[at + type] = type === NOW ? 1 : Math.log1p(tally.counts[type]!)
  const known = !Number.isNaN(tally.lastTarget)
  out[at + types] = Math.log1p(tally.total)
  out[at + types + 1] = known ? 1 : 0
  out[at + types + 2] = known ? Math.log1p((second - tally.lastTarget) / 3_600) / 8 : 0
  for (let f = 0; f < STEP_FEATURES; f++) out[at + types + 3 + f] = features[f]!
}

/** Tells the baseline's row at each step of a lesson where the target of a horizon is known. The row is overwritten by the next. */
export function eachRow(
  lesson: Lesson,
  { types, target, horizon, horizons }: { types: number; target: number; horizon: number; horizons: number },
  tell: (step: number, row: Float64Array) => void,
): void {
  const tally = newTally(types)
  const row = new Float64Array(columnsFor(types))
  const asked = Map.groupBy(
    Array.from({ length: lesson.steps }, (_, step) => step).filter((step) => lesson.types[step] === NOW),
    (step) => lesson.parents[step]!,
  )
  for (let step = 0; step < lesson.steps && lesson.types[step] !== NOW; step++) {
    count(tally, lesson.types[step]!, { second: lesson.times[step]!, target })
    for (const at of [step, ...(asked.get(step) ?? [])]) {
      if (lesson.targets[at * horizons + horizon] === UNKNOWN) continue
      const features = lesson.features.subarray(at * STEP_FEATURES, (at + 1) * STEP_FEATURES)
      writeRow(row, 0, { tally, second: lesson.times[at]!, features })
      tell(at, row)
    }
  }
}

/** What is added to a logit, and to how much of it, so that it means what it says (Platt 1999, held towards no change). */
export interface Calibration {
  readonly add: number
  readonly stretch: number
}
export const calibrated = (value: number, { add, stretch }: Calibration): number => sigmoid(value * (1 + stretch) + add)

/** The logit that a row has under the baseline's weights. */
export function baselineLogit(weights: ArrayLike<number>, row: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < weights.length; i++) sum += weights[i]! * row[i]!
  return sum
}
