import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { z } from 'zod'
import type { Action } from '#lib/action.ts'
import type { Answer } from '../../test/fixtures/api.ts'
import { PEOPLE_ACTIONS, testApi } from '../../test/fixtures/api.ts'
import { WORKSPACE_ACTIONS } from './api.ts'
import { DOCUMENT_ACTIONS } from './documents/api.ts'
import { ROLE_PERMISSIONS, Role, type Scope } from './schema.ts'

const note = { kind: 'note', schema: z.object({ text: z.string() }), publish: 'publish' as const }
const api = await testApi({ kinds: [note] })
after(() => api.stop())
const ACTIONS = [...WORKSPACE_ACTIONS, ...PEOPLE_ACTIONS, ...DOCUMENT_ACTIONS]
const REFUSED = ['auth.needed', 'auth.forbidden', 'auth.workspace.which']

/** Calls an action with names that exist nowhere, so that whoever may call it changes nothing. */
const call = (action: Action, as: { cookie?: string; key?: string }): Promise<Answer> => {
  const path = action.route.replace(/:\w+/g, 'no-such-thing')
  return api.ask(path, { ...as, ...(/^(POST|PUT)/.test(path) && { body: { documents: 'not a list', kind: 7 } }) })
}
const refusal = (answer: Answer): string => (REFUSED.includes(answer.body?.code) ? answer.body.code : '')

test('every route × every role: what is not granted is refused, before anything else is looked at', async () => {
  const shop = await api.workspace()
  for (const role of Role.options) {
    const { cookie } = await api.person(shop.id, role)
    for (const action of ACTIONS) {
      const granted = ['public', 'self', 'signed-in'].includes(action.may) || ROLE_PERMISSIONS[role].includes(action.may as Scope)
      assert.equal(refusal(await call(action, { cookie })), granted ? '' : 'auth.forbidden', `${role} calls ${action.name}`)
    }
  }
})

test('nobody may call only what is public', async () => {
  for (const action of ACTIONS) {
    const answer = await call(action, {})
    assert.equal(refusal(answer), action.may === 'public' ? '' : 'auth.needed', action.name)
    if (action.may !== 'public') assert.equal(answer.status, 401)
  }
})

test('every route × every single scope of a secret key', async () => {
  const shop = await api.workspace()
  for (const scope of ROLE_PERMISSIONS.admin) {
    const { body } = await api.ask('POST /api/keys', { key: shop.key, body: { kind: 'secret', name: scope, scopes: [scope] } })
    for (const action of ACTIONS) {
      const granted = ['public', 'self', 'signed-in'].includes(action.may) || action.may === scope
      assert.equal(
        refusal(await call(action, { key: body.value })),
        granted ? '' : 'auth.forbidden',
        `a key with ${scope} calls ${action.name}`,
      )
    }
  }
})

test('the table of roles says what the handbook says', () => {
  const holders = (scope: Scope): Role[] => Role.options.filter((role) => ROLE_PERMISSIONS[role].includes(scope))
  assert.deepEqual(holders('workspace:admin'), ['admin'])
  assert.deepEqual(holders('documents:write'), ['marketer', 'compliance', 'developer', 'admin'])
  assert.deepEqual(holders('policies:publish'), ['compliance', 'admin'])
  assert.deepEqual(holders('publish'), ['approver', 'admin'])
  assert.deepEqual(holders('send'), ['approver', 'admin'])
  assert.deepEqual(
    holders('reports:save'),
    ['marketer', 'approver', 'compliance', 'analyst', 'developer', 'admin'],
    'who reads numbers for a living keeps them',
  )
  assert.deepEqual(holders('keys:write'), ['developer', 'admin'])
  assert.deepEqual(holders('data:write'), ['developer', 'admin'])
  assert.deepEqual(holders('people:write'), ['compliance', 'admin'])
  assert.deepEqual(
    holders('people:read'),
    ['marketer', 'approver', 'compliance', 'developer', 'admin'],
    'viewers and analysts see numbers, not people',
  )
})

test('what needs a permission and changes something names whose it is in the audit log', () => {
  const silent = ACTIONS.filter((action) => action.may === 'workspace:admin' && !action.route.startsWith('GET') && !action.audited)
  assert.deepEqual(
    silent.map((action) => action.name),
    [],
  )
})

test('a marketer writes a draft that only an approver makes live', async () => {
  const shop = await api.workspace()
  const [marketer, approver] = [await api.person(shop.id, 'marketer'), await api.person(shop.id, 'approver')]
  const saved = await api.ask('PUT /api/documents/note/hello/draft', { cookie: marketer.cookie, body: { body: { text: 'hi' } } })
  assert.equal(saved.status, 200, JSON.stringify(saved.body))
  const publish = (cookie: string) => api.ask('POST /api/documents/note/hello/publish', { cookie, body: { hash: saved.body.draft.hash } })
  const refused = await publish(marketer.cookie)
  assert.deepEqual([refused.status, refused.body.detail], [403, 'Publishing a note needs the permission publish.'])
  const applied = await api.ask('POST /api/documents/apply', {
    cookie: marketer.cookie,
    body: { documents: [{ kind: 'note', id: 'x', body: { text: 'hi' } }] },
  })
  assert.equal(applied.status, 403)
  assert.equal((await publish(approver.cookie)).status, 200)
  assert.equal((await api.ask('POST /api/documents/note/hello/archive', { cookie: marketer.cookie, body: {} })).status, 403)
})

test('what belongs to one workspace does not exist for another', async () => {
  const [acme, globex] = [await api.workspace(), await api.workspace()]
  const bob = await api.person(acme.id, 'marketer')
  const key = (await api.ask('POST /api/keys', { key: acme.key, body: { kind: 'write', name: 'Website' } })).body.key.id
  const invitation = (await api.ask('POST /api/invitations', { key: acme.key, body: { email: 'x@acme.test', role: 'viewer' } })).body
    .invitation.id
  await api.ask('POST /api/documents/apply', {
    key: acme.key,
    body: { documents: [{ kind: 'note', id: 'hidden-note', body: { text: 'of acme' } }] },
  })
  await api.ask('PUT /api/documents/note/draft/draft', { key: acme.key, body: { body: { text: 'of acme' } } })

  const swapped: [string, unknown?][] = [
    [`DELETE /api/keys/${key}`],
    [`DELETE /api/invitations/${invitation}`],
    [`DELETE /api/members/${bob.id}`],
    [`PUT /api/members/${bob.id}`, { role: 'admin' }],
    ['GET /api/documents/note/hidden-note'],
    ['GET /api/documents/note/hidden-note?version=1'],
    ['DELETE /api/documents/note/draft/draft'],
    ['POST /api/documents/note/draft/publish', { hash: 'a'.repeat(64) }],
    ['POST /api/documents/note/hidden-note/archive', {}],
  ]
  for (const [route, body] of swapped) assert.equal((await api.ask(route, { key: globex.key, body })).status, 404, route)
  for (const list of ['keys', 'members', 'documents', 'documents/export', 'audit']) {
    const text = JSON.stringify((await api.ask(`GET /api/${list}`, { key: globex.key })).body)
    for (const secret of [key, invitation, bob.id, 'hidden-note', acme.id]) assert.ok(!text.includes(secret), `${secret} in ${list}`)
  }
  const elsewhere = await api.ask('GET /api/documents', { cookie: bob.cookie, headers: { 'cadenza-workspace': globex.id } })
  assert.deepEqual([elsewhere.status, elsewhere.body.code], [404, 'auth.workspace'])
  assert.equal((await api.ask('GET /api/documents/note/hidden-note', { key: acme.key })).status, 200, 'it is still there')
})

test('another site cannot use the cookie of a person who is signed in', async () => {
  const shop = await api.workspace()
  const { cookie } = await api.person(shop.id, 'admin')
  const change = (headers: Record<string, string>) =>
    api.ask('PUT /api/workspace', { body: { name: 'Changed' }, headers: { cookie, ...headers } })
  for (const headers of [
    { origin: 'https://evil.test' },
    { origin: 'null' },
    { origin: `${api.url}.evil.test` },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    {},
  ] as Record<string, string>[]) {
    const answer = await change(headers)
    assert.deepEqual([answer.status, answer.body.code], [403, 'auth.origin'], JSON.stringify(headers))
  }
  assert.equal((await change({ origin: api.url })).status, 200)
  assert.equal((await change({ 'sec-fetch-site': 'same-origin' })).status, 200)
  assert.equal((await change({ origin: 'http://cadenza.test' })).status, 200, 'the public address')
  const form = await fetch(`${api.url}/api/workspace`, {
    method: 'PUT',
    headers: { cookie, origin: api.url, 'content-type': 'text/plain' },
    body: '{"name":"x"}',
  })
  assert.equal(form.status, 415)
  const signIn = await api.ask('POST /api/auth/sign-in/email', {
    body: { email: 'a@b.test', password: 'x' },
    headers: { origin: 'https://evil.test' },
  })
  assert.deepEqual([signIn.status, signIn.body.code], [403, 'auth.origin'], 'nor sign somebody in')
})

test('credentials that are wrong are refused, also for what is public', async () => {
  for (const authorization of ['Bearer sk_nobody_has_this_key_at_all', 'Basic c2tfeDo=', 'Bearer', 'sk_x']) {
    const answer = await api.ask('GET /api/setup', { headers: { authorization } })
    assert.deepEqual([answer.status, answer.body.code], [401, 'auth.key'], authorization)
  }
})
