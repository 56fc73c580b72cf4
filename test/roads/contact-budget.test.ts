import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { CheckContactPolicy, GetContactPressure } from '#consent/api.ts'
import type { OutputOf } from '#lib/action.ts'
import { type Document, journey, Refused, startWorld, template, type World } from './world.ts'

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world?.stop())

const policy = (parts: object): Document => ({ kind: 'contact-policy', id: 'default', ...parts })
const mail = (id: string, more: object = {}) => ({ kind: 'email', id, template: id, otherwise: [], ...more })
const pressure = async (person: string): Promise<OutputOf<typeof GetContactPressure>> => {
  await world.app.reported()
  return world.api(`GET /api/people/${await world.profileId(person)}/contacts`)
}

test('one marketing mail a day: the second is held, anybody can see why and until when, and a receipt still arrives', async () => {
  const anew = (event: string) => ({ event, key: 'properties.n', reentry: 'always' })
  await world.publish(
    template('offer'),
    template('receipt'),
    policy({ caps: [{ id: 'daily', max: 1, per: 'day' }] }),
    journey('offers', 'Looked', { entry: anew('Looked'), steps: [mail('offer', { onCap: { defer: '2d' } })] }),
    journey('receipts', 'Paid', { entry: anew('Paid'), steps: [mail('receipt', { lane: 'transactional' })] }),
  )
  await world.identify('ada', { timezone: 'Europe/Oslo' })
  await world.track('ada', 'Looked', { n: 1 })
  await world.settled()
  await world.track('ada', 'Looked', { n: 2 })
  await world.track('ada', 'Paid', { n: 1 })
  await world.settled()
  assert.deepEqual((await world.subjectsTo('ada')).sort(), ['offer', 'receipt'])
  const seen = await pressure('ada')
  assert.deepEqual([seen.policy, seen.zone, seen.zoneKnown], [true, 'Europe/Oslo', true])
  const midnight = Date.parse('2026-03-07T23:00:00Z')
  assert.deepEqual(
    seen.caps.map(({ id, used, max, freeAt }) => ({ id, used, max, freeAt })),
    [{ id: 'daily', used: 1, max: 1, freeAt: midnight }],
  )
  assert.deepEqual(
    seen.waiting.map(({ journey: id, step, due }) => [id, step, due]),
    [['offers', 'offer', midnight]],
  )
  assert.deepEqual(
    seen.held.map(({ reason, sentence }) => [reason, sentence]),
    [['capped:daily', 'They have had as many messages as cap “daily” allows.']],
  )
  await world.pass({ hours: 12 })
  assert.equal((await world.subjectsTo('ada')).length, 3, 'the day after began at midnight in Oslo')
  assert.deepEqual((await pressure('ada')).waiting, [])
})

test('a run that leaves before its message has left gives the slot back', async () => {
  await world.publish(template('nudge'), journey('nudges', 'Cart Filled', { exit: [{ event: 'Cart Emptied' }], steps: [mail('nudge')] }))
  await world.identify('bob')
  const event = (name: string) => ({ type: 'track', userId: 'bob', event: name, properties: {} })
  // In one batch: the message is taken back in the transaction that queued it.
  await world.call('batch', { batch: [event('Cart Filled'), event('Cart Emptied')] })
  await world.settled()
  await world.track('bob', 'Looked', { n: 3 })
  await world.settled()
  assert.deepEqual(await world.subjectsTo('bob'), ['offer'])
  assert.deepEqual(
    (await pressure('bob')).caps.map(({ used }) => used),
    [1],
  )
})

test('a policy that would silently stop all mail is refused, and one that never stops anything is told', async () => {
  const zero = policy({ caps: [{ id: 'none', max: 0, per: 'day' }] })
  await assert.rejects(
    world.publish(zero),
    (error: Refused) => error instanceof Refused && JSON.stringify(error.body).includes('max: never'),
  )
  await world.publish(
    policy({
      caps: [
        { id: 'daily', max: 1, per: 'day' },
        { id: 'push', channel: 'push', max: 1, per: 'day' },
      ],
    }),
  )
  const { problems } = await world.api<OutputOf<typeof CheckContactPolicy>>('GET /api/contact-policy/check')
  assert.deepEqual(
    problems.map(({ severity, code, at }) => `${severity} ${code} ${at}`),
    ['warning policy.cap.pointless /caps/1', 'warning policy.cap.channel /caps/1/channel'],
  )
})

test('quiet hours hold from their publishing on, and the person’s page says what waits', async () => {
  await world.publish(policy({ quietHours: [{ channel: 'email', from: '00:00', to: '23:59', onUnknownZone: 'fallback' }] }))
  await world.identify('cyd', { timezone: 'UTC' })
  await world.track('cyd', 'Looked', { n: 4 })
  await world.settled()
  assert.deepEqual(await world.subjectsTo('cyd'), [])
  assert.deepEqual(
    (await pressure('cyd')).quiet.map(({ channel, state }) => [channel, state]),
    [['email', 'quiet']],
  )
  assert.deepEqual(
    (await world.timeline('cyd', 'delivery')).map(({ status, reason }) => [status, reason]),
    [['held', 'quiet_hours']],
  )
})
