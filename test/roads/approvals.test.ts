import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { run } from '#app/cli/program.ts'
import type { DecideApproval, GetApproval, ListApprovals, RequestApproval } from '#approvals/api.ts'
import type { ListBroadcasts, ListHeld } from '#journeys/api.ts'
import type { OutputOf } from '#lib/action.ts'
import { type Answer, ask, cookieOf } from '../fixtures/api.ts'
import { type Refused, startWorld, type World } from './world.ts'

let world: World
let kim: (route: string, body?: unknown) => Promise<Answer>
before(async () => {
  world = await startWorld({ consentMode: 'opt-out' })
  kim = await person('kim@shop.example', 'approver')
  await world.publish(
    template('hello', 'Hello {{ profile.name }}'),
    template('news', 'News'),
    template('large', 'Forty off for you'),
    template('small', 'A little off'),
    {
      kind: 'segment',
      id: 'readers',
      when: 'profile.reads == true',
    },
  )
  await world.publish(
    journey('welcome', { entry: { event: 'Signed Up' }, steps: [mail('hello')] }),
    journey('discounts', {
      entry: { event: 'Discount Asked' },
      steps: [{ kind: 'hold', id: 'check', upTo: '5d', then: [mail('large')], otherwise: [mail('small')] }],
    }),
  )
  for (const [i, name] of ['Ann', 'Ben', 'Cyd', 'Dee'].entries())
    await world.identify(name.toLowerCase(), { name, reads: i < 2, locale: name === 'Dee' ? 'no' : 'en' })
  for (const name of ['ann', 'ben', 'cyd']) await world.track(name, 'Discount Asked')
  await world.pass({ minutes: 5 })
  await world.app.reported()
  await world.publish({ kind: 'approval-policy', id: 'always', when: [{ kind: 'always' }], sample: 3 })
})
after(() => world.stop())

const template = (id: string, subject: string) => ({
  kind: 'template',
  id,
  subject,
  html: '<p>Dear {{ profile.name }}</p><p>{{ sender.postal_address }} <a href="{{ unsubscribe_url }}">Leave</a></p>',
})
const mail = (id: string) => ({ kind: 'email', id: `mail-${id}`, template: id, otherwise: [] })
const journey = (id: string, more: object) => ({ kind: 'journey', id, goal: { event: 'Order Completed', within: '7d' }, ...more })

/** Somebody who is invited, signs in, and calls with their session. */
async function person(email: string, role: string): Promise<typeof kim> {
  const { link } = await world.api<{ link: string }>('POST /api/invitations', { email, role })
  const password = 'another long and good password'
  const call = (route: string, options: object) => ask(world.url, route, { headers: { origin: world.url }, ...options })
  await call('POST /api/invitations/accept', { body: { token: link.split('#')[1], name: email, password } })
  const signedIn = await call('POST /api/auth/sign-in/email', { body: { email, password } })
  assert.equal(signedIn.status, 200, JSON.stringify(signedIn.body))
  return (route, body) => call(route, { cookie: cookieOf(signedIn), ...(body === undefined ? {} : { body }) })
}

const request = (wanted: object) => world.api<OutputOf<typeof RequestApproval>>('POST /api/approvals', { wanted })
const documents = (...bodies: { kind: string; id: string }[]) => ({
  kind: 'publish',
  documents: bodies.map((body) => ({ kind: body.kind, id: body.id, body })),
})
const approve = async ({ id, hash }: { id: string | null; hash: string }): Promise<string> => {
  const { status, body } = await kim(`POST /api/approvals/${id}/decide`, { verdict: 'approve', hash, comment: 'seen' })
  assert.equal(status, 200, JSON.stringify(body))
  return (body as OutputOf<typeof DecideApproval>).state
}
const isNeeded = (error: Refused): boolean => (error.body as { code: string }).code === 'approval.needed'

test('what an approver has seen, as real people would get it, goes out, and nothing else does', async () => {
  const next = template('hello', 'Good day, {{ profile.name }}')
  await assert.rejects(world.publish(next), isNeeded)
  const asked = await request(documents(next))
  await assert.rejects(
    world.api(`POST /api/approvals/${asked.id}/decide`, { verdict: 'approve', hash: asked.hash }),
    (error: Refused) => error.status === 403,
  )
  const { body } = await kim(`GET /api/approvals/${asked.id}`)
  const shown = body as OutputOf<typeof GetApproval>
  assert.equal(shown.examples.length, 3)
  assert.ok(
    // Where all are equally bad, any of them may be the worst: then she is shown as that.
    shown.examples.some(({ why, rendered }) => ['rarest-locale', 'worst'].includes(why) && rendered?.subject === 'Good day, Dee'),
    JSON.stringify(shown.examples.map(({ rendered, why }) => [why, rendered?.subject])),
  )
  assert.deepEqual([shown.mayDecide, shown.manifest.journeys, shown.evidence.people], [true, ['welcome'], 4])
  assert.equal(await approve(asked), 'approved')
  await world.publish(next)
  await world.track('ann', 'Signed Up')
  await world.pass({ minutes: 5 })
  assert.deepEqual(await world.subjectsTo('ann'), ['Good day, Ann'])
  const { lines } = await world.api<{ lines: { action: string; object: string }[] }>('GET /api/audit?limit=3')
  assert.deepEqual(
    lines.map(({ action }) => action),
    ['documents.apply', 'approvals.decide', 'approvals.request'],
  )
})

test('held runs are decided together by somebody who did not write the journey; who came later waits', async () => {
  const runs = async () => (await world.api<OutputOf<typeof ListHeld>>('GET /api/held')).runs
  const [first] = await runs()
  const own = { profile: first!.profile, enrollment: first!.enrollment, step: 'check', verdict: 'released' }
  await assert.rejects(world.api('POST /api/held/release', own), (error: Refused) => error.status === 403)
  const asked = await request({ kind: 'run', journey: 'discounts', step: 'check' })
  assert.equal(asked.manifest.runs.length, 3)
  await world.track('dee', 'Discount Asked')
  await world.pass({ minutes: 5 })
  assert.equal(await approve(asked), 'executed')
  await world.pass({ minutes: 5 })
  const mails = await Promise.all(['ben', 'cyd', 'dee'].map((name) => world.subjectsTo(name)))
  assert.deepEqual(mails, [['Forty off for you'], ['Forty off for you'], []])
  await world.app.reported()
  assert.equal((await runs()).length, 1)
})

test('a journey that goes out to many begins as paused when its audience has drifted, and goes out with a new approval', async () => {
  const news = journey('news', {
    entry: { schedule: { at: '2026-03-10T09:00', zone: 'UTC' }, audience: { segment: 'readers' } },
    steps: [mail('news')],
  })
  const asked = await request(documents(news))
  const byChannel = { looked: 2, of: 2, channels: [{ channel: 'email', people: 2 }] }
  assert.deepEqual(asked.evidence.reach, [{ journey: 'news', people: 2, exact: true, byChannel }])
  await approve(asked)
  await world.publish(news)
  for (const name of ['cyd', 'dee']) await world.identify(name, { reads: true })
  await world.pass({ minutes: 5 })
  await world.app.reported()
  await world.clock.advance(Date.parse('2026-03-10T09:00:00Z') - world.clock.now())
  await world.settled()
  const broadcast = async () => (await world.api<OutputOf<typeof ListBroadcasts>>('GET /api/journeys/news/broadcasts')).broadcasts[0]!
  const { occurrence, status, reason } = await broadcast()
  assert.deepEqual([status, reason], ['paused', 'approval.needed'])
  assert.deepEqual(await world.subjectsTo('dee'), [])
  const resume = () => world.api('POST /api/journeys/news/broadcasts/change', { occurrence, to: 'resume' })
  await assert.rejects(resume(), isNeeded)
  await approve(await request({ kind: 'broadcast', journey: 'news' }))
  await resume()
  await world.pass({ minutes: 10 })
  assert.deepEqual((await broadcast()).status, 'done')
  assert.ok((await world.subjectsTo('dee')).includes('News'))
})

test('the command line lists and shows requests, and a key decides only where the policy lets it', async () => {
  const asked = await request(documents(template('news', 'Other news')))
  const told: string[] = []
  const cadenza = (...args: string[]) => {
    told.length = 0
    return run(['approvals', ...args], {
      env: { CADENZA_URL: world.url, CADENZA_KEY: world.secretKey, NO_COLOR: '1' },
      cwd: '/',
      terminal: false,
      out: (text) => void told.push(text),
      error: (text) => void told.push(text),
      confirm: undefined,
    })
  }
  assert.equal(await cadenza('list'), 0)
  assert.match(told.join(), new RegExp(`${asked.id}  open`))
  assert.equal(await cadenza('show', asked.id!), 0)
  assert.match(told.join(), /\+subject: Other news/)
  assert.equal(await cadenza('approve', asked.id!, '--hash', asked.hash), 1)
  assert.match(told.join(), /takes the word of a person who has signed in, and not of a key/)
  assert.equal(await cadenza('reject', asked.id!), 1, 'a rejection needs a reason')
  const { approvals } = await world.api<OutputOf<typeof ListApprovals>>('GET /api/approvals')
  assert.deepEqual(
    approvals.map(({ id }) => id),
    [asked.id],
  )
})
