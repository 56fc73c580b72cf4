import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dataFile, readCsv, without } from '../../../test/fixtures/data.ts'
import { populationOf, rhythmOf, scoreOf, shrunk, smoothed, sparse, strengthOf } from './rhythm.ts'
import { BINS, binAt, HOUR } from './week.ts'

/** Of The Complete Journey 2.0 (CC0): the hours (since 2017-01-01, by the clock of the shop) of each household's baskets. */
const FILE = 'completejourney/basket-hours.csv'
const START = Date.UTC(2017, 0, 1)
const SPLIT = Date.UTC(2017, 9, 1)

interface Household {
  readonly counts: Float64Array
  readonly later: number[]
}

/** Shopping hours of real households: those until September, and those after. */
function households(): Household[] {
  return readCsv(dataFile(FILE)!).map(({ hours = '' }) => {
    const times = hours.split(' ').map((hour) => START + Number(hour) * HOUR)
    const counts = new Float64Array(BINS)
    for (const at of times) if (at < SPLIT) counts[binAt(at, 'UTC')]! += 1
    return { counts, later: times.filter((at) => at >= SPLIT).map((at) => binAt(at, 'UTC')) }
  })
}

test('T15a send time on The Complete Journey: each model of the hours of a household', { skip: without(FILE) }, () => {
  const all = households()
  const counts = new Float64Array(BINS)
  for (const household of all) for (let bin = 0; bin < BINS; bin++) counts[bin] = counts[bin]! + household.counts[bin]!
  const later = all.reduce((sum, household) => sum + household.later.length, 0)
  assert.deepEqual([all.length, counts.reduce((a, b) => a + b, 0), later], [2_377, 35_288, 11_955])

  const global = populationOf(counts)
  const strength = strengthOf(
    all.map((household) => sparse(household.counts)),
    global,
  )
  const score = (model: (household: Household) => ArrayLike<number>): { nats: number; hit: number } => {
    const scores = all.map((household) => scoreOf(model(household), household.later))
    return {
      nats: scores.reduce((sum, { nats }) => sum + nats, 0) / later,
      hit: scores.reduce((sum, { hits }) => sum + hits, 0) / later,
    }
  }
  const uniform = new Float64Array(BINS).fill(1 / BINS)
  const own = (household: Household, more: number) =>
    shrunk(
      household.counts.map((count) => count + more),
      uniform,
      0,
    )
  const close = (value: number, [expected, by]: readonly [number, number], what: string) =>
    assert.ok(Math.abs(value - expected) <= by, `${what}: ${value} is not ${expected} ± ${by}`)

  close(strength, [81.2, 0.812], 'strength by maximum likelihood')
  close(score(() => uniform).nats, [5.124, 1e-3], 'uniform')
  close(score(() => global).nats, [4.6663, 1e-3], 'population')
  close(score(() => global).hit, [0.366, 1e-3], 'population, hit')
  close(score((each) => own(each, 0.01)).nats, [6.0684, 1e-3], 'own hours only')
  close(score((each) => own(each, 1)).nats, [4.9633, 1e-3], 'own hours + 1')
  const shrunken = score(({ counts }) => shrunk(counts, global, strength))
  close(shrunken.nats, [4.5885, 1e-3], 'shrunk')
  close(shrunken.hit, [0.4121, 2e-3], 'shrunk, hit')
  const kernel = score(({ counts }) => rhythmOf(counts, global))
  assert.ok(kernel.nats <= 4.5, `with the kernel ${kernel.nats} nats`)
  assert.ok(kernel.hit >= 0.445, `with the kernel ${kernel.hit} of the hours are among the likeliest day`)
  const fresh = all.filter(({ counts }) => counts.every((count) => count === 0))
  for (const { counts } of fresh) assert.deepEqual(rhythmOf(counts, global), global)
})

test('of somebody without a history nothing but the population is said', () => {
  const population = populationOf(Array.from({ length: BINS }, (_, bin) => bin % 24))
  assert.deepEqual(rhythmOf(new Float64Array(BINS), population), population)
})

test('smoothing moves readings around and loses none', () => {
  const counts = new Float64Array(BINS)
  counts[0] = 2
  counts[167] = 3.5
  const spread = smoothed(counts)
  assert.ok(Math.abs(spread.reduce((a, b) => a + b, 0) - 5.5) < 1e-12)
  const monday = new Float64Array(BINS)
  monday[0] = 1
  const of = smoothed(monday)
  // Midnight is next to 23 h on the clock, and says more of another working day than of Sunday.
  assert.ok(of[23]! > of[12]! && of[24]! > of[144]!)
})
