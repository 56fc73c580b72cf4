import assert from 'node:assert/strict'
import { appendFile, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { isRefusal } from '#lib/problem.ts'
import { readConfig, withSecretKey } from '#platform/config.ts'
import { logger } from '#platform/log-lines.ts'
import { secretBox } from '#platform/secrets.ts'
import { addressHash } from '#platform/suppressions.ts'
import { readBack } from '../../test/chaos/read-back.ts'
import { replay } from '../../test/chaos/replay.ts'
import { cadenza } from '../../test/fixtures/command.ts'
import { journey, startWorld, template, type World } from '../../test/roads/world.ts'
import { makeBackup } from './backup.ts'
import { backupRule } from './backup-rules.ts'
import { factTables } from './erasure-facts-store.ts'
import { elementsOf } from './json-parts.ts'
import { keyRingOf } from './key-ring-file.ts'
import { POSTGRES } from './personal-data.ts'
import { type App, startApp } from './start.ts'

test('every table of the map has a rule for back-ups', () => {
  for (const table of Object.keys(POSTGRES)) assert.ok(backupRule(table), table)
})

test('an array is parted as it is written', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), (values) => {
      const written = values.map((value) => JSON.stringify(value))
      assert.deepEqual(elementsOf(`[${written.join(',')}]`), written)
    }),
  )
})

/** Texts that only Ada ever gave. */
const CANARIES = [
  'ada.canary@people.example',
  'user-canary-0815',
  'Augusta Canaria',
  'property-canary-44be',
  'refused-canary-77ab',
] as const
const [EMAIL, USER, NAME, PROPERTY] = CANARIES

let world: World
let folder: string
let ada: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cadenza-backup-'))
  world = await startWorld()
  await world.publish(template('hello', { subject: 'Hello {{ profile.name }}', body: '{{ event.secret }}' }))
  const steps = [
    { kind: 'email', id: 'hello', template: 'hello' },
    { kind: 'wait', id: 'wait', for: '2d' },
    { kind: 'email', id: 'later', template: 'hello' },
  ]
  await world.publish(journey('welcome', 'Signed Up', { entry: { event: 'Signed Up', reentry: 'always' }, steps }))
  await world.call('identify', { userId: USER, traits: { email: EMAIL, name: NAME } })
  await world.track(USER, 'Signed Up', { secret: PROPERTY })
  await world.identify('bob', { name: 'Bob \u2028 “quoted” \\ 1.50' })
  await world.track('bob', 'Signed Up', { secret: 'of bob', big: 1e21, many: [1, { deep: '],[' }] })
  await world.pass({ hours: 1 })
  await world.app.reported()
  ada = await world.profileId(USER)
  const { work } = world.app.parts
  await work.query(
    `insert into suppressions (workspace_id, address, topic, reason, at) values ($1, $2, 'news', 'unsubscribed', 1), ($1, 'bob@else.example', 'news', 'manual', 2)`,
    [world.workspace, EMAIL],
  )
  await work.query(
    `insert into fact_rejects (partition, seq, ix, fact_table, line, error) values (1, 1, 1, 'events', '{"text":"refused-canary-77ab ada.canary@people.example"}', 'no')`,
  )
  await world.end()
})
after(async () => {
  await world.stop()
  await rm(folder, { recursive: true, force: true })
})

const cli = async (args: string[], { dataDir = world.dataDir, secret = world.secret } = {}) =>
  cadenza([...args, '--json'], { env: { DATA_DIR: dataDir, SECRET_KEY: secret, PARTITIONS: '16' }, cwd: folder })

const LEFT_OUT = Object.keys(POSTGRES).filter((table) => backupRule(table).kind === 'left out')

/** Every row of both stores as text, by table. */
async function everything(app: App): Promise<Record<string, string[]>> {
  const { work, analytics } = app.parts
  const found: Record<string, string[]> = {}
  for (const table of Object.keys(POSTGRES)) {
    if (LEFT_OUT.includes(table) || table === 'leases') continue
    const { rows } = await work.query<{ line: string }>(`select row_to_json(x)::text as line from ${table} x`)
    found[table] = rows.map(({ line }) => line).sort()
  }
  for (const [table] of factTables) {
    const rows = await analytics.query<{ line: string }>(`SELECT formatRowNoNewline('JSONEachRow', *) AS line FROM ${table}`)
    found[`facts ${table}`] = rows.map(({ line }) => line).sort()
  }
  return found
}

/** Bytes of all files below a folder, those of back-ups unpacked as well. */
async function bytesBelow(directory: string): Promise<Buffer[]> {
  const files = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((file) => file.isFile())
  const bytes = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name))))
  return bytes.flatMap((each, i) => (files[i]!.name.endsWith('.gz') ? [each, gunzipSync(each)] : [each]))
}

/** The stopped installation of a folder, read by a server without roles that work. */
async function look<T>(dataDir: string, see: (app: App) => Promise<T>, roles = 'web'): Promise<T> {
  const env = { DATA_DIR: dataDir, SECRET_KEY: world.secret, PARTITIONS: '16', ROLES: roles, PORT: '0' }
  const config = await withSecretKey(readConfig(env))
  const app = await startApp({ config, logger: logger({ level: 'silent' }), clock: world.clock })
  try {
    return await see(app)
  } finally {
    await app.stop()
  }
}

async function freshData(name: string): Promise<string> {
  const dataDir = join(folder, name)
  await mkdir(dataDir, { mode: 0o711 })
  return dataDir
}

test('a back-up holds nothing about anybody in the open, and restores everything as it was', async () => {
  const made = await cli(['backup', '--out', 'first', '--keys', 'keys-before.jsonl'])
  assert.equal(made.code, 0, made.out)
  assert.ok(made.json.sealed > 20, made.out)
  const bytes = await bytesBelow(join(folder, 'first'))
  for (const text of [...CANARIES, 'bob@', 'of bob', world.secret]) assert.ok(!bytes.some((each) => each.includes(text)), text)
  const packed = (await readdir(join(folder, 'first'))).filter((file) => file.endsWith('.gz'))
  const named = await Promise.all(packed.map(async (file) => gunzipSync(await readFile(join(folder, 'first', file))).includes(ada)))
  assert.deepEqual(
    packed.filter((_, i) => named[i]),
    ['postgres.archive.jsonl.gz'],
    'a pseudonym stands only in the proof that a message was sent',
  )

  const dataDir = await freshData('whole')
  const restored = await cli(['restore', '--from', 'first', '--keys', 'keys-before.jsonl'], { dataDir })
  assert.equal(restored.code, 0, restored.out)
  assert.deepEqual(restored.json.lost, { person: { rows: 0, keys: 0 }, address: { rows: 0, keys: 0 }, mentions: { rows: 0, keys: 0 } })
  const before = await look(world.dataDir, everything)
  assert.ok(before['fact_rejects']!.length === 1 && before['suppressions']!.length === 2 && before['facts events']!.length > 2)
  assert.deepEqual(await look(dataDir, everything), before)
})

test('whoever is erased after a back-up is in no restore of it, and everybody else is as they were', async () => {
  const before = await look(world.dataDir, everything)
  await world.begin()
  const begun = await world.api<{ erasure: string }>(`POST /api/profiles/${ada}/erase`)
  for (let done = false; !done; await new Promise((resolve) => setTimeout(resolve, 100)))
    done = (await world.api<{ status: string }>(`GET /api/erasures/${begun.erasure}`)).status === 'done'
  await world.end()
  assert.equal((await cli(['backup', '--keys', 'keys-after.jsonl'])).code, 0)
  assert.ok(!(await readFile(keyRingOf(world.dataDir), 'utf8')).includes(ada), 'erasing takes the key off the ring')

  const dataDir = await freshData('without')
  const restored = await cli(['restore', '--from', 'first', '--keys', 'keys-after.jsonl'], { dataDir })
  assert.equal(restored.code, 0, restored.out)
  assert.equal(restored.json.lost.person.keys, 1)
  assert.ok(restored.json.lost.person.rows > 5)
  assert.equal(restored.json.lost.address.keys, 1, 'suppression and mail')

  const left = await look(dataDir, everything)
  for (const [table, rows] of Object.entries(before)) {
    const own = (row: string): boolean =>
      [ada, ...CANARIES].some((text) => row.includes(text) || row.includes(Buffer.from(text).toString('hex')))
    // Blocks of records are compared by the replay below; the archive keeps that something was sent.
    if (table === 'log' || table === 'fact_blocks' || table === 'archive') continue
    assert.deepEqual(
      left[table]!.filter((row) => !own(row)),
      rows.filter((row) => !own(row)),
      table,
    )
    if (!['audit_lines', 'archive'].includes(table)) assert.deepEqual(left[table]!.filter(own), [], table)
  }
  const proofs = left['archive']!.filter((row) => row.includes(ada)).map((row) => JSON.parse(row))
  assert.ok(
    proofs.length > 0 && proofs.every((row) => row.sealed === '\\x' && row.address_hash === ''),
    'that it was sent stays, what it said does not',
  )
  assert.equal(left['log']!.length, before['log']!.length)
  assert.ok(left['log']!.some((row) => row.includes('{\\"kind\\":\\"erased\\"}')))

  const read = await readBack(dataDir)
  const replayed = replay(read)
  assert.equal(read.states.length, 1)
  for (const { ws, id, state } of read.states) assert.deepEqual(replayed.people.get(`${ws} ${id}`)?.person, state)
  assert.deepEqual([...replayed.people.values()].map(({ person }) => person.profile.id).sort(), read.states.map(({ id }) => id).sort())

  const bytes = await bytesBelow(dataDir)
  for (const text of CANARIES) assert.ok(!bytes.some((each) => each.includes(text)), text)
  assert.ok(
    bytes.some((each) => each.includes('of bob')),
    'the search finds what is there',
  )
})

test('an old copy of the keys does not bring back whom the ledger names', async () => {
  const dataDir = await freshData('old-keys')
  await copyFile(join(world.dataDir, 'erased.jsonl'), join(dataDir, 'erased.jsonl'))
  const restored = await cli(['restore', '--from', 'first', '--keys', 'keys-before.jsonl'], { dataDir })
  assert.equal(restored.json.lost.person.keys, 1, restored.out)
  const hashed = async (app: App) => (await app.parts.work.query<{ address: string }>('select address from suppressions where hashed')).rows
  assert.deepEqual(
    await look(dataDir, hashed, 'web,jobs'),
    [{ address: addressHash(world.secret)(world.workspace, EMAIL) }],
    'whoever imports them again writes to nobody',
  )
})

test('a back-up of a running server is of one moment: nothing is in it twice, and nothing between the stores', async () => {
  await world.begin()
  const { url, work: pool, analytics, schema } = world.app.parts
  let sending = true
  const under = Promise.withResolvers<void>()
  const busy = (async () => {
    for (let n = 0; sending; n++) {
      await world.call('track', { userId: `u${n % 7}`, event: 'Seen', properties: { n } })
      if (n === 40) under.resolve()
    }
    return true
  })()
  await Promise.race([under.promise, busy])
  const inUse = (await cli(['backup', '--out', 'in-use'])).json.problem
  assert.match(inUse.title, /The data directory .* is in use/, 'the built-in databases belong to one process')
  const own = {
    url,
    pool,
    analytics,
    schema,
    partitions: 16,
    secretKey: world.secret,
    box: secretBox(world.secret),
    keyRing: keyRingOf(world.dataDir),
  }
  const made = await makeBackup(
    { ...own, now: Date.now, logger: logger({ level: 'silent' }), tell: () => {} },
    { out: join(folder, 'busy') },
  )
  sending = false
  assert.ok(await busy)
  assert.ok(!isRefusal(made), JSON.stringify(made))
  const total = (heads: readonly { seq: number }[]): number => heads.reduce((sum, { seq }) => sum + seq, 0)
  const end = await pool.query<{ seq: number }>('select seq from log_heads')
  assert.ok(total(end.rows) > total(made.log), 'events went on coming in')
  await world.end()

  const dataDir = await freshData('from-busy')
  const restored = await cli(['restore', '--from', 'busy', '--keys', keyRingOf(world.dataDir)], { dataDir })
  assert.equal(restored.code, 0, restored.out)
  await look(dataDir, (app) => app.settled().then(() => app.reported()), 'ingest,engine,delivery,web,jobs')
  const read = await readBack(dataDir)
  const { facts, people } = replay(read)
  const places = (rows: readonly { partition: unknown; seq: unknown; ix: unknown }[]) =>
    rows.map(({ partition, seq, ix }) => `${partition} ${seq} ${ix}`).sort()
  const events = read.facts.events as unknown as Parameters<typeof places>[0]
  assert.ok(events.length > 40)
  assert.deepEqual(places(events), places(facts.filter(({ fact }) => fact.table === 'events')))
  for (const { ws, id, state } of read.states) assert.deepEqual(people.get(`${ws} ${id}`)?.person, state)
})

test('what is wrong is named, and nothing is restored', async () => {
  const dataDir = await freshData('wrong')
  const refused = async (args: string[], more = {}) => (await cli(['restore', ...args], { dataDir, ...more })).json.problem
  assert.equal((await refused(['--from', 'nowhere'])).code, 'backup.none')
  assert.equal((await refused(['--from', 'first'], { secret: 'another secret key of thirty-two' })).code, 'backup.other_key')
  assert.equal((await refused(['--from', 'first'])).code, 'backup.no_keys')
  assert.equal(
    (await refused(['--from', 'first', '--keys', 'keys-after.jsonl'], { dataDir: join(folder, 'without') })).code,
    'backup.not_empty',
  )
  assert.equal((await cli(['backup', '--out', 'first'])).json.problem.code, 'backup.out')

  const files = await readdir(join(folder, 'first'))
  await mkdir(join(folder, 'damaged'))
  for (const file of files) await copyFile(join(folder, 'first', file), join(folder, 'damaged', file))
  await appendFile(join(folder, 'damaged', 'postgres.log.jsonl.gz'), 'x')
  await rm(join(folder, 'damaged', 'clickhouse.events.jsonl.gz'))
  const damaged = await refused(['--from', 'damaged', '--keys', 'keys-after.jsonl'])
  assert.equal(damaged.code, 'backup.damaged')
  assert.match(damaged.detail, /postgres\.log\.jsonl\.gz: it is not as/)
  assert.match(damaged.detail, /clickhouse\.events\.jsonl\.gz: it is missing/)
  const manifest = join(folder, 'damaged', 'manifest.json')
  await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('"partitions": 16', '"partitions": 8'))
  assert.equal((await refused(['--from', 'damaged'])).code, 'backup.other_key')
  assert.deepEqual(await look(dataDir, async (app) => (await app.parts.work.query('select 1 as one from workspaces')).rows), [])
})
