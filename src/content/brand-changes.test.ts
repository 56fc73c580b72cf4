import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Brand, HOUSE } from './brand.ts'
import { brandChanges } from './brand-changes.ts'

const brand = (more: object): Brand => Brand.parse({ kind: 'brand', id: 'default', ...more })

test('what looks different is told part by part, and a name is no look', () => {
  assert.deepEqual(brandChanges(HOUSE, brand({ name: 'Ours' })), [])
  assert.deepEqual(brandChanges(HOUSE, brand({ colours: { primary: '#ff0000' }, radius: 0 })), [
    { what: 'colours.primary', from: '#1b211c', to: '#ff0000' },
    { what: 'radius', from: '6', to: '0' },
  ])
  const logo = { src: 'https://shop.example/logo.png', alt: 'The shop' }
  assert.deepEqual(
    brandChanges(brand({ logo }), HOUSE).map(({ what, to }) => [what, to]),
    [
      ['logo.src', ''],
      ['logo.alt', ''],
      ['logo.width', ''],
    ],
  )
  assert.deepEqual(
    brandChanges(HOUSE, brand({ voice: { banned: ['cheap'] }, footer: { text: 'Hello' } })).map(({ what }) => what),
    ['footer.text', 'voice'],
  )
})
