import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createVerify, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createSecureServer, type Http2SecureServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { adapterTools, connected } from '../../../test/fixtures/tools.ts'
import type { Channel, Handover, PreparedPush } from '../channel.ts'
import { push } from './push.ts'

type Said = { readonly status: number; readonly reason?: string; readonly retryAfter?: string } | 'reset'

// Self-made stand-in over HTTP/2 and TLS, after https://developer.apple.com/documentation/usernotifications. Apple itself was not asked.
suite('APNs', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const asked: { headers: IncomingHttpHeaders; body: string }[] = []
  let server: Http2SecureServer
  let tools: ReturnType<typeof adapterTools>
  let channel: Channel<PreparedPush>
  let now = 1_800_000_000_000
  let said: Said = { status: 200 }

  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cadenza-apns-'))
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...names], {
      stdio: 'ignore',
    })
    const ca = readFileSync(cert, 'utf8')
    server = createSecureServer({ key: readFileSync(key), cert: ca })
    rmSync(folder, { recursive: true })
    server.on('stream', (stream: ServerHttp2Stream, headers) => {
      let body = ''
      stream.on('error', () => undefined)
      stream.on('data', (part: Buffer) => {
        body += part.toString()
      })
      stream.on('end', () => {
        asked.push({ headers, body })
        if (said === 'reset') return stream.close(2)
        const { status, reason, retryAfter } = said
        stream.respond({
          ':status': status,
          'apns-id': String(headers['apns-id']),
          ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
        })
        stream.end(reason === undefined ? '' : JSON.stringify({ reason }))
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    tools = adapterTools({ ports: [port], now: () => now, ca })
    const settings = push.settings.parse({
      apns: { keyId: 'ABCDEFGHIJ', teamId: 'KLMNOPQRST', topic: 'test.shop.app', host: `https://localhost:${port}` },
    })
    channel = push.connect(connected(settings, { apnsKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string }), tools)
  })
  after(async () => {
    await tools.stop()
    server.close()
  })

  async function send(answer: Said, more: Partial<PreparedPush> = {}): Promise<Handover> {
    said = answer
    asked.length = 0
    const shown = {
      title: 'Low stock',
      body: 'Two left',
      url: 'https://shop.test/c1',
      image: '',
      collapse: 'cart',
      urgency: 'high',
      ttl: 60,
    } as const
    const about = { kind: 'push', id: 'run1:push', workspace: 'w1', lane: 'marketing', provider: '' } as const
    const devices = [{ platform: 'ios', token: 'a1b2', at: 1 }] as const
    return channel.send({ ...about, ...shown, devices, data: { cart: 'c1' }, ...more }, AbortSignal.timeout(10_000))
  }

  test('speaks HTTP/2 with a signed token; the same message to the same device has the same id on every attempt', async () => {
    const handover = await send({ status: 200 })
    const [{ headers, body } = assert.fail()] = asked
    assert.deepEqual(handover, { kind: 'sent', providerId: headers['apns-id'], props: { devices: 1, reached: 1, gone: 0 }, units: 1 })
    assert.deepEqual(
      [
        headers[':method'],
        headers[':path'],
        headers['apns-topic'],
        headers['apns-push-type'],
        headers['apns-priority'],
        headers['apns-collapse-id'],
      ],
      ['POST', '/3/device/a1b2', 'test.shop.app', 'alert', '10', 'cart'],
    )
    assert.equal(headers['apns-expiration'], String(now / 1_000 + 60))
    assert.match(String(headers['apns-id']), /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.deepEqual(JSON.parse(body), {
      aps: { alert: { title: 'Low stock', body: 'Two left' }, sound: 'default' },
      cart: 'c1',
      cadenza_id: 'run1:push',
      url: 'https://shop.test/c1',
    })
    const [head, claims, signature] = String(headers['authorization']).replace('bearer ', '').split('.')
    assert.ok(
      createVerify('sha256').update(`${head}.${claims}`).verify({ key: publicKey, dsaEncoding: 'ieee-p1363' }, signature!, 'base64url'),
    )
    assert.deepEqual(JSON.parse(Buffer.from(head!, 'base64url').toString()), { typ: 'JWT', alg: 'ES256', kid: 'ABCDEFGHIJ' })
    await send({ status: 200 })
    assert.equal(asked[0]!.headers['apns-id'], headers['apns-id'])
  })

  test('a token serves for 40 minutes: Apple takes none that is older than an hour, and no new one within 20 minutes', async () => {
    await send({ status: 200 })
    const first = asked[0]!.headers['authorization']
    now += 39 * 60_000
    await send({ status: 200 })
    assert.equal(asked[0]!.headers['authorization'], first)
    now += 2 * 60_000
    await send({ status: 200 })
    assert.notEqual(asked[0]!.headers['authorization'], first)
  })

  const answers: [string, Said, Handover][] = [
    ['an app that was removed', { status: 410, reason: 'Unregistered' }, { kind: 'failed', reason: 'push_devices_gone', address: false }],
    [
      'a token of another app',
      { status: 400, reason: 'DeviceTokenNotForTopic' },
      { kind: 'failed', reason: 'push_devices_gone', address: false },
    ],
    [
      'a payload that is refused',
      { status: 413, reason: 'PayloadTooLarge' },
      { kind: 'failed', reason: 'apns_PayloadTooLarge', address: false },
    ],
    [
      'our token being old',
      { status: 403, reason: 'ExpiredProviderToken' },
      { kind: 'retry', reason: 'apns_ExpiredProviderToken', provider: true },
    ],
    [
      'too many to one device',
      { status: 429, reason: 'TooManyRequests', retryAfter: '9' },
      { kind: 'retry', reason: 'apns_429', provider: true, after: 9_000 },
    ],
    ['Apple in trouble', { status: 503, reason: 'Shutdown' }, { kind: 'retry', reason: 'apns_503', provider: true }],
    ['a stream that breaks', 'reset', { kind: 'ambiguous', reason: 'apns_no_answer' }],
  ]
  for (const [what, answer, expected] of answers)
    test(`${what}: ${expected.kind}`, async () => assert.deepEqual(await send(answer), expected))

  test('who has removed the app is told of by the token', async () => {
    tools.heard.length = 0
    await send({ status: 410, reason: 'Unregistered' })
    assert.deepEqual(
      tools.heard.flatMap(({ receipts }) => receipts.map(({ name, effect, props }) => [name, effect, props])),
      [['message.bounced', 'run1:push', { device: 'a1b2' }]],
    )
  })
})
