import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { random } from '#lib/numeric/random.ts'
import { sigmoid } from '#lib/numeric/sums.ts'
import { readCsv, without } from '../../../test/fixtures/data.ts'
import { TELCO } from '../../../test/fixtures/tables.ts'
import { alive, type Buyer, fitBgNbd, logLikelihoodOf } from './bg-nbd.ts'
import { fitHazard, hazardAt, kaplanMeier, medianOf, personPeriods, survivalBy } from './survival.ts'

const CDNOW = 'cdnow/cdnow_customers_summary.csv'
const buyersOf = (): Buyer[] =>
  readCsv(CDNOW).map((row) => ({ x: Number(row['frequency']), tx: Number(row['recency']), T: Number(row['T']) }))

test('T1 BG/NBD on CDNOW: the four numbers, the log-likelihood, and who still buys', { skip: without(CDNOW) }, () => {
  const fitted = fitBgNbd(buyersOf())!
  for (const [name, value] of [
    ['r', 0.24259],
    ['alpha', 4.41353],
    ['a', 0.79289],
    ['b', 2.42575],
  ] as const) {
    assert.ok(Math.abs(fitted[name] / value - 1) < 0.005, `${name} ${fitted[name]}`)
  }
  assert.ok(Math.abs(fitted.logLikelihood - -9582.4256) < 0.01, `log-likelihood ${fitted.logLikelihood}`)
  assert.ok(fitted.identified)
  assert.ok(Math.abs(alive(fitted, { x: 2, tx: 30.43, T: 38.86 }) - 0.72661) < 1e-3)
  assert.equal(alive(fitted, { x: 0, tx: 0, T: 38.86 }), 1, 'the model says nothing of whoever has bought once')
})

test('whoever has bought often and then stopped is lost; the longer ago the surer', () => {
  const model = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 }
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.double({ min: 0, max: 500, noNaN: true }),
      fc.double({ min: 0, max: 500, noNaN: true }),
      (x, tx, more) => {
        const now = alive(model, { x, tx, T: tx + more })
        const later = alive(model, { x, tx, T: tx + more + 10 })
        assert.ok(now >= 0 && now <= 1 && later <= now)
        assert.ok(Number.isFinite(logLikelihoodOf(model, { x, tx, T: tx + more })))
      },
    ),
  )
})

test('where nobody is ever lost the model says so instead of naming a number', () => {
  const r = random('nobody lost')
  const buyers = Array.from({ length: 400 }, (): Buyer => {
    // Everybody buys each week, more or less, up to the end.
    const x = 20 + Math.floor(r.uniform() * 10)
    return { x, tx: 29 + r.uniform(), T: 30 }
  })
  assert.equal(fitBgNbd(buyers)?.identified, false)
  assert.equal(fitBgNbd(buyers.slice(0, 20)), null)
})

test('Kaplan and Meier by hand: 6 of 21 leukaemia patients (Freireich 1963) with their censored weeks', () => {
  const ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
  const censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
  const steps = kaplanMeier([...ended.map((time) => ({ time, ended: true })), ...censored.map((time) => ({ time, ended: false }))])
  const at = (week: number) => steps.find(({ time }) => time === week)!
  // The published estimates: .857, .807, .753, .690, .627, .538, .448; standard error at 6 weeks .0764.
  for (const [week, survival] of [
    [6, 0.857],
    [7, 0.807],
    [10, 0.753],
    [13, 0.69],
    [16, 0.627],
    [22, 0.538],
    [23, 0.448],
  ] as const) {
    assert.ok(Math.abs(at(week).survival - survival) < 6e-4, `week ${week}: ${at(week).survival}`)
  }
  assert.ok(Math.abs(at(6).error - 0.0764) < 1e-4)
  assert.equal(medianOf(steps), 23)
  assert.equal(medianOf(steps.slice(0, 3)), null)
})

test('Telco contracts: most stay, those by the month do not', { skip: without(TELCO.file) }, () => {
  const rows = readCsv(TELCO.file)
  const spansOf = (contract: string) =>
    rows.filter((row) => row['Contract'] === contract).map((row) => ({ time: Number(row['tenure']), ended: row['Churn'] === 'Yes' }))
  const monthly = kaplanMeier(spansOf('Month-to-month'))
  const twoYears = kaplanMeier(spansOf('Two year'))
  const after = (steps: typeof monthly, months: number): number => steps.findLast(({ time }) => time <= months)?.survival ?? 1
  assert.ok(after(monthly, 36) < 0.6 && after(twoYears, 36) > 0.98, `${after(monthly, 36)} and ${after(twoYears, 36)}`)
})

test('hazards by person-period with a weight for each period are Kaplan and Meier on those periods', () => {
  const spans = fc.array(fc.record({ time: fc.integer({ min: 1, max: 5 }), ended: fc.boolean() }), { minLength: 5, maxLength: 80 })
  fc.assert(
    fc.property(spans, (all) => {
      const rows = personPeriods(all, 1)
      const mixed = (period: number): boolean => new Set(rows.filter((row) => row.period === period).map(({ ended }) => ended)).size === 2
      const periods = 1 + Math.max(...rows.map(({ period }) => period))
      // A period in which all or none ended has its weight at infinity.
      fc.pre(Array.from({ length: periods }, (_, period) => period).every(mixed))
      const told = survivalBy(fitHazard(rows, [], { periods, l2: 1e-9 }), periods)
      for (const { time, survival } of kaplanMeier(all)) assert.ok(Math.abs(told[time - 1]! - survival) < 1e-5)
    }),
  )
})

test('a covariate moves the hazard by as much as it does in truth', () => {
  const r = random('hazard')
  const people = Array.from({ length: 6_000 }, (_, person) => ({ person, x: person % 2 }))
  const spans = people.map(({ x }) => {
    for (let period = 1; period <= 6; period++) if (r.uniform() < sigmoid(-2.5 + 0.8 * x)) return { time: period, ended: true }
    return { time: 6, ended: false }
  })
  const hazard = fitHazard(
    personPeriods(spans, 1),
    people.map(({ x }) => [x]),
    { periods: 6 },
  )
  assert.ok(Math.abs(hazard.fitted.weights.at(-1)! - 0.8) < 0.12, `${hazard.fitted.weights.at(-1)}`)
  assert.ok(Math.abs(hazardAt(hazard, 2, [0]) - sigmoid(-2.5)) < 0.02)
})
