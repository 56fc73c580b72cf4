import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { run } from '#app/cli/program.ts'
import { beginErasure, type ErasureParts, runErasure, STEPS } from '#app/erasure.ts'
import { factTables } from '#app/erasure-facts-store.ts'
import { holdErasures } from '#app/erasure-store.ts'
import type { OutputOf } from '#lib/action.ts'
import { canonical } from '#lib/json.ts'
import { logger } from '#platform/log-lines.ts'
import { secretBox } from '#platform/secrets.ts'
import { subjectKeys } from '#platform/subject-keys.ts'
import { addressHash, suppressedAmong } from '#platform/suppressions.ts'
import type { GetErasure, ListErasures } from '#profiles/privacy-api.ts'
import { readRunning } from '../chaos/read-back.ts'
import { replay } from '../chaos/replay.ts'
import { addressOf, journey, startWorld, template, type World } from './world.ts'

let world: World
/** Texts that only Ada ever gave; none is part of another. */
const CANARIES = {
  email: 'ada.canary@people.example',
  earlier: 'anon-canary-7f3a',
  userId: 'user-canary-0815',
  phone: '+491765550199',
  name: 'Augusta Canaria',
  trait: 'trait-canary-9d1c',
  property: 'property-canary-44be',
  early: 'early-canary-d001',
} as const

before(async () => {
  world = await startWorld()
  await world.publish(template('hello', { subject: 'Hello {{ profile.name }}', body: '{{ profile.secret }} {{ event.secret }}' }))
  await world.publish(
    journey('welcome', 'Signed Up', {
      entry: { event: 'Signed Up', reentry: 'always' },
      steps: [
        { kind: 'email', id: 'hello', template: 'hello' },
        { kind: 'wait', id: 'wait', for: '2d' },
        { kind: 'email', id: 'later', template: 'hello' },
      ],
    }),
  )
  await ada()
  await bob()
  await world.pass({ hours: 1 })
})
after(() => world.stop())

/** An unknown visitor who turns out to be Ada, is written to, and waits for a second message. */
async function ada(): Promise<void> {
  await world.call('track', { anonymousId: CANARIES.earlier, event: 'Seen', properties: { early: CANARIES.early } })
  await world.call('identify', { userId: CANARIES.userId, traits: { email: CANARIES.email } })
  await world.settled()
  await world.call('identify', {
    userId: CANARIES.userId,
    anonymousId: CANARIES.earlier,
    traits: { email: CANARIES.email, phone: CANARIES.phone, name: CANARIES.name, secret: CANARIES.trait },
  })
  await world.track(CANARIES.userId, 'Signed Up', { secret: CANARIES.property })
}

async function bob(): Promise<void> {
  await world.identify('bob', { name: 'Bob' })
  await world.track('bob', 'Signed Up', { secret: 'of bob' })
}

const parts = (more: Partial<ErasureParts> = {}): ErasureParts => {
  const box = secretBox(world.secret)
  const { url, work: pool, analytics } = world.app.parts
  const now = () => world.clock.now()
  const own = {
    url,
    pool,
    analytics,
    partitions: 16,
    secretKey: world.secret,
    box,
    keys: subjectKeys(box),
    now,
    logger: logger({ level: 'silent' }),
  }
  return { ...own, ...more }
}

/** Rows of all tables of PostgreSQL and ClickHouse that hold a text, by table. */
async function rowsWith(text: string): Promise<string[]> {
  const { pool, analytics } = { pool: world.app.parts.work, analytics: world.app.parts.analytics }
  const { rows } = await pool.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema in ('public', 'graphile_worker')`,
  )
  const found: string[] = []
  for (const { name } of rows) {
    const hits = await pool.query(`select from ${name} x where position($1 in x::text) > 0 or position($2 in x::text) > 0`, [
      text,
      Buffer.from(text).toString('hex'),
    ])
    if (hits.rowCount) found.push(name)
  }
  for (const [table] of factTables) {
    const [hit] = await analytics.query<{ n: number }>(
      `SELECT count() AS n FROM ${table} WHERE position(formatRow('JSONEachRow', *), {text:String}) > 0`,
      { text },
    )
    if (Number(hit!.n) > 0) found.push(`clickhouse.${table}`)
  }
  return found
}

/** Files below the data directory that hold a text as it is; the write-ahead log apart. */
async function filesWith(text: string): Promise<string[]> {
  const found: string[] = []
  for (const file of await readdir(world.dataDir, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name)
    if (!file.isFile() || path.includes('/pg_wal/')) continue
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0)
      throw error
    })
    if (bytes.includes(text)) found.push(path.slice(world.dataDir.length))
  }
  return found
}

/** PostgreSQL writes what it holds in memory to its files. */
async function checkpoint(): Promise<void> {
  const client = new Client({
    connectionString: world.app.parts.url.replace('//cadenza:', '//postgres:').replace(/\/cadenza(?=$|\?)/, '/postgres'),
  })
  await client.connect()
  await client.query('checkpoint')
  await client.end()
}

const stateOf = async (userId: string): Promise<string> => {
  const { rows } = await world.app.parts.work.query<{ state: string }>(`select state from keyed_state where position($1 in state) > 0`, [
    `"${userId}"`,
  ])
  assert.equal(rows.length, 1)
  return rows[0]!.state
}

test('an export holds what every store knows of a person, in three forms', async () => {
  await world.app.reported()
  const id = await world.profileId(CANARIES.userId)
  const read = async (form: string, more: Record<string, string> = {}): Promise<string> => {
    const headers = { authorization: `Bearer ${world.secretKey}`, ...more }
    const response = await fetch(`${world.url}/api/profiles/${id}/${form}`, { headers })
    assert.equal(response.status, 200, await response.clone().text())
    assert.match(response.headers.get('content-disposition') ?? '', /^attachment/)
    return response.text()
  }
  const json = await read('export.json')
  const { sources } = JSON.parse(json) as { sources: { store: string; rows: unknown[] }[] }
  for (const text of Object.values(CANARIES)) assert.ok(json.includes(text), text)
  const filled = sources.filter(({ rows }) => rows.length > 0).map(({ store }) => store)
  for (const store of [
    'postgres:identities',
    'postgres:keyed_state',
    'postgres:outbox',
    'postgres:mailbox',
    'archive',
    'clickhouse:events',
    'clickhouse:deliveries',
    'clickhouse:transitions',
    'clickhouse:people',
  ])
    assert.ok(filled.includes(store), `${store} is in ${filled}`)
  assert.ok(!json.includes('bob@'), 'nothing about anybody else')
  assert.ok((await read('export.html')).includes(CANARIES.trait))
  assert.match(await read('export.html', { 'accept-language': 'de' }), /<html lang="de">.+<h2>was eine Person getan hat<\/h2>/s)
  const csv = await read('events.csv')
  assert.ok(csv.split('\r\n')[0]!.startsWith('at,type,name'))
  assert.ok(csv.includes(CANARIES.property))
})

test('a person is erased from every store and every file, everybody else stays bit for bit, and a crash at every step goes on', async () => {
  await world.app.reported()
  const id = await world.profileId(CANARIES.userId)
  for (const text of Object.values(CANARIES)) assert.notDeepEqual(await rowsWith(text), [], `${text} is there to begin with`)
  await checkpoint()
  assert.notDeepEqual(await filesWith(CANARIES.email), [], 'the search of files finds what is there')
  const bobBefore = await stateOf('bob')

  // The server’s own eraser stands by, however slow this machine is.
  const holder = new Client({ connectionString: world.app.parts.url })
  await holder.connect()
  assert.ok(await holdErasures(holder))
  const begun = await beginErasure(parts(), { ws: world.workspace, profile: id, by: 'person:grace' })
  assert.ok('id' in begun)
  const crashes: string[] = []
  for (let running = true; running; ) {
    const seen = new Set(crashes)
    const onStep = (step: string): void => {
      if (seen.has(step)) return
      crashes.push(step)
      throw new Error(`crash after ${step}`)
    }
    await runErasure(parts({ onStep }), { ws: world.workspace, id: begun.id }).then(
      () => {
        running = false
      },
      (error: Error) => assert.match(error.message, /^crash after/),
    )
  }
  assert.deepEqual(crashes, [...STEPS])
  await holder.end()
  await world.settled()

  const told = await world.api<OutputOf<typeof GetErasure>>(`GET /api/erasures/${begun.id}`)
  assert.equal(told.status, 'done')
  const receipt = told.receipt!
  assert.equal(createHash('sha256').update(canonical(receipt)).digest('hex'), told.receiptHash)
  const counts = Object.fromEntries(receipt.stores.map(({ store, count }) => [store, count]))
  assert.equal(counts['postgres:keyed_state'], 2, 'Ada, and the visitor who became her')
  for (const store of [
    'postgres:log',
    'postgres:identities',
    'postgres:outbox',
    'postgres:mailbox',
    'postgres:archive',
    'postgres:subject_keys',
    'clickhouse:events',
    'clickhouse:deliveries',
    'clickhouse:people',
  ])
    assert.ok((counts[store] ?? 0) > 0, `${store}: ${counts[store]}`)

  await checkpoint()
  for (const text of [...Object.values(CANARIES), CANARIES.email.toUpperCase()]) {
    assert.deepEqual(await rowsWith(text), [], `rows with ${text}`)
    assert.deepEqual(await filesWith(text), [], `files with ${text}`)
    assert.ok(!JSON.stringify(told).includes(text))
  }

  assert.equal(await stateOf('bob'), bobBefore)
  // The reader closes what it has read; the server goes on with it.
  const left = await readRunning(world.app.parts.url, { ...world.app.parts.analytics, close: async () => undefined })
  const replayed = replay(left)
  assert.deepEqual(
    [...replayed.people.values()].map(({ person }) => person.profile.id).sort(),
    left.states.map(({ id: each }) => each).sort(),
    'the log makes everybody else again, and nobody more',
  )
  for (const { ws, id: each, state } of left.states) assert.deepEqual(replayed.people.get(`${ws} ${each}`)?.person, state)

  const { erasures } = await world.api<OutputOf<typeof ListErasures>>(`GET /api/erasures?profile=${id}`)
  assert.deepEqual(
    erasures.map(({ id: each }) => each),
    [begun.id],
    'whoever knows the profile id can ask whether it was erased',
  )
})

test('life goes on: the others’ timers fire, and whoever comes back is somebody new who is not written to', async () => {
  await world.call('identify', { userId: CANARIES.userId, traits: { email: CANARIES.email } })
  await world.track(CANARIES.userId, 'Signed Up', { secret: 'again' })
  await world.pass({ days: 3 })
  assert.equal((await world.mailTo('bob')).length, 2, 'Bob’s second message came')
  const back = await world.profile(CANARIES.userId)
  assert.deepEqual(back.ids['anonymous_id'], undefined, 'nothing of before is known')
  assert.deepEqual(
    back.attributes.map(({ name }) => name),
    ['email'],
  )
  assert.deepEqual(await world.mailTo(CANARIES.email), [])
  const hash = addressHash(world.secret)
  const entry = { ws: world.workspace, id: 'e', address: CANARIES.email.toUpperCase(), topic: '', lane: 'marketing', channel: 'email' }
  assert.equal((await suppressedAmong(world.app.parts.work, [entry as never], hash)).size, 1)
})

test('an erasure by the API runs by itself; somebody unknown cannot be erased, and a marketer’s key may not', async () => {
  await world.identify('eve')
  await world.settled()
  const id = await world.profileId('eve')
  const { erasure } = await world.api<{ erasure: string }>(`POST /api/profiles/${id}/erase`, {})
  for (;;) {
    const { status, error } = await world.api<OutputOf<typeof GetErasure>>(`GET /api/erasures/${erasure}`)
    if (status === 'done') break
    assert.equal(error, '')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.deepEqual(await rowsWith(addressOf('eve')), [])
  await assert.rejects(world.api(`POST /api/profiles/${id}/erase`, {}), { status: 404 })
  const { value: secret } = await world.api<{ value: string }>('POST /api/keys', {
    kind: 'secret',
    name: 'reader',
    scopes: ['people:read'],
  })
  for (const route of [
    `POST ${world.url}/api/profiles/${id}/erase`,
    `GET ${world.url}/api/profiles/${id}/export.json`,
    `GET ${world.url}/api/erasures`,
  ]) {
    const [method, url] = route.split(' ')
    const response = await fetch(url!, {
      method: method!,
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      ...(method === 'POST' && { body: '{}' }),
    })
    assert.equal(response.status, 403, route)
  }
})

test('the commands write an export that only its owner can read, and erase with a receipt', async () => {
  await world.identify('max.canary', { name: 'Max' })
  await world.settled()
  const id = await world.profileId('max.canary')
  const folder = await mkdtemp(join(tmpdir(), 'cadenza-export-'))
  const said: string[] = []
  const call = (...args: string[]) =>
    run(args, {
      env: { CADENZA_URL: world.url, CADENZA_KEY: world.secretKey },
      cwd: folder,
      terminal: false,
      out: (text) => void said.push(text),
      error: (text) => void said.push(text),
      confirm: undefined,
    })
  assert.equal(await call('export-person', id), 0, said.join('\n'))
  const file = join(folder, id, 'person.json')
  assert.ok((await readFile(file, 'utf8')).includes('max.canary'))
  assert.equal((await stat(file)).mode & 0o077, 0)
  assert.equal(await call('erase-person', id), 2, 'nobody was asked')
  assert.equal(await call('erase-person', id, '--yes'), 0, said.join('\n'))
  assert.match(said.at(-1)!, /^Erased\. Receipt er_/)
  assert.equal(await call('export-person', id), 1)
  assert.deepEqual(await rowsWith('max.canary'), [])
  await rm(folder, { recursive: true, force: true })
})

test('a back-up from before an erasure does not bring the person back: the ledger beside it tells, and they are erased again at the start', async () => {
  await world.identify('zoe.canary', { name: 'Zoe' })
  await world.track('zoe.canary', 'Signed Up')
  await world.settled()
  await world.app.reported()
  const id = await world.profileId('zoe.canary')
  const sh = promisify(execFile)
  const copy = await mkdtemp(join(tmpdir(), 'cadenza-old-'))
  await world.end()
  await sh('cp', ['-a', `${world.dataDir}/.`, copy])
  await world.begin()
  const begun = await beginErasure(parts(), { ws: world.workspace, profile: id, by: 'person:grace' })
  assert.ok('id' in begun)
  await runErasure(parts({ ledger: join(world.dataDir, 'erased.jsonl') }), { ws: world.workspace, id: begun.id })
  assert.deepEqual(await rowsWith('zoe.canary'), [])
  const bobBefore = await stateOf('bob')

  await world.end()
  await sh('sh', [
    '-c',
    'cd "$1" && find . -mindepth 1 -maxdepth 1 ! -name erased.jsonl -exec rm -rf {} + && cd "$2" && rm -f erased.jsonl && cp -a . "$1"',
    '-',
    world.dataDir,
    copy,
  ])
  await world.begin()
  for (let again: OutputOf<typeof ListErasures>['erasures'] = []; !again.some(({ status }) => status === 'done'); ) {
    again = (await world.api<OutputOf<typeof ListErasures>>(`GET /api/erasures?profile=${id}`)).erasures
    assert.equal(again.length, 1, 'it was begun before anything else was done')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.deepEqual(await rowsWith('zoe.canary'), [])
  assert.equal(await stateOf('bob'), bobBefore)
  await rm(copy, { recursive: true, force: true })
})
