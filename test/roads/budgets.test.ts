import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { GetBudget } from '#decisions/budgets/api.ts'
import type { OutputOf } from '#lib/action.ts'
import { type StandIn, standIn } from '../stand-ins/http.ts'
import { journey, type Refused, START, startWorld, template, type World } from './world.ts'

let world: World
let house: StandIn
const numbers = new Map<string, string>()
/** An SMS house in Twilio's format (a stand-in, made by ourselves from its documents); it refuses numbers that end with 99. */
before(async () => {
  house = await standIn(({ body }) => {
    const bad = new URLSearchParams(body).get('To')!.endsWith('99')
    const said = bad ? { code: 21211, message: 'not a number' } : { sid: `SM${house.asked.length}`, status: 'queued', num_segments: '1' }
    return { status: bad ? 400 : 201, headers: { 'content-type': 'application/json' }, body: JSON.stringify(said) }
  })
  world = await startWorld({ env: { ALLOW_PRIVATE_EGRESS: `127.0.0.1:${house.port}` } })
  await world.api('PUT /api/secrets/twilio-token', { value: 'the auth token of the account' })
  await world.publish(
    {
      kind: 'provider',
      id: 'house',
      channel: 'sms',
      type: 'twilio',
      settings: { accountSid: `AC${'0'.repeat(32)}`, from: '+15005550006', host: house.url },
      secrets: { authToken: 'twilio-token' },
      cost: { currency: 'EUR', perUnit: 0.05 },
    },
    { kind: 'template', id: 'text', channel: 'sms', text: 'Your cart is waiting' },
    template('mail'),
    budget(0.5),
    journey('cart', 'Cart Left', { steps: [{ ...text, otherwise: [{ kind: 'email', id: 'mail', template: 'mail', otherwise: [] }] }] }),
  )
})
after(async () => {
  await world?.stop()
  await house?.stop()
})

const text = { kind: 'sms', id: 'text', template: 'text' }
const budget = (amount: number, more: object = {}) => ({
  kind: 'budget',
  id: 'texts',
  currency: 'EUR',
  amount,
  per: 'month',
  covers: { channels: ['sms'] },
  pace: 'asap',
  ...more,
})
const standing = () => world.api<OutputOf<typeof GetBudget>>('GET /api/budgets/texts')
const textsTo = (name: string): number => house.asked.filter(({ body }) => new URLSearchParams(body).get('To') === numbers.get(name)).length
/** People with a telephone, by name. */
async function people(prefix: string, count: number, traits: Record<string, unknown> = {}): Promise<string[]> {
  const names = Array.from({ length: count }, (_, i) => `${prefix}${i}`)
  for (const name of names) {
    numbers.set(name, `+1555${String(1_230_000 + numbers.size)}`)
    await world.identify(name, { phone: numbers.get(name), ...traits })
  }
  await world.settled()
  return names
}
const outcome = async (name: string): Promise<string> =>
  [...Array<string>(textsTo(name)).fill('text'), ...(await world.subjectsTo(name))].join(' ')

test('a budget for ten texts and thirty people: exactly ten leave, twenty take the way by mail', async () => {
  const names = await people('cart', 30)
  await Promise.all(names.map((name) => world.track(name, 'Cart Left')))
  await world.settled()
  const outcomes = await Promise.all(names.map(outcome))
  assert.deepEqual([outcomes.filter((each) => each === 'text').length, outcomes.filter((each) => each === 'mail').length], [10, 20])
  const late = names[outcomes.indexOf('mail')]!
  const [skipped] = (await world.messages(late)).filter(({ channel }) => channel === 'sms')
  assert.deepEqual([skipped!.status, skipped!.reason], ['skipped', 'budget_spent:texts'])
  const { spent, reserved, left, messages, forecast, sentence } = await standing()
  assert.deepEqual([spent, reserved, left, messages, forecast.emptyAt], [0.5, 0, 0, 10, START])
  assert.match(sentence, /Nothing is left/)
})

test('when prices have been told nobody tries any more, and the reason is the same', async () => {
  await world.app.priced()
  const [name] = await people('later', 1)
  await world.track(name!, 'Cart Left')
  await world.settled()
  assert.equal(await outcome(name!), 'mail')
  assert.deepEqual(
    (await world.messages(name!)).map(({ channel }) => channel),
    ['email'],
    'no text was queued',
  )
  await world.app.reported()
  const why = JSON.stringify(await world.why('cart', name!))
  assert.match(why, /Budget “texts” has nothing left for it/)
})

test('raising a budget is a publish and counts at once; what fails at the provider gives its money back', async () => {
  await world.publish(budget(0.6))
  const [lost] = await people('lost', 1)
  numbers.set(lost!, '+15551239999')
  await world.identify(lost!, { phone: '+15551239999' })
  await world.track(lost!, 'Cart Left')
  await world.settled()
  assert.equal((await world.messages(lost!)).find(({ channel }) => channel === 'sms')!.status, 'failed')
  assert.deepEqual([(await standing()).spent, (await standing()).left], [0.5, 0.1])
  const names = await people('raised', 5)
  // The server asks for budgets anew every two seconds.
  for (const name of names) await world.track(name, 'Cart Left')
  await world.settled()
  assert.deepEqual((await Promise.all(names.map(outcome))).sort(), ['mail', 'mail', 'mail', 'text', 'text'])
  assert.equal((await standing()).spent, 0.6)
})

test('a broadcast that the money does not reach for goes to those for whom it is worth most; without scores, by hash', async () => {
  const send = async (id: string, hour: number, more: object) => {
    const schedule = { at: `2026-03-07T${hour}:00`, zone: 'UTC' }
    const entry = { schedule, audience: `profile.group == "${id}"` }
    await world.publish(
      journey(id, '', {
        entry,
        steps: [{ ...text, otherwise: [{ kind: 'email', id: 'mail', template: 'mail', otherwise: [] }] }],
        ...more,
      }),
    )
    await world.settled()
    await world.clock.advance(START + (hour - 12) * 3_600_000 - world.clock.now())
    await world.settled()
  }
  await world.publish(budget(0.8))
  const scored = await people('scored', 12, { group: 'valued' })
  await world.api('POST /api/scores', {
    scores: scored.map((userId, i) => ({ person: { kind: 'user_id', value: userId }, score: 'buys', value: ((i * 5) % 12) / 12 })),
  })
  await world.settled()
  await send('valued', 14, { valueBy: { score: 'buys', margin: 20 } })
  const best = scored.filter((_, i) => (i * 5) % 12 >= 8)
  assert.deepEqual(
    await Promise.all(scored.map(outcome)),
    scored.map((name) => (best.includes(name) ? 'text' : 'mail')),
  )
  const [skipped] = await Promise.all(scored.filter((name) => !best.includes(name)).map((name) => world.messages(name)))
  assert.ok(
    skipped!.every(({ channel }) => channel === 'email'),
    'nobody else was tried',
  )
  await world.publish(budget(1))
  const alike = await people('alike', 12, { group: 'alike' })
  await send('alike', 15, {})
  const outcomes = await Promise.all(alike.map(outcome))
  assert.equal(outcomes.filter((each) => each === 'text').length, 4)
  assert.notDeepEqual(outcomes.slice(0, 4), ['text', 'text', 'text', 'text'])
})

test('a budget in another currency than its prices is not published, and only published budgets are told of', async () => {
  await assert.rejects(world.publish(budget(1, { currency: 'USD' })), (error: Refused) => {
    assert.match(JSON.stringify(error.body), /budget\.currency/)
    return true
  })
  await assert.rejects(world.api('GET /api/budgets/none'), (error: Refused) => error.status === 404)
})

test('money of a message that was taken back while it waited is found and given back', async () => {
  await world.publish(budget(5))
  const before = await standing()
  // As a process leaves it that dies between the reservation and the receipt, whose message is then taken back.
  await world.app.parts.work.query(`insert into budget_reservations select $1, 'gone:text', 'texts', $2, '', 'sms', 50000, 'reserved', 0`, [
    world.workspace,
    before.period.id,
  ])
  await world.app.parts.work.query(`update budget_periods set taken = taken + 50000, items = items + 1 where budget = 'texts'`)
  await world.app.parts.work.query(
    `insert into outbox (workspace_id, id, profile_id, channel, address, topic, lane, due, expires, payload, created_at, route, status)
     select workspace_id, 'gone:text', profile_id, channel, address, topic, lane, due, expires, payload, created_at, route, 'cancelled' from outbox limit 1`,
  )
  assert.equal((await standing()).reserved, 0.05)
  await world.app.priced()
  assert.deepEqual([(await standing()).reserved, (await standing()).spent], [0, before.spent])
})
