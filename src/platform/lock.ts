import { once } from 'node:events'
import { type FileHandle, open, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { SetupError } from './setup-error.ts'

/** One owner per data directory. The owner must stop at once when `onLost` is called. */
export interface DirectoryLock {
  release(): Promise<void>
}

export interface LockOptions {
  /** Another process has taken the directory (only after this one had been frozen for longer than `staleMs`). */
  readonly onLost: (error: Error) => void
  readonly beatMs?: number
  /** An owner in another container that has not been heard of for this long is taken for dead. */
  readonly staleMs?: number
}

interface Owner {
  readonly pid: number
  readonly host: string
  /** Pid namespace and boot: only inside the same one does a pid say anything. */
  readonly realm: string
  readonly token: string
}

export const LOCK_FILE = 'owner.lock'

/**
 * Takes the directory, or throws a SetupError that names the owner.
 * On Linux an abstract socket named by device and inode frees itself at any death of the owner, kill -9 included;
 * the lock file with its heartbeat tells apart two containers that share a volume but not a network namespace.
 */
export async function lockDirectory(directory: string, options: LockOptions): Promise<DirectoryLock> {
  const socket = await bindName(directory)
  try {
    const beat = await takeFile(directory, options)
    return {
      release: async () => {
        await beat.stop()
        await close(socket)
      },
    }
  } catch (error) {
    await close(socket)
    throw error
  }
}

async function bindName(directory: string): Promise<Server | undefined> {
  if (process.platform !== 'linux') return undefined
  const { dev, ino } = await stat(directory, { bigint: true })
  const server = createServer((connection) => connection.destroy())
  server.listen({ path: `\0cadenza-${dev}-${ino}` })
  try {
    await once(server, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw inUse(directory, await readOwner(join(directory, LOCK_FILE)))
  }
  server.unref()
  return server
}

async function close(server: Server | undefined): Promise<void> {
  if (!server?.listening) return
  server.close()
  await once(server, 'close')
}

interface Heartbeat {
  stop(): Promise<void>
}

async function takeFile(directory: string, { onLost, beatMs = 1_000, staleMs = 6_000 }: LockOptions): Promise<Heartbeat> {
  const path = join(directory, LOCK_FILE)
  const realm = await here()
  const before = await readOwner(path)
  if (before && (await isAlive(path, before, { realm, staleMs }))) throw inUse(directory, before)
  const mine: Owner = { pid: process.pid, host: hostname(), realm, token: crypto.randomUUID() }
  const text = JSON.stringify(mine)
  if (before) await rm(path, { force: true })
  await writeFile(path, text, { flag: 'wx', mode: 0o644 }).catch(async (error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? inUse(directory, await readOwner(path)) : error
  })
  if (before && before.realm !== realm) {
    // another container may have found the same dead owner: the last to write has it
    await pause(300)
    if ((await readFile(path, 'utf8')) !== text) throw inUse(directory, await readOwner(path))
  }
  return beat({ path, text, beatMs, onLost })
}

/** Alive by pid where a pid means something; otherwise by whether its heartbeat moves while we watch (no clock is compared). */
async function isAlive(path: string, owner: Owner, { realm, staleMs }: { realm: string; staleMs: number }): Promise<boolean> {
  if (owner.realm === realm) return process.platform === 'linux' ? false : pidLives(owner.pid)
  const seen = await beatOf(path)
  for (let waited = 0; waited < staleMs; waited += 100) {
    await pause(100)
    if ((await beatOf(path)) !== seen) return true
  }
  return false
}

function pidLives(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const beatOf = async (path: string): Promise<bigint> => (await stat(path, { bigint: true })).mtimeNs

async function beat({
  path,
  text,
  beatMs,
  onLost,
}: {
  path: string
  text: string
  beatMs: number
  onLost: (error: Error) => void
}): Promise<Heartbeat> {
  const file: FileHandle = await open(path, 'r+')
  let busy: Promise<void> = Promise.resolve()
  const tick = async () => {
    const now = new Date()
    await file.utimes(now, now)
    if ((await readFile(path, 'utf8').catch(() => '')) !== text) throw new Error(`The lock file ${path} is not ours any more`)
  }
  const timer = setInterval(() => {
    busy = tick().catch((error: Error) => {
      clearInterval(timer)
      onLost(error)
    })
  }, beatMs)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await busy
      await file.close()
      if ((await readFile(path, 'utf8').catch(() => '')) === text) await rm(path, { force: true })
    },
  }
}

async function readOwner(path: string): Promise<Owner | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Owner
  } catch {
    // cut short by a crash while it was written: its writer never got to own anything
    return { pid: 0, host: 'unknown', realm: await here(), token: '' }
  }
}

async function here(): Promise<string> {
  if (process.platform !== 'linux') return hostname()
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => hostname())
  const [pids, net] = await Promise.all([readlink('/proc/self/ns/pid'), readlink('/proc/self/ns/net')])
  return `${boot.trim()} ${pids} ${net}`
}

function inUse(directory: string, owner: Owner | undefined): SetupError {
  const who = owner ? `process ${owner.pid} on ${owner.host}` : 'another process'
  return new SetupError(
    `The data directory ${directory} is in use by ${who}.`,
    'Stop that one first, give this one another DATA_DIR, or let both share a PostgreSQL server by DATABASE_URL.',
  )
}
