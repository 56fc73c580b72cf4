import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { readAuthored } from '#app/authored-files.ts'
import { packed } from '#app/learning/body.ts'
import type { GetModel, ListModels } from '#decisions/api.ts'
import type { DraftPreset, ListPresets } from '#decisions/presets/api.ts'
import { PRESETS } from '#decisions/presets/presets.ts'
import { Industry } from '#decisions/presets/schema.ts'
import { taskOf } from '#decisions/rollout.ts'
import { addSnapshot, dateSnapshots } from '#decisions/store.ts'
import type { OutputOf } from '#lib/action.ts'
import type { Json } from '#lib/json.ts'
import { nextRevision } from '#platform/documents.ts'
import { appendToPartitions } from '#platform/log.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { linearBody } from '../fixtures/models.ts'
import { type Document, startWorld, type World } from './world.ts'

const EXAMPLES = join(import.meta.dirname, '../../examples')
const exampleOf = (folder: string): Document[] => {
  const { documents, problems } = readAuthored(join(EXAMPLES, folder))
  assert.deepEqual(problems, [])
  return documents.map(({ kind, id, body }) => ({ ...body, kind, id }))
}

type Models = OutputOf<typeof ListModels>['models']
type Presets = OutputOf<typeof ListPresets>['presets']
type Drafted = OutputOf<typeof DraftPreset>

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world?.stop())

const modelNamed = async (id: string): Promise<Models[number]> => {
  await world.settled()
  await world.app.reported()
  const { models } = await world.api<{ models: Models }>('GET /api/models')
  return models.find((each) => each.id === id)!
}

test('the models of the examples are those of the presets, word for word', () => {
  for (const industry of Industry.options) {
    const models = exampleOf(industry).filter(({ kind }) => kind === 'model')
    assert.ok(models.length >= 3, industry)
    for (const model of models)
      assert.deepEqual(
        model,
        PRESETS[industry].documents.find(({ id }) => id === model.id),
      )
  }
  const [choice] = exampleOf('shop-choice').filter(({ kind }) => kind === 'model')
  const preset = PRESETS.shop.documents.find(({ id }) => id === 'cart-recovery')!
  assert.equal(taskOf(choice as unknown as Json), taskOf(preset as unknown as Json), 'the same is learned')
})

test('with nothing there each industry says what its models will do, what they need, and what happens until then', async () => {
  assert.deepEqual(await world.api('GET /api/models'), { models: [] })
  const { presets } = await world.api<{ presets: Presets }>('GET /api/model-presets')
  assert.deepEqual(
    presets.map(({ industry }) => industry),
    [...Industry.options],
  )
  const buys = presets[0]!.models.find(({ id }) => id === 'buy-soon')!
  assert.equal(buys.until, 'There is no score, and conditions that ask for one do not hold.')
  assert.match(buys.needs, /^No event “Order Completed” has come in yet: .* It begins with 100 moments of people whose 7 days are over/)
  assert.deepEqual([buys.missing, buys.there], [['Order Completed'], false])
})

test('a preset becomes drafts, which are published like any other; what is there already is left alone', async () => {
  const drafted = await world.api<Drafted>('POST /api/models/presets/shop', {
    only: ['buy-soon', 'churn', 'cart-recovery', 'hours', 'picks'],
  })
  assert.deepEqual(
    drafted.drafts.map(({ id }) => id),
    ['buy-soon', 'churn', 'cart-recovery', 'hours', 'picks'],
  )
  assert.deepEqual(await world.api('GET /api/models'), { models: [] }, 'a draft learns nothing')
  for (const { kind, id, hash } of drafted.drafts) await world.api(`POST /api/documents/${kind}/${id}/publish`, { hash })
  const again = await world.api<Drafted>('POST /api/models/presets/shop', { only: ['hours', 'words'] })
  assert.deepEqual([again.drafts.map(({ id }) => id), again.left], [['words'], ['hours']])

  await assert.rejects(world.api('POST /api/models/presets/shop', { only: ['horoscope'] }), /has no model “horoscope”.*buy-soon, churn/)
  await assert.rejects(world.api('POST /api/models/presets/casino', {}), /422|400/)
})

test('a model that has learned nothing counts what it has, names what is missing, and stops saying so', async () => {
  const cold = await modelNamed('buy-soon')
  assert.equal(cold.state, 'cold')
  assert.deepEqual(cold.waits?.missing, ['Order Completed'])
  assert.deepEqual([cold.waits.examples, cold.waits.wanted], [0, 100])
  const cart = await modelNamed('cart-recovery')
  assert.match(cart.sentence, /Each option that may be chosen is as likely/)
  assert.match(cart.waits!.sentence, /No live journey asks it/)
  assert.match(
    (await modelNamed('hours')).waits!.sentence,
    /None of the events .* has come in yet: one of them is enough\. It begins with 50/,
  )

  await world.identify('ada')
  await world.track('ada', 'Order Completed', { total: 20, products: [{ product_id: 'p1' }] })
  await world.track('ada', 'Product Viewed', { product_id: 'p2' })
  await world.publish(...exampleOf('shop-choice').filter(({ kind }) => kind !== 'model'))
  // Until the past of what the journey asks has been counted it lets nobody in.
  await world.settled()
  await world.app.built()
  await world.settled()
  await world.app.reported()
  assert.deepEqual((await modelNamed('buy-soon')).waits?.missing, [])
  assert.equal((await modelNamed('hours')).waits?.examples, 2)
  assert.equal((await modelNamed('picks')).waits?.examples, 1, 'one person with two events')
  assert.doesNotMatch((await modelNamed('cart-recovery')).waits!.sentence, /No live journey/)

  await world.track('ada', 'Cart Abandoned', { cart_id: 'c1', value: 42, items: [{ name: 'Teapot', stock: 9 }] })
  await world.settled()
  await world.app.reported()
  const open = (await modelNamed('cart-recovery')).waits!
  assert.deepEqual([open.examples, open.open], [0, 1])
  assert.match(open.sentence, /there are 0 so far, and 1 whose time is not over/)
  const one = await world.api<OutputOf<typeof GetModel>>('GET /api/models/cart-recovery')
  assert.deepEqual(one.waits, open)

  await world.pass({ days: 3, hours: 1 })
  await world.app.reported()
  await world.api('POST /api/models/cart-recovery/train')
  await world.app.learned()
  const learned = await modelNamed('cart-recovery')
  assert.deepEqual([learned.state, learned.waits], ['learning', null])
})

test('a workspace that calls an order a purchase begins with models in its own words', async () => {
  const drafted = await world.api<Drafted>('POST /api/models/presets/saas', {
    only: ['subscribe'],
    events: { 'Subscription Started': 'Plan Bought' },
  })
  const { draft } = await world.api<{ draft: { body: { outcome: { event: string } } } }>('GET /api/documents/model/subscribe')
  assert.equal(draft.body.outcome.event, 'Plan Bought')
  assert.equal(drafted.drafts.length, 1)
})

/** Puts a snapshot of a propensity model in force as training does. */
async function taught(model: Document, body: string): Promise<void> {
  await transaction(world.app.parts.work, async (tx) => {
    const kept = await packed(body)
    const now = world.clock.now()
    const about = { ws: world.workspace, model: model.id, task: taskOf(model as unknown as Json), version: 1 }
    await addSnapshot(tx, { ...about, madeAt: now, trainedTo: now, examples: 1_000, report: {}, ...kept })
    const revision = await nextRevision(tx)
    await dateSnapshots(tx, revision)
    const { rows } = await tx.query<{ partition: number }>('select partition from log_heads')
    await appendToPartitions(tx, JSON.stringify({ kind: 'definitions', revision }), { partitions: rows.map((row) => row.partition), now })
  })
}

test('the example of a subscription: the churn score passes its mark, colleagues hear of it, and help is offered; coming back ends it', async () => {
  const saas = exampleOf('saas')
  await world.api('DELETE /api/documents/model/subscribe/draft')
  // The shop of this world has a churn model of its own.
  for (const id of ['churn', 'hours']) await world.api(`POST /api/documents/model/${id}/archive`)
  await world.publish(...saas)
  await world.settled()
  const churn = saas.find(({ kind, id }) => kind === 'model' && id === 'churn')!
  // Who signs in stays: without it the score is high.
  await taught(churn, linearBody({ bias: 0, weights: { 'event.7d:Signed In': -2 } }))
  await world.settled()
  await world.identify('lee', { name: 'Lee' })
  await world.settled()
  for (const person of Array.from({ length: 6 }, (_, i) => `leaver${i}`)) {
    await world.identify(person)
    await world.track(person, 'Page Viewed')
  }
  await world.pass({ days: 2 })
  const told = await Promise.all(Array.from({ length: 6 }, (_, i) => world.subjectsTo(`leaver${i}`)))
  const helped = told.findIndex((subjects) => subjects.includes('Is something missing?'))
  assert.ok(helped >= 0, 'somebody who is not held out is offered help')
  for (let i = 0; i < 3; i++) await world.track(`leaver${helped}`, 'Signed In')
  await world.pass({ minutes: 5 })
  const ends = (await world.timeline(`leaver${helped}`, 'transition')).filter(({ move }) => move === 'exited')
  assert.match(JSON.stringify(ends), /recovered/)
})
