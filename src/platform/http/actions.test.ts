import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { z } from 'zod'
import { type Action, action } from '#lib/action.ts'
import { refuse } from '#lib/problem.ts'
import { ask } from '../../../test/fixtures/api.ts'
import { logger } from '../log-lines.ts'
import { createMetrics } from '../metrics.ts'
import { type ApiOptions, type Binding, bind, bindStream, type KeptAnswer, registerActions } from './actions.ts'
import type { AuditEntry, AuditTrail } from './audit.ts'
import type { Principal } from './principal.ts'
import { createServer, listen, stop } from './server.ts'

const ADA: Principal = { workspace: 'acme', actor: 'person:ada', permissions: new Set(['documents:write']) }

/** Idempotency as the store does it, in memory. */
function remembered() {
  const kept = new Map<string, { action: string; fingerprint: string; answer: KeptAnswer | undefined }>()
  return {
    begin: async ({ workspace, key, action, fingerprint }: { workspace: string; key: string; action: string; fingerprint: string }) => {
      const found = kept.get(`${workspace} ${key}`)
      if (!found) kept.set(`${workspace} ${key}`, { action, fingerprint, answer: undefined })
      if (!found) return 'new' as const
      if (found.action !== action || found.fingerprint !== fingerprint) return 'mismatch' as const
      return found.answer ?? ('running' as const)
    },
    finish: async ({ workspace, key }: { workspace: string; key: string }, answer: KeptAnswer | undefined) => {
      const found = kept.get(`${workspace} ${key}`)!
      if (answer) kept.set(`${workspace} ${key}`, { ...found, answer })
      else kept.delete(`${workspace} ${key}`)
    },
  }
}

/** Keeps lines in memory; what has only begun is no line. */
const remembering = (lines: AuditEntry[]): AuditTrail => ({
  begin: async () => ({ done: async (entry) => void lines.push(entry), nothing: async () => undefined }),
  within: async (_tx, entry) => void lines.push(entry),
  write: async (entry) => void lines.push(entry),
})

async function serve(bindings: readonly Binding[], more: Partial<ApiOptions> = {}) {
  const server = createServer({ log: logger({ level: 'silent' }), metrics: createMetrics({ processMetrics: false }), checks: {} })
  const audit: AuditEntry[] = []
  await registerActions(server, {
    actions: bindings.map((binding) => binding.action),
    bindings,
    authenticate: async () => ADA,
    checkOrigin: () => undefined,
    audit: remembering(audit),
    idempotency: remembered(),
    version: '1.2.3',
    url: 'http://cadenza.test',
    ...more,
  })
  const url = await listen(server, { host: '127.0.0.1', port: 0 })
  after(() => stop(server, 50))
  return { server, audit, url, ask: (route: string, options?: Parameters<typeof ask>[2]) => ask(url, route, options) }
}

const Rename = action({
  name: 'things.rename',
  does: 'Renames a thing.',
  may: 'documents:write',
  route: 'PUT /api/things/:id',
  input: z.strictObject({
    id: z.string(),
    name: z.string().min(2),
    size: z.coerce.number().int().max(9).optional(),
    tags: z.array(z.object({ text: z.string() })).optional(),
  }),
  output: z.object({ id: z.string(), name: z.string() }),
  audited: true,
})
const rename = bind(Rename, async ({ id, name }, principal, call) => {
  if (name === 'taken') return refuse({ code: 'things.taken', status: 409, title: 'Taken.', hint: 'Choose another.' })
  if (name === 'bug') throw new Error('bug')
  call.note({ object: `thing:${id}`, before: 'a', after: 'b' })
  call.setHeader('etag', '"b"')
  return { id, name, secret: `${principal.actor} ${call.ifMatch}` }
})

test('path, query and body make one input; the output holds only what its schema names; the audit line says who and what', async () => {
  const { ask: to, audit } = await serve([rename])
  const answer = await to('PUT /api/things/7?size=3', { body: { name: 'Lamp' }, headers: { 'if-match': 'W/"a"' } })
  assert.deepEqual([answer.status, answer.body], [200, { id: '7', name: 'Lamp' }])
  assert.equal(answer.headers.get('etag'), '"b"')
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
  assert.match(answer.headers.get('content-security-policy')!, /default-src 'none'/)
  const [line, ...rest] = audit
  assert.deepEqual(rest, [])
  assert.deepEqual(
    { ...line, requestId: '' },
    { workspace: 'acme', actor: 'person:ada', action: 'things.rename', object: 'thing:7', before: 'a', after: 'b', requestId: '' },
  )
})

test('what does not fit is told all at once, each with its place and how to mend it', async () => {
  const { ask: to, audit } = await serve([rename])
  const { status, body } = await to('PUT /api/things/7?size=12', {
    body: { name: 'x', tags: [{ text: 'ok' }, { text: 5 }], colour: 'red' },
  })
  assert.equal(status, 422)
  const told = body.problems.map(({ code, at, hint }: { code: string; at: string; hint: string }) => [code, at, hint])
  assert.deepEqual(told, [
    ['input.too-small', '/name', 'At least 2.'],
    ['input.too-big', '/size', 'At most 9.'],
    ['input.invalid-type', '/tags/1/text', 'Give a string.'],
    ['input.unrecognized-keys', '', 'Remove or correct: colour.'],
  ])
  assert.deepEqual(audit, [], 'what did not happen is not in the audit log')
})

test('input that contradicts itself, is no object, is too deep or cannot be stored is refused before the handler', async () => {
  const { ask: to } = await serve([rename])
  let deep: unknown = 'x'
  for (let i = 0; i < 70; i++) deep = [deep]
  const table: [unknown, string][] = [
    [{ id: '8', name: 'Lamp' }, 'input.ambiguous'],
    [['Lamp'], 'http.body.object'],
    [{ name: deep }, 'input.depth'],
    [{ name: 'La\0mp' }, 'input.text'],
    [{ name: 'La\ud800mp' }, 'input.text'],
    [{ 'na\0me': 'Lamp' }, 'input.text'],
  ]
  for (const [body, code] of table) {
    const answer = await to('PUT /api/things/7', { body })
    assert.deepEqual([answer.status, answer.body.code], [400, code])
  }
})

test('a refusal is a problem of its own status; a bug is 500 and tells nothing', async () => {
  const { ask: to, audit } = await serve([rename])
  const taken = await to('PUT /api/things/7', { body: { name: 'taken' } })
  assert.deepEqual([taken.status, taken.body.code, taken.body.hint], [409, 'things.taken', 'Choose another.'])
  assert.equal(taken.headers.get('content-type'), 'application/problem+json; charset=utf-8')
  const bug = await to('PUT /api/things/7', { body: { name: 'bug' } })
  assert.deepEqual([bug.status, bug.body.code], [500, 'server.bug'])
  assert.deepEqual(audit, [])
})

test('an output that does not fit its schema never leaves', async () => {
  const broken = bind(Rename, async () => ({ id: 7, name: 'Lamp' }) as never)
  const { ask: to } = await serve([broken])
  assert.equal((await to('PUT /api/things/7', { body: { name: 'Lamp' } })).status, 500)
})

test('a request that is repeated with its Idempotency-Key happens once', async () => {
  let runs = 0
  const counting = bind(Rename, async ({ id, name }) => {
    runs += 1
    if (name === 'bug') throw new Error('bug')
    return { id, name: `${name} ${runs}` }
  })
  const { ask: to, audit } = await serve([counting])
  const send = (name: string, key: string) => to('PUT /api/things/7', { body: { name }, headers: { 'idempotency-key': key } })
  const [one, two] = [await send('Lamp', 'k1'), await send('Lamp', 'k1')]
  assert.deepEqual([one.body, two.body, runs, audit.length], [{ id: '7', name: 'Lamp 1' }, { id: '7', name: 'Lamp 1' }, 1, 1])
  assert.equal(two.headers.get('idempotent-replayed'), 'true')
  const other = await send('Table', 'k1')
  assert.deepEqual([other.status, other.body.code], [422, 'idempotency.reused'])
  assert.equal((await send('bug', 'k2')).status, 500)
  assert.equal((await send('bug', 'k2')).status, 500)
  assert.equal(runs, 3, 'a failure frees the key')
})

test('an action without a binding, a binding without an action, and a route without an action stop the start', async () => {
  const Other = { ...Rename, name: 'things.other', route: 'GET /api/other' } as Action
  const start = (options: Partial<ApiOptions>, stray = false): Promise<unknown> => {
    const server = createServer({ log: logger({ level: 'silent' }), metrics: createMetrics({ processMetrics: false }), checks: {} })
    if (stray) server.get('/api/backdoor', async () => 'open')
    after(() => server.close())
    const whole = {
      actions: [Rename],
      bindings: [rename],
      authenticate: async () => ADA,
      checkOrigin: () => undefined,
      audit: remembering([]),
      idempotency: remembered(),
      version: '1',
      url: 'http://x',
      ...options,
    }
    return registerActions(server, whole).then(() => server.ready())
  }
  await assert.rejects(start({ actions: [Rename, Other] }), /things\.other is bound 0 times/)
  await assert.rejects(start({ bindings: [rename, rename] }), /things\.rename is bound 2 times/)
  await assert.rejects(start({ bindings: [rename, bind(Other, async () => ({}) as never)] }), /things\.other is bound but not declared/)
  await assert.rejects(start({ actions: [Rename, { ...Rename }] }), /declared twice/)
  await assert.rejects(start({ bindings: [bindStream(Rename, async () => undefined)] }), /things\.rename is bound as a stream/)
  await assert.rejects(start({}, true), /These routes belong to no action: .*GET \/api\/backdoor/)
  await start({})
})

const Watch = action({
  name: 'things.watch',
  does: 'Streams counts.',
  may: 'documents:write',
  route: 'GET /api/things/:id/live',
  input: z.object({ id: z.string() }),
  output: z.object({ count: z.number() }),
  streams: true,
})

test('a stream sends events until the reader goes; a refusal before the first is an ordinary problem', async () => {
  const ended = Promise.withResolvers<number>()
  const watch = bindStream(Watch, async ({ id }, _principal, call) => {
    if (id === 'none') return refuse({ code: 'things.unknown', status: 404, title: 'No such thing.' })
    const stream = call.stream()
    for (let count = 1; count <= 3; count++) stream.send({ count })
    await new Promise<void>((resolve) => stream.closed.addEventListener('abort', () => resolve()))
    ended.resolve(stream.send({ count: 4 }) ? 4 : 3)
    return undefined
  })
  const { url, ask: to } = await serve([watch])
  assert.equal((await to('GET /api/things/none/live')).body.code, 'things.unknown')
  const leave = new AbortController()
  const response = await fetch(`${url}/api/things/1/live`, { signal: leave.signal })
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8')
  assert.equal(response.headers.get('cache-control'), 'no-store')
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    if (text.includes('"count":3')) break
  }
  assert.equal(text, 'data: {"count":1}\n\ndata: {"count":2}\n\ndata: {"count":3}\n\n')
  leave.abort()
  assert.equal(await ended.promise, 3, 'nothing is sent to a reader who left')
})

test('a reader who does not read is cut off before it fills the memory', async () => {
  const cut = Promise.withResolvers<number>()
  const flood = bindStream(Watch, async (_input, _principal, call) => {
    const stream = call.stream()
    let sent = 0
    // No reader takes this much: the socket's own buffers hold a few MB at most.
    while (sent < 200_000 && stream.send({ count: sent, padding: 'x'.repeat(1_000) } as never)) sent += 1
    cut.resolve(sent)
    return undefined
  })
  const { url } = await serve([flood])
  const response = await fetch(`${url}/api/things/1/live`)
  assert.ok((await cut.promise) < 200_000)
  await assert.rejects(response.text(), 'the reader learns that it was cut off')
})
