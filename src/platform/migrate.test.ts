import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Client } from 'pg'
import { adminUrl, MIGRATIONS, testDatabase } from '../../test/fixtures/database.ts'
import { applyInOrder, migrate, readMigrations } from './migrate.ts'
import { createPool, type Pool } from './postgres/pool.ts'

const root = await mkdtemp(join(tmpdir(), 'cadenza-migrate-'))
const migrated = await testDatabase()
after(async () => {
  await migrated.stop()
  await rm(root, { recursive: true, force: true })
})

async function folder(files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(root, 'm-'))
  for (const [name, sql] of Object.entries(files)) await writeFile(join(directory, name), sql)
  return directory
}

/** A database without any migration, and its owner. */
async function bare(role = 'cadenza'): Promise<{ url: string; pool: Pool }> {
  const admin = await adminUrl()
  const name = `bare_${crypto.randomUUID().slice(0, 8)}`
  await asAdmin(admin, `create database ${name} owner ${role}`)
  const login = role === 'cadenza' ? migrated.url : admin.replace(/\/\/[^@]+@/, `//${role}:secret@`)
  const url = login.replace(/[^/]+$/, name)
  return { url, pool: createPool({ url, name: 'test' }) }
}

async function asAdmin(admin: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: admin })
  await client.connect()
  await client.query(sql)
  await client.end()
}

const TWO = { '0001-people.sql': 'create table people (id int)', '0002-pets.sql': 'create table pets (id int)' }

test('files are applied once, in order, and a second run does nothing', async () => {
  const { url, pool } = await bare()
  const directory = await folder(TWO)
  assert.deepEqual(await migrate(url, directory), ['0001-people', '0002-pets'])
  assert.deepEqual(await migrate(url, directory), [])
  await writeFile(join(directory, '0003-toys.sql'), 'create table toys (id int)')
  assert.deepEqual(await migrate(url, directory), ['0003-toys'])
  await pool.query('select from people, pets, toys')
  await pool.end()
})

test('many processes may migrate at once: each file is applied by one of them', async () => {
  const { url, pool } = await bare()
  const directory = await folder(TWO)
  const outcomes = await Promise.all(Array.from({ length: 6 }, () => migrate(url, directory)))
  assert.deepEqual(outcomes.flat().sort(), ['0001-people', '0002-pets'])
  await pool.end()
})

test('a file that was changed after it had been applied is refused; other line ends are no change', async () => {
  const { url, pool } = await bare()
  await migrate(url, await folder({ '0001-people.sql': 'create table people (\n id int)' }))
  assert.deepEqual(await migrate(url, await folder({ '0001-people.sql': 'create table people (\r\n id int)' })), [])
  await assert.rejects(
    migrate(url, await folder({ '0001-people.sql': 'create table people (\n id bigint)' })),
    /0001-people was changed after it had been applied.*new migration/,
  )
  await pool.end()
})

test('a database that is newer than the program is refused', async () => {
  const { url, pool } = await bare()
  await migrate(url, await folder(TWO))
  await assert.rejects(
    migrate(url, await folder({ '0001-people.sql': TWO['0001-people.sql'] })),
    /newer than this Cadenza: it has migration 0002-pets/,
  )
  await pool.end()
})

test('a file that fails leaves nothing behind, and those before it stay', async () => {
  const { url, pool } = await bare()
  const directory = await folder({ ...TWO, '0002-pets.sql': 'create table pets (id int); select 1 / 0' })
  await assert.rejects(migrate(url, directory), /0002-pets failed: division by zero/)
  assert.deepEqual((await pool.query('select name from schema_migrations')).rows, [{ name: '0001-people' }])
  await assert.rejects(pool.query('select from pets'), /does not exist/)
  await writeFile(join(directory, '0002-pets.sql'), TWO['0002-pets.sql'])
  assert.deepEqual(await migrate(url, directory), ['0002-pets'])
  await pool.end()
})

test('a file that has to wait for a lock lets the others pass, and tries again', async () => {
  const { url, pool } = await bare()
  const directory = await folder(TWO)
  await migrate(url, directory)
  await writeFile(join(directory, '0003-names.sql'), 'alter table people add name text')
  const reader = await pool.connect()
  await reader.query('begin; select from people')
  const migrating = migrate(url, directory)
  const waits = `select from pg_stat_activity where wait_event_type = 'Lock' and query like 'alter table people%'`
  const seen = async (): Promise<boolean> => (await pool.query(waits)).rowCount === 1
  while (!(await seen()));
  while (await seen());
  await reader.query('commit')
  reader.release()
  assert.deepEqual(await migrating, ['0003-names'])
  await pool.end()
})

test('while versions change, an older one still starts on a newer schema, until a migration says that older ones cannot live with it', async () => {
  const { url, pool } = await bare()
  const older = await folder({
    '0001-floor.sql': 'create table schema_floor (least integer not null); insert into schema_floor values (1)',
  })
  const newer = await folder({
    '0001-floor.sql': 'create table schema_floor (least integer not null); insert into schema_floor values (1)',
    '0002-expand.sql': 'create table more ()',
  })
  await migrate(url, newer)
  assert.deepEqual(await migrate(url, older), [], 'nothing to do, and no refusal')
  await pool.query('update schema_floor set least = 2')
  await assert.rejects(migrate(url, older), /The database is newer than this Cadenza/)
  await pool.end()
})

test('a new file must not take a place in the past, two must not share a number, and names must fit', async () => {
  const files = await readMigrations(await folder({ '0001-a.sql': '', '0002-b.sql': '' }))
  const never = (): never => assert.fail('nothing may run')
  await assert.rejects(applyInOrder(files, [files[1]!], never), /0001-a comes before 2/)
  await assert.rejects(readMigrations(await folder({ '0001-a.sql': '', '0001-b.sql': '' })).then(never), /Two migrations have number 1/)
  await assert.rejects(readMigrations(await folder({ '1-a.sql': '' })).then(never), /1-a.sql is not a name/)
})

test('a plain owner of a database of somebody else’s server is told what its administrator must do, and then it works', async () => {
  const admin = await adminUrl()
  await asAdmin(admin, `create role plain login password 'secret'`)
  const { url, pool } = await bare('plain')
  await assert.rejects(migrate(url, MIGRATIONS), /plain may not act as cadenza_app.*GRANT cadenza_app TO plain;/)
  await asAdmin(admin, 'grant cadenza_app to plain with inherit false, set true')
  assert.notDeepEqual(await migrate(url, MIGRATIONS), [])
  const add = `insert into identities (workspace_id, kind, value, profile_id) values ($1, 'email', $1, 'p')`
  for (const workspace of ['acme', 'globex']) await pool.query(add, [workspace])
  assert.equal((await pool.query('select from identities')).rowCount, 2, 'the engine works across workspaces')
  await pool.end()
})
