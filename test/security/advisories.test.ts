import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'

const ROOT = join(import.meta.dirname, '../..')
const Row = z.strictObject({
  advisory: z.union([z.string().min(3), z.array(z.string().min(3)).min(1)]),
  of: z.string().min(2),
  /** What went wrong there. */
  was: z.string().min(10),
  /** File → words that stand in it: of the title of a test, or a vector that it tries. */
  tests: z.array(z.record(z.string(), z.string().min(10))).min(1, 'every advisory needs a test'),
})
const Rows = z.array(Row)
type Row = z.output<typeof Row>
const namesOf = ({ advisory }: Row): readonly string[] => [advisory].flat()

/** What is missing, one line each. */
function missing(rows: readonly Row[], read: (file: string) => string | undefined): string[] {
  return rows.flatMap((row) =>
    row.tests.flatMap(Object.entries).flatMap(([file, words]) => {
      const text = /^(?:src|test|scripts)\/.+\.test\.ts$/.test(file) ? read(file) : undefined
      if (text === undefined) return [`${namesOf(row)} (${row.of}) names ${file}, which is no file of tests`]
      return text.includes(words) ? [] : [`${namesOf(row)} (${row.of}) names “${words}”, which is not in ${file}`]
    }),
  )
}

const rows = Rows.parse(parse(readFileSync(join(ROOT, 'security/advisories.yaml'), 'utf8')))
const onDisk = (file: string): string | undefined => (existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8') : undefined)

test('every advisory names a test that is there', () => {
  assert.deepEqual(missing(rows, onDisk), [])
  assert.ok(rows.length >= 35, `${rows.length} advisories`)
})

test('a row without a test, or with one that is not there, is told', () => {
  const row = { advisory: 'CVE-2099-1', of: 'Somebody', was: 'something went wrong there' }
  assert.ok(!Rows.safeParse([row]).success)
  assert.ok(!Rows.safeParse([{ ...row, tests: [] }]).success)
  const told = (tests: Row['tests']): string[] =>
    missing([{ ...row, tests }], (file) => (file === 'test/a.test.ts' ? "test('holds the door')" : undefined))
  assert.deepEqual(told([{ 'test/a.test.ts': 'holds the door' }]), [])
  assert.match(told([{ 'test/a.test.ts': 'opens the door' }])[0]!, /not in test\/a\.test\.ts/)
  assert.match(told([{ 'test/b.test.ts': 'holds the door' }])[0]!, /no file of tests/)
  assert.match(told([{ 'README.md': 'holds the door' }])[0]!, /no file of tests/)
})

test('an advisory stands once, and what the least versions are for is among them', () => {
  const all = rows.flatMap(namesOf)
  assert.deepEqual(
    all.filter((each, i) => all.indexOf(each) !== i),
    [],
  )
  const least = readFileSync(join(ROOT, 'security/min-versions.json'), 'utf8')
  const named = [...least.matchAll(/CVE-\d{4}-\d+|GHSA(?:-\w{4}){3}/g)].map(([name]) => name)
  assert.ok(named.length > 5)
  assert.deepEqual(
    named.filter((each) => !all.includes(each)),
    [],
  )
})
