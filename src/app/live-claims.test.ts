import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { PreparedEmail } from '#channels/channel.ts'
import { templateLibrary } from '#content/adapters/library.ts'
import { compileLive } from '#content/adapters/live.ts'
import { type Renderer, renderer } from '#content/adapters/worker.ts'
import { saveCounts, saveProducts } from '#content/catalogue-store.ts'
import { Template } from '#content/schema.ts'
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
const templates = new Map<string, Template>()

before(async () => {
  world = await deliveryWorld()
  renders = renderer({ threads: 1 })
  const made = liveParts({
    db: world.database.pool,
    analytics: undefined as never,
    renderer: renders,
    egress: egress(),
    models: async () => undefined as never,
    secret: async () => undefined,
    now: () => world.now,
    warn: () => undefined,
  })
  const touched = async () => ({ viewed: ['tea', 'cup'], bought: [] })
  const live = liveContent({ ...made, touched })
  parts = { ...world.parts, library: templateLibrary({ load: async (_ws, id) => templates.get(id) }), renderer: renders, live }
})
after(async () => {
  await renders.close()
  await world.stop()
})

/** Four a day are bought of each: five are not enough for three days, fifty are. */
async function stocked(stock: Readonly<Record<string, number>>): Promise<void> {
  const { pool } = world.database
  const products = Object.entries(stock).map(([id, left]) => {
    const shop = { title: id, url: `https://s.test/${id}`, image: '', price: 1, sale_price: null, currency: 'EUR' }
    return { ...shop, id, stock: left, categories: [], attributes: {} }
  })
  await saveProducts(pool, { ws: 'w1', now: world.now, products })
  const counts = products.map(({ id }) => ({ id, views7: 0, views28: 0, purchases7: 28, purchases28: 112 }))
  const demands = new Map(products.map(({ id }) => [id, { units: 30, days: 7.5 }]))
  await saveCounts(pool, 'w1', { counts, pairs: [], trends: new Map(), demands })
}

function template(id: string, html: string, live: object): void {
  templates.set(id, Template.parse({ kind: 'template', id, subject: 'S', html: `<html><body>${html}${FOOT}</body></html>`, ...live }))
}
const due = (id: string, of: string, attempt = 1) => ({
  id,
  ws: 'w1',
  key: `p-${id}`,
  channel: 'email',
  address: 'ada@x.test',
  topic: '',
  lane: 'marketing' as const,
  createdAt: world.now,
  attempt,
  payload: {
    journey_id: 'j',
    version: 1,
    enrollment_id: id,
    step_id: 's',
    template: of,
    template_version: 1,
    sender: '',
    slots: { hero: of === 'only' ? ['scarce'] : ['scarce', 'calm'] },
    data: { profile: {}, entry: { properties: { products: [{ product_id: 'tea' }, { product_id: 'cup' }] } } },
  },
})
async function shownIn(made: ReturnType<typeof prepare>): Promise<string> {
  const outcome = await made
  if (isRefusal(outcome)) return outcome.refused.code
  return /\((.*)\)/s.exec((outcome.prepared as PreparedEmail).parts.html)?.[1] ?? ''
}

const CART = [{ as: 'cart', from: 'entry.properties.products' }]
const variants = [
  { id: 'scarce', claim: { lowStock: 'cart' }, fields: { line: 'Nearly gone' } },
  { id: 'calm', fields: { line: 'Still here' } },
]

test('a text that says few are left is shown only where that is so when the message leaves', async () => {
  template('hurry', '({{ slots.hero.line }})', { products: CART, slots: { hero: { by: 'conditions', variants } } })
  await stocked({ tea: 5, cup: 5 })
  assert.equal(await shownIn(prepare(due('c1', 'hurry'), parts)), 'Nearly gone')
  await stocked({ tea: 5, cup: 50 })
  assert.equal(await shownIn(prepare(due('c2', 'hurry'), parts)), 'Still here', 'one of them is not low')
  await stocked({ tea: 0, cup: 0 })
  assert.equal(await shownIn(prepare(due('c3', 'hurry'), parts)), 'Still here', 'what is sold out is not nearly gone')
})

test('at each further attempt it is asked again: what is not true any more gives way, and the message says so', async () => {
  const hero = { by: 'conditions', variants, otherwise: { fields: { line: 'Have a look' } } }
  template('again', '({{ slots.hero.line }})', { products: CART, slots: { hero } })
  await stocked({ tea: 5, cup: 5 })
  assert.equal(await shownIn(prepare(due('a1', 'again'), parts)), 'Nearly gone')
  assert.equal(await shownIn(prepare(due('a1', 'again', 2), parts)), 'Nearly gone', 'it still is')
  await stocked({ tea: 50, cup: 5 })
  const made = await prepare(due('a1', 'again', 3), parts)
  assert.ok(!isRefusal(made))
  assert.match((made.prepared as PreparedEmail).parts.html, /\(Have a look\)/)
  const [exposure] = made.said!['exposures'] as { variant: string; by: string }[]
  assert.deepEqual([exposure!.variant, exposure!.by], ['otherwise', 'claim_not_true'])
  await stocked({ tea: 5, cup: 5 })
  assert.equal(await shownIn(prepare(due('a1', 'again', 4), parts)), 'Have a look', 'what was given up is not taken back')
})

test('a message that cannot do without the claim is not sent', async () => {
  const hero = { by: 'conditions', variants: variants.slice(0, 1), otherwise: 'skip' }
  template('only', '({{ slots.hero.line }})', { products: CART, slots: { hero } })
  await stocked({ tea: 50, cup: 50 })
  assert.equal(await shownIn(prepare(due('o1', 'only'), parts)), 'claim_not_true')
  await stocked({ tea: 5, cup: 5 })
  assert.equal(await shownIn(prepare(due('o2', 'only'), parts)), 'Nearly gone')
  await stocked({ tea: 50, cup: 50 })
  assert.equal(await shownIn(prepare(due('o2', 'only', 2), parts)), 'claim_not_true')
})

test('lists of what is low in stock lose what is not any more; templates see it of each product', async () => {
  const products = [{ ...CART[0], lowStock: true, least: 1, otherwise: 'skip' }]
  template('list', '({% for p in products.cart %}{{ p.id }} {{ p.stock }} {{ p.low_stock }};{% endfor %})', { products })
  await stocked({ tea: 5, cup: 4 })
  assert.equal(await shownIn(prepare(due('l1', 'list'), parts)), 'tea 5 true;cup 4 true;')
  await stocked({ tea: 50, cup: 3 })
  assert.equal(await shownIn(prepare(due('l1', 'list', 2), parts)), 'cup 3 true;', 'with the stock as it is now')
  await stocked({ tea: 50, cup: 50 })
  assert.equal(await shownIn(prepare(due('l1', 'list', 3), parts)), 'claim_not_true')
})

test('a recommendation of what is nearly gone is asked again as well', async () => {
  const picks = { by: 'recommendation', strategies: ['recently-viewed'], lowStock: true, notBought: false, count: 2 }
  template('picks', '({% for p in slots.picks.items %}{{ p.id }};{% endfor %})', { slots: { picks } })
  await stocked({ tea: 5, cup: 50 })
  assert.equal(await shownIn(prepare(due('r1', 'picks'), parts)), 'tea;')
  await stocked({ tea: 50, cup: 50 })
  assert.equal(await shownIn(prepare(due('r1', 'picks', 2), parts)), '')
})

test('a claim about products that the template does not fetch is a problem of the template', () => {
  const hero = { by: 'conditions', variants, otherwise: 'omit' } as const
  const wrong = compileLive(Template.parse({ kind: 'template', id: 't', subject: 'S', html: '<p></p>', slots: { hero } }))
  const right = compileLive(Template.parse({ kind: 'template', id: 't', subject: 'S', html: '<p></p>', slots: { hero }, products: CART }))
  assert.ok(!isRefusal(wrong) && !isRefusal(right))
  assert.deepEqual(
    wrong?.problems.map(({ severity, code, at }) => [severity, code, at]),
    [['error', 'template.claim', '/slots/hero/variants/0/claim/lowStock']],
  )
  assert.deepEqual(right?.problems, [])
})
