import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dataFile, readCsv, without } from '../../../test/fixtures/data.ts'
import { Model, type ModelOf } from '../schema.ts'
import { fitPattern } from './fit.ts'
import type { Sequences } from './lessons.ts'
import { decodePattern } from './snapshot.ts'

const LINES = 'completejourney/transactions_sample.csv'
const COUPONS = 'completejourney/coupon_redemptions.csv'
const NAMES = ['', '*', 'Order Completed', 'Coupon Redeemed']

/** What every second of the real households did in 2017: their baskets, and the coupons that they redeemed; of each the last fifty. */
function households(): Sequences {
  const orders = new Map(
    readCsv(dataFile(LINES)!).map((row) => [
      row['basket_id']!,
      [row['household_id']!, 2, secondOf(row['transaction_timestamp']!)] as const,
    ]),
  )
  const coupons = readCsv(dataFile(COUPONS)!).map(
    (row) => [row['household_id']!, 3, secondOf(`${row['redemption_date']!} 12:00:00`)] as const,
  )
  const people = [...Map.groupBy([...orders.values(), ...coupons], ([household]) => household).values()]
    .filter((_, i) => i % 2 === 0)
    .map((events) => events.toSorted(([, a, x], [, b, y]) => x - y || a - b))
  const kept = people.map((events) => events.slice(-50))
  const offsets = Int32Array.from([0, ...kept.map((_, i) => kept.slice(0, i + 1).reduce((sum, { length }) => sum + length, 0))])
  return {
    vocabulary: NAMES,
    offsets,
    types: Uint8Array.from(kept.flatMap((events) => events.map(([, type]) => type))),
    times: Float64Array.from(kept.flatMap((events) => events.map(([, , second]) => second))),
    first: Float64Array.from(people, ([first]) => first![2]),
    until: secondOf('2018-01-01 00:00:00'),
  }
}

const secondOf = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`) / 1_000

test('real households: the order of baskets tells no more than counting them, and the report says so', {
  skip: without(LINES, COUPONS),
}, () => {
  const model = Model.parse({ kind: 'model', id: 'returns', type: 'pattern', target: { event: 'Order Completed' } }) as ModelOf<'pattern'>
  const sequences = households()
  const trained = fitPattern({ workspace: 'w', model, version: 1, previous: null, now: sequences.until * 1_000 }, sequences)!
  const report = trained.report as {
    says: string
    serves: string
    network: { auc: number }
    baseline: { auc: number }
    difference: { low: number; high: number }
  }
  assert.ok(Math.abs(report.network.auc - report.baseline.auc) < 0.01, report.says)
  assert.ok(report.baseline.auc > 0.65, report.says)
  assert.equal(report.serves, 'baseline', report.says)
  assert.match(report.says, /The counts answer\.$/)
  assert.equal(decodePattern(trained.body).serves, report.serves)
})
