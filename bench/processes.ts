import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks a second of /proc (sysconf _SC_CLK_TCK): 100 on every Linux that Node runs on. */
const TICKS = 100

interface Stat {
  readonly pid: number
  readonly parent: number
  readonly cpuSeconds: number
}

function stat(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    // utime, stime, and those of children that have ended
    const cpuSeconds = [11, 12, 13, 14].reduce((sum, i) => sum + Number(fields[i]), 0) / TICKS
    return { pid, parent: Number(fields[1]), cpuSeconds }
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}

/** A process and all that it started. */
export function tree(root: number): Stat[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => stat(Number(name)) ?? [])
  const found = all.filter(({ pid }) => pid === root)
  for (let i = 0; i < found.length; i++) found.push(...all.filter(({ parent }) => parent === found[i]!.pid))
  return found
}

/** CPU seconds of a process itself, and of all that it started. */
export function cpuSeconds(root: number): { readonly own: number; readonly children: number } {
  const all = tree(root)
  const own = all.filter(({ pid }) => pid === root).reduce((sum, each) => sum + each.cpuSeconds, 0)
  return { own, children: all.reduce((sum, each) => sum + each.cpuSeconds, 0) - own }
}

/** Memory in MiB; pages that several processes share are counted once (Pss). */
export function memoryMiB(roots: readonly number[]): number {
  const pids = new Set(roots.flatMap((root) => tree(root).map(({ pid }) => pid)))
  let kib = 0
  for (const pid of pids) kib += pssKib(pid)
  return kib / 1_024
}

function pssKib(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return 0
    throw error
  }
}

/** Watches the memory twice a second; `stop` tells the peak in MiB. */
export function watchMemory(roots: readonly number[]): { stop(): number } {
  let peak = 0
  const look = (): void => {
    peak = Math.max(peak, memoryMiB(roots))
  }
  const timer = setInterval(look, 500)
  return {
    stop() {
      clearInterval(timer)
      look()
      return peak
    },
  }
}
