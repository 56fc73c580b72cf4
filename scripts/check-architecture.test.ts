import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { EXCEPTIONS } from './architecture/egress.ts'
import type { Plant } from './architecture/plant.ts'
import { CATALOGUE_PLANTS } from './architecture/plants/catalogue.ts'
import { EGRESS_PLANTS } from './architecture/plants/egress.ts'
import { IMPORTS_PLANTS } from './architecture/plants/imports.ts'
import { SQL_PLANTS } from './architecture/plants/sql.ts'
import { WORDS_PLANTS } from './architecture/plants/words.ts'
import { findings, line, RULE_NAMES } from './check-architecture.ts'

type Tree = Record<string, string>

/** The breaches in a tree of files, as `path:line rule`. */
function breaches(tree: Tree): string[] {
  const root = mkdtempSync(join(tmpdir(), 'cadenza-house-'))
  try {
    for (const [path, text] of Object.entries(tree)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    return findings(root).map((found) => `${found.path}:${found.line} ${found.rule}`)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

const MIGRATIONS: Tree = {
  'migrations/postgres/0001.sql': `-- owner: platform\n-- What we want done.\ncreate table outbox (id text);\n\n-- owner: profiles\ncreate table identities (id text);\n`,
  'migrations/clickhouse/0001.sql': `-- owner: platform\nCREATE TABLE IF NOT EXISTS transitions (id String) ENGINE = MergeTree ORDER BY id;\n`,
}

const PLANTS: readonly Plant[] = [...IMPORTS_PLANTS, ...WORDS_PLANTS, ...CATALOGUE_PLANTS, ...EGRESS_PLANTS, ...SQL_PLANTS]

for (const { rule, what, path, bad, good, goodPath = path, at = 1 } of PLANTS) {
  test(`${rule}: ${what}`, () => {
    assert.deepEqual(breaches({ ...MIGRATIONS, [path]: bad }), [`${path}:${at} ${rule}`])
    assert.deepEqual(breaches({ ...MIGRATIONS, [goodPath]: good }), [])
  })
}

test('every rule has a planted breach', () => {
  const planted = new Set(PLANTS.map((plant) => plant.rule))
  assert.deepEqual(
    RULE_NAMES.filter((name) => !planted.has(name)),
    [],
  )
})

test('every exception to the one way out is a file that exists', () => {
  const root = join(import.meta.dirname, '..')
  assert.deepEqual(
    EXCEPTIONS.filter((path) => !existsSync(join(root, path))),
    [],
  )
})

test('a finding says where, which rule, what and how to mend it', () => {
  const [found] = ((): string[] => {
    const root = mkdtempSync(join(tmpdir(), 'cadenza-house-'))
    try {
      mkdirSync(join(root, 'src/lib'), { recursive: true })
      writeFileSync(join(root, 'src/lib/x.ts'), 'export const f = () => Date.now()\n')
      return findings(root).map(line)
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  })()
  assert.equal(found, 'src/lib/x.ts:1 purity: Date.now asks the clock: take `now` (epoch ms) as an argument')
})

test('an apostrophe in the text of a screen hides no more than its line', () => {
  const screen = `export const A = () => (\n  <p>\n    Don't\n  </p>\n)\nexport const f = () => fetch('/api')\n`
  assert.deepEqual(breaches({ 'src/journeys/ui/a.tsx': screen }), ['src/journeys/ui/a.tsx:6 egress'])
})

test('a slash that divides and a slash that begins a pattern are told apart', () => {
  const code =
    "export const a = (b: number) => b / 2 + Number('/')\nexport const quote = /['\"`]/g\nexport const f = () => Date.now() / 1000\n"
  assert.deepEqual(breaches({ 'src/lib/x.ts': code }), ['src/lib/x.ts:3 purity'])
})

test('the rules are told apart by the side that a file runs on: tests may do as they like with the clock', () => {
  assert.deepEqual(breaches({ 'src/lib/x.test.ts': 'const now = Date.now()\n' }), [])
})
