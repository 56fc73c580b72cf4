import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type Budgets, budgetsOf, type Told } from '#decisions/budgets/in-force.ts'
import { Budget } from '#decisions/budgets/schema.ts'
import { recompute } from '#decisions/choice/decide.ts'
import type { DecisionRecord } from '#decisions/record.ts'
import { Model } from '#decisions/schema.ts'
import { NO_SEGMENTS_YET } from '#segments/schema.ts'
import { daily, fresh, heldOf, mail, promo } from '../../test/fixtures/budget.ts'
import { journey, World } from '../../test/fixtures/journeys.ts'
import { compile } from './compile.ts'
import { mayPrecede, rank, rankedFor, worthOf } from './rank.ts'
import type { Journey } from './schema.ts'

const compiled = (parts: object) => {
  const made = compile(promo(parts), 1)
  if ('refused' in made) throw new Error(made.refused.title)
  return made
}
const anybody = { segments: NO_SEGMENTS_YET }
const scored = (score: number) => ({ segments: { ...NO_SEGMENTS_YET, scores: { buys: [score, 0] as const } } })
const texts = (told: Partial<Told> = {}, more: object = {}): Budgets => {
  const budget = Budget.parse({ kind: 'budget', id: 'texts', currency: 'EUR', amount: 100, covers: { channels: ['sms'] }, ...more })
  return budgetsOf([budget], { texts: { period: '2026-03', price: 0, taken: 0, costs: { sms: 0.5 }, ...told } })
}

suite('who comes first when a slot is contested', () => {
  test('a message is worth what the last choice expects, else what is foreseen of the person, else what its journey says', () => {
    const plain = compiled({ value: 2 })
    const foreseen = compiled({ value: 2, valueBy: { score: 'buys', margin: 40 } })
    assert.equal(worthOf(anybody, plain), 2)
    assert.equal(worthOf(anybody, foreseen), 2, 'a score that is not there yet')
    assert.equal(worthOf(scored(0.2), foreseen), 8)
    assert.equal(worthOf(scored(0.2), foreseen, { worth: 1.5 }), 1.5)
  })

  test('what it takes of a budget is paid at its price, and a higher priority comes first whatever anything is worth', () => {
    const definitions = { budgets: texts({ price: 3 }) }
    const ask = (value: number, channel: string, priority = 50) =>
      rankedFor(anybody, definitions, { journey: compiled({ value, priority }), channel })
    assert.deepEqual([ask(2, 'sms').value, ask(2, 'email').value], [0.5, 2])
    assert.ok(rank(ask(2, 'sms'), ask(1, 'email')) < 0)
    assert.ok(rank(ask(2, 'sms', 51), ask(100, 'email')) > 0)
    assert.equal(
      rankedFor(anybody, definitions, { journey: compiled({}), run: { worth: 1 }, channel: 'sms' }).value,
      1,
      'a choice has paid it already',
    )
    assert.equal(mayPrecede(anybody, { journey: compiled({ value: 2 }) }, ask(2, 'email')), false)
  })

  const contest = (ours: object, budgets?: Budgets): World => {
    const evening: Journey = journey({
      id: 'evening',
      value: 3,
      entry: { event: 'Evening' },
      steps: [{ kind: 'wait', id: 'until', until: { time: '18:00' } }, { ...mail('later') }],
    })
    const world = new World([evening, promo(ours)], { policy: daily(1), ...(budgets && { budgets }) })
    world.person('ada', { phone: '+15005550010' })
    world.happens('ada', 'Evening')
    world.happens('ada', 'Promo', fresh())
    world.passes('12h')
    return world
  }

  test('the slot is kept for what is worth more, and the fact says both values', () => {
    const world = contest({ value: 2 })
    assert.deepEqual(world.sentTo('ada'), ['later'])
    assert.deepEqual(heldOf(world), ['promo held_for:evening'])
    const [row] = world.facts.flatMap((fact) => (fact.table === 'deliveries' && fact.row.status === 'held' ? [fact.row] : []))
    assert.deepEqual([row!.worth, row!.worth_kept_for], [2, 3])
    assert.deepEqual(contest({ value: 4 }).sentTo('ada'), ['promo'])
  })

  const sms = { steps: [{ kind: 'sms', id: 'text', template: 'text', otherwise: [mail('instead')] }], value: 4 }

  test('a scarce budget makes its messages give way', () => {
    assert.deepEqual(contest(sms, texts()).sentTo('ada'), ['text'])
    // 4 - 3 × 0.5 is less than 3, but the mail instead of it takes nothing of the budget.
    const dear = contest(sms, texts({ price: 3 }))
    assert.deepEqual(dear.sentTo('ada'), ['instead'])
    assert.equal(heldOf(dear)[0], 'text held_for:evening')
  })

  test('what a spent budget covers is not even tried; the other way is', () => {
    const world = new World([promo(sms)], { budgets: texts({ taken: 99_700_000 }) })
    world.person('ada', { phone: '+15005550010' })
    world.happens('ada', 'Promo', fresh())
    world.passes('1h')
    assert.deepEqual(world.sentTo('ada'), ['instead'])
    assert.ok(
      world.storyOf('ada').some((line) => line.endsWith('budget_spent:texts')),
      world.storyOf('ada').join('\n'),
    )
    const receipt = new World([promo({ steps: [{ ...sms.steps[0], lane: 'transactional' }] })], { budgets: texts({ taken: 99_700_000 }) })
    receipt.person('ada', { phone: '+15005550010' })
    receipt.happens('ada', 'Promo', fresh())
    receipt.passes('1h')
    assert.deepEqual(receipt.sentTo('ada'), ['text'], 'transactional messages are not held back by money')
  })

  test('a choice sees what its options take of budgets, and its record can be reckoned again; what is spent cannot be chosen', () => {
    const nudge = journey({
      steps: [
        {
          kind: 'choose',
          id: 'nudge',
          by: { model: 'cart', control: '0%', holdout: '0%' },
          options: [
            { id: 'text', cost: 1, steps: [{ kind: 'sms', id: 'text', template: 'text', otherwise: [] }] },
            { id: 'mail', steps: [mail('mail')] },
          ],
          fallback: [],
        },
      ],
    })
    const models = [{ model: Model.parse({ kind: 'model', id: 'cart', type: 'choice' }), version: 1, snapshot: null }]
    const recordOf = (budgets: Budgets): { record: DecisionRecord; world: World } => {
      const world = new World([nudge], { budgets, models })
      world.person('ada', { phone: '+15005550010' })
      world.happens('ada', 'Product Added')
      world.passes('1m')
      const [row] = world.facts.flatMap((fact) => (fact.table === 'decisions' ? [fact.row] : []))
      return { record: JSON.parse(row!.record!) as DecisionRecord, world }
    }
    const { record } = recordOf(texts({ price: 3 }))
    assert.deepEqual(record.prices, { 'budget:texts': 3 })
    assert.deepEqual(
      record.candidates.map(({ about }) => about?.takes),
      [{ 'budget:texts': 1.5 }, undefined],
    )
    assert.deepEqual(recompute(record, null), record)
    const spent = recordOf(texts({ taken: 99_700_000 }))
    assert.deepEqual(
      spent.record.candidates.map(({ arm, excluded, propensity }) => [arm, excluded, propensity]),
      [
        ['text', 'budget_spent:texts', 0],
        ['mail', '', 1],
      ],
    )
    assert.deepEqual(spent.world.sentTo('ada'), ['mail'])
  })

  test('what an option costs goes with the message that brings it, where there are budgets', () => {
    const offer = journey({
      steps: [
        {
          kind: 'choose',
          id: 'nudge',
          by: { model: 'cart', control: '0%', holdout: '0%' },
          options: [{ id: 'text', cost: 1, steps: [{ kind: 'sms', id: 'text', template: 'text', otherwise: [] }, mail('later')] }],
          fallback: [],
        },
      ],
    })
    const models = [{ model: Model.parse({ kind: 'model', id: 'cart', type: 'choice' }), version: 1, snapshot: null }]
    const costs = (budgets?: Budgets): unknown[] => {
      const world = new World([offer], { models, ...(budgets && { budgets }) })
      world.person('ada', { phone: '+15005550010' })
      world.happens('ada', 'Product Added')
      world.passes('1m')
      return world.sent.map(({ effect }) => effect.payload['offer_cost'])
    }
    assert.deepEqual(costs(texts()), [1, undefined])
    assert.deepEqual(costs(), [undefined, undefined])
  })
})
