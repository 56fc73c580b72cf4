import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { ACTIONS } from '#app/actions.ts'
import { AUDIT_SAYINGS, auditSaying } from '#workspaces/ui/audit-sayings.ts'

test('every action that leaves a line on the audit log has a sentence in each language', () => {
  for (const say of [AUDIT_SAYINGS.en, AUDIT_SAYINGS.de])
    assert.deepEqual(
      ACTIONS.filter(({ audited, name }) => audited && say.said[name] === undefined).map(({ name }) => name),
      [],
    )
  assert.deepEqual(Object.keys(AUDIT_SAYINGS.en.said), Object.keys(AUDIT_SAYINGS.de.said))
})

test('what people do at the door has its sentence too', () => {
  const folder = join(import.meta.dirname, '../../../workspaces')
  const files = ['account/actions.ts', 'adapters/sign-in.ts', 'adapters/provider-routes.ts'].map((file) =>
    readFileSync(join(folder, file), 'utf8'),
  )
  const done = new Set(files.join('').match(/(?<=')account\.(?!person|by_provider)[a-z_]+(?=')/g))
  assert.ok(done.size > 8)
  assert.deepEqual(
    [...done].filter((name) => AUDIT_SAYINGS.en.said[name] === undefined),
    [],
  )
})

/** Names as they stand in the log: kinds, ids and versions, or nothing. */
const OBJECT = fc.oneof(fc.constant(''), fc.stringMatching(/^[a-z]{1,12}:[\w@.-]{1,60}$/))

test('a sentence holds what it was done to as it is, and no empty brackets', () => {
  const action = fc.constantFrom(...Object.keys(AUDIT_SAYINGS.en.said), 'new.thing', 'people.interrupted')
  fc.assert(
    fc.property(action, OBJECT, (name, object) => {
      const text = auditSaying({ action: name, object }, AUDIT_SAYINGS.en)
      const template = AUDIT_SAYINGS.en.said[name] ?? AUDIT_SAYINGS.en.other
      if (object !== '' && template.includes('{o}')) assert.ok(text.includes(object))
      if (object === '') assert.ok(!text.includes('()'))
    }),
  )
})
