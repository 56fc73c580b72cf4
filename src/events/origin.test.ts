import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#lib/json.ts'
import { originOf } from './origin.ts'
import type { EventRecord } from './schema.ts'

const visit = (props: JsonObject, more: Partial<EventRecord> = {}) =>
  originOf({ kind: 'event', ws: 'w', key: 'p', id: 'm', type: 'page', name: 'Page Viewed', at: 1, received: 1, props, ids: [], ...more })

test('a landing page says by its address what campaign and what click led to it', () => {
  const url = 'https://shop.example/cart?utm_source=Google&utm_medium=CPC&utm_campaign=Autumn%20Sale&gclid=abc#top'
  assert.deepEqual(visit({ url, referrer: 'https://www.google.com/' }), {
    utm_source: 'google',
    utm_medium: 'cpc',
    utm_campaign: 'Autumn Sale',
    click_id: 'gclid',
    referrer: 'google.com',
  })
  assert.deepEqual(visit({ url: 'https://shop.example/', search: '?fbclid=1&utm_source=facebook' }), {
    utm_source: 'facebook',
    click_id: 'fbclid',
    referrer: '(none)',
  })
})

test('what the context of a call says counts too, and goes before the address', () => {
  const context = {
    campaign: { source: 'newsletter', medium: 'email', name: 'May' },
    page: { url: 'https://www.shop.example/a?utm_source=x', referrer: 'https://shop.example/b' },
  }
  assert.deepEqual(visit({}, { context }), {
    utm_source: 'newsletter',
    utm_medium: 'email',
    utm_campaign: 'May',
    referrer: '(internal)',
  })
  const opened = { type: 'track', name: 'Application Opened', context } as const
  assert.equal(visit({}, opened)?.utm_campaign, 'May')
})

test('who walks about on the site came from the site; who typed the address came from nowhere; other events say nothing', () => {
  assert.deepEqual(visit({ url: 'https://shop.example/a', referrer: 'https://shop.example/' }), { referrer: '(internal)' })
  assert.deepEqual(visit({ url: 'https://shop.example/a' }), { referrer: '(none)' })
  assert.equal(visit({ url: 'https://shop.example/?utm_source=x' }, { type: 'track', name: 'Product Added' }), null)
  assert.equal(visit({}, { type: 'screen', name: 'Screen Viewed' }), null)
})

test('nonsense in an address is no trouble', () => {
  for (const url of ['', '?', 'not a url ? utm_source=%', 'https://', `https://x.example/?utm_source=${'y'.repeat(9_000)}`])
    assert.ok((visit({ url, referrer: url })?.utm_source ?? '').length <= 200)
  assert.deepEqual(visit({ url: 7, referrer: null, search: { a: 1 } } as unknown as JsonObject), { referrer: '(none)' })
})
