import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { chdbAnalytics } from '#platform/analytics/chdb.ts'
import { migrateAnalytics } from '#platform/analytics/migrate.ts'
import { testDatabase } from '../../test/fixtures/database.ts'
import { CLICKHOUSE, POSTGRES } from './personal-data.ts'

const database = await testDatabase()
const folder = await mkdtemp(join(tmpdir(), 'cadenza-map-'))
const analytics = await chdbAnalytics({ directory: folder })
await migrateAnalytics(analytics, join(import.meta.dirname, '../../migrations/clickhouse'))
after(async () => {
  await database.stop()
  await analytics.close()
  await rm(folder, { recursive: true, force: true })
})

const { rows } = await database.pool.query<{ table: string; column: string; type: string }>(
  `select table_name as "table", column_name as "column", data_type as type from information_schema.columns where table_schema = 'public'`,
)
const tables = Map.groupBy(rows, (row) => row.table)
const facts = Map.groupBy(
  await analytics.query<{ table: string; column: string }>(
    'SELECT table, name AS column FROM system.columns WHERE database = currentDatabase()',
  ),
  (row) => row.table,
)
const EXPLAIN = 'Say in src/app/personal-data.ts whose data each table holds, and how they are exported and erased'

test('every table of PostgreSQL is on the map of personal data, and the map names no table that is not there', () => {
  assert.deepEqual([...tables.keys()].filter((table) => !(table in POSTGRES)).sort(), [], EXPLAIN)
  assert.deepEqual(
    Object.keys(POSTGRES).filter((table) => !tables.has(table)),
    [],
  )
})

test('every table of ClickHouse is on the map', () => {
  assert.deepEqual([...facts.keys()].filter((table) => !(table in CLICKHOUSE)).sort(), [], EXPLAIN)
  assert.deepEqual(
    Object.keys(CLICKHOUSE).filter((table) => !facts.has(table)),
    [],
  )
})

test('the map names columns that there are', () => {
  for (const [table, holding] of Object.entries(POSTGRES)) {
    if (holding.kind !== 'rows') continue
    const { of, erase, export: shown } = holding
    const named = [of.profile, of.identifier, of.mention, erase === 'delete' ? [] : Object.keys(erase), Array.isArray(shown) ? shown : []]
    const there = new Set(tables.get(table)!.map(({ column }) => column))
    for (const column of named.flatMap((each) => each ?? [])) assert.ok(there.has(column), `${table}.${column}`)
    assert.ok(there.has('workspace_id') || of.mention, `${table}: rows of no workspace can only be found by what they mention`)
  }
  for (const [table, holding] of Object.entries(CLICKHOUSE)) {
    if (holding.kind !== 'rows') continue
    const there = new Set(facts.get(table)!.map(({ column }) => column))
    for (const column of [holding.profile, ...holding.export, 'workspace_id', 'partition', 'seq'])
      assert.ok(there.has(column), `${table}.${column}`)
  }
})

/** Names under which somebody of the audience usually lies. */
const TELLING = /(^|_)(profile|person|subject|recipient|email|phone|address|identifier|device)(_id|_hash)?$/

test('a table that is said to hold nobody has no column that is named after a person', () => {
  const suspects = Object.entries(POSTGRES)
    .filter(([, { kind }]) => kind === 'nobody')
    .flatMap(([table]) =>
      tables
        .get(table)!
        .filter(({ column }) => TELLING.test(column))
        .map(({ column }) => `${table}.${column}`),
    )
  assert.deepEqual(suspects, [], EXPLAIN)
  const facts_ = Object.entries(CLICKHOUSE)
    .filter(([, { kind }]) => kind === 'nobody')
    .flatMap(([table]) =>
      facts
        .get(table)!
        .filter(({ column }) => TELLING.test(column))
        .map(({ column }) => `${table}.${column}`),
    )
  assert.deepEqual(facts_, [], EXPLAIN)
})
