import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { gamma, normal, type Random, random } from '#lib/numeric/random.ts'
import { belief } from './bayes.ts'
import { cuped, slopesApart } from './cuped.ts'
import { benjaminiHochberg, holm } from './multiplicity.ts'
import { midQuantile, quantileMoments } from './quantile.ts'
import { oneSided, relativeSequence, sequence } from './sequential.ts'
import { priorOfPast } from './shrinkage.ts'
import { sampleRatio } from './srm.ts'
import { type ArmStatistics, type Moments, momentsOf, type RatioStatistics } from './statistics.ts'
import { effectOf, fixedHorizon } from './welch.ts'

const near = (found: number, wanted: number, within: number): void =>
  assert.ok(Math.abs(found - wanted) <= within, `${found} is not within ${within} of ${wanted}`)

type Draw = (r: Random) => number
const orders =
  (rate: number): Draw =>
  (r) =>
    r.uniform() < rate ? 1 : 0
/** Most spend nothing, some a skewed amount, as in shops. */
const spend =
  (rate: number, mean: number): Draw =>
  (r) =>
    r.uniform() < rate ? gamma(r, 2) * (mean / 2) : 0

interface World {
  readonly name: string
  readonly control: Draw
  readonly treated: Draw
  readonly truth: number
  readonly relative: number
}
const WORLDS: readonly World[] = [
  { name: 'A/A rates', control: orders(0.1), treated: orders(0.1), truth: 0, relative: 0 },
  { name: 'A/B rates', control: orders(0.1), treated: orders(0.14), truth: 0.04, relative: 0.4 },
  { name: 'A/A spend', control: spend(0.2, 50), treated: spend(0.2, 50), truth: 0, relative: 0 },
  { name: 'A/B spend', control: spend(0.2, 50), treated: spend(0.2, 60), truth: 2, relative: 0.2 },
]

test('an interval of the sequence holds the truth at all of 40 looks in at least 95 % of 1,000 runs, absolute and relative, and so does one side', () => {
  for (const { name, control, treated, truth, relative } of WORLDS) {
    const held = { absolute: 0, relative: 0, low: 0 }
    for (let run = 0; run < 1_000; run++) {
      const r = random(`${name} ${run}`)
      const inside = { absolute: true, relative: true, low: true }
      const [a, b] = [
        { sum: 0, sumSquares: 0 },
        { sum: 0, sumSquares: 0 },
      ]
      for (let n = 1; n <= 1_620; n++) {
        for (const [arm, draw] of [[a, control] as const, [b, treated] as const]) {
          const value = draw(r)
          arm.sum += value
          arm.sumSquares += value * value
        }
        if (n <= 100 || (n - 100) % 38 !== 0) continue
        const [from, to] = [momentsOf({ kind: 'mean', n, ...a })!, momentsOf({ kind: 'mean', n, ...b })!]
        const absolute = effectOf(from, to, 'absolute')!
        const share = relativeSequence(from, to, { alpha: 0.05 })
        const within = (found: { low: number; high: number }, value: number): boolean => found.low <= value && value <= found.high
        inside.absolute &&= within(sequence(absolute, { alpha: 0.05 }), truth)
        inside.relative &&= share === null || within(share, relative)
        inside.low &&= oneSided(absolute, { alpha: 0.05 }).low <= truth
      }
      for (const kind of ['absolute', 'relative', 'low'] as const) held[kind] += inside[kind] ? 1 : 0
    }
    for (const [kind, times] of Object.entries(held)) assert.ok(times >= 950, `${name}, ${kind}: ${times} of 1,000`)
  }
})

const size = fc.integer({ min: 2, max: 1_000_000 })
const amount = fc.double({ min: -1_000, max: 1_000, noNaN: true })
const arm = fc
  .record({ n: size, mean: amount, deviation: fc.double({ min: 0.01, max: 1_000, noNaN: true }) })
  .map(({ n, mean, deviation }): Moments => ({ n, mean, base: mean, variance: deviation * deviation }))

test('in another unit the effect is the same effect', () => {
  fc.assert(
    fc.property(arm, arm, fc.double({ min: 0.001, max: 1_000, noNaN: true }), (a, b, unit) => {
      const other = ({ n, mean, base, variance }: Moments): Moments => ({
        n,
        mean: mean * unit,
        base: base * unit,
        variance: variance * unit * unit,
      })
      const [one, two] = [effectOf(a, b, 'absolute')!, effectOf(other(a), other(b), 'absolute')!]
      near(two.estimate, one.estimate * unit, 1e-9 * unit * (1 + Math.abs(a.mean) + Math.abs(b.mean)))
      near(two.se, one.se * unit, 1e-9 * one.se * unit)
      near(sequence(two, { alpha: 0.05 }).p, sequence(one, { alpha: 0.05 }).p, 1e-6)
      near(fixedHorizon(two, 0.05).p, fixedHorizon(one, 0.05).p, 1e-6)
    }),
  )
})

test('swapped arms mirror the interval; more doubt makes it wider; always is never narrower than once', () => {
  fc.assert(
    fc.property(arm, arm, (a, b) => {
      const [there, back] = [effectOf(a, b, 'absolute')!, effectOf(b, a, 'absolute')!]
      const [one, two] = [sequence(there, { alpha: 0.05 }), sequence(back, { alpha: 0.05 })]
      const within = 1e-9 * (1 + Math.abs(one.low) + Math.abs(one.high))
      near(one.low, -two.high, within)
      near(one.high, -two.low, within)
      const surer = sequence(there, { alpha: 0.01 })
      assert.ok(surer.low <= one.low && surer.high >= one.high)
      assert.ok(oneSided(there, { alpha: 0.05 }).low >= one.low - within)
      const z = one.high - there.estimate
      assert.ok(z >= 1.96 * there.se * (1 - 1e-12))
    }),
  )
})

test('a share of control is excluded with the difference itself, holds what the delta method says where that is sound, and mirrors negative means', () => {
  fc.assert(
    fc.property(arm, arm, (a, b) => {
      const share = relativeSequence(a, b, { alpha: 0.05 })
      if (!share) return
      const absolute = sequence(effectOf(a, b, 'absolute')!, { alpha: 0.05 })
      const excluded = (of: { low: number; high: number }): boolean => of.low > 0 || of.high < 0
      const clear = Math.min(Math.abs(absolute.low), Math.abs(absolute.high)) > 1e-9 * (Math.abs(a.mean) + Math.abs(b.mean))
      if (clear) assert.equal(excluded(share), excluded(absolute))
      const estimate = (b.mean - a.mean) / Math.abs(a.mean)
      assert.ok(share.low <= estimate + 1e-9 * Math.abs(estimate) && estimate <= share.high + 1e-9 * Math.abs(estimate))
      const turned = (of: Moments): Moments => ({ ...of, mean: -of.mean, base: -of.base })
      const mirrored = relativeSequence(turned(a), turned(b), { alpha: 0.05 })!
      near(mirrored.low, -share.high, 1e-9 * (1 + Math.abs(share.high)))
      near(mirrored.high, -share.low, 1e-9 * (1 + Math.abs(share.low)))
    }),
  )
  const [a, b] = [momentsOf({ kind: 'proportion', n: 1e6, sum: 1e5 })!, momentsOf({ kind: 'proportion', n: 1e6, sum: 1.1e5 })!]
  const [exact, delta] = [relativeSequence(a, b, { alpha: 0.05 })!, sequence(effectOf(a, b, 'relative')!, { alpha: 0.05 })]
  near(exact.low, delta.low, 5e-4)
  near(exact.high, delta.high, 5e-4)
  assert.equal(relativeSequence(momentsOf({ kind: 'proportion', n: 500, sum: 2 })!, b, { alpha: 0.05 }), null)
})

test('Holm and Benjamini–Hochberg: never below the p-value, in its order, never above Bonferroni, and BH never above Holm', () => {
  const ps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(ps, (p) => {
      const [strict, loose] = [holm(p), benjaminiHochberg(p)]
      for (const [i, value] of p.entries()) {
        assert.ok(strict[i]! >= value && loose[i]! >= value)
        assert.ok(strict[i]! <= Math.min(1, value * p.length) + 1e-12)
        assert.ok(loose[i]! <= strict[i]! + 1e-12)
        for (const [j, other] of p.entries()) if (value < other) assert.ok(strict[i]! <= strict[j]! && loose[i]! <= loose[j]!)
      }
      // As defined: step down while p(k) ≤ α/(m−k+1); up to the last p(k) ≤ kα/m.
      const alpha = 0.05
      const sorted = p.toSorted((a, b) => a - b)
      const first = sorted.findIndex((value, k) => value > alpha / (p.length - k))
      const last = sorted.findLastIndex((value, k) => value <= ((k + 1) * alpha) / p.length)
      const clear = sorted.every((value, k) =>
        [alpha / (p.length - k), ((k + 1) * alpha) / p.length].every((edge) => Math.abs(value - edge) > 1e-9),
      )
      if (!clear) return
      assert.equal(strict.filter((value) => value <= alpha).length, first < 0 ? p.length : first)
      assert.equal(loose.filter((value) => value <= alpha).length, last + 1)
    }),
  )
})

test('R: p.adjust of .01 .02 .03 .04', () => {
  const p = [0.01, 0.02, 0.03, 0.04]
  for (const [i, wanted] of [0.04, 0.06, 0.06, 0.06].entries()) near(holm(p)[i]!, wanted, 1e-15)
  for (const value of benjaminiHochberg(p)) near(value, 0.04, 1e-15)
})

interface Seen {
  readonly n: number
  sum: number
  sumSquares: number
  readonly pre: { sum: number; sumSquares: number; cross: number }
}
/** Outcomes that hang on what people did before with this correlation, and gain `effect`. */
function seen(r: Random, { n, effect, correlation }: { n: number; effect: number; correlation: number }): Moments {
  const all: Seen = { n, sum: 0, sumSquares: 0, pre: { sum: 0, sumSquares: 0, cross: 0 } }
  for (let i = 0; i < n; i++) {
    const before = 10 + normal(r)
    const after = 5 + effect + correlation * (before - 10) + Math.sqrt(1 - correlation * correlation) * normal(r)
    all.sum += after
    all.sumSquares += after * after
    all.pre.sum += before
    all.pre.sumSquares += before * before
    all.pre.cross += before * after
  }
  return momentsOf({ kind: 'mean', ...all })!
}

test('CUPED never changes what is estimated: over 1,000 trials it hits the same truth, with the noise that is left at that correlation', () => {
  const found = { raw: [] as number[], cuped: [] as number[], lin: [] as number[] }
  const removed: number[] = []
  for (let run = 0; run < 1_000; run++) {
    const r = random(`cuped ${run}`)
    const control = seen(r, { n: 300, effect: 0, correlation: 0.8 })
    const treated = seen(r, { n: 100, effect: 0.3, correlation: 0.8 })
    const adjusted = cuped(control, treated)!
    const apart = slopesApart(control, treated)!
    found.raw.push(effectOf(control, treated, 'absolute')!.estimate)
    found.cuped.push(effectOf(adjusted.control, adjusted.treated, 'absolute')!.estimate)
    found.lin.push(effectOf(apart.control, apart.treated, 'absolute')!.estimate)
    removed.push(adjusted.removed)
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const spread = (values: readonly number[]) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)))
  for (const estimates of Object.values(found)) near(mean(estimates), 0.3, (4 * spread(estimates)) / Math.sqrt(1_000))
  near(mean(removed), 0.64, 0.01)
  for (const estimates of [found.cuped, found.lin]) near(spread(estimates) / spread(found.raw), Math.sqrt(1 - 0.64), 0.05)
})

test('CUPED: arms that were alike before keep their difference to the digit, and moving the covariate moves nothing', () => {
  const pre = fc.record({
    mean: amount,
    variance: fc.double({ min: 0.1, max: 100, noNaN: true }),
    slope: fc.double({ min: -3, max: 3, noNaN: true }),
    shift: fc.double({ min: -100, max: 100, noNaN: true }),
  })
  fc.assert(
    fc.property(arm, arm, pre, (a, b, { mean, variance, slope, shift }) => {
      const with_ = (of: Moments, at: number): Moments => ({ ...of, pre: { mean: at, variance, covariance: slope * variance } })
      const alike = cuped(with_(a, mean), with_(b, mean))!
      near(alike.treated.mean - alike.control.mean, b.mean - a.mean, 1e-7)
      const one = cuped(with_(a, 1), with_(b, 2))!
      const two = cuped(with_(a, 1 + shift), with_(b, 2 + shift))!
      near(one.treated.mean - one.control.mean, two.treated.mean - two.control.mean, 1e-6 * (1 + Math.abs(one.theta)))
    }),
  )
})

test('a ratio varies as the delta method says', () => {
  const found: number[] = []
  const said: number[] = []
  for (let run = 0; run < 600; run++) {
    const r = random(`ratio ${run}`)
    const n = 400
    const of = { sum: 0, sumSquares: 0, denominator: { sum: 0, sumSquares: 0, cross: 0 } }
    for (let i = 0; i < n; i++) {
      const messages = 1 + Math.floor(10 * r.uniform())
      const own = 0.6 * r.uniform()
      let clicks = 0
      for (let m = 0; m < messages; m++) clicks += r.uniform() < own ? 1 : 0
      of.sum += clicks
      of.sumSquares += clicks * clicks
      of.denominator.sum += messages
      of.denominator.sumSquares += messages * messages
      of.denominator.cross += clicks * messages
    }
    const ratio: RatioStatistics = { kind: 'ratio', n, ...of }
    const { mean, variance } = momentsOf(ratio)!
    found.push(mean)
    said.push(Math.sqrt(variance / n))
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const spread = Math.sqrt(mean(found.map((value) => (value - mean(found)) ** 2)))
  near(mean(said) / spread, 1, 0.1)
  near(mean(found), 0.3, 0.005)
})

test('a split as drawn rings falsely in at most 1 of 100 runs of a hundred looks; one arm that loses 5 % of its people rings', () => {
  let wrong = 0
  for (let run = 0; run < 1_000; run++) {
    const r = random(`split ${run}`)
    const n: [number, number] = [0, 0]
    let rang = false
    for (let i = 0; i < 5_000 && !rang; i++) {
      n[r.uniform() < 0.1 ? 0 : 1]++
      if (i % 50 === 49) rang = sampleRatio([drawn('held_out', n[0], 10), drawn('treated', n[1], 90)]).evidence >= 1_000
    }
    wrong += rang ? 1 : 0
  }
  assert.ok(wrong <= 10, `${wrong} of 1,000`)
  const lossy = sampleRatio([drawn('a', 50_000, 1), drawn('b', 47_500, 1)])
  assert.ok(lossy.alarm && lossy.p < 0.001 && lossy.evidence > 1_000)
  assert.equal(sampleRatio([drawn('a', 50_000, 1), drawn('b', 49_700, 1)]).alarm, false)
  assert.equal(sampleRatio([drawn('a', 500, 1), drawn('b', 500, 1), drawn('ended', 1, 0)]).alarm, true)
})
const drawn = (name: string, n: number, share: number) => ({ arm: name, n, share })

test('how large effects are here is learned from past tests, and winners drawn to it no longer flatter', () => {
  const r = random('past')
  const TAU = 0.05
  const tests = Array.from({ length: 2_000 }, () => {
    const truth = TAU * normal(r)
    const se = 0.02 + 0.06 * r.uniform()
    return { truth, se, estimate: truth + se * normal(r) }
  })
  const prior = priorOfPast(tests)!
  near(Math.sqrt(prior.variance), TAU, 0.004)
  const winners = tests.filter(({ estimate, se }) => estimate > 1.96 * se)
  const gap = (of: (test: (typeof tests)[number]) => number) =>
    winners.reduce((sum, each) => sum + of(each) - each.truth, 0) / winners.length
  assert.ok(gap(({ estimate }) => estimate) > 0.015)
  near(
    gap((each) => belief(each, prior, 0.05).expected),
    0,
    0.004,
  )
  assert.equal(priorOfPast(tests.slice(0, 7)), null)
  // Where nothing but noise was ever seen, nothing is expected.
  const nothing = Array.from({ length: 40 }, (_, i) => ({ estimate: i % 2 === 0 ? 0.01 : -0.01, se: 0.05 }))
  assert.equal(priorOfPast(nothing)!.variance, 0)
})

/** Each person has some values that are alike; people fall into buckets. */
function histogram(seed: string, { people, each, buckets }: { people: number; each: number; buckets: number }) {
  const r = random(seed)
  const values = Array.from({ length: 161 }, (_, i) => -4 + i * 0.05)
  const clusters = Array.from({ length: buckets }, () => values.map(() => 0))
  for (let i = 0; i < people; i++) {
    const x = normal(r)
    const bin = Math.min(160, Math.max(0, Math.round((x + 4) / 0.05)))
    clusters[i % buckets]![bin]! += each
  }
  return { kind: 'quantile' as const, n: people, q: 0.5, values, clusters }
}

test('a median varies as theory says, also when each person brings ten values, and the same seed draws the same', () => {
  const people = 10_000
  const theory = 1.2533 / Math.sqrt(people)
  for (const each of [1, 10]) {
    const found = quantileMoments(histogram(`median ${each}`, { people, each, buckets: 200 }), 'seed')!
    near(Math.sqrt(found.variance / people) / theory, 1, 0.2)
    near(found.mean, 0, 4 * theory)
    assert.deepEqual(found, quantileMoments(histogram(`median ${each}`, { people, each, buckets: 200 }), 'seed'))
  }
  assert.equal(quantileMoments(histogram('few', { people: 100, each: 1, buckets: 10 }), 'seed'), null)
  near(midQuantile([1, 2, 3, 4, 5], [1, 1, 1, 1, 1], 0.5), 3, 1e-12)
  near(midQuantile([1, 2], [1, 0], 0.9), 1, 1e-12)
})

test('arms that say nothing finite have no figures', () => {
  const none: ArmStatistics[] = [
    { kind: 'mean', n: 1, sum: 1, sumSquares: 1 },
    { kind: 'mean', n: 10, sum: Number.NaN, sumSquares: 1 },
    { kind: 'mean', n: 10, sum: 1e200, sumSquares: Number.POSITIVE_INFINITY },
    { kind: 'ratio', n: 10, sum: 1, sumSquares: 1, denominator: { sum: 0, sumSquares: 0, cross: 0 } },
  ]
  for (const each of none) if (each.kind !== 'quantile') assert.equal(momentsOf(each), null)
  assert.equal(effectOf({ n: 5, mean: 0, base: 0, variance: 1 }, { n: 5, mean: 1, base: 1, variance: 1 }, 'relative'), null)
})
