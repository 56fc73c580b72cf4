import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject } from '#lib/json.ts'
import { draw, gamma, type Random, random } from '#lib/numeric/random.ts'
import { readCsv, without } from '../../../test/fixtures/data.ts'
import { Model, type ModelOf } from '../schema.ts'
import type { TrainingTask } from '../trainer.ts'
import { ease } from './ease.ts'
import { historiesOf, type ProductEvents } from './histories.ts'
import { decoded, encoded, type Learned, recommend } from './learned.ts'
import { recommendationLearner } from './learner.ts'
import { nearest, rowsOfMatrix } from './neighbours.ts'

const task = (previous: { trainedTo: number } | null = null): TrainingTask<'recommendation'> => ({
  workspace: 'w',
  model: Model.parse({ kind: 'model', id: 'shop', type: 'recommendation' }) as ModelOf<'recommendation'>,
  version: 1,
  previous: previous && { serial: 1, examples: 1, body: null, report: {}, ...previous },
  now: 2_000,
})

/** What people did, as product names in order. */
function told(people: readonly (readonly string[])[]): ProductEvents {
  const items = [...new Set(people.flat())]
  const number = new Map(items.map((name, i) => [name, i]))
  const offsets = new Uint32Array(people.length + 1)
  for (const [p, steps] of people.entries()) offsets[p + 1] = offsets[p]! + steps.length
  const item = Uint32Array.from(people.flat(), (name) => number.get(name)!)
  return { items, offsets, item, weight: new Float32Array(item.length).fill(1), newest: 1_000, oldest: 1 }
}

const pick = (r: Random, n: number): number => Math.floor(r.uniform() * n)

/** Ten rooms of eight things; people furnish one room, each thing after the one before it, or jump. */
function furnished(n: number): string[][] {
  const r = random('furniture')
  return Array.from({ length: n }, () => {
    const room = pick(r, 10)
    let at = pick(r, 8)
    return Array.from({ length: 4 }, () => {
      at = r.uniform() < 0.8 ? (at + 1) % 8 : pick(r, 8)
      return `room-${room} thing-${at}`
    })
  })
}
const shop = recommendationLearner.fit(task(), told(furnished(1_500)))!
const learned = recommendationLearner.decode(shop.body) as Learned
const ids = (found: readonly { id: string }[]): string[] => found.map(({ id }) => id)

test('things of the room come with things of the room, and the next thing comes next', () => {
  const related = ids(recommend(learned, ['room-3 thing-2', 'room-3 thing-5'], { way: 'related', count: 5 }))
  assert.ok(related.length === 5 && related.every((id) => id.startsWith('room-3')))
  const [next] = recommend(learned, ['room-3 thing-2', 'room-7 thing-5'], { way: 'next', count: 1 })
  assert.equal(next!.id, 'room-3 thing-3')
})

test('never what the person has, nor what is excluded, nor more than is asked for', () => {
  for (const way of ['related', 'next'] as const) {
    const recent = ['room-1 thing-1', 'room-1 thing-2', 'never heard of it']
    const found = ids(recommend(learned, recent, { way, exclude: new Set(['room-1 thing-3']), count: 3 }))
    assert.ok(found.length > 0 && found.length <= 3)
    assert.ok(!found.some((id) => recent.includes(id) || id === 'room-1 thing-3'))
  }
  assert.deepEqual(recommend(learned, [], { way: 'related', count: 3 }), [])
  assert.deepEqual(recommend(learned, ['never heard of it'], { way: 'next', count: 3 }), [])
})

test('the report says what was tried on hidden products, against the popular list', () => {
  const of = (name: string) => (shop.report[name] as JsonObject)['hitRate'] as number
  assert.ok(of('related') > 0.6 && of('next') > 0.6 && of('popular') < 0.4, JSON.stringify(shop.report))
  assert.deepEqual(shop.report['silent'], [])
  assert.deepEqual([shop.trainedTo, shop.examples], [1_000, 6_000])
})

test('where nothing goes with anything, it says nothing: the popular list does better', () => {
  const r = random('taste without a pattern')
  const weights = Array.from({ length: 300 }, () => gamma(r, 0.3) + 1e-4)
  const total = weights.reduce((sum, each) => sum + each, 0)
  const shares = weights.map((each) => each / total)
  const one = (): string => `p${draw(r, shares)}`
  const made = recommendationLearner.fit(task(), told(Array.from({ length: 1_000 }, () => [one(), one(), one()])))!
  assert.deepEqual(made.report['silent'], ['related', 'next'], JSON.stringify(made.report))
  const silent = recommendationLearner.decode(made.body) as Learned
  assert.deepEqual(recommend(silent, [silent.items[0]!], { way: 'related', count: 5 }), [])
})

test('it waits for something new, and for enough', () => {
  assert.equal(recommendationLearner.fit(task({ trainedTo: 1_000 }), told(furnished(100))), null)
  assert.equal(recommendationLearner.fit(task(), told(furnished(10))), null)
  assert.equal(recommendationLearner.fit(task(), { ...told([]), newest: 0 }), null)
})

test('a product that only one or two people know is not told of', () => {
  const { items } = historiesOf(told([...furnished(200), ['secret', 'room-1 thing-1'], ['room-1 thing-1', 'secret']]))
  assert.ok(items.length > 10 && !items.includes('secret'))
})

test('the same events teach the same, to the last bit', () => {
  assert.equal(recommendationLearner.fit(task(), told(furnished(1_500)))!.body, shop.body)
})

test('what was kept is read again; what was damaged is refused with a reason', () => {
  assert.equal(encoded(decoded(shop.body)), shop.body)
  const body = JSON.parse(shop.body) as { items: string[]; related: { at: number[]; to: number[]; weight: (number | null)[] } }
  for (const damage of [
    () => body.items.pop(),
    () => (body.related.to[0] = 1e9),
    () => (body.related.to[0] = 0.5),
    () => body.related.weight.pop(),
    () => (body.related.at[1] = 1e9),
    () => (body.related.weight[0] = null),
  ]) {
    const kept = structuredClone(body)
    damage()
    assert.throws(() => decoded(JSON.stringify(body)))
    Object.assign(body, kept)
  }
  assert.doesNotThrow(() => decoded(JSON.stringify(body)))
  assert.throws(() => decoded('{"format":2}'))
})

test('rare products beyond EASE still have neighbours', () => {
  // 1,700 products in pairs: the least touched fall out of the 1,500 that EASE takes.
  const people = Array.from({ length: 1_700 * 3 }, (_, n) => [`p${n % 1_700}`, `p${(n % 1_700) ^ 1}`, `p${(n % 1_700) ^ 1}`])
  const made = recommendationLearner.fit(task(), told(people))!
  const read = recommendationLearner.decode(made.body) as Learned
  assert.equal(read.items.length, 1_700)
  for (const id of ['p0', 'p7', read.items[1_600]!]) {
    const partner = `p${Number(id.slice(1)) ^ 1}`
    assert.deepEqual(ids(recommend(read, [id], { way: 'related', count: 1 })), [partner])
  }
})

test('EASE by its definition: no other column of weights gives a basket back better', () => {
  const basket = fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(
      fc.array(basket, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 0, max: 5 }),
      fc.double({ min: -0.2, max: 0.2, noNaN: true }),
      (baskets, target, nudge) => {
        const lambda = 2
        const { data } = ease(baskets, { items: 6, lambda })
        const loss = (column: readonly number[]): number => {
          const errors = baskets.map((each) => (each.includes(target) ? 1 : 0) - each.reduce((sum, item) => sum + column[item]!, 0))
          return errors.reduce((sum, each) => sum + each * each, 0) + lambda * column.reduce((sum, each) => sum + each * each, 0)
        }
        const column = Array.from({ length: 6 }, (_, i) => data[i * 6 + target]!)
        assert.equal(column[target], 0)
        for (let i = 0; i < 6; i++) {
          if (i === target) continue
          assert.ok(loss(column.with(i, column[i]! + nudge)) >= loss(column) - 1e-9)
        }
      },
    ),
  )
})

test('thirty neighbours do nearly as well on MSWeb as all of EASE', { skip: without('msweb/msweb.csv') }, () => {
  const byUser = Map.groupBy(readCsv('msweb/msweb.csv'), ({ user }) => user!)
  const baskets: number[][] = []
  const cases: { rest: number[]; hidden: number }[] = []
  for (const [k, areas] of [...byUser.values()].entries()) {
    const basket = areas.map(({ item }) => Number(item) - 1).sort((a, b) => a - b)
    const rest = basket.length < 3 ? basket : basket.toSpliced(k % basket.length, 1)
    if (basket.length >= 3) cases.push({ rest, hidden: basket[k % basket.length]! })
    baskets.push(rest)
  }
  const items = Array.from({ length: 285 }, (_, i) => `${i}`)
  const index = new Map(items.map((id, i) => [id, i]))
  const related = nearest(rowsOfMatrix(ease(baskets, { items: 285, lambda: 100 })), 285, 30)
  const found = cases.filter(({ rest, hidden }) =>
    recommend({ items, index, related, next: null }, rest.map(String), { way: 'related', count: 10 }).some(({ id }) => id === `${hidden}`),
  )
  const rate = found.length / cases.length
  assert.ok(rate > 0.755, `${rate} against 0.7687`)
})
