import { Journey } from '#journeys/schema.ts'

export const DAY = 86_400_000
/** All sample times hang on the moment of the start, so that a screen shows lively distances. */
export const started = Date.now()

export const CART = Journey.parse({
  kind: 'journey',
  id: 'abandoned-cart',
  name: 'Abandoned cart',
  description: 'Brings people back who left something in their cart.',
  goal: { event: 'Order Completed', within: '3d', value: 'total' },
  entry: { event: 'Product Added', where: 'event.properties.price > 10', key: 'properties.cart_id', reentry: { after: '7d' } },
  exit: [{ event: 'Order Completed', match: { 'properties.cart_id': 'entry.key' } }],
  holdout: '10%',
  steps: [
    { kind: 'wait', id: 'settle', for: '30m' },
    {
      kind: 'split',
      id: 'tone',
      name: 'Warm or plain',
      arms: [
        {
          id: 'warm',
          label: 'Warm',
          weight: 1,
          steps: [
            {
              kind: 'email',
              id: 'warm-mail',
              template: 'cart-warm',
              topic: 'offers',
              otherwise: [{ kind: 'exit', id: 'cannot', reason: 'cannot be written to' }],
            },
          ],
        },
        { id: 'plain', label: 'Plain', weight: 1, steps: [{ kind: 'email', id: 'plain-mail', template: 'cart-plain', topic: 'offers' }] },
      ],
    },
    {
      kind: 'waitFor',
      id: 'opened',
      event: 'message.opened',
      upTo: '1d',
      otherwise: [{ kind: 'update', id: 'mark', set: { cart_reminder_ignored: true } }],
    },
    {
      kind: 'branch',
      id: 'worth',
      name: 'Is it worth a discount?',
      branches: [
        {
          id: 'large',
          label: 'Large cart',
          when: 'entry.properties.total > 100',
          steps: [
            { kind: 'wait', id: 'morning', until: { time: '09:00', days: ['mon', 'tue', 'wed', 'thu', 'fri'] } },
            { kind: 'email', id: 'discount', name: 'Offer ten percent', template: 'cart-discount', topic: 'offers' },
          ],
        },
        {
          id: 'loyal',
          label: 'Loyal customer',
          when: 'count("Order Completed") >= 3',
          steps: [{ kind: 'webhook', id: 'crm', url: 'https://crm.example.com/tasks' }],
        },
      ],
      otherwise: [],
    },
    { kind: 'wait', id: 'rest', for: '2d' },
  ],
})

export const WELCOME = Journey.parse({
  kind: 'journey',
  id: 'welcome',
  name: 'Welcome series',
  goal: { event: 'Order Completed', within: '14d', value: 'total' },
  entry: { event: 'Signed Up' },
  steps: [
    { kind: 'email', id: 'hello', template: 'welcome-1', lane: 'transactional' },
    { kind: 'wait', id: 'pause', for: '2d' },
    { kind: 'email', id: 'tips', template: 'welcome-2', topic: 'news' },
  ],
})

/** A long one, for speed: 300 steps. */
export const LONG = Journey.parse({
  kind: 'journey',
  id: 'long-nurture',
  name: 'Long nurture',
  goal: { event: 'Order Completed', within: '90d' },
  entry: { event: 'Signed Up' },
  steps: Array.from({ length: 60 }, (_, i) => ({
    kind: 'branch',
    id: `b${i}`,
    name: `Week ${i + 1}`,
    branches: [
      {
        id: 'yes',
        label: 'Active',
        when: `profile.visits > ${i}`,
        steps: [
          { kind: 'email', id: `m${i}`, template: `week-${i + 1}` },
          { kind: 'wait', id: `w${i}`, for: '7d' },
        ],
      },
    ],
    otherwise: [
      { kind: 'wait', id: `x${i}`, for: '3d' },
      { kind: 'update', id: `u${i}`, set: { quiet_weeks: i } },
    ],
  })),
})

export const CART_YAML = `kind: journey
id: abandoned-cart
name: Abandoned cart
goal: { event: Order Completed, within: 3d, value: total }
entry:
  event: Product Added
  where: event.properties.price > 10
  key: properties.cart_id
  reentry: { after: 7d }
exit:
  - { event: Order Completed, match: { properties.cart_id: entry.key } }
holdout: 10%
steps:
  - { kind: wait, id: settle, for: 30m }
  - kind: split
    id: tone
    name: Warm or plain
    arms:
      - { id: warm, label: Warm, weight: 1, steps: [ { kind: email, id: warm-mail, template: cart-warm, topic: offers } ] }
      - { id: plain, label: Plain, weight: 1, steps: [ { kind: email, id: plain-mail, template: cart-plain, topic: offers } ] }
`

export const SENTENCES: Readonly<Record<string, string>> = {
  'event.properties.price > 10': 'The event’s price is more than 10.',
  'entry.properties.total > 100': 'The total at entry is more than 100.',
  'count("Order Completed") >= 3': '“Order Completed” happened at least 3 times.',
}

export const PEOPLE = [
  ['Ada Lovelace', 'ada@example.com', 'u-1001'],
  ['Maya Lind', 'maya.lind@example.com', 'u-1002'],
  ['Jun Watanabe', 'jun@example.org', 'u-1003'],
  ['', null, null],
  ['Amara Okafor-Wellington of the Northern Harbour Company', 'amara.okafor-wellington.long-address@subsidiary.example.com', 'u-1005'],
  ['Léa Fontaine', 'lea@example.fr', 'u-1006'],
] as const

export const MAIL_HTML = `<!doctype html><html><head><title>Your cart</title></head><body style="margin:0;background:#f4f1ec;font-family:Georgia,serif">
<table role="presentation" width="100%"><tr><td align="center" style="padding:32px 12px"><table role="presentation" width="560" style="max-width:100%;background:#fff;border-radius:8px"><tr><td style="padding:32px">
<h1 style="margin:0 0 12px;font-size:26px">You left a lamp behind</h1><p style="font-size:16px;line-height:1.5">Hello Ada, your cart is still here: one <b>Harbour lamp</b> for 39.00 EUR.</p>
<p><a href="http://127.0.0.1:1/c/token" style="display:inline-block;background:#1b211c;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none">Back to your cart</a></p>
<p style="font-size:12px;color:#666">Harbour Shop, Quay 4, 0150 Oslo. <a href="http://127.0.0.1:1/u/token" style="color:#666">Unsubscribe</a></p><img src="http://127.0.0.1:1/o/token.gif" alt="" width="1" height="1"></td></tr></table></td></tr></table></body></html>`
