import type { Json } from '#lib/json.ts'
import type { Language } from '#lib/language.ts'
import { GERMAN_STARTERS } from './gallery-german.ts'

/** A template to begin with: everything but its id. */
export interface Starter {
  readonly id: string
  readonly channel: 'email' | 'sms' | 'push' | 'inapp'
  readonly body: Readonly<Record<string, Json>>
}

const HELLO = '{{ profile.first_name | default: profile.name | default: "there" }}'
const SHOP = 'https://shop.example'

const email = (id: string, body: Readonly<Record<string, Json>>): Starter => ({
  id,
  channel: 'email',
  body: { channel: 'email', locale: 'en', ...body },
})

/** Starting points with a whole layout; their words are meant to be replaced. */
export const STARTERS: readonly Starter[] = [
  email('welcome', {
    subject: `Welcome, ${HELLO}`,
    preheader: 'Three things worth knowing before you begin.',
    sample: { profile: { first_name: 'Maya' } },
    blocks: [
      { kind: 'heading', text: `Good to have you, ${HELLO}`, level: 1 },
      { kind: 'text', text: 'You are in. Here is what people like you do first, and how long each of them takes.', size: 'large' },
      { kind: 'divider' },
      {
        kind: 'columns',
        columns: [
          {
            blocks: [
              { kind: 'heading', text: 'Look around', level: 3 },
              { kind: 'text', text: 'See what is new this week. *Two minutes.*' },
            ],
          },
          {
            blocks: [
              { kind: 'heading', text: 'Tell us what you like', level: 3 },
              { kind: 'text', text: 'We then write about that only. *One minute.*' },
            ],
          },
        ],
      },
      { kind: 'button', text: 'Begin', href: `${SHOP}/start` },
      { kind: 'text', text: 'Questions? Answer this mail: a person reads it.', size: 'small' },
    ],
  }),
  email('cart', {
    subject: `${HELLO}, your cart is as you left it`,
    preheader: 'We kept it for you. Nothing was charged.',
    products: [{ as: 'cart', from: 'entry.properties.products', max: 4 }],
    sample: { profile: { first_name: 'Maya' }, entry: { properties: { cart_id: '17', products: [] } } },
    blocks: [
      { kind: 'heading', text: 'Your cart is as you left it', level: 1 },
      { kind: 'text', text: `Hello ${HELLO}, we kept everything for you. Prices and stock below are as of now.` },
      { kind: 'products', from: 'products.cart', layout: 'list', columns: 2, limit: 4, price: true },
      { kind: 'button', text: 'Go to my cart', href: `${SHOP}/cart/{{ entry.properties.cart_id }}` },
      { kind: 'divider' },
      { kind: 'text', text: 'Changed your mind? Then there is nothing to do, and we write once more at most.', size: 'small' },
    ],
  }),
  email('win-back', {
    subject: 'Has something changed?',
    preheader: 'Tell us with one click, or see what is new.',
    sample: { profile: { first_name: 'Maya', plan: 'gold' } },
    blocks: [
      { kind: 'heading', text: `It has been a while, ${HELLO}`, level: 1 },
      { kind: 'text', text: 'We would rather know than guess. Which of these is it?' },
      {
        kind: 'text',
        text: `- [I found something better](${SHOP}/why/better)\n- [I do not need it at the moment](${SHOP}/why/later)\n- [It was too expensive](${SHOP}/why/price)`,
      },
      {
        kind: 'conditional',
        when: 'profile.plan == "gold"',
        blocks: [{ kind: 'text', text: 'As a gold member you keep your benefits until the end of the year.' }],
        otherwise: [{ kind: 'text', text: 'There is a lot that you have not seen yet.' }],
      },
      { kind: 'button', text: 'See what is new', href: `${SHOP}/new` },
    ],
  }),
  email('receipt', {
    subject: 'Your order {{ entry.properties.order_id }}',
    preheader: 'What you bought, and when it comes.',
    purpose: 'transactional',
    sample: { profile: { first_name: 'Maya' }, entry: { properties: { order_id: 'A-1042', total: 48 } } },
    blocks: [
      { kind: 'heading', text: 'Thank you for your order', level: 1 },
      { kind: 'text', text: `Hello ${HELLO}, we have it and are packing it.` },
      {
        kind: 'columns',
        columns: [
          { blocks: [{ kind: 'text', text: '**Order**\n{{ entry.properties.order_id }}' }] },
          { blocks: [{ kind: 'text', text: '**Total**\n{{ entry.properties.total | round: 2 }}' }] },
        ],
      },
      { kind: 'button', text: 'Follow the order', href: `${SHOP}/orders/{{ entry.properties.order_id | url_encode }}` },
      { kind: 'text', text: 'Something wrong with it? Answer this mail within 14 days.', size: 'small' },
    ],
  }),
  email('newsletter', {
    subject: 'Three things worth your time this month',
    preheader: 'One to read, one to try, one to see.',
    blocks: [
      { kind: 'heading', text: 'This month', level: 1 },
      { kind: 'text', text: `Hello ${HELLO}, three things this time, each under five minutes.` },
      { kind: 'heading', text: 'One to read', level: 2 },
      { kind: 'text', text: `What we learned when we asked people what they keep. [Read it](${SHOP}/read)` },
      { kind: 'divider' },
      { kind: 'heading', text: 'One to try', level: 2 },
      { kind: 'text', text: `A way to do in one step what took three. [Try it](${SHOP}/try)` },
      { kind: 'divider' },
      { kind: 'heading', text: 'One to see', level: 2 },
      { kind: 'text', text: `The workshop, and who works in it. [See it](${SHOP}/see)` },
    ],
  }),
  email('announcement', {
    subject: 'New: say here what it is',
    preheader: 'What it changes for you, in one sentence.',
    blocks: [
      { kind: 'heading', text: 'Say here what is new', level: 1 },
      { kind: 'text', text: 'One sentence about what readers can do now that they could not do before.', size: 'large' },
      {
        kind: 'columns',
        columns: [
          {
            width: 40,
            blocks: [
              { kind: 'heading', text: 'Why', level: 3 },
              { kind: 'text', text: 'What was hard about it, in their words.' },
            ],
          },
          {
            width: 60,
            blocks: [
              { kind: 'heading', text: 'How', level: 3 },
              { kind: 'text', text: '1. Open it.\n2. Choose one thing.\n3. Done.' },
            ],
          },
        ],
      },
      { kind: 'button', text: 'Show me', href: `${SHOP}/new` },
    ],
  }),
  email('coupon', {
    subject: `${HELLO}, something for your next visit`,
    preheader: 'One code, yours only.',
    coupons: { welcome: { pool: 'welcome', otherwise: 'HELLO' } },
    sample: { profile: { first_name: 'Maya' }, coupons: { welcome: { code: 'HELLO' } } },
    blocks: [
      { kind: 'heading', text: 'For your next visit', level: 1 },
      { kind: 'text', text: 'This code is yours only. It works once, on everything.' },
      { kind: 'coupon', code: '{{ coupons.welcome.code }}', label: 'Your code', note: 'Valid for 30 days.' },
      { kind: 'button', text: 'Use it', href: `${SHOP}/?code={{ coupons.welcome.code | url_encode }}` },
    ],
  }),
  email('plain', {
    subject: 'A short question',
    preheader: 'It takes one minute.',
    blocks: [{ kind: 'text', text: `Hello ${HELLO},\n\nsay here what you want to say, as you would to one person.\n\nGrace` }],
  }),
  {
    id: 'sms',
    channel: 'sms',
    body: { channel: 'sms', locale: 'en', text: `Your order is on its way. Follow it: ${SHOP}/o Reply STOP to end.` },
  },
  {
    id: 'push',
    channel: 'push',
    body: { channel: 'push', locale: 'en', title: 'Back in stock', body: 'What you looked at is here again.', url: `${SHOP}/back` },
  },
  {
    id: 'inapp',
    channel: 'inapp',
    body: { channel: 'inapp', locale: 'en', title: 'New for you', body: 'Something that goes with what you have.', url: `${SHOP}/new` },
  },
]

/** The same starting points with their words in the language of whoever begins, who writes on in it. */
export const startersIn = (language: Language): readonly Starter[] =>
  language === 'en' ? STARTERS : STARTERS.map((starter) => ({ ...starter, body: { ...inGerman(starter.body), locale: 'de' } }))

const GERMAN_HELLO = HELLO.replace('"there"', '"liebe Kundin, lieber Kunde"')

function told(value: Json): Json {
  if (typeof value === 'string') return GERMAN_STARTERS[value.replace(HELLO, '{name}')]?.replace('{name}', GERMAN_HELLO) ?? value
  if (Array.isArray(value)) return (value as readonly Json[]).map(told)
  return typeof value === 'object' && value !== null ? inGerman(value as Starter['body']) : value
}

const inGerman = (body: Starter['body']): Starter['body'] =>
  Object.fromEntries(Object.entries(body).map(([name, value]) => [name, told(value)]))

/** `Spring news 2026!` → `spring-news-2026`; what is taken gets a number. */
export function idFrom(name: string, taken: ReadonlySet<string>): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/[\u0300-\u036f]/g, '')
  const base =
    plain
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 56) || 'template'
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? base : `${base}-${n}`
    if (!taken.has(id)) return id
  }
}
