import { milliseconds } from '#lib/duration.ts'
import { grouped } from '#lib/grouped.ts'
import type { JsonObject } from '#lib/json.ts'
import { wilson, Z95 } from '#lib/numeric/proportions.ts'
import { differenceSequence, halfWidth, type Sample, tuning } from '#lib/numeric/sequential.ts'
import { sigmoid } from '#lib/numeric/sums.ts'
import type { Learner, Trained, TrainingTask } from '../trainer.ts'
import { type ArmSums, type ChoiceBody, decodeChoice, emptyBody, type Regression, type Sums } from './body.ts'
import { ruleOf } from './decide.ts'
import { type Example, gainWidth, learned, lowerGain, relearned } from './learn.ts'

/** What choices learn from: matured decisions that the snapshot before has not seen, in the order of their times. */
export interface ChoiceData {
  readonly examples: readonly Example[]
  /** The latest ones all told, new and known, when it is time to fit everything at once (`isDue`); else left out. */
  readonly recent?: readonly Example[]
}

/** Learns which option of a choice brings most, from what has come of its decisions. */
export const choiceLearner: Learner<'choice', ChoiceData> = {
  type: 'choice',
  every: 60_000,
  fit,
  decode: decodeChoice,
}

function fit({ model, previous }: TrainingTask<'choice'>, { examples, recent }: ChoiceData): Trained | null {
  if (examples.length === 0) return null
  const before = (previous?.body as ChoiceBody | undefined) ?? emptyBody(0)
  const settings = { rule: ruleOf(model), halfLife: milliseconds(model.halfLife)! }
  const passed = learned(before, examples, settings)
  const body = recent ? relearned(passed, recent, settings) : passed
  const trainedTo = examples.reduce((latest, { at }) => Math.max(latest, at), previous?.trainedTo ?? 0)
  return {
    body: JSON.stringify(body),
    trainedTo,
    examples: (previous?.examples ?? 0) + examples.length,
    report: reportOf(body, { examples: examples.length }),
  }
}

const varianceOf = ({ n, m2 }: Sums): number => (n > 1 ? m2 / (n - 1) : 0)
const sampleOf = ({ reward }: ArmSums): Sample => ({ n: reward.n, mean: reward.mean, variance: varianceOf(reward) })
/** So many before an interval is shown. */
const LEAST = 100

/** The mean reward with an interval that holds at every look; null ends while too few are known. */
function rewarded({ reward }: ArmSums): JsonObject {
  const { n, mean } = reward
  const variance = varianceOf(reward)
  const half = n < LEAST || variance === 0 ? null : halfWidth(n, variance, { alpha: 0.05, rho: tuning(0.05, 5_000) })
  return { decisions: n, reward: mean, low: half === null ? null : mean - half, high: half === null ? null : mean + half }
}

const armReport = (sums: ArmSums): JsonObject => ({
  ...rewarded(sums),
  conversions: sums.conversions,
  unsubscribes: sums.unsubscribes,
  complaints: sums.complaints,
  propensity: sums.propensity,
})

/** How well it is doing, for people: lift is only said against the comparison group. */
export function reportOf(body: ChoiceBody, { examples }: { readonly examples: number }): JsonObject {
  const lift = differenceSequence(sampleOf(body.control), sampleOf(body.treated), { least: LEAST })
  const arms = Object.fromEntries(
    Object.entries(body.arms)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([arm, sums]) => [
        arm,
        { ...armReport(sums), rate: sums.weight > 0 ? sums.converted / sums.weight : 0, paused: body.paused[arm] ?? null },
      ]),
  )
  return {
    trained_on: { examples, features: body.names.length, counting: body.n },
    arms,
    chosen: armReport(body.treated),
    control: armReport(body.control),
    lift: lift && { reward: lift.estimate, low: lift.low, high: lift.high, p: lift.p },
    personal: { verdict: body.personal, share: body.share, gain: gainOf(body), sharper: body.sharper.mean },
    calibration: { ...body.regression.calibration, error: calibrationError(body.regression) },
    curve: curveOf(body.regression),
    sentences: sentencesOf(body, lift),
  }
}

function gainOf({ gain }: ChoiceBody): JsonObject {
  const known = Number.isFinite(lowerGain(gain))
  return {
    decisions: gain.n,
    mean: gain.mean,
    low: known ? gain.mean - gainWidth(gain) : null,
    high: known ? gain.mean + gainWidth(gain) : null,
  }
}

/** Mean distance between what was told beforehand and what came, over bins by their numbers. */
function calibrationError({ bins, calibration: { intercept, slope } }: Regression): number {
  const all = bins.reduce((sum, [n]) => sum + n, 0)
  const off = bins.reduce(
    (sum, [n, logits, hits]) => (n > 0 ? sum + Math.abs(hits - n * sigmoid(intercept + (slope * logits) / n)) : sum),
    0,
  )
  return all > 0 ? off / all : 0
}

/** Fewer examples than this say nothing by themselves: they are told together with those that were told about the same. */
const FEWEST = 20

/** What was told beforehand and what came, by what was told, with the 95 % interval around what came. */
function curveOf({ bins, calibration: { intercept, slope } }: Regression): JsonObject[] {
  const points: { n: number; logits: number; hits: number }[] = []
  for (const [n, logits, hits] of bins) {
    if (n <= 0) continue
    const last = points.at(-1)
    if (last && last.n < FEWEST) Object.assign(last, { n: last.n + n, logits: last.logits + logits, hits: last.hits + hits })
    else points.push({ n, logits, hits })
  }
  const rest = points.length > 1 && points.at(-1)!.n < FEWEST ? points.pop() : undefined
  const before = points.at(-1)
  if (rest && before) Object.assign(before, { n: before.n + rest.n, logits: before.logits + rest.logits, hits: before.hits + rest.hits })
  return points.map(({ n, logits, hits }) => {
    const [low, high] = wilson({ x: hits, n }, Z95)
    return { told: sigmoid(intercept + (slope * logits) / n), observed: hits / n, low, high, n }
  })
}

const percent = (share: number): string => `${Math.round(share * 100)} %`
const money = (x: number): string => grouped(String(Math.round(x * 10_000) / 10_000))

function sentencesOf(body: ChoiceBody, lift: ReturnType<typeof differenceSequence>): string[] {
  const { gain } = body
  const unit = body.valued ? '' : ' (a conversion counts as 1, because the goal has no value)'
  const against = lift
    ? `A decision has brought ${money(lift.estimate)} more than the comparison group’s${unit}; the 95 % interval, which may be looked at any day, is ${money(lift.low)} to ${money(lift.high)}.${lift.low > 0 ? '' : ' Nothing is shown yet.'}`
    : `There is no word on lift yet: it takes ${LEAST} decisions here and ${LEAST} in the comparison group.`
  const known = Number.isFinite(lowerGain(gain))
  const told = known
    ? ` (${money(gain.mean)} a decision, ${money(gain.mean - gainWidth(gain))} to ${money(gain.mean + gainWidth(gain))})`
    : ''
  const each = {
    shown: `It tells people apart, because that is shown to bring more than the option that is best for all${told}.`,
    undecided: `That telling people apart brings more than the option that is best for all is not shown yet${told}: ${percent(body.share)} are told apart all the same, as far as the data so far say that they differ.`,
    refuted: `Nothing is to be gained by telling people apart here${told}: ${percent(body.share)} are, in case that changes.`,
  }[body.personal]
  const paused = Object.entries(body.paused).map(
    ([arm, metric]) => `Option “${arm}” is paused: its ${metric} are above those of the comparison group.`,
  )
  return [against, each, ...paused]
}
