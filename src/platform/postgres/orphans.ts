import { execFile } from 'node:child_process'
import { readdir, readFile, readlink, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { SetupError } from '../setup-error.ts'

const run = promisify(execFile)

/**
 * Ends what a killed owner left running on this cluster: first asked to crash cleanly (SIGQUIT), then killed.
 * Only for the holder of the directory's lock. Resolves with the number of processes found.
 */
export async function endOrphans(cluster: string): Promise<number> {
  const found = await processesOn(cluster)
  if (found.length > 0) {
    signal(found, 'SIGQUIT')
    if (!(await goneWithin(cluster, 3_000))) signal(await processesOn(cluster), 'SIGKILL')
    if (!(await goneWithin(cluster, 5_000))) {
      throw new SetupError(
        `PostgreSQL processes of an earlier run still work on ${cluster}: ${(await processesOn(cluster)).join(', ')}.`,
        'They do not react to SIGKILL, which points at a hanging disk: mend that, then start again.',
      )
    }
  }
  // nothing works on the cluster now, so a pid in these can only be that of a stranger or a zombie, and PostgreSQL would heed it
  for (const name of ['postmaster.pid', '.s.PGSQL.5432.lock']) await rm(join(cluster, name), { force: true })
  return found.length
}

async function goneWithin(cluster: string, limitMs: number): Promise<boolean> {
  for (let waited = 0; waited < limitMs; waited += 20) {
    if ((await processesOn(cluster)).length === 0) return true
    await pause(20)
  }
  return false
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

/** Postmaster and backends: each works in the cluster's directory, so that is how they are known, not by a pid that may be a stranger's. */
async function processesOn(cluster: string): Promise<number[]> {
  return process.platform === 'linux' ? byWorkingDirectory(await realpath(cluster)) : byPidFile(cluster)
}

async function byWorkingDirectory(cluster: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      const where = await readlink(`/proc/${pid}/cwd`).catch(() => '')
      if (where !== cluster) return []
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
      return name.trim() === 'postgres' ? [Number(pid)] : []
    }),
  )
  return found.flat()
}

async function byPidFile(cluster: string): Promise<number[]> {
  const pid = Number((await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0])
  if (!Number.isInteger(pid) || pid <= 0 || process.platform === 'win32') return []
  const { stdout } = await run('ps', ['-p', String(pid), '-o', 'command=']).catch(() => ({ stdout: '' }))
  return stdout.includes('postgres') && stdout.includes(cluster) ? [pid] : []
}
