import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { AssignmentFact } from '#events/reaction.ts'
import { until } from '../fixtures/delivery.ts'
import { journey, type Refused, START, startWorld, template, type World } from './world.ts'

let world: World
before(async () => {
  world = await startWorld()
  await world.publish(
    { kind: 'holdout', id: 'all', share: '40%', rotate: 'month' },
    template('offer'),
    template('receipt'),
    journey('cart', 'Cart Left', { steps: [mail('offer'), { ...mail('receipt'), lane: 'transactional' }] }),
    journey('called', '', { entry: { api: true }, steps: [mail('offer')] }),
    journey('spring', '', {
      entry: { schedule: { at: '2026-03-07T14:00', zone: 'UTC' }, audience: 'profile.newsletter == true' },
      steps: [mail('offer')],
    }),
  )
  for (const name of NAMES) await world.identify(name, { newsletter: true })
  await world.settled()
})
after(() => world?.stop())

const NAMES = Array.from({ length: 14 }, (_, i) => `p${i}`)
const mail = (id: string) => ({ kind: 'email', id, template: id, otherwise: [] })
const HOUR = 3_600_000
const at = (ms: number): Promise<void> => world.clock.advance(ms - world.clock.now()).then(() => world.settled())

/** What was told of people, as reports find it. */
async function told(experiment: string): Promise<Map<string, AssignmentFact>> {
  await world.app.reported()
  const rows = await world.app.parts.analytics.query<AssignmentFact & { name: string }>(
    `SELECT a.*, toUnixTimestamp64Milli(a.at) AS at, JSONExtractString(p.attributes, 'email') AS name FROM assignments a
     JOIN (SELECT profile_id, argMax(attributes, seq) AS attributes FROM people WHERE workspace_id = {ws:String} GROUP BY profile_id) p
     ON p.profile_id = a.profile_id WHERE a.workspace_id = {ws:String} AND a.experiment = {experiment:String} ORDER BY a.at`,
    { ws: world.workspace, experiment },
  )
  return new Map(rows.map((row) => [row.name.split('@')[0]!, row]))
}
const outs = async (): Promise<string[]> => [...(await told('all'))].flatMap(([name, { arm }]) => (arm === 'held_out' ? [name] : [])).sort()

test('an event, a broadcast and a call of the API: no marketing crosses the hold-out, receipts do, and everybody sees why', async () => {
  for (const name of NAMES) await world.track(name, 'Cart Left')
  await world.settled()
  await at(START + 3 * HOUR)
  for (const name of NAMES) {
    const id = await world.profileId(name)
    await world.api('POST /api/journeys/called/enter', { person: { profile: id }, messageId: `call-${name}` })
  }
  await world.settled()
  const arms = await told('all')
  const held = await outs()
  assert.equal(arms.size, NAMES.length, 'everybody was asked about once')
  assert.ok(held.length > 1 && held.length < NAMES.length - 1, `${held.length} are held out`)
  for (const name of NAMES) {
    const subjects = (await world.subjectsTo(name)).sort()
    assert.deepEqual(subjects, held.includes(name) ? ['receipt'] : ['offer', 'offer', 'offer', 'receipt'], name)
  }
  const why = await world.why('cart', held[0]!)
  assert.match(JSON.stringify(why), /hold-out “all”/)
  const { kind, period, share, version, is_control, journey_id } = arms.get(held[0]!)!
  assert.deepEqual([kind, period, share, version, is_control, journey_id], ['holdout', '2026-03', 0.4, 1, 1, 'cart'])
})

test('a restart changes nobody’s arm', async () => {
  const held = await outs()
  await world.end()
  await world.begin()
  for (const name of NAMES) await world.track(name, 'Cart Left')
  await world.settled()
  assert.deepEqual(await outs(), held)
  for (const name of held) assert.ok(!(await world.subjectsTo(name)).includes('offer'))
})

test('an experiment on a whole journey lets in whose arm says so; two of one layer may not take the same places', async () => {
  const arms = [
    { id: 'come', share: '50%', enters: ['winback'] },
    { id: 'stay', share: '50%', enters: [], control: true },
  ]
  const worth = {
    kind: 'experiment',
    id: 'worth',
    hypothesis: 'The winback mail brings people back who would have stayed away',
    on: 'journeys',
    journeys: ['winback'],
    primary: 'goal:winback',
    guardrails: ['unsubscribes'],
    layer: { id: 'lifecycle' },
    arms,
  }
  await world.publish(journey('winback', 'Went Away', { steps: [mail('offer')] }), worth)
  const names = Array.from({ length: 16 }, (_, i) => `w${i}`)
  for (const name of names) await world.identify(name)
  for (const name of names) await world.track(name, 'Went Away')
  await world.settled()
  const drawn = await told('worth')
  const held = await outs()
  assert.ok([...drawn.values()].some(({ arm }) => arm === 'come') && [...drawn.values()].some(({ arm }) => arm === 'stay'))
  for (const name of names) {
    const arm = drawn.get(name)?.arm
    assert.equal((await world.subjectsTo(name)).length, arm === 'come' ? 1 : 0, `${name} ${arm}`)
    if (arm === undefined) assert.ok(held.includes(name), 'only who is held out of everything is in no experiment')
  }
  const other = { ...worth, id: 'other', layer: { id: 'lifecycle', from: 9_000 } }
  await assert.rejects(world.publish(other), (error: Refused) => JSON.stringify(error.body).includes('takes the places 0 to 9999'))
  await assert.rejects(world.publish({ ...worth, id: 'bad', arms: [{ ...arms[0], share: '60%' }, arms[1]] }), /come to 110%/)
  await assert.rejects(world.publish({ kind: 'holdout', id: 'most', share: '90%' }), /compares nothing/)
})

test('what was told of somebody goes out with their data, and goes with them when they are erased', async () => {
  const [name] = await outs()
  const id = await world.profileId(name!)
  const rows = async (): Promise<number> => {
    await world.app.reported()
    const [row] = await world.app.parts.analytics.query<{ n: string }>(
      'SELECT count() AS n FROM assignments WHERE profile_id = {id:String}',
      { id },
    )
    return Number(row!.n)
  }
  assert.ok((await rows()) > 0)
  const exported = JSON.stringify(await world.api(`GET /api/profiles/${id}/export.json`))
  assert.match(exported, /assignments/)
  assert.match(exported, /held_out/)
  const { erasure } = await world.api<{ erasure: string }>(`POST /api/profiles/${id}/erase`, {})
  await until('the erasure is done', async () => (await world.api<{ status: string }>(`GET /api/erasures/${erasure}`)).status === 'done')
  assert.equal(await rows(), 0)
})
