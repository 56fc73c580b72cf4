import assert from 'node:assert/strict'
import { test } from 'node:test'
import { COMMON_WORDS } from '#kit/form/form-words.ts'
import { jsonSchemaOf } from '#kit/form/from-zod.ts'
import { unworded } from '#kit/form/unworded.ts'
import { FIELD_WORDS } from './field-words.ts'
import { SETTINGS_SCHEMA, STEP_SCHEMAS } from './schemas.ts'

/** Lists of steps are drawn; who may decide is told by the names of permissions. */
const HIDDEN = new Set(['steps', 'then', 'fallback'])
const hidden = (path: readonly string[]): boolean => HIDDEN.has(path.at(-1)!) || (path.at(-1) === 'otherwise' && !path.includes('default'))

for (const language of ['en', 'de'] as const) {
  const catalogues = [FIELD_WORDS[language], COMMON_WORDS[language]]
  const missing = (words: readonly string[]) => words.filter((each) => !each.startsWith('hold.for='))
  for (const [kind, schema] of Object.entries(STEP_SCHEMAS))
    test(`${language}: every part of a step ${kind} has a label`, () => {
      assert.deepEqual(missing(unworded(jsonSchemaOf(schema), catalogues, { name: [kind], hidden })), [])
    })
  test(`${language}: entry, goal, exits and the rest of a journey have labels`, () => {
    assert.deepEqual(unworded(jsonSchemaOf(SETTINGS_SCHEMA), catalogues, { name: ['journey'], hidden }), [])
  })
}
