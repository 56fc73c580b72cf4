import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ListBroadcasts } from '#journeys/api.ts'
import type { OutputOf } from '#lib/action.ts'
import { journey, Refused, START, startWorld, template, type World } from './world.ts'

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world?.stop())

const mail = (id: string) => [{ kind: 'email', id: 'mail', template: id, otherwise: [] }]
const broadcastsOf = (id: string) => world.api<OutputOf<typeof ListBroadcasts>>(`GET /api/journeys/${id}/broadcasts`)
const at = (ms: number): Promise<void> => world.clock.advance(ms - world.clock.now()).then(() => world.settled())
const HOUR = 3_600_000

test('a broadcast goes out once at its hour to those whom it is for, and shows how far it came', async () => {
  for (const name of ['ada', 'bob', 'cid']) await world.identify(name, { newsletter: name !== 'cid' })
  await world.settled()
  const schedule = { at: '2026-03-07T14:00', zone: 'UTC' }
  await world.publish(
    template('spring'),
    journey('spring', '', { entry: { schedule, audience: 'profile.newsletter == true' }, steps: mail('spring') }),
  )
  await world.settled()
  assert.deepEqual(await broadcastsOf('spring'), { broadcasts: [], next: { local: '2026-03-07T14:00', begins: START + 2 * HOUR } })
  await at(START + 2 * HOUR)
  await world.identify('dan', { newsletter: true })
  await at(START + 3 * HOUR)
  assert.deepEqual(await world.subjectsTo('ada'), ['spring'])
  assert.deepEqual(await world.subjectsTo('bob'), ['spring'])
  assert.deepEqual(await world.subjectsTo('cid'), [])
  assert.deepEqual(await world.subjectsTo('dan'), [], 'who came afterwards was not there')
  const { broadcasts, next } = await broadcastsOf('spring')
  assert.deepEqual(
    broadcasts.map(({ occurrence, status, looked, reached }) => [occurrence, status, looked, reached]),
    [['2026-03-07T14:00', 'done', 3, 2]],
  )
  assert.equal(next, null)
})

test('a new version of a broadcast, and a restart, send nothing again; a finished one costs nothing', async () => {
  const schedule = { at: '2026-03-07T14:00', zone: 'UTC' }
  await world.publish(
    template('spring', { subject: 'Spring again' }),
    journey('spring', '', { name: 'Spring', entry: { schedule, audience: 'profile.newsletter == true' }, steps: mail('spring') }),
  )
  await world.settled()
  await world.end()
  await world.begin()
  await at(START + 4 * HOUR)
  assert.deepEqual(await world.subjectsTo('ada'), ['spring'])
  const { rows } = await world.app.parts.work.query<{ seq: number }>('select sum(seq)::bigint as seq from log_heads')
  await at(START + 24 * HOUR)
  const later = await world.app.parts.work.query<{ seq: number }>('select sum(seq)::bigint as seq from log_heads')
  assert.equal(later.rows[0]!.seq, rows[0]!.seq, 'a day later nobody was looked at')
})

test('what was missed while nothing ran is made up for once, if it is not too late', async () => {
  const entry = { schedule: { every: 'day', time: '09:00', zone: 'UTC' }, audience: 'profile.newsletter == true' }
  await world.publish(template('daily'), journey('daily', '', { entry, steps: mail('daily') }))
  await world.settled()
  const downFor = async (hours: number): Promise<string[]> => {
    await world.end()
    await world.clock.advance(hours * HOUR)
    await world.begin()
    await world.settled()
    return (await broadcastsOf('daily')).broadcasts.map(({ occurrence, status }) => `${occurrence} ${status}`).sort()
  }
  const threeDays = ['2026-03-09T09:00 missed', '2026-03-10T09:00 missed', '2026-03-11T09:00 done']
  assert.deepEqual(await downFor(3 * 24), threeDays, 'at noon today’s is made up for: three hours is the most')
  assert.deepEqual(await downFor(25), [...threeDays, '2026-03-12T09:00 missed'], 'at one o’clock it is too late')
  assert.deepEqual(await world.subjectsTo('ada'), ['spring', 'daily'])
  await world.api('POST /api/documents/apply', { documents: [], archive: [{ kind: 'journey', id: 'daily' }] })
})

test('a birthday mail comes in the person’s own morning, also to those who were there before', async () => {
  const now = world.clock.now()
  await world.identify('eve', { birthday: '1990-03-20', timezone: 'America/New_York' })
  await world.settled()
  const entry = { date: 'profile.birthday', time: '09:00', zone: 'profile', yearly: true }
  await world.publish(template('birthday'), journey('birthday', '', { entry, steps: mail('birthday') }))
  await world.settled()
  await world.identify('fay', { birthday: '1991-03-20', timezone: 'Asia/Tokyo' })
  await world.pass({ days: 14 })
  assert.deepEqual(await world.subjectsTo('eve'), ['birthday'])
  assert.deepEqual(await world.subjectsTo('fay'), ['birthday'])
  const entered = async (name: string) =>
    (await world.timeline(name, 'transition')).filter(({ move }) => move === 'entered').map(({ at }) => at)
  assert.ok(now < (await entered('eve'))[0]!)
  assert.deepEqual([await entered('eve'), await entered('fay')], [[Date.parse('2026-03-20T13:00Z')], [Date.parse('2026-03-20T00:00Z')]])
})

test('the API asks for entry: by identifiers or profile, once for each message id, and only where the journey says so', async () => {
  const entry = { api: true, reentry: 'always' }
  await world.publish(template('ticket'), journey('ticket', '', { entry, steps: mail('ticket') }))
  const enter = (body: object) => world.api<{ messageId: string; look: string }>('POST /api/journeys/ticket/enter', body)
  const { look } = await enter({ person: { userId: 'ada' }, key: 't1', data: { total: 5 }, messageId: 'm1' })
  await enter({ person: { userId: 'ada' }, key: 't1', data: { total: 5 }, messageId: 'm1' })
  await enter({ person: { profile: await world.profileId('bob') }, key: 't2' })
  await world.pass({ minutes: 1 })
  assert.equal((await world.api<{ people: unknown[] }>(`GET ${look}`)).people.length, 1)
  assert.deepEqual((await world.subjectsTo('ada')).filter((subject) => subject === 'ticket').length, 1)
  assert.deepEqual((await world.subjectsTo('bob')).filter((subject) => subject === 'ticket').length, 1)
  const refused = (error: unknown): boolean => error instanceof Refused && [404, 409, 422].includes(error.status)
  await assert.rejects(world.api('POST /api/journeys/spring/enter', { person: { userId: 'ada' } }), refused)
  await assert.rejects(enter({ person: { profile: 'p_nobody' } }), refused)
  await assert.rejects(enter({ person: {} }), refused)
})

test('who is in a segment already is taken in at publish, or is not, as the journey says', async () => {
  for (const name of ['gil', 'hal']) await world.identify(name, { plan: 'pro' })
  await world.publish({ kind: 'segment', id: 'pros', when: 'profile.plan == "pro"' })
  await world.app.built()
  await world.settled()
  await world.publish(
    template('pro-all'),
    template('pro-new'),
    journey('pro-all', '', { entry: { segment: 'pros', on: 'entered', existing: 'enter' }, steps: mail('pro-all') }),
    journey('pro-new', '', { entry: { segment: 'pros', on: 'entered', existing: 'skip' }, steps: mail('pro-new') }),
  )
  await world.settled()
  await world.identify('ivy', { plan: 'pro' })
  await world.pass({ minutes: 1 })
  for (const name of ['gil', 'hal']) assert.deepEqual(await world.subjectsTo(name), ['pro-all'])
  assert.deepEqual((await world.subjectsTo('ivy')).sort(), ['pro-all', 'pro-new'])
})
