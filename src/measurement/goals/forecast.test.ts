import assert from 'node:assert/strict'
import test from 'node:test'
import { gamma, random } from '#lib/numeric/random.ts'
import { dataFile, readCsv, without } from '../../../test/fixtures/data.ts'
import { below, type DailyModel, fitDays, foretell, quantile, trackRecord } from './forecast.ts'
import { newShare } from './once.ts'

const HOUSEHOLDS = 'completejourney/basket-hours.csv'
const LINES = 'completejourney/transactions_sample.csv'

/** 2017-01-01 was a Sunday. */
const SUNDAY = 6
const DAYS = 365

/** The days of 2017 on which each household bought. */
const householdDays = (): number[][] =>
  readCsv(HOUSEHOLDS).map(({ hours = '' }) => [...new Set(hours.split(' ').map((hour) => Math.floor(Number(hour) / 24)))])

function totals(days: Iterable<readonly [day: number, value: number]>): number[] {
  const sums = Array.from({ length: DAYS }, () => 0)
  for (const [day, value] of days) if (day < DAYS) sums[day]! += value
  return sums
}

const poisson = (draw: ReturnType<typeof random>, mean: number): number => {
  let count = -1
  for (let left = 1, end = Math.exp(-mean); left > end; count++) left *= draw.uniform()
  return count
}

const modelOf = (values: readonly number[], weekday = 0): DailyModel => {
  const model = fitDays({ values, weekday })
  assert.ok(typeof model !== 'string', String(model))
  return model
}

test('forecasts of what households really buy: an 80 % interval holds about 80 % of what came, 1, 4 and 8 weeks ahead', {
  skip: without(HOUSEHOLDS),
}, (t) => {
  const baskets = totals(
    readCsv(HOUSEHOLDS).flatMap(({ hours = '' }) => hours.split(' ').map((hour) => [Math.floor(Number(hour) / 24), 1] as const)),
  )
  // Small numbers too: a tenth of the households, and a hundredth.
  const some = (modulus: number): number[] =>
    totals(householdDays().flatMap((days, i) => (i % modulus === 0 ? days.map((day) => [day, 1] as const) : [])))
  let forecasts = 0
  let held = 0
  for (const values of [baskets, some(10), some(100)])
    for (const horizon of [7, 28, 56]) {
      const record = trackRecord({ values, weekday: SUNDAY }, { horizon, level: 0.8, every: 7 })
      t.diagnostic(
        `${values.reduce((sum, value) => sum + value, 0)} in the year, ${horizon} days ahead: ${record.held} of ${record.forecasts}`,
      )
      forecasts += record.forecasts
      held += record.held
    }
  assert.ok(held / forecasts > 0.74 && held / forecasts < 0.9, `${held} of ${forecasts}`)
})

test('and of what they spend', { skip: without(LINES) }, (t) => {
  const started = Date.UTC(2017, 0, 1)
  const spent = totals(
    readCsv(dataFile(LINES)!).map((row) => [
      Math.floor((Date.parse(`${row['transaction_timestamp']!.replace(' ', 'T')}Z`) - started) / 86_400_000),
      Number(row['sales_value']),
    ]),
  )
  let [forecasts, held] = [0, 0]
  for (const horizon of [7, 28, 56]) {
    const record = trackRecord({ values: spent, weekday: SUNDAY }, { horizon, level: 0.8, every: 7 })
    t.diagnostic(`${horizon} days ahead: ${record.held} of ${record.forecasts}`)
    forecasts += record.forecasts
    held += record.held
  }
  assert.ok(held / forecasts > 0.7 && held / forecasts < 0.92, `${held} of ${forecasts}`)
})

test('400 shops of known kinds: steady and wandering, few and many a day, with weekends and with days that are wilder than chance', (t) => {
  const kinds = [
    { name: 'steady', mean: 20, drift: 0, wild: 0 },
    { name: 'few', mean: 0.7, drift: 0, wild: 0 },
    { name: 'wandering', mean: 60, drift: 0.01, wild: 0 },
    { name: 'wild', mean: 40, drift: 0, wild: 0.5 },
  ]
  for (const { name, mean, drift, wild } of kinds) {
    let held = 0
    for (let shop = 0; shop < 100; shop++) {
      const draw = random(`shop ${name} ${shop}`)
      let level = mean
      const values = Array.from({ length: 240 }, (_, day) => {
        level *= Math.exp(drift * (draw.uniform() + draw.uniform() + draw.uniform() - 1.5) * 2)
        const mood = wild === 0 ? 1 : gamma(draw, 1 / wild) * wild
        return poisson(draw, Math.min(600, level * (day % 7 > 4 ? 1.6 : 0.76) * mood))
      })
      const outlook = foretell(modelOf(values.slice(0, 180)), { shares: Array.from({ length: 60 }, () => 1), weekday: 180 % 7 })
      const came = values.slice(180).reduce((sum, value) => sum + value, 0)
      if (came >= quantile(outlook, 0.1) && came <= quantile(outlook, 0.9)) held++
    }
    t.diagnostic(`${name}: ${held} of 100`)
    assert.ok(held >= 68 && held <= 97, `${name}: ${held} of 100`)
  }
})

test('a weekday profile is learned, and days that do not count bring nothing', () => {
  const draw = random('profile')
  const values = Array.from({ length: 140 }, (_, day) => poisson(draw, day % 7 === 5 ? 60 : 10))
  const model = modelOf(values)
  assert.ok(Math.abs(model.profile[5]! / model.profile[0]! - 6) < 0.7, `${model.profile}`)
  const week = foretell(model, { shares: [1, 1, 1, 1, 1, 1, 1], weekday: 0 })
  const saturday = foretell(model, { shares: [0, 0, 0, 0, 0, 1, 0], weekday: 0 })
  assert.ok(Math.abs(week.mean - 120) < 12 && Math.abs(saturday.mean - 60) < 6, `${week.mean} ${saturday.mean}`)
  assert.equal(foretell(model, { shares: [], weekday: 0 }).mean, 0)
})

test('quantiles and chances belong together, and further days are less sure', () => {
  const draw = random('belong')
  const model = modelOf(Array.from({ length: 120 }, () => poisson(draw, 8)))
  const ahead = (days: number) => foretell(model, { shares: Array.from({ length: days }, () => 1), weekday: 120 % 7 })
  for (const p of [0.05, 0.1, 0.5, 0.9, 0.95]) assert.ok(Math.abs(below(ahead(30), quantile(ahead(30), p)) - p) < 1e-6)
  const width = (days: number): number => quantile(ahead(days), 0.9) - quantile(ahead(days), 0.1)
  assert.ok(width(60) > width(30) && width(30) > width(7))
})

test('nothing is foretold of too few days, of none, or of sums that fall below nothing', () => {
  assert.equal(fitDays({ values: Array.from({ length: 20 }, () => 5), weekday: 0 }), 'too_short')
  assert.equal(fitDays({ values: [...Array.from({ length: 300 }, () => 0), 1, 2], weekday: 0 }), 'too_short')
  assert.equal(fitDays({ values: Array.from({ length: 90 }, () => 0), weekday: 0 }), 'nothing_yet')
  assert.equal(fitDays({ values: [...Array.from({ length: 90 }, () => 4), -1], weekday: 0 }), 'negative')
  const model = modelOf(Array.from({ length: 40 }, () => 5))
  assert.ok(Number.isFinite(quantile(foretell(model, { shares: [1, 1], weekday: 0 }), 0.9)))
})

test('people who count once: who is new on a day of the quarter is foretold from how long ago people came last', {
  skip: without(HOUSEHOLDS),
}, (t) => {
  const people = householdDays()
  // What was known when the last quarter began.
  const start = 273
  const gaps = people.flatMap((all) => {
    const days = all.filter((day) => day < start)
    return days.map((day, i) => ({ days: i === 0 ? day : day - days[i - 1]!, again: i > 0, times: 1 }))
  })
  const shares = newShare(gaps, 92)
  assert.equal(shares[0], 1)
  assert.ok(shares.every((share, i) => i === 0 || share <= shares[i - 1]!))
  const daily = totals(people.flatMap((days) => days.map((day) => [day, 1] as const)))
  const outlook = foretell(modelOf(daily.slice(0, start), SUNDAY), { shares, weekday: (SUNDAY + start) % 7 })
  const came = people.filter((days) => days.some((day) => day >= start && day < start + 92)).length
  t.diagnostic(
    `foretold ${Math.round(outlook.mean)} (${Math.round(quantile(outlook, 0.1))} to ${Math.round(quantile(outlook, 0.9))}), came ${came}`,
  )
  assert.ok(Math.abs(outlook.mean / came - 1) < 0.05, `${outlook.mean} against ${came}`)
})
