import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { DecisionRecord } from '#decisions/record.ts'
import type { GetDecision, PersonDecisions } from '#decisions/record-api.ts'
import type { OutputOf } from '#lib/action.ts'
import { journey, START, startWorld, template, type World } from './world.ts'

const DAY = 86_400_000
const HOUR = 3_600_000
let world: World

before(async () => {
  world = await startWorld()
})
after(() => world.stop())

/** Visits at this hour (UTC) of each of the last days. */
async function hasVisited(person: string, hour: number): Promise<void> {
  const midnight = Math.floor(START / DAY) * DAY
  const visits = Array.from({ length: 40 }, (_, i) => new Date(midnight - (40 - i) * DAY + hour * HOUR + i * 60_000).toISOString())
  const batch = visits.map((timestamp) => ({ type: 'track', userId: person, event: 'Page Viewed', properties: {}, timestamp }))
  await world.call('batch', { batch, sentAt: new Date(world.clock.now()).toISOString() })
}

const timed = (id: string, event: string, model: string) =>
  journey(id, event, { steps: [{ kind: 'email', id: 'mail', template: id, timing: { best: { within: '24h', model } } }] })

test('a morning and an evening reader get their mail at their hours, the comparison group at once, and each decision can be read', async () => {
  const sure = { kind: 'model', type: 'send-time', control: '0%', explore: '0%' }
  await world.publish(
    { ...sure, id: 'hours' },
    // All but one in ten thousand: a model that leaves nobody is refused.
    { ...sure, id: 'compared', control: '99.99%' },
    template('news'),
    template('plain'),
    template('early'),
  )
  await world.publish(
    timed('news', 'Asked For News', 'hours'),
    timed('plain', 'Asked For More', 'compared'),
    timed('early', 'Asked Early', 'hours'),
  )
  await world.identify('mia', { timezone: 'UTC' })
  await world.identify('eve', { timezone: 'Europe/Oslo' })
  await world.settled()

  // Nothing has been learned yet: mail goes at once, and the decision says why.
  await world.track('mia', 'Asked Early')
  await world.pass({ minutes: 1 })
  assert.deepEqual(await world.subjectsTo('mia'), ['early'])

  await hasVisited('mia', 7)
  await hasVisited('eve', 20)
  await world.settled()
  await world.app.reported()
  for (const model of ['hours', 'compared']) await world.api(`POST /api/models/${model}/train`)
  await world.app.learned()

  for (const person of ['mia', 'eve']) await world.track(person, 'Asked For News')
  await world.track('eve', 'Asked For More')
  await world.pass({ minutes: 2 })
  assert.deepEqual(await world.subjectsTo('eve'), ['plain'])
  // It is 12:03. Eve reads between eight and nine; mail is read some time after it was sent, so it leaves an hour before.
  await world.pass({ hours: 6, minutes: 50 })
  assert.deepEqual(await world.subjectsTo('eve'), ['plain'])
  await world.pass({ hours: 1, minutes: 10 })
  assert.deepEqual((await world.subjectsTo('eve')).sort(), ['news', 'plain'])
  assert.deepEqual(await world.subjectsTo('mia'), ['early'])
  await world.pass({ hours: 9, minutes: 50 })
  assert.deepEqual(await world.subjectsTo('mia'), ['early'])
  await world.pass({ hours: 1, minutes: 10 })
  assert.deepEqual((await world.subjectsTo('mia')).sort(), ['early', 'news'])

  const [cold, chosen] = await decisionsOf('mia')
  assert.deepEqual([cold?.by, cold?.silence, cold?.chosen], ['fallback', 'model_cold', 'now'])
  assert.match(cold!.sentence, /learned nothing yet/)
  assert.deepEqual([chosen?.by, chosen?.chosen, chosen?.snapshot], ['model', '2026-03-08T06:00+00:00', 1])
  assert.match(chosen!.sentence, /^Sunday 8 March, 06:00: of the 24 hours ahead that are allowed, this is when they most likely read\./)
  assert.equal(chosen?.candidates.length, 25)
  const ofEve = await decisionsOf('eve')
  assert.deepEqual(ofEve.map(({ by, chosen }) => [by, chosen]).sort(), [
    ['control', 'now'],
    ['model', '2026-03-07T20:00+01:00'],
  ])
  const state = await world.api<{ state: string }>('GET /api/models/hours')
  assert.equal(state.state, 'learning')
})

/** Decisions about a person, oldest first, with what they rest on. */
async function decisionsOf(person: string): Promise<(DecisionRecord & { readonly sentence: string })[]> {
  await world.app.reported()
  const path = `GET /api/people/${await world.profileId(person)}/decisions`
  const { decisions } = await world.api<OutputOf<typeof PersonDecisions>>(path)
  const whole = decisions.map(({ id }) => world.api<OutputOf<typeof GetDecision>>(`GET /api/decisions/${encodeURIComponent(id)}`))
  return (await Promise.all(whole)).reverse().map(({ record, sentence }) => ({ ...(record as unknown as DecisionRecord), sentence }))
}
