import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { OutputOf } from '#lib/action.ts'
import type { ListImports, ListLists } from '#segments/api.ts'
import { until } from '../fixtures/delivery.ts'
import { freePort } from '../fixtures/ports.ts'
import { Server } from './server.ts'

/** Enough that a kill finds it in the midst. */
const PEOPLE = 12_000
const WAIT_MS = 120_000

/** Every seventh row cannot be taken. */
const isGood = (i: number): boolean => i % 7 !== 3
const file = `email,Points\n${Array.from({ length: PEOPLE }, (_, i) => `${isGood(i) ? `p${i}@people.example` : 'no address'},${i}`).join('\n')}\n`

test('a file that is being read when the server is killed is read on behind what is on the log', { timeout: 300_000 }, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'cadenza-import-kill-'))
  const server = new Server({ dataDir, smtpPort: 1, webhookPort: 1, onLine: () => {} }, await freePort())
  try {
    server.start()
    await server.ready({ limitMs: WAIT_MS })
    const key = await setUp(server)
    const headers = { authorization: `Bearer ${key}` }
    const read = async <T>(path: string): Promise<T> => (await (await fetch(`${server.url}${path}`, { headers })).json()) as T
    const line = async () => (await read<OutputOf<typeof ListImports>>('/api/lists/press/imports')).imports[0]!
    const sent = await fetch(`${server.url}/api/lists/press/import?map=${encodeURIComponent('{"Points":"number:points"}')}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'text/csv' },
      body: file,
    })
    assert.equal(sent.status, 202, await sent.text())
    await until('some of it has been read', async () => (await line()).rows > 0, WAIT_MS)
    await server.kill('all')
    server.start()
    await server.ready({ limitMs: WAIT_MS })
    const found = await line()
    assert.equal(found.status, 'running')
    assert.ok(found.rows > 0 && found.rows < PEOPLE, `the kill found it at row ${found.rows}`)
    await until('it has been read through', async () => (await line()).status !== 'running', WAIT_MS)
    const { status, rows, taken, refused, faults } = await line()
    const good = Array.from({ length: PEOPLE }, (_, i) => isGood(i)).filter(Boolean).length
    assert.deepEqual([status, rows, taken, refused], ['done', PEOPLE, good, PEOPLE - good])
    assert.deepEqual([faults.length, faults[0]!.row], [100, 5], 'as a spreadsheet counts')
    await until(
      'everybody is on the list, once',
      async () => (await read<OutputOf<typeof ListLists>>('/api/lists')).lists[0]!.count === good,
      WAIT_MS,
    )
    await server.stop()
  } finally {
    if (server.alive) await server.kill('all')
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
})

async function setUp(server: Server): Promise<string> {
  const ask = async <T>(path: string, body: object, key = ''): Promise<T> => {
    const response = await fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key !== '' && { authorization: `Bearer ${key}` }) },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as T
  }
  const { secretKey } = await ask<{ secretKey: string }>('/api/setup', {
    token: await server.setupToken.promise,
    workspace: { name: 'Press' },
    admin: { name: 'Grace', email: 'grace@shop.example', password: 'a long and good password' },
  })
  await ask('/api/documents/apply', { documents: [{ kind: 'list', id: 'press', body: { kind: 'list', id: 'press' } }] }, secretKey)
  return secretKey
}
