import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { packTable } from './packs/table.ts'

test('the guide shows the packs as they are', () => {
  const guide = readFileSync(new URL('../../../docs/guides/compliance.md', import.meta.url), 'utf8')
  const shown = /<!-- packs -->\n([\s\S]*)<!-- \/packs -->/.exec(guide)?.[1]
  assert.equal(shown, packTable(), 'run node scripts/write-packs.ts')
})
