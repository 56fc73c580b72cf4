import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { RequestApproval } from '#approvals/api.ts'
import type { ReadVerdicts } from '#consent/policies/api.ts'
import type { OutputOf } from '#lib/action.ts'
import { ask, cookieOf } from '../fixtures/api.ts'
import { until } from '../fixtures/delivery.ts'
import { type SmtpSink, smtpSink } from '../fixtures/smtp-sink.ts'
import { type Document, startWorld, type World } from './world.ts'

const CITATION = 'House rule CR-20: credit offers are read by two eyes more'

let world: World
let sink: SmtpSink
let decider: string
before(async () => {
  sink = await smtpSink()
  world = await startWorld({ consentMode: 'opt-out', env: { SMTP_URL: sink.url } })
  const { link } = await world.api<{ link: string }>('POST /api/invitations', { email: 'kim@shop.example', role: 'approver' })
  const [email, password] = ['kim@shop.example', 'another long and good password']
  const call = (route: string, body: object) => ask(world.url, route, { headers: { origin: world.url }, body })
  await call('POST /api/invitations/accept', { token: link.split('#')[1], name: 'Kim', email, password })
  decider = cookieOf(await call('POST /api/auth/sign-in/email', { email, password }))
  await world.publish(offer('A card for you'), {
    kind: 'journey',
    id: 'offers',
    goal: { event: 'Order Completed', within: '7d' },
    entry: { event: 'Asked', reentry: { after: '1h' } },
    steps: [{ kind: 'email', id: 'mail', template: 'offer', otherwise: [] }],
  })
})
after(async () => {
  await world.stop()
  await sink.stop()
})

const offer = (subject: string): Document => ({
  kind: 'template',
  id: 'offer',
  category: 'credit-offer',
  subject,
  html: '<p>A card</p><p>{{ sender.postal_address }} <a href="{{ unsubscribe_url }}">Leave</a></p>',
})
const RULE: Document = {
  kind: 'policy',
  id: 'read-by-people',
  name: 'People have read it',
  rule: { kind: 'review' },
  applies: { lane: 'any', categories: ['credit-offer'] },
  citation: CITATION,
  effective: { from: '2026-01-01' },
  owner: 'Compliance',
}

async function asked(name: string): Promise<void> {
  await world.identify(name)
  await world.track(name, 'Asked')
  await world.pass({ minutes: 2 })
}

/** What the rule said of messages to somebody, newest first. */
async function verdicts(name: string) {
  await world.app.reported()
  const { verdicts: all } = await world.api<OutputOf<typeof ReadVerdicts>>(
    `GET /api/compliance/verdicts?profile=${await world.profileId(name)}`,
  )
  return all.map(({ stage, outcome, citation, reason }) => ({ stage, outcome, citation, reason }))
}
/** What customers got; the programme's own mail to colleagues (invitations, requests for approval) goes by the same server. */
const COLLEAGUES = new Set(['kim', 'grace'])
const subjects = (): string[] =>
  sink.taken
    .filter(({ to }) => !COLLEAGUES.has(to.split('@')[0]!))
    .map(({ raw, to }) => `${to.split('@')[0]}: ${/^Subject: (.*)\r$/m.exec(raw.toString())?.[1]}`)

async function publishApproved(body: Document): Promise<void> {
  const wanted = { kind: 'publish', documents: [{ kind: body.kind, id: body.id, body }] }
  const { id, hash } = await world.api<OutputOf<typeof RequestApproval>>('POST /api/approvals', { wanted })
  const said = await ask(world.url, `POST /api/approvals/${id}/decide`, {
    headers: { origin: world.url },
    cookie: decider,
    body: { verdict: 'approve', hash },
  })
  assert.equal(said.status, 200, JSON.stringify(said.body))
  await world.publish(body)
}

test('a text that people have to approve, and have not: refused at hand-over and at decision, with the citation', async () => {
  sink.down = true
  try {
    await asked('ann')
    await world.publish(RULE)
    // A server remembers rules for two seconds of the wall clock, in which a clock that is moved by hand uses up all tries; a new one asks.
    await world.end()
    await world.begin()
    await until('the rule is asked', async () => {
      await world.pass({ minutes: 5 })
      return (await verdicts('ann')).length > 0
    })
  } finally {
    sink.down = false
  }
  const [late] = await verdicts('ann')
  assert.equal(late?.stage, 'dispatch')
  await asked('ben')
  const [early] = await verdicts('ben')
  assert.equal(early?.stage, 'decision')
  for (const verdict of [late, early]) {
    assert.deepEqual([verdict!.outcome, verdict!.citation], ['refuse', CITATION])
    assert.match(verdict!.reason, /need people’s approval, and this version of the template has none/)
  }
  assert.deepEqual(subjects(), [])
})

test('what a template says of itself is no approval', async () => {
  await world.publish({ ...offer('A card for you'), review: { reference: 'FILE-17', by: 'Ada', on: '2026-03-01' } })
  await asked('cyd')
  assert.deepEqual((await verdicts('cyd'))[0]?.outcome, 'refuse')
})

test('the version that was approved goes; the next one, and the same words without an approval, do not', async () => {
  const policy = { kind: 'approval-policy', id: 'offers', when: [{ kind: 'category', any: ['credit-offer'] }] }
  await world.publish(policy)
  await publishApproved(offer('A better card'))
  await asked('dee')
  assert.deepEqual(subjects(), ['dee: A better card'])
  assert.deepEqual((await verdicts('dee')).map(({ stage, outcome }) => `${stage} ${outcome}`).sort(), ['decision pass', 'dispatch pass'])
  // Approvals are not asked for any more, and the rule still is.
  await publishApproved({ ...policy, when: [{ kind: 'documents', kinds: ['approval-policy'] }] } as Document)
  await world.publish(offer('Another card'))
  await asked('eva')
  assert.equal((await verdicts('eva'))[0]?.outcome, 'refuse')
  await world.publish(offer('A better card'))
  await asked('fay')
  assert.equal((await verdicts('fay'))[0]?.outcome, 'refuse', 'words of before that came back without people')
  assert.deepEqual(subjects(), ['dee: A better card'])
})
