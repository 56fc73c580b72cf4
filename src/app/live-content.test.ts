import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import type { Channel, Handover, Prepared, PreparedEmail } from '#channels/channel.ts'
import { templateLibrary } from '#content/adapters/library.ts'
import { type Renderer, renderer } from '#content/adapters/worker.ts'
import type { Touched } from '#content/catalogue-store.ts'
import { productsById, searchProducts } from '#content/catalogue-store.ts'
import { addCodes, poolCounts } from '#content/coupons-store.ts'
import { keptContent } from '#content/live-store.ts'
import { Template } from '#content/schema.ts'
import { NO_MODELS } from '#decisions/snapshot.ts'
import { isRefusal } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { egress } from '#platform/egress.ts'
import { type DeliveryWorld, deliveryWorld, until } from '../../test/fixtures/delivery.ts'
import { liveContent, shownContent } from './live-content.ts'
import { fetchFeeds, returnCoupons, takeProducts, warnOfLowPools } from './live-keeping.ts'
import { liveParts, noteCoupons, shownIn } from './live-parts.ts'
import { type PrepareParts, prepare } from './prepare.ts'

const SILENT = { info() {}, warn() {}, error() {} }
const FOOT = '<p>{{ sender.postal_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></p>'
let world: DeliveryWorld
let parts: PrepareParts
let server: Server
let origin = ''
let renders: Renderer
const asked: string[] = []
/** What the other service answers next. */
let answer: { status: number; body: string; headers?: Record<string, string> } = { status: 200, body: '{}' }
const past: Touched | null = { viewed: [], bought: [] }
const templates = new Map<string, Template>()
const out = () => egress({ allowPrivate: [new URL(origin).host] })

before(async () => {
  world = await deliveryWorld()
  renders = renderer({ threads: 1 })
  server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers['authorization'] ?? ''}${request.headers['if-none-match'] ?? ''}`.trim())
    response.writeHead(answer.status, answer.headers ?? {}).end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const made = liveParts({
    db: world.database.pool,
    analytics: undefined as never,
    renderer: renders,
    egress: out(),
    models: async () => NO_MODELS,
    secret: async ({ name, target }) => (name === 'key' && target === new URL(origin).host ? 's3cret' : undefined),
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
  server.close()
  await world.stop()
})

function template(id: string, html: string, live: object): void {
  templates.set(id, Template.parse({ kind: 'template', id, subject: 'S', html: `<html><body>${html}${FOOT}</body></html>`, ...live }))
}
const due = (id: string, of: string, data: object = {}) => ({
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
    data: { profile: { city: 'Bern', name: 'Ada' }, ...data },
  },
})
async function html(made: ReturnType<typeof prepare>): Promise<string> {
  const outcome = await made
  assert.ok(!isRefusal(outcome), isRefusal(outcome) ? JSON.stringify(outcome.refused) : '')
  return (outcome.prepared as PreparedEmail).parts.html
}
async function code(made: ReturnType<typeof prepare>): Promise<string> {
  const outcome = await made
  return isRefusal(outcome) ? outcome.refused.code : 'made'
}

suite('connected data', () => {
  const use = (more: object = {}) => ({
    connected: [{ as: 'weather', url: `${origin}/v1/{{ profile.city }}?for={{ profile.name }}`, ...more }],
  })

  test('is fetched once for the same address, with its secret, and stands in the message as text', async () => {
    template('weather', '<p>{{ connected.weather.sky }}</p>', use({ headers: { authorization: { secret: 'key', prefix: 'Bearer ' } } }))
    answer = { status: 200, body: JSON.stringify({ sky: '<blue>' }) }
    asked.length = 0
    const all = await Promise.all(['c1', 'c2', 'c3'].map((id) => html(prepare(due(id, 'weather'), parts))))
    assert.ok(all.every((each) => each.includes('<p>&lt;blue&gt;</p>')))
    assert.deepEqual(asked, ['/v1/Bern?for=Ada Bearer s3cret'])
  })

  test('is the same for a retry and for whoever looks at the message later, whatever the service says by then', async () => {
    template('fresh', '<p>{{ connected.weather.sky }}</p>', use({ cache: '0s' }))
    answer = { status: 200, body: '{"sky":"red"}' }
    const first = await html(prepare(due('r1', 'fresh'), parts))
    answer = { status: 200, body: '{"sky":"green"}' }
    assert.equal(await html(prepare(due('r1', 'fresh'), parts)), first)
    const shown = { ...parts, live: shownContent({ db: world.database.pool, renderer: renders }) }
    assert.equal(await html(prepare(due('r1', 'fresh'), shown)), first)
    assert.match(await html(prepare(due('r2', 'fresh'), parts)), /green/)
  })

  test('looking at a message fetches, chooses and reserves nothing', async () => {
    asked.length = 0
    const shown = { ...parts, live: shownContent({ db: world.database.pool, renderer: renders }) }
    assert.equal(await code(prepare(due('never-tried', 'fresh'), shown)), 'made')
    assert.deepEqual(asked, [])
    assert.equal(await keptContent(world.database.pool, { ws: 'w1', effect: 'never-tried' }), undefined)
  })

  test('that does not come is what otherwise says, or the message does not go out', async () => {
    template('must', '<p>{{ connected.weather.sky }}</p>', use({ cache: '0s' }))
    template('may', '<p>{{ connected.weather.sky }}</p>', use({ cache: '0s', otherwise: { value: { sky: 'unknown' } } }))
    for (const wrong of [
      { status: 500, body: '{}' },
      { status: 200, body: '<html>' },
      { status: 200, body: `"${'x'.repeat(70_000)}"` },
      { status: 302, body: '', headers: { location: 'http://169.254.169.254/' } },
    ]) {
      answer = wrong
      await new Promise((resolve) => setTimeout(resolve, 5))
      assert.equal(await code(prepare(due(`must-${wrong.status}-${wrong.body.length}`, 'must'), parts)), 'connected_missing')
      assert.match(await html(prepare(due(`may-${wrong.status}-${wrong.body.length}`, 'may'), parts)), /unknown/)
    }
    template('inside', 'x', { connected: [{ as: 'a', url: 'http://10.0.0.1/{{ profile.city }}' }] })
    assert.equal(await code(prepare(due('inside', 'inside'), parts)), 'connected_missing', 'not a public address')
  })
})

suite('products', () => {
  const row = (id: string, more: object = {}) => ({
    id,
    title: `Tea ${id}`,
    url: `https://s.test/${id}`,
    price: 10,
    currency: 'EUR',
    ...more,
  })

  test('of the cart are shown with price and stock as of the hand-over; stale ones are left out', async () => {
    await takeProducts(world.database.pool, {
      ws: 'w1',
      rows: [row('a', { price: '12.50 EUR', stock: 3 }), row('b', { stock: 0 })],
      currency: 'EUR',
      now: world.now,
    })
    await takeProducts(world.database.pool, { ws: 'w1', rows: [row('old')], currency: 'EUR', now: world.now - 86_400_000 })
    const list = '{% for p in products.cart %}[{{ p.title }} {{ p.price }} {{ p.in_stock }}]{% endfor %}'
    template('cart', list, { products: [{ as: 'cart', from: 'entry.properties.products' }] })
    template('strict', list, {
      products: [{ as: 'cart', from: 'entry.properties.products', inStock: true, fresherThan: '6h', least: 2, otherwise: 'skip' }],
    })
    const cart = { entry: { properties: { products: ['b', 'a', 'old', 'nowhere'].map((product_id) => ({ product_id })) } } }
    assert.match(await html(prepare(due('p1', 'cart', cart), parts)), /\[Tea b 10 false\]\[Tea a 12\.5 true\]\[Tea old 10 true\]/)
    assert.equal(await code(prepare(due('p2', 'strict', cart), parts)), 'slot_empty')
  })

  test('a file names its bad rows with line and reason, and keeps the history of prices', async () => {
    const csv =
      'id,title,link,price,currency\nx1,One,https://s.test/1,5,EUR\nx2,Two,nowhere,5,EUR\nx3,Three\nx4,"Four ""4""",https://s.test/4,6,EUR\n'
    const change = await takeProducts(world.database.pool, { ws: 'w2', rows: csv, currency: 'EUR', now: 1_000 })
    assert.equal(change.taken, 2)
    assert.deepEqual(
      change.faults.map(({ row: line }) => line),
      [3, 4],
    )
    assert.match(change.faults[0]!.title, /^url: /)
    await takeProducts(world.database.pool, { ws: 'w2', rows: csv.replace(',5,EUR', ',4,EUR'), currency: 'EUR', now: 2_000 })
    await takeProducts(world.database.pool, { ws: 'w2', rows: csv.replace(',5,EUR', ',4,EUR'), currency: 'EUR', now: 3_000 })
    const { rows } = await world.database.pool.query(
      'select product_id, at, price from product_prices where workspace_id = $1 order by 1, 2',
      ['w2'],
    )
    assert.deepEqual(rows, [
      { product_id: 'x1', at: 1_000, price: 5 },
      { product_id: 'x1', at: 2_000, price: 4 },
      { product_id: 'x4', at: 1_000, price: 6 },
    ])
  })

  test('100,000 rows are taken in well under a minute', async () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => row(`n${i}`, { categories: [`c${i % 50}`], stock: i % 7 }))
    const begun = performance.now()
    assert.equal((await takeProducts(world.database.pool, { ws: 'big', rows, currency: 'EUR', now: 1_000 })).taken, 100_000)
    assert.ok(performance.now() - begun < 60_000, `${performance.now() - begun} ms`)
    const { total, products } = await searchProducts(world.database.pool, { ws: 'big', q: '', category: 'c7', after: '', limit: 5 })
    assert.deepEqual([total, products.length], [2_000, 5])
  })

  test('a feed is fetched when it is due, only if it has changed, and takes out what it does not name any more', async () => {
    const { pool } = world.database
    const body = {
      kind: 'product-feed',
      id: 'shop',
      url: `${origin}/feed.json`,
      list: 'data.items',
      every: '1h',
      complete: true,
      currency: 'EUR',
    }
    await pool.query(
      `insert into documents (workspace_id, kind, id, version, status, body, hash, at, by) values ('w3', 'product-feed', 'shop', 1, 'published', $1, 'h', 0, 'a')`,
      [JSON.stringify(body)],
    )
    const feed = {
      pool,
      analytics: undefined as unknown as Analytics,
      now: () => world.now,
      logger: SILENT,
      egress: out(),
      secret: async () => undefined,
    }
    const ids = async () => (await productsById(pool, { ws: 'w3', ids: ['f1', 'f2', 'f3'] })).map(({ id }) => id)
    const start = world.now
    answer = { status: 200, body: JSON.stringify({ data: { items: [row('f1'), row('f2')] } }), headers: { etag: '"one"' } }
    await fetchFeeds(feed)
    assert.deepEqual(await ids(), ['f1', 'f2'])
    asked.length = 0
    await fetchFeeds(feed)
    assert.deepEqual(asked, [], 'not due')
    world.now += 3_600_000
    answer = { status: 304, body: '' }
    await fetchFeeds(feed)
    assert.deepEqual(asked, ['/feed.json "one"'])
    assert.equal((await productsById(pool, { ws: 'w3', ids: ['f1'] }))[0]!.updatedAt, world.now, 'it is still as it was')
    world.now += 3_600_000
    answer = { status: 200, body: JSON.stringify({ data: { items: [row('f1'), row('f3')] } }) }
    await fetchFeeds(feed)
    assert.deepEqual(await ids(), ['f1', 'f3'])
    world.now += 3_600_000
    answer = { status: 500, body: '' }
    await fetchFeeds(feed)
    assert.deepEqual(await ids(), ['f1', 'f3'], 'a feed that is down empties nothing')
    world.now = start
  })
})

/** Hands over as told, and remembers what. */
function mail(tell: (message: Prepared) => Handover): Channel & { readonly got: PreparedEmail[] } {
  const got: PreparedEmail[] = []
  return {
    kind: 'email',
    got,
    async send(message) {
      const handover = tell(message)
      if (handover.kind !== 'retry') got.push(message as PreparedEmail)
      return handover
    },
    close: async () => undefined,
  } as Channel & { readonly got: PreparedEmail[] }
}

suite('a message with live content on its way', () => {
  const payload = (of: string, slots: object = {}) => ({ ...due('x', of).payload, slots })
  const counts = async (name: string) =>
    (await poolCounts(world.database.pool, { ws: 'w1', now: world.now })).find(({ pool }) => pool === name)!
  const hero = {
    by: 'conditions',
    variants: [
      { id: 'gold', fields: { line: 'Gold for {{ profile.name }}' } },
      { id: 'all', fields: { line: 'For all' } },
    ],
  }

  test('tells what was shown with its receipt, and carries one code through all its attempts; what does not go out gives its code back', async () => {
    await addCodes(world.database.pool, {
      ws: 'w1',
      pool: 'spring',
      codes: ['AAA-1', 'AAA-2', 'AAA-3'],
      expires: undefined,
      now: world.now,
    })
    template('offer', '<p>{{ slots.hero.line }} {{ coupons.spring.code }}</p>', {
      slots: { hero },
      coupons: { spring: { pool: 'spring' } },
    })
    const tries = new Map<string, number>()
    const codes = new Map<string, Set<string>>()
    const channel = mail((message) => {
      const { id } = message
      const { parts: letter } = message as PreparedEmail
      tries.set(id, (tries.get(id) ?? 0) + 1)
      codes.set(id, (codes.get(id) ?? new Set()).add(/AAA-\d/.exec(letter.html)![0]))
      if (id === 'o-refused') return { kind: 'failed', reason: 'refused', address: false }
      return tries.get(id)! < 3 ? { kind: 'retry', reason: 'later', provider: false } : { kind: 'sent', providerId: 'x' }
    })
    await world.queue(
      ['o-1', 'o-refused', 'o-2'].map((id) => ({ id, payload: payload('offer', { hero: id === 'o-1' ? ['gold', 'all'] : ['all'] }) })),
    )
    const limits = { attempts: 12, first: 1, cap: 1, longestAsk: 1, hold: 1 }
    await world.dispatcher([channel], {
      prepare: (entry) => prepare(entry, parts),
      noted: (tx, ended) => noteCoupons(tx, ended).then(() => []),
      shown: shownIn,
      settings: { limits, settleMs: 1 },
    })
    await until('all have ended', async () => {
      world.now += 5
      const { sent = 0, failed = 0 } = await world.counts()
      return sent + failed === 3
    })
    assert.ok(
      [...codes.values()].every((each) => each.size === 1),
      'every attempt carries the same code',
    )
    assert.equal(new Set([...codes.values()].map((each) => [...each][0])).size, 3, 'no two messages have the same')
    const receipts = (await world.events()).filter(({ name }) => name === 'message.sent')
    const shown = Object.fromEntries(
      receipts.map(({ props }) => [props['effect_id'], (props['exposures'] as { variant: string }[]).map(({ variant }) => variant)]),
    )
    assert.deepEqual(shown, { 'o-1': ['gold'], 'o-2': ['all'] })
    assert.deepEqual(await returnCoupons({ pool: world.database.pool, now: () => world.now }), { returned: 1, doubtful: 0 })
    const { free, held, sent } = await counts('spring')
    assert.deepEqual({ free, held, sent }, { free: 1, held: 0, sent: 2 })
    assert.match(channel.got.find(({ id }) => id === 'o-1')!.parts.html, /Gold for Ada AAA/)
  })

  test('fails when the pool is empty, or has a code for everybody', async () => {
    template('none', '{{ coupons.a.code }}', { coupons: { a: { pool: 'nothing-in-it' } } })
    template('common', '{{ coupons.a.code }}', { coupons: { a: { pool: 'nothing-in-it', otherwise: 'WELCOME' } } })
    assert.equal(await code(prepare(due('n1', 'none'), parts)), 'coupon_empty')
    assert.match(await html(prepare(due('n2', 'common'), parts)), /WELCOME/)
  })

  test('somebody is told when a pool runs low', async () => {
    await world.database.pool.query(
      `insert into documents (workspace_id, kind, id, version, status, body, hash, at, by) values ('w1', 'coupon-pool', 'spring', 1, 'published', $1, 'h', 0, 'a')`,
      [JSON.stringify({ kind: 'coupon-pool', id: 'spring', lowWater: 5 })],
    )
    assert.deepEqual(await warnOfLowPools({ pool: world.database.pool, now: () => world.now, logger: SILENT }), ['spring'])
  })
})
