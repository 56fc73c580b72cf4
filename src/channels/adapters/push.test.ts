import assert from 'node:assert/strict'
import { createVerify, generateKeyPairSync } from 'node:crypto'
import { suite, test } from 'node:test'
import { adapterTools, connected } from '../../../test/fixtures/tools.ts'
import { type Answering, type Asked, standIn } from '../../../test/stand-ins/http.ts'
import type { Handover, PreparedPush } from '../channel.ts'
import { together } from './device.ts'
import { push } from './push.ts'

const prepared = (more: Partial<PreparedPush> = {}): PreparedPush => ({
  kind: 'push',
  id: 'run1:push',
  workspace: 'w1',
  lane: 'marketing',
  provider: '',
  devices: [{ platform: 'android', token: 'tok1', at: 1 }],
  title: 'Low stock',
  body: 'Two left',
  url: 'https://shop.test/c1',
  image: '',
  collapse: 'cart',
  urgency: 'high',
  ttl: 60,
  data: { cart: 'c1' },
  ...more,
})
const json = (status: number, body: object): Answering => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

// Self-made stand-in, after https://firebase.google.com/docs/reference/fcm/rest/v1 and RFC 7523. No real project was asked.
suite('FCM', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string

  /** Sends some messages one after the other to a project that answers so; the clock stands at each one's time. */
  async function exchange(answer: (asked: Asked, count: number) => Answering, times: readonly number[] = [0]) {
    const peer = await standIn((asked, count) =>
      asked.path === '/token' ? json(200, { access_token: `ya29.${count}`, expires_in: 3_599 }) : answer(asked, count),
    )
    let now = 0
    const tools = adapterTools({ ports: [peer.port], now: () => 1_800_000_000_000 + now })
    const settings = push.settings.parse({
      fcm: { projectId: 'shop-app', clientEmail: 'push@shop-app.iam.gserviceaccount.com', host: peer.url, tokenUrl: `${peer.url}/token` },
    })
    const channel = push.connect(connected(settings, { fcmPrivateKey: pem }), tools)
    const handovers: Handover[] = []
    for (now of times) handovers.push(await channel.send(prepared(), AbortSignal.timeout(5_000)))
    await tools.stop()
    await peer.stop()
    return { handovers, asked: peer.asked, heard: tools.heard }
  }

  test('signs in as the service account, once an hour, and says what Firebase asks', async () => {
    const { handovers, asked } = await exchange(() => json(200, { name: 'projects/shop-app/messages/0:1' }), [0, 1_000, 3_600_000])
    assert.deepEqual(handovers[0], {
      kind: 'sent',
      providerId: 'projects/shop-app/messages/0:1',
      props: { devices: 1, reached: 1, gone: 0 },
      units: 1,
    })
    assert.deepEqual(
      asked.map(({ path }) => path),
      ['/token', SEND, SEND, '/token', SEND],
    )
    const [head, claims, signature] = new URLSearchParams(asked[0]!.body).get('assertion')!.split('.')
    assert.ok(createVerify('sha256').update(`${head}.${claims}`).verify(publicKey, signature!, 'base64url'))
    const said = JSON.parse(Buffer.from(claims!, 'base64url').toString())
    assert.deepEqual(
      [said.iss, said.scope, said.exp - said.iat],
      ['push@shop-app.iam.gserviceaccount.com', 'https://www.googleapis.com/auth/firebase.messaging', 3_600],
    )
    assert.equal(asked[1]!.headers['authorization'], 'Bearer ya29.1')
    assert.deepEqual(JSON.parse(asked[1]!.body), {
      message: {
        token: 'tok1',
        notification: { title: 'Low stock', body: 'Two left' },
        data: { cart: 'c1', cadenza_id: 'run1:push', url: 'https://shop.test/c1' },
        android: { priority: 'HIGH', ttl: '60s', collapse_key: 'cart', notification: { tag: 'cart' } },
      },
    })
  })
  const SEND = '/v1/projects/shop-app/messages:send'

  const fault = (status: number, code: string, errorCode?: string): Answering =>
    json(status, {
      error: {
        code: status,
        status: code,
        details: errorCode ? [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode }] : [],
      },
    })
  const answers: [string, Answering, Handover][] = [
    [
      'a token that nobody has any more',
      fault(404, 'NOT_FOUND', 'UNREGISTERED'),
      { kind: 'failed', reason: 'push_devices_gone', address: false },
    ],
    ['a message that is refused', fault(400, 'INVALID_ARGUMENT'), { kind: 'failed', reason: 'fcm_INVALID_ARGUMENT', address: false }],
    ['a quota', fault(429, 'RESOURCE_EXHAUSTED', 'QUOTA_EXCEEDED'), { kind: 'retry', reason: 'fcm_429', provider: true }],
    ['a service in trouble', fault(503, 'UNAVAILABLE', 'UNAVAILABLE'), { kind: 'retry', reason: 'fcm_503', provider: true }],
    ['an account without the right', fault(403, 'PERMISSION_DENIED'), { kind: 'retry', reason: 'fcm_PERMISSION_DENIED', provider: true }],
    ['no answer after the request', 'drop', { kind: 'ambiguous', reason: 'fcm_no_answer' }],
  ]
  for (const [what, said, expected] of answers)
    test(`${what}: ${expected.kind}`, async () => assert.deepEqual((await exchange(() => said)).handovers, [expected]))

  test('a token of ours that Google takes for old is asked for anew', async () => {
    const { asked } = await exchange((_, count) => (count === 2 ? fault(401, 'UNAUTHENTICATED') : json(200, { name: 'm' })), [0, 1_000])
    assert.deepEqual(
      asked.map(({ path }) => path),
      ['/token', SEND, '/token', SEND],
    )
  })
})

test('a message is sent when any device took it: a repeat would be a second one there', () => {
  const sent = { kind: 'sent', providerId: 'x' } as const
  const later = { kind: 'retry', reason: 'r', provider: true } as const
  assert.equal(together([later, sent, { kind: 'gone' }]).kind, 'sent')
  assert.deepEqual(together([later, { kind: 'gone' }]), later)
  assert.deepEqual(together([{ kind: 'ambiguous', reason: 'a' }, later]), { kind: 'ambiguous', reason: 'a' })
})
