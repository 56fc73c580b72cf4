import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normal, random } from '#lib/numeric/random.ts'
import { isRefusal } from '#lib/problem.ts'
import type { ChoiceCase } from '../evaluation/choice.ts'
import type { DecisionRecord } from '../record.ts'
import { offersOf } from './offers.ts'
import { fitResponse, type OfferDecision, type ResponseModel, responseFor, responsesOf } from './response.ts'

interface World {
  readonly log: OfferDecision[]
  /** True response of each person to a discount. */
  readonly truth: Map<string, number>
}

const PROPENSITIES = { none: 0.4, percent_off: 0.4, free_shipping: 0.2 }

/** People with a taste for discounts: 2 + 1.5 z + N(0, tau²) money for each; noise of 6; they buy more anyway when they have used coupons before. */
function world(seed: string, { people = 1_500, each = 8, tau = 1.5 } = {}): World {
  const chance = random(seed)
  const truth = new Map<string, number>()
  const log: OfferDecision[] = []
  for (let u = 0; u < people; u++) {
    const unit = `p${u}`
    const [z, coupons] = [normal(chance), normal(chance)]
    const response = 2 + 1.5 * z + tau * normal(chance)
    truth.set(unit, response)
    for (let i = 0; i < each; i++) {
      const at = chance.uniform()
      const arm = at < 0.4 ? 'none' : at < 0.8 ? 'percent_off' : 'free_shipping'
      const outcome = 5 + 3 * coupons + (arm === 'percent_off' ? response : arm === 'free_shipping' ? 1 : 0) + 6 * normal(chance)
      log.push({ unit, arm, propensities: PROPENSITIES, outcome, z: [z, coupons] })
    }
  }
  return { log, truth }
}

const fitted = (log: readonly OfferDecision[]): ResponseModel => {
  const model = fitResponse(log, ['z', 'coupons_used'])
  assert.ok(!isRefusal(model), JSON.stringify(model))
  return model
}

test('what a discount does to people, and how they differ, is found again', () => {
  const { log } = world('found')
  const { percent_off: discount, free_shipping: shipping } = fitted(log).offers
  assert.ok(Math.abs(discount!.effect - 2) < 4 * discount!.effectSe + 0.1, `effect ${discount!.effect}`)
  assert.ok(Math.abs(discount!.gamma[1]! - 1.5) < 0.35, `slope ${discount!.gamma[1]}`)
  assert.ok(discount!.tau2 > 0.8 && discount!.tau2 < 4.5, `tau² ${discount!.tau2}, not 2.25`)
  assert.ok(discount!.differs > 1.96)
  assert.match(discount!.sentence, /and people respond differently/)
  // Free shipping is worth 1 to each alike.
  assert.ok(Math.abs(shipping!.effect - 1) < 4 * shipping!.effectSe)
})

test('coupons used in the past, which say that people buy, do not say that a discount moves them', () => {
  const { log } = world('coupons')
  const { gamma } = fitted(log).offers['percent_off']!
  assert.ok(Math.abs(gamma[2]!) < 0.4, `slope on coupons ${gamma[2]}`)
  const mean = (holds: (each: OfferDecision) => boolean): number => {
    const mine = log.filter(holds)
    return mine.reduce((sum, { outcome }) => sum + outcome, 0) / mine.length
  }
  // Whoever looked only at those who got a discount would be misled.
  const misled = mean(({ arm, z }) => arm === 'percent_off' && z[1]! > 0) - mean(({ arm, z }) => arm === 'percent_off' && z[1]! < 0)
  assert.ok(misled > 3)
})

test('scores by person are nearer the truth than their own past and than the average, and intervals hold it 95 of 100 times', () => {
  const { log, truth } = world('people', { each: 20 })
  const model = fitted(log)
  const scores = responsesOf(model, log)
  const ownMeans = Map.groupBy(log, ({ unit }) => unit)
  let [shrunk, naive, average, held] = [0, 0, 0, 0]
  for (const [unit, response] of truth) {
    const score = scores.get(unit)!.find(({ score }) => score === 'response:percent_off')!
    shrunk += (score.mean - response) ** 2
    average += (2 - response) ** 2
    if (score.low <= response && response <= score.high) held++
    const of = (arm: string): number[] =>
      ownMeans
        .get(unit)!
        .filter((each) => each.arm === arm)
        .map(({ outcome }) => outcome)
    const mean = (list: number[]): number => (list.length === 0 ? 5 : list.reduce((sum, each) => sum + each, 0) / list.length)
    naive += (mean(of('percent_off')) - mean(of('none')) - response) ** 2
  }
  assert.ok(shrunk < 0.65 * average && shrunk < 0.5 * naive, `${shrunk} ${average} ${naive}`)
  assert.ok(held / truth.size > 0.92 && held / truth.size < 0.98, `${held} of ${truth.size}`)
})

test('somebody nobody has written to has the score of their features, less sure than somebody known', () => {
  const { log } = world('new')
  const model = fitted(log)
  const discount = model.offers['percent_off']!
  const stranger = responseFor(model, discount, { z: [1, 0] })
  const known = responseFor(model, discount, { z: [1, 0], own: { n: 20, mean: stranger.mean } })
  assert.ok(Math.abs(stranger.mean - 3.5) < 0.8 && known.sd < stranger.sd)
  const blank = responseFor(model, discount, { z: [Number.NaN, Number.NaN] })
  assert.ok(Number.isFinite(blank.mean) && blank.low < 2 && blank.high > 2)
})

test('where all respond alike nothing else is said', () => {
  let said = 0
  for (let i = 0; i < 10; i++) {
    const { log } = world(`alike ${i}`, { people: 400, tau: 0 })
    const flat = log.map((each) => ({ ...each, outcome: each.outcome - (each.arm === 'percent_off' ? 1.5 * each.z[0]! : 0) }))
    if (fitted(flat).offers['percent_off']!.differs > 1.96) said++
  }
  assert.ok(said <= 2, `${said} of 10`)
})

test('people who were asked once each have no response of their own', () => {
  const { log } = world('once', { each: 1, people: 3_000 })
  const { tau2 } = fitted(log).offers['percent_off']!
  assert.equal(tau2, 0)
})

test('refused: offers that were not drawn at random, too few, and probabilities that are not true', () => {
  const { log } = world('refused', { people: 300 })
  const code = (of: readonly OfferDecision[]): string => {
    const found = fitResponse(of, ['z', 'coupons_used'])
    return isRefusal(found) ? found.refused.code : 'fitted'
  }
  assert.equal(code([]), 'response.not_randomised')
  const always = log.map((each) => ({ ...each, arm: 'percent_off', propensities: { percent_off: 1 } }))
  assert.equal(code(always), 'response.not_randomised')
  const noControl = log.map((each) => ({ ...each, arm: 'percent_off', propensities: { percent_off: 0.5, free_shipping: 0.5 } }))
  assert.equal(code(noControl), 'response.not_randomised')
  assert.equal(code(log.slice(0, 50)), 'response.too_few')
  assert.equal(
    code(log.map((each) => ({ ...each, propensities: { none: 0.6, percent_off: 0.2, free_shipping: 0.2 } }))),
    'response.propensities',
  )
  assert.equal(code(log), 'fitted')
})

test('choices are read as offers: options of one offer together, those without an offer as none; groups that nobody drew are left out', () => {
  const chance = random('choices')
  const arms = [
    { arm: 'plain', offer: undefined, propensity: 0.5 },
    { arm: 'ten-off', offer: 'percent_off', propensity: 0.25 },
    { arm: 'twenty-off', offer: 'percent_off', propensity: 0.25 },
  ]
  const cases = Array.from({ length: 2_000 }, (_, i): ChoiceCase => {
    const chosen = arms[chance.uniform() < 0.5 ? 0 : chance.uniform() < 0.5 ? 1 : 2]!
    const record: DecisionRecord = {
      id: `d${i}`,
      kind: 'choose',
      model: 'm',
      modelVersion: 1,
      snapshot: 0,
      by: i % 10 === 0 ? 'control' : 'cold_start',
      candidates: arms.map(({ arm, offer, propensity }) => ({
        arm,
        excluded: '',
        propensity,
        about: offer === undefined ? {} : { offer },
      })),
      chosen: chosen.arm,
      propensity: chosen.propensity,
      seed: '',
      features: i % 3 === 0 ? { often: 1, rare: 1 } : { often: 2 },
    }
    const converted = chance.uniform() < (chosen.offer === undefined ? 0.2 : 0.4)
    return { record, unit: `p${i % 700}`, at: i, converted, value: converted ? 100 : 0, cost: 0, unsubscribed: false, complained: false }
  })
  const { log, names } = offersOf(cases, { policy: 'squarecb', floor: 0.01, margin: 0.3, unsubscribeCost: 5 })
  assert.deepEqual([log.length, names], [1_800, ['often']])
  assert.deepEqual(log[0]!.propensities, { none: 0.5, percent_off: 0.5 })
  const model = fitResponse(log, names)
  assert.ok(!isRefusal(model))
  const offer = model.offers['percent_off']!
  assert.ok(Math.abs(offer.effect - 6) < 4 * offer.effectSe, offer.sentence)
})
