import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { matrix } from '#lib/numeric/linear.ts'
import { fitLogistic } from '#lib/numeric/logistic.ts'
import { random } from '#lib/numeric/random.ts'
import { auc, logLoss } from '#lib/numeric/scores.ts'
import { sigmoid } from '#lib/numeric/sums.ts'
import { readCsv, without } from '../../../test/fixtures/data.ts'
import { BANK, examplesOf, SHOPPERS, type Table, TELCO } from '../../../test/fixtures/tables.ts'
import { encode, newEncoding, observe } from './encoding.ts'
import { FTRL_SETTINGS, learn, logitOf, newFtrl, packedSlots, unpackedSlots } from './ftrl.ts'
import { hashed, SLOTS, slotOf } from './hashing.ts'

const HILLSTROM = 'hillstrom/hillstrom.csv'

/** One customer of the e-mail trial as T13 writes them. */
const told = (row: Record<string, string>): Record<string, number> => ({
  one: 1,
  recency: Number(row['recency']) / 12,
  history: Math.log(Number(row['history'])) / 6,
  mens: Number(row['mens']),
  womens: Number(row['womens']),
  newbie: Number(row['newbie']),
  rural: Number(row['zip_code'] === 'Rural'),
  suburban: Number(row['zip_code'] === 'Surburban'),
  web: Number(row['channel'] === 'Web'),
  phone: Number(row['channel'] === 'Phone'),
  isMens: Number(row['segment'] === 'Mens E-Mail'),
  isWomens: Number(row['segment'] === 'Womens E-Mail'),
})

test('T13 FTRL on Hillstrom, file order: progressive log-loss and AUC, with and without l1', { skip: without(HILLSTROM) }, () => {
  const rows = readCsv(HILLSTROM)
  const labels = rows.map((row) => Number(row['visit']))
  const progressive = (l1: number): number[] => {
    const model = newFtrl({ alpha: 0.1, beta: 1, l1, l2: 1 })
    return rows.map((row, i) => sigmoid(learn(model, hashed(told(row)), { label: labels[i]! })))
  }
  const plain = progressive(0)
  assert.ok(Math.abs(logLoss(plain, labels) - 0.40735482) < 1e-6, `log-loss ${logLoss(plain, labels)}`)
  assert.ok(Math.abs(auc(plain, labels) - 0.612079) < 1e-6, `AUC ${auc(plain, labels)}`)
  const sparse = progressive(20)
  assert.ok(Math.abs(logLoss(sparse, labels) - 0.4078926) < 1e-6, `log-loss at l1=20 ${logLoss(sparse, labels)}`)
})

test('T13 the batch maximum likelihood on the same rows', { skip: without(HILLSTROM) }, () => {
  const rows = readCsv(HILLSTROM)
  const labels = rows.map((row) => Number(row['visit']))
  const x = matrix(rows.length, 12)
  for (const [i, row] of rows.entries()) x.data.set(Object.values(told(row)), i * 12)
  const { weights, converged } = fitLogistic(x, labels, { l2: 0 })
  const p = rows.map((row) => sigmoid(Object.values(told(row)).reduce((sum, value, j) => sum + value * weights[j]!, 0)))
  assert.ok(converged)
  assert.ok(Math.abs(logLoss(p, labels) - 0.40008397) < 1e-6, `log-loss ${logLoss(p, labels)}`)
})

/** Each fifth row is foretold by one pass over the others. */
function onePass(table: Table, scale: 'log' | 'real'): { readonly auc: number; readonly logLoss: number } {
  const examples = examplesOf(table)
  const p = new Float64Array(examples.length)
  for (let fold = 0; fold < 5; fold++) {
    const encoding = newEncoding(scale)
    const model = newFtrl()
    const others = examples.filter((_, i) => i % 5 !== fold)
    for (const { features } of others) observe(encoding, features)
    for (const { features, label } of others) learn(model, encode(encoding, features), { label })
    for (const [i, { features }] of examples.entries()) if (i % 5 === fold) p[i] = sigmoid(logitOf(model, encode(encoding, features)))
  }
  const labels = examples.map(({ label }) => label)
  return { auc: auc(p, labels), logLoss: logLoss(p, labels) }
}

for (const [table, area, loss] of [
  [TELCO, 0.8405, 0.4223],
  [SHOPPERS, 0.8905, 0.2966],
  [BANK, 0.7185, 0.3196],
] as const) {
  test(`A1 one pass of FTRL over ${table.file}, and the scale that is used does no worse`, { skip: without(table.file) }, () => {
    const real = onePass(table, 'real')
    assert.ok(Math.abs(real.auc - area) < 0.005 && Math.abs(real.logLoss - loss) < 0.005, JSON.stringify(real))
    const used = onePass(table, 'log')
    assert.ok(used.auc > area - 0.001 && used.logLoss < loss, JSON.stringify(used))
  })
}

const sparse = fc.dictionary(fc.string({ maxLength: 6 }), fc.double({ min: -20, max: 20, noNaN: true }), { maxKeys: 12 })
const lessons = fc.array(fc.record({ features: sparse, label: fc.integer({ min: 0, max: 1 }), weight: fc.constantFrom(1, 2, 16) }), {
  maxLength: 60,
})

test('a model that was written down answers and learns on as before, bit for bit', () => {
  fc.assert(
    fc.property(lessons, sparse, fc.double({ min: -3, max: 3, noNaN: true }), (all, asked, offset) => {
      const model = newFtrl({ ...FTRL_SETTINGS, l1: 0.01 }, offset)
      for (const { features, label, weight } of all) learn(model, hashed(features), { label, weight })
      const again = unpackedSlots(packedSlots(model), model.settings, offset)
      assert.equal(logitOf(again, hashed(asked)), logitOf(model, hashed(asked)))
      assert.equal(packedSlots(again), packedSlots(model))
      for (const each of [model, again]) learn(each, hashed(asked), { label: 1 })
      assert.equal(packedSlots(again), packedSlots(model))
    }),
  )
})

test('bytes that are no model are refused with a sentence', () => {
  const model = newFtrl()
  learn(model, hashed({ a: 1, b: 2 }), { label: 1 })
  const bytes = Uint8Array.fromBase64(packedSlots(model))
  const spoilt = (change: (view: DataView) => void): string => {
    const copy = bytes.slice()
    change(new DataView(copy.buffer))
    return copy.toBase64()
  }
  const read = (text: string) => () => unpackedSlots(text, FTRL_SETTINGS, 0)
  assert.throws(read(bytes.subarray(1).toBase64()), /no list of slots/)
  assert.throws(read(spoilt((view) => view.setFloat64(4, Number.NaN, true))), /no finite number/)
  assert.throws(read(spoilt((view) => view.setFloat64(12, -1, true))), /no finite number/)
  assert.throws(read(spoilt((view) => view.setInt32(20, -5, true))), /does not come after/)
  assert.throws(read(spoilt((view) => view.setInt32(20, SLOTS, true))), /below/)
})

test('slots and signs are spread evenly', () => {
  const slots = Array.from({ length: 20_000 }, (_, i) => slotOf(`feature ${i}`))
  const positive = slots.filter(({ sign }) => sign === 1).length
  assert.ok(Math.abs(positive - 10_000) < 400, `${positive} positive signs`)
  const halves = slots.filter(({ slot }) => slot < SLOTS / 2).length
  assert.ok(Math.abs(halves - 10_000) < 400, `${halves} in the lower half`)
  // 20,000 names in 262,144 slots: 19,258 different ones are expected, give or take 26.
  const different = new Set(slots.map(({ slot }) => slot)).size
  assert.ok(Math.abs(different - 19_258) < 130, `${different} different slots`)
})

test('an online model reaches what generated the data, and only the slots that were used take room', () => {
  const r = random('truth of ftrl')
  const model = newFtrl(FTRL_SETTINGS, 0)
  const truth = (a: number, b: number): number => sigmoid(-1 + 1.5 * a - b)
  const misses: number[] = []
  for (let i = 0; i < 40_000; i++) {
    const [a, b] = [r.uniform() * 2 - 1, r.uniform() * 2 - 1]
    const p = sigmoid(learn(model, hashed({ one: 1, a, b }), { label: r.uniform() < truth(a, b) ? 1 : 0 }))
    if (i >= 30_000) misses.push(Math.abs(p - truth(a, b)))
  }
  const miss = misses.reduce((sum, each) => sum + each, 0) / misses.length
  assert.ok(miss < 0.015, `mean miss ${miss}`)
  assert.equal(model.used, 3)
})
