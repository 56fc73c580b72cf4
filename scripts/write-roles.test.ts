import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { ACTIONS } from '#app/actions.ts'
import { GRANTED, roleTable, roleTableText } from '#app/role-table.ts'
import { Role, Scope } from '#workspaces/schema.ts'

test('docs/roles.md is the table that the server goes by', async () => {
  const kept = await readFile(new URL('../docs/roles.md', import.meta.url), 'utf8')
  assert.equal(kept, roleTableText(ACTIONS), 'write it anew: node scripts/write-roles.ts')
})

test('every action asks for a permission that somebody can hold, and every permission is held by somebody', () => {
  for (const { name, may } of ACTIONS) assert.ok(GRANTED.has(may), `${name} asks for ${may}`)
  for (const scope of Scope.options) assert.ok(GRANTED.has(scope), scope)
  const { roles, permissions } = roleTable(ACTIONS)
  assert.deepEqual(
    roles.map(({ role }) => role),
    Role.options,
  )
  const listed = permissions.flatMap(({ actions }) => actions.map(({ name }) => name))
  const free = ACTIONS.filter(({ may }) => ['public', 'self', 'signed-in'].includes(may)).map(({ name }) => name)
  assert.deepEqual([...listed, ...free].sort(), ACTIONS.map(({ name }) => name).sort())
})

test('nobody but an administrator both writes drafts and makes them live, and nobody but an administrator both writes and decides', () => {
  for (const { role, permissions } of roleTable(ACTIONS).roles) {
    if (role === 'admin') continue
    const holds = (scope: Scope): boolean => permissions.includes(scope)
    assert.ok(!(holds('documents:write') && (holds('publish') || holds('send') || holds('approvals:decide'))), role)
  }
})
