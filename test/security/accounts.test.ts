// Whether an answer, or how long it takes, says who has an account.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Answer, PASSWORD, testApi } from '../fixtures/api.ts'

const api = await testApi()
after(() => api.stop())
const SAMPLES = 15

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

/** Milliseconds that this process works for one attempt: unlike time on the wall, it does not depend on what else the machine does. */
async function attempt(email: string): Promise<{ readonly ms: number; readonly answer: Answer }> {
  await api.database.pool.query('delete from auth_rate_limits')
  const begun = process.cpuUsage()
  const answer = await api.ask('POST /api/auth/sign-in/email', { body: { email, password: 'not the password of anybody' } })
  const { user, system } = process.cpuUsage(begun)
  return { ms: (user + system) / 1_000, answer }
}

test('an unknown address costs and says the same as a wrong password (Mautic CVE-2024-47057)', async () => {
  const shop = await api.workspace()
  const known = await Promise.all([api.person(shop.id, 'viewer'), api.person(shop.id, 'admin')])
  const [mine, nobodys]: [number[], number[]] = [[], []]
  const said = new Set<string>()
  for (let i = 0; i < SAMPLES; i++) {
    for (const [email, times] of [
      [known[i % 2]!.email, mine],
      [`nobody-${i % 2}@example.test`, nobodys],
    ] as const) {
      const { ms, answer } = await attempt(email)
      if (answer.status === 429) continue
      times.push(ms)
      const { requestId: _, ...body } = answer.body
      said.add(JSON.stringify([answer.status, body, [...answer.headers.keys()].sort()]))
    }
  }
  assert.equal(said.size, 1, [...said].join('\n'))
  assert.ok(mine.length >= 10 && nobodys.length >= 10, `${mine.length} and ${nobodys.length} samples`)
  const [a, b] = [median(mine), median(nobodys)]
  assert.ok(Math.abs(a - b) < Math.max(10, a * 0.3), `${a} ms for an account, ${b} ms for none`)
})

test('who asks too often waits, whether there is such an account or not', async () => {
  const shop = await api.workspace()
  const { email } = await api.person(shop.id, 'viewer')
  const after: number[] = []
  for (const each of [email, 'somebody-else@example.test']) {
    let tries = 0
    for (let status = 0; status !== 429; tries++) status = (await attempt(each)).answer.status
    after.push(tries)
  }
  // The person signed in once before.
  assert.equal(after[0]! + 1, after[1])
})

test('there is no way to ask for a new password or an account without an invitation, and so nothing to guess with', async () => {
  for (const path of [
    'sign-up/email',
    'forget-password',
    'request-password-reset',
    'reset-password',
    'send-verification-email',
    'get-session',
    'list-sessions',
    'update-user',
    'delete-user',
    'change-email',
  ])
    assert.equal((await api.ask(`POST /api/auth/${path}`, { body: { email: 'a@b.test', password: PASSWORD } })).status, 404, path)
})
