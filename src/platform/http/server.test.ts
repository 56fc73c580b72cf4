import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, test } from 'node:test'
import { logger } from '../log-lines.ts'
import { createMetrics } from '../metrics.ts'
import { type Check, createServer, listen, matches, stop } from './server.ts'

const lines: string[] = []
const log = logger({ level: 'info', to: { write: (line) => void lines.push(line) } })

async function serverWith(checks: Record<string, Check> = {}, metricsToken?: string) {
  const server = createServer({ log, metrics: createMetrics({ processMetrics: false }), checks, bodyLimit: 1_000, metricsToken })
  server.post('/echo', async (request) => request.body)
  server.get('/things/:id', async () => ({ ok: true }))
  server.delete('/things/:id', async () => ({ ok: true }))
  server.get('/bug', async () => {
    throw new Error('the password is hunter2')
  })
  const held = Promise.withResolvers<void>()
  server.get('/slow', async () => {
    await held.promise
    return { ok: true }
  })
  const url = await listen(server, { host: '127.0.0.1', port: 0 })
  return { server, url, release: held.resolve }
}

const { server, url } = await serverWith()
after(() => stop(server, 100))
const get = async (path: string, init?: RequestInit) => {
  const response = await fetch(`${url}${path}`, init)
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  }
}
const json = (body: string, type = 'application/json'): RequestInit => ({ method: 'POST', headers: { 'content-type': type }, body })

test('everything that is refused is problem+json with a code, a title and the request id', async () => {
  const table: [string, string, RequestInit | undefined, number, string][] = [
    ['an unknown path', '/nowhere', undefined, 404, 'http.not-found'],
    ['another method', '/things/1', { method: 'POST' }, 405, 'http.method'],
    ['a large body', '/echo', json(`{"a":"${'x'.repeat(2_000)}"}`), 413, 'http.body.too-large'],
    ['a type that is not read', '/echo', json('<a/>', 'application/xml'), 415, 'http.media-type'],
    ['a type with a tab in it', '/echo', json('{"a":1}', 'application/json\ta'), 415, 'http.media-type'],
    ['a type that only begins well', '/echo', json('{"a":1}', 'application/jsonp'), 415, 'http.media-type'],
    ['broken JSON', '/echo', json('{"a":'), 400, 'http.body.json'],
    ['an empty body that says JSON', '/echo', json(''), 400, 'http.body.empty'],
    ['a body with __proto__', '/echo', json('{"__proto__":{"admin":true}}'), 400, 'http.body.json'],
    ['a body with constructor.prototype', '/echo', json('{"constructor":{"prototype":{"admin":true}}}'), 400, 'http.body.json'],
    ['a path that is not UTF-8', '/things/%ff', undefined, 400, 'http.url'],
    ['a part that is too long', `/things/${'x'.repeat(600)}`, undefined, 414, 'http.url.too-long'],
    ['a bug', '/bug', undefined, 500, 'server.bug'],
  ]
  for (const [name, path, init, status, code] of table) {
    const answer = await get(path, init)
    assert.deepEqual([answer.status, answer.body.code], [status, code], name)
    assert.equal(answer.type, 'application/problem+json; charset=utf-8', name)
    assert.equal(answer.body.status, status)
    assert.equal(answer.body.type, `urn:cadenza:problem:${code}`)
    assert.ok(typeof answer.body.title === 'string' && typeof answer.body.requestId === 'string', name)
    const german = await get(path, { ...init, headers: { ...init?.headers, 'accept-language': 'de-DE' } })
    assert.equal(german.body.code, code)
    for (const part of ['title', 'hint'])
      if (answer.body[part] !== undefined) assert.notEqual(german.body[part], answer.body[part], `${name} is told in German, too`)
  }
})

test('405 names the methods that there are', async () => {
  assert.equal((await get('/things/1', { method: 'PUT' })).headers.get('allow'), 'DELETE, GET, HEAD')
})

test('of a bug the client learns the request id only; the log has the rest under it', async () => {
  const { body } = await get('/bug')
  assert.ok(!JSON.stringify(body).includes('hunter2'))
  const line = lines.map((text) => JSON.parse(text)).find((each) => each.reqId === body.requestId)
  assert.match(line.err.message, /hunter2/)
  assert.match(line.err.stack, /server\.test\.ts/)
})

/** What a raw request on a socket of its own is answered. */
async function raw(text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.setEncoding('utf8')
  let answer = ''
  socket.on('data', (chunk: string) => {
    answer += chunk
  })
  socket.write(text)
  await once(socket, 'close')
  return answer
}

test('what is no HTTP, and headers that are too large, are answered in the same form', async () => {
  const broken = await raw('GARBAGE\r\n\r\n')
  assert.match(broken, /^HTTP\/1\.1 400 /)
  assert.match(broken, /"code":"http\.malformed"/)
  const large = await raw(`GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'x'.repeat(20_000)}\r\n\r\n`)
  assert.match(large, /^HTTP\/1\.1 431 /)
  assert.match(large, /application\/problem\+json/)
})

test('a request with two lengths is not smuggled through', async () => {
  const answer = await raw('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n')
  assert.match(answer, /^HTTP\/1\.1 400 /)
})

test('healthz says that the process lives; readyz asks every part, and keeps reasons for the log', async () => {
  let broken = false
  const failing: Check = async () => {
    if (broken) throw new Error('connection refused to 10.1.2.3')
  }
  const watched = await serverWith({ database: failing, analytics: async () => {} })
  after(() => stop(watched.server, 100))
  const ready = async () => {
    const response = await fetch(`${watched.url}/readyz`)
    return [response.status, await response.json()]
  }
  assert.deepEqual(await ready(), [200, { status: 'ok', checks: { database: 'ok', analytics: 'ok' } }])
  broken = true
  assert.deepEqual(await ready(), [503, { status: 'not ready', checks: { database: 'failed', analytics: 'ok' } }])
  assert.equal((await fetch(`${watched.url}/healthz`)).status, 200)
})

test('metrics are in the Prometheus format, behind a token if one is set', async () => {
  const metrics = createMetrics()
  metrics.counter({ name: 'cadenza_tests_total', help: 'Tests.', labels: ['kind'] as const }).inc({ kind: 'unit' })
  const guarded = createServer({ log, metrics, checks: {}, metricsToken: 'abc' })
  after(() => stop(guarded, 100))
  const address = await listen(guarded, { host: '127.0.0.1', port: 0 })
  assert.equal((await fetch(`${address}/metrics`)).status, 401)
  const text = await (await fetch(`${address}/metrics`, { headers: { authorization: 'Bearer abc' } })).text()
  assert.match(text, /^cadenza_tests_total\{kind="unit"\} 1$/m)
  assert.match(text, /^nodejs_eventloop_lag_seconds /m)
})

test('stopping lets a running request end, takes no new one, and cuts what does not end', async () => {
  const { server: stopping, url: address, release } = await serverWith()
  const running = fetch(`${address}/slow`)
  await untilOpen(stopping.server)
  const stopped = stop(stopping, 5_000)
  release()
  assert.equal((await running).status, 200)
  await stopped
  await assert.rejects(fetch(`${address}/healthz`))

  const stuck = await serverWith()
  const never = fetch(`${stuck.url}/slow`).then(
    () => 'answered',
    () => 'cut',
  )
  await untilOpen(stuck.server.server)
  await stop(stuck.server, 50)
  assert.equal(await never, 'cut')
})

/** Until the server has a connection with a request on it. */
async function untilOpen(server: import('node:http').Server): Promise<void> {
  await once(server, 'request')
}

test('log lines hold no personal data', () => {
  const written: string[] = []
  const quiet = logger({ level: 'info', to: { write: (line) => void written.push(line) } })
  quiet.info(
    { email: 'ada@shop.test', profile: { phone: '+4712345678', traits: { a: 1 } }, headers: { authorization: 'Bearer sk_x' } },
    'hello',
  )
  quiet.error(
    { err: Object.assign(new Error('duplicate key'), { code: '23505', detail: 'Key (email)=(ada@shop.test) already exists.' }) },
    'failed',
  )
  const text = written.join('')
  for (const secret of ['ada@shop.test', '4712345678', 'sk_x']) assert.ok(!text.includes(secret), text)
  assert.match(text, /23505/)
})

test('a route pattern matches part by part', () => {
  assert.ok(matches('/api/keys/:id', '/api/keys/1'))
  for (const path of ['/api/keys', '/api/keys/', '/api/keys/1/2', '/api/other/1']) assert.ok(!matches('/api/keys/:id', path), path)
})
