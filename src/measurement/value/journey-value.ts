import { z } from 'zod'
import type { MetricAsked } from '../inference/asked.ts'
import { readout } from '../inference/readout.ts'
import type { Comparison, Readout } from '../inference/schema.ts'
import type { ArmStatistics } from '../inference/statistics.ts'
import type { Definition, Told } from '../reports/told.ts'
import { buyingOf } from './buying.ts'
import { type ValueFit, type ValueSettings, worthOfHistory } from './fit.ts'
import { type FittedGammaGamma, spendOf } from './gamma-gamma.ts'
import { duration } from './words.ts'

const Name = z.string().min(1).max(200)
export const JourneyValueInput = z.strictObject({
  journey: Name,
  /** A document `lifetime-value`. */
  value: z.string().min(1).max(64),
})
export type JourneyValueInput = z.output<typeof JourneyValueInput>

/** People of one side with the same history of purchases (weeks, to now); `bought` 0: none at all. Sums over them. */
export interface SideGroup {
  readonly side: string
  readonly bought: 0 | 1
  readonly x: number
  readonly tx: number
  readonly T: number
  readonly n: number
  /** Of the mean of their repeat purchases, and of what they brought since they came in. */
  readonly m: number
  readonly mm: number
  readonly since: number
  readonly sinceSquares: number
  readonly cross: number
  /** How many have brought anything since. */
  readonly active: number
}

export const JOURNEY_VALUE_DEFINITIONS: readonly Definition[] = [
  { term: 'Realised', means: 'Margin of all purchases since the person came into the journey, or was held out of it.' },
  {
    term: 'Predicted',
    means:
      'Margin that the model of lifetime value foretells from now on, from each person’s purchases; a forecast, not something that was seen.',
  },
  { term: 'Lifetime value', means: 'Realised and predicted together, per person.' },
  {
    term: 'Caused',
    means: 'Treated minus held out: who is held out is drawn by chance, so the difference is the journey’s doing, within its interval.',
  },
]

/** A fit that knows what purchases bring. */
export type KnownFit = ValueFit & { readonly spending: FittedGammaGamma }

interface Sums {
  n: number
  sum: number
  sumSquares: number
  converted: number
}
const none = (): Sums => ({ n: 0, sum: 0, sumSquares: 0, converted: 0 })

/** Statistics of realised, predicted and both by side. E[M | x, m] is linear in m, so sums of m, m² and products suffice exactly; null: spending has no mean. */
export function sideStatistics(groups: readonly SideGroup[], fit: KnownFit, settings: ValueSettings) {
  const model = buyingOf(fit.buying)
  const sides = new Map<string, { realised: Sums; predicted: Sums; both: Sums }>()
  for (const group of groups) {
    const { side, n, x, m, mm, since, sinceSquares, cross, active } = group
    const sums = sides.get(side) ?? { realised: none(), predicted: none(), both: none() }
    sides.set(side, sums)
    const there = group.bought === 1
    const base = there ? spendOf(fit.spending, { x, m: 0 }) : 0
    const one = there ? spendOf(fit.spending, { x, m: 1 }) : 0
    if (base === null || one === null) return null
    const weight = there ? settings.margin * worthOfHistory(model, group, settings).discounted : 0
    // A person's forecast is a + b·m.
    const [a, b, margin] = [weight * base, weight * (one - base), settings.margin]
    const add = (to: Sums, values: Omit<Sums, 'n'>): void => {
      to.n += n
      to.sum += values.sum
      to.sumSquares += values.sumSquares
      to.converted += values.converted
    }
    const realised = { sum: margin * since, sumSquares: margin * margin * sinceSquares, converted: active }
    const predicted = { sum: n * a + b * m, sumSquares: n * a * a + 2 * a * b * m + b * b * mm, converted: there ? n : 0 }
    const product = margin * (a * since + b * cross)
    add(sums.realised, realised)
    add(sums.predicted, predicted)
    add(sums.both, {
      sum: realised.sum + predicted.sum,
      sumSquares: realised.sumSquares + 2 * product + predicted.sumSquares,
      converted: there ? n : 0,
    })
  }
  return sides
}

export interface JourneyValueData {
  readonly journey: string
  readonly stored: { readonly fit: KnownFit; readonly settings: ValueSettings; readonly at: number }
  readonly groups: readonly SideGroup[]
  /** Share that is held out by the journey's document; 0: nobody. */
  readonly holdout: number
  readonly crossed: number
  readonly days: number
  readonly versions: number
  readonly now: number
}

const [TREATED, HELD] = ['treated', 'held_out']
const METRICS = [
  { id: 'both', name: 'Lifetime value', role: 'primary' },
  { id: 'realised', name: 'Realised since', role: 'secondary' },
  { id: 'predicted', name: 'Predicted from now on', role: 'secondary' },
] as const

/** The read-out of a journey's effect on lifetime value; null: what people spend has no mean. */
export function journeyValueReadout(data: JourneyValueData): Readout | null {
  const { fit, settings } = data.stored
  const sides = sideStatistics(data.groups, fit, settings)
  if (!sides) return null
  const count = (side: string): number => sides.get(side)?.both.n ?? 0
  const arm = (side: string, of: (typeof METRICS)[number]['id']): ArmStatistics => ({ kind: 'mean', ...(sides.get(side)?.[of] ?? none()) })
  return readout({
    arms: [
      { arm: HELD!, name: 'Held out', share: data.holdout, n: count(HELD!) },
      { arm: TREATED!, name: 'Treated', people: 'People who were let into the journey', share: 1 - data.holdout, n: count(TREATED!) },
    ],
    control: count(HELD!) > 0 || data.holdout > 0 ? HELD! : null,
    metrics: METRICS.map(
      (metric): MetricAsked => ({
        ...metric,
        better: 'more',
        unit: 'money',
        did: 'are worth',
        arms: { [HELD!]: arm(HELD!, metric.id), [TREATED!]: arm(TREATED!, metric.id) },
      }),
    ),
    alpha: 0.05,
    prior: null,
    seed: `value of ${data.journey}`,
    circumstances: { days: data.days, versions: data.versions, windowsOpen: 0, crossed: data.crossed },
  })
}

export function toldOfJourneyValue(data: JourneyValueData): Told {
  const read = journeyValueReadout(data)
  if (!read)
    return {
      asOf: data.now,
      sentences: ['What purchases bring varies so much that it has no mean; lifetime value cannot be compared.'],
      tables: [],
      doubts: [],
    }
  const { fit, settings } = data.stored
  const model = `The predicted part is a model (${duration(settings.horizon)} ahead), the same for both sides: it knows only purchases so far, so whatever a journey changes that they do not show yet is not in it. The realised part is what was seen.`
  const told = read.blocked ? [read.blocked.sentence] : read.comparisons.map(({ sentence, name }) => `“${name}”: ${sentence}`)
  const cautious = fit.trial && (fit.trial.actual < fit.trial.predicted.low || fit.trial.actual > fit.trial.predicted.high)
  return {
    asOf: data.now,
    sentences: [...told, model],
    tables: [effects(read.comparisons)],
    doubts: [
      { code: 'journey_value.model', sentence: model },
      ...(cautious
        ? [{ code: 'journey_value.trial', sentence: 'Tried on the past, the forecast missed; trust the realised part more.' }]
        : []),
      ...read.doubts,
      ...read.comparisons.flatMap(({ doubts }) => doubts).filter(({ code }, i, all) => all.findIndex((each) => each.code === code) === i),
    ],
  }
}

function effects(comparisons: readonly Comparison[]): Told['tables'][number] {
  return {
    id: 'effects',
    title: 'Treated and held out, per person',
    columns: [
      { id: 'figure', title: 'Figure', type: 'text' },
      { id: 'treated_people', title: 'Treated', type: 'count', behind: { list: 'people', where: { side: TREATED! }, by: [] } },
      { id: 'held_people', title: 'Held out', type: 'count', behind: { list: 'people', where: { side: HELD! }, by: [] } },
      { id: 'treated', title: 'Treated, mean', type: 'money' },
      { id: 'held', title: 'Held out, mean', type: 'money' },
      { id: 'effect', title: 'Caused, per person', type: 'money' },
      { id: 'low', title: 'From (at all looks)', type: 'money' },
      { id: 'high', title: 'To', type: 'money' },
      { id: 'all', title: 'Caused, of all treated', type: 'money' },
    ],
    rows: comparisons.map(({ name, treated, control, absolute }) => ({
      figure: name,
      treated_people: treated.n,
      held_people: control.n,
      treated: treated.mean,
      held: control.mean,
      effect: absolute?.estimate ?? null,
      low: absolute?.always?.low ?? null,
      high: absolute?.always?.high ?? null,
      all: absolute ? absolute.estimate * treated.n : null,
    })),
    cut: false,
  }
}

export const heldOutOf = (document: unknown): number => {
  const text = String((document as { holdout?: unknown } | undefined)?.holdout ?? '0')
  const share = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text)
  return share > 0 && share < 1 ? share : 0
}
