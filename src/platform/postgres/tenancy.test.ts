import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { testDatabase } from '../../../test/fixtures/database.ts'
import { transaction } from './pool.ts'
import { inWorkspace, unguardedTables } from './tenancy.ts'

const database = await testDatabase()
after(() => database.stop())
const { pool } = database

const addIdentity = `insert into identities (workspace_id, kind, value, profile_id) values ($1, 'email', $2, $2)`
const identities = 'select value from identities order by value'
const values = (rows: { value: string }[]): string[] => rows.map((row) => row.value)

test('every table of tenants is guarded', async () => {
  assert.deepEqual(await unguardedTables(pool), [])
})

test('a table that was made past the migrations is found', async () => {
  await pool.query('create table forgotten (workspace_id text, note text)')
  assert.deepEqual(await unguardedTables(pool), ['forgotten'])
  await pool.query('alter table forgotten enable row level security, force row level security')
  assert.deepEqual(await unguardedTables(pool), ['forgotten'], 'a switch without a policy is not a guard')
  await pool.query('drop table forgotten')
})

test('a request sees and changes its own workspace only, also without a WHERE', async () => {
  await pool.query(addIdentity, ['acme', 'ada@acme.test'])
  await pool.query(addIdentity, ['globex', 'bob@globex.test'])
  const seen = await inWorkspace(pool, 'acme', async (tx) => values((await tx.query(identities)).rows))
  assert.deepEqual(seen, ['ada@acme.test'])
  const removed = await inWorkspace(pool, 'acme', async (tx) => (await tx.query('delete from identities')).rowCount)
  assert.equal(removed, 1)
  assert.deepEqual(values((await pool.query(identities)).rows), ['bob@globex.test'])
})

test('a request cannot write into another workspace', async () => {
  await assert.rejects(
    inWorkspace(pool, 'acme', (tx) => tx.query(addIdentity, ['globex', 'eve@acme.test'])),
    /violates row-level security policy/,
  )
})

test('inside a request nobody is a superuser, and the role ends with the transaction', async () => {
  const role = `select current_user as name, current_setting('is_superuser') as super`
  const inside = await inWorkspace(pool, 'acme', async (tx) => (await tx.query(role)).rows[0])
  assert.deepEqual(inside, { name: 'cadenza_app', super: 'off' })
  const outside = await transaction(pool, async (tx) => (await tx.query(role)).rows[0])
  assert.equal(outside.name, 'cadenza')
})

test('tables that belong to no workspace are closed to requests', async () => {
  await assert.rejects(
    inWorkspace(pool, 'acme', (tx) => tx.query('select * from leases')),
    /permission denied/,
  )
})
