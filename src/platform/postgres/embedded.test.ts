import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { makeLinks } from './binaries.ts'
import { type EmbeddedPostgres, startEmbedded } from './embedded.ts'
import { createPool, isConnectionLost } from './pool.ts'

const OWNER = join(import.meta.dirname, '../../../test/fixtures/embedded-owner.ts')
const asRoot = process.getuid?.() === 0 ? false : 'only root can run it under another user'
const onLinux = process.platform === 'linux' ? false : 'reads /proc'
/** fsync stays on: what is tested is what is promised. */
const SMALL = { shared_buffers: '32MB' }

const root = await mkdtemp(join(tmpdir(), 'cadenza-pg-'))
await chmod(root, 0o711)
const children = new Set<ChildProcess>()
const servers = new Set<EmbeddedPostgres>()
after(async () => {
  for (const child of children) child.kill('SIGKILL')
  for (const server of servers) await server.kill()
  await rm(root, { recursive: true, force: true })
})

let made = 0
const freshDir = (): string => join(root, String(++made))

async function open(dataDir: string): Promise<EmbeddedPostgres> {
  const server = await startEmbedded({ dataDir, settings: SMALL })
  servers.add(server)
  return server
}

async function close(server: EmbeddedPostgres): Promise<void> {
  await server.stop()
  servers.delete(server)
}

async function ask<Row>(url: string, sql: string, values?: unknown[]): Promise<Row[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 3_000 })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(sql, values)).rows
  } finally {
    await client.end()
  }
}

interface Owner {
  readonly child: ChildProcess
  readonly url: string
  readonly server: number
}

function spawnOwner(dataDir: string, identity?: { uid: number; gid: number }): ChildProcess {
  const child = spawn(process.execPath, [OWNER, dataDir, JSON.stringify(SMALL)], { stdio: ['ignore', 'pipe', 'inherit'], ...identity })
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

/** Another process that owns the directory. */
async function owner(dataDir: string, identity?: { uid: number; gid: number }): Promise<Owner> {
  const child = spawnOwner(dataDir, identity)
  const said = once(createInterface({ input: child.stdout! }), 'line').then(([line]) => line as string)
  const line = await Promise.race([said, once(child, 'exit').then(() => '')])
  assert.notEqual(line, '', 'the owner ended before it had started the database')
  return { child, ...JSON.parse(line) }
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** A zombie, which only waits for its parent to notice, does not live. */
function lives(pid: number): boolean {
  if (process.platform !== 'linux') return /^[^Z]/.test(spawnSync('ps', ['-p', String(pid), '-o', 'stat='], { encoding: 'utf8' }).stdout)
  const path = `/proc/${pid}/stat`
  return existsSync(path) && !/\) Z /.test(readFileSync(path, 'utf8'))
}

async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  const end = performance.now() + limitMs
  while (!(await holds())) {
    assert.ok(performance.now() < end, `${what} within ${limitMs} ms`)
    await pause(10)
  }
}

test('the first start makes a database, a stop ends it cleanly, the next start finds the rows', async () => {
  const dataDir = freshDir()
  const first = await open(dataDir)
  await ask(first.url, 'create table kept (note text)')
  await ask(first.url, `insert into kept values ('here')`)
  const pid = first.pid()!
  await close(first)
  assert.equal(lives(pid), false)
  assert.deepEqual(
    (await readdir(dataDir)).filter((name) => name !== 'postgres' && name !== 'postgres.secret'),
    [],
  )
  const second = await open(dataDir)
  assert.deepEqual(await ask(second.url, 'select note from kept'), [{ note: 'here' }])
  await close(second)
})

test('the app is no superuser, text sorts by code point, and every commit reaches the disk', async () => {
  const server = await open(freshDir())
  const [row] = await ask(
    server.url,
    `select current_setting('is_superuser') as super, current_setting('fsync') as fsync, current_setting('synchronous_commit') as sync,
       current_setting('data_checksums') as checksums, (select array_agg(x order by x) from unnest(array['a','B','ä','b']) x) as sorted`,
  )
  assert.deepEqual(row, { super: 'off', fsync: 'on', sync: 'on', checksums: 'on', sorted: ['B', 'a', 'b', 'ä'] })
  await close(server)
})

test('it answers to the right password only, on a socket that only its user can open', { skip: onLinux }, async () => {
  const dataDir = freshDir()
  const server = await open(dataDir)
  await assert.rejects(ask(server.url.replace(/:[0-9a-f]{48}@/, ':wrong@'), 'select 1'), /password authentication failed/)
  assert.equal((await stat(join(dataDir, 'postgres.secret'))).mode & 0o777, 0o600)
  assert.equal((await stat(join(dataDir, 'postgres'))).mode & 0o777, 0o700)
  const [row] = await ask<{ addresses: string }>(server.url, `select current_setting('listen_addresses') as addresses`)
  assert.equal(row?.addresses, '')
  await close(server)
})

test('where the path is too long for a socket it listens on 127.0.0.1, on a free port', async () => {
  const dataDir = join(freshDir(), 'long'.repeat(25))
  const server = await open(dataDir)
  assert.match(server.url, /@127\.0\.0\.1:\d+\/cadenza$/)
  const [row] = await ask<{ addresses: string }>(server.url, `select current_setting('listen_addresses') as addresses`)
  assert.equal(row?.addresses, '127.0.0.1')
  await close(server)
})

test('a second opener is refused with the name of the first, in this process and in another', async () => {
  const dataDir = freshDir()
  const first = await owner(dataDir)
  await assert.rejects(startEmbedded({ dataDir }), (error: Error) => {
    assert.match(error.message, new RegExp(`in use by process ${first.child.pid} on .*DATABASE_URL`))
    return true
  })
  assert.deepEqual(await ask(first.url, 'select 1 as one'), [{ one: 1 }], 'the first one is not disturbed')
  first.child.kill('SIGTERM')
  const [code] = await once(first.child, 'exit')
  assert.equal(code, 0)
  const second = await open(dataDir)
  await assert.rejects(startEmbedded({ dataDir }), /in use by process/)
  await close(second)
})

test('after kill -9 of the owner every acknowledged row is there, and the next start takes less than 10 s', async () => {
  const dataDir = freshDir()
  let acknowledged = 0
  for (const round of [1, 2, 3]) {
    const { child, url } = await owner(dataDir)
    await ask(url, 'create table if not exists acked (n int)')
    const client = new Client({ connectionString: url })
    client.on('error', () => undefined)
    await client.connect()
    const writing = (async (): Promise<unknown> => {
      try {
        for (;;) {
          await client.query('insert into acked values ($1)', [acknowledged + 1])
          acknowledged += 1
        }
      } catch (error) {
        return error
      }
    })()
    const goal = acknowledged + 50 * round
    await until('rows are written', () => acknowledged >= goal)
    await killed(child)
    assert.ok(isConnectionLost(await writing))
    await client.end()
    const began = performance.now()
    const server = await open(dataDir)
    assert.ok(performance.now() - began < 10_000)
    const [row] = await ask<{ rows: number; last: number }>(server.url, 'select count(*)::int as rows, max(n) as last from acked')
    assert.ok(row!.rows === acknowledged || row!.rows === acknowledged + 1, `${row!.rows} rows for ${acknowledged} acknowledged`)
    assert.equal(row!.last, row!.rows)
    acknowledged = row!.rows
    await close(server)
  }
})

test('the database ends with its owner', { skip: onLinux }, async () => {
  const { child, server } = await owner(freshDir())
  await killed(child)
  await until('the server ends', () => !lives(server))
})

test('a frozen orphan of a killed owner is ended before the next start', { skip: onLinux }, async () => {
  const dataDir = freshDir()
  const { child, url, server } = await owner(dataDir)
  await ask(url, 'create table kept as select 1 as one')
  process.kill(server, 'SIGSTOP')
  await killed(child)
  assert.equal(lives(server), true, 'it hangs on')
  const next = await open(dataDir)
  assert.equal(lives(server), false)
  assert.deepEqual(await ask(next.url, 'select one from kept'), [{ one: 1 }])
  await close(next)
})

test('a pid file that names a stranger neither ends the stranger nor stops the start', async () => {
  const dataDir = freshDir()
  await close(await open(dataDir))
  const stranger = spawn('sleep', ['60'])
  children.add(stranger)
  await writeFile(join(dataDir, 'postgres/postmaster.pid'), `${stranger.pid}\n${join(dataDir, 'postgres')}\n1\n5432\n\n\n\nready\n`)
  await close(await open(dataDir))
  assert.equal(lives(stranger.pid!), true)
  stranger.kill('SIGKILL')
})

test('a kill in the middle of the first start leaves nothing half made', async () => {
  const dataDir = freshDir()
  for (const wait of [0, 150, 400]) {
    const child = spawnOwner(dataDir)
    await until(
      'files are being made',
      () => existsSync(dataDir) && readdirSync(dataDir).some((name) => /^postgres(\.new-[0-9a-f]+)?$/.test(name)),
    )
    await pause(wait)
    await killed(child)
  }
  const server = await open(dataDir)
  assert.deepEqual(await ask(server.url, 'select 1 as one'), [{ one: 1 }])
  await close(server)
})

test('a server that dies comes back by itself, and the pool finds it again', async () => {
  const server = await open(freshDir())
  const pool = createPool({ url: server.url, name: 'test' })
  await pool.query('create table kept as select 1 as one')
  process.kill(server.pid()!, 'SIGKILL')
  await until('the pool answers', () =>
    pool.query('select one from kept').then(
      () => server.restarts() === 1,
      () => false,
    ),
  )
  await pool.end()
  await close(server)
})

test('a server that dies again and again is given up', async () => {
  const fatal: Error[] = []
  const dataDir = freshDir()
  const server = await startEmbedded({ dataDir, settings: SMALL, onFatal: (error) => fatal.push(error) })
  servers.add(server)
  let ended: number | undefined
  await until(
    'it is given up',
    () => {
      const pid = server.pid()
      if (pid !== undefined && pid !== ended) {
        process.kill(pid, 'SIGKILL')
        ended = pid
      }
      return fatal.length > 0
    },
    30_000,
  )
  assert.match(fatal[0]!.message, /died 6 times within a minute/)
  await close(server)
})

test('files of a newer PostgreSQL are refused, and left as they are', async () => {
  const dataDir = freshDir()
  await close(await open(dataDir))
  const version = join(dataDir, 'postgres/PG_VERSION')
  await writeFile(version, '99\n')
  await assert.rejects(startEmbedded({ dataDir }), /made by PostgreSQL 99; this Cadenza brings PostgreSQL 18\. Use the newer Cadenza/)
  assert.equal(await readFile(version, 'utf8'), '99\n')
  await writeFile(version, '18\n')
  await close(await open(dataDir))
})

test('a setting that the server refuses is reported in its own words', async () => {
  await assert.rejects(startEmbedded({ dataDir: freshDir(), settings: { max_connections: 'many' } }), /did not start.*max_connections/s)
})

test('a data directory that cannot be made is reported', async () => {
  const file = freshDir()
  await writeFile(file, '')
  await assert.rejects(startEmbedded({ dataDir: join(file, 'data') }), /cannot be made \(ENOTDIR\).*DATA_DIR/)
})

test('root runs it under another user, also below a directory that this user may not pass', { skip: asRoot || onLinux }, async () => {
  const closed = freshDir()
  await mkdir(closed, { mode: 0o700 })
  for (const dataDir of [freshDir(), join(closed, 'data')]) {
    const server = await open(dataDir)
    const status = await readFile(`/proc/${server.pid()}/status`, 'utf8')
    assert.match(status, /^Uid:\s+65534\s+65534/m)
    assert.match(status, /^Gid:\s+65534\s+65534/m)
    assert.match(status, dataDir.startsWith(closed) ? /^CapEff:\s+0000000000000004$/m : /^CapEff:\s+0000000000000000$/m)
    await close(server)
  }
})

test('an ordinary user runs it as itself, and is told whose data it may not open', { skip: asRoot }, async () => {
  const dataDir = freshDir()
  await mkdir(dataDir, { mode: 0o700 })
  await chown(dataDir, 65534, 65534)
  const { child, url } = await owner(dataDir, { uid: 65534, gid: 65534 })
  assert.deepEqual(await ask(url, 'select 1 as one'), [{ one: 1 }])
  child.kill('SIGTERM')
  await once(child, 'exit')
  // root keeps to the user that the directory belongs to
  const server = await open(dataDir)
  assert.match(await readFile(`/proc/${server.pid()}/status`, 'utf8'), /^Uid:\s+65534/m)
  await close(server)
})

test('libraries whose links a blocked install script left out are linked at the start', async () => {
  const native = join(freshDir(), 'native')
  await mkdir(join(native, 'lib'), { recursive: true })
  await writeFile(join(native, 'lib/libpq.so.5.18'), 'library')
  await writeFile(
    join(native, 'pg-symlinks.json'),
    JSON.stringify([
      { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so' },
      { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' },
    ]),
  )
  await symlink('libpq.so.5.18', join(native, 'lib/libpq.so'))
  await makeLinks(native)
  assert.equal(await readFile(join(native, 'lib/libpq.so.5'), 'utf8'), 'library')
})
