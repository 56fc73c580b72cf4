import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { egress } from '#platform/egress.ts'
import type { Channel, Handover, PreparedWebhook } from '../channel.ts'
import { webhookSecret } from './keys.ts'
import { webhookChannel } from './webhook.ts'

const SECRET = webhookSecret('a secret of at least thirty-two characters', 'w1')

suite('handing over to a webhook', () => {
  const got: { method: string; headers: IncomingHttpHeaders; body: string }[] = []
  let server: Server
  let channel: Channel<PreparedWebhook>
  let url: string
  before(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        got.push({ method: request.method!, headers: request.headers, body: Buffer.concat(chunks).toString() })
        const wanted = request.url!.slice(1)
        if (wanted === 'drop') return request.socket.destroy()
        const [status, after] = wanted.split('-')
        response
          .writeHead(Number(status), after ? { 'retry-after': after === 'date' ? new Date(1_800_000_090_000).toUTCString() : after } : {})
          .end()
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    url = `http://127.0.0.1:${port}`
    channel = webhookChannel({
      egress: egress({ allowPrivate: [`127.0.0.1:${port}`] }),
      secret: () => SECRET,
      now: () => 1_800_000_000_000,
    })
  })
  after(async () => {
    await channel.close()
    server.close()
  })
  const send = (path: string, headers: PreparedWebhook['headers'] = []): Promise<Handover> =>
    channel.send(
      { kind: 'webhook', id: 'e:hook', workspace: 'w1', method: 'POST', url: `${url}/${path}`, headers, body: '{"a":"ü"}' },
      AbortSignal.timeout(5_000),
    )

  test('is signed as Standard Webhooks say, with the same id on every attempt', async () => {
    assert.deepEqual(
      await send('200', [
        ['X-Team', 'crm'],
        ['Host', 'evil.test'],
        ['Content-Length', '1'],
        ['webhook-id', 'other'],
        ['X-Bad', 'a\r\nB: c'],
      ]),
      { kind: 'sent', providerId: '200' },
    )
    await send('200')
    const [{ headers, body, method }, again] = [got.at(-2)!, got.at(-1)!]
    const signed = createHmac('sha256', Buffer.from(SECRET.slice('whsec_'.length), 'base64'))
      .update(`e:hook.1800000000.${body}`)
      .digest('base64')
    assert.equal(headers['webhook-signature'], `v1,${signed}`)
    assert.equal(headers['webhook-timestamp'], '1800000000')
    assert.deepEqual([headers['webhook-id'], headers['idempotency-key'], again.headers['webhook-id']], ['e:hook', 'e:hook', 'e:hook'])
    assert.deepEqual(
      [method, body, headers['x-team'], headers['x-bad'], headers['content-type']],
      ['POST', '{"a":"ü"}', 'crm', undefined, 'application/json'],
    )
    assert.notEqual(headers.host, 'evil.test')
  })

  const answers: [string, Handover][] = [
    ['204', { kind: 'sent', providerId: '204' }],
    ['302', { kind: 'failed', reason: 'webhook_302', address: false }],
    ['400', { kind: 'failed', reason: 'webhook_400', address: false }],
    ['410', { kind: 'failed', reason: 'webhook_410', address: false }],
    ['408', { kind: 'retry', reason: 'webhook_408', provider: true }],
    ['500', { kind: 'retry', reason: 'webhook_500', provider: true }],
    ['429-120', { kind: 'retry', reason: 'webhook_429', provider: true, after: 120_000 }],
    ['503-date', { kind: 'retry', reason: 'webhook_503', provider: true, after: 90_000 }],
    ['drop', { kind: 'retry', reason: 'webhook_no_answer', provider: true }],
  ]
  for (const [path, expected] of answers) test(`${path}: ${expected.kind}`, async () => assert.deepEqual(await send(path), expected))

  test('a private address is refused for good', async () => {
    const elsewhere = channel.send(
      { kind: 'webhook', id: 'e', workspace: 'w1', method: 'POST', url: 'http://169.254.169.254/', headers: [], body: '{}' },
      AbortSignal.timeout(5_000),
    )
    assert.deepEqual(await elsewhere, { kind: 'failed', reason: 'webhook_blocked', address: false })
  })
})
