import assert from 'node:assert/strict'
import { test } from 'node:test'
import { own, put } from './record.ts'

test('a name from outside finds own values only', () => {
  assert.equal(own({ plan: 'pro' }, 'plan'), 'pro')
  for (const name of ['__proto__', 'constructor', 'toString']) assert.equal(own({}, name), undefined, name)
})

test('a hostile name becomes an ordinary value and changes no prototype', () => {
  const made: Record<string, unknown> = {}
  put(made, '__proto__', { admin: true })
  put(made, 'plan', 'pro')
  assert.equal(Object.getPrototypeOf(made), Object.prototype)
  assert.equal((made as { admin?: boolean }).admin, undefined)
  assert.equal(JSON.stringify(made), '{"__proto__":{"admin":true},"plan":"pro"}')
})
