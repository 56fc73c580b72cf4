import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ListHeld } from '#journeys/api.ts'
import type { OutputOf } from '#lib/action.ts'
import type { GetHome } from '#workspaces/home-api.ts'
import { type HookServer, hookServer } from './hook-server.ts'
import { addressOf, journey, type Refused, startWorld, template, type World } from './world.ts'

let world: World
let hooks: HookServer
before(async () => {
  hooks = await hookServer()
  world = await startWorld({ env: { ALLOW_PRIVATE_EGRESS: hooks.host } })
  hooks.now = () => world.clock.now()
})
after(async () => {
  await world?.stop()
  await hooks?.stop()
})

const reasons = async (person: string): Promise<string[]> => (await world.timeline(person, 'transition')).map(({ reason }) => reason)

test('an address of yours is asked, tried again under the same id, and its answer is in the mail; a bad answer goes the other way', async () => {
  const json = 'application/json'
  hooks.manners.set('/score', [{ status: 503 }, { status: 200, type: json, body: '{"tier":"gold","points":[7]}' }])
  hooks.manners.set('/html', [{ status: 200, type: 'text/html', body: '<p>gold</p>' }])
  hooks.manners.set('/down', ['hang-up'])
  const call = (path: string) => ({
    kind: 'call',
    id: path,
    url: `http://${hooks.host}/${path}`,
    save: path,
    body: { who: '{{ profile.email }}' },
    timeout: '1m',
    otherwise: [{ kind: 'update', id: `${path}-failed`, set: { [`${path}_failed`]: true } }],
  })
  await world.publish(
    template('offer', { subject: 'For {{ run.score.tier }}: {{ run.score.points[0] }}' }),
    journey('scored', 'Cart Left', {
      steps: [call('score'), call('html'), call('down'), { kind: 'email', id: 'offer', template: 'offer', otherwise: [] }],
    }),
  )
  await world.identify('ida')
  await world.track('ida', 'Cart Left')
  await world.pass({ hours: 1 })
  assert.deepEqual(await world.subjectsTo('ida'), ['For gold: 7'])
  const asked = hooks.received.filter(({ path }) => path === '/score')
  assert.equal(asked.length, 2)
  assert.equal(new Set(asked.map(({ headers }) => headers['idempotency-key'])).size, 1)
  assert.ok(hooks.received.filter(({ path }) => path === '/down').length >= 2, 'tried as long as there is time')
  assert.deepEqual(await reasons('ida'), ['entered', 'sent', 'failed:answer_not_json', 'updated', 'no_answer', 'updated', 'completed'])
})

test('a message that has no mail address goes to the other way', async () => {
  await world.publish(
    template('alert'),
    journey('alerts', 'Alert Asked', {
      steps: [
        {
          kind: 'message',
          id: 'alert',
          ways: [{ email: { template: 'alert' } }, { webhook: { url: `http://${hooks.host}/sms` } }],
          otherwise: [],
        },
      ],
    }),
  )
  await world.identify('may')
  await world.track('may', 'Alert Asked')
  await world.track('anonymous', 'Alert Asked')
  await world.pass({ minutes: 1 })
  assert.deepEqual(await world.subjectsTo('may'), ['alert'])
  assert.equal(hooks.received.filter(({ path }) => path === '/sms').length, 1)
})

test('one journey starts another and stops it again; the note is in the colleague’s mail and on the person’s timeline', async () => {
  await world.publish(
    template('tips'),
    journey('tips', '', {
      entry: { journey: true },
      steps: [
        { kind: 'wait', id: 'calm', for: '2d' },
        { kind: 'email', id: 'tips', template: 'tips', otherwise: [] },
      ],
    }),
  )
  await world.publish(
    journey('onboarding', 'Signed Up', {
      steps: [
        { kind: 'start', id: 'begin', journey: 'tips', with: { plan: '=profile.plan' } },
        {
          kind: 'notify',
          id: 'tell',
          to: ['sales@shop.example'],
          subject: 'New: {{ profile.plan }}',
          text: 'Say <hello> to {{ profile.email }}',
        },
        {
          kind: 'waitFor',
          id: 'bought',
          event: 'Order Completed',
          upTo: '5d',
          then: [{ kind: 'stop', id: 'enough', journey: 'tips' }],
          otherwise: [],
        },
      ],
    }),
  )
  for (const person of ['sue', 'tom']) {
    await world.identify(person, { plan: 'pro' })
    await world.track(person, 'Signed Up')
  }
  await world.pass({ days: 1 })
  await world.track('sue', 'Order Completed')
  await world.pass({ days: 3 })
  assert.deepEqual(await world.subjectsTo('sue'), [])
  assert.deepEqual(await world.subjectsTo('tom'), ['tips'])
  assert.ok((await reasons('sue')).includes('stopped_by:onboarding'))
  const notes = await world.mailTo('sales@shop.example')
  assert.deepEqual(notes.map(({ subject, text }) => [subject, text.trim()]).toSorted()[0], [
    'New: pro',
    'Say <hello> to sue@people.example',
  ])
  assert.ok(notes[0]!.html.includes('&lt;hello&gt;'))
  const noted = (await world.timeline('sue', 'event')).filter(({ name }) => name === 'journey.noted')
  assert.equal(noted.length, 1)
})

test('a held run goes on when somebody who may decide has decided, once, and the decision is on the audit trail', async () => {
  await world.publish(
    template('large'),
    template('small'),
    journey('discounts', 'Discount Asked', {
      steps: [
        {
          kind: 'hold',
          id: 'ask',
          name: 'A large discount',
          note: '40 % for this one?',
          upTo: '2d',
          then: [{ kind: 'email', id: 'large', template: 'large', otherwise: [] }],
          otherwise: [{ kind: 'email', id: 'small', template: 'small', otherwise: [] }],
        },
      ],
    }),
  )
  for (const person of ['yes', 'no', 'late']) {
    await world.identify(person)
    await world.track(person, 'Discount Asked')
  }
  await world.pass({ hours: 1 })
  await world.app.reported()
  const held = async () => (await world.api<OutputOf<typeof ListHeld>>('GET /api/held?journey=discounts')).runs
  const runs = await held()
  assert.deepEqual(
    runs.map(({ stepName, note, for: may }) => [stepName, note, may]),
    Array.from({ length: 3 }, () => ['A large discount', '40 % for this one?', 'approvals:decide']),
  )
  assert.deepEqual(runs.map(({ name }) => name).sort(), ['late', 'no', 'yes'].map(addressOf))
  const toldAtHome = async () => (await world.api<OutputOf<typeof GetHome>>('GET /api/home')).needs.filter(({ kind }) => kind === 'runs')
  assert.deepEqual(await toldAtHome(), [{ kind: 'runs', count: 3 }])
  const decide = async (person: string, verdict: string) => {
    const profile = await world.profileId(person)
    const { enrollment, step } = runs.find((run) => run.profile === profile)!
    return world.api('POST /api/held/release', { profile, enrollment, step, verdict, comment: 'checked' })
  }
  await Promise.all([decide('yes', 'released'), decide('no', 'rejected')])
  await world.pass({ minutes: 1 })
  await assert.rejects(decide('yes', 'rejected'), (error: Refused) => error.status === 404)
  await world.app.reported()
  assert.equal((await held()).length, 1)
  assert.deepEqual(await toldAtHome(), [{ kind: 'runs', count: 1 }])
  await world.pass({ days: 3 })
  const mails = await Promise.all(['yes', 'no', 'late'].map((person) => world.subjectsTo(person)))
  assert.deepEqual(mails, [['large'], ['small'], ['small']])
  const { lines } = await world.api<{ lines: { action: string; object: string }[] }>('GET /api/audit')
  assert.equal(lines.filter(({ action }) => action === 'journeys.release').length, 2)
})

test('office hours with the holidays of a published calendar', async () => {
  await world.publish(
    { kind: 'calendar', id: 'de', holidays: ['2026-03-16'] },
    template('office'),
    journey('office', 'Office Asked', {
      steps: [
        {
          kind: 'wait',
          id: 'open',
          window: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00', fallbackZone: 'Europe/Berlin', except: ['de'] },
        },
        { kind: 'email', id: 'office', template: 'office', otherwise: [] },
      ],
    }),
  )
  await world.clock.advance(Date.parse('2026-03-14T12:00:00Z') - world.clock.now())
  await world.identify('olga')
  await world.track('olga', 'Office Asked')
  await world.pass({ days: 5 })
  const [message] = await world.messages('olga')
  assert.equal(new Date(message!.createdAt).toISOString(), '2026-03-17T08:00:00.000Z')
  await assert.rejects(
    world.publish(
      journey('broken', 'X', { steps: [{ kind: 'wait', id: 'open', window: { from: '09:00', to: '17:00', except: ['fr'] } }] }),
    ),
    /calendar/,
  )
})
