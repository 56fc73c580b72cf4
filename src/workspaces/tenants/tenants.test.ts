import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { PASSWORD, testApi } from '../../../test/fixtures/api.ts'

const api = await testApi()
after(() => api.stop())
const inside = (cookie: string, workspace: string) => ({ cookie, headers: { 'cadenza-workspace': workspace } })

test('an administrator makes another workspace and works in both; whoever administers none makes none', async () => {
  const shop = await api.workspace()
  const [ada, bob] = [await api.person(shop.id, 'admin'), await api.person(shop.id, 'marketer')]
  const made = await api.ask('POST /api/workspaces', {
    cookie: ada.cookie,
    body: { name: 'Second', timezone: 'Europe/Oslo', currency: 'NOK' },
  })
  assert.equal(made.status, 200, JSON.stringify(made.body))
  const { id } = made.body.workspace
  assert.equal((await api.keys.writeKey(made.body.writeKey))?.workspace, id)
  assert.equal((await api.ask('POST /api/workspaces', { cookie: bob.cookie, body: { name: 'x' } })).body.code, 'workspaces.not-admin')
  assert.equal((await api.ask('POST /api/workspaces', { key: shop.key, body: { name: 'x' } })).body.code, 'workspaces.person')
  assert.equal((await api.ask('GET /api/members', { cookie: ada.cookie })).body.code, 'auth.workspace.which', 'nothing is guessed')
  const here = await api.ask('GET /api/members', inside(ada.cookie, id))
  assert.deepEqual(
    here.body.members.map((each: { id: string }) => each.id),
    [ada.id],
  )
  assert.equal(
    (await api.ask(`GET /api/workspace?cadenza-workspace=${id}`, { cookie: ada.cookie })).body.name,
    'Second',
    'streams say it in the address',
  )
  assert.equal((await api.ask('GET /api/workspace', inside(bob.cookie, id))).status, 404)
  assert.equal(
    (await api.ask(`PUT /api/workspace?cadenza-workspace=${id}`, { cookie: ada.cookie, body: { name: 'x' } })).status,
    400,
    'a change says it in the header',
  )
})

test('one leaves, and is out at once; the last administrator stays', async () => {
  const shop = await api.workspace()
  const [ada, bob] = [await api.person(shop.id, 'admin'), await api.person(shop.id, 'viewer')]
  assert.equal((await api.ask(`POST /api/workspaces/${shop.id}/leave`, { cookie: ada.cookie, body: {} })).body.code, 'members.last-admin')
  assert.equal((await api.ask(`POST /api/workspaces/${shop.id}/leave`, { cookie: bob.cookie, body: {} })).status, 200)
  assert.equal((await api.ask('GET /api/workspace', inside(bob.cookie, shop.id))).status, 404)
})

test('a key that rotates goes on working for the hours that were said, and the new one may do the same', async () => {
  const shop = await api.workspace()
  const made = await api.ask('POST /api/keys', { key: shop.key, body: { kind: 'secret', name: 'CI', scopes: ['documents:read'] } })
  const rotated = await api.ask(`POST /api/keys/${made.body.key.id}/rotate`, { key: shop.key, body: { overlapHours: 2 } })
  assert.deepEqual([rotated.body.key.name, rotated.body.key.scopes], ['CI', ['documents:read']])
  const works = async (key: string) => (await api.ask('GET /api/workspace', { key })).status
  assert.deepEqual([await works(made.body.value), await works(rotated.body.value)], [200, 200])
  api.pass(2 * 3_600_000 + 1)
  assert.deepEqual([await works(made.body.value), await works(rotated.body.value)], [401, 200])
  api.pass(-(2 * 3_600_000 + 1))
})

test('a developer makes keys within their own permissions, and leaves the secret keys of others alone', async () => {
  const shop = await api.workspace()
  const dev = await api.person(shop.id, 'developer')
  const theirs = await api.ask('POST /api/keys', { key: shop.key, body: { kind: 'secret', name: 'Theirs', scopes: ['documents:read'] } })
  const make = (scopes: readonly string[]) =>
    api.ask('POST /api/keys', { cookie: dev.cookie, body: { kind: 'secret', name: 'Mine', scopes } })
  assert.equal((await make(['publish'])).body.code, 'keys.scope')
  const mine = await make(['data:write'])
  assert.equal(mine.status, 200)
  for (const route of [`DELETE /api/keys/${theirs.body.key.id}`, `POST /api/keys/${theirs.body.key.id}/rotate`]) {
    const answer = await api.ask(route, { cookie: dev.cookie, ...(route.startsWith('POST') && { body: {} }) })
    assert.equal(answer.body.code, 'keys.others', route)
  }
  assert.equal((await api.ask(`DELETE /api/keys/${mine.body.key.id}`, { cookie: dev.cookie })).status, 200)
})

test('two invitations of one address, accepted at once, make one account and one membership', async () => {
  const shop = await api.workspace()
  const email = 'twice@acme.test'
  const invite = async () =>
    (await api.ask('POST /api/invitations', { key: shop.key, body: { email, role: 'marketer' } })).body.link.split('#')[1]
  const tokens = [await invite(), await invite()]
  const shown = await api.ask('POST /api/invitations/show', { body: { token: tokens[0] } })
  assert.deepEqual([shown.body.email, shown.body.role, shown.body.known], [email, 'marketer', false])
  const answers = await Promise.all(
    [...tokens, ...tokens].map((token) => api.ask('POST /api/invitations/accept', { body: { token, name: 'Twice', password: PASSWORD } })),
  )
  assert.ok(
    answers.every(({ status }) => status === 200 || status === 410),
    JSON.stringify(answers.map(({ status }) => status)),
  )
  const { body } = await api.ask('GET /api/members', { key: shop.key })
  assert.equal(body.members.filter((each: { email: string }) => each.email === email).length, 1)
})

test('somebody with an account accepts without a password, keeps name and password, and cannot lose a role by it', async () => {
  const [acme, globex] = [await api.workspace(), await api.workspace()]
  const ada = await api.person(acme.id, 'admin')
  const link = (await api.ask('POST /api/invitations', { key: globex.key, body: { email: ada.email, role: 'analyst' } })).body.link
  const token = link.split('#')[1]
  assert.equal((await api.ask('POST /api/invitations/show', { body: { token } })).body.known, true)
  assert.equal(
    (await api.ask('POST /api/invitations/accept', { body: { token, name: 'Eve', password: 'chosen by an attacker' } })).status,
    200,
  )
  assert.equal((await api.ask('GET /api/session', inside(ada.cookie, globex.id))).body.role, 'analyst')
  assert.equal((await api.ask('GET /api/account', { cookie: ada.cookie })).body.person.name, 'admin')
  const again = await api.ask('POST /api/invitations', { key: acme.key, body: { email: ada.email, role: 'viewer' } })
  assert.equal(again.body.code, 'members.there')
})
