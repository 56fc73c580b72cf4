import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { ChangeJourneyMode, JourneyImpact, ListJourneys } from '#journeys/api.ts'
import type { OutputOf } from '#lib/action.ts'
import { cadenza as command, folderWith } from '../fixtures/command.ts'
import { type Document, journey, type More, Refused, startWorld, template, type World } from './world.ts'

type Impact = OutputOf<typeof JourneyImpact>

let world: World
before(async () => {
  world = await startWorld()
  await world.publish(template('first'), template('second'), template('third'))
})
after(() => world?.stop())

const mail = (id: string, name = id) => ({ kind: 'email', id, template: name })
const wait = (id: string, span: string) => ({ kind: 'wait', id, for: span })
const impact = (body: Document, inFlight: More): Promise<Impact> => world.api(`POST /api/journeys/${body.id}/impact`, { body, inFlight })
const apply = (body: Document, more: More = {}) =>
  world.api('POST /api/documents/apply', { documents: [{ kind: 'journey', id: body.id, body }], ...more })
const mode = (id: string, to: string, timers?: string): Promise<OutputOf<typeof ChangeJourneyMode>> =>
  world.api(`POST /api/journeys/${id}/mode`, { mode: to, ...(timers ? { timers } : {}) })

async function refused(work: Promise<unknown>): Promise<{ status: number; code: string; detail?: string; problems?: { code: string }[] }> {
  const error: unknown = await work.then(
    () => assert.fail('it was not refused'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof Refused, String(error))
  return { status: error.status, ...(error.body as { code: string }) }
}

async function enter(people: readonly string[], event: string): Promise<void> {
  for (const person of people) {
    await world.identify(person)
    await world.track(person, event)
  }
  await world.settled()
  await world.app.reported()
}

test('publishing a new version moves nobody, unless it says so with the token of its preview', async () => {
  const one = journey('pinned', 'Pinned', { steps: [wait('settle', '2d'), mail('say', 'first')] })
  const two = journey('pinned', 'Pinned', { steps: [wait('settle', '1h'), mail('say', 'second')] })
  await world.publish(one)
  await enter(['ada', 'bob'], 'Pinned')
  await world.publish(two)
  await world.settled()
  await world.pass({ hours: 3 })
  assert.deepEqual(await world.subjectsTo('ada'), [], 'pinned: nobody moved')
  const three = journey('pinned', 'Pinned', { steps: [wait('settle', '4h'), mail('say', 'third')] })
  const missing = await refused(apply(three, { inFlight: { pinned: { kind: 'follow' } } }))
  assert.deepEqual([missing.status, missing.code], [409, 'journey.impact.missing'])
  const seen = await impact(three, { kind: 'follow' })
  assert.deepEqual(
    seen.groups.map(({ version, step, people, target }) => ({ version, step, people, target })),
    [{ version: 1, step: 'settle', people: 2, target: 'settle' }],
  )
  assert.deepEqual(
    seen.groups[0]?.consequences.map(({ kind, people }) => ({ kind, people })),
    [{ kind: 'waits', people: 2 }],
  )
  await apply(three, { inFlight: { pinned: { kind: 'follow' } }, impacts: [seen.token] })
  await world.pass({ minutes: 50 })
  assert.deepEqual(await world.subjectsTo('ada'), [])
  await world.pass({ minutes: 20 })
  assert.deepEqual([await world.subjectsTo('ada'), await world.subjectsTo('bob')], [['third'], ['third']])
  const report = await world.report('pinned')
  assert.deepEqual(
    report.versions.map(({ version, waiting }) => [version, waiting.all]),
    [
      [3, 0],
      [1, 0],
    ],
  )
  assert.deepEqual([report.total.waiting.all, report.total.entered.all, report.total.left.all], [0, 2, 2])
})

test('a preview is stale when the journey is another, or is older than a quarter of an hour', async () => {
  const one = journey('stale', 'Stale', { steps: [wait('settle', '2d'), mail('say', 'first')] })
  await world.publish(one)
  await enter(['cleo'], 'Stale')
  const two = journey('stale', 'Stale', { steps: [wait('settle', '3d'), mail('say', 'second')] })
  const follow = { inFlight: { stale: { kind: 'follow' } } }
  const seen = await impact(two, { kind: 'follow' })
  const other = journey('stale', 'Stale', { steps: [wait('settle', '5d'), mail('say', 'second')] })
  assert.equal((await refused(apply(other, { ...follow, impacts: [seen.token] }))).code, 'journey.impact.stale')
  await world.pass({ minutes: 16 })
  assert.equal((await refused(apply(two, { ...follow, impacts: [seen.token] }))).code, 'journey.impact.stale')
  const again = await impact(two, { kind: 'follow' })
  await apply(two, { ...follow, impacts: [again.token] })
  await world.settled()
})

test('a version that has no place for somebody is refused unless the map gives one', async () => {
  const one = journey('mapped', 'Mapped', { steps: [wait('before', '2d'), mail('say', 'first')] })
  await world.publish(one)
  await enter(['dora', 'emil'], 'Mapped')
  const two = journey('mapped', 'Mapped', { steps: [wait('instead', '1h'), mail('say', 'second')] })
  const open = await impact(two, { kind: 'follow' })
  assert.deepEqual([open.unmapped, open.problems.map(({ code }) => code)], [['before'], ['journey.in_flight.unmapped']])
  assert.equal(
    (await refused(apply(two, { inFlight: { mapped: { kind: 'follow' } }, impacts: [open.token] }))).code,
    'journey.in_flight.unsound',
  )
  const wish = { kind: 'migrate', map: { before: 'instead' } }
  const seen = await impact(two, wish)
  assert.deepEqual(
    seen.groups.map(({ step, target, people }) => [step, target, people]),
    [['before', 'instead', 2]],
  )
  await apply(two, { inFlight: { mapped: wish }, impacts: [seen.token] })
  await world.pass({ hours: 2 })
  assert.deepEqual([await world.subjectsTo('dora'), await world.subjectsTo('emil')], [['second'], ['second']])
  const moves = (await world.timeline('dora', 'transition')).filter(({ journeyId }) => journeyId === 'mapped')
  assert.deepEqual(
    moves.map(({ move, version, reason }) => [move, version, reason]),
    [
      ['entered', 1, 'entered'],
      ['migrated', 1, 'version_left:2'],
      ['migrated', 2, 'version_migrate:1'],
      ['moved', 2, 'waited'],
      ['exited', 2, 'completed'],
    ],
  )
})

test('an overdue wait goes on within seconds of the publish, for everybody', async () => {
  const people = Array.from({ length: 40 }, (_, i) => `overdue-${i}`)
  await world.publish(journey('overdue', 'Overdue', { steps: [wait('settle', '9d'), mail('say', 'first')] }))
  await enter(people, 'Overdue')
  await world.pass({ hours: 5 })
  const two = journey('overdue', 'Overdue', { steps: [wait('settle', '1h'), mail('say', 'second')] })
  const seen = await impact(two, { kind: 'follow' })
  assert.deepEqual(
    seen.groups[0]?.consequences.map(({ kind, what, people: many }) => [kind, what, many]),
    [['gets', 'second', 40]],
  )
  await apply(two, { inFlight: { overdue: { kind: 'follow' } }, impacts: [seen.token] })
  await world.settled()
  for (const person of people) assert.deepEqual(await world.subjectsTo(person), ['second'])
})

test('a paused journey lets nobody in and nothing out; afterwards what was queued leaves and timers go on', async () => {
  await world.publish(
    journey('paused', 'Paused', { steps: [wait('settle', '1h'), mail('say', 'first'), wait('then', '1h'), mail('more', 'second')] }),
  )
  await enter(['fay'], 'Paused')
  await mode('paused', 'pause')
  await enter(['gus'], 'Paused')
  await world.pass({ hours: 3 })
  assert.deepEqual([await world.subjectsTo('fay'), await world.subjectsTo('gus')], [[], []])
  assert.equal((await world.why('paused', 'gus')).sentence, 'They were not let in. The journey was paused, so nobody was let in.')
  const { journeys } = await world.api<OutputOf<typeof ListJourneys>>('GET /api/journeys')
  assert.equal(journeys.find(({ id }) => id === 'paused')?.mode, 'pause')
  assert.equal((await refused(mode('paused', 'pause'))).code, 'journey.mode.same')
  await mode('paused', 'run', 'run')
  await world.settled()
  await world.pass({ minutes: 2 })
  assert.deepEqual(await world.subjectsTo('fay'), ['first'])
  await world.pass({ hours: 1 })
  assert.deepEqual(await world.subjectsTo('fay'), ['first', 'second'])
})

test('stopping ends every run at once; draining lets who is inside finish', async () => {
  await world.publish(
    journey('ending', 'Ending', { steps: [wait('settle', '1h'), mail('say', 'first')] }),
    journey('draining', 'Draining', { steps: [wait('settle', '1h'), mail('say', 'second')] }),
  )
  await enter(['hal'], 'Ending')
  await enter(['ida'], 'Draining')
  await mode('ending', 'stop')
  await mode('draining', 'drain')
  await world.settled()
  await enter(['ken'], 'Draining')
  await world.pass({ hours: 2 })
  assert.deepEqual([await world.subjectsTo('hal'), await world.subjectsTo('ida'), await world.subjectsTo('ken')], [[], ['second'], []])
  assert.equal((await world.why('ending', 'hal')).sentence, 'They have left the journey. The journey was stopped.')
})

test('a draft is tried out while another version is live', async () => {
  await world.publish(journey('tried', 'Tried', { steps: [mail('say', 'first')] }))
  const draft = journey('tried', 'Tried', { steps: [wait('settle', '1h'), mail('say', 'second')] })
  await world.api('PUT /api/documents/journey/tried/draft', { kind: 'journey', id: 'tried', body: draft })
  const at = world.clock.now()
  const asked = { attributes: { email: 'a@b.example' }, events: [{ name: 'Tried', at }], until: at + 7_200_000 }
  const steps = async (more: More) => {
    const { trace } = await world.api<{ trace: { kind: string; step: string }[] }>('POST /api/journeys/tried/simulate', {
      ...asked,
      ...more,
    })
    return trace.filter(({ kind }) => kind === 'moved' || kind === 'message').map(({ kind, step }) => `${kind} ${step}`)
  }
  assert.deepEqual(await steps({}), ['message say'])
  assert.deepEqual(await steps({ draft: true }), ['moved settle', 'message say'])
})

test('a copy of a journey is a draft that nobody enters', async () => {
  await world.publish(journey('original', 'Original', { name: 'The original', steps: [mail('say', 'first')] }))
  await world.api('POST /api/journeys/original/duplicate', { id: 'original', to: 'the-copy' })
  const { journeys } = await world.api<OutputOf<typeof ListJourneys>>('GET /api/journeys')
  assert.deepEqual(
    journeys.filter(({ id }) => id === 'the-copy').map(({ name, status }) => [name, status]),
    [['The original (copy)', 'draft']],
  )
  assert.equal((await refused(world.api('POST /api/journeys/original/duplicate', { to: 'the-copy' }))).code, 'journey.exists')
})

test('a sweep that a stop of the server cuts in two goes on where it was', async () => {
  const people = Array.from({ length: 30 }, (_, i) => `swept-${i}`)
  await world.publish(journey('swept', 'Swept', { steps: [wait('settle', '9d'), mail('say', 'first')] }))
  await enter(people, 'Swept')
  const two = journey('swept', 'Swept', { steps: [wait('settle', '1m'), mail('say', 'second')] })
  await world.pass({ minutes: 2 })
  const seen = await impact(two, { kind: 'follow' })
  await apply(two, { inFlight: { swept: { kind: 'follow' } }, impacts: [seen.token] })
  await world.end()
  await world.begin()
  await world.settled()
  for (const person of people) assert.deepEqual(await world.subjectsTo(person), ['second'])
})

test('cadenza plan shows who is inside, and apply --in-flight takes them along', async () => {
  const text = (span: string, step: string) => `kind: journey
id: by-hand
goal: { event: Order Completed, within: 3d }
entry: { event: By Hand }
default: { otherwise: continue }
steps:
  - { kind: wait, id: ${step}, for: ${span} }
  - { kind: email, id: say, template: first }
`
  const cwd = await folderWith({ 'by-hand.yaml': text('5d', 'settle') })
  const env = { CADENZA_URL: world.url, CADENZA_KEY: world.secretKey }
  const cadenza = (...args: string[]) => command(args, { cwd, env })
  assert.equal((await cadenza('apply', '--yes')).code, 0)
  await enter(['lea', 'max'], 'By Hand')
  writeFileSync(join(cwd, 'by-hand.yaml'), text('1h', 'settle'))
  const pinned = await cadenza('plan')
  assert.match(pinned.out, /by-hand {2}2 people are inside \(pin\)[\s\S]*2 finish on their version/)
  const fresh = template('fresh-one')
  writeFileSync(join(cwd, 'fresh-one.yaml'), JSON.stringify(fresh))
  await world.pass({ minutes: 2 })
  writeFileSync(join(cwd, 'by-hand.yaml'), text('1m', 'settle').replace('template: first', 'template: fresh-one'))
  const withNew = await cadenza('plan', '--in-flight', 'follow')
  assert.match(withNew.out, /2 get fresh-one now/, 'a template that comes with it counts')
  writeFileSync(join(cwd, 'by-hand.yaml'), text('1h', 'settle'))
  const follow = await cadenza('plan', '--in-flight', 'follow')
  assert.match(follow.out, /2 people are inside \(follow\)[\s\S]*2 wait until 20\d\d-/)
  writeFileSync(join(cwd, 'by-hand.yaml'), text('1h', 'pause-a-bit'))
  const unmapped = await cadenza('apply', '--yes', '--in-flight', 'follow')
  assert.equal(unmapped.code, 1)
  assert.match(unmapped.error, /could not be taken along/)
  const done = await cadenza('apply', '--yes', '--map', 'settle=pause-a-bit')
  assert.equal(done.code, 0, done.error)
  await world.settled()
  await world.pass({ hours: 2 })
  assert.deepEqual([await world.subjectsTo('lea'), await world.subjectsTo('max')], [['first'], ['first']])
})
