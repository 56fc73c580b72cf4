import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { systemClock } from '#platform/clock.ts'
import { newKey, newWorkspaceId } from '#workspaces/adapters/new-key.ts'
import { ROLE_PERMISSIONS } from '#workspaces/schema.ts'
import { insertKey, insertWorkspace } from '#workspaces/store.ts'
import { ask } from '../../test/fixtures/api.ts'
import { startWorld, type World } from '../../test/roads/world.ts'
import { emptyDeleted } from './workspace-end.ts'
import { tablesOfWorkspaces } from './workspace-end-store.ts'

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world.stop())

test('a deleted workspace is closed at once and empty after a while; its neighbour notices nothing', async () => {
  const { work, analytics } = world.app.parts
  const at = systemClock().now()
  const [id, made, write] = [
    newWorkspaceId(),
    newKey({ kind: 'secret', name: 'test', scopes: ROLE_PERMISSIONS.admin, by: 'test', at, expiresAt: null }),
    newKey({ kind: 'write', name: 'test', scopes: [], by: 'test', at, expiresAt: null }),
  ]
  await insertWorkspace(work, {
    id,
    name: 'Brief',
    timezone: 'UTC',
    currency: 'EUR',
    consentMode: 'opt-out',
    postalAddress: '',
    createdAt: at,
  })
  for (const each of [made, write]) await insertKey(work, id, { ...each.key, hash: each.hash })
  const topic = { kind: 'calendar', id: 'quiet', body: { kind: 'calendar', id: 'quiet', name: 'Quiet days', holidays: [] } }
  const applied = await ask(world.url, 'POST /api/documents/apply', { key: made.value, body: { documents: [topic] } })
  assert.equal(applied.status, 200, JSON.stringify(applied.body))
  const send = (key: string) =>
    fetch(`${world.url}/v1/track`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` },
      body: JSON.stringify({ userId: 'ada', event: 'Looked', messageId: `m-${key.slice(-4)}` }),
    })
  assert.equal((await send(write.value)).status, 200)
  await world.track('bob', 'Looked')
  await world.settled()

  const effect = await ask(world.url, 'GET /api/workspace/deletion', { key: made.value })
  assert.deepEqual([effect.body.profiles, effect.body.documents], [1, 1])
  assert.equal((await ask(world.url, 'DELETE /api/workspace?name=Other', { key: made.value })).body.code, 'workspace.name')
  assert.equal((await ask(world.url, 'DELETE /api/workspace?name=Brief', { key: made.value })).status, 200)
  await world.settled()

  const closed = await work.query('select deleted_at from workspaces where workspace_id = $1', [id])
  const ended = Number(closed.rows[0].deleted_at)
  for (let round = 0; (await emptyDeleted({ work, analytics, now: () => ended + 500 })) > 0; round++)
    assert.ok(round < 10, 'it becomes empty')
  for (const table of await tablesOfWorkspaces(work)) {
    const { rows } = await work.query(`select count(*)::int as n from "${table}" where workspace_id = $1`, [id])
    assert.equal(rows[0].n, 0, table)
  }
  const { rows } = await work.query('select emptied_at from workspaces where workspace_id = $1', [id])
  assert.equal(Number(rows[0].emptied_at), ended + 500)
  assert.equal((await send(write.value)).status, 401, 'its key is dead')
  const audit = await work.query('select action from audit_lines where workspace_id = $1 order by seq desc limit 1', [id])
  assert.equal(audit.rows[0].action, 'workspace.delete', 'who did it stays')
  const neighbour = await work.query(`select count(*)::int as n from keyed_state where workspace_id = $1 and kind = 'profile'`, [
    world.workspace,
  ])
  assert.ok(neighbour.rows[0].n > 0)

  // Another process, which still knew a key, writes once more.
  const written = async () => (await work.query('select 1 from secrets where workspace_id = $1', [id])).rows.length
  await work.query(`insert into secrets (workspace_id, name, sealed, at, by) values ($1, 'late', '', 0, 'test')`, [id])
  await emptyDeleted({ work, analytics, now: () => ended + 59_000 })
  assert.equal(await written(), 1, 'it counts as empty')
  for (let round = 0; (await emptyDeleted({ work, analytics, now: () => ended + 60_000 })) > 0; round++) assert.ok(round < 10)
  assert.equal(await written(), 0, 'it is looked at once more')
})
