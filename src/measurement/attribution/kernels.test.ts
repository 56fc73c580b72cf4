import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { random } from '#lib/numeric/random.ts'
import { readCsv, without } from '../../../test/fixtures/data.ts'
import { additiveHazard, type Watched } from './hazard.ts'
import { markov, markovBySolves, markovOfOrder, movesOf } from './markov.ts'
import { type Credit, keysOf, type Path } from './path.ts'
import { creditByRule, RULES, shares } from './rules.ts'
import { coalitionsOf, shapley, shapleyByEnumeration, shapleyBySampling } from './shapley.ts'

const FILE = 'channel-attribution/paths.csv'
const skip = without(FILE)
const CONVERSIONS = 19_785
const VALUE = 74_802.97158721
const NULLS = 68_602

let known: Path[] | undefined
/** 10,000 paths of 12 channels (ChannelAttribution 2.2.4). */
function paths(): Path[] {
  known ??= readCsv(FILE).map((row) => ({
    steps: row['path']!.split(' > '),
    conversions: Number(row['total_conversions']),
    value: Number(row['total_conversion_value']),
    nulls: Number(row['total_null']),
  }))
  return known
}

const byKey = (credits: readonly Credit[]) => new Map(credits.map(({ key, conversions }) => [key, conversions]))
const sum = (numbers: Iterable<number>): number => [...numbers].reduce((all, each) => all + each, 0)

function near(actual: number, expected: number, { off, what }: { readonly off: number; readonly what: string }): void {
  assert.ok(Math.abs(actual - expected) <= off, `${what}: ${actual} is not ${expected} ± ${off}`)
}

function hold(credits: readonly Credit[], expected: Record<string, number>, off: number): void {
  const got = byKey(credits)
  for (const [key, wanted] of Object.entries(expected)) near(got.get(key)!, wanted, { off, what: key })
}

test('T9 the paths are the ones that the known results were reckoned from', { skip }, () => {
  assert.equal(sum(paths().map(({ conversions }) => conversions)), CONVERSIONS)
  assert.equal(sum(paths().map(({ nulls }) => nulls)), NULLS)
  near(sum(paths().map(({ value }) => value)), VALUE, { off: 1e-6, what: 'value' })
  assert.equal(keysOf(paths()).length, 12)
})

test('T9 first, last and linear credit are exactly those of ChannelAttribution, of conversions and of value', { skip }, () => {
  const first = creditByRule(paths(), 'first')
  hold(first, { alpha: 6308, eta: 3164, iota: 4606, beta: 2831, theta: 1606, lambda: 902, kappa: 74, zeta: 27 }, 1e-9)
  hold(first, { epsilon: 99, gamma: 165, delta: 1, mi: 2 }, 1e-9)
  const last = creditByRule(paths(), 'last')
  hold(last, { alpha: 8447, eta: 4167, iota: 3355, beta: 989, theta: 653, lambda: 1207, kappa: 230, zeta: 107 }, 1e-9)
  hold(last, { epsilon: 531, gamma: 92, delta: 5, mi: 2 }, 1e-9)
  const linear = creditByRule(paths(), 'linear')
  hold(linear, { alpha: 7574.718594, iota: 3857.096221, eta: 3539.951157 }, 1e-6)
  hold(linear, { beta: 2083.50014459, theta: 1022.8013939, mi: 2.22222222, delta: 1.725, gamma: 121.04163902 }, 1e-6)
  const worth = new Map([...first, ...last, ...linear].map(({ key, value }, i) => [`${Math.floor(i / 12)}${key}`, value]))
  near(worth.get('0alpha')!, 19_121.272356, { off: 1e-5, what: 'first value of alpha' })
  near(worth.get('1eta')!, 16_754.2038, { off: 1e-5, what: 'last value of eta' })
  near(worth.get('2iota')!, 15_988.98899502, { off: 1e-5, what: 'linear value of iota' })
})

const EFFECTS: Record<string, readonly [effect: number, conversions: number]> = {
  alpha: [0.558399, 5344.9477],
  beta: [0.264039, 2527.3522],
  delta: [0.000482, 4.6136],
  epsilon: [0.062639, 599.5707],
  eta: [0.349026, 3340.8474],
  gamma: [0.01788, 171.1454],
  iota: [0.405835, 3884.6147],
  kappa: [0.028663, 274.3633],
  lambda: [0.134022, 1282.8472],
  mi: [0.00018, 1.7224],
  theta: [0.20601, 1971.9129],
  zeta: [0.039811, 381.0626],
}
/** Of the package, which walks the chain at random instead of solving it. */
const SIMULATED: Record<string, number> = {
  eta: 3348.1604351,
  iota: 3900.4693775,
  alpha: 5323.445119,
  beta: 2531.1829921,
  theta: 1976.9849098,
  lambda: 1274.9049558,
  kappa: 263.0438403,
  zeta: 381.5684779,
  epsilon: 602.8623262,
}

test('T9 order-1 Markov: exact removal effects and credit, the invariant, and close to the simulation of the package', { skip }, () => {
  const { rate, removals } = markov(movesOf(paths()))!
  near(rate, CONVERSIONS / (CONVERSIONS + NULLS), { off: 1e-12, what: 'the rate of the chain' })
  near(sum(removals.map(({ share }) => share)), 1, { off: 1e-12, what: 'all shares' })
  for (const { key, effect, share } of removals) {
    near(effect, EFFECTS[key]![0], { off: 1e-6, what: `removal of ${key}` })
    near(share * CONVERSIONS, EFFECTS[key]![1], { off: 1e-4, what: `credit of ${key}` })
    if (SIMULATED[key]! > 200 && key !== 'kappa')
      near((share * CONVERSIONS) / SIMULATED[key]!, 1, { off: 0.015, what: `${key} against the package` })
  }
  // The least of the large channels has the most noise in the package: 4.3 % of it.
  near(EFFECTS['kappa']![1] / SIMULATED['kappa']!, 1, { off: 0.05, what: 'kappa against the package' })
})

test('T9 one inversion says what a system of equations for each channel says', { skip }, () => {
  const [one, many] = [markov(movesOf(paths()))!, markovBySolves(movesOf(paths()))!]
  near(one.rate, many.rate, { off: 1e-12, what: 'rate' })
  one.removals.forEach(({ key, effect, share }, i) => {
    near(effect, many.removals[i]!.effect, { off: 1e-12, what: key })
    near(share, many.removals[i]!.share, { off: 1e-12, what: key })
  })
  const swept = new Map(markovOfOrder(paths(), 1)!.removals.map(({ key, effect }) => [key, effect]))
  for (const { key, effect } of one.removals) near(swept.get(key)!, effect, { off: 1e-12, what: `${key} by sweeps` })
})

test('T9 a chain with a longer memory keeps the rate; one that remembers everything loses just the paths that met the channel', {
  skip,
}, () => {
  const { rate, removals } = markovOfOrder(paths(), 2)!
  near(rate, CONVERSIONS / (CONVERSIONS + NULLS), { off: 1e-12, what: 'order 2' })
  near(sum(removals.map(({ share }) => share)), 1, { off: 1e-12, what: 'shares of order 2' })
  for (const { key, share } of removals)
    if (EFFECTS[key]![1] > 1_000) near((share * CONVERSIONS) / EFFECTS[key]![1], 1, { off: 0.15, what: key })
  const longest = Math.max(...paths().map(({ steps }) => steps.length))
  for (const { key, effect } of markovOfOrder(paths(), longest)!.removals) {
    const met = sum(paths().map(({ steps, conversions }) => (steps.includes(key) ? conversions : 0)))
    near(effect, met / CONVERSIONS, { off: 1e-9, what: `${key} remembered for ever` })
  }
})

test('T10 Shapley: the closed form, all 2^12 coalitions and the known values agree', { skip }, () => {
  const coalitions = coalitionsOf(paths())
  const closed = shapley(coalitions)
  const wanted = { alpha: 7627.944048, beta: 1982.739286, eta: 3613.655952, iota: 3505.044048, lambda: 987.782143, theta: 1190.963095 }
  hold(
    closed,
    { ...wanted, epsilon: 374.677381, zeta: 199.991667, kappa: 159.057143, gamma: 138.185714, mi: 2.666667, delta: 2.292857 },
    1e-6,
  )
  const enumerated = shapleyByEnumeration(coalitions)
  hold(enumerated, Object.fromEntries(byKey(closed)), 1e-8)
  const worth = new Map(enumerated.map(({ key, value }) => [key, value]))
  for (const { key, value } of closed) near(worth.get(key)!, value, { off: 1e-8, what: `value of ${key}` })
})

test('T10 random orders come as close to the Shapley values as their standard error says', { skip }, () => {
  const exact = byKey(shapley(coalitionsOf(paths())))
  const sampled = shapleyBySampling(coalitionsOf(paths()), { orders: 2_000, seed: 'T10' })
  for (const { key, conversions, se } of sampled) near(conversions, exact.get(key)!, { off: 4 * se, what: key })
  near(sum(sampled.map(({ conversions }) => conversions)), CONVERSIONS, { off: 1e-6, what: 'all' })
})

test('T10 position and time decay have the known values, and every model shares out all 19,785 conversions', { skip }, () => {
  hold(creditByRule(paths(), 'position'), { alpha: 7444.8238, iota: 3944.9482, eta: 3618.7961, beta: 1969.7662 }, 1e-3)
  const decay = creditByRule(paths(), 'time-decay', { halfLife: 2 })
  hold(decay, { alpha: 7859.9608, eta: 3677.9819, iota: 3644.5381, beta: 1815.4584 }, 1e-3)
  for (const credits of [...RULES.map((rule) => creditByRule(paths(), rule)), shapley(coalitionsOf(paths()))]) {
    near(sum(credits.map(({ conversions }) => conversions)), CONVERSIONS, { off: 1e-6, what: 'conversions' })
    near(sum(credits.map(({ value }) => value)), VALUE, { off: 1e-6, what: 'value' })
  }
})

const anyPath: fc.Arbitrary<Path> = fc.record({
  steps: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'direct'), { minLength: 1, maxLength: 8 }),
  conversions: fc.integer({ min: 0, max: 20 }),
  value: fc.integer({ min: 0, max: 1_000 }),
  nulls: fc.integer({ min: 0, max: 20 }),
})
const anyPaths = fc.array(anyPath, { minLength: 1, maxLength: 30 })

test('whatever the paths, each conversion is shared out whole and nothing is credited below nothing', () => {
  fc.assert(
    fc.property(anyPaths, (all) => {
      const [conversions, value] = [sum(all.map((path) => path.conversions)), sum(all.map((path) => path.value))]
      for (const credits of [...RULES.map((rule) => creditByRule(all, rule)), shapley(coalitionsOf(all))]) {
        near(sum(credits.map((credit) => credit.conversions)), conversions, { off: 1e-7, what: 'conversions' })
        near(sum(credits.map((credit) => credit.value)), value, { off: 1e-7, what: 'value' })
        assert.ok(credits.every((credit) => credit.conversions >= 0 && credit.value >= 0))
      }
    }),
  )
})

test('the chain says the rate of the paths, by one inversion, by many solves and with a memory', () => {
  fc.assert(
    fc.property(anyPaths, fc.integer({ min: 1, max: 3 }), (all, order) => {
      const [conversions, nulls] = [sum(all.map((path) => path.conversions)), sum(all.map((path) => path.nulls))]
      const chain = markov(movesOf(all))
      if (conversions + nulls === 0) return assert.equal(chain, null)
      const [solved, remembering] = [markovBySolves(movesOf(all))!, markovOfOrder(all, order)!]
      for (const each of [chain!, solved, remembering]) {
        near(each.rate, conversions / (conversions + nulls), { off: 1e-10, what: 'rate' })
        near(sum(each.removals.map(({ share }) => share)), conversions > 0 ? 1 : 0, { off: 1e-10, what: 'shares' })
        for (const { effect } of each.removals) assert.ok(effect > -1e-9 && effect < 1 + 1e-9, `${effect}`)
      }
      chain!.removals.forEach(({ key, effect }, i) => {
        near(effect, solved.removals[i]!.effect, { off: 1e-10, what: key })
      })
    }),
  )
})

test('the shares of one path: half-lives, ends, and what is known before what is direct', () => {
  assert.deepEqual(shares('time-decay', ['a', 'b'], { ages: [7, 0] }), [1 / 3, 2 / 3])
  assert.deepEqual(shares('time-decay', ['a', 'b'], { ages: [100_000, 100_000] }), [0.5, 0.5])
  assert.deepEqual(shares('position', ['a', 'b']), [0.5, 0.5])
  assert.deepEqual(
    shares('position', ['a', 'b', 'c', 'd']).map((each) => Math.round(each * 1e9) / 1e9),
    [0.4, 0.1, 0.1, 0.4],
  )
  assert.deepEqual(shares('last-non-direct', ['a', 'direct']), [1, 0])
  assert.deepEqual(shares('last-non-direct', ['direct', 'direct']), [0, 1])
  assert.throws(() => shares('linear', []), RangeError)
})

const EFFECT = [0.05, 0.12, 0.02, 0.2]
const FADING = [0.5, 0.2, 1, 0.1]
const BASE = 0.002

/** People with a few touches in 30 days whose conversions come at rates that are known (Lewis and Shedler 1979, thinning). */
function simulated(count: number, seed: string): Watched[] {
  const dice = random(seed)
  return Array.from({ length: count }, () => {
    const touches = Array.from({ length: 1 + Math.floor(dice.uniform() * 5) }, () => ({
      channel: Math.floor(dice.uniform() * 4),
      at: dice.uniform() * 25,
    })).sort((a, b) => a.at - b.at)
    const rateAt = (t: number): number =>
      touches.reduce(
        (rate, { channel, at }) => (at > t ? rate : rate + EFFECT[channel]! * FADING[channel]! * Math.exp(-FADING[channel]! * (t - at))),
        BASE,
      )
    const most = BASE + touches.reduce((all, { channel }) => all + EFFECT[channel]! * FADING[channel]!, 0)
    for (let t = 0; ; ) {
      t -= Math.log(1 - dice.uniform()) / most
      if (t >= 30) return { touches, until: 30, converted: false, times: 1 }
      if (dice.uniform() * most < rateAt(t)) return { touches: touches.filter(({ at }) => at <= t), until: t, converted: true, times: 1 }
    }
  })
}

test('T9 additive hazard: the effects behind simulated conversions are found again within 15 %', () => {
  const people = simulated(60_000, 'hazard-1')
  const found = additiveHazard(people, 4, { iterations: 200 })!
  EFFECT.forEach((effect, c) => {
    near(found.effect[c]!, effect, { off: 0.15 * effect, what: `effect of channel ${c}` })
  })
  near(found.base, BASE, { off: 0.15 * BASE, what: 'what comes by itself' })
  const conversions = people.filter(({ converted }) => converted).length
  near(sum(found.credits) + found.organic, conversions, { off: 1e-6, what: 'credited and organic' })
})

test('the hazard of paths of a channel that never led anywhere is none, and its likelihood only grows', () => {
  const people = simulated(2_000, 'hazard-2').map((person) =>
    person.converted ? { ...person, touches: person.touches.filter(({ channel }) => channel !== 2) } : person,
  )
  const found = additiveHazard(people, 4)!
  assert.equal(found.effect[2], 0)
  assert.equal(found.credits[2], 0)
  let before = Number.NEGATIVE_INFINITY
  for (const iterations of [1, 2, 5, 20, 100]) {
    const { logLikelihood } = additiveHazard(people, 4, { iterations })!
    assert.ok(logLikelihood >= before - 1e-9, `${logLikelihood} after ${before}`)
    before = logLikelihood
  }
  assert.equal(additiveHazard([], 4), null)
  assert.equal(additiveHazard([{ touches: [], until: 3, converted: false, times: 1 }], 4), null)
})
