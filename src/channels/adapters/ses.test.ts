import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createSign } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import {
  answers,
  failed,
  hook,
  idle,
  json,
  lines,
  MIME,
  nobodyKnows,
  type Provider,
  receive,
  refused,
  retry,
  sent,
} from '../../../test/fixtures/mail-providers.ts'
import type { Answering } from '../../../test/stand-ins/http.ts'
import type { Tools } from '../provider.ts'
import { ses } from './ses.ts'

after(() => idle.stop())

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
