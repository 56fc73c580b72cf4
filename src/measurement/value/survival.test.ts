import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fitHazard, hazardAt, kaplanMeier, personPeriods, type Span, survivalBy } from '#decisions/propensity/survival.ts'
import { random } from '#lib/numeric/random.ts'
import { readCsv, without } from '../../../test/fixtures/data.ts'
import { TELCO } from '../../../test/fixtures/tables.ts'
import { band, type Fate, hazards, logRank, restrictedMean, shareAfter, wonBy } from './survival.ts'

const near = (found: number, wanted: number, tolerance: number): void =>
  assert.ok(Math.abs(found - wanted) <= tolerance, `${found} is not ${wanted} ± ${tolerance}`)
const spansOf = (ended: readonly number[], running: readonly number[]): Span[] => [
  ...ended.map((time) => ({ time, ended: true })),
  ...running.map((time) => ({ time, ended: false })),
]
/** Weeks of remission of 42 leukaemia patients (Freireich et al. 1963). */
const treated = spansOf([6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
const placebo = spansOf([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], [])

test('leukaemia patients: the log-rank test, the mean and the bands that textbooks give', () => {
  const { chi2, p, df } = logRank([treated, placebo])!
  near(chi2, 16.793, 0.001)
  near(p, 4.17e-5, 1e-7)
  assert.equal(df, 1)
  // All of the placebo arm relapsed, so its mean is that of the weeks.
  near(restrictedMean(kaplanMeier(placebo), 23).estimate, 182 / 21, 1e-9)
  near(restrictedMean(kaplanMeier(treated), 35).estimate, 23.287, 0.001)
  // R: survfit(conf.type = "log-log") at 6 weeks.
  const { low, high } = band(kaplanMeier(treated)[0]!)
  near(low, 0.6197, 2e-4)
  near(high, 0.9516, 2e-4)
})

test('counted histories are the same as one by one', () => {
  const counted = [...Map.groupBy(treated, ({ time, ended }) => `${time} ${ended}`).values()].map((same) => ({
    ...same[0]!,
    times: same.length,
  }))
  assert.deepEqual(kaplanMeier(counted), kaplanMeier(treated))
  assert.deepEqual(logRank([counted, placebo]), logRank([treated, placebo]))
  assert.deepEqual(hazards(counted, 5), hazards(treated, 5))
})

test('the hazard of each period is that of a logistic regression on person-periods', () => {
  const found = hazards(treated, 6)
  const rows = personPeriods(treated, 6)
  const fitted = fitHazard(rows, [], { periods: found.length })
  for (const { period, atRisk, ended } of found.filter((each) => each.ended > 0)) near(hazardAt(fitted, period), ended / atRisk, 1e-3)
})

test('Telco contracts: curves of three kinds of contract, their difference, and the mean of two years', {
  skip: without(TELCO.file),
}, () => {
  const rows = readCsv(TELCO.file)
  const kinds = ['Month-to-month', 'One year', 'Two year']
  const groups = kinds.map((kind) =>
    rows.filter((row) => row['Contract'] === kind).map((row): Span => ({ time: Number(row['tenure']), ended: row['Churn'] === 'Yes' })),
  )
  const { chi2, df } = logRank(groups)!
  assert.equal(df, 2)
  assert.ok(chi2 > 2_000, `${chi2}`)
  const curves = groups.map((spans) => kaplanMeier(spans))
  const [monthly, yearly, twoYears] = curves.map((steps) => restrictedMean(steps, 24).estimate)
  assert.ok(monthly! < yearly! && yearly! < twoYears! && twoYears! > 23.9, `${monthly} ${yearly} ${twoYears}`)
  const after = shareAfter(curves[0]!, 12)!
  const { low, high } = band(after)
  assert.ok(low < after.survival && after.survival < high && high - low < 0.05)
  // Month by month, the product of those who stay is the curve of Kaplan and Meier on whole months.
  const periods = hazards(
    groups[0]!.map((span) => ({ ...span, time: Math.max(1, span.time) })),
    1,
  )
  const stays = periods.slice(0, 12).reduce((share, { atRisk, ended }) => share * (1 - ended / atRisk), 1)
  near(stays, shareAfter(kaplanMeier(groups[0]!.map((span) => ({ ...span, time: Math.max(1, span.time) }))), 12)!.survival, 1e-9)
  const logistic = fitHazard(personPeriods(groups[0]!, 1), [], { periods: 12 })
  near(
    survivalBy(logistic, 6).at(-1)!,
    periods.slice(0, 6).reduce((share, { atRisk, ended }) => share * (1 - ended / atRisk), 1),
    0.01,
  )
})

test('who is won by when, with deals lost on the way: nobody who was lost can still be won', () => {
  const fates: Fate[] = [
    { time: 1, to: 'won' },
    { time: 2, to: 'lost' },
    { time: 3, to: 'won' },
    { time: 4, to: 'open' },
    { time: 5, to: 'won' },
  ]
  // By hand: 1/5; then 4/5·(3/4) are left at 3, of three at risk; then 2/5 are left at 5, of one at risk.
  const steps = wonBy(fates)
  assert.deepEqual(
    steps.map(({ time }) => time),
    [1, 3, 5],
  )
  near(steps[0]!.won, 0.2, 1e-12)
  near(steps[1]!.won, 0.4, 1e-12)
  near(steps[2]!.won, 0.8, 1e-12)
  near(steps[0]!.error, Math.sqrt((0.2 * 0.8) / 5), 1e-12)
})

test('without anything open, the share won and its error are those of a count', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.boolean()), { minLength: 2, maxLength: 60 }), (ends) => {
      const fates = ends.map(([time, won]): Fate => ({ time, to: won ? 'won' : 'lost' }))
      const n = ends.length
      for (const { time, won, error } of wonBy(fates)) {
        const share = ends.filter(([t, yes]) => yes && t <= time).length / n
        near(won, share, 1e-9)
        // At the last end nobody is left at risk, and a term of Greenwood's sum is left out.
        if (ends.some(([t]) => t > time)) near(error, Math.sqrt((share * (1 - share)) / n), 1e-6)
      }
    }),
  )
})

test('intervals of the mean time hold the truth about as often as they say', () => {
  const r = random('restricted')
  let held = 0
  const rounds = 400
  const truth = 10 * (1 - Math.exp(-1.2))
  for (let round = 0; round < rounds; round++) {
    const spans = Array.from({ length: 120 }, (): Span => {
      const [ends, seen] = [-10 * Math.log(1 - r.uniform()), 4 + 16 * r.uniform()]
      return { time: Math.min(ends, seen), ended: ends <= seen }
    })
    const { low, high } = restrictedMean(kaplanMeier(spans), 12)
    if (low <= truth && truth <= high) held++
  }
  assert.ok(held / rounds > 0.915 && held / rounds < 0.98, `${held / rounds}`)
})
