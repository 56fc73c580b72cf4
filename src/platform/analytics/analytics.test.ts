import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { type Bridge, clickhouseBridge } from '../../../test/fixtures/clickhouse-bridge.ts'
import { type Analytics, AnalyticsError } from './analytics.ts'
import { chdbAnalytics } from './chdb.ts'
import { httpAnalytics } from './http.ts'
import { migrateAnalytics } from './migrate.ts'

const MIGRATIONS = join(import.meta.dirname, '../../../migrations/clickhouse')
const code = (wanted: number) => (error: unknown) => error instanceof AnalyticsError && error.code === wanted

/** The same story for both adapters: the port promises it, not the adapter. */
function promises(name: string, open: (directory: string) => Promise<{ analytics: Analytics; stop(): Promise<void> }>): void {
  describe(name, () => {
    let directory: string
    let analytics: Analytics
    let stop: () => Promise<void>

    before(async () => {
      directory = await mkdtemp(join(tmpdir(), 'cadenza-analytics-'))
      ;({ analytics, stop } = await open(directory))
      await migrateAnalytics(analytics, MIGRATIONS)
    })
    after(async () => {
      await stop()
      await rm(directory, { recursive: true })
    })

    test('migrations apply once', async () => {
      assert.deepEqual(await migrateAnalytics(analytics, MIGRATIONS), [])
    })

    test('numbers stay numbers, beyond 32 bits too', async () => {
      const rows = await analytics.query('SELECT toUInt64(9007199254740991) AS most, toInt64(-5) AS less, 0.25 AS part')
      assert.deepEqual(rows, [{ most: 9007199254740991, less: -5, part: 0.25 }])
    })

    test('a bound text arrives as it is, whatever it holds', async () => {
      const awkward = fc.string({
        unit: fc.constantFrom("'", '\\', '\n', '\t', '\r', '"', '{', '}', '[', ']', ',', 'N', '0', 'é', '😀', ' ', '\b', '`', ';', '-'),
      })
      await fc.assert(
        fc.asyncProperty(awkward, fc.array(awkward, { maxLength: 4 }), fc.integer(), async (text, many, number) => {
          const sql = 'SELECT {text:String} AS text, {many:Array(String)} AS many, {number:Int64} AS number'
          assert.deepEqual(await analytics.query(sql, { text, many, number }), [{ text, many, number }])
        }),
        { numRuns: 60 },
      )
    })

    test('times keep their millisecond, before 1970 and after 2286 too', async () => {
      const times = [0, 1, 999, 1_000, 946_684_800_000, 1_546_300_800, 1_546_300_800_123, -1, -86_400_001, 10_413_792_000_000]
      const lines = times.map((at, ix) => JSON.stringify({ workspace_id: 'times', name: 'a', at, received: at, partition: 0, seq: 1, ix }))
      await analytics.insert('events', lines.join('\n'), 'times:1')
      const rows = await analytics.query<{ ms: number; hour: number }>(
        "SELECT toUnixTimestamp64Milli(at) AS ms, toHour(at) AS hour FROM events WHERE workspace_id = 'times' ORDER BY ix",
      )
      assert.deepEqual(
        rows.map((row) => row.ms),
        times,
      )
      assert.equal(rows[6]?.hour, 0, 'in UTC')
    })

    test('the same token again changes nothing; another token with the same lines does', async () => {
      const lines = `{"workspace_id":"once","profile_id":"ada","at":1,"received":1}\n{"workspace_id":"once","profile_id":"bob","at":2,"received":2}\n`
      const count = async () => (await analytics.query<{ n: number }>("SELECT count() AS n FROM events WHERE workspace_id = 'once'"))[0]?.n
      await analytics.insert('events', lines, 'once:1')
      await analytics.insert('events', lines, 'once:1')
      assert.equal(await count(), 2)
      await analytics.insert('events', lines, 'once:2')
      assert.equal(await count(), 4)
    })

    test('lines that are not understood are refused as a whole', async () => {
      const lines = `{"workspace_id":"whole","at":1}\n{"workspace_id":"whole","at":1.5}\n`
      await assert.rejects(analytics.insert('events', lines, 'whole:1'), code(27))
      assert.deepEqual(await analytics.query("SELECT * FROM events WHERE workspace_id = 'whole'"), [])
    })

    test('ClickHouse says what is wrong by its code', async () => {
      await assert.rejects(analytics.query('SELECT * FROM nothing_here'), code(60))
      await assert.rejects(analytics.command('SELECT FROM WHERE'), code(62))
    })

    test('a table name or token cannot carry SQL', async () => {
      await assert.rejects(async () => analytics.insert('events; DROP TABLE events', '', 't'), TypeError)
      await assert.rejects(async () => analytics.insert('events', '', "x', async_insert = 1, y = '"), TypeError)
    })

    test('a short report does not wait for a long one', async () => {
      const long = analytics.query('SELECT sum(sipHash64(number)) FROM numbers(60000000)').then(() => 'long')
      const short = analytics.query('SELECT 1').then(() => 'short')
      // The bridge has one connection: only the adapter in process promises this.
      if (name === 'chDB in process') assert.equal(await Promise.race([long, short]), 'short')
      await Promise.all([long, short])
    })
  })
}

promises('chDB in process', async (directory) => {
  const analytics = await chdbAnalytics({ directory: join(directory, 'not', 'yet', 'there') })
  return { analytics, stop: () => analytics.close() }
})

promises('ClickHouse over HTTP', async (directory) => {
  const bridge: Bridge = await clickhouseBridge(directory)
  const analytics = httpAnalytics({ url: bridge.url })
  return {
    analytics,
    async stop() {
      await analytics.close()
      await bridge.stop()
    },
  }
})

test('a server that cannot be reached is told apart from one that refuses', async () => {
  const analytics = httpAnalytics({ url: 'http://127.0.0.1:9' })
  await assert.rejects(analytics.query('SELECT 1'), code(0))
  await analytics.close()
})
