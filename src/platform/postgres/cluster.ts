import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { basename, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { SetupError } from '../setup-error.ts'
import { type Binaries, findBinaries } from './binaries.ts'
import { type Identity, identityFor, type Launch, launchAs } from './run-as.ts'

const run = promisify(execFile)

/** A database cluster on disk, ready to be started. */
export interface Cluster {
  readonly directory: string
  readonly binaries: Binaries
  readonly launch: Launch
  readonly password: string
  readonly address: Address
}

/** Where it listens: a socket in its own directory, or a port of 127.0.0.1. Never further. */
export type Address = { readonly kind: 'socket'; readonly directory: string } | { readonly kind: 'port'; readonly port: number }

export const SUPERUSER = 'postgres'
/** PostgreSQL starts with this and nothing else of ours: its behaviour must not depend on who starts it. */
export const CLEAN_ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } as const
/** `sun_path` of macOS holds 104 bytes, of Linux 108, the final zero included. */
const LONGEST_SOCKET = 103
const SOCKET_NAME = '.s.PGSQL.5432'

/** Finds or makes the cluster of a data directory. Only for the holder of the directory's lock. */
export async function prepareCluster(dataDir: string): Promise<Cluster> {
  const binaries = await findBinaries()
  const directory = join(resolve(dataDir), 'postgres')
  const exists = existsSync(directory)
  const identity = await identityFor(exists ? directory : dataDir)
  if (exists) await checkOwner(directory)
  const launch = await launchAs(identity, [directory, binaries.postgres])
  const password = await passwordOf(dataDir)
  if (exists) await checkVersion(directory, { binaries, launch })
  else await initialise({ directory, binaries, launch, password, identity })
  return { directory, binaries, launch, password, address: await addressFor(directory) }
}

/** The address as a connection string for `pg`. */
export function urlOf({ address, password }: Pick<Cluster, 'address' | 'password'>, user: string, database: string): string {
  const host = address.kind === 'socket' ? encodeURIComponent(address.directory) : `127.0.0.1:${address.port}`
  return `postgres://${user}:${password}@${host}/${database}`
}

export const addressArguments = (address: Address): string[] =>
  address.kind === 'socket'
    ? ['-c', 'listen_addresses=', '-c', `unix_socket_directories=${address.directory}`]
    : ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', `port=${address.port}`]

async function passwordOf(dataDir: string): Promise<string> {
  const path = join(dataDir, 'postgres.secret')
  const there = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (there) return there.trim()
  const fresh = randomBytes(24).toString('hex')
  // written aside and renamed: a crash leaves either no secret or a whole one
  await writeFile(`${path}.new`, fresh, { mode: 0o600 })
  await rename(`${path}.new`, path)
  return fresh
}

interface Plan {
  readonly directory: string
  readonly binaries: Binaries
  readonly launch: Launch
  readonly password: string
  readonly identity: Identity | undefined
}

/** Makes the cluster beside its place and renames it there, so that a kill in the middle leaves nothing half made. */
async function initialise({ directory, binaries, launch, password, identity }: Plan): Promise<void> {
  await removeHalfMade(directory)
  // a name of its own: the initdb of a killed owner may still be at work in another one
  const fresh = `${directory}.new-${randomBytes(4).toString('hex')}`
  const secret = `${fresh}.pw`
  await mkdir(fresh, { mode: 0o700 })
  await writeFile(secret, `${password}\n`, { mode: 0o600 })
  if (identity) for (const path of [fresh, secret]) await chown(path, identity.uid, identity.gid)
  // the builtin locale sorts by code point: the same on every machine, whatever its C library
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const options = ['-D', fresh, '-U', SUPERUSER, '--auth=scram-sha-256', `--pwfile=${secret}`, '--no-instructions', ...locale]
  try {
    await runLaunched(launch, binaries.initdb, options)
  } catch (error) {
    const said = (error as { stderr?: string }).stderr ?? String(error)
    throw new SetupError(
      `PostgreSQL could not make its files in ${directory}: ${said.trim()}`,
      'Mend what it names, then start again.',
      error,
    )
  } finally {
    await rm(secret, { force: true })
  }
  await rename(fresh, directory)
}

async function removeHalfMade(directory: string): Promise<void> {
  const parent = dirname(directory)
  const left = (await readdir(parent)).filter((name) => name.startsWith(`${basename(directory)}.new-`))
  for (const name of left) await rm(join(parent, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
}

function runLaunched({ prefix, identity }: Launch, program: string, options: readonly string[]): Promise<{ stdout: string }> {
  const [first, ...rest] = [...prefix, program, ...options]
  return run(first!, rest, { cwd: '/', env: CLEAN_ENVIRONMENT, ...identity })
}

/** Files of another major version of PostgreSQL cannot be opened. */
async function checkVersion(directory: string, { binaries, launch }: Pick<Cluster, 'binaries' | 'launch'>): Promise<void> {
  const made = Number((await readFile(join(directory, 'PG_VERSION'), 'utf8')).trim())
  const { stdout } = await runLaunched(launch, binaries.postgres, ['--version'])
  const ours = Number(/(\d+)/.exec(stdout)?.[1])
  if (made === ours) return
  throw new SetupError(
    `The data in ${directory} was made by PostgreSQL ${made}; this Cadenza brings PostgreSQL ${ours}.`,
    made > ours
      ? 'Use the newer Cadenza that made it.'
      : `Move it with pg_dump and pg_restore, or run a PostgreSQL ${made} of your own and give its DATABASE_URL.`,
  )
}

async function checkOwner(directory: string): Promise<void> {
  const me = process.getuid?.()
  if (me === undefined || me === 0) return
  const { uid } = await stat(directory)
  if (uid === me) return
  throw new SetupError(
    `The data in ${directory} belongs to user ${uid}, and this process runs as user ${me}.`,
    `Run Cadenza as user ${uid} (or root), or hand the directory over: chown -R ${me} ${directory}.`,
  )
}

async function addressFor(directory: string): Promise<Address> {
  const fits = Buffer.byteLength(join(directory, SOCKET_NAME)) <= LONGEST_SOCKET
  return process.platform !== 'win32' && fits ? { kind: 'socket', directory } : { kind: 'port', port: await freePort() }
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer()
    server.once('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => found(port))
    })
  })
}
