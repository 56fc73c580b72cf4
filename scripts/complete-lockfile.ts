// Adds to package-lock.json the builds for other platforms that the registry at hand did not offer: npm ci of npm 11 refuses a lockfile
// that leaves out an optional dependency, even one for another platform. Run it after `npm install`, when `npm run check` asks for it.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface LockEntry {
  readonly version?: string
  readonly license?: string
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly optionalDependencies?: Record<string, string>
}
export type Lockfile = Record<string, LockEntry>

const OS = ['android', 'darwin', 'freebsd', 'linux', 'win32', 'openharmony', 'aix', 'netbsd', 'openbsd', 'sunos']
const CPU = ['arm64', 'x64', 'arm', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el', 'wasm32']

/** The optional dependencies that the lockfile does not name, by the path that they would have. */
export function missingBuilds(packages: Lockfile): Lockfile {
  const missing: Lockfile = {}
  for (const [path, parent] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      if (isLocked(packages, path, name)) continue
      // Only an exact version can be written down without asking the registry.
      if (/^\d/.test(version)) missing[`node_modules/${name}`] = entry(name, version, parent)
    }
  }
  return missing
}

/** Looks where Node would: in the parent's own folder, then upwards. */
function isLocked(packages: Lockfile, parent: string, name: string): boolean {
  for (let at = parent; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (`${at === '' ? '' : `${at}/`}node_modules/${name}` in packages) return true
    if (!at.includes('/node_modules/')) return `node_modules/${name}` in packages
  }
}

function entry(name: string, version: string, { license = 'none', dev, devOptional }: LockEntry): LockEntry {
  const words = name.split(/[/-]/)
  const os = OS.filter((system) => words.includes(system))
  const cpu = CPU.filter((kind) => words.includes(kind))
  const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') ? ['glibc'] : []
  const side = dev ? { dev } : devOptional ? { devOptional } : {}
  return {
    version,
    ...(cpu.length > 0 && { cpu }),
    ...side,
    ...(libc.length > 0 && { libc }),
    license,
    optional: true,
    ...(os.length > 0 && { os }),
  }
}

if (import.meta.main) {
  const path = join(import.meta.dirname, '..', 'package-lock.json')
  const lock = JSON.parse(readFileSync(path, 'utf8')) as { packages: Lockfile }
  const added = missingBuilds(lock.packages)
  const sorted = Object.entries({ ...lock.packages, ...added }).sort(([a], [b]) => (a < b ? -1 : 1))
  writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
  console.log(`Added ${Object.keys(added).length}: ${Object.keys(added).join(', ') || 'nothing was missing'}`)
}
