// Who may decide, publish and send, through HTTP as a browser and a program would: not by another role, session, key or workspace of theirs.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { RequestApproval } from '#approvals/api.ts'
import type { OutputOf } from '#lib/action.ts'
import { ROLE_PERMISSIONS, type Role, type Scope } from '#workspaces/schema.ts'
import { putMember } from '#workspaces/store.ts'
import { type Answer, cookieOf } from '../fixtures/api.ts'
import { startTown, type Town } from './town.ts'

let town: Town
before(async () => {
  town = await startTown()
  await town.world.publish(
    template('Hello'),
    { kind: 'segment', id: 'all', when: 'profile.email != ""' },
    { kind: 'approval-policy', id: 'always', when: [{ kind: 'always' }], deciders: { keys: true } },
  )
})
after(() => town?.stop())

const PASSWORD = 'a long and good password'
const template = (subject: string) => ({
  kind: 'template',
  id: 'hello',
  subject,
  html: '<p>{{ sender.postal_address }} <a href="{{ unsubscribe_url }}">Leave</a></p>',
})
type As = { readonly cookie?: string; readonly key?: string; readonly headers?: Readonly<Record<string, string>> }

const codeOf = ({ status, body }: Answer): string => (status < 300 ? 'done' : (body as { code: string }).code)
/** Saves the template as a draft and asks for approval of it. */
async function asked(by: As, subject: string): Promise<OutputOf<typeof RequestApproval> & { id: string }> {
  const saved = await town.ask('PUT /api/documents/template/hello/draft', { ...by, body: { body: template(subject) } })
  assert.equal(saved.status, 200, JSON.stringify(saved.body))
  const wanted = { kind: 'publish', drafts: [{ kind: 'template', id: 'hello' }] }
  const { status, body } = await town.ask('POST /api/approvals', { ...by, body: { wanted } })
  assert.equal(status, 200, JSON.stringify(body))
  return body
}
const decided = async (by: As, { id, hash }: { id: string; hash: string }): Promise<string> =>
  codeOf(await town.ask(`POST /api/approvals/${id}/decide`, { ...by, body: { verdict: 'approve', hash, comment: 'seen' } }))
const become = (role: Role, person = 'town-marketer') =>
  putMember(town.world.app.parts.work, town.world.workspace, { person, role, at: Date.now() })
async function anotherSession(person: string): Promise<string> {
  await town.world.app.parts.work.query('delete from auth_rate_limits')
  return cookieOf(await town.ask('POST /api/auth/sign-in/email', { body: { email: `${person}@town.example`, password: PASSWORD } }))
}
const keyOf = async (by: As, scopes: readonly Scope[]): Promise<string> => {
  const { status, body } = await town.ask('POST /api/keys', { ...by, body: { kind: 'secret', name: 'mine', scopes } })
  assert.equal(status, 200, JSON.stringify(body))
  return body.value
}

test('nobody approves their own work: not in another role, not in another session, not by a key of theirs', async () => {
  const marketer = { cookie: town.cookies.marketer }
  const work = await asked(marketer, 'By the marketer')
  assert.equal(await decided(marketer, work), 'approval.not_yours', 'a marketer decides on nothing')
  try {
    await become('approver')
    assert.equal(await decided(marketer, work), 'approval.not_yours', 'made an approver since')
    assert.equal(await decided({ cookie: await anotherSession('town-marketer') }, work), 'approval.not_yours', 'in another session')
    await become('admin')
    assert.equal(await decided(marketer, work), 'approval.not_yours', 'as administrator')
    const key = await keyOf(marketer, ['approvals:decide', 'documents:read', 'keys:write'])
    assert.equal(await decided({ key }, work), 'approval.not_yours', 'by a key of their own')
    const second = await keyOf({ key }, ['approvals:decide', 'documents:read'])
    assert.equal(await decided({ key: second }, work), 'approval.not_yours', 'by a key that a key of theirs made')
  } finally {
    await become('marketer')
  }
  assert.equal(await decided({ cookie: town.cookies.viewer }, work), 'approval.not_yours')
  assert.equal(await decided({ cookie: town.cookies.approver }, work), 'done', 'somebody else may')
})

test('nor after they switch the workspace: what is decided belongs to the workspace that is named, and to nobody who is only in the other', async () => {
  const here: As = { cookie: town.commuter, headers: { 'cadenza-workspace': town.world.workspace } }
  const there: As = { cookie: town.commuter, headers: { 'cadenza-workspace': town.stranger.workspace } }
  const work = await asked(here, 'By the commuter')
  assert.equal(await decided(there, work), 'approval.unknown', 'in the other workspace there is no such request')
  assert.equal(await decided(here, work), 'approval.not_yours', 'and back again it is still theirs')
  assert.equal(await decided({ cookie: town.commuter }, work), 'approval.unknown', 'no workspace is guessed')
  assert.equal(await decided({ key: town.stranger.key }, work), 'approval.unknown')
  assert.equal(await decided({ cookie: town.cookies.approver }, work), 'done')
})

test('a key that may send and not publish makes nothing live; one that may publish and not send lets nothing out', async () => {
  const work = await asked({ cookie: town.cookies.marketer }, 'Agreed words')
  assert.equal(await decided({ cookie: town.cookies.approver }, work), 'done')
  const reads = ['documents:read', 'documents:write', 'journeys:read'] as const
  const [sends, publishes, both] = await Promise.all([
    town.key([...reads, 'send']),
    town.key([...reads, 'publish']),
    town.key([...reads, 'send', 'publish']),
  ])
  const broadcast = {
    kind: 'journey',
    id: 'news',
    goal: { event: 'Order Completed', within: '7d' },
    default: { otherwise: 'continue' },
    entry: { schedule: { at: '2026-05-01T09:00', zone: 'UTC' }, audience: { segment: 'all' } },
    steps: [{ kind: 'email', id: 'mail', template: 'hello' }],
  }
  const publish = async (key: string, body: { kind: string; id: string }) =>
    town.ask('POST /api/documents/apply', { key, body: { documents: [{ kind: body.kind, id: body.id, body }] } })
  const refusal = async (key: string, body: { kind: string; id: string }): Promise<string> => {
    const { status, body: said } = await publish(key, body)
    return status === 403 ? `${said.code}: ${said.detail}` : `${status} ${codeOf({ status, body: said } as Answer)}`
  }
  assert.equal(await refusal(sends, broadcast), 'auth.forbidden: Publishing a journey needs the permission publish.')
  assert.equal(await refusal(publishes, broadcast), 'auth.forbidden: Publishing this journey needs the permission send.')
  assert.match(await refusal(both, broadcast), /approval\.needed|approvals?\./, 'with both only the approval is missing')
  // What goes to nobody by itself needs no right to send; and pausing or going on with what is live is sending.
  const welcome = { ...broadcast, id: 'welcome', entry: { event: 'Signed Up' } }
  assert.doesNotMatch(await refusal(publishes, welcome), /permission send/)
  const change = { occurrence: '2026-05-01T09:00', to: 'pause' }
  const route = 'POST /api/journeys/news/broadcasts/change'
  assert.equal(codeOf(await town.ask(route, { key: publishes, body: change })), 'auth.forbidden')
  assert.notEqual(codeOf(await town.ask(route, { key: sends, body: change })), 'auth.forbidden')
})

test('a session that was ended, a person who was removed and a role that was taken away count at the very next request', async () => {
  const read = async (cookie: string, route = 'GET /api/documents'): Promise<string> => {
    const answer = await town.ask(route, { cookie })
    return `${answer.status} ${codeOf(answer)}`
  }
  const [left, ended, kept] = [
    await anotherSession('town-viewer'),
    await anotherSession('town-viewer'),
    await anotherSession('town-viewer'),
  ]
  assert.equal((await town.ask('POST /api/auth/sign-out', { cookie: left, body: {} })).status, 200)
  assert.equal(await read(left), '401 auth.needed', 'signed out')
  const { body } = await town.ask('GET /api/account', { cookie: ended })
  const own = body.sessions.find((each: { current: boolean }) => each.current)
  assert.equal((await town.ask(`DELETE /api/account/sessions/${own.id}`, { cookie: kept })).status, 200)
  assert.equal(await read(ended), '401 auth.needed', 'ended from another session')
  assert.equal(await read(kept), '200 done')
  await become('viewer', 'town-developer')
  assert.equal(await read(town.cookies.developer, 'GET /api/keys'), '403 auth.forbidden', 'the role is asked anew each time')
  await become('developer', 'town-developer')
  const removed = await town.ask('DELETE /api/members/town-viewer', { cookie: town.cookies.admin })
  assert.equal(removed.status, 200, JSON.stringify(removed.body))
  assert.notEqual((await town.ask('GET /api/documents', { cookie: kept })).status, 200, 'removed')
})

test('an analyst saves, schedules and removes reports, and writes nothing else by it', async () => {
  const analyst = { cookie: town.cookies.analyst }
  assert.ok(!ROLE_PERMISSIONS.analyst.includes('documents:write'))
  const schedule = { every: 'week', on: 'monday', at: '07:30', zone: 'Europe/Oslo' }
  const body = {
    name: 'Channels',
    report: 'channels',
    range: { last: '7d' },
    schedule,
    deliver: [{ to: 'email', people: ['a@b.example'] }],
  }
  const save = (what: object, as: As = analyst, id = 'weekly') => town.ask(`PUT /api/saved-reports/${id}`, { ...as, body: { body: what } })
  const first = await save(body)
  assert.equal(codeOf(first), 'approval.needed', 'where everything is approved, so is this')
  const wanted = (kind: string, what: object) => ({
    wanted: { kind: 'publish', documents: [{ kind, id: 'weekly', body: { kind, id: 'weekly', ...what } }] },
  })
  assert.equal(codeOf(await town.ask('POST /api/approvals', { ...analyst, body: wanted('segment', { when: 'true' }) })), 'auth.forbidden')
  const work = await town.ask('POST /api/approvals', { ...analyst, body: wanted('report', body) })
  assert.equal(work.status, 200, JSON.stringify(work.body))
  assert.equal(await decided({ cookie: town.cookies.approver }, work.body), 'done')
  const saved = await save(body)
  assert.deepEqual([saved.status, saved.body.version], [200, 1], JSON.stringify(saved.body))
  // Only reports, and only into the hands of members.
  assert.equal((await save({ ...body, kind: 'journey' })).body.code, 'documents.unsound')
  assert.equal((await save({ ...body, id: 'other' })).body.code, 'documents.unsound')
  assert.equal((await save({ ...body, report: 'no-such-report' })).body.code, 'documents.unsound')
  const away = { to: 's3', endpoint: 'https://s3.example', bucket: 'away', accessKeyId: 'A', secretKey: 'store' }
  const refused = await save({ ...body, deliver: [away] })
  assert.deepEqual([refused.status, refused.body.detail], [403, 'Publishing this report needs the permission publish.'])
  for (const route of ['PUT /api/documents/report/weekly/draft', 'PUT /api/documents/segment/all/draft'])
    assert.equal(codeOf(await town.ask(route, { ...analyst, body: { body } })), 'auth.forbidden', route)
  assert.equal(codeOf(await save(body, { key: await town.key(['reports:read', 'documents:read']) })), 'auth.forbidden')
  assert.equal(codeOf(await town.ask('DELETE /api/saved-reports/none', analyst)), 'report.unknown')
})
