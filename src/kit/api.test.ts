import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { action } from '#lib/action.ts'
import { askAhead, call, requestOf, send } from './api.ts'

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

test('what was asked ahead is taken once, and a refusal is asked for again', async (t) => {
  // Without a browser's tab there is no workspace that it keeps.
  Object.defineProperty(globalThis, 'sessionStorage', { value: undefined, configurable: true })
  let status = 200
  let asked = 0
  t.mock.method(globalThis, 'fetch', async () => {
    asked += 1
    return Response.json({ asked }, { status })
  })
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const read = action({
    name: 'x.y',
    does: '',
    may: 'public',
    route: 'GET /api/journeys/:id',
    input: z.object({ id: z.string() }),
    output: z.object({ asked: z.number() }),
  })
  askAhead(read, { id: 'cart' })
  askAhead(read, { id: 'cart' })
  assert.equal(asked, 1, 'once, however often it is asked for')
  assert.deepEqual(await call(read, { id: 'cart' }), { asked: 1 })
  assert.deepEqual(await call(read, { id: 'cart' }), { asked: 2 }, 'a later read is a new one')
  askAhead(read, { id: 'cart' })
  assert.equal(asked, 2, 'the screen has just read it: nobody would take the answer before it is old')
  askAhead(read, { id: 'other' })
  t.mock.timers.tick(5_000)
  assert.deepEqual(await call(read, { id: 'other' }), { asked: 4 }, 'an answer that nobody took grows old')
  askAhead(read, { id: 'third' })
  await send('/api/x', { method: 'POST' })
  assert.deepEqual(await call(read, { id: 'third' }), { asked: 7 }, 'what was read before a write is read again')
  status = 401
  askAhead(read, { id: 'fourth' })
  await assert.rejects(call(read, { id: 'fourth' }), { name: 'Refused' })
  assert.equal(asked, 9)
})
