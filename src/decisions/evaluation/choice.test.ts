import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { draw, normal, random } from '#lib/numeric/random.ts'
import type { ChoiceRule, DecisionRecord } from '../record.ts'
import { Model } from '../schema.ts'
import { type ChoiceCase, type ChoiceQuestion, evaluateChoice } from './choice.ts'
import { promotionOf } from './promotion.ts'

const RULE: ChoiceRule = { policy: 'squarecb', floor: 0.01, margin: 0.5, unsubscribeCost: 5 }
const question = (policy: ChoiceQuestion['policy']): ChoiceQuestion => ({
  model: 'cart',
  policy,
  rule: RULE,
  halfLife: 30 * 86_400_000,
  currency: 'EUR',
  seed: 's',
})

/** An order is worth 40; who is `keen` buys by SMS, others by mail; a discount costs 2. Drawn alike of those that are possible. */
function shop(seed: string, decisions: number): ChoiceCase[] {
  const chance = random(seed)
  return Array.from({ length: decisions }, (_, i) => {
    const keen = normal(chance)
    const phone = chance.uniform() < 0.8
    const arms = phone ? ['mail', 'sms', 'discount'] : ['mail', 'discount']
    const chosen =
      arms[
        draw(
          chance,
          arms.map(() => 1 / arms.length),
        )
      ]!
    const rate = { mail: keen > 0 ? 0.1 : 0.35, sms: keen > 0 ? 0.45 : 0.05, discount: 0.25 }[chosen]!
    const converted = chance.uniform() < rate
    const propensities = { mail: 0.1, sms: phone ? 0.8 : 0, discount: phone ? 0.1 : 0.9 }
    const candidates = ['mail', 'sms', 'discount'].map((arm) => ({
      arm,
      excluded: arms.includes(arm) ? '' : 'no_address',
      propensity: arms.includes(arm) ? 1 / arms.length : 0,
      about: arm === 'discount' ? { cost: 2, offer: 'percent_off' } : { channel: arm === 'sms' ? 'sms' : 'email' },
    }))
    const record: DecisionRecord = {
      id: `e${i}:nudge`,
      kind: 'choose',
      model: 'cart',
      modelVersion: 1,
      snapshot: 0,
      by: 'cold_start',
      silence: 'model_cold',
      candidates,
      chosen,
      propensity: 1 / arms.length,
      seed: `e${i}:nudge`,
      features: { keen },
      shadow: { model: 'cart@2', snapshot: 1, chosen: 'sms', propensities },
    }
    return {
      record,
      unit: `p${i}`,
      at: i * 1_000,
      converted,
      value: converted ? 40 : 0,
      cost: 0.05,
      unsubscribed: false,
      complained: false,
    }
  })
}

describe('a policy of a choice on the log', () => {
  const cases = shop('log', 6_000)
  const share = (arm: string): number => {
    const mine = cases.filter(({ record }) => record.chosen === arm)
    return mine.reduce((sum, { converted }) => sum + (converted ? 20 : 0) - 0.05 - (arm === 'discount' ? 2 : 0), 0) / mine.length
  }

  test('the model, learned from the others’ decisions, tells people apart and beats the best single option', () => {
    const told = evaluateChoice(cases, question({ kind: 'document' }))
    assert.equal(told.verdict, 'better', told.sentence)
    assert.ok(told.overBestArm.low! > 0, told.sentence)
    assert.match(
      told.sentence,
      /“cart” would have earned [\d.]+ more per decision, 95 % interval [\d.]+ to [\d.]+ EUR|“cart” would have earned [\d.]+ EUR more per decision/,
    )
    // Best: SMS to the keen with a phone, mail to the others; no policy can be worth more than that.
    assert.ok(told.estimates.dr.value < 0.5 * (0.8 * 0.45 + 0.2 * 0.25) * 20 + 0.5 * 0.35 * 20 + 3 * told.estimates.dr.se)
  })

  test('a fixed option is worth what it earned where it was drawn', () => {
    for (const arm of ['mail', 'discount']) {
      const { estimates } = evaluateChoice(cases, question({ kind: 'arm', arm }))
      assert.ok(Math.abs(estimates.dr.value - share(arm)) < 4 * estimates.dr.se, `${arm}: ${estimates.dr.value}, not ${share(arm)}`)
    }
  })

  test('a version in shadow is valued by the probabilities that it gave', () => {
    const told = evaluateChoice(cases, question({ kind: 'shadow', version: 2 }))
    assert.equal(told.refusal, null)
    assert.ok(Math.abs(told.support.meanWeight - 1) < 0.05)
    const other = evaluateChoice(cases, question({ kind: 'shadow', version: 3 }))
    assert.deepEqual([other.verdict, other.skipped], ['refused', { not_in_shadow: 6_000 }])
  })

  test('decisions that nobody drew, that were no choice, or that come twice, are told and left out', () => {
    const [first, second, third] = cases as [ChoiceCase, ChoiceCase, ChoiceCase]
    const control: ChoiceCase = { ...first, record: { ...first.record, by: 'control' } }
    const alone = {
      ...second,
      record: { ...second.record, candidates: [{ arm: second.record.chosen, excluded: '', propensity: 1 }], propensity: 1 },
    }
    const told = evaluateChoice([control, alone, third, third], question({ kind: 'uniform' }))
    assert.deepEqual(told.skipped, { not_drawn: 1, no_choice: 1, repeated: 1 })
    assert.equal(told.verdict, 'refused')
  })

  test('conversions without a value count as 1, and no currency is named', () => {
    const told = evaluateChoice(
      cases.map((each) => ({ ...each, value: 0 })),
      question({ kind: 'arm', arm: 'mail' }),
    )
    assert.doesNotMatch(told.sentence, /EUR/)
    assert.ok(told.notes.includes('A conversion counts as 1, because the goal has no value.'))
  })
})

describe('whether a model may act in full', () => {
  const model = (rollout: object) => Model.parse({ kind: 'model', id: 'cart', type: 'choice', rollout })
  const told = (verdict: 'better' | 'worse' | 'not_shown' | 'refused') => ({ verdict, sentence: 'words', refusal: null, policy: 'cart' })
  const full = model({ stage: 'full' })

  test('shadow and share always; what acts in full already, too', () => {
    assert.deepEqual(promotionOf({ model: model({ stage: 'share' }), before: 'shadow', evaluation: null }), { refused: null, warnings: [] })
    assert.deepEqual(promotionOf({ model: full, before: 'full', evaluation: null }), { refused: null, warnings: [] })
  })

  test('without an evaluation with a warning that names what is missing', () => {
    const { refused, warnings } = promotionOf({ model: full, before: 'share', evaluation: null })
    assert.deepEqual([refused, warnings.map(({ code }) => code)], [null, ['model.not_evaluated']])
    assert.match(warnings[0]!.hint!, /POST \/api\/models\/cart\/evaluate/)
  })

  test('not when the evaluation was too thin, unless a reason is written', () => {
    assert.equal(promotionOf({ model: full, before: 'share', evaluation: told('refused') }).refused?.code, 'model.evaluation_thin')
    const forced = promotionOf({ model: model({ stage: 'full', force: 'Black Friday' }), before: 'share', evaluation: told('refused') })
    assert.deepEqual([forced.refused, forced.warnings[0]?.code], [null, 'model.forced'])
    assert.match(forced.warnings[0]!.hint!, /Black Friday/)
  })

  test('with a warning when it would have earned less, and freely when it is as good or better', () => {
    assert.equal(promotionOf({ model: full, before: 'share', evaluation: told('worse') }).warnings[0]?.code, 'model.evaluated_worse')
    for (const verdict of ['better', 'not_shown'] as const)
      assert.deepEqual(promotionOf({ model: full, before: 'share', evaluation: told(verdict) }), { refused: null, warnings: [] })
  })
})
