import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ModelDecisions } from '#decisions/record-api.ts'
import type { OutputOf } from '#lib/action.ts'
import { until } from '../fixtures/delivery.ts'
import { journey, startWorld, template, type World } from './world.ts'

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world.stop())

type Page = OutputOf<typeof ModelDecisions>
type Decision = Page['decisions'][number]

const MODEL = { kind: 'model', id: 'cart', type: 'choice', within: '1h', margin: 0.4 }
const CART = journey('cart', 'Cart Abandoned', {
  goal: { event: 'Order Completed', within: '1d', value: 'total' },
  steps: [
    {
      kind: 'choose',
      id: 'nudge',
      by: { model: 'cart', control: '25%' },
      options: [
        { id: 'discount', offer: 'discount', cost: 4, steps: [{ kind: 'email', id: 'cart-10-off', template: 'cart-10-off' }] },
        {
          id: 'shipping',
          offer: 'shipping',
          when: 'entry.properties.value > 20',
          steps: [{ kind: 'email', id: 'free-shipping', template: 'free-shipping' }],
        },
        { id: 'scarcity', steps: [{ kind: 'sms', id: 'low-stock', template: 'low-stock' }] },
      ],
      fallback: [{ kind: 'email', id: 'plain', template: 'plain' }],
    },
  ],
})
const TEMPLATES = [
  template('cart-10-off'),
  template('free-shipping'),
  template('plain'),
  { kind: 'template', id: 'low-stock', channel: 'sms', text: 'Few are left' },
]

async function decisionsOf(person: string): Promise<Decision[]> {
  await world.app.reported()
  return (await world.api<Page>(`GET /api/people/${await world.profileId(person)}/decisions`)).decisions
}

test('a cart is left: an option is chosen at once, read with its reasons, and learned from when it is known what came of it', async () => {
  await world.publish(MODEL, ...TEMPLATES)
  await world.publish(CART)
  await world.settled()

  // From the event to the hand-over, with everything between: parsing, log, engine, outbox, rendering.
  const begun = performance.now()
  await world.track('ada', 'Cart Abandoned', { value: 50 })
  await world.identify('ada')
  await world.settled()
  await world.pass({ seconds: 1 })
  const waited = performance.now() - begun
  const [first] = await decisionsOf('ada')
  assert.ok(first, 'there is a decision')

  const people = Array.from({ length: 40 }, (_, i) => `person${i}`)
  for (const person of people) await world.identify(person)
  await world.settled()
  const quick: number[] = []
  for (const person of people) {
    const from = performance.now()
    await world.track(person, 'Cart Abandoned', { value: person.endsWith('1') ? 10 : 50 })
    await world.settled()
    quick.push(performance.now() - from)
  }
  quick.sort((a, b) => a - b)
  assert.ok(quick[20]! < 1_000, `half took ${quick[20]} ms from the event to the hand-over; the first ${waited} ms`)

  const decided = new Map(await Promise.all(people.map(async (person) => [person, (await decisionsOf(person))[0]!] as const)))
  for (const [person, decision] of decided) {
    const wanted = { discount: 'cart-10-off', shipping: 'free-shipping', fallback: 'plain' }[decision.chosen]
    assert.deepEqual(await world.subjectsTo(person), [wanted], person)
    const possible = decision.candidates.filter(({ excluded }) => excluded === '').reduce((sum, { propensity }) => sum + propensity, 0)
    assert.ok(Math.abs(possible - 1) < 1e-9)
    const scarce = decision.candidates.find(({ arm }) => arm === 'scarcity')!
    assert.deepEqual([scarce.excluded, scarce.sentence], ['no_address', 'Not possible: the profile has no address for this channel.'])
    const shipping = decision.candidates.find(({ arm }) => arm === 'shipping')!
    assert.equal(shipping.excluded, person.endsWith('1') ? 'condition' : '')
  }
  const groups = Map.groupBy(decided.values(), ({ by }) => by)
  assert.deepEqual([...groups.keys()].sort(), ['cold_start', 'control'])
  const lots = groups.get('cold_start')!.find(({ candidates }) => candidates[1]!.excluded === '')!
  assert.match(lots.sentence, /drawn by lot from 2 options, each as likely: the model had learned nothing yet/)

  // Who got a discount buys, and so do two of the comparison group.
  const [control] = [...decided].filter(([, { by }]) => by === 'control').map(([person]) => person)
  const buyers = [...decided].filter(([, { chosen }]) => chosen === 'discount').map(([person]) => person)
  await world.pass({ minutes: 10 })
  for (const person of [...buyers, control!]) await world.track(person, 'Order Completed', { total: 80 })
  await world.settled()
  const [bought] = await decisionsOf(buyers[0]!)
  assert.deepEqual([bought?.outcome?.converted, bought?.outcome?.value, bought?.outcome?.matured], [true, 80, false])
  assert.ok(Math.abs(bought!.outcome!.reward - (0.4 * 80 - 4)) < 1e-9, String(bought!.outcome!.reward))

  await world.pass({ hours: 2 })
  await world.app.reported()
  await world.api('POST /api/models/cart/train')
  await until('the model has learned', async () => (await world.api<{ state: string }>('GET /api/models/cart')).state === 'learning')
  await world.settled()
  assert.equal((await decisionsOf(buyers[0]!))[0]!.outcome?.matured, true)

  // What has been learned decides from now on: everybody with a discount bought, nobody else did.
  const late = Array.from({ length: 24 }, (_, i) => `late${i}`)
  for (const person of late) await world.identify(person)
  await world.settled()
  for (const person of late) await world.track(person, 'Cart Abandoned', { value: 50 })
  await world.settled()
  const after = (await Promise.all(late.map(async (person) => (await decisionsOf(person))[0]!))).filter(({ by }) => by === 'model')
  assert.ok(after.length > 8 && after.every(({ snapshot }) => snapshot === 1))
  const [discount, shipping] = ['discount', 'shipping'].map((arm) => after[0]!.candidates.find((each) => each.arm === arm)!)
  assert.ok(
    discount!.predicted! > shipping!.predicted! && discount!.propensity > shipping!.propensity,
    JSON.stringify([discount, shipping]),
  )
  assert.match(discount!.sentence, /^Expected to bring [\d.]+: [\d.]+ % convert at [\d.]+ each, cost 4\.00\. Its chance was [\d.]+ %\./)

  const one = await world.api<Decision & { record: { seed: string } }>(`GET /api/decisions/${encodeURIComponent(after[0]!.id)}`)
  assert.deepEqual([one.record.seed, one.chosen, one.journey, one.step], [one.id, after[0]!.chosen, 'cart', 'nudge'])
  const listed = await world.api<Page>('GET /api/models/cart/decisions?limit=10')
  assert.equal(listed.decisions.length, 10)
  const next = await world.api<Page>(`GET /api/models/cart/decisions?limit=100&cursor=${encodeURIComponent(listed.next!)}`)
  assert.equal(new Set([...listed.decisions, ...next.decisions].map(({ id }) => id)).size, 65)
})

test('a choice whose model is not there cannot be published', async () => {
  await assert.rejects(
    world.publish({ ...CART, id: 'other', steps: [{ ...(CART['steps'] as object[])[0], by: { model: 'nobody' } }] }),
    /There is no model/,
  )
})
