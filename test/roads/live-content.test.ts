import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { countProducts, redeemCoupons, returnCoupons } from '#app/live-keeping.ts'
import type { GetProduct } from '#content/catalogue.ts'
import { touchedBy } from '#content/catalogue-store.ts'
import type { CouponCount } from '#content/coupons.ts'
import type { OutputOf } from '#lib/action.ts'
import { startWorld, type World } from './world.ts'

const FOOT =
  '<mj-section><mj-column><mj-text>{{ sender.postal_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text></mj-column></mj-section>'
const section = (text: string): string => `<mj-section><mj-column><mj-text>${text}</mj-text></mj-column></mj-section>`
const SILENT = { info() {}, warn() {}, error() {} }

suite('live content on the whole road', () => {
  let world: World
  let adaId = ''
  before(async () => {
    world = await startWorld()
    await world.publish(
      { kind: 'coupon-pool', id: 'spring', lowWater: 1 },
      {
        kind: 'template',
        id: 'offer',
        subject: 'For {{ slots.hero.who }}',
        mjml: `<mjml><mj-body><slot name="hero" /><slot name="picks" />${section('Code {{ coupons.spring.code }}')}${FOOT}</mj-body></mjml>`,
        slots: {
          hero: {
            by: 'conditions',
            variants: [
              {
                id: 'loyal',
                when: 'count("Order Completed" within 30d) >= 2',
                fields: { who: 'friends' },
                body: section('Welcome back {{ profile.name }}'),
              },
              { id: 'gold', when: 'profile.plan == "gold"', fields: { who: 'members' }, body: section('Golden') },
            ],
            otherwise: { fields: { who: 'you' }, body: section('Hello') },
          },
          picks: {
            by: 'recommendation',
            strategies: ['bought-together', 'trending', 'popular'],
            count: 2,
            body: section('{% for item in slots.picks.items %}[{{ item.title }} {{ item.price }}]{% endfor %}'),
          },
        },
        coupons: { spring: { pool: 'spring' } },
      },
      {
        kind: 'journey',
        id: 'offers',
        goal: { event: 'Order Completed', within: '7d' },
        entry: { event: 'Asked' },
        steps: [{ kind: 'email', id: 'mail', template: 'offer', otherwise: [] }],
      },
    )
    await world.api('POST /api/coupons/spring/import', { csv: 'code,note\nSAVE-1,a\nSAVE-2,b\nSAVE-3,c\n!!,bad\n' })
    await world.api('POST /api/products/import', {
      csv: `id,title,link,price,currency\n${['tea', 'cup', 'pot', 'jam'].map((id) => `${id},The ${id},https://shop.test/${id},4.5,EUR`).join('\n')}\n`,
    })
    await world.app.built()
  })
  after(() => world.stop())

  const parts = () => ({ pool: world.app.parts.work, analytics: world.app.parts.analytics, now: () => world.clock.now(), logger: SILENT })
  const orders = (person: string, ...ids: string[]) =>
    world.track(person, 'Order Completed', { products: ids.map((product_id) => ({ product_id })) })

  test('each person gets the slot, the products and the code of their own; ClickHouse knows what each was shown', async () => {
    for (const person of ['ada', 'bob', 'cy'])
      await world.identify(person, { name: person.toUpperCase(), ...(person === 'bob' ? { plan: 'gold' } : {}) })
    for (const person of ['x1', 'x2']) {
      await world.identify(person)
      await orders(person, 'tea', 'cup')
    }
    for (let i = 0; i < 3; i++) await world.track('x1', 'Product Viewed', { product_id: 'jam' })
    await orders('ada', 'tea')
    await orders('ada', 'tea')
    await world.settled()
    adaId = await world.profileId('ada')
    await world.app.reported()
    await countProducts(parts())
    for (const person of ['ada', 'bob', 'cy']) await world.track(person, 'Asked')
    await world.pass({ minutes: 1 })

    const [ada, bob, cy] = await Promise.all(['ada', 'bob', 'cy'].map(async (person) => (await world.mailTo(person))[0]!))
    assert.deepEqual([ada!.subject, bob!.subject, cy!.subject], ['For friends', 'For members', 'For you'])
    assert.match(ada!.text, /Welcome back ADA[\s\S]*\[The cup 4\.5\]/, 'bought together with tea')
    assert.doesNotMatch(ada!.text, /The tea/, 'bought already')
    assert.match(bob!.text, /Golden[\s\S]*\[The /)
    assert.match(cy!.text, /Hello/)
    const codes = [ada, bob, cy].map((mail) => /SAVE-\d/.exec(mail!.text)![0])
    assert.equal(new Set(codes).size, 3)

    await world.app.reported()
    const shown = await world.app.parts.analytics.query<{
      slot: string
      variant: string
      item: string
      by: string
      propensity: number
      profile: string
    }>('SELECT profile_id AS profile, slot, variant, item, chosen_by AS by, propensity FROM exposures ORDER BY slot, variant, item')
    const adas = shown.filter(({ profile }) => profile === adaId)
    assert.ok(
      adas.some(({ slot, variant, by, propensity }) => slot === 'hero' && variant === 'loyal' && by === 'condition' && propensity === 1),
    )
    assert.ok(adas.some(({ slot, item, by }) => slot === 'picks' && item === 'cup' && by === 'recommendation:bought-together'))
    assert.equal(shown.filter(({ slot }) => slot === 'hero').length, 3)
  })
  test('an order with the code redeems it, and nothing is left to return', async () => {
    const { text } = (await world.mailTo('bob'))[0]!
    await world.track('bob', 'Order Completed', { coupon: /SAVE-\d/.exec(text)![0] })
    await world.settled()
    await world.app.reported()
    assert.equal(await redeemCoupons(parts()), 1)
    assert.deepEqual(await returnCoupons(parts()), { returned: 0, doubtful: 0 })
    const { pools } = await world.api<{ pools: CouponCount[] }>('GET /api/coupons')
    assert.deepEqual(pools, [{ pool: 'spring', free: 0, held: 0, sent: 2, redeemed: 1, expired: 0, doubtful: 0, low: true }])
  })

  test('with the pool empty the message fails and says why; new codes are random and open the way again', async () => {
    await world.identify('dora')
    await world.track('dora', 'Asked')
    await world.pass({ minutes: 1 })
    assert.deepEqual(await world.mailTo('dora'), [])
    const { messages } = await world.api<{ messages: { profile: string; reason: string }[] }>(
      `GET /api/messages?profile=${await world.profileId('dora')}`,
    )
    assert.equal(messages[0]!.reason, 'coupon_empty')
    const { codes } = await world.api<{ codes: string[] }>('POST /api/coupons/spring/generate', { count: 5, prefix: 'TEA' })
    assert.ok(new Set(codes).size === 5 && codes.every((code) => /^TEA(?:-\w{4}){3}$/.test(code)))
    await world.identify('eve')
    await world.track('eve', 'Asked')
    await world.pass({ minutes: 1 })
    assert.ok(codes.includes(/TEA(?:-\w{4}){3}/.exec((await world.mailTo('eve'))[0]!.text)![0]))
  })

  test('what people looked at and bought is counted from the workspace’s own events', async () => {
    const { counts, product } = await world.api<OutputOf<typeof GetProduct>>('GET /api/products/tea')
    assert.deepEqual(counts, { views7: 0, views28: 0, purchases7: 4, purchases28: 0 })
    assert.equal(product.trend, 0, 'four are no trend yet')
    const touched = await touchedBy(world.app.parts.analytics, { ws: world.workspace, profiles: [adaId], now: world.clock.now() })
    assert.deepEqual(touched.get(adaId), { viewed: [], bought: ['tea'], recent: ['tea'] })
  })

  test('few are left, says the mail, as long as that is so when it leaves; a day on which many more look is a trend', async () => {
    await world.publish(
      {
        kind: 'template',
        id: 'hurry',
        subject: '{{ slots.hero.line }}',
        mjml: `<mjml><mj-body>${section('The jam')}${FOOT}</mj-body></mjml>`,
        products: [{ as: 'jam', ids: ['jam'] }],
        slots: {
          hero: {
            by: 'conditions',
            variants: [
              { id: 'scarce', claim: { lowStock: 'jam' }, fields: { line: 'Nearly gone' } },
              { id: 'calm', fields: { line: 'Have a look' } },
            ],
          },
        },
      },
      {
        kind: 'journey',
        id: 'hurries',
        goal: { event: 'Order Completed', within: '7d' },
        entry: { event: 'Hurried' },
        steps: [{ kind: 'email', id: 'mail', template: 'hurry', otherwise: [] }],
      },
    )
    const ago = (hours: number): string => new Date(world.clock.now() - hours * 3_600_000).toISOString()
    for (let day = 1; day <= 10; day++) {
      const order = { products: [{ product_id: 'jam', quantity: 3 }], total: 13.5 }
      await world.call('track', { userId: 'x2', event: 'Order Completed', properties: order, timestamp: ago(24 * day) })
    }
    for (let i = 0; i < 40; i++)
      await world.call('track', {
        userId: `y${i % 8}`,
        event: 'Product Viewed',
        properties: { product_id: 'pot' },
        timestamp: ago(2 + (i % 5)),
      })
    await world.settled()
    await world.app.reported()
    await countProducts(parts())
    const stock = (left: number) =>
      world.api('POST /api/products/import', {
        csv: `id,title,link,price,currency,stock\njam,The jam,https://shop.test/jam,4.5,EUR,${left}\n`,
      })
    const subjectFor = async (person: string): Promise<string> => {
      await world.identify(person)
      await world.track(person, 'Hurried')
      await world.pass({ minutes: 1 })
      return (await world.mailTo(person))[0]!.subject
    }
    await stock(2)
    assert.equal((await world.api<OutputOf<typeof GetProduct>>('GET /api/products/jam')).product.lowStock, true)
    assert.equal(await subjectFor('fred'), 'Nearly gone')
    await stock(400)
    assert.equal(await subjectFor('gina'), 'Have a look')
    assert.ok((await world.api<OutputOf<typeof GetProduct>>('GET /api/products/pot')).product.trend > 2)
  })
})
