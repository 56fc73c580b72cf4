import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '#lib/json.ts'
import { healthOf } from '../health.ts'
import { DOES, needsOf, type Seen, wantedOf } from '../needs.ts'
import { Model, type ModelOf } from '../schema.ts'
import { documentsOf, PRESETS } from './presets.ts'
import { Industry } from './schema.ts'

const NOTHING: Seen = { events: new Map(), examples: 0, open: 0, askedBy: 0 }
const modelOf = (body: object): Model => Model.parse({ kind: 'model', ...body })

test('the models of every industry are sound, named, explained, and each says what it waits for', () => {
  for (const industry of Industry.options) {
    const models = PRESETS[industry].documents.map((document) => Model.parse(document))
    assert.equal(new Set(models.map(({ id }) => id)).size, models.length)
    assert.ok(new Set(models.map(({ type }) => type)).size >= 4, 'several kinds of intelligence')
    for (const model of models) {
      assert.ok(model.name && model.description, model.id)
      assert.equal(model.rollout.stage, 'full')
      const health = healthOf({ model, snapshot: null, training: null, trial: null, now: 0 })
      assert.equal(health.state, 'cold')
      assert.ok(needsOf(model, NOTHING).sentence.length > 20, model.id)
      assert.ok(health.sentence.length > 20 && DOES[model.type].length > 20)
      // Whoever rests on events names them when they have never come in.
      const { events } = wantedOf(model)
      const needs = needsOf(model, NOTHING)
      if (events.length > 0) assert.ok(needs.missing.length > 0 && needs.sentence.includes(`“${needs.missing[0]}”`), needs.sentence)
    }
  }
})

test('a workspace that calls its events otherwise gets the models in its own words', () => {
  const text = JSON.stringify(documentsOf('shop', { 'Order Completed': 'Purchase' }))
  assert.ok(!text.includes('Order Completed'))
  const buys = documentsOf('shop', { 'Order Completed': 'Purchase' }).find(({ id }) => id === 'buy-soon')!
  assert.deepEqual((Model.parse(buys) as ModelOf<'propensity'>).outcome, { kind: 'converted', event: 'Purchase', within: '7d' })
  // Only events are renamed, and nothing of the preset itself is changed.
  assert.deepEqual(documentsOf('shop', { 'Buys within a week': 'x', churn: 'y' }), PRESETS.shop.documents)
  assert.deepEqual(documentsOf('shop', { constructor: 'x' }) as Json, PRESETS.shop.documents as unknown as Json)
})

test('before it begins a model says how many examples are missing, which event never came in, and who has to ask it', () => {
  const buys = modelOf({ id: 'buy', type: 'propensity', outcome: { kind: 'converted', event: 'Order Completed' } })
  assert.equal(
    needsOf(buys, NOTHING).sentence,
    'No event “Order Completed” has come in yet: send it, or name what you call it. It begins with 100 moments of people whose 7 days are over; there are 0 so far. At least 5 of each outcome must be among them. History that is brought in counts as well.',
  )
  const some = { ...NOTHING, events: new Map([['Order Completed', 9]]), examples: 12, open: 31 }
  assert.equal(
    needsOf(buys, some).sentence,
    'It begins with 100 moments of people whose 7 days are over; there are 12 so far, and 31 whose time is not over. At least 5 of each outcome must be among them. History that is brought in counts as well.',
  )
  const cart = modelOf({ id: 'cart', type: 'choice', within: '3d' })
  assert.match(
    needsOf(cart, NOTHING).sentence,
    /^No live journey asks it: name it in a step “choose” \(by: \{ model: cart \}\)\. It begins with the first/,
  )
  assert.doesNotMatch(needsOf(cart, { ...NOTHING, askedBy: 1 }).sentence, /No live journey/)
  assert.match(
    needsOf(cart, { ...NOTHING, askedBy: 1, examples: 3 }).sentence,
    /There are 3 decisions .*: it learns when it is next its turn/,
  )
})

test('of events that do alike one is enough; of those that are all needed each is named', () => {
  const hours = modelOf({ id: 'hours', type: 'send-time', events: ['message.clicked', 'Page Viewed'] })
  assert.deepEqual(needsOf(hours, NOTHING).missing, ['message.clicked', 'Page Viewed'])
  assert.match(needsOf(hours, NOTHING).sentence, /one of them is enough/)
  assert.deepEqual(needsOf(hours, { ...NOTHING, events: new Map([['Page Viewed', 1]]) }).missing, [])
})
