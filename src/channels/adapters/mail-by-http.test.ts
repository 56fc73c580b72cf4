import assert from 'node:assert/strict'
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto'
import { after, suite, test } from 'node:test'
import { isRefusal } from '#lib/problem.ts'
import {
  answers,
  failed,
  hook,
  idle,
  json,
  lines,
  MIME,
  mail,
  nobodyKnows,
  now,
  type Provider,
  receive,
  refused,
  retry,
  sent,
} from '../../../test/fixtures/mail-providers.ts'
import type { Hook } from '../provider.ts'
import { mailgun } from './mailgun.ts'
import { postmark } from './postmark.ts'
import { resend } from './resend.ts'
import { sendgrid } from './sendgrid.ts'

after(() => idle.stop())

test('a file goes along by each provider as its API wants it', async () => {
  const attachments = [{ name: 'week.pdf', type: 'application/pdf', bytes: Buffer.from('%PDF-1.7') }]
  const withFile = { ...mail, parts: { ...mail.parts, attachments } }
  const asked = async (type: Provider['type'], secrets: Provider['secrets']) =>
    JSON.parse((await sent({ type, settings: {}, secrets }, json(200, {}), withFile)).asked.body)
  const content = Buffer.from('%PDF-1.7').toString('base64')
  assert.deepEqual((await asked(sendgrid as never, { apiKey: 'k' })).attachments, [
    { content, filename: 'week.pdf', type: 'application/pdf', disposition: 'attachment' },
  ])
  assert.deepEqual((await asked(postmark as never, { serverToken: 't' })).Attachments, [
    { Name: 'week.pdf', Content: content, ContentType: 'application/pdf' },
  ])
  assert.deepEqual((await asked(resend as never, { apiKey: 'k' })).attachments, [
    { filename: 'week.pdf', content, content_type: 'application/pdf' },
  ])
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
