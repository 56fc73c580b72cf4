import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Server } from './server.ts'

/** Where a kill falls: on the n-th of these system calls of the server's or of the database's processes. */
export interface Point {
  readonly of: 'server' | 'database'
  readonly calls: string
  /** What that is in the life of the data. */
  readonly inside: string
}

/** The server itself writes next to no files, so these calls of its process are ClickHouse's: an insert writes a part, flushes it, and renames it into its place. */
export const POINTS: readonly Point[] = [
  { of: 'database', calls: 'fdatasync', inside: 'flush of the write-ahead log' },
  { of: 'server', calls: 'fdatasync,fsync', inside: 'flush of a part of ClickHouse' },
  { of: 'server', calls: 'rename,renameat,renameat2', inside: 'naming of a part of ClickHouse' },
  { of: 'database', calls: 'pwrite64', inside: 'write to the write-ahead log' },
  { of: 'server', calls: 'pwrite64,write', inside: 'write of a file or socket' },
]

export const straceIsThere = (): boolean => spawnSync('strace', ['-V'], { stdio: 'ignore' }).status === 0

const LONGEST_WAIT_MS = 15_000

/** Lets strace kill the process that makes the `when`-th such call; resolves with whether it came to that. */
export async function killAtCall(server: Server, { point, when }: { point: Point; when: number }): Promise<boolean> {
  const { server: main, database } = server.processes()
  // Never the postmaster by itself: its children make the calls.
  const targets = point.of === 'server' ? [main] : database.filter((pid) => database.includes(parentOf(pid)))
  const strace = spawn(
    'strace',
    [
      '-f',
      '-qq',
      '-o',
      '/dev/null',
      '-e',
      `trace=${point.calls}`,
      '-e',
      `inject=${point.calls}:signal=SIGKILL:when=${when}`,
      ...targets.flatMap((pid) => ['-p', String(pid)]),
    ],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  const ended = new Promise((resolve) => strace.once('exit', resolve))
  const began = performance.now()
  const hit = (): boolean => targets.some((pid) => !isRunning(pid))
  while (!hit() && performance.now() - began < LONGEST_WAIT_MS) await pause(5)
  const was = hit()
  strace.kill('SIGTERM')
  // It may itself wait for a thread that is gone; what it still holds then goes on by itself.
  const impatient = setTimeout(() => strace.kill('SIGKILL'), 1_000)
  await ended
  clearTimeout(impatient)
  return was
}

function statusOf(pid: number): string[] | null {
  if (!existsSync(`/proc/${pid}`)) return null
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}

const isRunning = (pid: number): boolean => !['Z', 'X', undefined].includes(statusOf(pid)?.[0])
const parentOf = (pid: number): number => Number(statusOf(pid)?.[1] ?? 0)
