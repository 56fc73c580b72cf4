import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { MIGRATIONS, testDatabase } from '../../../test/fixtures/database.ts'

const database = await testDatabase()
after(() => database.stop())

test('a key that could publish before saving reports was a right of its own can still do it', async () => {
  const sql = await readFile(join(MIGRATIONS, '0215-keys-save-reports.sql'), 'utf8')
  const before: Readonly<Record<string, readonly string[]>> = {
    code: ['publish'],
    reads: ['reports:read'],
    both: ['publish', 'reports:save'],
  }
  await database.pool.query(
    "insert into workspaces (workspace_id, name, timezone, currency, consent_mode, created_at) values ('w', 'w', 'UTC', 'EUR', 'opt-out', 0)",
  )
  for (const [id, scopes] of Object.entries(before))
    await database.pool.query(
      "insert into keys (workspace_id, id, kind, name, hash, last_four, scopes, created_at, created_by) values ('w', $1, 'secret', $1, $1, '1234', $2, 0, 'p')",
      [id, scopes],
    )
  for (let times = 0; times < 2; times++) await database.pool.query(sql)
  const { rows } = await database.pool.query('select id, scopes from keys order by id')
  assert.deepEqual(rows, [
    { id: 'both', scopes: ['publish', 'reports:save'] },
    { id: 'code', scopes: ['publish', 'reports:save'] },
    { id: 'reads', scopes: ['reports:read'] },
  ])
})
