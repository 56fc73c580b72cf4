import { matrix } from '#lib/numeric/linear.ts'
import { type Fitted, fitLogistic } from '#lib/numeric/logistic.ts'
import { sigmoid } from '#lib/numeric/sums.ts'

/** How long a contract has run, in any unit; `ended` false: it still runs, or nothing more was seen of it. */
export interface Span {
  readonly time: number
  readonly ended: boolean
  /** So many contracts ran just so; left out: one. */
  readonly times?: number
}

export interface SurvivalStep {
  readonly time: number
  readonly atRisk: number
  readonly ended: number
  /** Share that still has its contract after this time, and its standard error (Greenwood 1926). */
  readonly survival: number
  readonly error: number
}

/** The share that stays, by time, with contracts that still run taken in (Kaplan and Meier 1958); steps where something ended. */
export function kaplanMeier(spans: readonly Span[]): SurvivalStep[] {
  const sorted = [...spans].sort((a, b) => a.time - b.time)
  const steps: SurvivalStep[] = []
  let survival = 1
  let spread = 0
  let atRisk = sorted.reduce((sum, { times = 1 }) => sum + times, 0)
  for (let from = 0; from < sorted.length; ) {
    const { time } = sorted[from]!
    let to = from
    let [ended, gone] = [0, 0]
    for (; to < sorted.length && sorted[to]!.time === time; to++) {
      const { times = 1 } = sorted[to]!
      gone += times
      if (sorted[to]!.ended) ended += times
    }
    if (ended > 0) {
      survival *= 1 - ended / atRisk
      spread += atRisk === ended ? 0 : ended / (atRisk * (atRisk - ended))
      steps.push({ time, atRisk, ended, survival, error: survival * Math.sqrt(spread) })
    }
    atRisk -= gone
    from = to
  }
  return steps
}

/** The time by which half has ended; null: more than half stays as far as can be seen. */
export const medianOf = (steps: readonly SurvivalStep[]): number | null => steps.find(({ survival }) => survival <= 0.5)?.time ?? null

/** One period in which somebody could have ended their contract. */
export interface PersonPeriod {
  /** From 0. */
  readonly period: number
  readonly person: number
  readonly ended: 0 | 1
}

/** A row for each period that each person was at risk in; a period that was seen in part without an end is left out. */
export const personPeriods = (spans: readonly Span[], length: number): PersonPeriod[] =>
  spans.flatMap(({ time, ended }, person) => {
    const whole = ended ? Math.max(1, Math.ceil(time / length)) : Math.floor(time / length)
    return Array.from({ length: whole }, (_, period): PersonPeriod => ({ period, person, ended: ended && period === whole - 1 ? 1 : 0 }))
  })

/** The chance to end in a period of those who came so far, by logistic regression on person-periods (Singer and Willett 1993). */
export interface Hazard {
  readonly periods: number
  readonly fitted: Fitted
}

/** One weight for each period (the last one stands for all later ones), then one for each covariate. */
export function fitHazard(
  rows: readonly PersonPeriod[],
  covariates: readonly (readonly number[])[],
  { periods, l2 = 1e-6 }: { readonly periods: number; readonly l2?: number },
): Hazard {
  const width = periods + (covariates[0]?.length ?? 0)
  const x = matrix(rows.length, width)
  for (const [i, { period, person }] of rows.entries()) x.data.set(designOf(periods, period, covariates[person] ?? []), i * width)
  return {
    periods,
    fitted: fitLogistic(
      x,
      Uint8Array.from(rows, ({ ended }) => ended),
      { l2 },
    ),
  }
}

function designOf(periods: number, period: number, covariates: readonly number[]): number[] {
  const dummies = new Array<number>(periods).fill(0)
  dummies[Math.min(period, periods - 1)] = 1
  return [...dummies, ...covariates]
}

export function hazardAt({ periods, fitted: { weights } }: Hazard, period: number, covariates: readonly number[] = []): number {
  return sigmoid(designOf(periods, period, covariates).reduce((sum, x, j) => sum + x * weights[j]!, 0))
}

/** The share that stays after each of the first periods: the product of (1 − hazard). */
export function survivalBy(hazard: Hazard, periods: number, covariates: readonly number[] = []): number[] {
  let stays = 1
  return Array.from({ length: periods }, (_, period) => {
    stays *= 1 - hazardAt(hazard, period, covariates)
    return stays
  })
}
