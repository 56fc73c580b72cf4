import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { startWorld, type World } from './world.ts'

const EVENT = 32_768
const BATCH = 512_000
const EVENTS = 2_500

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world?.stop())

interface Answer {
  readonly status: number
  readonly headers: Headers
  // The shape is what is tested.
  readonly body: Record<string, unknown>
}

interface Sending {
  readonly headers?: Record<string, string>
  readonly key?: string
}

async function post(path: string, body: string | Buffer, { headers = {}, key = world.writeKey }: Sending = {}): Promise<Answer> {
  const authorization = key === '' ? undefined : { authorization: `Basic ${btoa(`${key}:`)}` }
  const response = await fetch(`${world.url}${path}`, {
    method: 'POST',
    headers: { ...authorization, ...headers },
    body: new Uint8Array(Buffer.from(body)),
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> }
}
const send = (path: string, json: unknown, sending?: Sending): Promise<Answer> => post(path, JSON.stringify(json), sending)

/** A refusal says what is wrong, by a code, in words, and how to mend it. */
function refused({ status, headers, body }: Answer, expected: number, code: string): void {
  assert.deepEqual([status, body['code']], [expected, code], JSON.stringify(body))
  assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/)
  assert.equal(body['status'], expected)
  assert.ok(String(body['type']).endsWith(code) && String(body['title']).length > 10 && String(body['requestId']).length > 5)
}
const accepted = (answer: Answer): void => assert.deepEqual([answer.status, answer.body], [200, { success: true }])
const names = async (identifier: string): Promise<string[]> => {
  await world.settled()
  return (await world.timeline(identifier, 'event')).map(({ name }) => name)
}

test('every path of the Segment API, long and short', async () => {
  const userId = 'paths'
  const calls = {
    identify: { userId, traits: { city: 'Oslo' } },
    track: { userId, event: 'Thing Done' },
    page: { userId, name: 'Home' },
    screen: { userId, name: 'Start' },
    group: { userId, groupId: 'g' },
    alias: { userId, previousId: 'paths-before' },
  }
  for (const [call, body] of Object.entries(calls)) {
    accepted(await send(`/v1/${call}`, body))
    accepted(await send(`/v1/${call[0]}`, body))
  }
  for (const path of ['batch', 'import', 'b']) accepted(await send(`/v1/${path}`, { batch: [{ type: 'track', ...calls.track }] }))
  const counts = Object.groupBy(await names(userId), (name) => name)
  assert.deepEqual(Object.fromEntries(Object.entries(counts).map(([name, all]) => [name, all?.length])), {
    'Profile Updated': 2,
    'Thing Done': 5,
    'Page Viewed': 2,
    'Screen Viewed': 2,
    'Account Joined': 2,
    'Profile Merged': 2,
  })
  assert.equal((await post('/v1/nothing', '{}')).status, 404)
  const wrong = await fetch(`${world.url}/v1/track`)
  assert.deepEqual([wrong.status, wrong.headers.get('allow')?.includes('POST')], [405, true])
})

test('a body counts by its content, not by its label', async () => {
  const event = JSON.stringify({ userId: 'forms', event: 'Said' })
  const types = [
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/x-www-form-urlencoded',
    '',
  ]
  for (const type of types) {
    const headers: Record<string, string> = type === '' ? {} : { 'content-type': type }
    accepted(await post('/v1/track', event, { headers }))
    accepted(await post('/v1/track', gzipSync(event), { headers }))
    accepted(await post('/v1/track', gzipSync(event), { headers: { ...headers, 'content-encoding': 'gzip' } }))
  }
  assert.equal((await names('forms')).length, types.length * 3)
  for (const body of ['', '[]', '"text"', '12', 'null', '{"userId":', 'userId=1&event=x', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3])]) {
    refused(await post('/v1/track', body), 400, 'body.not_json')
  }
})

test('the write key: as a user name, as a bearer, in the body; missing, unknown and secret ones are refused', async () => {
  const event = { userId: 'keys', event: 'Said' }
  accepted(await send('/v1/track', event, { key: '', headers: { authorization: `Bearer ${world.writeKey}` } }))
  accepted(await send('/v1/track', { ...event, writeKey: world.writeKey }, { key: '' }))
  accepted(await send('/v1/batch', { batch: [{ type: 'track', ...event }], writeKey: world.writeKey }, { key: '' }))
  refused(await send('/v1/track', event, { key: '' }), 401, 'key.missing')
  refused(await send('/v1/track', event, { key: 'wk_wrong' }), 401, 'key.unknown')
  refused(await send('/v1/track', event, { key: world.secretKey }), 401, 'key.unknown')
  refused(await send('/v1/track', event, { key: '', headers: { authorization: 'Basic !!!' } }), 401, 'key.missing')
  assert.equal((await names('keys')).length, 3)
})

/** An event of exactly this many bytes. */
function eventOf(bytes: number, more: object = {}): Record<string, unknown> {
  const event = { type: 'track', userId: 'sizes', event: 'Filled', ...more, properties: { fill: '' } }
  const rest = bytes - Buffer.byteLength(JSON.stringify(event))
  return { ...event, properties: { fill: 'x'.repeat(rest) } }
}

test('an event may have 32 KB and not one byte more; others in its batch go on', async () => {
  accepted(await send('/v1/track', eventOf(EVENT)))
  refused(await send('/v1/track', eventOf(EVENT + 1)), 400, 'event.too_large')
  const batch = [eventOf(EVENT), eventOf(EVENT + 1, { messageId: 'big' }), eventOf(300)]
  const { status, body } = await send('/v1/batch', { batch })
  assert.equal(status, 200)
  assert.equal(body['accepted'], 2)
  const [verdict, ...others] = body['rejected'] as Record<string, unknown>[]
  assert.deepEqual([verdict?.['index'], verdict?.['messageId'], verdict?.['code'], others.length], [1, 'big', 'event.too_large', 0])
  // Bytes are counted, not characters.
  const wide = { userId: 'sizes', event: 'Filled', properties: { fill: 'å'.repeat(EVENT / 2) } }
  refused(await send('/v1/track', wide), 400, 'event.too_large')
})

/** A batch of exactly this many bytes, of events that are small enough. */
function batchOf(bytes: number): string {
  const events = Array.from({ length: 20 }, () => eventOf(25_000))
  const rest = bytes - Buffer.byteLength(JSON.stringify({ batch: [...events, eventOf(200)] }))
  return JSON.stringify({ batch: [...events, eventOf(200 + rest)] })
}

test('a request may have 500 KB and not one byte more, packed or not', async () => {
  const [full, over] = [batchOf(BATCH), batchOf(BATCH + 1)]
  assert.deepEqual([full.length, over.length], [BATCH, BATCH + 1])
  accepted(await post('/v1/batch', full))
  assert.equal((await post('/v1/batch', over)).status, 413)
  accepted(await post('/v1/batch', gzipSync(full)))
  refused(await post('/v1/batch', gzipSync(over)), 413, 'body.too_large')
})

test('a bomb of gzip costs nothing', async () => {
  const bomb = gzipSync(Buffer.alloc(200_000_000, 0x20))
  assert.ok(bomb.length < BATCH)
  const before = process.memoryUsage().rss
  const begun = performance.now()
  const answers = await Promise.all(Array.from({ length: 5 }, () => post('/v1/batch', bomb)))
  for (const answer of answers) refused(answer, 413, 'body.too_large')
  assert.ok(performance.now() - begun < 5_000, 'it is not unpacked to its end')
  const grown = process.memoryUsage().rss - before
  assert.ok(grown < 150_000_000, `${grown} bytes more in memory`)
})

test('a batch holds 2,500 events and not one more', async () => {
  const event = (i: number) => ({ type: 'track', event: 'E', userId: 'many', messageId: `many-${i}` })
  const full = { batch: Array.from({ length: EVENTS }, (_, i) => event(i)) }
  accepted(await send('/v1/batch', full))
  refused(await send('/v1/batch', { batch: [...full.batch, event(EVENTS)] }), 400, 'batch.too_many')
  await world.settled()
  assert.equal((await world.profile('many')).activity[0]?.count, EVENTS, 'all of one, nothing of the other')
  refused(await send('/v1/batch', {}), 400, 'batch.missing')
  refused(await send('/v1/batch', { batch: { type: 'track' } }), 400, 'batch.missing')
  accepted(await send('/v1/batch', { batch: [] }))
})

test('32 levels and not one more; what cannot be stored is named with its place', async () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : { in: nested(levels - 1) })
  const event = (properties: unknown) => ({ userId: 'shapes', event: 'Shaped', properties })
  // The event itself and `properties` are two levels.
  accepted(await send('/v1/track', event(nested(31))))
  refused(await send('/v1/track', event(nested(32))), 400, 'event.depth')
  const bad: readonly [string, string, string][] = [
    ['{"userId":"shapes","event":"Shaped","properties":{"a/b":{"c":"x\\u0000"}}}', 'event.text', '/properties/a~1b/c'],
    ['{"userId":"shapes","event":"Shaped","properties":{"c":"\\ud800"}}', 'event.text', '/properties/c'],
    ['{"userId":"shapes","event":"Shaped","properties":{"n":1e999}}', 'event.number', '/properties/n'],
    ['{"userId":"shapes","event":""}', 'event.name', '/event'],
    ['{"userId":"shapes","event":"message.opened"}', 'event.reserved', '/event'],
    ['{"event":"Shaped"}', 'event.nobody', ''],
    ['{"userId":{},"event":"Shaped"}', 'event.identifier', '/userId'],
    ['{"userId":"shapes","event":"Shaped","properties":[]}', 'event.properties', '/properties'],
    [`{"userId":"shapes","event":"Shaped","messageId":"${'m'.repeat(201)}"}`, 'event.message_id', '/messageId'],
  ]
  for (const [body, code, at] of bad) {
    const answer = await post('/v1/track', body)
    refused(answer, 400, code)
    assert.equal(answer.body['at'] ?? '', at, code)
    assert.ok(String(answer.body['hint']).length > 5)
  }
  assert.equal((await names('shapes')).length, 1)
  for (const name of ['__proto__', 'constructor'])
    await post('/v1/track', `{"userId":"proto","event":"Shaped","properties":{"${name}":{"polluted":1}}}`)
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
})

test('a batch gets a verdict for each event, and 400 when none is any good', async () => {
  const good = { type: 'track', event: 'Good', userId: 'verdicts' }
  const mixed = await send('/v1/batch', {
    batch: [good, { type: 'dance', messageId: 'b1' }, good, 12, { type: 'track', userId: 'verdicts' }],
  })
  assert.equal(mixed.status, 200)
  assert.equal(mixed.body['accepted'], 2)
  const verdicts = (mixed.body['rejected'] as Record<string, unknown>[]).map(({ index, messageId, code }) => [index, messageId, code])
  assert.deepEqual(verdicts, [
    [1, 'b1', 'event.type'],
    [3, null, 'event.not_object'],
    [4, null, 'event.name'],
  ])
  const none = await send('/v1/batch', { batch: [{ type: 'dance' }, { type: 'track' }] })
  refused(none, 400, 'batch.rejected')
  assert.deepEqual(
    (none.body['problems'] as Record<string, unknown>[]).map(({ at, code }) => [at, code]),
    [
      ['/batch/0/type', 'event.type'],
      ['/batch/1/event', 'event.name'],
    ],
  )
  assert.deepEqual(await names('verdicts'), ['Good', 'Good'])
})

test('any page may ask first and send then; settings are for those who know the key', async () => {
  const origin = 'https://shop.example'
  const asked = 'authorization, content-type, anonymousid, sentat'
  const preflight = await fetch(`${world.url}/v1/t`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': asked },
  })
  assert.equal(preflight.status, 204)
  assert.equal(preflight.headers.get('access-control-allow-origin'), '*')
  assert.equal(preflight.headers.get('access-control-allow-credentials'), null)
  const allowed = (preflight.headers.get('access-control-allow-headers') ?? '').split(', ')
  for (const name of asked.split(', ')) assert.ok(allowed.includes(name), name)
  for (const [key, status] of [
    [world.writeKey, 200],
    ['wk_wrong', 401],
  ] as const) {
    const answer = await send('/v1/track', { userId: 'cors', event: 'E' }, { key, headers: { origin } })
    assert.deepEqual([answer.status, answer.headers.get('access-control-allow-origin')], [status, '*'], 'a page can read refusals too')
    assert.equal(answer.headers.get('access-control-expose-headers'), 'retry-after')
  }
  const settings = await fetch(`${world.url}/v1/projects/${world.writeKey}/settings`)
  const { integrations } = (await settings.json()) as { integrations: Record<string, Record<string, string>> }
  assert.equal(integrations['Segment.io']?.['apiHost'], `${new URL(world.url).host}/v1`)
  assert.equal((await fetch(`${world.url}/v1/projects/wk_wrong/settings`)).status, 401)
})

test('times: the skew of the client is taken out, and nothing happens far in the future', async () => {
  const now = world.clock.now()
  const iso = (ms: number): string => new Date(ms).toISOString()
  const fast = now + 3_600_000
  await send('/v1/track', { userId: 'skew', event: 'Fast Clock', timestamp: iso(fast - 60_000), sentAt: iso(fast) })
  await send('/v1/track', { userId: 'skew', event: 'Original', originalTimestamp: iso(now - 5_000), timestamp: iso(now), sentAt: iso(now) })
  await send('/v1/track', { userId: 'skew', event: 'Future', timestamp: iso(now + 86_400_000) })
  await send('/v1/track', { userId: 'skew', event: 'Nonsense', timestamp: 'yesterday' })
  await world.settled()
  const { activity } = await world.profile('skew')
  const ago = Object.fromEntries(activity.map(({ name, last }) => [name, now - last]))
  assert.deepEqual(ago, { 'Fast Clock': 60_000, Original: 5_000, Future: 0, Nonsense: 0 })
})

/** Writes bytes as they are; resolves with the first line of the answer. */
async function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(world.url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.write(text)
  const [first] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return first.toString().split('\r\n', 1)[0]!
}

test('requests that are not HTTP, or too long where HTTP is long', async () => {
  assert.match(await raw('NONSENSE\r\n\r\n'), /^HTTP\/1\.1 400 /)
  assert.match(await raw(`GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /)
  const endless = `POST /v1/batch HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${`10000\r\n${'x'.repeat(65_536)}\r\n`.repeat(9)}`
  assert.match(await raw(endless), /^HTTP\/1\.1 413 /)
  assert.match(await raw(`POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: ${BATCH + 1}\r\n\r\n`), /^HTTP\/1\.1 413 /)
})
