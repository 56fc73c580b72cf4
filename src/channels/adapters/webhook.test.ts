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
  let answer = { type: '', body: '' }
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
        if (wanted === 'answer') return response.writeHead(200, { 'content-type': answer.type }).end(answer.body)
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
      secrets: async () => [SECRET],
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

  test('what comes back is kept where it is wanted: JSON that can be stored, of at most 16 KiB', async () => {
    const ask = (path: string, method: PreparedWebhook['method'] = 'POST'): Promise<Handover> =>
      channel.send(
        { kind: 'webhook', id: 'e:call', workspace: 'w1', method, url: `${url}/${path}`, headers: [], body: '{}', answer: true },
        AbortSignal.timeout(5_000),
      )
    const failed = (reason: string): Handover => ({ kind: 'failed', reason, address: false })
    const [json, text] = ['application/json; charset=utf-8', 'text/html']
    const cases: [string, string, Handover][] = [
      [json, '{"level":3}', { kind: 'sent', providerId: '200', answer: { level: 3 } }],
      ['application/problem+json', '[1]', { kind: 'sent', providerId: '200', answer: [1] }],
      [json, `"${'x'.repeat(16_382)}"`, { kind: 'sent', providerId: '200', answer: 'x'.repeat(16_382) }],
      [json, `"${'x'.repeat(16_383)}"`, failed('answer_too_large')],
      [json, '{"level":', failed('answer_not_json')],
      [json, '', failed('answer_not_json')],
      [text, '{"level":3}', failed('answer_not_json')],
      [json, '{"a":"\\u0000"}', failed('answer_not_storable')],
      [json, '{"__proto__":1}', failed('answer_not_storable')],
    ]
    for (const [type, body, expected] of cases) {
      answer = { type, body }
      assert.deepEqual(await ask('answer'), expected, body.slice(0, 40))
    }
    assert.deepEqual(await ask('503'), { kind: 'retry', reason: 'webhook_503', provider: true })
    got.length = 0
    answer = { type: json, body: '{}' }
    await ask('answer', 'GET')
    const [{ method, body, headers }] = got as [(typeof got)[0]]
    assert.deepEqual([method, body, headers['idempotency-key'], headers.accept], ['GET', '', 'e:call', 'application/json'])
    const signed = createHmac('sha256', Buffer.from(SECRET.slice('whsec_'.length), 'base64'))
      .update(`e:call.${headers['webhook-timestamp']}.`)
      .digest('base64')
    assert.equal(headers['webhook-signature'], `v1,${signed}`)
    got.length = 0
  })

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
