import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Customer, hillstrom, withoutHillstrom } from '../../../test/fixtures/hillstrom.ts'
import type { ArmAsked, ByArm, MetricAsked, ReadoutAsked } from './asked.ts'
import { readout } from './readout.ts'
import { Readout } from './schema.ts'
import type { ArmStatistics } from './statistics.ts'

const CALM = { days: 14, versions: 1, windowsOpen: 0, crossed: 0 }
const arms = (control: number, treated: number): ArmAsked[] => [
  { arm: 'held_out', name: 'Held out', share: 50, n: control },
  { arm: 'treated', name: 'Mail', people: 'People who got the mail', share: 50, n: treated },
]
const rates = (control: [number, number], treated: [number, number]): ByArm => ({
  held_out: { kind: 'proportion', sum: control[0], n: control[1] },
  treated: { kind: 'proportion', sum: treated[0], n: treated[1] },
})
const ORDERS: Omit<MetricAsked, 'arms'> = { id: 'orders', name: 'Orders', role: 'primary', better: 'more', unit: 'share', did: 'ordered' }
const asked = (metrics: readonly MetricAsked[], more: Partial<ReadoutAsked> = {}): ReadoutAsked => {
  const sides = metrics[0]?.arms
  return {
    arms: arms(sides?.['held_out']?.n ?? 0, sides?.['treated']?.n ?? 0),
    control: 'held_out',
    metrics,
    alpha: 0.05,
    prior: null,
    seed: 'test',
    circumstances: CALM,
    ...more,
  }
}
const read = (...args: Parameters<typeof asked>): Readout => Readout.parse(readout(asked(...args)))
const codes = ({ doubts }: { doubts: readonly { code: string }[] }): string[] => doubts.map(({ code }) => code)

const SEGMENTS = [
  { arm: 'none', name: 'No mail' },
  { arm: 'mens', name: 'Mens', people: 'People who got the Mens mail' },
  { arm: 'womens', name: 'Womens', people: 'People who got the Womens mail' },
]
const sumOf = (of: readonly Customer[], value: (one: Customer) => number): number => of.reduce((sum, one) => sum + value(one), 0)

test('T4 the read-out of Hillstrom says what each mail did, with an interval that may be looked at always', {
  skip: withoutHillstrom,
}, () => {
  const all = hillstrom()
  const of = SEGMENTS.map((_, arm) => all.filter((one) => one.arm === arm))
  const metric = (outcome: 'visit' | 'conversion' | 'spend'): ByArm =>
    Object.fromEntries(
      SEGMENTS.map(({ arm }, i): [string, ArmStatistics] => {
        const people = of[i]!
        const sum = sumOf(people, (one) => one[outcome])
        const pre = {
          sum: sumOf(people, ({ history }) => history),
          sumSquares: sumOf(people, ({ history }) => history ** 2),
          cross: sumOf(people, (one) => one.history * one[outcome]),
        }
        if (outcome !== 'spend') return [arm, { kind: 'proportion', n: people.length, sum, pre }]
        const converted = people.filter(({ spend }) => spend > 0).length
        return [arm, { kind: 'mean', n: people.length, sum, sumSquares: sumOf(people, ({ spend }) => spend ** 2), converted, pre }]
      }),
    )
  const found = Readout.parse(
    readout({
      arms: SEGMENTS.map((arm, i) => ({ ...arm, share: 1, n: of[i]!.length })),
      control: 'none',
      metrics: [
        { id: 'orders', name: 'Orders', role: 'primary', better: 'more', unit: 'share', did: 'ordered', arms: metric('conversion') },
        { id: 'visits', name: 'Visits', role: 'secondary', better: 'more', unit: 'share', did: 'visited', arms: metric('visit') },
        {
          id: 'spend',
          name: 'Spend',
          role: 'secondary',
          better: 'more',
          unit: 'money',
          currency: 'USD',
          did: 'spent',
          arms: metric('spend'),
        },
      ],
      alpha: 0.05,
      prior: null,
      seed: 'hillstrom',
      circumstances: CALM,
    }),
  )
  assert.equal(found.blocked, null)
  assert.ok(Math.abs(found.sampleRatio.p - 0.903693) < 1e-6)
  const line = (id: string, arm: string) => found.comparisons.find((each) => each.metric === id && each.treated.arm === arm)!
  for (const arm of ['mens', 'womens']) assert.equal(line('visits', arm).verdict, 'better')
  assert.equal(line('orders', 'mens').verdict, 'better')
  const mens = line('visits', 'mens')
  assert.ok(Math.abs(mens.absolute!.estimate - 0.076411) < 1e-6)
  assert.ok(Math.abs(mens.adjustment!.unadjusted!.estimate - 0.07659) < 1e-6)
  assert.ok(mens.absolute!.always!.low < mens.absolute!.fixed.low && mens.bayes!.chanceBetter > 0.999)
  assert.match(
    line('orders', 'mens').sentence,
    /^People who got the Mens mail ordered 0\.68 percentage points more often \(1\.25 % against 0\.57 %, 118 % more; between 0\.38 and 0\.97 percentage points; 95 %, valid however often you look; adjusted by what they did before\)\.$/,
  )
  assert.match(line('spend', 'mens').sentence, /^People who got the Mens mail spent 0\.77 USD more each \(1\.42 USD against 0\.65 USD/)
  assert.deepEqual(codes(line('orders', 'mens')), ['winners_curse'])
})

test('arms that are not split as drawn show no figures, but a guardrail still stops', () => {
  const orders = { ...ORDERS, arms: rates([500, 5_000], [700, 5_600]) }
  const left: MetricAsked = {
    ...ORDERS,
    id: 'left',
    name: 'Unsubscribed',
    role: 'guardrail',
    better: 'less',
    arms: rates([10, 5_000], [200, 5_600]),
  }
  const found = read([orders, left])
  assert.equal(found.blocked?.code, 'sample_ratio')
  assert.deepEqual(found.comparisons, [])
  assert.match(found.blocked!.sentence, /“Held out” has 47\.17 % of the people where 50\.00 % were drawn/)
  assert.deepEqual(
    found.stop.map(({ arm, metric }) => ({ arm, metric })),
    [{ arm: 'treated', metric: 'left' }],
  )
})

test('without control nothing is compared', () => {
  const found = read([{ ...ORDERS, arms: rates([500, 5_000], [700, 5_000]) }], { control: null })
  assert.equal(found.blocked?.code, 'no_control')
  assert.match(found.blocked!.sentence, /^Nobody was held back/)
  assert.deepEqual(found.comparisons, [])
})

test('of nobody it is not said that they were held back or not', () => {
  const found = read([{ ...ORDERS, arms: {} }], { control: 'held_out', arms: [] })
  assert.equal(found.blocked?.sentence, 'Nobody has come in yet, so there is nothing to compare.')
})

test('while there are few, only what is exactly certain is said', () => {
  const found = read([{ ...ORDERS, arms: rates([3, 60], [9, 60]) }])
  const [only] = found.comparisons
  assert.equal(only!.verdict, 'too_early')
  assert.equal(only!.absolute!.always, null)
  assert.equal(only!.bayes, null)
  assert.match(
    only!.sentence,
    /^Too early: one side has 60 people, and each needs 100 .* All that is certain so far: the difference is between −\d+\.\d+ and \d+\.\d+ percentage points/,
  )
  const rare = read([{ ...ORDERS, arms: rates([12, 6_000], [19, 6_000]) }]).comparisons[0]!
  assert.deepEqual(codes(rare), ['few_conversions'])
  assert.equal(rare.verdict, 'too_early')
  const never = read([{ ...ORDERS, arms: rates([0, 3_000], [150, 3_000]) }]).comparisons[0]!
  assert.equal(never.verdict, 'better')
  assert.match(
    never.sentence,
    /^People who got the mail ordered 5\.00 percentage points more often \(5\.00 % against 0\.00 %; between \d\.\d\d and \d\.\d\d percentage points; 95 %/,
  )
})

test('of nobody nothing is said, and figures are written with as many digits as are read', () => {
  const none = read([{ ...ORDERS, arms: rates([0, 0], [0, 0]) }]).comparisons[0]!
  assert.equal(none.sentence, 'Too early: one side has 0 people, and each needs 100 before its figures hold.')
  const small = read([{ ...ORDERS, arms: rates([1_000, 20_000], [1_020, 20_000]) }]).comparisons[0]!
  assert.match(
    small.sentence,
    /^Not decided: so far people who got the mail ordered 0\.10 percentage points more often \(5\.10 % against 5\.00 %\), but anything between −0\.60 and 0\.80 /,
  )
})

test('what looks shown by itself is not, among many that were tried', () => {
  const close = { ...ORDERS, arms: rates([1_000, 10_000], [1_141, 10_000]) }
  const flat = (id: string): MetricAsked => ({ ...ORDERS, id, arms: rates([1_000, 10_000], [1_003, 10_000]) })
  const alone = read([close]).comparisons[0]!
  assert.equal(alone.verdict, 'better')
  assert.ok(alone.p! > 0.01 && alone.p! < 0.05)
  const among = read([close, flat('b'), flat('c'), flat('d'), flat('e')]).comparisons[0]!
  assert.equal(among.verdict, 'open')
  assert.ok(Math.abs(among.adjustedP! - 5 * alone.p!) < 1e-12)
  assert.ok(codes(among).includes('several_comparisons'))
  assert.match(
    among.sentence,
    /^Not decided among 5 comparisons: so far people who got the mail ordered 1\.41 percentage points more often \(11\.41 % against 10\.00 %; by itself between 0\.04 and 2\.78 percentage points;/,
  )
})

test('less is better of complaints: fewer are better, more are worse', () => {
  const complaints = {
    ...ORDERS,
    id: 'complaints',
    name: 'Complained',
    better: 'less' as const,
    role: 'secondary' as const,
    did: 'complained',
  }
  const fewer = read([{ ...complaints, arms: rates([900, 10_000], [500, 10_000]) }]).comparisons[0]!
  assert.equal(fewer.verdict, 'better')
  assert.ok(fewer.bayes!.chanceBetter > 0.99 && fewer.bayes!.risk.change < fewer.bayes!.risk.stay)
  assert.match(fewer.sentence, /^People who got the mail complained 4\.00 percentage points less often .* between 2\.88 and 5\.12/)
  const more = read([{ ...complaints, arms: rates([500, 10_000], [900, 10_000]) }]).comparisons[0]!
  assert.equal(more.verdict, 'worse')
})

test('a guardrail stops what harms, says what was tolerated, and waits while it cannot know', () => {
  const guard = (figures: ByArm, tolerated?: number): MetricAsked => ({
    ...ORDERS,
    id: 'left',
    name: 'Unsubscribed',
    role: 'guardrail',
    better: 'less',
    arms: figures,
    ...(tolerated !== undefined && { tolerated }),
  })
  const harm = read([guard(rates([50, 10_000], [200, 10_000]))])
  assert.equal(harm.comparisons[0]!.verdict, 'harm')
  assert.match(
    harm.stop[0]!.sentence,
    /^People who got the mail: “Unsubscribed” is worse than in control by at least \d\.\d+ percentage points/,
  )
  const fine = read([guard(rates([2_000, 50_000], [2_000, 50_000]), 0.2)])
  assert.equal(fine.comparisons[0]!.verdict, 'no_harm')
  const unknown = read([guard(rates([2_000, 50_000], [2_000, 50_000]), 0.01)])
  assert.equal(unknown.comparisons[0]!.verdict, 'open')
  assert.deepEqual(unknown.stop, [])
  // Of those held out three have left, which is too few for asymptotics; how all departures are split is enough.
  const few = read([guard(rates([3, 600], [150, 5_400]))], {
    arms: [
      { ...arms(600, 0)[0]!, share: 10 },
      { ...arms(0, 5_400)[1]!, share: 90 },
    ],
  })
  assert.equal(few.comparisons[0]!.verdict, 'harm')
  // A catastrophe does not wait for a hundred people.
  const early = read([guard(rates([0, 60], [40, 60]))])
  assert.equal(early.stop.length, 1)
})

test('an effect that wears off is doubted', () => {
  const half = (treated: number): ByArm => rates([500, 5_000], [treated, 5_000])
  const metric = { ...ORDERS, arms: rates([1_000, 10_000], [1_300, 10_000]) }
  const fading = read([{ ...metric, halves: { early: half(800), late: half(500) } }]).comparisons[0]!
  assert.ok(codes(fading).includes('changes_over_time'))
  const steady = read([{ ...metric, halves: { early: half(650), late: half(650) } }]).comparisons[0]!
  assert.ok(!codes(steady).includes('changes_over_time'))
})

test('what won is drawn to what tests usually show here', () => {
  const found = read([{ ...ORDERS, arms: rates([1_000, 10_000], [1_250, 10_000]) }], { prior: { mean: 0, variance: 0.03 ** 2 } })
    .comparisons[0]!
  assert.ok(found.shrunk!.estimate > 0 && found.shrunk!.estimate < 0.5 * found.relative!.estimate)
  assert.match(found.doubts.find(({ code }) => code === 'winners_curse')!.sentence, /expect about \d+(\.\d)? % rather than 25 %/)
})

test('what surrounds an experiment is told with it', () => {
  const found = read([{ ...ORDERS, arms: rates([1_000, 10_000], [1_300, 10_000]) }], {
    circumstances: { days: 3, versions: 2, windowsOpen: 40, crossed: 7 },
  })
  assert.deepEqual(codes(found), ['short', 'several_versions', 'windows_open', 'crossed'])
})

test('money, times, ratios and medians are told in their own words', () => {
  const one = (metric: Partial<MetricAsked>, control: ArmStatistics, treated: ArmStatistics) =>
    read([{ ...ORDERS, did: undefined, ...metric, arms: { held_out: control, treated } } as MetricAsked]).comparisons[0]!
  const mean = (value: number, deviation: number): ArmStatistics => ({
    kind: 'mean',
    n: 20_000,
    sum: 20_000 * value,
    sumSquares: 20_000 * (value * value + deviation * deviation),
  })
  const money = one({ name: 'Spend', unit: 'money', currency: 'EUR' }, mean(10, 30), mean(12, 30))
  assert.match(
    money.sentence,
    /^People who got the mail had “Spend” of 2\.00 EUR more each \(12\.00 EUR against 10\.00 EUR, 20 % more; between \d\.\d\d and \d\.\d\d EUR; /,
  )
  const times = one({ name: 'Visits', unit: 'number' }, mean(3, 4), mean(2.5, 4))
  assert.match(
    times.sentence,
    /^People who got the mail had “Visits” 0\.50 times less each \(2\.5 against 3\.0, 17 % less; between 0\.\d\d and 0\.\d\d; /,
  )
  const ratio = (clicks: number): ArmStatistics => ({
    kind: 'ratio',
    n: 20_000,
    sum: 80_000 * clicks,
    sumSquares: 80_000,
    denominator: { sum: 80_000, sumSquares: 400_000, cross: 400_000 * clicks },
  })
  const clicks = one({ name: 'Clicks per message' }, ratio(0.1), ratio(0.14))
  assert.match(
    clicks.sentence,
    /^“Clicks per message” was 4\.00 percentage points higher for people who got the mail \(14\.00 % against 10\.00 %/,
  )
  const values = Array.from({ length: 100 }, (_, i) => i)
  const spread = (shift: number): ArmStatistics => ({
    kind: 'quantile',
    n: 20_000,
    q: 0.5,
    values,
    clusters: Array.from({ length: 200 }, (_, c) => values.map((v) => (v >= shift && v < shift + 40 + (c % 3) ? 3 : 0))),
  })
  const median = one({ name: 'Median basket', unit: 'money', currency: 'EUR' }, spread(20), spread(30))
  assert.match(median.sentence, /^“Median basket” was 10\.00 EUR higher for people who got the mail/)
  assert.match(median.method, /cluster bootstrap/)
})

test('a sum that hangs on a few large values is doubted', () => {
  const arms = { held_out: spent(2_000, 100), treated: spent(2_000, 100, 200_000) }
  const few = read([{ ...ORDERS, name: 'Spend', unit: 'money', currency: 'EUR', arms }]).comparisons[0]!
  assert.ok(codes(few).includes('few_decide'))
  const many = read([
    { ...ORDERS, name: 'Spend', unit: 'money', currency: 'EUR', arms: { held_out: spent(2_000, 100), treated: spent(2_000, 120) } },
  ])
  assert.ok(!codes(many.comparisons[0]!).includes('few_decide'))
})
const spent = (n: number, each: number, once = 0): ArmStatistics => ({
  kind: 'mean',
  n,
  sum: n * each + once,
  sumSquares: n * each * each * 2 + once * once,
})

const finite = (max: number) => fc.double({ min: 0, max, noNaN: true })
const statistics = fc.oneof(
  fc
    .integer({ min: 0, max: 100_000 })
    .chain((n) => fc.integer({ min: 0, max: n }).map((sum): ArmStatistics => ({ kind: 'proportion', n, sum }))),
  fc
    .record({
      n: fc.integer({ min: 0, max: 100_000 }),
      mean: finite(1e6),
      spread: finite(1e6),
      x: finite(1e3),
      sx: finite(1e3),
      r: fc.double({ min: -1, max: 1, noNaN: true }),
    })
    .map(({ n, mean, spread, x, sx, r }): ArmStatistics => {
      const pre = { sum: n * x, sumSquares: n * (x * x + sx * sx), cross: n * (mean * x + r * spread * sx) }
      return { kind: 'mean', n, sum: n * mean, sumSquares: n * (mean * mean + spread * spread), pre }
    }),
)

test('whatever was counted, every number of a read-out is finite and every comparison has a sentence', () => {
  fc.assert(
    fc.property(
      statistics,
      statistics,
      fc.constantFrom('primary' as const, 'secondary' as const, 'guardrail' as const),
      (control, treated, role) => {
        if (control.kind !== treated.kind) return
        const metric: MetricAsked = {
          ...ORDERS,
          role,
          unit: control.kind === 'proportion' ? 'share' : 'number',
          arms: { held_out: control, treated },
        }
        const found = Readout.parse(readout(asked([metric], { arms: arms(500, 500) })))
        for (const { sentence } of found.comparisons)
          assert.ok(sentence.length > 10 && !/NaN|Infinity|undefined|null/.test(sentence), sentence)
      },
    ),
  )
})
