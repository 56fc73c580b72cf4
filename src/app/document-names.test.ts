import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '#lib/json.ts'
import { namesIn } from './document-names.ts'

test('what names a document is found where it stands, and nothing that only looks like it', () => {
  const journey: Json = {
    kind: 'journey',
    id: 'vip',
    entry: { event: 'segment.entered:vip' },
    steps: [
      { kind: 'branch', id: 'vip', branches: [{ id: 'yes', when: 'segment("vip") and profile.x == 1' }] },
      { kind: 'email', id: 'hello', template: 'vip' },
    ],
  }
  assert.deepEqual(namesIn(journey, { kind: 'segment', id: 'vip' }), ['/entry/event', '/steps/0/branches/0/when'])
  assert.deepEqual(namesIn(journey, { kind: 'template', id: 'vip' }), ['/steps/1/template'])
  assert.deepEqual(namesIn({ serves: ['more', 'vip'] }, { kind: 'goal', id: 'vip' }), ['/serves/1'])
  assert.deepEqual(namesIn(journey, { kind: 'topic', id: 'vip' }), [])
})
