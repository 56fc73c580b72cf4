import { logitOfTrees } from '#lib/numeric/gbdt.ts'
import type { ModelOf } from '../schema.ts'
import type { Learner, Trained, TrainingTask } from '../trainer.ts'
import { type Buyer, fitBgNbd } from './bg-nbd.ts'
import { decodePropensity, outcomeText, type PropensityBody, packedBody } from './body.ts'
import { calibrationOf, UNCALIBRATED } from './calibration.ts'
import { type Challenge, challenged, championAfter } from './challenge.ts'
import { type Drift, driftOf, driftsOf, spreadOf, spreadsOf } from './drift.ts'
import { copiedEncoding, encode, type Features, newEncoding, observe, rowOf } from './encoding.ts'
import { copied, type Ftrl, learn, logitOf, newFtrl } from './ftrl.ts'
import { type Example, weightOfExample } from './labels.ts'
import { judgeable, NOTHING_RECENT, recentWith } from './recent.ts'
import { type LearningReport, reportOf } from './report.ts'
import { canStart, startOf } from './start.ts'
import { kaplanMeier, type Span } from './survival.ts'

/** What a propensity model learns from. */
export interface PropensityData {
  /** Examples that have matured since the snapshot before, in order of time; negatives of rare outcomes thinned out. */
  readonly fresh: readonly Example[]
  /** Outcomes are known up to here, epoch ms. */
  readonly until: number
  /** Of windows that had been closed without them. */
  readonly late: number
  /** Predictions whose window is still open. */
  readonly immature: number
  /** Once a day. */
  readonly nightly: Nightly | null
}

export interface Nightly {
  /** The newest matured examples, in order of time. */
  readonly window: readonly Example[]
  /** What was asked in the last week, with or without a known outcome. */
  readonly lastWeek: readonly { readonly features: Features }[]
  /** Non-contractual churn: histories of buyers, in weeks. */
  readonly buyers: readonly Buyer[]
  /** Contractual churn: contracts, in days. */
  readonly contracts: readonly Span[]
}

const DAY = 86_400_000
/** So many new examples, this share of the recent ones, or this time make a new snapshot worth its room. */
const WORTH = { examples: 20, share: 0.01, ms: 3_600_000 }
const RECENT_MARGIN = 20_000

/** The snapshot before, if it foretold the same. */
export function goingOnFrom({ model, previous }: Pick<TrainingTask<'propensity'>, 'model' | 'previous'>): PropensityBody | null {
  const body = previous?.body as PropensityBody | undefined
  return body && body.outcome === outcomeText(model.outcome) ? body : null
}

/** Whether trees are to be grown and compared again. */
export const isNight = (body: PropensityBody | null, now: number): boolean => body === null || now - body.challengedAt >= (DAY * 5) / 6

function fit(task: TrainingTask<'propensity'>, data: PropensityData): Trained | null {
  const before = goingOnFrom(task)
  const { fresh } = data
  if (!before && !canStart(fresh)) return null
  if (before && !worthIt(before, { task, data, fresh: fresh.length })) return null
  const learned = before ? goneOn(before, fresh) : begun(task.model, fresh)
  const night = data.nightly ? overNight(learned, { nightly: data.nightly, now: task.now }) : { body: learned, drifts: null }
  const body = settled(night.body, data.late)
  const examples = (before ? task.previous!.examples : 0) + fresh.reduce((sum, each) => sum + weightOfExample(each), 0)
  const report: LearningReport = { data, body, examples, drifts: night.drifts, before: before ? task.previous!.report : null }
  return { body: packedBody(body), trainedTo: data.until, examples, report: reportOf(task.model, report) }
}

function worthIt(
  before: PropensityBody,
  { task, data, fresh }: { readonly task: TrainingTask<'propensity'>; readonly data: PropensityData; readonly fresh: number },
): boolean {
  if (data.nightly) return true
  if (fresh === 0) return false
  const wanted = Math.max(WORTH.examples, WORTH.share * Math.min(RECENT_MARGIN, before.recent.linear.marks.length))
  return fresh >= wanted || data.until - task.previous!.trainedTo >= WORTH.ms
}

const positivesOf = (examples: readonly Example[]): number => examples.reduce((sum, { label }) => sum + label, 0)

/** A model of its own: the first examples give the base rate, and are learned but not judged by. */
function begun(model: ModelOf<'propensity'>, fresh: readonly Example[]): PropensityBody {
  const { burnIn, offset } = startOf(fresh)
  const encoding = newEncoding()
  const linear = newFtrl(undefined, offset)
  const logits = learnedInOrder({ encoding, linear }, fresh)
  return {
    outcome: outcomeText(model.outcome),
    encoding,
    linear,
    trees: null,
    champion: 'linear',
    calibration: { linear: UNCALIBRATED, trees: null },
    recent: { linear: recentWith(NOTHING_RECENT, fresh.slice(burnIn), logits.subarray(burnIn)), trees: null },
    comparison: null,
    challengedAt: 0,
    spreads: [],
    scoreSpread: null,
    buying: null,
    survival: [],
    positives: positivesOf(fresh),
    late: 0,
  }
}

/** Learns one example after the other; gives what was told of each before it was learned. */
function learnedInOrder(
  { encoding, linear }: Pick<PropensityBody, 'encoding'> & { readonly linear: Ftrl },
  examples: readonly Example[],
): Float64Array {
  return Float64Array.from(examples, (example) => {
    observe(encoding, example.features)
    return learn(linear, encode(encoding, example.features), { label: example.label, weight: weightOfExample(example) })
  })
}

function goneOn(before: PropensityBody, fresh: readonly Example[]): PropensityBody {
  const encoding = copiedEncoding(before.encoding)
  const linear = copied(before.linear)
  const { trees } = before
  const treeLogits = trees && Float64Array.from(fresh, ({ features }) => logitOfTrees(trees.trees, rowOf(trees.names, features)))
  const logits = learnedInOrder({ encoding, linear }, fresh)
  return {
    ...before,
    encoding,
    linear,
    recent: {
      linear: recentWith(before.recent.linear, fresh, logits),
      trees: treeLogits && before.recent.trees && recentWith(before.recent.trees, fresh, treeLogits),
    },
    positives: before.positives + positivesOf(fresh),
  }
}

interface Night {
  readonly body: PropensityBody
  /** Null: there is nothing to compare with yet. */
  readonly drifts: { readonly features: readonly Drift[]; readonly score: Drift | null } | null
}

/** Drift against what was learned before; trees grown and compared; who still buys; who stays. */
function overNight(body: PropensityBody, { nightly, now }: { readonly nightly: Nightly; readonly now: number }): Night {
  const { window, lastWeek, buyers, contracts } = nightly
  const scores = (rows: readonly { readonly features: Features }[]): Float64Array =>
    Float64Array.from(rows, ({ features }) => logitOf(body.linear, encode(body.encoding, features)))
  const drifts =
    body.spreads.length > 0 && lastWeek.length > 0
      ? { features: driftsOf(body.spreads, lastWeek), score: body.scoreSpread && driftOf(body.scoreSpread, scores(lastWeek)) }
      : null
  const challenge = challenged(window)
  const spreads = window.length > 0 ? { spreads: spreadsOf(window), scoreSpread: spreadOf('score', scores(window)) } : {}
  return {
    body: {
      ...body,
      ...spreads,
      ...(challenge && afterChallenge(body, challenge)),
      challengedAt: now,
      buying: buyers.length > 0 ? (fitBgNbd(buyers) ?? body.buying) : body.buying,
      survival: contracts.length > 0 ? monthly(kaplanMeier(contracts)) : body.survival,
    },
    drifts,
  }
}

const afterChallenge = ({ champion }: PropensityBody, { forest, comparison, recent }: Challenge) => ({
  trees: forest,
  comparison,
  champion: championAfter(champion, comparison),
  recentTrees: recent,
})

/** At most a few hundred steps: the last one of each share that is left. */
const MOST_STEPS = 200
function monthly<T>(steps: readonly T[]): T[] {
  const every = Math.ceil(steps.length / MOST_STEPS)
  return steps.filter((_, i) => i % every === every - 1 || i === steps.length - 1)
}

/** The calibration curves anew, from the predictions that have matured. */
function settled({ recentTrees, ...body }: PropensityBody & { readonly recentTrees?: Challenge['recent'] }, late: number): PropensityBody {
  const recent = { linear: body.recent.linear, trees: recentTrees ?? body.recent.trees }
  return {
    ...body,
    recent,
    calibration: {
      linear: calibrationOf(judgeable(recent.linear)),
      trees: body.trees && recent.trees && calibrationOf(judgeable(recent.trees)),
    },
    late: body.late + late,
  }
}

/** Learns on from the snapshot before; grows trees once a day and compares. */
export const propensityLearner: Learner<'propensity', PropensityData> = {
  type: 'propensity',
  every: 300_000,
  // Tens of thousands of examples of a hundred features each, twice at night.
  megabytes: 1_024,
  fit,
  decode: decodePropensity,
}
