// What every route of the server has in common: who may call it, from where, and in which form.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { ACTIONS } from '#app/actions.ts'
import { ROLE_PERMISSIONS, Role, type Scope } from '#workspaces/schema.ts'
import type { Answer, AskOptions } from '../fixtures/api.ts'
import { addressed, GUARDED, type Guarded, startTown, type Town } from './town.ts'

let town: Town
before(async () => {
  town = await startTown()
})
after(() => town.stop())

/** Routes that need no permission, and what guards them instead. A new one has to be put here by somebody who thought about it. */
const OPEN: Readonly<Record<string, string>> = {
  'POST /api/auth/sign-in/email': 'address and password, limited',
  'POST /api/auth/sign-out': 'the session itself',
  'POST /api/auth/change-password': 'the session and the old password',
  'POST /api/auth/revoke-sessions': 'the session itself',
  'GET /api/openapi.json': 'the same for everybody',
  'GET /api/docs': 'the same for everybody',
  'GET /api/docs/*': 'the same for everybody',
  'GET /healthz': 'says ok',
  'GET /readyz': 'names of parts, no reasons',
  'GET /metrics': 'METRICS_TOKEN',
  'GET /o/:token': 'signed',
  'GET /api/auth/provider/:workspace': 'leads to the provider and says nothing',
  'GET /api/auth/provider/callback': 'what the provider signed, and the cookie of who began',
  'GET /c/:token': 'signed',
  'GET /u/:token': 'signed',
  'POST /u/:token': 'signed',
  'GET /p/:token': 'signed',
  'POST /p/:token': 'signed',
  'GET /y/:token': 'signed',
  'POST /y/:token': 'signed',
  'GET /w/:token': 'signed',
  'GET /status': 'names of parts, no reasons',
  'GET /hooks/:workspace/:provider': 'the provider’s signature',
  'POST /hooks/:workspace/:provider': 'the provider’s signature',
  'GET /pages/:workspace/:file': 'published pages only',
  'GET /.well-known/gpc.json': 'the same for everybody',
  'GET /sdk/cadenza.js': 'the same for everybody',
  'GET /sdk/push-worker.js': 'the same for everybody',
  'GET /*': 'files of the screens',
}
/** The Segment API: a write key, and an answer to whether a browser may ask. */
const INGEST = /^(?:GET|POST|PUT|OPTIONS|DELETE) \/(?:v1\/|\.cadenza|inbox)/
const REFUSED = ['auth.needed', 'auth.forbidden', 'auth.workspace.which']
const refusal = ({ body }: Answer): string => (REFUSED.includes(body?.code) ? body.code : '')
const isFree = ({ may }: Guarded): boolean => may === 'public' || may === 'self' || may === 'signed-in'

/** A call with names that exist nowhere and a body that means nothing, so that whoever may call it changes nothing. */
const call = ({ route }: Pick<Guarded, 'route'>, as: AskOptions): Promise<Answer> =>
  town.ask(addressed(route), { ...(/^(?:POST|PUT)/.test(route) && { body: { documents: 'not a list', kind: 7 } }), ...as })

test('every route asks for a permission, or stands on the short list of those that something else guards', () => {
  const known = new Set([...GUARDED.map(({ route }) => route), ...Object.keys(OPEN)])
  const strays = town.routes
    .filter(({ method, url }) => method !== 'HEAD' && url !== '/api/*')
    .map(({ method, url }) => `${method} ${url}`)
    .filter((route) => !known.has(route) && !INGEST.test(route))
  assert.deepEqual(strays, [])
  const there = new Set(town.routes.map(({ method, url }) => `${method} ${url}`))
  assert.deepEqual(
    [...known].filter((route) => !there.has(route) && !/\/sdk\//.test(route)),
    [],
    'what is listed is there',
  )
  assert.ok(GUARDED.length > 80, `${GUARDED.length} routes`)
})

test('every route × every role: a viewer starts nothing, and nobody does what their role does not hold', async () => {
  for (const role of Role.options) {
    for (const guarded of GUARDED) {
      const granted = isFree(guarded) || ROLE_PERMISSIONS[role].includes(guarded.may as Scope)
      const answer = await call(guarded, { cookie: town.cookies[role] })
      assert.equal(refusal(answer), granted ? '' : 'auth.forbidden', `${role} calls ${guarded.route}: ${JSON.stringify(answer.body)}`)
      assert.ok(answer.status < 500, `${role} calls ${guarded.route}: ${answer.status} ${JSON.stringify(answer.body)}`)
      if (!granted) assert.equal(answer.status, 403)
    }
  }
})

test('every route without credentials: only what is public answers', async () => {
  for (const guarded of GUARDED) {
    const answer = await call(guarded, {})
    assert.equal(refusal(answer), guarded.may === 'public' ? '' : 'auth.needed', guarded.route)
    assert.equal(answer.status === 401, guarded.may !== 'public', guarded.route)
  }
})

test('every route × a key that holds every scope but the one', async () => {
  for (const missing of ROLE_PERMISSIONS.admin) {
    const key = await town.key(ROLE_PERMISSIONS.admin.filter((scope) => scope !== missing))
    for (const guarded of GUARDED.filter(({ may }) => may === missing)) {
      const answer = await call(guarded, { key })
      assert.deepEqual([answer.status, answer.body.code], [403, 'auth.forbidden'], guarded.route)
    }
  }
})

test('every route that changes something refuses the page of another site, whatever cookie it brings', async () => {
  const changing = [...GUARDED.map(({ route }) => route), ...Object.keys(OPEN).filter((route) => route.startsWith('POST /api/auth'))]
  for (const route of changing.filter((each) => !each.startsWith('GET'))) {
    for (const headers of [{ origin: 'https://evil.test' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, {}] as Record<
      string,
      string
    >[]) {
      const answer = await call({ route }, { headers: { cookie: town.cookies.admin, ...headers } })
      assert.deepEqual([answer.status, answer.body.code], [403, 'auth.origin'], `${route} ${JSON.stringify(headers)}`)
    }
  }
})

test('every route of somebody with two workspaces: no header, no guess; a header of strangers, nothing', async () => {
  const elsewhere = 'ws_of_nobody'
  for (const guarded of GUARDED.filter((each) => !isFree(each))) {
    const silent = await call(guarded, { cookie: town.commuter })
    assert.deepEqual([silent.status, silent.body.code], [400, 'auth.workspace.which'], guarded.route)
    for (const named of [elsewhere, `${town.world.workspace} `.repeat(2).trim(), '*']) {
      const answer = await call(guarded, { cookie: town.commuter, headers: { 'cadenza-workspace': named } })
      assert.deepEqual([answer.status, answer.body.code], [404, 'auth.workspace'], `${guarded.route} ${named}`)
    }
    const foreign = await call(guarded, { cookie: town.cookies.admin, headers: { 'cadenza-workspace': town.stranger.workspace } })
    assert.deepEqual([foreign.status, foreign.body.code], [404, 'auth.workspace'], guarded.route)
  }
})

test('every route that takes JSON takes nothing else: a form with a file path is 415 before the handler', async () => {
  const files = JSON.stringify({ files: [{ filepath: '/etc/passwd', originalFilename: 'x.csv' }] })
  const admin = await town.key(ROLE_PERMISSIONS.admin)
  for (const { route } of ACTIONS.filter(({ route }) => /^(?:POST|PUT)/.test(route))) {
    for (const type of ['multipart/form-data; boundary=x', 'application/x-www-form-urlencoded', 'text/plain', 'application/xml']) {
      const answer = await plain(route, { type, body: files, key: admin })
      assert.equal(answer.status, 415, `${route} as ${type}: ${answer.text}`)
    }
  }
})

test('an odd content type never brings an unchecked body to a handler', async () => {
  const admin = await town.key(ROLE_PERMISSIONS.admin)
  const before = (await town.ask('GET /api/workspace', { key: admin })).body
  const odd = [
    'application/json\t; charset=utf-8',
    'application/json \t',
    'application/json;',
    'application/json; a=b; charset=utf-16',
    'application/jsonx',
    'application/json/x',
    'application/json, text/plain',
    'application/vnd.x+json',
    'APPLICATION/JSON',
    'application/json garbage',
    'application/javascript; application/json',
    ' application/json',
    '',
  ]
  for (const type of odd) {
    const { status, text } = await plain('PUT /api/workspace', { type, body: '{"currency":"nonsense","timezone":7}', key: admin })
    assert.ok([400, 415, 422].includes(status), `${JSON.stringify(type)} gave ${status} ${text}`)
  }
  assert.deepEqual((await town.ask('GET /api/workspace', { key: admin })).body, before)
})

test('a file that is sent to a list is read as lines, whatever it says of paths and types', async () => {
  await town.world.publish({ kind: 'list', id: 'guests', name: 'Guests' })
  const admin = await town.key(ROLE_PERMISSIONS.admin)
  for (const type of ['application/json', 'multipart/form-data; boundary=x', 'text/csv', 'application/x-php']) {
    const body = JSON.stringify({ files: { file: { filepath: '/etc/passwd', path: '/etc/passwd' } } })
    const { status, text } = await plain('POST /api/lists/guests/import?dryRun=true&file=..%2f..%2fx.php.jpg', { type, body, key: admin })
    assert.equal(status, 200, text)
    assert.match(text, /filepath/, 'the words are a heading')
    assert.doesNotMatch(text, /root:|"taken":[1-9]/)
  }
})

/** A request whose content type no client would send. */
async function plain(
  route: string,
  { type, body, key }: { type: string; body: string; key: string },
): Promise<{ readonly status: number; readonly text: string }> {
  const [method, path] = addressed(route).split(' ') as [string, string]
  const asked = request(new URL(path, town.world.url), {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': type, 'content-length': Buffer.byteLength(body) },
  })
  asked.end(body)
  const [answer] = (await once(asked, 'response')) as [import('node:http').IncomingMessage]
  let text = ''
  for await (const piece of answer.setEncoding('utf8')) text += piece
  return { status: answer.statusCode!, text }
}
