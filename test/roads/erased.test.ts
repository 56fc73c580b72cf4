import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client } from 'pg'
import { beginErasure, type ErasureParts, runErasure } from '#app/erasure.ts'
import { holdErasures } from '#app/erasure-store.ts'
import { linkKeys } from '#channels/adapters/keys.ts'
import { logger } from '#platform/log-lines.ts'
import { secretBox } from '#platform/secrets.ts'
import { subjectKeys } from '#platform/subject-keys.ts'
import { addressHash } from '#platform/suppressions.ts'
import { addressOf, journey, startWorld, template, type World } from './world.ts'

let world: World
let holder: Client
before(async () => {
  world = await startWorld()
  await world.publish(template('hello', { subject: 'Hello', body: 'Hello' }))
  await world.publish(journey('welcome', 'Signed Up', { steps: [{ kind: 'email', id: 'hello', template: 'hello' }] }))
  // The server’s own eraser stands by: these stories do its steps one by one.
  holder = new Client({ connectionString: world.app.parts.url })
  await holder.connect()
  assert.ok(await holdErasures(holder))
})
after(async () => {
  await holder.end()
  await world.stop()
})

const parts = (more: Partial<ErasureParts> = {}): ErasureParts => {
  const box = secretBox(world.secret)
  const { url, work: pool, analytics } = world.app.parts
  const own = { url, pool, analytics, partitions: 16, secretKey: world.secret, box, keys: subjectKeys(box) }
  return { ...own, now: () => world.clock.now(), logger: logger({ level: 'silent' }), ...more }
}

test('an old link of somebody who was erased still leads there, and makes nobody of them', async () => {
  const links = linkKeys(world.secret)
  const { work: pool } = world.app.parts
  await world.identify('lou')
  await world.settled()
  const profile = await world.profileId('lou')
  const erasure = await beginErasure(parts(), { ws: world.workspace, profile, by: 'person:grace' })
  assert.ok('id' in erasure)
  await runErasure(parts(), { ws: world.workspace, id: erasure.id })
  await world.settled()
  const { lines } = await world.api<{ lines: { action: string; actor: string; object: string }[] }>('GET /api/audit?limit=1')
  assert.deepEqual(
    lines.map(({ action, actor, object }) => [action, actor, object]),
    [['people.erased', 'system:erasure', `erasure:${erasure.id}`]],
  )
  const address = addressOf('lou')
  const whose = { ws: world.workspace, profile, effect: 'gone:1' }
  const records = async (): Promise<number> =>
    Number((await pool.query<{ n: string }>(`select sum(seq)::text as n from log_heads`)).rows[0]!.n)
  const before = await records()
  const get = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${world.url}${path}`, { redirect: 'manual', ...init })
  const clicked = await get(`/c/${links.token({ kind: 'click', ...whose, index: 0, url: 'https://shop.example/a' })}`)
  assert.deepEqual([clicked.status, clicked.headers.get('location')], [302, 'https://shop.example/a'])
  assert.equal((await get(`/o/${links.token({ kind: 'open', ...whose })}.gif`)).status, 200)
  const leave = `/u/${links.token({ kind: 'unsubscribe', ...whose, topic: 'news', address })}`
  const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } }
  assert.equal((await get(leave, { ...form, body: 'List-Unsubscribe=One-Click' })).status, 200)
  const { rows } = await pool.query<{ topic: string; reason: string }>(
    'select topic, reason from suppressions where workspace_id = $1 and address = $2 and hashed order by topic',
    [world.workspace, addressHash(world.secret)(world.workspace, address)],
  )
  assert.deepEqual(rows, [
    { topic: '', reason: 'erased' },
    { topic: 'news', reason: 'unsubscribed' },
  ])
  const own = { ...whose, channel: 'email', address }
  for (const body of ['do=none', 'do=save'])
    assert.equal((await get(`/p/${links.token({ kind: 'preferences', ...own })}`, { ...form, body })).status, 410)
  assert.equal(
    (
      await get(`/y/${links.token({ kind: 'confirm', ...own, topic: 'news', at: world.clock.now() })}`, {
        ...form,
        body: '',
      })
    ).status,
    410,
  )
  await world.settled()
  assert.equal(await records(), before, 'nothing is recorded')
  for (const table of ['log', 'suppressions', 'keyed_state', 'identities', 'outbox'])
    assert.equal((await pool.query(`select from ${table} x where position($1 in x::text) > 0`, [address])).rowCount, 0, table)
  assert.deepEqual((await world.api<{ people: unknown[] }>(`GET /api/profiles?q=${profile}`)).people, [])
})

test('a message that is in flight when the person is severed is waited for, and nothing of it is kept', async () => {
  await world.identify('ivy')
  await world.track('ivy', 'Signed Up', {})
  await world.settled()
  const profile = await world.profileId('ivy')
  const { work: pool } = world.app.parts
  const whose = [world.workspace, profile]
  const erasure = await beginErasure(parts(), { ws: world.workspace, profile, by: 'person:grace' })
  assert.ok('id' in erasure)
  // Queued and taken up by a lane after all had been quiet.
  const onStep = (step: string): void => {
    if (step === 'quiet') throw new Error('pause')
  }
  await assert.rejects(runErasure(parts({ onStep }), { ws: world.workspace, id: erasure.id }), /pause/)
  const taken = await pool.query(
    `update outbox set status = 'sending', owner = 'a lane' where workspace_id = $1 and profile_id = $2`,
    whose,
  )
  assert.ok(taken.rowCount)
  await assert.rejects(runErasure(parts({ patienceMs: 200 }), { ws: world.workspace, id: erasure.id }), /on its way at this moment/)
  const count = async (table: string): Promise<number> =>
    (await pool.query(`select from ${table} where workspace_id = $1 and profile_id = $2`, whose)).rowCount ?? 0
  assert.equal(await count('archive'), 1, 'nothing is taken away before')
  await pool.query(`update outbox set status = 'sent' where workspace_id = $1 and profile_id = $2`, whose)
  await runErasure(parts(), { ws: world.workspace, id: erasure.id })
  for (const table of ['outbox', 'subject_keys']) assert.equal(await count(table), 0, table)
  const { rows } = await pool.query<{ bytes: number }>(
    'select length(sealed) as bytes from archive where workspace_id = $1 and profile_id = $2',
    whose,
  )
  assert.deepEqual(rows, [{ bytes: 0 }], 'that it was sent stays, and nothing of what it said')
})
