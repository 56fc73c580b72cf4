import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { redeemCoupons } from '#app/live-keeping.ts'
import type { GetBudget } from '#decisions/budgets/api.ts'
import type { Action, OutputOf } from '#lib/action.ts'
import type {
  ImportCosts,
  ListCostMessages,
  ListCosts,
  ListRecordedCosts,
  ReadCosts,
  ReadReturns,
  RecordCosts,
} from '#measurement/cost/api.ts'
import type { RunReport } from '#measurement/reports/api.ts'
import { ask, cookieOf } from '../fixtures/api.ts'
import { type StandIn, standIn } from '../stand-ins/http.ts'
import { journey, type Refused, startWorld, type World } from './world.ts'

let world: World
let house: StandIn
/** An SMS house in Twilio's format (a stand-in, made by ourselves from its documents). */
before(async () => {
  house = await standIn(() => ({
    status: 201,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sid: `SM${house.asked.length}`, status: 'queued', num_segments: '1' }),
  }))
  world = await startWorld({ env: { ALLOW_PRIVATE_EGRESS: `127.0.0.1:${house.port}` } })
  await world.api('PUT /api/workspace', { timezone: 'Europe/Berlin', currency: 'EUR' })
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
    { kind: 'coupon-pool', id: 'spring' },
    {
      kind: 'template',
      id: 'text',
      channel: 'sms',
      text: 'Your cart is waiting: {{ coupons.spring.code }}',
      coupons: { spring: { pool: 'spring' } },
    },
    { kind: 'template', id: 'plain', channel: 'sms', text: 'Hello' },
    { kind: 'budget', id: 'texts', currency: 'EUR', amount: 1_000, per: 'month', covers: { channels: ['sms'] }, pace: 'asap' },
    { kind: 'cost-rate', id: 'server', currency: 'EUR', charge: { per: 'month', amount: 310, of: 'platform', by: 'messages' } },
    { kind: 'cost-rate', id: 'tokens', currency: 'EUR', charge: { per: 'million-tokens', model: 'writer', in: 3, out: 15 } },
    journey('cart', 'Cart Left', {
      name: 'Cart',
      holdout: '50%',
      goal: { event: 'Order Completed', within: '2d', value: 'total', margin: 0.4 },
      steps: [{ kind: 'sms', id: 'text', template: 'text', otherwise: [] }],
    }),
    journey('hello', 'Came', {
      holdout: '0%',
      goal: { event: 'Order Completed', within: '2d', value: 'total' },
      steps: [{ kind: 'sms', id: 'hi', template: 'plain', otherwise: [] }],
    }),
  )
  await world.api('POST /api/coupons/spring/generate', { count: 600, prefix: 'CART' })
})
after(async () => {
  await world?.stop()
  await house?.stop()
})

const get = <A extends Action>(path: string): Promise<OutputOf<A>> => world.api<OutputOf<A>>(`GET ${path}`)
const costs = (query = '') => get<typeof ReadCosts>(`/api/reports/costs${query}`)
const PEOPLE = 300
const everybody = Array.from({ length: PEOPLE }, (_, i) => `p${i}`)
const batch = async (calls: object[]): Promise<void> => {
  for (let i = 0; i < calls.length; i += 100) await world.call('batch', { batch: calls.slice(i, i + 100) })
}
const textsOf = (): Map<string, string> =>
  new Map(house.asked.map(({ body }) => [new URLSearchParams(body).get('To')!, new URLSearchParams(body).get('Body')!]))
const phone = (i: number): string => `+1555${String(2_000_000 + i)}`
const cents = (amount: number): number => Math.round(amount * 100)

test('what providers charged is the same in the ledger, in the budget, and message by message', async () => {
  await batch(everybody.map((userId, i) => ({ type: 'identify', userId, traits: { phone: phone(i) } })))
  await world.settled()
  await batch(everybody.map((userId) => ({ type: 'track', userId, event: 'Cart Left' })))
  await world.settled()
  const treated = textsOf().size
  assert.ok(treated >= 100 && treated <= 200, `${treated} of ${PEOPLE} were treated`)
  await world.app.reported()
  const { spent } = await get<typeof GetBudget>('/api/budgets/texts')
  const report = await costs('?journey=cart&kind=provider')
  assert.equal(cents(report.total.amount), treated * 5)
  assert.equal(cents(report.total.amount), cents(spent), 'the budget says the same')
  const found: OutputOf<typeof ListCostMessages>['messages'] = []
  for (let cursor = ''; ; ) {
    const page = await get<typeof ListCostMessages>(`/api/costs/messages?journey=cart&limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`)
    found.push(...page.messages)
    if (page.next === null) break
    cursor = page.next
  }
  assert.equal(new Set(found.map(({ effectId }) => effectId)).size, treated)
  assert.equal(cents(found.reduce((sum, { cost }) => sum + cost, 0)), cents(spent), 'so do its messages')
})

test('a monthly sum is borne day by day by the journeys that sent; the lines of the ledger sum to the report', async () => {
  const report = await costs('?from=2026-03-01&until=2026-03-31')
  const { lines } = await get<typeof ListCosts>('/api/costs?from=2026-03-01&until=2026-03-31&limit=500')
  assert.equal(cents(lines.reduce((sum, { amount }) => sum + amount, 0)), cents(report.total.amount))
  const server = lines.filter(({ of }) => of === 'server')
  // Today is the seventh: days that have not come yet bear nothing.
  assert.deepEqual([server.length, cents(server.reduce((sum, { amount }) => sum + amount, 0))], [7, 7 * 1_000])
  assert.deepEqual(
    server.map(({ day, journey: bearer }) => `${day} ${bearer}`).slice(0, 2),
    ['2026-03-07 cart', '2026-03-06 '],
    'on the day of the texts their journey bears it, before nobody',
  )
  assert.ok(report.total.estimated === 70 && report.total.measured > 0)
  assert.match(report.sentence, /EUR in 31 days: platform 70\.00 EUR, providers/)
})

test('against the people held out the journey says what it returned, at all of its cost', async () => {
  const texts = textsOf()
  const buyers = everybody.filter((_, i) => (texts.has(phone(i)) ? i % 2 === 0 : i % 5 === 0))
  await batch(
    buyers.map((userId) => {
      const code = /CART(?:-\w{4})+/.exec(texts.get(phone(everybody.indexOf(userId))) ?? '')?.[0]
      return {
        type: 'track',
        userId,
        event: 'Order Completed',
        properties: { total: 50, ...(code && { coupon: code, discount: 5, currency: 'EUR' }) },
      }
    }),
  )
  await world.settled()
  await world.app.reported()
  await redeemCoupons({ pool: world.app.parts.work, analytics: world.app.parts.analytics, now: () => world.clock.now() })
  await world.pass({ days: 3 })
  const redeemed = buyers.filter((userId) => texts.has(phone(everybody.indexOf(userId)))).length
  const incentive = await costs('?kind=incentive')
  assert.deepEqual(
    [incentive.total.amount, incentive.total.items, incentive.journeys.map(({ name }) => name)],
    [redeemed * 5, redeemed, ['cart']],
  )
  const { returns } = await get<typeof ReadReturns>('/api/reports/returns?id=cart')
  const [cart] = returns
  assert.ok(cart?.return && cart.margin && cart.net, JSON.stringify(cart))
  const bought = (who: string[]): number => who.filter((userId) => buyers.includes(userId)).length / who.length
  const treated = everybody.filter((_, i) => texts.has(phone(i)))
  const held = everybody.filter((_, i) => !texts.has(phone(i)))
  const gained = (bought(treated) - bought(held)) * 50 * treated.length
  assert.deepEqual([cart.treated, cart.control], [treated.length, held.length])
  assert.ok(Math.abs(cart.margin.estimate - 0.4 * gained) < 1e-6, `${cart.margin.estimate} of ${gained}`)
  const total = (await costs('?journey=cart')).total.amount
  assert.equal(cents(cart.cost.amount), cents(total))
  assert.ok(Math.abs(cart.return.estimate! - (0.4 * gained) / total) < 1e-9)
  assert.ok(
    cart.return.interval.kind === 'between' &&
      cart.return.interval.low < cart.return.estimate! &&
      cart.return.estimate! < cart.return.interval.high,
  )
  assert.match(
    cart.sentence,
    /^Each EUR spent brought back \d+\.\d\d of margin \(between -?\d+\.\d\d and \d+\.\d\d; 95 %, however often you look\)/,
  )
  assert.ok(cart.perOutcome && cart.marginal && cart.marginal.estimate! > cart.return.estimate!, 'one more person costs no server')
  assert.equal(cart.drill.gain!.query['key'], 'journey:cart')
  // The same as reports that can be saved, sent and exported.
  const told = await world.api<OutputOf<typeof RunReport>>('POST /api/reports/returns/run', { params: { id: 'cart' } })
  assert.deepEqual([told.tables[0]!.rows[0]!['return'], told.sentences], [cart.return.estimate, [`“Cart”: ${cart.sentence}`]])
  const spent = await world.api<OutputOf<typeof RunReport>>('POST /api/reports/costs/run', { params: { journey: 'cart' } })
  const kinds = spent.tables.find(({ id }) => id === 'kinds')!.rows
  assert.equal(cents(kinds.reduce((sum, row) => sum + Number(row['amount']), 0)), cents(total))
})

test('where nobody was held out the cost is told and no return', async () => {
  await batch(everybody.slice(0, 5).map((userId) => ({ type: 'track', userId, event: 'Came' })))
  await world.settled()
  await batch(everybody.slice(0, 2).map((userId) => ({ type: 'track', userId, event: 'Order Completed', properties: { total: 80 } })))
  await world.pass({ days: 3 })
  await world.app.reported()
  const { returns } = await get<typeof ReadReturns>('/api/reports/returns')
  assert.deepEqual(returns.map(({ id }) => id).sort(), ['cart', 'hello'])
  const hello = returns.find(({ id }) => id === 'hello')!
  assert.deepEqual([hello.return, hello.net, hello.perOutcome, hello.unknownBecause], [null, null, null, 'no_control'])
  assert.match(hello.sentence, /nobody was held out/)
  assert.equal(hello.credited!.value, 160)
  assert.ok(hello.doubts.some(({ code }) => code === 'credit'))
  const programme = await get<typeof ReadReturns>('/api/reports/returns?scope=programme')
  assert.deepEqual([programme.returns[0]!.return, programme.returns[0]!.unknownBecause], [null, 'no_control'])
})

test('costs are recorded once, priced by rate where they are tokens, imported from CSV, and taken back by an entry', async () => {
  const at = world.clock.now()
  const draft = { id: 'run-1', kind: 'tokens', at, currency: 'EUR', of: 'writer', journey: 'cart', tokens: { in: 200_000, out: 40_000 } }
  const record = (...entries: object[]) => world.api<OutputOf<typeof RecordCosts>>('POST /api/costs', { entries })
  assert.deepEqual(await record(draft), { added: 1, known: 0 })
  assert.deepEqual(await record(draft), { added: 0, known: 1 })
  assert.equal((await costs('?kind=tokens')).total.amount, 1.2)
  await assert.rejects(record({ ...draft, amount: 9 }), (error: Refused) => (error.body as { code: string }).code === 'cost.differs')
  await assert.rejects(record({ ...draft, id: 'run-2', of: 'stranger' }), (error: Refused) => error.status === 422)
  const day = new Date(at).toISOString().slice(0, 10)
  const csv = `id,day,kind,amount,currency,note\ninv-1,${day},data,99.90,EUR,"list, March"\ninv-2,${day},other,20,USD,\n`
  assert.deepEqual(await world.api<OutputOf<typeof ImportCosts>>('POST /api/costs/import', { csv }), { added: 2, known: 0 })
  await assert.rejects(
    world.api('POST /api/costs/import', { csv: `id,day,kind,amount,currency\nx,2026-13-40,data,1,EUR\n` }),
    (error: Refused) => error.status === 422 && JSON.stringify(error.body).includes('Line 2'),
  )
  await record({ id: 'inv-1 back', kind: 'data', at, amount: -99.9, currency: 'EUR' })
  const report = await costs()
  assert.equal(report.kinds.find(({ name }) => name === 'data')!.amount, 0)
  assert.deepEqual(report.strange, [{ currency: 'USD', amount: 20 }], 'dollars are not added to euros')
  await world.publish({ kind: 'cost-rate', id: 'dollar', currency: 'EUR', charge: { per: 'unit-of-currency', of: 'USD', amount: 0.9 } })
  const converted = await costs('?kind=other')
  assert.deepEqual([converted.total.amount, converted.strange], [18, []])
  const { entries } = await get<typeof ListRecordedCosts>('/api/costs/recorded')
  assert.deepEqual(entries.map(({ id }) => id).sort(), ['inv-1', 'inv-1 back', 'inv-2', 'run-1'])
})

test('while an hour of work has a price, editing is timed by role; a pause and looking alone cost nothing', async () => {
  const mia = await person('mia@shop.example', 'marketer')
  const draft = (name: string) => ({
    body: { ...journey('cart', 'Cart Left', { name, steps: [{ kind: 'sms', id: 'text', template: 'text', otherwise: [] }] }) },
  })
  await mia('PUT /api/documents/journey/cart/draft', draft('Untimed'))
  await world.publish({
    kind: 'cost-rate',
    id: 'work',
    currency: 'EUR',
    charge: { per: 'hour', rates: { marketer: 60, approver: 90 }, idle: '15m' },
  })
  const minutes = (count: number) => world.clock.advance(count * 60_000)
  await mia('GET /api/documents/journey/cart')
  await minutes(10)
  await mia('PUT /api/documents/journey/cart/draft', draft('First'))
  await minutes(40)
  await mia('PUT /api/documents/journey/cart/draft', draft('Second'))
  await minutes(30)
  await mia('GET /api/documents/journey/hello')
  const report = await costs('?kind=people')
  // Ten minutes, a minute at its end, and another after the pause; who only looked at the other journey has not worked on it.
  assert.deepEqual([report.total.amount, report.journeys.map(({ name }) => name)], [12, ['cart']])
  const { lines } = await get<typeof ListCosts>('/api/costs?kind=people')
  assert.deepEqual(
    lines.map(({ of, items, basis }) => ({ of, items, basis })),
    [{ of: 'marketer', items: 12, basis: 'estimated' }],
  )
  assert.ok(!JSON.stringify(lines).includes('mia'), 'no line names who it was')
})

/** Somebody who is invited, signs in, and calls with their session. */
async function person(email: string, role: string): Promise<(route: string, body?: object) => Promise<void>> {
  const { link } = await world.api<{ link: string }>('POST /api/invitations', { email, role })
  const password = 'another long and good password'
  const call = (route: string, options: object) => ask(world.url, route, { headers: { origin: world.url }, ...options })
  await call('POST /api/invitations/accept', { body: { token: link.split('#')[1], name: email, password } })
  const signedIn = await call('POST /api/auth/sign-in/email', { body: { email, password } })
  return async (route, body) => {
    const answer = await call(route, { cookie: cookieOf(signedIn), ...(body === undefined ? {} : { body }) })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
  }
}
