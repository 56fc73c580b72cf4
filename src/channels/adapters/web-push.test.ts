import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, suite, test } from 'node:test'
import webPush from 'web-push'
import { until } from '../../../test/fixtures/delivery.ts'
import { freePort } from '../../../test/fixtures/ports.ts'
import { adapterTools, connected } from '../../../test/fixtures/tools.ts'
import type { Channel, Handover, PreparedPush } from '../channel.ts'
import { push } from './push.ts'

/** Against web-push-testing, a push service of others: it checks the VAPID signature and decrypts as a browser does. */
suite('Web Push', () => {
  const keys = webPush.generateVAPIDKeys()
  let service: ChildProcess
  let tools: ReturnType<typeof adapterTools>
  let channel: Channel<PreparedPush>
  let address = ''
  const ask = async (
    path: string,
    body: object,
  ): Promise<{ data: { endpoint: string; keys: Record<string, string>; clientHash: string; messages: string[] } }> => {
    const answer = await fetch(`${address}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const text = await answer.text()
    return text.startsWith('{') ? JSON.parse(text) : ({ data: {} } as never)
  }
  const subscribe = async (key = keys.publicKey) => (await ask('/subscribe', { userVisibleOnly: 'true', applicationServerKey: key })).data
  const send = (tokens: readonly string[], more: Partial<PreparedPush> = {}): Promise<Handover> => {
    const devices = tokens.map((token) => ({ platform: 'web', token, at: 1 }) as const)
    const about = { kind: 'push', id: 'run1:push', workspace: 'w1', lane: 'marketing', provider: '' } as const
    const shown = {
      title: 'Low stock',
      body: 'Two of them are left',
      url: 'https://shop.test/c1',
      image: '',
      collapse: 'cart',
      urgency: 'high',
      ttl: 60,
      data: {},
    } as const
    return channel.send({ ...about, ...shown, devices, ...more }, AbortSignal.timeout(10_000))
  }

  before(async () => {
    const port = await freePort()
    address = `http://localhost:${port}`
    service = spawn(
      process.execPath,
      ['-r', './test/stand-ins/loopback.cjs', 'node_modules/web-push-testing/src/bin/server.js', String(port)],
      { stdio: 'ignore' },
    )
    await until('the push service listens', () =>
      ask('/status', {}).then(
        () => true,
        () => false,
      ),
    )
    tools = adapterTools({ ports: [port], now: Date.now })
    const settings = push.settings.parse({ web: { subject: 'mailto:push@shop.test', publicKey: keys.publicKey } })
    channel = push.connect(connected(settings, { vapidPrivateKey: keys.privateKey }), tools)
  })
  after(async () => {
    await tools.stop()
    service.kill()
    await once(service, 'close')
  })

  test('the browser decrypts what was meant for it', async () => {
    const { endpoint, keys: theirs, clientHash } = await subscribe()
    const handover = await send([JSON.stringify({ endpoint, keys: theirs })])
    assert.equal(handover.kind, 'sent')
    assert.deepEqual(handover.kind === 'sent' && handover.props, { devices: 1, reached: 1, gone: 0 })
    const { messages } = (await ask('/get-notifications', { clientHash })).data
    assert.deepEqual(JSON.parse(messages[0]!), {
      id: 'run1:push',
      title: 'Low stock',
      body: 'Two of them are left',
      url: 'https://shop.test/c1',
      data: {},
    })
  })

  test('a browser that has gone is told of by its token; the others still get the message', async () => {
    const [gone, there] = [await subscribe(), await subscribe()]
    await ask(`/expire-subscription/${gone.clientHash}`, {})
    tools.heard.length = 0
    const tokens = [gone, there].map(({ endpoint, keys: theirs }) => JSON.stringify({ endpoint, keys: theirs }))
    const handover = await send(tokens)
    assert.deepEqual(handover.kind === 'sent' && handover.props, { devices: 2, reached: 1, gone: 1 })
    assert.deepEqual(
      tools.heard.flatMap(({ receipts }) => receipts.map(({ name, permanent, props }) => [name, permanent, props])),
      [['message.bounced', false, { device: tokens[0] }]],
    )
    assert.deepEqual(await send([tokens[0]!]), { kind: 'failed', reason: 'push_devices_gone', address: false })
  })

  test('another key is refused, and too large a message is not even tried', async () => {
    const { endpoint, keys: theirs } = await subscribe(webPush.generateVAPIDKeys().publicKey)
    const token = JSON.stringify({ endpoint, keys: theirs })
    assert.deepEqual(await send([token]), { kind: 'failed', reason: 'webpush_400', address: false })
    assert.deepEqual(await send([token], { body: 'x'.repeat(4_000) }), { kind: 'failed', reason: 'push_too_large', address: false })
  })
})
