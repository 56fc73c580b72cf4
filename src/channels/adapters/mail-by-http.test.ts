import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { isRefusal, type Outcome } from '#lib/problem.ts'
import { adapterTools, connected } from '../../../test/fixtures/tools.ts'
import { type Answering, type Asked, standIn } from '../../../test/stand-ins/http.ts'
import type { Handover, PreparedEmail } from '../channel.ts'
import type { Hook, ProviderReceipt, ProviderType, Received, Tools } from '../provider.ts'
import { mailgun } from './mailgun.ts'
import { postmark } from './postmark.ts'
import { resend } from './resend.ts'
import { sendgrid } from './sendgrid.ts'
import { ses } from './ses.ts'

// Self-made stand-ins: they say what the documents of the five say, named in the adapters. No real account was asked.

const now = Date.parse('2026-11-23T12:00:00Z')
const MIME = 'From: Shop <hello@shop.test>\r\nTo: ada@x.test\r\nSubject: Hi\r\nMessage-ID: <m1@shop.test>\r\n\r\nHello\r\n'
const mail: PreparedEmail = {
  kind: 'email',
  id: 'run1:mail',
  workspace: 'w1',
  lane: 'marketing',
  provider: '',
  messageId: '<m1@shop.test>',
  envelope: { from: 'b+1@bounce.shop.test', to: 'ada@x.test' },
  message: Buffer.from(MIME),
  signing: undefined,
  parts: {
    from: { name: 'Shop "Ö"', address: 'hello@shop.test' },
    to: { name: '', address: 'ada@x.test' },
    replyTo: 'help@shop.test',
    subject: 'Hi',
    html: '<p>Hello</p>',
    text: 'Hello',
    headers: [
      ['Message-ID', '<m1@shop.test>'],
      ['List-Unsubscribe', '<https://go.shop.test/u/1>'],
      ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
    ],
  },
}
const json = (status: number, body: unknown, headers = {}): Answering => ({
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
const nobodyKnows = (name: string): Handover => ({ kind: 'ambiguous', reason: `${name}_no_answer` })

interface Provider {
  readonly type: ProviderType<never, PreparedEmail>
  readonly settings: object
  readonly secrets: Readonly<Record<string, string>>
}
/** Sends the mail to a server that answers so. */
async function sent({ type, settings, secrets }: Provider, said: Answering): Promise<{ handover: Handover; asked: Asked }> {
  const peer = await standIn(() => said)
  const tools = adapterTools({ ports: [peer.port], now: () => now })
  const channel = type.connect(connected(type.settings.parse({ ...settings, host: peer.url }), secrets), tools)
  const handover = await channel.send(mail, AbortSignal.timeout(2_000))
  await tools.stop()
  await peer.stop()
  return { handover, asked: peer.asked[0]! }
}
const answers = (provider: Provider, list: readonly [string, Answering, Handover][]): void => {
  for (const [what, said, expected] of list)
    test(`${what}: ${expected.kind}`, async () => assert.deepEqual((await sent(provider, said)).handover, expected))
}

const hook = (raw: string, headers: Hook['headers'] = {}): Hook => ({
  method: 'POST',
  url: 'https://go.shop.test/hooks/w1/main',
  query: {},
  headers,
  raw: Buffer.from(raw),
})
const idle = adapterTools({ ports: [], now: () => now })
after(() => idle.stop())
const receive = ({ type, settings, secrets }: Provider, asked: Hook, tools: Tools = idle): Promise<Outcome<Received>> =>
  type.receive!(asked, connected(type.settings.parse(settings), secrets), tools)

/** What matters of a receipt, in a line. */
const line = ({ name, effect, providerId, permanent, address, at }: ProviderReceipt): unknown[] => [
  name,
  effect ?? providerId,
  permanent ?? null,
  address ?? null,
  at === 0 ? 0 : at - now,
]
function lines(received: Outcome<Received>): unknown[][] {
  assert.ok(!isRefusal(received), JSON.stringify(received))
  return received.receipts.map(line)
}
const refused = (received: Outcome<Received>): void =>
  assert.ok(isRefusal(received) && received.refused.status === 401, JSON.stringify(received))

suite('Amazon SES', () => {
  const topicArn = 'arn:aws:sns:eu-central-1:123456789012:mail'
  const provider: Provider = {
    type: ses as never,
    settings: { region: 'eu-central-1', configurationSet: 'main', topicArn },
    secrets: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  }

  test('signs the raw message for the service and region, and tags it with our id', async () => {
    const { handover, asked } = await sent(provider, json(200, { MessageId: '0100' }))
    assert.deepEqual(handover, { kind: 'sent', providerId: '0100' })
    assert.equal(asked.path, '/v2/email/outbound-emails')
    assert.match(
      asked.headers['authorization']!,
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20261123\/eu-central-1\/ses\/aws4_request, SignedHeaders=[a-z;-]*host[a-z;-]*, Signature=[0-9a-f]{64}$/,
    )
    assert.equal(asked.headers['x-amz-date'], '20261123T120000Z')
    const body = JSON.parse(asked.body)
    assert.equal(Buffer.from(body.Content.Raw.Data, 'base64').toString(), MIME)
    assert.deepEqual(
      [body.FromEmailAddress, body.Destination, body.ConfigurationSetName],
      ['b+1@bounce.shop.test', { ToAddresses: ['ada@x.test'] }, 'main'],
    )
    assert.deepEqual(body.EmailTags, [{ Name: 'cadenza', Value: Buffer.from('run1:mail').toString('base64url') }])
  })

  const error = (status: number, type: string): Answering =>
    json(status, { message: 'x' }, { 'x-amzn-errortype': `${type}:http://internal/` })
  answers(provider, [
    ['a message that is refused', error(400, 'MessageRejected'), failed('ses_MessageRejected')],
    ['a domain that is not verified', error(400, 'MailFromDomainNotVerifiedException'), retry('ses_MailFromDomainNotVerified')],
    ['an account that is paused', error(400, 'SendingPausedException'), retry('ses_SendingPaused')],
    ['a wrong key', error(403, 'SignatureDoesNotMatchException'), retry('ses_SignatureDoesNotMatch')],
    ['too many requests', error(429, 'TooManyRequestsException'), retry('ses_429')],
    ['trouble at Amazon', json(500, {}), retry('ses_500')],
    ['no answer after the request', 'drop', nobodyKnows('ses')],
  ])

  const folder = mkdtempSync(join(tmpdir(), 'cadenza-sns-'))
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650', '-keyout', keyFile, '-out', certFile, '-subj', '/CN=sns'],
    { stdio: 'ignore' },
  )
  const [key, certificate] = [readFileSync(keyFile, 'utf8'), readFileSync(certFile, 'utf8')]
  rmSync(folder, { recursive: true })
  const CERT = `https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-${'a'.repeat(32)}.pem`
  /** Amazon's certificate is handed out under Amazon's name; every address that is asked for is remembered. */
  const fetched: string[] = []
  const amazon: Tools = {
    ...idle,
    request: async ({ url }) => {
      fetched.push(url)
      return { kind: 'answer', status: 200, headers: {}, body: url === CERT ? certificate : '' }
    },
  }
  const post = (
    more: Record<string, string>,
    { version = '2', altered = {} }: { version?: string; altered?: Record<string, string> } = {},
  ) => {
    const said: Record<string, string> = {
      Type: 'Notification',
      MessageId: 'sns1',
      TopicArn: topicArn,
      Timestamp: '2026-11-23T12:00:00.000Z',
      ...more,
    }
    const names =
      said['Type'] === 'Notification'
        ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
        : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type']
    const text = names.flatMap((name) => (said[name] === undefined ? [] : [`${name}\n${said[name]}\n`])).join('')
    const Signature = createSign(version === '2' ? 'RSA-SHA256' : 'RSA-SHA1')
      .update(text)
      .sign(key, 'base64')
    return hook(JSON.stringify({ ...said, SigningCertURL: CERT, SignatureVersion: version, Signature, ...altered }), {
      'content-type': 'text/plain',
    })
  }
  const tags = { cadenza: [Buffer.from('run1:mail').toString('base64url')] }
  const event = (said: object): { Message: string } => ({
    Message: JSON.stringify({ mail: { messageId: '0100', tags, timestamp: '2026-11-23T11:59:00.000Z' }, ...said }),
  })

  test('bounces block only where the mailbox is none; deliveries and complaints are told', async () => {
    const timestamp = '2026-11-23T12:00:01.000Z'
    const bounce = (bounceType: string) =>
      event({
        eventType: 'Bounce',
        bounce: { bounceType, bounceSubType: 'General', timestamp, bouncedRecipients: [{ emailAddress: 'Ada@X.test', status: '5.1.1' }] },
      })
    assert.deepEqual(lines(await receive(provider, post(bounce('Permanent')), amazon)), [
      ['message.bounced', 'run1:mail', true, 'ada@x.test', 1_000],
    ])
    assert.deepEqual(lines(await receive(provider, post(bounce('Transient'), { version: '1' }), amazon)), [
      ['message.bounced', 'run1:mail', false, 'ada@x.test', 1_000],
    ])
    const complaint = event({
      notificationType: 'Complaint',
      complaint: { timestamp, complainedRecipients: [{ emailAddress: 'ada@x.test' }] },
    })
    assert.deepEqual(lines(await receive(provider, post(complaint), amazon)), [
      ['message.complained', 'run1:mail', null, 'ada@x.test', 1_000],
    ])
    assert.deepEqual(lines(await receive(provider, post(event({ eventType: 'Delivery', delivery: { timestamp } })), amazon)), [
      ['message.delivered', 'run1:mail', null, null, 1_000],
    ])
    assert.deepEqual(lines(await receive(provider, post(event({ eventType: 'Send', send: {} })), amazon)), [])
  })

  test('a subscription is confirmed at Amazon, and nowhere else', async () => {
    const subscription = (SubscribeURL: string) => post({ Type: 'SubscriptionConfirmation', Message: 'x', Token: 't', SubscribeURL })
    const url = 'https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t'
    assert.deepEqual(lines(await receive(provider, subscription(url), amazon)), [])
    assert.ok(fetched.includes(url))
    refused(await receive(provider, subscription('https://evil.test/?Action=ConfirmSubscription&Token=t'), amazon))
    assert.ok(!fetched.some((each) => each.includes('evil')))
  })

  test('nobody else’s certificate, topic, text or signature counts', async () => {
    const good = event({ eventType: 'Delivery', delivery: {} })
    const forgeries: readonly Record<string, string>[] = [
      { Message: '{}' },
      { Signature: 'AAAA' },
      { TopicArn: 'arn:aws:sns:eu-central-1:999999999999:mail' },
      { SigningCertURL: `https://sns.evil.test/SimpleNotificationService-${'a'.repeat(32)}.pem` },
      { SigningCertURL: `https://sns.eu-central-1.amazonaws.com.evil.test/SimpleNotificationService-${'a'.repeat(32)}.pem` },
      { SigningCertURL: `https://s3.amazonaws.com/bucket/SimpleNotificationService-${'a'.repeat(32)}.pem` },
    ]
    for (const altered of forgeries) refused(await receive(provider, post(good, { altered }), amazon))
    assert.ok(
      fetched.every((url) => url.startsWith('https://sns.eu-central-1.amazonaws.com/')),
      fetched.join(' '),
    )
    refused(await receive({ ...provider, settings: { region: 'eu-central-1' } }, post(good), amazon))
  })
})

suite('SendGrid', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const verificationKey = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  const provider: Provider = { type: sendgrid as never, settings: { verificationKey }, secrets: { apiKey: 'SG.x' } }

  test('sends in parts, with our id as an argument and its own tracking off', async () => {
    const { handover, asked } = await sent(provider, { status: 202, headers: { 'x-message-id': 'sg1' } })
    assert.deepEqual(handover, { kind: 'sent', providerId: 'sg1' })
    const body = JSON.parse(asked.body)
    assert.deepEqual(body.personalizations, [{ to: [{ email: 'ada@x.test' }], custom_args: { cadenza: 'run1:mail' } }])
    assert.deepEqual(
      [body.from, body.reply_to, body.content.map(({ type }: { type: string }) => type)],
      [{ email: 'hello@shop.test', name: 'Shop "Ö"' }, { email: 'help@shop.test' }, ['text/plain', 'text/html']],
    )
    assert.deepEqual(body.headers, {
      'List-Unsubscribe': '<https://go.shop.test/u/1>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    })
    assert.deepEqual(body.tracking_settings.click_tracking, { enable: false })
  })

  answers(provider, [
    [
      'an address that is none',
      json(400, { errors: [{ field: 'personalizations.0.to.0.email', message: 'Does not contain a valid address.' }] }),
      failed('sendgrid_400', true),
    ],
    ['a sender that is not verified', json(403, { errors: [] }), retry('sendgrid_403')],
    ['a body that is too large', json(413, {}), failed('sendgrid_413')],
    ['too many requests', json(429, {}, { 'retry-after': '3' }), retry('sendgrid_429', 3_000)],
    ['no answer after the request', 'drop', nobodyKnows('sendgrid')],
  ])

  const post = (events: object[], { at = now / 1_000, altered }: { at?: number; altered?: string } = {}): Hook => {
    const raw = JSON.stringify(events)
    const signature = createSign('sha256').update(`${at}${raw}`).sign(privateKey, 'base64')
    return hook(altered ?? raw, {
      'x-twilio-email-event-webhook-signature': signature,
      'x-twilio-email-event-webhook-timestamp': String(at),
    })
  }
  const event = (name: string, more = {}) => ({
    event: name,
    email: 'Ada@x.test',
    timestamp: now / 1_000,
    sg_event_id: `e-${name}`,
    sg_message_id: 'sg1.filter',
    cadenza: 'run1:mail',
    ...more,
  })

  test('events of a batch become receipts; what is on its way says nothing', async () => {
    const received = await receive(
      provider,
      post([
        event('processed'),
        event('deferred'),
        event('delivered'),
        event('bounce', { type: 'bounce', status: '5.1.1' }),
        event('bounce', { type: 'blocked', status: '5.7.1' }),
        event('spamreport'),
        event('open', { useragent: 'GoogleImageProxy' }),
        { ...event('click', { url: 'https://shop.test/', useragent: 'Mozilla/5.0 (iPhone)' }), cadenza: undefined },
      ]),
    )
    assert.deepEqual(lines(received), [
      ['message.delivered', 'run1:mail', null, null, 0],
      ['message.bounced', 'run1:mail', true, 'ada@x.test', 0],
      ['message.bounced', 'run1:mail', false, 'ada@x.test', 0],
      ['message.complained', 'run1:mail', null, 'ada@x.test', 0],
      ['message.opened', 'run1:mail', null, null, 0],
      ['message.clicked', 'sg1', null, null, 0],
    ])
    assert.deepEqual(!isRefusal(received) && received.receipts.at(-2)!.props, { fetcher: 'suspect' })
  })

  test('another text, an old time and no key are refused', async () => {
    refused(await receive(provider, post([event('delivered')], { altered: JSON.stringify([event('spamreport')]) })))
    refused(await receive(provider, post([event('delivered')], { at: now / 1_000 - 100_000 })))
    refused(await receive({ ...provider, settings: {} }, post([event('delivered')])))
  })
})

suite('Postmark', () => {
  const provider: Provider = { type: postmark as never, settings: {}, secrets: { serverToken: 'pm', hookPassword: 'word of ours' } }

  test('sends by the stream of the lane, with our id as metadata', async () => {
    const { handover, asked } = await sent(provider, json(200, { ErrorCode: 0, MessageID: 'pm1' }))
    assert.deepEqual(handover, { kind: 'sent', providerId: 'pm1' })
    const body = JSON.parse(asked.body)
    assert.deepEqual(
      [body.From, body.To, body.MessageStream, body.Metadata, body.TrackOpens],
      ['"Shop Ö" <hello@shop.test>', 'ada@x.test', 'broadcast', { cadenza: 'run1:mail' }, false],
    )
    assert.ok(body.Headers.some(({ Name }: { Name: string }) => Name === 'List-Unsubscribe-Post'))
  })

  answers(provider, [
    ['somebody whom Postmark holds inactive', json(422, { ErrorCode: 406 }), failed('postmark_406', true)],
    ['a request that is refused', json(422, { ErrorCode: 300 }), failed('postmark_300')],
    ['no credits', json(422, { ErrorCode: 405 }), retry('postmark_405')],
    ['a wrong token', json(401, { ErrorCode: 10 }), retry('postmark_10')],
    ['trouble at Postmark', json(503, {}), retry('postmark_503')],
    ['no answer after the request', 'drop', nobodyKnows('postmark')],
  ])

  const post = (said: object, word = 'word of ours') =>
    hook(JSON.stringify(said), { authorization: `Basic ${Buffer.from(`cadenza:${word}`).toString('base64')}` })
  test('what it says counts only with the word that is kept', async () => {
    const about = { MessageID: 'pm1', Metadata: { cadenza: 'run1:mail' }, Email: 'ada@x.test', ID: 4, BouncedAt: '2026-11-23T12:00:00Z' }
    assert.deepEqual(lines(await receive(provider, post({ ...about, RecordType: 'Bounce', Type: 'HardBounce' }))), [
      ['message.bounced', 'run1:mail', true, 'ada@x.test', 0],
    ])
    assert.deepEqual(lines(await receive(provider, post({ ...about, RecordType: 'Bounce', Type: 'SoftBounce' }))), [
      ['message.bounced', 'run1:mail', false, 'ada@x.test', 0],
    ])
    assert.deepEqual(lines(await receive(provider, post({ ...about, RecordType: 'SpamComplaint' }))), [
      ['message.complained', 'run1:mail', null, 'ada@x.test', 0],
    ])
    refused(await receive(provider, post(about, 'guess')))
    refused(await receive(provider, hook(JSON.stringify(about))))
    refused(await receive({ ...provider, secrets: {} }, post(about, '')))
  })
})

suite('Mailgun', () => {
  const provider: Provider = {
    type: mailgun as never,
    settings: { domain: 'mg.shop.test' },
    secrets: { apiKey: 'key', signingKey: 'sign' },
  }

  test('hands the message over as it is, as a file of a form', async () => {
    const { handover, asked } = await sent(provider, json(200, { id: '<20261123@mg.shop.test>', message: 'Queued' }))
    assert.deepEqual(handover, { kind: 'sent', providerId: '20261123@mg.shop.test' })
    assert.equal(asked.path, '/v3/mg.shop.test/messages.mime')
    const form = await new Response(asked.body, { headers: { 'content-type': asked.headers['content-type']! } }).formData()
    assert.deepEqual([form.get('to'), form.get('v:cadenza'), form.get('o:tracking')], ['ada@x.test', 'run1:mail', 'no'])
    assert.equal(await (form.get('message') as File).text(), MIME)
  })

  answers(provider, [
    [
      'an address that is none',
      json(400, { message: "'to' parameter is not a valid address. please check documentation" }),
      failed('mailgun_400'),
    ],
    ['a wrong key', { status: 401, body: 'Forbidden' }, retry('mailgun_401')],
    ['too many requests', json(429, {}), retry('mailgun_429')],
    ['no answer after the request', 'drop', nobodyKnows('mailgun')],
  ])

  const post = (event: object, { token = 'tok1', at = now / 1_000, key = 'sign' } = {}) => {
    const signature = createHmac('sha256', key).update(`${at}${token}`).digest('hex')
    return hook(JSON.stringify({ signature: { timestamp: String(at), token, signature }, 'event-data': event }))
  }
  const event = (name: string, more = {}) => ({
    event: name,
    id: `id-${name}`,
    timestamp: now / 1_000 + 0.25,
    recipient: 'ada@x.test',
    'user-variables': { cadenza: 'run1:mail' },
    message: { headers: { 'message-id': '20261123@mg.shop.test' } },
    ...more,
  })

  test('permanent failures of the mailbox block it, others do not', async () => {
    const bounce = (code: number, more = {}) =>
      event('failed', { severity: 'permanent', reason: 'bounce', 'delivery-status': { code }, ...more })
    assert.deepEqual(lines(await receive(provider, post(bounce(550), { token: 'a' }))), [
      ['message.bounced', 'run1:mail', true, 'ada@x.test', 250],
    ])
    assert.deepEqual(lines(await receive(provider, post(bounce(554), { token: 'b' }))), [
      ['message.bounced', 'run1:mail', false, 'ada@x.test', 250],
    ])
    assert.deepEqual(lines(await receive(provider, post(bounce(450, { severity: 'temporary' }), { token: 'c' }))), [])
  })

  test('the signature does not cover what is said: a token counts for its first words only', async () => {
    const first = post(event('delivered'))
    assert.equal(lines(await receive(provider, first)).length, 1)
    assert.equal(lines(await receive(provider, first)).length, 1, 'a repeat')
    refused(await receive(provider, post(event('complained'))))
    refused(await receive(provider, post(event('delivered'), { token: 'd', key: 'other' })))
    refused(await receive(provider, post(event('delivered'), { token: 'e', at: now / 1_000 - 40_000 })))
  })
})

suite('Resend', () => {
  const secret = `whsec_${Buffer.from('a secret of the webhook').toString('base64')}`
  const provider: Provider = { type: resend as never, settings: {}, secrets: { apiKey: 're_x', hookSecret: secret } }

  test('carries a key that makes a repeat harmless, so that a lost answer is asked for again', async () => {
    const { handover, asked } = await sent(provider, json(200, { id: 're1' }))
    assert.deepEqual(handover, { kind: 'sent', providerId: 're1' })
    assert.equal(asked.headers['idempotency-key'], Buffer.from('w1 run1:mail').toString('base64url'))
    const body = JSON.parse(asked.body)
    assert.deepEqual(
      [body.from, body.to, body.tags],
      ['"Shop Ö" <hello@shop.test>', ['ada@x.test'], [{ name: 'cadenza', value: Buffer.from('run1:mail').toString('base64url') }]],
    )
    assert.deepEqual((await sent(provider, 'drop')).handover, retry('resend_no_answer'))
  })

  answers(provider, [
    ['a message that is refused', json(422, { name: 'validation_error' }), failed('resend_validation_error')],
    [
      'the first attempt still running',
      json(409, { name: 'concurrent_idempotent_requests' }),
      retry('resend_concurrent_idempotent_requests'),
    ],
    ['the day’s quota', json(429, { name: 'daily_quota_exceeded' }), retry('resend_429')],
    ['a wrong key', json(403, { name: 'invalid_api_key' }), retry('resend_invalid_api_key')],
  ])

  const post = (said: object, { at = now / 1_000, key = secret } = {}) => {
    const raw = JSON.stringify(said)
    const signature = createHmac('sha256', Buffer.from(key.slice(6), 'base64'))
      .update(`msg_1.${at}.${raw}`)
      .digest('base64')
    return hook(raw, { 'svix-id': 'msg_1', 'svix-timestamp': String(at), 'svix-signature': `v1,AAAA v1,${signature}` })
  }
  const event = (type: string, more = {}) => ({
    type: `email.${type}`,
    created_at: '2026-11-23T12:00:00.000Z',
    data: { email_id: 're1', tags: { cadenza: Buffer.from('run1:mail').toString('base64url') }, ...more },
  })

  test('events become receipts, with tags as an object or as a list', async () => {
    assert.deepEqual(lines(await receive(provider, post(event('delivered')))), [['message.delivered', 'run1:mail', null, null, 0]])
    const listed = event('bounced', {
      bounce: { type: 'Permanent', subType: 'General' },
      tags: [{ name: 'cadenza', value: Buffer.from('run1:mail').toString('base64url') }],
    })
    assert.deepEqual(lines(await receive(provider, post(listed))), [['message.bounced', 'run1:mail', true, null, 0]])
    assert.deepEqual(lines(await receive(provider, post(event('delivery_delayed')))), [])
  })

  test('another secret and an old time are refused', async () => {
    refused(await receive(provider, post(event('delivered'), { key: `whsec_${Buffer.from('other').toString('base64')}` })))
    refused(await receive(provider, post(event('delivered'), { at: now / 1_000 - 301 })))
  })
})
