import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { countProducts } from '#app/live-keeping.ts'
import { until } from '../fixtures/delivery.ts'
import { startWorld, type World } from './world.ts'

const FOOT =
  '<mj-section><mj-column><mj-text>{{ sender.postal_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text></mj-column></mj-section>'
const ROOMS = ['bath', 'desk', 'garden']
const THINGS = ['lamp', 'mat', 'rack', 'stool']

suite('recommendations that learn on the whole road', () => {
  let world: World
  let viewers = 0
  before(async () => {
    world = await startWorld()
    await world.publish(
      { kind: 'model', id: 'shop', type: 'recommendation' },
      {
        kind: 'template',
        id: 'picks',
        subject: 'Picks',
        mjml: `<mjml><mj-body><slot name="picks" />${FOOT}</mj-body></mjml>`,
        slots: {
          picks: {
            by: 'recommendation',
            strategies: ['for-you'],
            count: 2,
            body: '<mj-section><mj-column><mj-text>{% for item in slots.picks.items %}[{{ item.id }}]{% endfor %}</mj-text></mj-column></mj-section>',
          },
        },
      },
      {
        kind: 'journey',
        id: 'picks',
        goal: { event: 'Order Completed', within: '7d' },
        entry: { event: 'Asked' },
        steps: [{ kind: 'email', id: 'mail', template: 'picks', otherwise: [] }],
      },
    )
    const ids = ROOMS.flatMap((room) => THINGS.map((thing) => `${room}-${thing}`))
    await world.api('POST /api/products/import', {
      csv: `id,title,link,price,currency\n${ids.map((id) => `${id},${id},https://shop.test/${id},4.5,EUR`).join('\n')}\n`,
    })
    await world.app.built()
  })
  after(() => world.stop())

  const asked = async (person: string): Promise<string> => {
    await world.track(person, 'Asked')
    await world.pass({ minutes: 1 })
    return (await world.mailTo(person)).at(-1)!.text
  }
  const whyShown = async (): Promise<string[]> => {
    await world.app.reported()
    const rows = await world.app.parts.analytics.query<{ by: string }>('SELECT DISTINCT chosen_by AS by FROM exposures ORDER BY by')
    return rows.map(({ by }) => by)
  }

  test('before it has learned the popular list stands in, and says so; from events it learns what goes with what, without a restart', async () => {
    for (let n = 0; n < 45; n++) {
      const room = ROOMS[n % 3]!
      for (const step of [0, 1, 2]) await world.track(`p${n}`, 'Product Viewed', { product_id: `${room}-${THINGS[(n + step) % 4]!}` })
    }
    await world.identify('bob', { name: 'bob' })
    await world.settled()
    await world.app.reported()
    const { work: pool, analytics } = world.app.parts
    await countProducts({ pool, analytics, now: () => world.clock.now(), logger: { info() {}, warn() {}, error() {} } })
    assert.match(await asked('bob'), /\[/)
    assert.deepEqual(await whyShown(), ['recommendation:popular:model_cold'])

    await world.pass({ hours: 13 })
    await world.app.learned()
    // Delivery looks once a second whether something was learned: somebody new asks until it has.
    let mail = ''
    await until('somebody new is shown what was learned', async () => {
      const person = `viewer-${++viewers}`
      await world.identify(person, { name: person })
      await world.track(person, 'Product Viewed', { product_id: 'garden-lamp' })
      await world.settled()
      await world.app.reported()
      mail = await asked(person)
      return /\[garden-(mat|rack|stool)\]\s*\[garden-(mat|rack|stool)\]/.test(mail)
    })
    assert.doesNotMatch(mail, /garden-lamp/)
    assert.ok((await whyShown()).includes('recommendation:for-you'))
  })
})
