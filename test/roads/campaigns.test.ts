import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { CampaignReach, ContactsPlanned, ListCampaigns, MoveCampaign, TakeBackCampaign } from '#journeys/campaign-api.ts'
import { type Campaign, journeyOf } from '#journeys/campaigns/form.ts'
import type { OutputOf } from '#lib/action.ts'
import { type Document, Refused, SENDER, START, startWorld, template, type World } from './world.ts'

const HOUR = 3_600_000
let world: World
before(async () => {
  world = await startWorld()
  await world.publish(SENDER, template('spring'), template('summer'))
  for (const name of ['ada', 'bob', 'cid', 'dan']) await world.identify(name, { newsletter: name !== 'dan' })
  await world.settled()
})
after(() => world?.stop())

const at = (ms: number): Promise<void> => world.clock.advance(ms - world.clock.now()).then(() => world.settled())
const local = (ms: number): string => new Date(ms).toISOString().slice(0, 16)
const campaign = (id: string, when: number, more: Partial<Campaign> = {}): Document =>
  journeyOf(
    {
      name: id,
      audience: { kind: 'condition', when: 'profile.newsletter == true' },
      without: [],
      channel: 'email',
      messages: ['spring'],
      when: { kind: 'once', at: local(when) },
      zone: 'UTC',
      fallbackZone: 'UTC',
      best: false,
      goal: { event: 'Order Completed', within: '7d', value: 'total' },
      holdout: 0,
      ...more,
    },
    id,
  ) as unknown as Document
const listed = async (id: string) => {
  const { campaigns } = await world.api<OutputOf<typeof ListCampaigns>>('GET /api/campaigns')
  return campaigns.find((each) => each.id === id)
}
const planned = (from: number, days: number) =>
  world.api<OutputOf<typeof ContactsPlanned>>(`GET /api/contacts/planned?from=${from}&to=${from + days * 24 * HOUR}`)

test('a campaign says whom it may write to and why not to the others, goes out to exactly those, and shows what came of it', async () => {
  await world.api('POST /api/suppressions', { channel: 'email', address: 'cid@people.example', note: 'Asked by phone' })
  await world.settled()
  await world.app.reported()
  const body = campaign('spring', START + 2 * HOUR)
  const reach = await world.api<OutputOf<typeof CampaignReach>>('POST /api/campaigns/reach', { body })
  assert.deepEqual([reach.of, reach.audience, reach.allowed, reach.looked], [4, 3, 2, 3])
  assert.deepEqual(
    reach.reasons.map(({ reason, people }) => [reason, people]),
    [['address_blocked', 1]],
  )
  await world.publish(body)
  await world.settled()
  assert.equal((await listed('spring'))?.status, 'planned')
  const ahead = await planned(START, 1)
  assert.deepEqual(
    ahead.items.map(({ journey, kind, begins, people, exact, movable }) => [journey, kind, begins, people, exact, movable]),
    [['spring', 'once', START + 2 * HOUR, 3, { time: true, people: false }, true]],
  )
  await at(START + 3 * HOUR)
  for (const [name, subjects] of [
    ['ada', ['spring']],
    ['bob', ['spring']],
    ['cid', []],
    ['dan', []],
  ] as const)
    assert.deepEqual(await world.subjectsTo(name), subjects, name)
  await world.app.reported()
  const done = await listed('spring')
  assert.deepEqual([done?.status, done?.last?.reached, done?.results.entered, done?.results.sent], ['done', 3, 3, 2])
  const [sent] = (await planned(START, 1)).items
  assert.deepEqual([sent?.kind, sent?.people, sent?.exact], ['sent', 3, { time: true, people: true }])
})

test('what is planned can be moved until it begins: it goes out once, at the new time, also when that is an earlier one', async () => {
  const now = world.clock.now()
  await world.publish(campaign('later', now + 6 * HOUR, { messages: ['summer'] }))
  await world.settled()
  const move = (from: number, to: number) =>
    world.api<OutputOf<typeof MoveCampaign>>('POST /api/campaigns/later/move', { from: local(from), to: local(to) })
  await move(now + 6 * HOUR, now + 8 * HOUR)
  await move(now + 8 * HOUR, now + 6 * HOUR)
  await move(now + 6 * HOUR, now + 3 * HOUR)
  await assert.rejects(move(now + 6 * HOUR, now + 4 * HOUR), (error) => error instanceof Refused && error.status === 409)
  await assert.rejects(move(now + 3 * HOUR, now - HOUR), /campaign.over/)
  await at(now + 4 * HOUR)
  assert.deepEqual(await world.subjectsTo('ada'), ['spring', 'summer'])
  await assert.rejects(move(now + 3 * HOUR, now + 9 * HOUR), /campaign.begun/)
  await at(now + 9 * HOUR)
  assert.deepEqual(await world.subjectsTo('ada'), ['spring', 'summer'], 'not again at a time that it was moved from')
})

test('a campaign that is taken back goes to nobody and is a draft; published again it goes out, once', async () => {
  const now = world.clock.now()
  await world.publish(campaign('back', now + 2 * HOUR))
  await world.settled()
  const { hash } = await world.api<OutputOf<typeof TakeBackCampaign>>('POST /api/campaigns/back/take-back', {})
  await world.settled()
  assert.equal((await listed('back'))?.status, 'draft')
  assert.deepEqual(
    (await planned(now, 1)).items.filter(({ journey }) => journey === 'back'),
    [],
  )
  await world.api('POST /api/documents/journey/back/publish', { hash })
  await world.settled()
  assert.equal((await listed('back'))?.status, 'planned')
  await at(now + 3 * HOUR)
  assert.deepEqual((await world.subjectsTo('bob')).filter((each) => each === 'spring').length, 2)
})

test('two campaigns for the same people within a day are told with how many get both, and what is over a cap is told', async () => {
  const now = world.clock.now()
  const cap = { id: 'weekly', channel: 'email', max: 1, per: 'week' }
  await world.publish(
    { kind: 'contact-policy', id: 'default', caps: [cap], quietHours: [{ from: '21:00', to: '08:00' }] },
    { kind: 'calendar', id: 'closed', name: 'Closed days', holidays: ['2026-03-10'] },
    campaign('first', now + 24 * HOUR),
    campaign('second', now + 30 * HOUR, { audience: { kind: 'condition', when: 'profile.newsletter exists' } }),
    campaign('third', now + 31 * HOUR),
    campaign('nobody', now + 32 * HOUR, { audience: { kind: 'condition', when: 'profile.newsletter == false' } }),
  )
  await world.settled()
  const { collisions, pressure, quiet, holidays } = await planned(now, 3)
  assert.deepEqual(collisions.map(({ first, second, people }) => [first.split(' ')[0], second.split(' ')[0], people]).sort(), [
    ['first', 'second', 3],
    ['first', 'third', 3],
    ['second', 'nobody', 1],
    ['second', 'third', 3],
  ])
  const full = pressure.find(({ planned: n }) => n > 1)
  assert.deepEqual([full?.audience, full?.planned, full?.max], ['profile.newsletter == true', 2, 1])
  assert.deepEqual([quiet[0]?.from, holidays], ['21:00', [{ day: '2026-03-10', calendar: 'Closed days' }]])
})

test('publishing what goes out to many needs the permission to send besides the one to publish', async () => {
  const key = async (scopes: readonly string[]): Promise<string> =>
    ((await world.api('POST /api/keys', { kind: 'secret', name: 'Publisher', scopes })) as { value: string }).value
  const apply = async (scopes: readonly string[], document: Document): Promise<number> => {
    const { kind, id, ...rest } = document
    const response = await fetch(`${world.app.url}/api/documents/apply`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await key(scopes)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ documents: [{ kind, id, body: { kind, id, ...rest } }] }),
    })
    return response.status
  }
  const now = world.clock.now()
  const publisher = ['documents:write', 'publish']
  const members = { segment: 'vip', on: 'entered' }
  await world.publish({ kind: 'segment', id: 'vip', when: 'profile.newsletter == true' })
  const some = (id: string, entry: object): Document => ({ ...campaign(id, now + 48 * HOUR), entry })
  assert.equal(await apply(publisher, campaign('sales', now + 48 * HOUR)), 403)
  assert.equal(await apply(publisher, some('all-members', { ...members, existing: 'enter' })), 403)
  assert.equal(await apply(publisher, some('new-members', { ...members, existing: 'skip' })), 200)
  assert.equal(await apply([...publisher, 'send'], campaign('sales', now + 48 * HOUR)), 200)
})
