import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownWords } from './own-events.ts'

test('notes, decisions and what people write back are read on the timeline; receipts are told by their messages', () => {
  const own = (name: string, properties: object) => ownWords({ type: 'system', name, properties: JSON.stringify(properties) })
  assert.deepEqual(own('journey.noted', { text: 'Call them' }), { head: 'note', text: 'Call them' })
  assert.deepEqual(own('journey.released', { comment: 'checked', since: 1 }), { head: 'released', text: 'checked' })
  assert.deepEqual(own('journey.rejected', {}), { head: 'rejected', text: '' })
  assert.deepEqual(own('message.received', { text: 'Is it in oak?', from: '+4790000001' }), { head: 'received', text: 'Is it in oak?' })
  assert.equal(own('message.sent', { effect_id: 'x' }), undefined)
  assert.equal(ownWords({ type: 'track', name: 'journey.noted', properties: '{}' }), undefined)
})
