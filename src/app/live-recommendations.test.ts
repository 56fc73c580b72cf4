import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { PreparedEmail } from '#channels/channel.ts'
import { templateLibrary } from '#content/adapters/library.ts'
import { type Renderer, renderer } from '#content/adapters/worker.ts'
import { saveCounts, saveProducts, type Touched } from '#content/catalogue-store.ts'
import { Template } from '#content/schema.ts'
import { decoded, encoded } from '#decisions/recommend/learned.ts'
import { Model, type ModelOf } from '#decisions/schema.ts'
import { type ModelInForce, type Models, modelsOf, NO_MODELS } from '#decisions/snapshot.ts'
import { isRefusal } from '#lib/problem.ts'
import { egress } from '#platform/egress.ts'
import { type DeliveryWorld, deliveryWorld } from '../../test/fixtures/delivery.ts'
import { liveContent } from './live-content.ts'
import { liveParts } from './live-parts.ts'
import { type PrepareParts, prepare } from './prepare.ts'

const FOOT = '<p>{{ sender.postal_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></p>'
let world: DeliveryWorld
let parts: PrepareParts
let renders: Renderer
let past: Touched | null = { viewed: [], bought: [] }
let models: Models = NO_MODELS
const templates = new Map<string, Template>()

before(async () => {
  world = await deliveryWorld()
  renders = renderer({ threads: 1 })
  const made = liveParts({
    db: world.database.pool,
    analytics: undefined as never,
    renderer: renders,
    egress: egress(),
    models: async () => models,
    secret: async () => undefined,
    now: () => world.now,
    warn: () => undefined,
  })
  parts = {
    ...world.parts,
    library: templateLibrary({ load: async (_ws, id) => templates.get(id) }),
    renderer: renders,
    live: liveContent({ ...made, touched: async () => past }),
  }
})
after(async () => {
  await renders.close()
  await world.stop()
})

function template(id: string, html: string, live: object): void {
  templates.set(id, Template.parse({ kind: 'template', id, subject: 'S', html: `<html><body>${html}${FOOT}</body></html>`, ...live }))
}
const due = (id: string, of: string) => ({
  id,
  ws: 'w1',
  key: `p-${id}`,
  channel: 'email',
  address: 'ada@x.test',
  topic: '',
  lane: 'marketing' as const,
  createdAt: world.now,
  payload: {
    journey_id: 'j',
    version: 1,
    enrollment_id: id,
    step_id: 's',
    template: of,
    template_version: 1,
    sender: '',
    data: { profile: { city: 'Bern', name: 'Ada' } },
  },
})
async function html(made: ReturnType<typeof prepare>): Promise<string> {
  const outcome = await made
  assert.ok(!isRefusal(outcome), isRefusal(outcome) ? JSON.stringify(outcome.refused) : '')
  return (outcome.prepared as PreparedEmail).parts.html
}

test('products are recommended by what the person did, without what is sold out or bought, and told one by one', async () => {
  const { pool } = world.database
  await saveProducts(pool, {
    ws: 'w1',
    now: world.now,
    products: ['v', 'bought', 'pop', 'hot', 'gone'].map((id) => ({
      id,
      title: id,
      url: `https://s.test/${id}`,
      image: '',
      price: 1,
      sale_price: null,
      currency: 'EUR',
      stock: id === 'gone' ? 0 : 5,
      categories: [],
      attributes: {},
    })),
  })
  const none = { views7: 0, views28: 0, purchases7: 0, purchases28: 0 }
  await saveCounts(pool, 'w1', {
    pairs: [],
    trends: new Map([
      ['hot', 6],
      ['gone', 9],
    ]),
    demands: new Map(),
    counts: [
      { id: 'pop', ...none, purchases28: 50 },
      { id: 'hot', ...none, views7: 90 },
      { id: 'gone', ...none, views7: 500 },
      { id: 'bought', ...none, purchases7: 40 },
    ],
  })
  past = { viewed: ['v'], bought: ['bought'] }
  template('for-you', '{% for p in slots.picks.items %}[{{ p.id }}]{% endfor %}', {
    slots: { picks: { by: 'recommendation', strategies: ['recently-viewed', 'trending', 'popular'], count: 3 } },
  })
  const made = await prepare(due('rec1', 'for-you'), parts)
  assert.ok(!isRefusal(made))
  assert.match((made.prepared as PreparedEmail).parts.html, /\[v\]\[hot\]\[pop\]/)
  const exposures = made.said?.['exposures'] as { item: string; by: string; slot: string }[]
  assert.deepEqual(
    exposures.map(({ item, by }) => `${item} ${by}`),
    ['v recommendation:recently-viewed', 'hot recommendation:trending', 'pop recommendation:popular'],
  )
  past = null
  assert.match(await html(prepare(due('rec2', 'for-you'), parts)), /\[hot\]/, 'nobody knows the past: the rules that need none go on')
})

test('a recommendation model says what goes with the past and what comes next; where it is silent the rest goes on, and says why', async () => {
  template('learned', '{% for p in slots.picks.items %}[{{ p.id }}]{% endfor %}', {
    slots: { picks: { by: 'recommendation', strategies: ['for-you'], count: 2 } },
  })
  template('after', '{% for p in slots.picks.items %}[{{ p.id }}]{% endfor %}', {
    slots: { picks: { by: 'recommendation', strategies: ['next', 'trending'], count: 1 } },
  })
  const items = ['v', 'bought', 'pop', 'hot', 'gone', 'not in the catalogue']
  // v goes with what is gone, with what nobody knows, with hot and with pop; after v comes pop.
  const related = { at: [0, 4, 5, 5, 5, 5, 5], to: [4, 5, 3, 2, 1], weight: [0.9, 0.8, 0.7, 0.2, 0.1] }
  const next = { at: [0, 1, 1, 1, 1, 1, 1], to: [2], weight: [1] }
  const body = decoded(encoded({ items, related, next }))
  const model = Model.parse({ kind: 'model', id: 'shop', type: 'recommendation' }) as ModelOf<'recommendation'>
  const snapshot = { serial: 1, trainedTo: world.now, examples: 10, report: {}, body }
  const inForce = (more: Partial<ModelInForce>) => modelsOf([{ model, version: 1, snapshot, ...more }])
  const shown = async (id: string, of: string): Promise<string[]> => {
    const made = await prepare(due(id, of), parts)
    assert.ok(!isRefusal(made))
    return (made.said!['exposures'] as { item: string; by: string }[]).map(({ item, by }) => `${item} ${by}`)
  }
  past = { viewed: ['v'], bought: ['bought'] }
  models = inForce({})
  assert.deepEqual(await shown('l1', 'learned'), ['hot recommendation:for-you', 'pop recommendation:for-you'])
  assert.deepEqual(await shown('l2', 'after'), ['pop recommendation:next'])
  past = { viewed: [], bought: [] }
  assert.deepEqual(await shown('l3', 'learned'), ['pop recommendation:popular', 'bought recommendation:popular'], 'somebody new')
  past = { viewed: ['v'], bought: ['bought'] }
  const silences: [string, Models][] = [
    ['model_missing', NO_MODELS],
    ['model_cold', inForce({ snapshot: null })],
    ['model_broken', inForce({ snapshot: null, broken: 'its checksum does not fit' })],
    ['model_stale', inForce({ snapshot: { ...snapshot, trainedTo: world.now - 31 * 86_400_000 } })],
    ['model_in_shadow', inForce({ snapshot: null, inShadow: true })],
  ]
  for (const [why, held] of silences) {
    models = held
    const [first] = await shown(`l-${why}`, 'learned')
    assert.equal(first, `pop recommendation:popular:${why}`)
    assert.deepEqual(await shown(`n-${why}`, 'after'), [`hot recommendation:trending:${why}`])
  }
  models = NO_MODELS
})
