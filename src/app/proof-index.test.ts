import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Evidence } from './proof-evidence.ts'
import { indexPage } from './proof-index.ts'
import { tablesOf } from './proof-tables.ts'

const AT = Date.UTC(2026, 2, 7, 12)
const evidence = {
  identifiers: [{ kind: 'email', value: 'ada@people.example' }],
  people: [],
  deliveries: [],
  verdicts: [],
  consents: [],
  approvals: [],
  path: [
    {
      at: AT,
      profile: 'p1',
      journey: 'win-back',
      version: 2,
      enrollment: 'e1',
      kind: 'moved',
      from: 'mail',
      to: 'wait',
      reason: 'no_address',
    },
  ],
} as unknown as Evidence
const tables = tablesOf(evidence, [], [])
const pageIn = (language: 'en' | 'de'): string =>
  indexPage({
    subject: { kind: 'person', profiles: ['p1'] } as never,
    evidence,
    tables,
    check: { lines: 12, anchored: 10, sentence: '' } as never,
    at: AT,
    by: 'person:grace',
    workspace: 'w1',
    language,
  })
const heads = (html: string): string[] => Array.from(html.matchAll(/<(?:th|h2|h1)>([^<]*)</g), ([, text]) => text!)

/** Words that are the same in both. */
const SAME = new Set(['Journey', 'Version', 'Status', 'Hash', 'SHA-256'])

test('the page of a proof pack is told in the language of whoever asks; its codes and names stay', () => {
  const [english, german] = [pageIn('en'), pageIn('de')]
  assert.match(english, /^<!doctype html>\n<html lang="en">.+About the person with the profile p1 \(email ada@people\.example\)/s)
  assert.match(german, /^<!doctype html>\n<html lang="de">.+Über die Person mit dem Profil p1 \(email ada@people\.example\)/s)
  const told = heads(german)
  assert.deepEqual(
    heads(english).filter((text, i) => told[i] === text && !SAME.has(text)),
    [],
  )
  assert.match(english, /The profile has no address for this channel\./)
  assert.match(german, /<td>no_address<\/td><td>Das Profil hat [^<]+<\/td>/)
  assert.match(german, /<p>Keine\.<\/p>/)
})

test('all heads of all tables have a German word', () => {
  const full = Object.fromEntries(
    Object.entries(tables).map(([name, each]) => [name, { ...each, table: { ...each.table, rows: [each.table.columns.map(() => '')] } }]),
  ) as unknown as typeof tables
  const html = (language: 'en' | 'de'): string[] =>
    heads(
      indexPage({
        subject: { kind: 'journey', journey: 'x' } as never,
        evidence,
        tables: full,
        check: {} as never,
        at: AT,
        by: '',
        workspace: '',
        language,
      }),
    )
  const told = html('de')
  assert.deepEqual(
    html('en').filter((text, i) => told[i] === text && !SAME.has(text)),
    [],
  )
})
