import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ListMessages } from '#channels/api.ts'
import type { GetJourney, ListBroadcasts } from '#journeys/api.ts'
import type { OutputOf } from '#lib/action.ts'
import type { ReadSegment } from '#segments/api.ts'
import { addressOf, journey, Refused, START, startWorld, template, type World } from './world.ts'

// What goes wrong elsewhere, told in docs/guides/traps.md. Here stand the scenarios that need the whole server and that no other test tells.

const HOUR = 3_600_000
const CROWD = 2_000

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world?.stop())

const mail = (id: string, more: object = {}) => ({ kind: 'email', id, template: id, otherwise: [], ...more })
const anew = (event: string) => ({ event, key: 'properties.n', reentry: 'always' })
const at = (ms: number): Promise<void> => world.clock.advance(ms - world.clock.now())

/** A crowd of people, in requests of five hundred. */
async function crowd(): Promise<void> {
  for (let first = 0; first < CROWD; first += 500) {
    const people = Array.from({ length: 500 }, (_, i) => `crowd-${first + i}`)
    const batch = people.map((userId) => ({ type: 'identify', userId, traits: { email: addressOf(userId), crowd: true } }))
    await world.call('batch', { batch })
  }
  await world.settled()
  await world.app.reported()
}

/** Sends an order, and resolves when its receipt has left, whatever else the server has to do: after so many ms. */
async function receiptOf(person: string, n: number): Promise<number> {
  const id = await world.profileId(person)
  const path = `GET /api/messages?profile=${id}&journey=receipts&status=sent`
  const sent = async () => (await world.api<OutputOf<typeof ListMessages>>(path)).messages.length
  const before = await sent()
  await world.track(person, 'Paid', { n })
  const began = performance.now()
  while ((await sent()) === before) {
    assert.ok(performance.now() < began + 60_000, 'the receipt never left')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return performance.now() - began
}

const waitingOf = async (journeyId: string): Promise<number> => {
  const { rows } = await world.app.parts.work.query<{ count: number }>(
    `select count(*)::int as count from outbox where payload->>'journey_id' = $1 and status in ('ready', 'sending')`,
    [journeyId],
  )
  return rows[0]!.count
}

test('a receipt does not wait for a broadcast to everybody, nor for segments that are built of everybody', async () => {
  await crowd()
  await world.identify('ada')
  await world.publish(
    template('receipt'),
    template('spring'),
    journey('receipts', 'Paid', { entry: anew('Paid'), steps: [mail('receipt', { lane: 'transactional' })] }),
    journey('spring', '', {
      entry: { schedule: { at: '2026-03-07T14:00', zone: 'UTC' }, audience: 'profile.crowd == true' },
      steps: [mail('spring')],
    }),
  )
  await world.settled()

  await at(START + 2 * HOUR)
  const broadcast = world.settled()
  const reached = async () =>
    (await world.api<OutputOf<typeof ListBroadcasts>>('GET /api/journeys/spring/broadcasts')).broadcasts[0]?.reached ?? 0
  while ((await reached()) < 250) await new Promise((resolve) => setTimeout(resolve, 10))
  await receiptOf('ada', 1)
  const behind = CROWD - (await reached()) + (await waitingOf('spring'))
  assert.ok(behind > CROWD / 4, `${behind} of the broadcast left after the receipt`)
  await broadcast
  assert.equal(await reached(), CROWD)
  assert.equal(await waitingOf('spring'), 0)

  const segments = ['everybody', 'all', 'each']
  for (const [i, id] of segments.entries())
    await world.publish({ kind: 'segment', id, when: `count("message.sent" within ${30 + i}d) >= 0 and profile.crowd == true` })
  let isBuilding = true
  const built = world.app.built().then(() => {
    isBuilding = false
  })
  let during = 0
  for (let n = 2; isBuilding; n++) {
    const took = await receiptOf('ada', n)
    assert.ok(took < 2_000, `the receipt took ${took} ms`)
    if (isBuilding) during++
  }
  assert.ok(during >= 3, `${during} receipts left before the end of the builds`)
  await built
  await world.settled()
  await world.app.reported()
  for (const id of segments) {
    const { count, status } = await world.api<OutputOf<typeof ReadSegment>>(`GET /api/segments/${id}`)
    assert.deepEqual([status, count], ['built', CROWD])
  }
})

test('fifty journeys, fifty events at once by fifty requests, a cap of one a day: exactly one message a day for each person', async () => {
  const ids = Array.from({ length: 50 }, (_, i) => `promo-${i}`)
  await world.publish(
    template('promo'),
    { kind: 'contact-policy', id: 'default', caps: [{ id: 'daily', max: 1, per: 'day' }] },
    ...ids.map((id) => journey(id, `Promo ${id}`, { steps: [mail('promo', { onCap: { defer: '2d' } })] })),
  )
  const people = ['bob', 'cyd', 'dan']
  for (const person of people) await world.identify(person, { timezone: 'UTC' })
  await world.settled()
  await Promise.all(ids.flatMap((id) => people.map((person) => world.track(person, `Promo ${id}`))))
  await world.settled()
  for (const person of people) assert.deepEqual(await world.subjectsTo(person), ['promo'], person)
  await world.pass({ days: 1 })
  for (const person of people) assert.deepEqual(await world.subjectsTo(person), ['promo', 'promo'], person)
  await world.pass({ days: 3 })
  for (const person of people)
    assert.equal((await world.subjectsTo(person)).length, 3, `${person}: who had waited two days has gone the other way`)
})

test('a program that may write drafts cannot publish, let anybody in, stop a journey, or take people along', async () => {
  const scopes = ['documents:read', 'documents:write', 'journeys:read', 'reports:read']
  const { value } = await world.api<{ value: string }>('POST /api/keys', { kind: 'secret', name: 'A program', scopes })
  const body = journey('promo-0', 'Promo promo-0', { steps: [{ kind: 'wait', id: 'rest', for: '1h' }, mail('promo')] })
  const ours = world.secretKey
  world.secretKey = value
  try {
    const asked: readonly [string, unknown][] = [
      ['POST /api/documents/apply', { documents: [{ kind: 'journey', id: 'promo-0', body }] }],
      ['POST /api/documents/apply', { documents: [{ kind: 'journey', id: 'promo-0', body }], inFlight: { 'promo-0': { kind: 'follow' } } }],
      ['POST /api/journeys/promo-0/enter', { person: { userId: 'bob' } }],
      ['POST /api/journeys/promo-0/mode', { mode: 'stop' }],
      ['POST /api/journeys/spring/broadcasts/change', { occurrence: '2026-03-07T14:00', to: 'cancel' }],
      ['POST /api/keys', { kind: 'secret', name: 'More', scopes: ['publish'] }],
    ]
    for (const [route, input] of asked)
      await assert.rejects(world.api(route, input), (error: unknown) => error instanceof Refused && error.status === 403, route)
    const { version, mode } = await world.api<OutputOf<typeof GetJourney>>('GET /api/journeys/promo-0')
    assert.deepEqual([version, mode], [1, 'run'], 'it may look, and nothing has changed')
  } finally {
    world.secretKey = ours
  }
})
