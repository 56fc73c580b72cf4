import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isLow, soldOutChance } from '#content/low-stock.ts'
import { type Random, random } from '#lib/numeric/random.ts'
import { demands, type HourCount, hourOf, trending } from './trending.ts'

const NOW = Date.UTC(2026, 4, 20, 15, 30)
const END = hourOf(NOW)
const PAST = 36 * 24

function poisson(r: Random, mean: number): number {
  const wait = (): number => -Math.log(1 - r.uniform())
  let count = 0
  for (let at = wait(); at < mean; at += wait()) count++
  return count
}
/** Evenings and weekends are busy. */
const busy = (hour: number): number => (hour % 24 >= 17 && hour % 24 < 22 ? 3 : 0.6) * (Math.floor(hour / 24) % 7 < 2 ? 1.5 : 0.8)

interface Shop {
  readonly products: number
  /** How much more than ever the last day brings, by product. */
  readonly lift?: (product: number) => number
}
function shop(seed: string, { products, lift = () => 1 }: Shop): Map<string, HourCount[]> {
  return new Map(
    Array.from({ length: products }, (_, i) => {
      const r = random(`${seed} ${i}`)
      const rate = 0.02 * 1.12 ** (i % 40)
      const hours = Array.from({ length: PAST }, (_unused, back) => {
        const hour = END - 1 - back
        const now = back < 24 ? lift(i) : 1
        return { hour, views: poisson(r, rate * busy(hour) * now), purchases: poisson(r, 0.1 * rate * busy(hour) * now) }
      })
      return [`p${i}`, hours.filter(({ views, purchases }) => views + purchases > 0)] as const
    }),
  )
}

test('where nothing has changed, shops in which anything is called a trend are rare: at most 5 of 100', () => {
  let alarms = 0
  for (let seed = 0; seed < 100; seed++) if (trending(shop(`same ${seed}`, { products: 40 }), NOW).size > 0) alarms++
  assert.ok(alarms <= 9, `${alarms} of 100, with 5 expected at most`)
})

test('what many more people look at than ever is found, and first what is most surprising', () => {
  const lift = (i: number): number => (i === 38 ? 4 : i === 37 ? 2.5 : 1)
  let both = 0
  for (let seed = 0; seed < 20; seed++) {
    const found = [...trending(shop(`hot ${seed}`, { products: 40, lift }), NOW).keys()]
    if (found[0] === 'p38' && found.includes('p37')) both++
  }
  assert.ok(both >= 16, `${both} of 20`)
})

test('a sale that lifts everything makes nothing a trend', () => {
  let alarms = 0
  for (let seed = 0; seed < 20; seed++) alarms += trending(shop(`sale ${seed}`, { products: 40, lift: () => 2 }), NOW).size > 0 ? 1 : 0
  assert.ok(alarms <= 4, `${alarms} of 20`)
})

test('fewer than five are no trend, whatever the past; something new that many look at is one', () => {
  const others = shop('around', { products: 30 })
  const fresh = (views: number) => trending(new Map([...others, ['new', [{ hour: END - 2, views, purchases: 0 }]]]), NOW)
  assert.ok(!fresh(4).has('new'))
  assert.ok(fresh(500).get('new')! > 3)
  assert.equal(trending(new Map(), NOW).size, 0)
})

test('stock is low when the next three days likely want more than there is; of what is hardly bought nobody can say', () => {
  const steady = (perDay: number): HourCount[] =>
    Array.from({ length: 35 * perDay }, (_, i) => ({ hour: END - 1 - Math.floor((24 * i) / perDay), views: 0, purchases: 1 }))
  const demand = demands(
    new Map([
      ['tea', steady(4)],
      ['rare', [{ hour: END - 40, views: 9, purchases: 1 }]],
      ['seen', [{ hour: END - 3, views: 9, purchases: 0 }]],
    ]),
    NOW,
  )
  const tea = demand.get('tea')!
  assert.ok(Math.abs(tea.units / tea.days - 4) < 0.2, 'about four a day')
  assert.deepEqual(
    [5, 20].map((stock) => isLow({ stock, demand: tea })),
    [true, false],
  )
  assert.deepEqual(
    [0, null].map((stock) => isLow({ stock, demand: tea })),
    [false, false],
  )
  assert.equal(isLow({ stock: 1, demand: demand.get('rare')! }), false)
  assert.equal(demand.get('seen'), undefined)
})

test('the more there is, the less likely it is sold out; the more is bought, the more likely', () => {
  const units = fc.double({ min: 3, max: 30, noNaN: true })
  fc.assert(
    fc.property(fc.nat(200), units, fc.double({ min: 0.5, max: 60, noNaN: true }), (stock, seen, days) => {
      const chance = soldOutChance(stock, { units: seen, days })
      assert.ok(chance >= 0 && chance <= 1)
      assert.ok(soldOutChance(stock + 1, { units: seen, days }) <= chance + 1e-12)
      assert.ok(soldOutChance(stock, { units: seen, days: 2 * days }) <= chance + 1e-12)
    }),
  )
})
