// Writes security/sbom.cdx.json: every package of package-lock.json with version, licence and hash, as CycloneDX 1.6 (ECMA-424).
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Locked {
  readonly version?: string
  readonly integrity?: string
  readonly license?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly link?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
type Packages = Readonly<Record<string, Locked>>

export const ROOT = join(import.meta.dirname, '..')
export const FILE = join(ROOT, 'security/sbom.cdx.json')
const read = <T>(root: string, path: string): T => JSON.parse(readFileSync(join(root, path), 'utf8')) as T

export const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
/** https://github.com/package-url/purl-spec: the `@` of a scope is escaped. */
const purl = (name: string, version: string): string => `pkg:npm/${name.replace(/^@/, '%40')}@${version}`

/** One id of SPDX, an expression of several, or what a package calls it. */
function licenceOf(licence: string) {
  if (/ (?:OR|AND|WITH) /.test(licence)) return { expression: licence.replace(/^\((.*)\)$/, '$1') }
  return { license: /^[A-Za-z0-9.+-]+$/.test(licence) ? { id: licence } : { name: licence } }
}

/** `sha512-…` of npm → algorithm and hexadecimal digits. */
function hashesOf(integrity = ''): { alg: string; content: string }[] {
  return integrity
    .split(/\s+/)
    .filter(Boolean)
    .map((each) => {
      const [algorithm = '', digits = ''] = each.split(/-(.*)/s)
      return { alg: algorithm.toUpperCase().replace('SHA', 'SHA-'), content: Buffer.from(digits, 'base64').toString('hex') }
    })
}

/** The place that `name` means for the package at `path`: the nearest `node_modules` that has it. */
export function resolved(packages: Packages, path: string, name: string): string | undefined {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const there = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`
    if (packages[there]) return there
    if (at === '') return undefined
    if (!at.includes('/node_modules/')) at = ''
  }
}

export function sbomText(root: string): string {
  const { packages } = read<{ packages: Packages }>(root, 'package-lock.json')
  const own = read<{ name: string; version: string; license: string }>(root, 'package.json')
  const licences = read<{ read: Record<string, string> }>(root, 'security/licences.json').read
  const all = Object.entries(packages).filter(([path, { link }]) => path !== '' && link !== true)
  const components = all.map(([path, entry]) => ({
    type: 'library',
    'bom-ref': path,
    name: nameOf(path),
    version: entry.version ?? '',
    purl: purl(nameOf(path), entry.version ?? ''),
    scope: entry.optional ? 'optional' : 'required',
    licenses: [licenceOf(licences[nameOf(path)] ?? entry.license ?? 'none')],
    ...(entry.integrity !== undefined && { hashes: hashesOf(entry.integrity) }),
    // The screens are built from packages that the server does not load: they are no less shipped.
    properties: [{ name: 'cadenza:use', value: entry.dev ? 'build' : 'run' }],
  }))
  const needs = (path: string, { dependencies = {}, optionalDependencies = {} }: Locked) => ({
    ref: path === '' ? 'cadenza' : path,
    dependsOn: Object.keys({ ...dependencies, ...optionalDependencies })
      .map((name) => resolved(packages, path, name))
      .filter((each) => each !== undefined)
      .sort(),
  })
  const sbom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: { type: 'application', 'bom-ref': 'cadenza', name: own.name, version: own.version, licenses: [licenceOf(own.license)] },
    },
    components,
    dependencies: [['', packages['']!] as const, ...all].map(([path, entry]) => needs(path, entry)),
  }
  // One line for each package: what a change brings in shows as that.
  return `${JSON.stringify(sbom).replaceAll(/(?<=[[,])(?=\{"(?:type":"library|ref"))/g, '\n')}\n`
}

if (import.meta.main) writeFileSync(FILE, sbomText(ROOT))
