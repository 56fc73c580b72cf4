import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { saidIn } from '#lib/said.ts'
import { PACKS } from './packs/registry.ts'
import { packTable } from './packs/table.ts'

test('the guide shows the packs as they are', () => {
  const guide = readFileSync(new URL('../../../docs/guides/compliance.md', import.meta.url), 'utf8')
  const shown = /<!-- packs -->\n([\s\S]*)<!-- \/packs -->/.exec(guide)?.[1]
  assert.equal(shown, packTable(), 'run node scripts/write-packs.ts')
})

test('names, notes and what a pack is about are told in German, each of them', () => {
  const texts = PACKS.flatMap(({ name, about, policies }) => [name, about, ...policies.flatMap((rule) => [rule.name, rule.note ?? ''])])
  assert.deepEqual(
    [...new Set(texts)].filter((text) => text !== '' && saidIn(text, 'de') === undefined),
    [],
  )
})
