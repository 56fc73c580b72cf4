import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { until } from '../fixtures/delivery.ts'
import { type SmtpSink, smtpSink } from '../fixtures/smtp-sink.ts'
import { type StandIn, standIn } from '../stand-ins/http.ts'
import { addressOf, journey, Refused, startWorld, template, type World } from './world.ts'

/** Two mail servers of the workspace's own, and an SMS house that speaks Twilio's format (a stand-in, made by ourselves from its documents). */
let world: World
let main: SmtpSink
let spare: SmtpSink
let house: StandIn
before(async () => {
  main = await smtpSink({ failOnce: true })
  spare = await smtpSink()
  let count = 0
  house = await standIn(() => ({
    status: 201,
    body: JSON.stringify({ sid: `SM${String(++count).padStart(32, '0')}`, status: 'queued', num_segments: '1' }),
  }))
  const open = [main.port, spare.port, house.port].map((port) => `127.0.0.1:${port}`)
  world = await startWorld({ env: { ALLOW_PRIVATE_EGRESS: open.join(',') } })
  await world.publish(
    mailServer('main', main, { fallback: 'spare', default: true, cost: { currency: 'EUR', perUnit: 0.0004 } }),
    mailServer('spare', spare),
    template('news'),
    journey('news', 'News Asked', { steps: [{ kind: 'email', id: 'news', template: 'news', otherwise: [] }] }),
  )
})
after(async () => {
  await world?.stop()
  await main?.stop()
  await spare?.stop()
  await house?.stop()
})

const mailServer = (id: string, { port }: SmtpSink, more: object = {}) => ({
  kind: 'provider',
  id,
  channel: 'email',
  type: 'smtp',
  settings: { host: '127.0.0.1', port, security: 'none' },
  ...more,
})
const to = (sink: SmtpSink, person: string): number => sink.taken.filter((mail) => mail.to === addressOf(person)).length
const ask = async (person: string): Promise<void> => {
  await world.identify(person)
  await world.track(person, 'News Asked')
}
interface Line {
  readonly id: string
  readonly breaker: string
  readonly today: { readonly sent: number; readonly failed: number }
  readonly costThisMonth: { readonly amount: number } | null
  readonly lastError: string
  readonly hookUrl: string
}
const lines = async (): Promise<Record<string, Line>> =>
  Object.fromEntries((await world.api<{ providers: Line[] }>('GET /api/providers')).providers.map((each) => [each.id, each]))

test('mail leaves by the workspace’s own server, and what it costs is on the books', async () => {
  await ask('ann')
  await world.settled()
  assert.deepEqual([to(main, 'ann'), to(spare, 'ann')], [1, 0])
  assert.deepEqual(
    (await world.messages('ann')).map(({ status }) => status),
    ['sent'],
  )
  const { main: line } = await lines()
  assert.deepEqual([line!.today.sent, line!.costThisMonth, line!.breaker], [1, { currency: 'EUR', amount: 0.0004 }, 'closed'])
  await world.app.reported()
  const rows = await world.app.parts.analytics.query<{ cost: number; provider: string }>(
    `SELECT provider, toFloat64(sum(cost)) AS cost FROM deliveries WHERE journey_id = 'news' AND status = 'sent' GROUP BY provider`,
  )
  assert.deepEqual(rows, [{ provider: 'main', cost: 0.0004 }])
})

test('a server that is down: the other one takes over at once, each mail once', async () => {
  main.down = true
  const people = Array.from({ length: 30 }, (_, i) => `down-${i}`)
  for (const person of people) await ask(person)
  await world.settled()
  assert.deepEqual(
    people.map((person) => [to(main, person), to(spare, person)]),
    people.map(() => [0, 1]),
  )
  await until('the list says so', async () => (await lines())['main']!.breaker !== 'closed')
  assert.match((await lines())['main']!.lastError, /^smtp_/)
  main.down = false
})

test('a test message says what the provider answered', async () => {
  const sent = await world.api<{ outcome: string }>('POST /api/providers/spare/test', { to: 'grace@shop.example' })
  assert.equal(sent.outcome, 'sent')
  assert.equal(spare.taken.at(-1)!.to, 'grace@shop.example')
  const refused = await world.api<{ outcome: string; reason: string }>('POST /api/providers/spare/test', { to: 'rcpt550@shop.example' })
  assert.deepEqual([refused.outcome, refused.reason], ['failed', 'smtp_5.1.1'])
})

test('an SMS that is reported as lost blocks the number; a wrong signature changes nothing (Mautic CVE-2021-27910)', async () => {
  await world.api('PUT /api/secrets/twilio-token', { value: 'the auth token of the account' })
  await world.publish(
    {
      kind: 'provider',
      id: 'texts',
      channel: 'sms',
      type: 'twilio',
      settings: { accountSid: `AC${'0'.repeat(32)}`, from: '+15005550006', host: house.url },
      secrets: { authToken: 'twilio-token' },
    },
    { kind: 'template', id: 'text', channel: 'sms', text: 'Your parcel is here' },
    journey('texts', 'Parcel Came', { steps: [{ kind: 'sms', id: 'text', template: 'text', lane: 'transactional', otherwise: [] }] }),
  )
  await world.identify('tom', { phone: '+15005550010' })
  await world.track('tom', 'Parcel Came')
  await world.settled()
  await until('the house was asked', () => house.asked.length === 1)
  await world.settled()
  assert.deepEqual(
    (await world.messages('tom')).map(({ status }) => status),
    ['sent'],
  )
  const callback = new URLSearchParams(house.asked[0]!.body).get('StatusCallback')!
  const form = {
    MessageSid: `SM${'1'.padStart(32, '0')}`,
    MessageStatus: 'undelivered',
    ErrorCode: '30005',
    To: '+15005550010',
    From: '+15005550006',
  }
  const post = (signature: string) =>
    fetch(callback, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
      body: new URLSearchParams(form),
    })
  const wrong = await post('AAAA')
  assert.deepEqual([wrong.status, wrong.headers.get('content-type')?.split(';')[0]], [401, 'application/problem+json'])
  await world.settled()
  assert.equal((await world.app.parts.work.query(`select from suppressions`)).rowCount, 0)
  const signed =
    callback +
    Object.entries(form)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => name + value)
      .join('')
  const right = createHmac('sha1', 'the auth token of the account').update(signed).digest('base64')
  for (let repeat = 0; repeat < 3; repeat++) assert.equal((await post(right)).status, 200)
  await world.settled()
  await world.app.reported()
  const bounced = (await world.message((await world.messages('tom'))[0]!.id)).history.filter(({ status }) => status === 'bounced')
  assert.equal(bounced.length, 1, 'told three times, it counts once')
})

test('nobody listens at other addresses, and nothing but a provider’s signature counts', async () => {
  for (const path of ['/hooks/nowhere/texts', `/hooks/${world.workspace}/nobody`, `/hooks/${world.workspace}/main`]) {
    const answer = await fetch(`${world.url}${path}`, { method: 'POST', body: '{}' })
    assert.equal(answer.status, 404, path)
  }
  const large = await fetch((await lines())['texts']!.hookUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: 'x'.repeat(1_100_000),
  })
  assert.equal(large.status, 413)
})

test('a provider that is pointed at another server does not get the secret of the first (Mautic CVE-2025-9822)', async () => {
  const moved = {
    kind: 'provider',
    id: 'texts',
    channel: 'sms',
    type: 'twilio',
    settings: { accountSid: `AC${'0'.repeat(32)}`, from: '+15005550006', host: 'https://evil.example' },
    secrets: { authToken: 'twilio-token' },
  }
  const refusal = await world.publish(moved).then(
    () => null,
    (error: unknown) => error as Refused,
  )
  assert.ok(refusal instanceof Refused)
  assert.match(JSON.stringify(refusal.body), /provider\.secret_moved/)
  const other = await world.publish({ ...moved, id: 'mine' }).then(
    () => null,
    (error: unknown) => error as Refused,
  )
  assert.ok(other instanceof Refused, 'nor does another document')
  await world.api('PUT /api/secrets/twilio-token', { value: 'given again' })
  await world.publish(moved)
})
