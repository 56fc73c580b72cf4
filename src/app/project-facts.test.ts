import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { chance } from '#lib/hash.ts'
import { type Analytics, AnalyticsError } from '#platform/analytics/analytics.ts'
import { chdbAnalytics } from '#platform/analytics/chdb.ts'
import { httpAnalytics } from '#platform/analytics/http.ts'
import { migrateAnalytics } from '#platform/analytics/migrate.ts'
import { writeFactBlock } from '#platform/fact-blocks.ts'
import { createMetrics } from '#platform/metrics.ts'
import { createPool, transaction } from '#platform/postgres/pool.ts'
import { clickhouseBridge } from '../../test/fixtures/clickhouse-bridge.ts'
import { type TestDatabase, testDatabase } from '../../test/fixtures/database.ts'
import { type Projector, startProjector } from './project-facts.ts'

const silent = { info() {}, warn() {}, error() {} }
const MIGRATIONS = join(import.meta.dirname, '../../migrations/clickhouse')

if (process.argv[2] === 'project')
  await projectUntilKilled({ url: process.argv[3]!, directory: process.argv[4]!, hold: process.argv[5] === 'hold' })
else stories()

/** Runs in a process of its own, which is killed: inside an insert, or (`hold`) when it has returned and nobody has noted it yet. */
async function projectUntilKilled({ url, directory, hold }: { url: string; directory: string; hold: boolean }): Promise<void> {
  const analytics = await chdbAnalytics({ directory, readers: 1 })
  const telling: Analytics = {
    ...analytics,
    async insert(table, lines, token) {
      if (!hold) process.send?.('now')
      await analytics.insert(table, lines, token)
      if (!hold) return
      process.send?.('now')
      await new Promise(() => {})
    },
  }
  startProjector({ pool: createPool({ url, name: 'projector' }), analytics: telling, log: silent })
}

let seq = 0
/** One block of facts, as the pipeline writes it. */
function block(size: number): string {
  const lines: string[] = []
  for (let ix = 0; ix < size; ix++) {
    seq++
    const table = seq % 3 === 0 ? 'transitions' : 'events'
    lines.push(
      JSON.stringify({
        t: table,
        p: seq % 16,
        s: seq,
        i: 0,
        r: { workspace_id: 'shop', profile_id: `p${seq % 50}`, at: 1_700_000_000_000 + seq, received: 5 },
      }),
    )
  }
  return lines.join('\n')
}

/** What is in ClickHouse: how many rows, how many different ones, and the sum of their places. */
async function there(analytics: Analytics): Promise<{ rows: number; different: number; sum: number }> {
  const [found] = await analytics.query<{ rows: number; different: number; sum: number }>(
    `SELECT count() AS rows, uniqExact(seq) AS different, sum(seq) AS sum
     FROM (SELECT seq FROM events UNION ALL SELECT seq FROM transitions)`,
  )
  return found!
}
const all = (count: number, first = 1) => ({ rows: count, different: count, sum: (count * (2 * first + count - 1)) / 2 })

function stories(): void {
  describe('facts on their way to ClickHouse', { timeout: 120_000 }, () => {
    let database: TestDatabase
    let directory: string
    let analytics: Analytics
    const running: Projector[] = []
    const start = (more: Partial<Parameters<typeof startProjector>[0]> = {}): Projector => {
      const projector = startProjector({ pool: database.pool, analytics, log: silent, longestPauseMs: 300, ...more })
      running.push(projector)
      return projector
    }
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), 'cadenza-facts-'))
      analytics = await chdbAnalytics({ directory })
      await migrateAnalytics(analytics, MIGRATIONS)
    })
    after(async () => {
      await analytics.close()
      await rm(directory, { recursive: true })
    })
    beforeEach(async () => {
      seq = 0
      database = await testDatabase()
      for (const table of ['events', 'transitions']) await analytics.command(`TRUNCATE TABLE ${table}`)
    })
    afterEach(async () => {
      await Promise.all(running.splice(0).map((projector) => projector.stop()))
      await database.stop()
    })

    test('writers that commit out of order, late or never: what committed is there once', async () => {
      const projector = start()
      const late = await database.pool.connect()
      await late.query('begin')
      await writeFactBlock(late, block(10))
      const writers = Array.from({ length: 6 }, async (_, writer) => {
        for (let turn = 0; turn < 15; turn++) {
          await transaction(database.pool, async (tx) => {
            await writeFactBlock(tx, block(20))
            if (writer % 2) await tx.query('select pg_sleep(0.005)')
          })
        }
      })
      await Promise.all(writers)
      const undone = await database.pool.connect()
      await undone.query('begin')
      const kept = seq
      await writeFactBlock(undone, block(5))
      await undone.query('rollback')
      undone.release()
      await projector.drained()
      assert.equal((await there(analytics)).rows, kept - 10, 'a transaction that is still open holds nobody up')
      await late.query('commit')
      late.release()
      await projector.drained()
      assert.deepEqual(await there(analytics), all(kept))
    })

    test('killed between the token and the rows, ClickHouse takes the repeat for done: the rows are missed and added', async () => {
      const known = new Set<string>()
      // What such a kill leaves: the token is known, and its rows are nowhere.
      const forgetful: Analytics = {
        ...analytics,
        async insert(table, lines, token) {
          const name = `${table} ${token}`
          const fresh = !known.has(name) && !token.includes('.again')
          known.add(name)
          if (fresh) await analytics.insert(table, '{"workspace_id":"another","seq":0}', token)
          if (known.size === 1 && fresh) throw new AnalyticsError('killed', { code: 0 })
          await analytics.insert(table, lines, token)
        },
      }
      await writeFactBlock(database.pool, block(30))
      await start({ analytics: forgetful }).drained()
      for (const table of ['events', 'transitions'])
        await analytics.command(`ALTER TABLE ${table} DELETE WHERE workspace_id = 'another' SETTINGS mutations_sync = 2`)
      assert.deepEqual(await there(analytics), all(30))
      assert.ok(
        [...known].some((name) => name.endsWith('.again')),
        'the repeat under the same token was not believed',
      )
    })

    test('ClickHouse is away, then back: nothing is lost, and the lag is told', async () => {
      const home = await mkdtemp(join(tmpdir(), 'cadenza-bridge-'))
      const bridge = await clickhouseBridge(home)
      const remote = httpAnalytics({ url: bridge.url })
      await migrateAnalytics(remote, MIGRATIONS)
      await bridge.kill()
      const metrics = createMetrics({ processMetrics: false })
      const projector = start({ analytics: remote, metrics })
      for (let turn = 0; turn < 30; turn++) await writeFactBlock(database.pool, block(10))
      await until(async () => Number(/_failures_total (\d+)/.exec(await metrics.registry.metrics())?.[1]) >= 2)
      assert.ok(Number(/^cadenza_facts_lag_seconds ([\d.]+)/m.exec(await metrics.registry.metrics())?.[1]) > 0)
      await bridge.start()
      await projector.drained()
      assert.deepEqual(await there(remote), all(300))
      assert.match(await metrics.registry.metrics(), /cadenza_facts_lag_seconds 0\n/)
      await bridge.stop()
      await remote.close()
      await rm(home, { recursive: true })
    })

    test('an insert whose answer got lost is found again, and one that never arrived is repeated', async () => {
      let tries = 0
      let lost = 0
      const forgetful: Analytics = {
        ...analytics,
        async insert(table, lines, token) {
          tries++
          if (tries % 5 === 1) throw new AnalyticsError('connection reset before', { code: 0 })
          await analytics.insert(table, lines, token)
          if (tries % 5 === 3) {
            lost++
            throw new AnalyticsError('connection reset after', { code: 0 })
          }
        },
      }
      const projector = start({ analytics: forgetful })
      for (let turn = 0; turn < 4; turn++) {
        await writeFactBlock(database.pool, block(7))
        await projector.drained()
      }
      assert.ok(lost >= 2 && tries >= 10, `${lost} answers were lost in ${tries} tries`)
      assert.deepEqual(await there(analytics), all(28))
    })

    test('another group with the same ids, as after a restored database, is not mistaken for the first', async () => {
      const projector = start()
      await writeFactBlock(database.pool, block(5))
      await projector.drained()
      await projector.stop()
      await database.stop()
      database = await testDatabase()
      await writeFactBlock(database.pool, block(5))
      await start().drained()
      assert.deepEqual(await there(analytics), all(10))
    })

    test('one projects, the other stands by and takes over', async () => {
      const by = (name: string, done: string[]): Analytics => ({
        ...analytics,
        insert(table, lines, token) {
          done.push(name)
          return analytics.insert(table, lines, token)
        },
      })
      const done: string[] = []
      const first = start({ analytics: by('first', done) })
      await writeFactBlock(database.pool, block(5))
      await first.drained()
      const second = start({ analytics: by('second', done) })
      await writeFactBlock(database.pool, block(5))
      await second.drained()
      assert.deepEqual(new Set(done), new Set(['first']))
      await first.stop()
      await writeFactBlock(database.pool, block(5))
      await second.drained()
      assert.ok(done.includes('second'))
      assert.deepEqual(await there(analytics), all(15))
    })

    test('facts that ClickHouse does not understand are set aside, the others go on', async () => {
      const projector = start()
      const good = block(60).split('\n')
      const bad = ['x', 'y'].map(
        (cause, i) => `{"t":"transitions","p":1,"s":${900 + i},"i":0,"r":{"workspace_id":"shop","at":1.5,"cause":"${cause}"}}`,
      )
      await writeFactBlock(database.pool, [...good.slice(0, 20), bad[0], ...good.slice(20), bad[1]].join('\n'))
      await projector.drained()
      assert.deepEqual(await there(analytics), all(60))
      const { rows } = await database.pool.query(
        'select seq, fact_table, line::json ->> $1 as cause, error from fact_rejects order by seq',
        ['cause'],
      )
      assert.deepEqual(
        rows.map(({ error, ...row }) => row),
        [
          { seq: 900, fact_table: 'transitions', cause: 'x' },
          { seq: 901, fact_table: 'transitions', cause: 'y' },
        ],
      )
      assert.match(rows[0].error, /Cannot parse input/)
    })

    test('projected blocks are deleted when their time is over, waiting ones never', async () => {
      await writeFactBlock(database.pool, block(5))
      await start({ retainMs: 0 }).drained()
      await until(async () => (await database.pool.query('select from fact_blocks')).rowCount === 0)
      assert.deepEqual(await there(analytics), all(5))
    })
  })

  // A process can have one chDB directory at a time, so this has to stand outside.
  test('24 times SIGKILL of the projecting process: each fact is there once', { timeout: 120_000 }, async (t) => {
    seq = 0
    const database = await testDatabase()
    t.after(() => database.stop())
    const home = await mkdtemp(join(tmpdir(), 'cadenza-killed-'))
    t.after(() => rm(home, { recursive: true }))
    const setUp = await chdbAnalytics({ directory: home })
    await migrateAnalytics(setUp, MIGRATIONS)
    await setUp.close()
    for (let kills = 0; kills < 24; kills++) {
      for (let turn = 0; turn < 12; turn++) await writeFactBlock(database.pool, block(400))
      const hold = kills % 3 === 0
      const child = fork(import.meta.filename, ['project', database.url, home, hold ? 'hold' : ''], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      })
      t.after(() => child.kill('SIGKILL'))
      child.once('message', () => setTimeout(() => child.kill('SIGKILL'), hold ? 0 : chance('kill', String(kills)) * 40))
      const [code] = await once(child, 'exit')
      assert.equal(code, null, 'ended by the kill')
    }
    const analytics = await chdbAnalytics({ directory: home })
    t.after(() => analytics.close())
    const survivor = startProjector({ pool: database.pool, analytics, log: silent })
    await survivor.drained()
    await survivor.stop()
    assert.deepEqual(await there(analytics), all(seq))
  })
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('did not come to hold within 20 s')
    await new Promise((done) => setTimeout(done, 20))
  }
}
