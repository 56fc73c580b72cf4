import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { SetupError } from '../setup-error.ts'

/** The user that a program runs under. */
export interface Identity {
  readonly uid: number
  readonly gid: number
}

/** How to start a program: what to put before it, and the user that Node switches to when nothing else does. */
export interface Launch {
  readonly prefix: readonly string[]
  readonly identity?: Identity
}

/** `nobody` of nearly every Unix. */
const NOBODY: Identity = { uid: 65534, gid: 65534 }
/** Linux capability numbers (capabilities(7)); the weaker one first. */
const PASS_DIRECTORIES = [
  { name: 'dac_read_search', bit: 2n },
  { name: 'dac_override', bit: 1n },
] as const

/**
 * PostgreSQL refuses to run as root, so root runs it under the owner of the data directory, or `nobody`.
 * `undefined`: the process is not root, run it as it is.
 */
export async function identityFor(directory: string): Promise<Identity | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const { uid, gid } = await stat(directory)
  return uid === 0 ? NOBODY : { uid, gid }
}

/**
 * How to start a program that must reach `paths`. With `setpriv` (util-linux) the kernel also ends it when this process dies,
 * and a user who may not pass a parent directory (a project under /root) gets just the capability to pass it.
 */
export async function launchAs(identity: Identity | undefined, paths: readonly string[]): Promise<Launch> {
  const setpriv = process.platform === 'linux' ? ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path)) : undefined
  const closed = identity ? await firstClosed(identity, paths) : undefined
  if (!setpriv && closed) throw closedError(closed, 'the program setpriv (package util-linux) is not installed')
  if (!setpriv) return { prefix: [], identity }
  const prefix = [setpriv, '--pdeathsig=INT']
  if (identity) prefix.push(`--reuid=${identity.uid}`, `--regid=${identity.gid}`, '--clear-groups')
  if (closed) {
    const capability = await usableCapability()
    if (!capability) throw closedError(closed, 'this process has no capability to let it')
    prefix.push(`--inh-caps=+${capability}`, `--ambient-caps=+${capability}`)
  }
  return { prefix: [...prefix, '--'] }
}

/** The first parent directory that the user may not pass, if any. */
async function firstClosed({ uid, gid }: Identity, paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    for (const directory of parentsOf(resolve(path))) {
      const owner = await stat(directory)
      const bit = owner.uid === uid ? 0o100 : owner.gid === gid ? 0o010 : 0o001
      if ((owner.mode & bit) === 0) return directory
    }
  }
  return undefined
}

function parentsOf(path: string): string[] {
  const parent = dirname(path)
  return parent === path ? [path] : [...parentsOf(parent), parent]
}

async function usableCapability(): Promise<string | undefined> {
  const status = await readFile('/proc/self/status', 'utf8')
  const held = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`)
  return PASS_DIRECTORIES.find(({ bit }) => (held >> bit) & 1n)?.name
}

function closedError(directory: string, why: string): SetupError {
  return new SetupError(
    `PostgreSQL must not run as root, and the user it would run under may not pass ${directory} (${why}).`,
    `Run Cadenza as an ordinary user, or let others pass (chmod o+x ${directory}), or put DATA_DIR and the program elsewhere, such as /var/lib and /opt.`,
  )
}
