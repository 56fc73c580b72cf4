import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { FILE, nameOf, ROOT, resolved, sbomText } from './write-sbom.ts'

interface Sbom {
  readonly components: readonly {
    readonly 'bom-ref': string
    readonly purl: string
    readonly version: string
    readonly licenses: readonly object[]
    readonly hashes?: readonly { readonly alg: string; readonly content: string }[]
  }[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}
const sbom = JSON.parse(readFileSync(FILE, 'utf8')) as Sbom

test('the list of packages is that of package-lock.json: node scripts/write-sbom.ts writes it anew', () => {
  assert.equal(readFileSync(FILE, 'utf8'), sbomText(ROOT))
})

test('every package has a version, a licence, an address, and a hash of its own length', () => {
  assert.ok(sbom.components.length > 300)
  for (const { purl, version, licenses, hashes = [] } of sbom.components) {
    assert.match(purl, /^pkg:npm\/(%40[^/@]+\/)?[^/@]+@\d/, purl)
    assert.match(version, /^\d+\.\d+/, purl)
    assert.equal(licenses.length, 1, purl)
    assert.doesNotMatch(JSON.stringify(licenses), /none/, purl)
    for (const { alg, content } of hashes) assert.equal(content.length, { 'SHA-512': 128, 'SHA-1': 40, 'SHA-256': 64 }[alg], purl)
  }
})

test('every dependency leads to a package that is listed, and everything that runs is reached from the programme', () => {
  const listed = new Set(sbom.components.map((each) => each['bom-ref']))
  for (const { ref, dependsOn } of sbom.dependencies) for (const each of dependsOn) assert.ok(listed.has(each), `${ref} needs ${each}`)
  const needs = new Map(sbom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]))
  const reached = new Set<string>()
  const waiting = ['cadenza']
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
    for (const each of needs.get(next) ?? []) if (!reached.has(each)) reached.add(each) && waiting.push(each)
  for (const name of ['fastify', 'zod', 'pg'])
    assert.ok(
      [...reached].some((path) => nameOf(path) === name),
      name,
    )
})

test('a package finds the nearest version of what it needs', () => {
  const packages = { 'node_modules/a': {}, 'node_modules/b': {}, 'node_modules/a/node_modules/b': {}, 'node_modules/a/node_modules/c': {} }
  assert.equal(resolved(packages, 'node_modules/a', 'b'), 'node_modules/a/node_modules/b')
  assert.equal(resolved(packages, 'node_modules/a/node_modules/c', 'b'), 'node_modules/a/node_modules/b')
  assert.equal(resolved(packages, 'node_modules/b', 'a'), 'node_modules/a')
  assert.equal(resolved(packages, '', 'b'), 'node_modules/b')
  assert.equal(resolved(packages, 'node_modules/b', 'z'), undefined)
})
