import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { DecidedBy, DecisionRecord } from '../record.ts'
import { armStandings, bestChances, type Came, LEAST, toldOf } from './standing.ts'

/** Options a and b, where b is drawn with this chance (0: it was not possible). */
function came(i: number, { chosen, b = 0.5, reward, by = 'model' }: { chosen: string; b?: number; reward: number; by?: DecidedBy }): Came {
  const chances: Record<string, number> = { a: 1 - b, b }
  const record: DecisionRecord = {
    id: `run${i}:nudge`,
    kind: 'choose',
    model: 'cart',
    modelVersion: 1,
    snapshot: 1,
    by,
    candidates: [
      { arm: 'a', excluded: '', propensity: by === 'control' ? 0 : 1 - b },
      { arm: 'b', excluded: b === 0 ? 'condition' : '', propensity: by === 'control' ? 0 : b },
      ...(by === 'control' ? [{ arm: 'fallback', excluded: '', propensity: 1 }] : []),
    ],
    chosen,
    propensity: by === 'control' ? 1 : chances[chosen]!,
    seed: 's',
    features: {},
  }
  return { record, unit: `person${i}`, reward, converted: reward > 0 }
}

test('what an option brings is weighed by the chances that drew it: who gets it rarely counts as much as who gets it often', () => {
  // Half of the people get b nine times of ten and it brings 0; the others one time of ten and it brings 10. Had all got it: 5.
  const all = Array.from({ length: 2_000 }, (_, i) => {
    const likes = i % 2 === 0
    const b = likes ? 0.1 : 0.9
    const gets = (Math.floor(i / 2) % 10) / 10 < b
    return came(i, { chosen: gets ? 'b' : 'a', b, reward: gets && likes ? 10 : 0 })
  })
  const [a, b] = armStandings(all)
  assert.equal(a!.reward!.mean, 0)
  assert.ok(Math.abs(b!.reward!.mean - 5) < 1e-9, String(b!.reward!.mean))
})

test('lift is told against those of the comparison group for whom the option was possible, and not before a hundred on each side', () => {
  const few = Array.from({ length: LEAST }, (_, i) => came(i, { chosen: 'b', reward: i % 2 }))
  const impossible = Array.from({ length: 500 }, (_, i) => came(1_000 + i, { chosen: 'fallback', b: 0, reward: 9, by: 'control' }))
  const beside = (n: number) =>
    Array.from({ length: n }, (_, i) => came(5_000 + i, { chosen: 'fallback', reward: i % 4 === 0 ? 1 : 0, by: 'control' }))
  const early = armStandings([...few, ...impossible, ...beside(LEAST - 1)]).find(({ arm }) => arm === 'b')!
  assert.equal(early.lift, null)
  const told = armStandings([...few, ...impossible, ...beside(LEAST)]).find(({ arm }) => arm === 'b')!
  assert.equal(told.control!.n, LEAST)
  assert.ok(Math.abs(told.lift!.estimate - 0.25) < 1e-9)
  assert.ok(told.lift!.low < 0.25 && told.lift!.high > 0.25)
  assert.deepEqual(
    armStandings([...few, ...impossible]).map(({ lift }) => lift),
    [null, null],
    'never without the comparison group',
  )
})

test('many decisions of one person make nothing certain', () => {
  const one = toldOf(Array.from({ length: 400 }, (_, i) => ({ unit: i < 200 ? 'ada' : 'bob', weight: 1, reward: i < 200 ? 1 : 0 })))!
  const many = toldOf(Array.from({ length: 400 }, (_, i) => ({ unit: `p${i}`, weight: 1, reward: i < 200 ? 1 : 0 })))!
  assert.equal(one.mean, many.mean)
  assert.ok(one.error > 10 * many.error)
})

test('chances to be best sum to one, follow the means, and are not told of one option alone', () => {
  const belief = fc.record({ mean: fc.double({ min: -5, max: 5, noNaN: true }), error: fc.double({ min: 0.05, max: 5, noNaN: true }) })
  fc.assert(
    fc.property(fc.array(belief, { minLength: 2, maxLength: 5 }), (beliefs) => {
      const chances = bestChances(beliefs).map((each) => each!)
      assert.ok(Math.abs(chances.reduce((sum, each) => sum + each, 0) - 1) < 1e-9)
      assert.ok(chances.every((each) => each >= 0 && each <= 1))
    }),
  )
  const [low, high] = bestChances([
    { mean: 0, error: 1 },
    { mean: 2, error: 1 },
  ])
  // Φ(2 ÷ √2)
  assert.ok(Math.abs(high! - 0.921_35) < 1e-3 && low! < high!)
  assert.deepEqual(bestChances([null, { mean: 1, error: 1 }]), [null, null])
})
