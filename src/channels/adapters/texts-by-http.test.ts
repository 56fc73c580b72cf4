import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { isRefusal } from '#lib/problem.ts'
import { adapterTools, connected } from '../../../test/fixtures/tools.ts'
import { type Answering, type StandIn, standIn } from '../../../test/stand-ins/http.ts'
import type { Channel, Handover, Prepared } from '../channel.ts'
import type { Hook } from '../provider.ts'
import { slack } from './slack.ts'
import { twilio, twilioSignature } from './twilio.ts'
import { whatsapp } from './whatsapp.ts'

// Self-made stand-ins: they say what the documents of the three say, named in the adapters. No real account was asked.

const AC = `AC${'0'.repeat(32)}`
const about = { id: 'run1:sms', workspace: 'w1', lane: 'marketing', provider: '' } as const
const now = 1_800_000_000_000

const hook = (raw: string, headers: Hook['headers'], more: Partial<Hook> = {}): Hook => ({
  method: 'POST',
  url: 'https://go.shop.test/hooks/w1/main',
  query: {},
  headers,
  raw: Buffer.from(raw),
  ...more,
})

/** Sends one message to a server that answers so. */
async function sent(open: (peer: StandIn, tools: ReturnType<typeof adapterTools>) => [Channel<never>, Prepared], said: Answering) {
  const peer = await standIn(() => said)
  const tools = adapterTools({ ports: [peer.port], now: () => now })
  const [channel, prepared] = open(peer, tools)
  const handover: Handover = await channel.send(prepared as never, AbortSignal.timeout(2_000))
  await tools.stop()
  await peer.stop()
  return { handover, asked: peer.asked[0] }
}
const json = (status: number, body: object, headers = {}): Answering => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})
const failed = (reason: string, address = false): Handover => ({ kind: 'failed', reason, address })
const retry = (reason: string, after?: number): Handover => ({
  kind: 'retry',
  reason,
  provider: true,
  ...(after === undefined ? {} : { after }),
})

suite('Twilio', () => {
  const secrets = { authToken: '12345' }
  const send = (said: Answering) =>
    sent((peer, tools) => {
      const settings = twilio.settings.parse({ accountSid: AC, from: '+15005550006', host: peer.url })
      return [
        twilio.connect(connected(settings, secrets), tools) as Channel<never>,
        { kind: 'sms', ...about, to: '+15551230001', text: 'Hi €' },
      ]
    }, said)

  test('asks as documented, and brings our id back in the address of the callback', async () => {
    const { handover, asked } = await send(json(201, { sid: 'SM1', status: 'queued', num_segments: '1' }))
    assert.deepEqual(handover, { kind: 'sent', providerId: 'SM1', units: 1, props: { segments: 1, encoding: 'gsm-7' } })
    assert.equal(asked!.path, `/2010-04-01/Accounts/${AC}/Messages.json`)
    assert.equal(asked!.headers['authorization'], `Basic ${Buffer.from(`${AC}:12345`).toString('base64')}`)
    assert.deepEqual(Object.fromEntries(new URLSearchParams(asked!.body)), {
      To: '+15551230001',
      From: '+15005550006',
      Body: 'Hi €',
      StatusCallback: 'https://go.shop.test/hooks/w1/main?effect=run1%3Asms',
    })
  })

  const answers: [string, Answering, Handover][] = [
    ['a wrong number', json(400, { code: 21211, message: "Invalid 'To' Phone Number" }), failed('twilio_21211', true)],
    ['somebody who texted STOP', json(400, { code: 21610 }), failed('sms_opted_out')],
    ['a text that is refused', json(400, { code: 21617 }), failed('twilio_21617')],
    ['a wrong token', json(401, { code: 20003 }), retry('twilio_20003')],
    ['too many requests', json(429, { code: 20429 }, { 'retry-after': '7' }), retry('twilio_429', 7_000)],
    ['a server in trouble', json(503, {}), retry('twilio_503')],
    ['no answer after the request', 'drop', { kind: 'ambiguous', reason: 'twilio_no_answer' }],
    ['nonsense', { status: 400, body: '<html>' }, failed('twilio_400')],
  ]
  for (const [what, said, expected] of answers)
    test(`${what}: ${expected.kind}`, async () => assert.deepEqual((await send(said)).handover, expected))

  const connection = connected(twilio.settings.parse({ accountSid: AC, from: '+15005550006' }), secrets)
  const tools = adapterTools({ ports: [], now: () => now })
  after(() => tools.stop())
  const receive = (form: Record<string, string>, { url = 'https://go.shop.test/hooks/w1/main?effect=run1%3Asms', signature = '' } = {}) => {
    const body = new URLSearchParams(form)
    const signed = signature || twilioSignature('12345', url, body)
    return twilio.receive!(
      hook(body.toString(), { 'x-twilio-signature': signed }, { url, query: { effect: 'run1:sms' } }),
      connection,
      tools,
    )
  }

  test('signs as the documents’ own example does', () => {
    const form = new URLSearchParams({
      CallSid: 'CA1234567890ABCDE',
      Caller: '+14158675310',
      Digits: '1234',
      From: '+14158675310',
      To: '+18005551212',
    })
    assert.equal(twilioSignature('12345', 'https://mycompany.com/myapp.php?foo=1&bar=2', form), 'GvWf1cFY/Q7PnoempGyD5oXAezc=')
  })

  test('receipts are found by our id; what is still on its way says nothing', async () => {
    const delivered = await receive({ MessageSid: 'SM1', MessageStatus: 'delivered', To: '+15551230001' })
    assert.ok(!isRefusal(delivered))
    assert.deepEqual(delivered.receipts, [{ providerId: 'SM1', effect: 'run1:sms', name: 'message.delivered', once: '', at: now }])
    const gone = await receive({ MessageSid: 'SM1', MessageStatus: 'undelivered', ErrorCode: '30006', To: '+15551230001' })
    assert.ok(!isRefusal(gone))
    assert.deepEqual(
      [gone.receipts[0]!.name, gone.receipts[0]!.permanent, gone.receipts[0]!.address],
      ['message.bounced', true, '+15551230001'],
    )
    const queued = await receive({ MessageSid: 'SM1', MessageStatus: 'sent', To: '+15551230001' })
    assert.deepEqual([!isRefusal(queued) && queued.receipts], [[]])
  })

  test('a text from a person comes in; Twilio itself answers nothing to it', async () => {
    const heard = await receive({ MessageSid: 'SM9', SmsStatus: 'received', From: '+15551230001', To: '+15005550006', Body: 'STOP' })
    assert.ok(!isRefusal(heard))
    assert.deepEqual(heard.inbound, [{ channel: 'sms', from: '+15551230001', to: '+15005550006', text: 'STOP', id: 'SM9', at: now }])
    assert.match(heard.answer!.body, /<Response\/>$/)
  })

  test('what Twilio did not sign changes nothing: another address, another field, no signature', async () => {
    const form = { MessageSid: 'SM1', MessageStatus: 'delivered', To: '+15551230001' }
    const good = twilioSignature('12345', 'https://go.shop.test/hooks/w1/main', new URLSearchParams(form))
    for (const [fields, url] of [
      [{ ...form, To: '+15551230002' }, 'https://go.shop.test/hooks/w1/main'],
      [form, 'https://go.shop.test/hooks/w1/main?effect=other'],
    ] as const) {
      const refused = await receive(fields, { url, signature: good })
      assert.ok(isRefusal(refused) && refused.refused.status === 401)
    }
    assert.ok(isRefusal(await receive(form, { signature: 'x' })))
  })
})

suite('WhatsApp', () => {
  const secrets = { accessToken: 'EAA', appSecret: 'app', verifyToken: 'word' }
  const settings = (host: string) => whatsapp.settings.parse({ phoneNumberId: '106540352242922', host })
  const send = (said: Answering, more: object = {}) =>
    sent(
      (peer, tools) => [
        whatsapp.connect(connected(settings(peer.url), secrets), tools) as Channel<never>,
        {
          kind: 'whatsapp',
          ...about,
          to: '+4915112345678',
          approved: { name: 'cart', language: 'de', parameters: ['Ada'] },
          text: '',
          ...more,
        } as Prepared,
      ],
      said,
    )

  test('sends an approved template with its parameters; our id comes back with every status', async () => {
    const { handover, asked } = await send(json(200, { messaging_product: 'whatsapp', messages: [{ id: 'wamid.1' }] }))
    assert.deepEqual(handover, { kind: 'sent', providerId: 'wamid.1' })
    assert.equal(asked!.path, '/v23.0/106540352242922/messages')
    assert.deepEqual(JSON.parse(asked!.body), {
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '4915112345678',
      biz_opaque_callback_data: 'run1:sms',
      type: 'template',
      template: { name: 'cart', language: { code: 'de' }, components: [{ type: 'body', parameters: [{ type: 'text', text: 'Ada' }] }] },
    })
    const free = await send(json(200, { messages: [{ id: 'wamid.2' }] }), { approved: undefined, text: 'Hi' })
    assert.deepEqual(JSON.parse(free.asked!.body).text, { preview_url: false, body: 'Hi' })
  })

  const fault = (status: number, code: number): Answering => json(status, { error: { message: 'x', code } })
  const answers: [string, Answering, Handover][] = [
    ['a number that is not on WhatsApp', fault(400, 131026), failed('whatsapp_131026', true)],
    ['more than 24 hours after their last word', fault(400, 131047), failed('whatsapp_window_closed')],
    ['somebody who wants no marketing', fault(400, 131050), failed('whatsapp_opted_out')],
    ['too many messages', fault(400, 130429), retry('whatsapp_130429')],
    ['a token that has run out', fault(401, 190), retry('whatsapp_190')],
    ['a template that is not there, said with 500', fault(500, 132001), failed('whatsapp_132001')],
    ['a server in trouble', { status: 502, body: '' }, retry('whatsapp_502')],
    ['no answer after the request', 'drop', { kind: 'ambiguous', reason: 'whatsapp_no_answer' }],
    ['a success without an id', json(200, {}), failed('whatsapp_200')],
  ]
  for (const [what, said, expected] of answers)
    test(`${what}: ${expected.kind}`, async () => assert.deepEqual((await send(said)).handover, expected))

  const connection = connected(settings('https://graph.facebook.com'), secrets)
  const tools = adapterTools({ ports: [], now: () => now })
  after(() => tools.stop())
  const value = (phone: string, more: object) => ({ metadata: { display_phone_number: '1 555 010', phone_number_id: phone }, ...more })
  const receive = (values: object[], secret = 'app') => {
    const raw = JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [{ changes: values.map((each) => ({ value: each, field: 'messages' })) }],
    })
    const signature = `sha256=${createHmac('sha256', secret).update(raw).digest('hex')}`
    return whatsapp.receive!(hook(raw, { 'x-hub-signature-256': signature }), connection, tools)
  }

  test('statuses become receipts, words of people come in, and other numbers of the same app are left alone', async () => {
    const status = (id: string, said: string, more = {}) => ({
      id,
      status: said,
      timestamp: '1800000000',
      recipient_id: '4915112345678',
      biz_opaque_callback_data: 'run1:sms',
      ...more,
    })
    const heard = await receive([
      value('106540352242922', {
        statuses: [
          status('wamid.1', 'sent'),
          status('wamid.1', 'delivered'),
          status('wamid.1', 'read'),
          status('wamid.1', 'failed', { errors: [{ code: 131026 }] }),
        ],
        messages: [{ from: '4915112345678', id: 'wamid.in', timestamp: '1800000001', type: 'text', text: { body: 'Stopp' } }],
      }),
      value('999', { statuses: [status('wamid.9', 'delivered')] }),
    ])
    assert.ok(!isRefusal(heard))
    assert.deepEqual(
      heard.receipts.map(({ name, permanent, effect }) => [name, permanent, effect]),
      [
        ['message.delivered', undefined, 'run1:sms'],
        ['message.opened', undefined, 'run1:sms'],
        ['message.bounced', true, 'run1:sms'],
      ],
    )
    assert.deepEqual(heard.inbound, [
      { channel: 'whatsapp', from: '+4915112345678', to: '+1555010', text: 'Stopp', id: 'wamid.in', at: 1_800_000_001_000 },
    ])
  })

  test('the set-up repeats the challenge only for our own word; a forged body changes nothing', async () => {
    const greet = (word: string) =>
      whatsapp.receive!(
        hook('', {}, { method: 'GET', query: { 'hub.mode': 'subscribe', 'hub.verify_token': word, 'hub.challenge': '42' } }),
        connection,
        tools,
      )
    const greeted = await greet('word')
    assert.ok(!isRefusal(greeted) && greeted.answer?.body === '42')
    assert.ok(isRefusal(await greet('other')))
    assert.ok(isRefusal(await receive([], 'other')))
  })
})

suite('Slack', () => {
  const secrets = { botToken: 'xoxb', signingSecret: '8f742231b10e8888abcd99yyyzzz85a5' }
  const send = (said: Answering) =>
    sent(
      (peer, tools) => [
        slack.connect(connected(slack.settings.parse({ host: peer.url }), secrets), tools) as Channel<never>,
        { kind: 'slack', ...about, to: 'U012AB3CD', text: 'Hi &lt;!channel&gt;' },
      ],
      said,
    )

  test('posts as the bot, and knows the message by its time stamp', async () => {
    const { handover, asked } = await send(json(200, { ok: true, channel: 'D1', ts: '1800000000.000100' }))
    assert.deepEqual(handover, { kind: 'sent', providerId: 'D1:1800000000.000100' })
    assert.equal(asked!.headers['authorization'], 'Bearer xoxb')
    assert.deepEqual([JSON.parse(asked!.body).channel, JSON.parse(asked!.body).text], ['U012AB3CD', 'Hi &lt;!channel&gt;'])
  })

  const answers: [string, Answering, Handover][] = [
    [
      'a channel that is not there, said with 200',
      json(200, { ok: false, error: 'channel_not_found' }),
      failed('slack_channel_not_found', true),
    ],
    ['a text that is refused', json(200, { ok: false, error: 'msg_too_long' }), failed('slack_msg_too_long')],
    ['a token that was revoked', json(200, { ok: false, error: 'token_revoked' }), retry('slack_token_revoked')],
    ['too many messages', json(429, { ok: false, error: 'ratelimited' }, { 'retry-after': '30' }), retry('slack_429', 30_000)],
    ['no answer after the request', 'drop', { kind: 'ambiguous', reason: 'slack_no_answer' }],
  ]
  for (const [what, said, expected] of answers)
    test(`${what}: ${expected.kind}`, async () => assert.deepEqual((await send(said)).handover, expected))

  const connection = connected(slack.settings.parse({}), secrets)
  let tools: ReturnType<typeof adapterTools>
  before(() => {
    tools = adapterTools({ ports: [], now: () => now })
  })
  after(() => tools.stop())
  const receive = (body: object, { at = now / 1_000, secret = secrets.signingSecret } = {}) => {
    const raw = JSON.stringify(body)
    const signature = `v0=${createHmac('sha256', secret).update(`v0:${at}:${raw}`).digest('hex')}`
    return slack.receive!(hook(raw, { 'x-slack-request-timestamp': String(at), 'x-slack-signature': signature }), connection, tools)
  }

  test('answers the challenge, hears what a person writes to the bot, and not what it says itself', async () => {
    const challenged = await receive({ type: 'url_verification', challenge: 'c' })
    assert.ok(!isRefusal(challenged) && challenged.answer?.body === 'c')
    const event = { type: 'message', channel_type: 'im', user: 'U1', channel: 'D1', text: 'stop', ts: '1800000000.5' }
    const heard = await receive({ type: 'event_callback', event_id: 'Ev1', event })
    assert.ok(!isRefusal(heard))
    assert.deepEqual(heard.inbound, [{ channel: 'slack', from: 'U1', to: 'D1', text: 'stop', id: 'Ev1', at: 1_800_000_000_500 }])
    const own = await receive({ type: 'event_callback', event_id: 'Ev2', event: { ...event, bot_id: 'B1' } })
    assert.ok(!isRefusal(own) && own.inbound.length === 0)
  })

  test('an old request is a replay, and another secret is nobody’s', async () => {
    assert.ok(isRefusal(await receive({ type: 'url_verification', challenge: 'c' }, { at: now / 1_000 - 301 })))
    assert.ok(isRefusal(await receive({ type: 'url_verification', challenge: 'c' }, { secret: 'other' })))
  })
})
