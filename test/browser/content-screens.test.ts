import { test } from 'node:test'
import { house } from './house.ts'
import { tour } from './tour.ts'

const at = house()
test('there is something to look at', async () => {
  const blocks = [
    { kind: 'heading', text: 'Your cart, {{ profile.name }}', level: 1 },
    { kind: 'text', text: 'We kept **everything**, see [the cart](https://shop.example/cart).\n\n- roses\n- *tulips*', size: 'normal' },
    { kind: 'conditional', when: 'profile.plan == "gold"', blocks: [{ kind: 'text', text: 'Free delivery.', size: 'normal' }] },
    {
      kind: 'columns',
      columns: [
        { blocks: [{ kind: 'text', text: 'Left', size: 'normal' }] },
        { blocks: [{ kind: 'text', text: 'Right', size: 'normal' }] },
      ],
    },
    { kind: 'button', text: 'Go to my cart', href: 'https://shop.example/cart', style: 'primary' },
  ]
  const letter = {
    kind: 'template',
    id: 'letter',
    name: 'Letter',
    channel: 'email',
    locale: 'en',
    subject: 'A letter',
    preheader: 'Short',
    blocks,
  }
  await at.ask('PUT /api/documents/template/letter/draft', { body: { body: letter } })
  await at.ask('PUT /api/documents/brand/default/draft', { body: { body: { kind: 'brand', id: 'default' } } })
  await at.ask('PUT /api/documents/snippet/terms/draft', {
    body: { body: { kind: 'snippet', id: 'terms', name: 'Terms', blocks: [{ kind: 'text', text: 'Terms.' }] } },
  })
})

tour(at, {
  'content-gallery': ['/content?make=1', 'Newsletter'],
  'content-blocks': ['/content/templates/letter', /KB of/],
  'content-checks': ['/content/templates/letter?panel=checks', /of 12 checks passed/],
  'content-settings': ['/content/templates/letter?panel=message', 'Language of the default', 'viewer'],
})
