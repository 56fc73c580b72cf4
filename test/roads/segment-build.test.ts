import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type BuilderOptions, bringIn } from '#app/segment-build.ts'
import type { OutputOf } from '#lib/action.ts'
import { appendToPartitions } from '#platform/log.ts'
import { logger } from '#platform/log-lines.ts'
import { beyondWorkspace } from '#platform/postgres/tenancy.ts'
import type { ListMembers, ReadSegment } from '#segments/api.ts'
import { nextBuild } from '#segments/store.ts'
import { startWorld, type World } from './world.ts'

let world: World
before(async () => {
  world = await startWorld()
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

test('a build that is stopped at every place goes on where it stood: nothing counts twice, nobody is left out', async () => {
  const { work, analytics } = world.app.parts
  const people = Array.from({ length: 30 }, (_, i) => `p${i}`)
  for (const [i, name] of people.entries()) {
    await world.identify(name)
    for (let n = 0; n < i % 5; n++) await world.track(name, 'Order Completed')
  }
  // The server's own builder stands by while somebody else holds the lock.
  const holder = await work.connect()
  while (!(await holder.query<{ held: boolean }>('select pg_try_advisory_lock(7236101455) as held')).rows[0]!.held) {
    await work.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = 1 and objid = 2941134159`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await world.publish(
    { kind: 'segment', id: 'three', when: 'count("Order Completed" within 30d) == 3' },
    { kind: 'segment', id: 'none', when: 'count("Order Completed" within 30d) == 0' },
  )
  await world.settled()
  await world.app.reported()
  const options: BuilderOptions = {
    pool: work,
    analytics,
    partitions: 8,
    now: () => world.clock.now(),
    appended: () => {},
    logger: logger({ level: 'silent' }),
    slicePeople: 7,
    chunk: 2,
    announce: async (tx, revision) => {
      await beyondWorkspace(tx)
      const { rows } = await tx.query<{ partition: number }>('select partition from log_heads')
      await appendToPartitions(tx, JSON.stringify({ kind: 'definitions', revision }), {
        partitions: rows.map(({ partition }) => partition),
        now: world.clock.now(),
      })
    },
  }
  const { rows: heads } = await work.query<{ partition: number }>('select partition from log_heads')
  let stops = 0
  for (let build = await nextBuild(work); build; build = await nextBuild(work)) {
    let looks = 0
    // Each try gets a little further than the one before; a kill can only fall between two commits.
    await bringIn({ ...options, partitions: heads.length }, build, () => ++looks > 6)
    stops++
    if (stops === 3) for (const name of people.slice(0, 6)) await world.track(name, 'Order Completed')
    await world.settled()
    assert.ok(stops < 200)
  }
  assert.ok(stops > 5, `it was stopped ${stops} times`)
  holder.release(true)
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

test('people from before ClickHouse was told about people are told when the server begins to build', async () => {
  await world.app.parts.analytics.command('TRUNCATE TABLE people')
  await world.app.parts.work.query('insert into people_told (workspace_id) values ($1)', [world.workspace])
  await world.end()
  await world.begin()
  await world.publish({ kind: 'segment', id: 'unplanned', when: 'profile.plan missing' })
  await still()
  assert.equal((await membersOf('unplanned')).length, 30)
  assert.equal((await world.api<OutputOf<typeof ReadSegment>>('GET /api/segments/unplanned')).count, 30)
})
