import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SETTINGS_PARTS } from './settings-parts.ts'
import { isSought } from './settings-search.ts'
import { SINGLE_SETTINGS, SINGLE_WORDS } from './settings-single.ts'

const found = (typed: string): string[] =>
  SINGLE_SETTINGS.filter(({ id, find }) =>
    isSought({ words: { en: { name: SINGLE_WORDS.en[id], about: '' }, de: { name: SINGLE_WORDS.de[id], about: '' } }, find }, typed),
  ).map(({ id }) => id)

test('every single setting stands in a part that there is, and has a name of its own', () => {
  const parts = new Set(SETTINGS_PARTS.map(({ part }) => part))
  for (const { id, part } of SINGLE_SETTINGS) assert.ok(parts.has(part), `${id}: ${part}`)
  for (const language of ['en', 'de'] as const) assert.equal(new Set(Object.values(SINGLE_WORDS[language])).size, SINGLE_SETTINGS.length)
})

test('settings are found by what people call them', () => {
  assert.deepEqual(found('quiet'), ['quiet'])
  assert.deepEqual(found('ruhezeit'), ['quiet'])
  assert.deepEqual(found('frequency'), ['caps'])
  assert.deepEqual(found('2fa'), ['factors'])
  assert.deepEqual(found('sperrliste'), ['suppressed'])
  assert.deepEqual(found('nonsense'), [])
})
