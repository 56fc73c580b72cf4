import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { clickhouseBridge } from '../../../test/fixtures/clickhouse-bridge.ts'
import { type Analytics, quoted } from './analytics.ts'
import { chdbAnalytics } from './chdb.ts'
import { httpAnalytics } from './http.ts'
import { migrateAnalytics } from './migrate.ts'

const folder = await mkdtemp(join(tmpdir(), 'cadenza-purge-'))
after(() => rm(folder, { recursive: true, force: true }))
const MIGRATIONS = join(import.meta.dirname, '../../../migrations/clickhouse')

const event = (profile: string, seq: number) =>
  JSON.stringify({
    workspace_id: 'w',
    profile_id: profile,
    name: 'Seen',
    at: 1e12,
    properties: `${profile}-was-here`,
    partition: 1,
    seq,
    ix: 0,
  })
const rows = (analytics: Analytics) =>
  analytics.query<{ seq: number }>('SELECT seq FROM events ORDER BY seq').then((all) => all.map(({ seq }) => seq))

/** Files below a folder that hold a text, as it is. */
async function filesWith(directory: string, text: string): Promise<string[]> {
  const files = await readdir(directory, { recursive: true, withFileTypes: true })
  const found: string[] = []
  for (const file of files) {
    const path = join(file.parentPath, file.name)
    if (file.isFile() && (await readFile(path)).includes(text)) found.push(path)
  }
  return found
}

test('purged rows are gone from the files of the built-in ClickHouse, the others stay, and inserts go on', async () => {
  const directory = join(folder, 'own')
  const analytics = await chdbAnalytics({ directory })
  await migrateAnalytics(analytics, MIGRATIONS)
  await analytics.insert('events', [event('p_ada', 1), event('p_bob', 2)].join('\n'), 't:1')
  await analytics.insert('events', event('p_ada', 3), 't:2')
  assert.notDeepEqual(await filesWith(directory, 'p_ada'), [], 'the search finds what is there')
  assert.deepEqual(await analytics.purge('events', `profile_id = ${quoted('p_ada')}`), { oldParts: 0 })
  assert.deepEqual(await rows(analytics), [2])
  assert.deepEqual(await filesWith(directory, 'p_ada'), [])
  await analytics.insert('events', event('p_eve', 4), 't:3')
  assert.deepEqual(await rows(analytics), [2, 4])
  await analytics.command('CREATE TABLE events_purged AS events')
  await analytics.purge('events', 'seq = 4')
  assert.deepEqual(await rows(analytics), [2], 'a purge that a crash cut off before is made good')
  await analytics.close()
  const again = await chdbAnalytics({ directory })
  await migrateAnalytics(again, MIGRATIONS)
  assert.deepEqual(await rows(again), [2], 'and it outlives a restart')
  await again.close()
})

test('over HTTP rows are deleted, and old parts are told of', async () => {
  const bridge = await clickhouseBridge(join(folder, 'http'))
  const analytics = httpAnalytics({ url: bridge.url })
  await migrateAnalytics(analytics, MIGRATIONS)
  await analytics.insert('events', [event('p_ada', 1), event('p_bob', 2)].join('\n'), 't:1')
  const { oldParts } = await analytics.purge('events', `profile_id = ${quoted("p_a'd\\a")} OR profile_id = 'p_ada'`)
  assert.ok(oldParts >= 1)
  assert.deepEqual(await rows(analytics), [2])
  await analytics.close()
  await bridge.stop()
})

test('a name that would need quoting is no table', async () => {
  assert.equal(quoted("it's \\"), "'it\\'s \\\\'")
  const analytics = httpAnalytics({ url: 'http://127.0.0.1:1' })
  await assert.rejects(analytics.purge('events; DROP TABLE people', '1'), TypeError)
  await analytics.close()
})
