import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { cookieOf, PASSWORD, testApi } from '../../../test/fixtures/api.ts'
import { codeAt, stepAt } from '../adapters/totp.ts'

const api = await testApi()
after(() => api.stop())

let shift = 0
const pass = (ms: number): void => {
  shift += ms
  api.pass(ms)
}
const now = (): number => Date.now() + shift
/** A code that no test has used: each takes the next half minute. */
const nextCode = (secret: string): string => {
  pass(30_000)
  return codeAt(secret, stepAt(now()))
}
const signIn = async (email: string) => {
  await api.database.pool.query('delete from auth_rate_limits')
  return api.ask('POST /api/auth/sign-in/email', { body: { email, password: PASSWORD } })
}
/** A person with a second factor: their session, secret and recovery codes. */
async function secured(role: 'admin' | 'viewer' = 'viewer') {
  const shop = await api.workspace()
  const person = await api.person(shop.id, role)
  const begun = await api.ask('POST /api/account/second-factor', { cookie: person.cookie, body: { password: PASSWORD } })
  assert.equal(begun.status, 200, JSON.stringify(begun.body))
  const { secret } = begun.body
  const confirmed = await api.ask('POST /api/account/second-factor/confirm', { cookie: person.cookie, body: { code: nextCode(secret) } })
  assert.equal(confirmed.status, 200, JSON.stringify(confirmed.body))
  return { shop, person, secret: secret as string, recovery: confirmed.body.recoveryCodes as string[] }
}
const stepCookie = (answer: Awaited<ReturnType<typeof signIn>>): string =>
  answer.headers
    .getSetCookie()
    .find((line) => line.startsWith('cadenza-step='))!
    .split(';', 1)[0]!
const enter = (cookie: string, code: string) => api.ask('POST /api/sign-in/code', { body: { code }, headers: { cookie, origin: api.url } })
const actionsOf = async (key: string): Promise<string[]> =>
  (await api.ask('GET /api/audit?limit=500', { key })).body.lines.map((line: { action: string }) => line.action)

test('with a second factor the password alone opens nothing: the session comes with the code', async () => {
  const { person, secret, shop } = await secured()
  const first = await signIn(person.email)
  assert.deepEqual([first.status, first.body], [200, { done: false, next: 'code' }])
  assert.ok(!first.headers.getSetCookie().some((line) => /^cadenza=[^;]/.test(line)), 'no session yet')
  assert.equal((await api.ask('GET /api/session', { cookie: stepCookie(first) })).status, 401)
  const second = await enter(stepCookie(first), nextCode(secret))
  assert.equal(second.status, 200, JSON.stringify(second.body))
  assert.equal((await api.ask('GET /api/session', { cookie: cookieOf(second) })).body.person.id, person.id)
  const told = await actionsOf(shop.key)
  for (const action of ['account.factor_set', 'account.signed_in']) assert.ok(told.includes(action), action)
})

test('a code counts once, also for whoever looked over a shoulder', async () => {
  const { person, secret } = await secured()
  const code = nextCode(secret)
  const first = stepCookie(await signIn(person.email))
  const again = stepCookie(await signIn(person.email))
  const answers = await Promise.all([enter(first, code), enter(again, code)])
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 401])
  assert.equal((await enter(again, code)).body.code, 'factor.used')
})

test('a recovery code opens the door once, and five wrong codes make a pause of a quarter of an hour', async () => {
  const { person, recovery, secret } = await secured()
  const [code = ''] = recovery
  const opened = await enter(stepCookie(await signIn(person.email)), code.toUpperCase())
  assert.deepEqual([opened.status, opened.body.recoveryLeft], [200, 9])
  const cookie = stepCookie(await signIn(person.email))
  assert.equal((await enter(cookie, code)).body.code, 'factor.wrong', 'used up')
  for (let i = 0; i < 4; i++) assert.equal((await enter(cookie, '000000')).body.code, 'factor.wrong')
  assert.deepEqual(
    [(await enter(cookie, nextCode(secret))).body.code, (await enter(cookie, recovery[1]!)).body.code],
    Array(2).fill('factor.too-often'),
  )
  pass(15 * 60_000 + 1)
  assert.equal((await enter(cookie, nextCode(secret))).status, 401, 'ten minutes for the code are over')
  assert.equal((await enter(stepCookie(await signIn(person.email)), nextCode(secret))).status, 200)
})

test('a clock that is half a minute off opens the door, one that is further off does not; an older code than the last counts no more', async () => {
  const { person, secret } = await secured()
  pass(120_000)
  const at = async (steps: number): Promise<string> => {
    const { status, body } = await enter(stepCookie(await signIn(person.email)), codeAt(secret, stepAt(now()) + steps))
    return status === 200 ? 'in' : body.code
  }
  // A moment at the beginning of a half minute, so that none passes between reckoning a code and its check.
  pass(30_000 - (now() % 30_000))
  assert.deepEqual([await at(-2), await at(2)], ['factor.wrong', 'factor.wrong'])
  assert.equal(await at(-1), 'in')
  assert.equal(await at(-1), 'factor.used')
  assert.equal(await at(1), 'in')
  assert.equal(await at(0), 'factor.used')
})

test('the pause after five wrong codes holds in every window and with a new password step', async () => {
  const { person, secret, recovery } = await secured()
  for (let i = 0; i < 5; i++) assert.equal((await enter(stepCookie(await signIn(person.email)), '000000')).body.code, 'factor.wrong')
  const fresh = stepCookie(await signIn(person.email))
  for (const code of [nextCode(secret), recovery[0]!]) assert.equal((await enter(fresh, code)).body.code, 'factor.too-often')
  assert.equal((await api.ask('GET /api/session', { cookie: person.cookie })).status, 200, 'who is inside stays')
})

test('a forged or strange step opens nothing', async () => {
  const { person, secret } = await secured()
  const real = stepCookie(await signIn(person.email))
  const body = Buffer.from(JSON.stringify(['somebody', now() + 600_000])).toString('base64url')
  for (const cookie of ['cadenza-step=', `cadenza-step=${body}.AAAA`, `cadenza-step=${body}.${real.split('.')[1]}`])
    assert.equal((await enter(cookie, nextCode(secret))).body.code, 'auth.password-first', cookie)
})

test('taking the factor away, and new recovery codes, need a code; the secret is nowhere in plain text', async () => {
  const { person, secret, recovery } = await secured()
  const ask = (what: string, code: string) => api.ask(`POST /api/account/second-factor/${what}`, { cookie: person.cookie, body: { code } })
  const { rows } = await api.database.pool.query('select sealed, recovery from auth_second_factors where person_id = $1', [person.id])
  assert.ok(!JSON.stringify(rows).includes(secret) && !recovery.some((code) => JSON.stringify(rows).includes(code)))
  assert.equal((await ask('remove', '000000')).status, 401)
  const renewed = await ask('recovery', nextCode(secret))
  assert.equal(renewed.body.recoveryCodes.length, 10)
  assert.equal((await ask('remove', recovery[0]!)).status, 401, 'the codes before count no more')
  assert.equal((await ask('remove', renewed.body.recoveryCodes[0])).status, 200)
  assert.deepEqual((await signIn(person.email)).body, { done: true })
})

test('where everybody needs a second factor, who has none may set one up and do nothing else', async () => {
  const shop = await api.workspace()
  const ada = await api.person(shop.id, 'admin')
  const body = { secondFactor: true, provider: null, onlyProvider: false }
  assert.equal((await api.ask('PUT /api/sign-in-settings', { key: shop.key, body })).status, 200)
  for (const route of ['GET /api/workspace', 'GET /api/documents', 'GET /api/members', 'GET /api/keys'])
    assert.equal((await api.ask(route, { cookie: ada.cookie })).body.code, 'auth.second-factor', route)
  const session = await api.ask('GET /api/session', { cookie: ada.cookie })
  assert.deepEqual([session.body.closed.code, session.body.permissions], ['auth.second-factor', []])
  const { body: begun } = await api.ask('POST /api/account/second-factor', { cookie: ada.cookie, body: { password: PASSWORD } })
  assert.equal(
    (await api.ask('POST /api/account/second-factor/confirm', { cookie: ada.cookie, body: { code: nextCode(begun.secret) } })).status,
    200,
  )
  assert.equal((await api.ask('GET /api/members', { cookie: ada.cookie })).status, 200)
})

test('sessions are listed with the one in use; ending one, or all others, ends them on the server', async () => {
  const shop = await api.workspace()
  const ada = await api.person(shop.id, 'viewer')
  const others = [cookieOf(await signIn(ada.email)), cookieOf(await signIn(ada.email))]
  const { body } = await api.ask('GET /api/account', { cookie: ada.cookie })
  assert.equal(body.sessions.length, 3)
  assert.equal(body.sessions.filter((each: { current: boolean }) => each.current).length, 1)
  assert.ok(!JSON.stringify(body).includes(ada.cookie.split('=')[1]!.split('.')[0]!), 'no token in the answer')
  const stranger = await api.person(shop.id, 'viewer')
  const [other] = body.sessions.filter((each: { current: boolean }) => !each.current)
  assert.equal((await api.ask(`DELETE /api/account/sessions/${other.id}`, { cookie: stranger.cookie })).status, 404)
  assert.equal((await api.ask(`DELETE /api/account/sessions/${other.id}`, { cookie: ada.cookie })).status, 200)
  assert.equal((await api.ask('POST /api/account/sessions/end-others', { cookie: ada.cookie, body: {} })).body.ended, 1)
  for (const cookie of others) assert.equal((await api.ask('GET /api/session', { cookie })).status, 401)
  assert.equal((await api.ask('GET /api/session', { cookie: ada.cookie })).status, 200)
  assert.equal((await api.ask('GET /api/account', { key: shop.key })).body.code, 'account.person')
})

test('a link of an administrator sets a new password once, within a day; it keeps the second factor', async () => {
  const { shop, person, secret } = await secured()
  const make = async () => (await api.ask(`POST /api/members/${person.id}/reset`, { key: shop.key, body: {} })).body.link as string
  const [old, link] = [await make(), await make()]
  const take = (from: string) =>
    api.ask('POST /api/sign-in/reset', { body: { token: from.split('#')[1], password: 'a wholly new password' } })
  assert.equal((await take(old)).status, 410, 'a newer link replaces it')
  const answers = await Promise.all([take(link), take(link)])
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 410])
  assert.equal((await api.ask('GET /api/session', { cookie: person.cookie })).status, 401, 'sessions have ended')
  await api.database.pool.query('delete from auth_rate_limits')
  const again = await api.ask('POST /api/auth/sign-in/email', { body: { email: person.email, password: 'a wholly new password' } })
  assert.equal(again.body.next, 'code')
  assert.equal((await enter(stepCookie(again), nextCode(secret))).status, 200)
  const late = await make()
  pass(86_400_001)
  assert.equal((await take(late)).status, 410)
})

test('no administrator gets at the account of somebody who also works elsewhere', async () => {
  const [acme, globex] = [await api.workspace(), await api.workspace()]
  const [eve, ada] = [await api.person(globex.id, 'admin'), await api.person(acme.id, 'admin')]
  await api.database.pool.query(`insert into members (workspace_id, person_id, role, added_at) values ($1, $2, 'viewer', 0)`, [
    globex.id,
    ada.id,
  ])
  for (const as of [{ cookie: eve.cookie }, { key: globex.key }])
    for (const route of [`POST /api/members/${ada.id}/reset`, `DELETE /api/members/${ada.id}/second-factor`]) {
      const answer = await api.ask(route, { ...as, ...(route.startsWith('POST') && { body: {} }) })
      assert.deepEqual([answer.status, answer.body.code], [403, 'members.elsewhere'], route)
    }
})

test('wrong passwords of people who are known are told in the audit log, without the address', async () => {
  const shop = await api.workspace()
  const ada = await api.person(shop.id, 'viewer')
  await api.ask('POST /api/auth/sign-in/email', { body: { email: ada.email, password: 'not the password' } })
  const { body } = await api.ask('GET /api/audit', { key: shop.key })
  const line = body.lines.find((each: { action: string }) => each.action === 'account.sign_in_refused')
  assert.deepEqual([line.actor, line.object], ['system:sign-in', `person:${ada.id}`])
  assert.ok(!JSON.stringify(body).includes(ada.email))
})
