import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brief } from './brief.ts'

test('properties stand on one line; what is cut or no object stays as it is', () => {
  assert.equal(
    brief('{"name":"Grey throw","price":72,"sizes":["s","m"],"gift":null}'),
    'name Grey throw · price 72 · sizes ["s","m"] · gift null',
  )
  assert.equal(brief('{"name":"Grey thr'), '{"name":"Grey thr')
  assert.equal(brief('[1,2]'), '[1,2]')
  assert.equal(brief(JSON.stringify({ text: 'x'.repeat(300) })), `text ${'x'.repeat(115)}…`)
})
