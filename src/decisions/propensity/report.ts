import type { JsonObject } from '#lib/json.ts'
import { logit } from '#lib/numeric/sums.ts'
import type { ModelOf } from '../schema.ts'
import type { PropensityBody } from './body.ts'
import { calibrated, calibrationOf } from './calibration.ts'
import type { Drift } from './drift.ts'
import type { PropensityData } from './fit.ts'
import { type CurvePoint, curveOf, type Judgeable, type Judged, judged } from './judging.ts'
import { windowOf } from './labels.ts'
import { judgeable, type Recent } from './recent.ts'
import { medianOf } from './survival.ts'

export interface LearningReport {
  readonly data: PropensityData
  readonly body: PropensityBody
  readonly examples: number
  readonly drifts: { readonly features: readonly Drift[]; readonly score: Drift | null } | null
  /** Of the snapshot before. */
  readonly before: JsonObject | null
}

/** What two meanings of churn a score can have, by name. */
const MEANINGS = {
  contract: 'contract ended: the chance that the contract ends within the time, of those who still have one (discrete-time hazard)',
  lost: 'lost: 1 − P(alive), the chance that somebody has stopped buying for good (BG/NBD); not the chance that they do not buy within the time',
  inactive: 'inactive: the chance that the event does not happen within the time',
  within: 'the chance that it comes to pass within the time',
} as const

export function meaningOf({ outcome }: ModelOf<'propensity'>, { buying }: Pick<PropensityBody, 'buying'>): keyof typeof MEANINGS {
  if (outcome.kind !== 'churned') return 'within'
  if (outcome.contract) return 'contract'
  return buying?.identified ? 'lost' : 'inactive'
}

/** What a model was trained on and how well it does, for people and for the next training. */
export function reportOf(model: ModelOf<'propensity'>, { data, body, examples, drifts, before }: LearningReport): JsonObject {
  const serving = body.champion === 'trees' && body.recent.trees ? body.recent.trees : body.recent.linear
  const meaning = meaningOf(model, body)
  const alarm = calibrationAlarm(serving, body)
  return {
    outcome: model.outcome.kind,
    meaning,
    means: MEANINGS[meaning],
    windowMs: windowOf(model.outcome),
    examples,
    learnedNow: data.fresh.length,
    waiting: data.immature,
    positives: body.positives,
    late: body.late,
    features: body.encoding.columns.length,
    champion: body.champion,
    ...comparisonOf(body),
    /** Each prediction was made before its outcome was learned. */
    progressive: judgement(judged(judgeable(serving))),
    calibrated: judgement(judgedCalibrated(serving)),
    curve: calibratedCurve(serving).map((point) => Object.fromEntries(Object.entries(point).map(([name, value]) => [name, digits(value)]))),
    calibration: { trust: body.calibration[body.champion]?.trust ?? 0, alarm },
    drift: drifts ? driftReport(drifts) : (before?.['drift'] ?? null),
    ...churnOf(body),
    words: wordsOf(body, alarm, drifts),
  }
}

const digits = (value: number): number => (Number.isFinite(value) ? Number(value.toPrecision(6)) : 0)

function judgement(of: Judged | null): JsonObject | null {
  if (!of) return null
  return Object.fromEntries(
    Object.entries(of).map(([name, value]) => [name, typeof value === 'number' ? digits(value) : value.map(digits)]),
  )
}

/** The curve of the older half, judged on the newer one. */
export const judgedCalibrated = (recent: Recent): Judged | null => judged(newerHalf(recent))

/** What was told in the newer half and what came, for a picture. */
const calibratedCurve = (recent: Recent): CurvePoint[] => curveOf(newerHalf(recent))

function newerHalf(recent: Recent): Judgeable {
  const middle = Math.floor(recent.marks.length / 2)
  const curve = calibrationOf(judgeable(recent, [0, middle]))
  const newer: Judgeable = judgeable(recent, [middle, recent.marks.length])
  return { ...newer, logits: Float64Array.from(newer.logits, (each) => logit(calibrated(curve, each))) }
}

function comparisonOf({ comparison, champion, challengedAt }: PropensityBody): JsonObject {
  if (!comparison) return { comparison: null }
  const { difference, interval, n, positives } = comparison
  return { comparison: { difference: digits(difference), interval: interval.map(digits), n, positives, champion, at: challengedAt } }
}

const LAST = 2_000

/** Whether the newest predictions miss by more than chance: told − observed beyond four standard errors and a tenth of what was observed. */
function calibrationAlarm(recent: Recent, body: PropensityBody): JsonObject | null {
  const from = Math.max(0, recent.marks.length - LAST)
  const newest = judgeable(recent, [from, recent.marks.length])
  const curve = body.calibration[body.champion] ?? body.calibration.linear
  const of = judged({ ...newest, logits: Float64Array.from(newest.logits, (each) => logit(calibrated(curve, each))) })
  if (!of) return null
  const error = (of.inTheLargeInterval[1] - of.inTheLargeInterval[0]) / 2 / 1.96
  const off = Math.abs(of.inTheLarge) > 4 * error && Math.abs(of.inTheLarge) > of.observed / 10
  return { off, told: digits(of.predicted), observed: digits(of.observed), errors: digits(error > 0 ? of.inTheLarge / error : 0) }
}

const driftLine = ({ name, psi, byChance, state }: Drift): JsonObject => ({ name, psi: digits(psi), byChance: digits(byChance), state })
const MOST_DRIFTS = 10

const driftReport = ({ features, score }: { readonly features: readonly Drift[]; readonly score: Drift | null }): JsonObject => ({
  shifted: features.filter(({ state }) => state === 'shifted').length,
  score: score && driftLine(score),
  features: features.slice(0, MOST_DRIFTS).map(driftLine),
})

function churnOf({ buying, survival }: PropensityBody): JsonObject {
  return {
    ...(buying && {
      buying: {
        r: digits(buying.r),
        alpha: digits(buying.alpha),
        a: digits(buying.a),
        b: digits(buying.b),
        buyers: buying.buyers,
        identified: buying.identified,
        ...(!buying.identified && { words: 'no dropout identified: the orders do not show that anybody stops for good' }),
      },
    }),
    ...(survival.length > 0 && {
      survival: {
        medianDays: medianOf(survival),
        curve: survival.map(({ time, survival: share, error, atRisk }) => ({
          days: digits(time),
          share: digits(share),
          error: digits(error),
          atRisk,
        })),
      },
    }),
  }
}

/** What a marketer should know of it. */
function wordsOf(body: PropensityBody, alarm: JsonObject | null, drifts: LearningReport['drifts']): string[] {
  const said: string[] = []
  const { comparison, champion, calibration } = body
  if (champion === 'trees') said.push('Boosted trees answer: on the newest examples they were better than the linear model beyond chance.')
  else if (comparison) said.push('The linear model answers: boosted trees were not better than it beyond chance on the newest examples.')
  const trust = calibration[champion]?.trust ?? 0
  if (trust < 1) said.push(`Too few positive outcomes to calibrate fully: ${Math.round(trust * 500)} of 500.`)
  if (alarm?.['off'] === true) said.push('The newest scores miss: what was told and what came to pass differ beyond chance.')
  const shifted = drifts?.features.filter(({ state }) => state === 'shifted') ?? []
  if (shifted.length > 0)
    said.push(
      `People of the last week are not like those it learned from: ${shifted
        .slice(0, 3)
        .map(({ name }) => name)
        .join(', ')}.`,
    )
  return said
}
