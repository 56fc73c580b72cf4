/** Makes the workspace and the journey of W1 through the API. */
export async function setUp(url: string, token: string): Promise<{ writeKey: string; secretKey: string }> {
  const made = await post<{ writeKey: string; secretKey: string }>(`${url}/api/setup`, {
    token,
    workspace: { name: 'Bench' },
    admin: { name: 'Bench', email: 'bench@shop.example', password: 'a long enough password' },
  })
  await post(`${url}/api/workspace`, { consentMode: 'opt-out' }, { key: made.secretKey, method: 'PUT' })
  await post(`${url}/api/documents/apply`, { documents: DOCUMENTS }, { key: made.secretKey })
  return made
}

export async function post<T>(url: string, body: unknown, { key, method = 'POST' }: { key?: string; method?: string } = {}): Promise<T> {
  const headers = { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) }
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as T
}

/** A mail of about 2.7 kB, as the peers sent. */
export const HTML = `<!doctype html><html><head><title>Your cart</title><style>body{font-family:sans-serif;color:#171b17}.b{background:#1b211c;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none}</style></head><body>
<h1>Hello {{ profile.first_name }}</h1><p>{{ entry.properties.name }} is still in your cart for {{ entry.properties.price }} euros.</p>
<table role="presentation"><tr><td>${'We keep carts for a week. Nothing was charged, and nothing will be until you order. '.repeat(12)}</td></tr></table>
<p><a class="b" href="https://shop.example/cart/{{ entry.properties.cart_id }}">To my cart</a></p>
<p>{{ sender.postal_address }} · <a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>`

const DOCUMENTS = [
  {
    kind: 'sender',
    id: 'shop',
    body: {
      kind: 'sender',
      id: 'shop',
      from: { name: 'Shop', address: 'hello@shop.example' },
      postalAddress: '1 Main Street, Springfield',
    },
  },
  { kind: 'template', id: 'cart', body: { kind: 'template', id: 'cart', subject: 'Your cart, {{ profile.first_name }}', html: HTML } },
  {
    kind: 'journey',
    id: 'abandoned-cart',
    body: {
      kind: 'journey',
      id: 'abandoned-cart',
      goal: { event: 'Order Completed', within: '3d', value: 'total' },
      entry: { event: 'Product Added', key: 'properties.cart_id' },
      exit: [{ event: 'Order Completed', match: { 'properties.cart_id': 'entry.key' } }],
      steps: [
        { kind: 'wait', id: 'settle', for: '5m' },
        { kind: 'email', id: 'nudge', template: 'cart', otherwise: [] },
      ],
    },
  },
]
