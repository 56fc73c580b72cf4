import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { ask, cookieOf, PASSWORD, testApi } from '../../test/fixtures/api.ts'
import type { Key } from './schema.ts'
import { listMembers } from './store.ts'

const minutes = 60_000
const first = {
  workspace: { name: 'Shop', timezone: 'Europe/Oslo', currency: 'NOK' },
  admin: { name: 'Ada', email: 'Ada@Shop.test', password: PASSWORD },
}

test('the first setup wants the token that the server printed, makes all, signs in, and happens once', async () => {
  const api = await testApi()
  after(() => api.stop())
  assert.deepEqual((await api.ask('GET /api/setup')).body, { needed: true })
  const wrong = await api.ask('POST /api/setup', { body: { ...first, token: 'setup_guess' } })
  assert.deepEqual([wrong.status, wrong.body.code], [403, 'setup.token'])
  const weak = await api.ask('POST /api/setup', {
    body: { ...first, admin: { ...first.admin, password: 'short' }, token: api.setup.value },
  })
  assert.deepEqual([weak.status, weak.body.problems[0].at], [422, '/admin/password'])

  const made = await api.ask('POST /api/setup', { body: { ...first, token: api.setup.value } })
  assert.equal(made.status, 200, JSON.stringify(made.body))
  const here = await api.ask('GET /api/session', { cookie: cookieOf(made) })
  assert.deepEqual([here.body.person.email, here.body.role, here.body.workspace.name], ['ada@shop.test', 'admin', 'Shop'])
  await api.ask('GET /api/session', { cookie: cookieOf(made), headers: { 'accept-language': 'de' } })
  const [member] = await listMembers(api.database.pool, made.body.workspace.id)
  assert.equal(member?.language, 'de', 'letters to her are in the language of her screens')
  assert.equal((await api.keys.writeKey(made.body.writeKey))?.workspace, made.body.workspace.id)
  assert.equal((await api.ask('GET /api/workspace', { key: made.body.secretKey })).body.currency, 'NOK')
  const audit = await api.ask('GET /api/audit', { key: made.body.secretKey })
  assert.deepEqual(
    audit.body.lines.map((line: { action: string }) => line.action),
    ['setup.create'],
  )

  const again = await api.ask('POST /api/setup', { body: { ...first, token: api.setup.value } })
  assert.deepEqual([again.status, again.body.code], [409, 'setup.done'])
  assert.deepEqual((await api.ask('GET /api/setup')).body, { needed: false })
})

test('two people who set up at the same moment: one wins', async () => {
  const api = await testApi()
  after(() => api.stop())
  const both = ['a', 'b'].map((name) => ({ ...first, admin: { ...first.admin, email: `${name}@shop.test` }, token: api.setup.value }))
  const answers = await Promise.all(both.map((body) => api.ask('POST /api/setup', { body })))
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, 409])
})

test('a setup token is over after 15 minutes', async () => {
  const api = await testApi()
  after(() => api.stop())
  api.pass(15 * minutes)
  const late = await api.ask('POST /api/setup', { body: { ...first, token: api.setup.value } })
  assert.deepEqual([late.status, late.body.code], [403, 'setup.token'])
})

const api = await testApi()
after(() => api.stop())

test('a key is shown once, kept as a hash, works within its scopes, and not after it was revoked', async () => {
  const shop = await api.workspace()
  const made = await api.ask('POST /api/keys', { key: shop.key, body: { kind: 'secret', name: 'CI', scopes: ['documents:read'] } })
  assert.match(made.body.value, /^sk_[\w-]{43}$/)
  assert.equal(made.body.key.lastFour, made.body.value.slice(-4))
  const { rows } = await api.database.pool.query('select keys::text as row from keys')
  assert.ok(rows.length > 0 && !rows.some(({ row }) => row.includes(made.body.value)), 'the value is nowhere in the table')

  assert.equal((await api.ask('GET /api/documents', { key: made.body.value })).status, 200)
  assert.equal((await api.ask('GET /api/keys', { key: made.body.value })).status, 403)
  const { body } = await api.ask('GET /api/keys', { key: shop.key })
  const used = body.keys.find((key: Key) => key.id === made.body.key.id)
  assert.ok(used.usedAt !== null && !('hash' in used) && !('value' in used))

  assert.equal((await api.ask(`DELETE /api/keys/${made.body.key.id}`, { key: shop.key })).status, 200)
  assert.equal((await api.ask('GET /api/documents', { key: made.body.value })).status, 401)
  assert.equal(
    (await api.ask(`DELETE /api/keys/${made.body.key.id}`, { key: shop.key })).status,
    404,
    'a second time there is nothing to revoke',
  )
})

test('a key ends when it expires, and cannot do more than whoever made it', async () => {
  const shop = await api.workspace(['workspace:admin', 'keys:write'])
  const expiresAt = Date.now() + 60 * minutes
  const made = await api.ask('POST /api/keys', {
    key: shop.key,
    body: { kind: 'secret', name: 'short', scopes: ['keys:write'], expiresAt },
  })
  assert.equal((await api.ask('GET /api/keys', { key: made.body.value })).status, 200)
  api.pass(61 * minutes)
  assert.equal((await api.ask('GET /api/keys', { key: made.body.value })).status, 401, 'also while it is still in memory')
  api.pass(-61 * minutes)
  const greedy = await api.ask('POST /api/keys', { key: shop.key, body: { kind: 'secret', name: 'x', scopes: ['people:read'] } })
  assert.deepEqual([greedy.status, greedy.body.code], [403, 'keys.scope'])
})

test('a write key names workspace and source; it opens no API, and a secret key takes no events', async () => {
  const shop = await api.workspace()
  const { body } = await api.ask('POST /api/keys', { key: shop.key, body: { kind: 'write', name: 'Website' } })
  assert.deepEqual(await api.keys.writeKey(body.value), { workspace: shop.id, source: body.key.id })
  assert.equal(await api.keys.writeKey(shop.key), undefined)
  assert.equal(await api.keys.writeKey('wk_unknown_but_well_formed'), undefined)
  assert.equal((await api.ask('GET /api/workspace', { key: body.value })).status, 401)
  await api.ask(`DELETE /api/keys/${body.key.id}`, { key: shop.key })
  assert.equal(await api.keys.writeKey(body.value), undefined, 'the process that revoked it knows at once')
})

test('asking for one write key often asks the database once', async () => {
  const shop = await api.workspace()
  const { body } = await api.ask('POST /api/keys', { key: shop.key, body: { kind: 'write', name: 'App' } })
  const started = performance.now()
  for (let i = 0; i < 20_000; i++) await api.keys.writeKey(body.value)
  const microseconds = ((performance.now() - started) * 1_000) / 20_000
  assert.ok(microseconds < 100, `${microseconds.toFixed(1)} µs each`)
})

test('somebody who is invited chooses a password, joins with the role, and can use the link once', async () => {
  const shop = await api.workspace()
  const { body } = await api.ask('POST /api/invitations', { key: shop.key, body: { email: 'Bob@Shop.test', role: 'marketer' } })
  const token = body.link.split('#')[1]
  const join = { token, name: 'Bob', password: PASSWORD }
  assert.equal((await api.ask('POST /api/invitations/accept', { body: { ...join, token: 'inv_guess' } })).status, 410)
  assert.deepEqual((await api.ask('POST /api/invitations/accept', { body: join })).body, { email: 'bob@shop.test' })
  assert.equal((await api.ask('POST /api/invitations/accept', { body: join })).status, 410)
  const signedIn = await api.ask('POST /api/auth/sign-in/email', { body: { email: 'bob@shop.test', password: PASSWORD } })
  const session = await api.ask('GET /api/session', { cookie: cookieOf(signedIn) })
  assert.deepEqual([session.body.role, session.body.workspace.id], ['marketer', shop.id])
})

test('an invitation to somebody who has an account does not change their password', async () => {
  const [shop, other] = [await api.workspace(), await api.workspace()]
  const ada = await api.person(shop.id, 'admin')
  const { body } = await api.ask('POST /api/invitations', { key: other.key, body: { email: ada.email, role: 'viewer' } })
  await api.ask('POST /api/invitations/accept', {
    body: { token: body.link.split('#')[1], name: 'Eve', password: 'another long password' },
  })
  const withNew = await api.ask('POST /api/auth/sign-in/email', { body: { email: ada.email, password: 'another long password' } })
  assert.equal(withNew.status, 401)
  const session = await api.ask('GET /api/session', { cookie: ada.cookie })
  assert.equal(session.body.workspaces.length, 2)
  assert.equal(session.body.workspace, null, 'with two workspaces none is guessed')
  const which = await api.ask('GET /api/documents', { cookie: ada.cookie })
  assert.deepEqual([which.status, which.body.code], [400, 'auth.workspace.which'])
  assert.equal((await api.ask('GET /api/documents', { cookie: ada.cookie, headers: { 'cadenza-workspace': other.id } })).status, 200)
})

test('an invitation that was taken back, or is three days old, is over', async () => {
  const shop = await api.workspace()
  const invite = () => api.ask('POST /api/invitations', { key: shop.key, body: { email: 'late@shop.test', role: 'viewer' } })
  const [a, b] = [await invite(), await invite()]
  assert.equal((await api.ask(`DELETE /api/invitations/${a.body.invitation.id}`, { key: shop.key })).status, 200)
  const accept = (body: { link: string }) =>
    api.ask('POST /api/invitations/accept', { body: { token: body.link.split('#')[1], name: 'L', password: PASSWORD } })
  assert.equal((await accept(a.body)).status, 410)
  api.pass(3 * 24 * 60 * minutes + 1)
  assert.equal((await accept(b.body)).status, 410)
  api.pass(-(3 * 24 * 60 * minutes + 1))
})

test('a role that changes, and a member who is removed, lose their sessions; the last administrator stays', async () => {
  const shop = await api.workspace()
  const [ada, bob] = [await api.person(shop.id, 'admin'), await api.person(shop.id, 'marketer')]
  const changed = await api.ask(`PUT /api/members/${bob.id}`, { cookie: ada.cookie, body: { role: 'viewer' } })
  assert.deepEqual([changed.status, changed.body.role], [200, 'viewer'])
  assert.equal((await api.ask('GET /api/session', { cookie: bob.cookie })).status, 401)
  for (const [route, body] of [
    [`PUT /api/members/${ada.id}`, { role: 'viewer' }],
    [`DELETE /api/members/${ada.id}`, undefined],
  ] as const) {
    const kept = await api.ask(route, { cookie: ada.cookie, body })
    assert.deepEqual([kept.status, kept.body.code], [409, 'members.last-admin'])
  }
  assert.equal((await api.ask(`DELETE /api/members/${bob.id}`, { cookie: ada.cookie })).status, 200)
  const left = await api.ask('GET /api/members', { cookie: ada.cookie })
  assert.deepEqual(
    left.body.members.map((member: { id: string }) => member.id),
    [ada.id],
  )
})

test('settings change in part, and only to what fits', async () => {
  const shop = await api.workspace()
  const changed = await api.ask('PUT /api/workspace', { key: shop.key, body: { postalAddress: '1 High Street' } })
  assert.deepEqual([changed.body.postalAddress, changed.body.timezone], ['1 High Street', 'UTC'])
  const bad = await api.ask('PUT /api/workspace', { key: shop.key, body: { timezone: 'Mars/Olympus', currency: 'euro' } })
  assert.deepEqual(
    bad.body.problems.map((problem: { at: string }) => problem.at),
    ['/timezone', '/currency'],
  )
})

test('the audit log names who did what, in a chain that shows each change to it', async () => {
  const shop = await api.workspace()
  const actor = (await api.ask('GET /api/keys', { key: shop.key })).body.keys[0].id
  for (const name of ['One', 'Two', 'Three']) await api.ask('PUT /api/workspace', { key: shop.key, body: { name } })
  await Promise.all(['a', 'b', 'c'].map((name) => api.ask('POST /api/keys', { key: shop.key, body: { kind: 'write', name } })))
  const { lines, next } = (await api.ask('GET /api/audit?limit=4', { key: shop.key })).body
  assert.deepEqual([lines.length, lines[0].seq, next, lines[0].actor], [4, 6, 3, `key:${actor}`])
  const { lines: count, head, fault } = (await api.ask('GET /api/audit/verify', { key: shop.key })).body
  assert.deepEqual([count, head, fault], [6, lines[0].hash, null])
})

test('a wrong password and an unknown address get the same answer; after five tries the address has to wait', async () => {
  await api.database.pool.query('delete from auth_rate_limits')
  const shop = await api.workspace()
  const ada = await api.person(shop.id, 'admin')
  await api.database.pool.query('delete from auth_rate_limits')
  const tryWith = (email: string, password: string) => api.ask('POST /api/auth/sign-in/email', { body: { email, password } })
  const [wrong, unknown] = [await tryWith(ada.email, 'not the password'), await tryWith('nobody@shop.test', 'not the password')]
  const { requestId: _1, ...a } = wrong.body
  const { requestId: _2, ...b } = unknown.body
  assert.deepEqual([wrong.status, a], [unknown.status, b])
  for (let i = 0; i < 3; i++) await tryWith(ada.email, 'not the password')
  const limited = await tryWith(ada.email, PASSWORD)
  assert.deepEqual([limited.status, limited.body.code], [429, 'auth.too-often'])
  assert.match(limited.headers.get('retry-after')!, /^\d+$/)
  const spoofed = await api.ask('POST /api/auth/sign-in/email', {
    body: { email: ada.email, password: PASSWORD },
    headers: { 'x-cadenza-client': '9.9.9.9', 'x-forwarded-for': '9.9.9.9' },
  })
  assert.equal(spoofed.status, 429, 'the client does not choose its address')
  await api.database.pool.query('delete from auth_rate_limits')
})

test('signing out ends the session on the server', async () => {
  const shop = await api.workspace()
  const ada = await api.person(shop.id, 'viewer')
  assert.equal((await api.ask('POST /api/auth/sign-out', { cookie: ada.cookie, body: {} })).status, 200)
  assert.equal((await api.ask('GET /api/session', { cookie: ada.cookie })).status, 401)
})

test('a changed password ends all other sessions, whatever the client asks for', async () => {
  const shop = await api.workspace()
  const ada = await api.person(shop.id, 'viewer')
  const elsewhere = await api.ask('POST /api/auth/sign-in/email', { body: { email: ada.email, password: PASSWORD } })
  const changed = await api.ask('POST /api/auth/change-password', {
    cookie: ada.cookie,
    body: { currentPassword: PASSWORD, newPassword: 'a quite different password', revokeOtherSessions: false },
  })
  assert.equal(changed.status, 200, JSON.stringify(changed.body))
  assert.equal((await api.ask('GET /api/session', { cookie: cookieOf(elsewhere) })).status, 401)
  assert.equal((await api.ask('GET /api/session', { cookie: ada.cookie })).status, 401)
  assert.equal((await api.ask('GET /api/session', { cookie: cookieOf(changed) })).status, 200)
})

test('a session ends after two hours without a request, and after twelve in any case; a forged cookie opens nothing', async () => {
  const shop = await api.workspace()
  const [idle, old, forged] = [
    await api.person(shop.id, 'viewer'),
    await api.person(shop.id, 'viewer'),
    await api.person(shop.id, 'viewer'),
  ]
  const { pool } = api.database
  const status = async (cookie: string) => (await api.ask('GET /api/session', { cookie })).status
  assert.equal(await status(idle.cookie), 200)
  await pool.query(`update auth_sessions set expires_at = now() - interval '1 second' where person_id = $1`, [idle.id])
  assert.equal(await status(idle.cookie), 401)
  await pool.query(`update auth_sessions set created_at = now() - interval '12 hours 1 second' where person_id = $1`, [old.id])
  assert.equal(await status(old.cookie), 401)
  const { rows } = await pool.query('select token from auth_sessions where person_id = $1', [forged.id])
  assert.equal(await status(`cadenza=${rows[0].token}.AAAA`), 401, 'the token of the table is not enough: the cookie is signed')
})

test('the cookie is out of reach for scripts and other sites, and with https bound to the host', async () => {
  const secure = await testApi({ secure: true })
  after(() => secure.stop())
  const shop = await secure.workspace()
  const ada = await secure.person(shop.id, 'viewer')
  const answer = await secure.ask('POST /api/auth/sign-in/email', { body: { email: ada.email, password: PASSWORD } })
  const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('__Host-cadenza='))
  assert.ok(cookie, answer.headers.getSetCookie().join('\n'))
  for (const part of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) assert.ok(cookie.includes(part), `${part} in ${cookie}`)
  assert.ok(!cookie.includes('Domain='))
})

test('only what is meant to be reachable of the sign-in library is', async () => {
  for (const path of [
    'sign-up/email',
    'update-user',
    'delete-user',
    'request-password-reset',
    'change-email',
    'get-session',
    'list-sessions',
    'ok',
    'error',
  ]) {
    for (const method of ['GET', 'POST']) {
      const answer = await ask(
        api.url,
        `${method} /api/auth/${path}`,
        method === 'POST' ? { body: { email: 'x@y.test', password: PASSWORD, name: 'x' } } : {},
      )
      assert.equal(answer.status, 404, `${method} ${path}`)
    }
  }
})
