import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { chained, chainOf, moved } from './chain.ts'

const ids = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 1, maxLength: 6 })
const link = (body: Readonly<Record<string, unknown>>) => ({
  id: String(body['id']),
  default: body['default'] === true,
  fallback: (body['fallback'] as string | undefined) ?? null,
})

test('an order that is written into documents is the order that is read from them', () => {
  fc.assert(
    fc.property(ids, fc.nat(), fc.nat(), (order, which, to) => {
      const bodies = new Map(order.map((id) => [id, { id, type: 'smtp' }]))
      const wanted = moved(order, order[which % order.length]!, to % (order.length + 1))
      assert.deepEqual([...wanted].sort(), [...order].sort())
      const made = chained(wanted, bodies)
      assert.deepEqual(chainOf(made.map(link)), wanted)
      assert.equal(made.filter((each) => (each as { default?: true }).default).length, 1)
      assert.deepEqual(
        chained(wanted, new Map(made.map((each) => [String(each['id']), each]))).map((each, i) => each === made[i]),
        made.map(() => true),
        'what stays as it is is not published again',
      )
    }),
  )
})

test('whatever documents say, each provider stands in the chain once', () => {
  const links = fc.uniqueArray(
    fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), default: fc.boolean(), fallback: fc.constantFrom(null, 'a', 'b', 'c', 'z') }),
    { selector: ({ id }) => id },
  )
  fc.assert(fc.property(links, (all) => assert.deepEqual([...chainOf(all)].sort(), all.map(({ id }) => id).sort())))
})
