import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { type BuilderOptions, bringIn } from '#app/segment-build.ts'
import type { OutputOf } from '#lib/action.ts'
import { appendToPartitions } from '#platform/log.ts'
import { logger } from '#platform/log-lines.ts'
import { beyondWorkspace } from '#platform/postgres/tenancy.ts'
import type { ListMembers, ReadSegment } from '#segments/api.ts'
import { nextBuild } from '#segments/store.ts'
import { startWorld, type World } from './world.ts'

let world: World
/** The builder of a test that failed stands by: the server would wait for it as it stops. */
let letGo: (() => void) | undefined
before(async () => {
  world = await startWorld()
})
afterEach(() => {
  letGo?.()
  letGo = undefined
})
after(() => world?.stop())

async function membersOf(id: string): Promise<string[]> {
  const { people } = await world.api<OutputOf<typeof ListMembers>>(`GET /api/segments/${id}/members?limit=500`)
  return people.map(({ email }) => email!.split('@')[0]!).sort()
}

async function still(): Promise<void> {
  await world.settled()
  await world.app.built()
  await world.settled()
  await world.app.reported()
}

/** Keeps the server's own builder standing by until `release`; what is built meanwhile is built with these options. */
async function holdBuilder(): Promise<{ options: BuilderOptions; release: () => void }> {
  const { work, analytics } = world.app.parts
  const holder = await work.connect()
  letGo = () => holder.release(true)
  while (!(await holder.query<{ held: boolean }>('select pg_try_advisory_lock(7236101455) as held')).rows[0]!.held) {
    await work.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = 1 and objid = 2941134159`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const { rows: heads } = await work.query<{ partition: number }>('select partition from log_heads')
  const partitions = heads.map(({ partition }) => partition)
  const options: BuilderOptions = {
    pool: work,
    analytics,
    partitions: partitions.length,
    now: () => world.clock.now(),
    appended: () => {},
    logger: logger({ level: 'silent' }),
    announce: async (tx, revision) => {
      await beyondWorkspace(tx)
      await appendToPartitions(tx, JSON.stringify({ kind: 'definitions', revision }), { partitions, now: world.clock.now() })
    },
  }
  const release = (): void => {
    if (letGo === release) holder.release(true)
    letGo = undefined
  }
  letGo = release
  return { options, release }
}

test('a build that is stopped at every place goes on where it stood: nothing counts twice, nobody is left out', async () => {
  const { work } = world.app.parts
  const people = Array.from({ length: 30 }, (_, i) => `p${i}`)
  for (const [i, name] of people.entries()) {
    await world.identify(name)
    for (let n = 0; n < i % 5; n++) await world.track(name, 'Order Completed')
  }
  const { options, release } = await holdBuilder()
  await world.publish(
    { kind: 'segment', id: 'three', when: 'count("Order Completed" within 30d) == 3' },
    { kind: 'segment', id: 'none', when: 'count("Order Completed" within 30d) == 0' },
  )
  await world.settled()
  await world.app.reported()
  let stops = 0
  for (let build = await nextBuild(work); build; build = await nextBuild(work)) {
    let looks = 0
    // Each try gets a little further than the one before; a kill can only fall between two commits.
    await bringIn({ ...options, slicePeople: 7, chunk: 2 }, build, () => ++looks > 3)
    stops++
    if (stops === 3) for (const name of people.slice(0, 6)) await world.track(name, 'Order Completed')
    await world.settled()
    assert.ok(stops < 200)
  }
  assert.ok(stops > 3, `it was stopped ${stops} times`)
  release()
  await still()
  const counts = new Map(people.map((name, i) => [name, (i % 5) + (i < 6 ? 1 : 0)]))
  assert.deepEqual(await membersOf('three'), people.filter((name) => counts.get(name) === 3).sort())
  assert.deepEqual(await membersOf('none'), people.filter((name) => counts.get(name) === 0).sort())
  await world.pass({ minutes: 5 })
  await world.pass({ days: 31 })
  await still()
  assert.deepEqual(await membersOf('three'), [])
  assert.deepEqual(await membersOf('none'), people.toSorted())
})

test('who was touched while a segment was built is decided when it is built, though no time passes', async () => {
  const { work } = world.app.parts
  const order = (who: object): Promise<void> => world.call('track', { ...who, event: 'Order Refunded' })
  for (const name of ['early', 'twofold']) {
    await world.identify(name)
    await order({ userId: name })
  }
  const { options, release } = await holdBuilder()
  await world.publish({ kind: 'segment', id: 'twice', when: 'count("Order Refunded" within 30d) >= 2' })
  await world.settled()
  await world.app.reported()
  // Everybody with a past has been looked at, and the build stands before its end.
  const build = await nextBuild(work)
  let over = false
  await bringIn({ ...options, appended: () => (over = true) }, build!, () => over)
  const halfway = await nextBuild(work)
  assert.deepEqual([halfway?.since, halfway?.slice, halfway?.slices], [build!.since, 1, 1])
  await world.settled()
  // Somebody new does twice what is asked for; somebody who has been looked at turns out to be a stranger of a moment ago as well.
  await world.identify('fresh')
  for (let n = 0; n < 2; n++) await order({ userId: 'fresh' })
  await order({ anonymousId: 'stranger' })
  await world.call('identify', { userId: 'twofold', anonymousId: 'stranger' })
  await world.settled()
  for (let rest = await nextBuild(work); rest; rest = await nextBuild(work)) await bringIn(options, rest, () => false)
  release()
  await world.settled()
  await world.app.reported()
  assert.deepEqual(await membersOf('twice'), ['fresh', 'twofold'])
  const { rows } = await work.query('select id from keyed_state where awaiting')
  assert.deepEqual(rows, [], 'nobody waits for a build that is over')
})

test('people from before ClickHouse was told about people are told when the server begins to build', async () => {
  await world.app.parts.analytics.command('TRUNCATE TABLE people')
  await world.app.parts.work.query('insert into people_told (workspace_id) values ($1)', [world.workspace])
  await world.end()
  await world.begin()
  await world.publish({ kind: 'segment', id: 'unplanned', when: 'profile.plan missing' })
  await still()
  assert.equal((await membersOf('unplanned')).length, 33)
  assert.equal((await world.api<OutputOf<typeof ReadSegment>>('GET /api/segments/unplanned')).count, 33)
})
