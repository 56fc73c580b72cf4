import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Uses } from './data-uses.ts'

const names = (uses: readonly { kind: string; id: string }[]): string[] => uses.map(({ kind, id }) => `${kind}/${id}`).sort()

test('a segment and a journey stand on the events and properties that their conditions name', () => {
  const uses = new Uses([
    {
      kind: 'segment',
      id: 'big',
      body: { kind: 'segment', id: 'big', name: 'Big spenders', when: 'sum("Order Completed", total within 30d) > 500' },
    },
    {
      kind: 'segment',
      id: 'lamp',
      body: { kind: 'segment', id: 'lamp', when: 'performed("Product Viewed" where event.category == "lamp")' },
    },
    {
      kind: 'journey',
      id: 'cart',
      body: {
        kind: 'journey',
        id: 'cart',
        goal: { event: 'Order Completed', within: '3d', value: 'total' },
        entry: { event: 'Product Added', key: 'properties.cart_id', where: 'event.price > 10' },
        exit: [{ event: 'Order Completed', match: { 'properties.cart_id': 'entry.cart_id' } }],
        steps: [{ kind: 'branch', branches: [{ when: 'entry.items.any(stock < 5) and profile.plan == "pro"', steps: [] }] }],
      },
    },
    { kind: 'event', id: 'order', body: { kind: 'event', id: 'order', event: 'Order Completed' } },
  ])
  assert.deepEqual(names(uses.of('Order Completed')), ['journey/cart', 'segment/big'], 'the plan itself stands on nothing')
  assert.deepEqual(names(uses.ofProperty('Order Completed', 'total')), ['journey/cart', 'segment/big'])
  assert.deepEqual(names(uses.ofProperty('Order Completed', 'cart_id')), ['journey/cart'])
  assert.deepEqual(names(uses.ofProperty('Product Viewed', 'category')), ['segment/lamp'])
  for (const path of ['cart_id', 'price', 'items']) assert.deepEqual(names(uses.ofProperty('Product Added', path)), ['journey/cart'], path)
  assert.deepEqual(uses.ofProperty('Product Added', 'plan'), [])
  assert.equal(uses.of('Order Completed').find(({ kind }) => kind === 'segment')?.name, 'Big spenders')
})
