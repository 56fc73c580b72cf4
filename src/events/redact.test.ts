import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Json } from '#lib/json.ts'
import { HIDDEN, redacted } from './redact.ts'

test('what opens doors and what pays is hidden, wherever it stands', () => {
  const seen = redacted({
    user: { Password: 'x', apiKey: 'y' },
    cards: [{ card_number: '1' }],
    note: 'paid with 4111 1111 1111 1111',
    order: '1234567890123',
    writeKey: 'wk',
  })
  assert.deepEqual(seen, {
    user: { Password: HIDDEN, apiKey: HIDDEN },
    cards: [{ card_number: HIDDEN }],
    note: `paid with ${HIDDEN}`,
    order: '1234567890123',
    writeKey: HIDDEN,
  })
})

test('what the plan calls sensitive is hidden by its path', () => {
  const paths = new Set(['properties.customer.ssn', 'properties.items[].note'])
  assert.deepEqual(redacted({ properties: { customer: { ssn: 1, id: 2 }, items: [{ note: 'a', n: 1 }] } }, { paths }), {
    properties: { customer: { ssn: HIDDEN, id: 2 }, items: [{ note: HIDDEN, n: 1 }] },
  })
})

test('for every value: it never throws, leaves what is given, and nothing under a secret name is left', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('password', 'access_token', 'client_secret', 'Authorization'), (value, name) => {
      const given = { [name]: value, kept: 1 } as Json
      const before = JSON.stringify(given)
      const seen = redacted(given) as Record<string, Json>
      assert.equal(JSON.stringify(given), before)
      assert.equal(seen[name], value === null ? null : HIDDEN)
      assert.equal(seen['kept'], 1)
    }),
  )
})
