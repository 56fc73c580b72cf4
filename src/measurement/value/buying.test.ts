import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Buyer, fitBgNbd } from '#decisions/propensity/bg-nbd.ts'
import { beta as drawBeta, gamma as drawGamma, random } from '#lib/numeric/random.ts'
import { readCsv, without } from '../../../test/fixtures/data.ts'
import { aliveUnder, type Buying, buyingOf, chanceOf, discountedOf, expectedFromStart, expectedOf } from './buying.ts'
import { fitGammaGamma, meanSpend, spendOf } from './gamma-gamma.ts'
import { fitParetoNbd, paretoAlive, paretoExpected, paretoLogLikelihood } from './pareto-nbd.ts'
import { bootstrapTotal, errorsOf, totalInterval, totalOf } from './uncertainty.ts'

const SUMMARY = 'cdnow/cdnow_customers_summary.csv'
const SPENT = 'cdnow/cdnow_customers_summary_with_transactions.csv'
const buyersOf = (): Buyer[] =>
  readCsv(SUMMARY).map((row) => ({ x: Number(row['frequency']), tx: Number(row['recency']), T: Number(row['T']) }))
const near = (found: number, wanted: number, tolerance: number): void =>
  assert.ok(Math.abs(found - wanted) <= tolerance, `${found} is not ${wanted} ± ${tolerance}`)

const PAPER = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 }
const paper: Buying = { kind: 'bg-nbd', ...PAPER }
const someone = { x: 2, tx: 30.43, T: 38.86 }

test('T1 BG/NBD expectations: E[X(t)], E[Y(39)] and P(alive) of the paper', { skip: without(SUMMARY) }, () => {
  const fitted = fitBgNbd(buyersOf())!
  const model = buyingOf(fitted)
  const wanted = { 0.1429: 0.0078, 1: 0.0532, 3: 0.1506, 31.8571: 1.0405, 32: 1.0437, 78: 1.858 }
  for (const [t, value] of Object.entries(wanted)) near(expectedFromStart(model, Number(t)), value, 5e-4)
  near(expectedOf(model, someone, 39), 1.226, 1e-3)
  near(aliveUnder(model, someone), 0.72661, 1e-3)
})

test('T1 BG/NBD: chances of counts as the R package BTYD tells them, and they sum to one', () => {
  near(chanceOf(PAPER, 11, 30), 0.0019995214, 1e-9)
  near(chanceOf(PAPER, 12, 30), 0.0015170236, 1e-9)
  near(chanceOf(PAPER, 13, 30), 0.001163315, 1e-9)
  near(chanceOf(PAPER, 0, 39), 0.5737864, 1e-7)
  const counts = Array.from({ length: 400 }, (_, x) => chanceOf(PAPER, x, 39))
  near(
    counts.reduce((sum, p) => sum + p, 0),
    1,
    1e-4,
  )
  near(
    counts.reduce((sum, p, x) => sum + p * x, 0),
    expectedFromStart(paper, 39),
    0.01,
  )
})

test('T2 Gamma-Gamma on CDNOW: three numbers, the log-likelihood, and three people', { skip: without(SPENT) }, () => {
  const spenders = readCsv(SPENT).map((row) => ({ x: Number(row['x']), m: Number(row['zbar']) }))
  const fitted = fitGammaGamma(spenders)!
  assert.equal(fitted.spenders, 946)
  for (const [name, value] of [
    ['p', 6.2488],
    ['q', 3.7446],
    ['v', 15.4478],
  ] as const)
    near(fitted[name] / value, 1, 0.01)
  near(fitted.logLikelihood, -4055.9232, 0.01)
  near(spendOf(fitted, { x: 2, m: 22.35 })!, 24.659, 0.01)
  near(spendOf(fitted, { x: 1, m: 11.77 })!, 18.911, 0.01)
  near(meanSpend(fitted)!, 35.171, 0.01)
  assert.ok(fitted.errors!.every((each) => each > 0.01 && each < 1))
  const cents = fitGammaGamma(spenders.map(({ x, m }) => ({ x, m: m * 100 })))!
  near(cents.v / fitted.v, 100, 0.01)
})

test('Gamma-Gamma of people who stand together by about what they spend is that of each by themselves', { skip: without(SPENT) }, () => {
  const spenders = readCsv(SPENT)
    .map((row) => ({ x: Number(row['x']), m: Number(row['zbar']) }))
    .filter(({ x, m }) => x > 0 && m > 0)
  const together = [...Map.groupBy(spenders, ({ x, m }) => `${x} ${Math.round(Math.log(m) * 100)}`).values()].map((group) => ({
    x: group[0]!.x,
    m: group.reduce((sum, { m }) => sum + m, 0) / group.length,
    logM: group.reduce((sum, { m }) => sum + Math.log(m), 0) / group.length,
    times: group.length,
  }))
  assert.ok(together.length < spenders.length)
  const [one, other] = [fitGammaGamma(spenders)!, fitGammaGamma(together)!]
  for (const name of ['p', 'q', 'v'] as const) near(other[name] / one[name], 1, 1e-3)
  near(other.logLikelihood, one.logLikelihood, 0.05)
})

test('Pareto/NBD on CDNOW as Fader and Hardie publish it', { skip: without(SUMMARY) }, () => {
  const fitted = fitParetoNbd(
    [...Map.groupBy(buyersOf(), ({ x, tx, T }) => `${x} ${tx} ${T}`).values()].map((same) => ({ ...same[0]!, times: same.length })),
  )!
  for (const [name, value] of [
    ['r', 0.553],
    ['alpha', 10.578],
    ['s', 0.606],
    ['beta', 11.669],
  ] as const)
    near(fitted[name] / value, 1, 0.005)
  near(fitted.logLikelihood, -9594.98, 0.01)
  const model: Buying = { kind: 'pareto-nbd', ...fitted }
  const bgNbd = buyingOf(fitBgNbd(buyersOf())!)
  // Two models of the same people should not tell two stories.
  near(totalOf(model, buyersOf(), 39) / totalOf(bgNbd, buyersOf(), 39), 1, 0.06)
})

test('Pareto/NBD agrees with its own definition by numbers drawn', () => {
  const model = { r: 1.5, alpha: 6, s: 0.8, beta: 9 }
  const r = random('pareto')
  const seen: { x: number; tx: number; there: boolean; later: number }[] = []
  for (let i = 0; i < 120_000; i++) {
    const rate = drawGamma(r, model.r) / model.alpha
    const leaves = -Math.log(1 - r.uniform()) / (drawGamma(r, model.s) / model.beta)
    let [x, tx, later] = [0, 0, 0]
    for (let t = -Math.log(1 - r.uniform()) / rate; t < Math.min(leaves, 30); t += -Math.log(1 - r.uniform()) / rate) {
      if (t < 20) [x, tx] = [x + 1, t]
      else later++
    }
    seen.push({ x, tx, there: leaves > 20, later })
  }
  for (const [x, from, to] of [
    [0, -1, 1],
    [3, 14, 16],
    [3, 18, 20],
  ] as const) {
    const same = seen.filter((each) => each.x === x && each.tx > from && each.tx <= to)
    const buyer = { x, tx: x === 0 ? 0 : (from + to) / 2, T: 20 }
    const there = same.filter((each) => each.there).length / same.length
    const error = Math.sqrt((there * (1 - there)) / same.length)
    near(paretoAlive(model, buyer), there, 4 * error + 0.02)
    near(paretoExpected(model, buyer, 10), same.reduce((sum, { later }) => sum + later, 0) / same.length, 0.12)
  }
})

test('the parameters that people were drawn from are found again, within their standard errors', () => {
  const truth = { r: 0.8, alpha: 6, a: 1.2, b: 3 }
  const r = random('known buyers')
  const buyers = Array.from({ length: 6_000 }, (): Buyer => {
    const T = 30 + Math.floor(r.uniform() * 20)
    const rate = drawGamma(r, truth.r) / truth.alpha
    const lost = drawBeta(r, truth.a, truth.b)
    let [x, tx] = [0, 0]
    for (let t = -Math.log(1 - r.uniform()) / rate; t < T; t += -Math.log(1 - r.uniform()) / rate) {
      ;[x, tx] = [x + 1, t]
      if (r.uniform() < lost) break
    }
    return { x, tx: Math.round(tx * 7) / 7, T }
  })
  const fitted = fitBgNbd(buyers)!
  assert.ok(fitted.identified)
  const errors = errorsOf(fitted, buyers)!
  for (const name of ['r', 'alpha', 'a', 'b'] as const) near(fitted[name], truth[name], 3.5 * errors[name])
})

test('weekly rounding hardly moves what is learned of many buyers', { skip: without('cdnow/cdnow_customers_summary.csv') }, () => {
  const exact = buyersOf()
  const rounded = exact.map(({ x, tx, T }) => ({ x, tx: Math.round(tx), T: Math.round(T) }))
  const [one, other] = [buyingOf(fitBgNbd(exact)!), buyingOf(fitBgNbd(rounded)!)]
  near(totalOf(other, rounded, 39) / totalOf(one, exact, 39), 1, 0.01)
})

test('an interval for the purchases of all: by derivatives and by resampling people alike', { skip: without(SUMMARY) }, () => {
  const buyers = buyersOf()
  const fitted = fitBgNbd(buyers)!
  const one = totalInterval({ fitted, buyers, t: 39 })!
  const other = bootstrapTotal({ fitted, buyers, t: 39, seed: 'cdnow', rounds: 60 })!
  assert.equal(one.estimate, other.estimate)
  assert.ok(one.low < one.estimate && one.estimate < one.high)
  near((other.high - other.low) / (one.high - one.low), 1, 0.35)
})

test('where nobody is lost, purchases go on at their rate, and nobody is called lost', () => {
  const r = random('stay')
  const buyers = Array.from({ length: 400 }, (): Buyer => ({ x: 20 + Math.floor(r.uniform() * 10), tx: 29 + r.uniform(), T: 30 }))
  const fitted = fitBgNbd(buyers)!
  assert.equal(fitted.identified, false)
  const model = buyingOf(fitted)
  assert.equal(model.kind, 'nbd')
  assert.equal(aliveUnder(model, { x: 1, tx: 1, T: 30 }), 1)
  near(expectedOf(model, buyers[0]!, 30) / buyers[0]!.x, 1, 0.2)
})

/** Evenly over orders of magnitude. */
const between = (least: number, most: number) =>
  fc.double({ min: Math.log(least), max: Math.log(most), noNaN: true }).map((log) => Math.exp(log))
const parameters = fc.record({ r: between(0.05, 20), alpha: between(0.5, 50), a: between(0.05, 1e6), b: between(0.05, 1e6) })
/** In weeks; purchases of one day are one, so so many of them take at least so many days. */
const history = fc
  .tuple(fc.integer({ min: 0, max: 200 }), fc.double({ min: 0, max: 150, noNaN: true }), fc.double({ min: 0, max: 150, noNaN: true }))
  .map(([x, more, since]): Buyer => {
    const tx = x === 0 ? 0 : x / 7 + more
    return { x, tx, T: tx + since }
  })

test('whatever the numbers, expectations are finite, grow with time, and a discount makes them less', () => {
  fc.assert(
    fc.property(parameters, history, (numbers, buyer) => {
      const model: Buying = { kind: 'bg-nbd', ...numbers }
      const [one, two] = [expectedOf(model, buyer, 10), expectedOf(model, buyer, 20)]
      assert.ok(Number.isFinite(one) && Number.isFinite(two) && one >= -1e-9 && two >= one - 1e-6 * (1 + one), `${one} ${two}`)
      const plain = discountedOf(model, buyer, { period: 5, periods: 4, rate: 0 })
      near(plain, two, 1e-6 * (1 + two))
      assert.ok(discountedOf(model, buyer, { period: 5, periods: 4, rate: 0.02 }) <= plain + 1e-9)
      const p = aliveUnder(model, buyer)
      assert.ok(p >= 0 && p <= 1)
      const pareto = { r: numbers.r, alpha: numbers.alpha, s: Math.min(5, numbers.a), beta: Math.min(50, numbers.b + 0.5) }
      assert.ok(Number.isFinite(paretoLogLikelihood(pareto, buyer)))
      assert.ok(paretoAlive(pareto, buyer) >= 0 && paretoAlive(pareto, buyer) <= 1)
    }),
  )
})

test('people who all leave with the same chance: the likelihood is flat along a and b, and what is foretold is that of one chance', () => {
  const buyers: Buyer[] = [
    { x: 0, tx: 0, T: 20 },
    { x: 1, tx: 7, T: 18 },
    { x: 30, tx: 17, T: 18 },
    { x: 400, tx: 100, T: 101 },
  ]
  for (const buyer of buyers)
    for (const t of [1, 13, 500]) {
      const told = [999, 1_001, 1e5, 1e6].map((a) => expectedOf({ kind: 'bg-nbd', r: 0.9, alpha: 5, a, b: 7 * a }, buyer, t))
      const [before, beyond, many, more] = told as [number, number, number, number]
      assert.ok(Math.abs(beyond / before - 1) < 2e-3 && Math.abs(more / many - 1) < 2e-3, `${JSON.stringify(buyer)} ${t}: ${told}`)
    }
  // Somebody at the rate λ, known well, who leaves with 1/8 after each purchase: (1 − e^(−λ·10/8))·8 in 10 weeks.
  const steady: Buying = { kind: 'bg-nbd', r: 1e5, alpha: 1e5, a: 1e5, b: 7e5 }
  near(expectedFromStart(steady, 10), (1 - Math.exp(-10 / 8)) * 8, 1e-3)
})

test('an interval also where all leave with the same chance, though a and b are not known apart', () => {
  const r = random('one chance')
  const buyers = Array.from({ length: 1_500 }, (): Buyer => {
    const T = 40
    const rate = drawGamma(r, 1) / 4
    let [x, tx] = [0, 0]
    for (let t = -Math.log(1 - r.uniform()) / rate; t < T; t += -Math.log(1 - r.uniform()) / rate) {
      ;[x, tx] = [x + 1, t]
      if (r.uniform() < 0.2) break
    }
    return { x, tx: Math.round(tx * 7) / 7, T }
  })
  const fitted = fitBgNbd(buyers)!
  near(fitted.a / (fitted.a + fitted.b), 0.2, 0.02)
  const { estimate, low, high } = totalInterval({ fitted, buyers, t: 13 })!
  assert.ok(low > estimate * 0.8 && high < estimate * 1.2 && low < estimate && estimate < high, `${low} ${estimate} ${high}`)
})
