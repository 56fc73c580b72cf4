import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { egress } from '#platform/egress.ts'
import { PASSWORD, testApi } from '../../../test/fixtures/api.ts'
import { type Identity, identityProvider } from '../../../test/fixtures/identity-provider.ts'

const people = new Map<string, Identity>()
const provider = await identityProvider(people)
const out = egress({ allowPrivate: [provider.place] })
const api = await testApi({ egress: out })
after(async () => {
  await api.stop()
  await out.close()
  await provider.stop()
})

const settings = (over: object = {}) => ({
  secondFactor: false,
  onlyProvider: false,
  provider: { name: 'Acme', issuer: provider.issuer, clientId: provider.client.client_id, domains: ['acme.test'], role: 'analyst' },
  clientSecret: provider.client.client_secret,
  ...over,
})
const withProvider = async (over: object = {}) => {
  const shop = await api.workspace()
  const put = await api.ask('PUT /api/sign-in-settings', { key: shop.key, body: settings(over) })
  assert.equal(put.status, 200, JSON.stringify(put.body))
  return shop
}
const go = (path: string, cookie = '') => fetch(`${api.url}${path}`, { redirect: 'manual', headers: { cookie } })
const pairs = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0]!)
    .filter((pair) => !pair.endsWith('='))
    .join('; ')

/** The whole way: to the provider, signed in there as somebody, and back. */
async function come(workspace: string, as: string, change: (back: URL) => void = () => {}) {
  const begun = await go(`/api/auth/provider/${workspace}?to=/journeys`)
  assert.equal(begun.status, 303)
  const back = new URL(await provider.visit(begun.headers.get('location')!, as))
  change(back)
  const cookie = pairs(begun)
  return { answer: await go(back.pathname + back.search, cookie), back, cookie }
}
const person = (id: string, over: Partial<Identity> = {}): string => {
  people.set(id, { email: `${id}@acme.test`, email_verified: true, name: `${id} of Acme`, ...over })
  return id
}
const problemOf = (answer: Response): string => new URL(answer.headers.get('location')!, api.url).searchParams.get('problem') ?? ''

test('somebody whom the provider vouches for comes in with the role for new people, and to where they wanted', async () => {
  const shop = await withProvider()
  const { answer } = await come(shop.id, person('ada'))
  assert.deepEqual([answer.status, answer.headers.get('location')], [303, '/journeys'])
  const session = await api.ask('GET /api/session', { cookie: pairs(answer) })
  assert.deepEqual([session.body.person.email, session.body.role, session.body.via], ['ada@acme.test', 'analyst', shop.id])
  const { body } = await api.ask('GET /api/audit', { key: shop.key })
  assert.ok(body.lines.some((line: { action: string }) => line.action === 'account.signed_in_by_provider'))
  const again = await come(shop.id, 'ada')
  const second = await api.ask('GET /api/session', { cookie: pairs(again.answer) })
  assert.equal(second.body.person.id, session.body.person.id, 'the same person')
})

test('what comes back counts once, in the browser that began, with the state that was given', async () => {
  const shop = await withProvider()
  const { answer, back, cookie } = await come(shop.id, person('bea'))
  assert.equal(answer.headers.get('location'), '/journeys')
  assert.equal(problemOf(await go(back.pathname + back.search, cookie)), 'provider.refused', 'a code counts once')
  assert.equal(problemOf(await go(back.pathname + back.search)), 'provider.over', 'another browser')
  const forged = await come(shop.id, 'bea', (url) => url.searchParams.set('state', 'another'))
  assert.equal(problemOf(forged.answer), 'provider.refused')
  const none = await come(shop.id, 'bea', (url) => url.searchParams.delete('code'))
  assert.equal(problemOf(none.answer), 'provider.refused')
})

test('an address that is not verified, or in no allowed domain, lets nobody in and makes no account', async () => {
  const shop = await withProvider()
  const unverified = await come(shop.id, person('cy', { email_verified: false }))
  assert.equal(problemOf(unverified.answer), 'provider.unverified')
  const foreign = await come(shop.id, person('dan', { email: 'dan@acme.test.evil.example' }))
  assert.equal(problemOf(foreign.answer), 'provider.domain')
  const { rows } = await api.database.pool.query(`select 1 from auth_people where email like 'cy@%' or email like 'dan@%'`)
  assert.equal(rows.length, 0)
})

test('an account that is there already is joined by its verified address; a session of the provider opens its own workspace only', async () => {
  const [acme, globex] = [await withProvider(), await api.workspace()]
  const ada = await api.person(globex.id, 'admin')
  const { answer } = await come(acme.id, person('x1', { email: ada.email }), () => {})
  assert.equal(problemOf(answer), 'provider.domain', 'the domain is not let in')
  const both = await withProvider({ provider: { ...settings().provider, domains: ['example.test'] } })
  const joined = await come(both.id, 'x1')
  const cookie = pairs(joined.answer)
  const session = await api.ask('GET /api/session', { cookie })
  assert.equal(session.body.person.id, ada.id)
  assert.deepEqual(
    session.body.workspaces.map((each: { id: string }) => each.id),
    [both.id],
    'whoever runs this provider gets nothing of the other workspace',
  )
  const elsewhere = await api.ask('GET /api/members', { cookie, headers: { 'cadenza-workspace': globex.id } })
  assert.deepEqual([elsewhere.status, elsewhere.body.code], [404, 'auth.workspace'])
  assert.equal(
    (await api.ask('POST /api/account/second-factor', { cookie, body: { password: PASSWORD } })).body.code,
    'account.by_provider',
  )
  assert.equal((await api.ask('POST /api/workspaces', { cookie, body: { name: 'x' } })).status, 403)
})

test('an invitation gives its role; whoever was removed does not come back by themselves', async () => {
  const shop = await withProvider()
  await api.ask('POST /api/invitations', { key: shop.key, body: { email: 'eli@acme.test', role: 'marketer' } })
  const { answer } = await come(shop.id, person('eli'))
  const session = await api.ask('GET /api/session', { cookie: pairs(answer) })
  assert.equal(session.body.role, 'marketer')
  assert.equal((await api.ask(`DELETE /api/members/${session.body.person.id}`, { key: shop.key })).status, 200)
  assert.equal(problemOf((await come(shop.id, 'eli')).answer), 'provider.removed')
})

test('where only the provider counts, a password opens nothing, save for administrators with a second factor', async () => {
  const shop = await withProvider()
  const [ada, bob] = [await api.person(shop.id, 'admin'), await api.person(shop.id, 'viewer')]
  const locked = await api.ask('PUT /api/sign-in-settings', { cookie: ada.cookie, body: settings({ onlyProvider: true }) })
  assert.equal(locked.body.code, 'provider.locked-out')
  await api.database.pool.query(`insert into auth_second_factors (person_id, sealed, confirmed_at) values ($1, '', 1)`, [ada.id])
  assert.equal((await api.ask('PUT /api/sign-in-settings', { cookie: ada.cookie, body: settings({ onlyProvider: true }) })).status, 200)
  assert.equal((await api.ask('GET /api/documents', { cookie: bob.cookie })).body.code, 'auth.provider-only')
  assert.equal((await api.ask('GET /api/documents', { cookie: ada.cookie })).status, 200)
  const { answer } = await come(shop.id, person('fay'))
  assert.equal((await api.ask('GET /api/documents', { cookie: pairs(answer) })).status, 200)
})

test('settings are kept only when the provider answers; the secret is sealed, and goes to no other issuer', async () => {
  const shop = await withProvider()
  const put = (over: object) =>
    api.ask('PUT /api/sign-in-settings', { key: shop.key, body: { ...settings(), clientSecret: undefined, ...over } })
  assert.equal((await put({})).status, 200, 'the kept secret goes on')
  assert.equal((await put({ provider: { ...settings().provider, issuer: `${provider.issuer}/elsewhere` } })).body.code, 'provider.secret')
  const wrong = await put({ clientSecret: 'x', provider: { ...settings().provider, issuer: `${provider.issuer}/elsewhere` } })
  assert.equal(wrong.body.code, 'provider.unreachable')
  const insecure = await put({ clientSecret: 'x', provider: { ...settings().provider, issuer: 'http://login.example.com' } })
  assert.equal(insecure.body.code, 'provider.insecure')
  const shown = await api.ask('GET /api/sign-in-settings', { key: shop.key })
  assert.ok(!JSON.stringify(shown.body).includes(provider.client.client_secret))
  assert.match(shown.body.callback, /\/api\/auth\/provider\/callback$/)
  const { rows } = await api.database.pool.query('select client_secret from sign_in_settings where workspace_id = $1', [shop.id])
  assert.match(rows[0].client_secret, /^v1\./)
})
