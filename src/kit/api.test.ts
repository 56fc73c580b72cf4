import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { action } from '#lib/action.ts'
import { requestOf } from './api.ts'

const declare = (route: Parameters<typeof action>[0]['route']) =>
  action({ name: 'x.y', does: '', may: 'public', route, input: z.object({}), output: z.object({}) })

test('path names are taken from the input and percent-encoded; the rest of a GET becomes its query', () => {
  const read = declare('GET /api/messages/:id')
  assert.deepEqual(requestOf(read, { id: 'a/b:c d', cursor: undefined, q: 'x&y' }), {
    method: 'GET',
    url: '/api/messages/a%2Fb%3Ac%20d?q=x%26y',
  })
})

test('the rest of a POST becomes its body', () => {
  assert.deepEqual(requestOf(declare('POST /api/journeys/:id/simulate'), { id: 'cart', until: 5 }), {
    method: 'POST',
    url: '/api/journeys/cart/simulate',
    body: '{"until":5}',
  })
})

test('a missing path name is a bug of the screen', () => {
  assert.throws(() => requestOf(declare('GET /api/profiles/:id'), {}), /needs id/)
})
