import type { Page } from 'playwright-core'
import { until } from '../../test/browser/browser.ts'
import type { House } from '../../test/browser/house.ts'

/** A picture: the address, a text that stands there once its data has come, and what is done before it is taken. */
export interface Shot {
  readonly name: string
  readonly path: string | ((at: House) => Promise<string>)
  readonly ready: string | RegExp
  readonly dark?: boolean
  /** A role; left out: the administrator. */
  readonly as?: string
  readonly deeds?: (page: Page, at: House) => Promise<void>
}

/** Where the clock of server and browser begins: a Thursday morning. */
export const START = Date.parse('2026-11-19T09:20:00Z')

/** The browser asks for an icon of the file that is opened first, and its clock is set in frames as well, where no script may run. */
const OUR_OWN = /\/favicon\.ico$|Blocked script execution in/

/** Ways are drawn, and the live counts have come. */
const drawn = async (page: Page): Promise<void> => {
  await page.locator('.react-flow__edge').first().waitFor({ state: 'attached' })
  await counted(page)
}
const counted = (page: Page): Promise<void> =>
  until('the counts have come', async () => /[1-9]\s*entered/.test((await page.locator('main').textContent()) ?? ''))

export const SHOTS: readonly Shot[] = [
  { name: 'home', path: '/', ready: 'Live journeys' },
  { name: 'canvas', path: '/journeys/abandoned-cart', ready: 'reached the goal', deeds: drawn },
  { name: 'canvas-dark', path: '/journeys/abandoned-cart?view=draft&step=worth', ready: 'Setup', dark: true, deeds: drawn },
  { name: 'outline', path: '/journeys/abandoned-cart?tab=outline', ready: 'reached the goal', deeds: counted },
  { name: 'condition', path: '/segments/lapsing?tab=condition', ready: 'people now' },
  { name: 'person', path: aPerson, ready: 'Timeline' },
  { name: 'content', path: '/content/templates/welcome', ready: 'Send a test', deeds: (page) => mail(page) },
  {
    name: 'approvals',
    path: '/approvals',
    ready: 'Autumn letter',
    as: 'approver',
    deeds: (page) => page.getByText('Autumn letter').first().click(),
  },
  { name: 'decision', path: aDecision, ready: /decision/i },
  { name: 'experiment', path: '/experiments/experiment%3Awin-back-worth', ready: 'What the win-back mail is worth' },
  { name: 'report', path: '/reports/channels', ready: 'Channels' },
  { name: 'data', path: '/data/live', ready: 'Live', deeds: lively },
  { name: 'channels', path: '/settings/channels', ready: 'Channels' },
]

/** Somebody who was written to, and did something about it. */
async function aPerson(at: House): Promise<string> {
  const { messages } = (await at.ask('GET /api/messages?journey=win-back&limit=1')) as { messages: { profile: string }[] }
  return `/people/${messages[0]!.profile}`
}

/** A choice that a model made in the last days. */
async function aDecision(at: House): Promise<string> {
  const { models } = (await at.ask('GET /api/models')) as { models: { id: string }[] }
  for (const by of ['model', 'cold_start'])
    for (const { id } of models) {
      const { decisions } = (await at.ask(`GET /api/models/${id}/decisions?by=${by}`)) as { decisions: { id: string }[] }
      if (decisions[0]) return `/decisions/${encodeURIComponent(decisions[0].id)}`
    }
  throw new Error('No model of the sample has decided anything.')
}

const mail = async (page: Page): Promise<void> => {
  await page.frameLocator('iframe[title="How the mail will look"]').locator('a').first().waitFor()
}

/** Some visitors, so that there is something to watch. */
async function lively(_page: Page, at: House): Promise<void> {
  const products = [
    ['p-11', 'Alpine thermos', 34],
    ['p-27', 'Wool socks', 14],
    ['p-08', 'Trail mix', 6],
  ] as const
  for (let i = 0; i < 12; i++) {
    const [id, name, price] = products[i % 3]!
    const event = i % 4 === 3 ? 'Product Added' : 'Product Viewed'
    await at.call('track', { userId: `buyer-${i + 1}`, event, properties: { product_id: id, name, price, cart_id: `cart-${i}` } })
  }
  await at.settled()
}

/** Two mail providers, one that takes over from the other; in the sandbox, so that nothing is handed over. */
async function providers(at: House): Promise<void> {
  await at.ask('PUT /api/secrets/mail-password', { body: { value: 'not a real one' }, as: 'admin' })
  const of = (id: string, host: string, more: object) => ({
    ...{ kind: 'provider', id, channel: 'email', type: 'smtp', mode: 'sandbox', secrets: { password: 'mail-password' } },
    ...{ settings: { host, port: 587, security: 'starttls', user: 'shop' }, ...more },
  })
  const both = [
    of('spare', 'mail.shop.example', { rate: '5/s' }),
    of('main', 'smtp.provider.example', { rate: '14/s', fallback: 'spare', default: true, cost: { currency: 'USD', perUnit: 0.0001 } }),
  ]
  await at.ask('POST /api/documents/apply', {
    body: { documents: both.map((body) => ({ kind: 'provider', id: body.id, body })) },
    as: 'admin',
  })
}

/** What a shop has that is at work: a policy that asks for a second pair of eyes, and a letter that waits for it. */
export async function furnish(at: House): Promise<void> {
  const policy = {
    kind: 'approval-policy',
    id: 'mails',
    name: 'Mails to customers',
    when: [{ kind: 'documents', kinds: ['template'] }],
    deadline: '2d',
  }
  await at.ask('POST /api/documents/apply', { body: { documents: [{ kind: policy.kind, id: policy.id, body: policy }] }, as: 'admin' })
  await at.cookie('approver')
  await at.cookie('marketer')
  await providers(at)
  const { shown } = await at.ask('GET /api/documents/template/thank-you')
  await at.ask('PUT /api/documents/template/thank-you/draft', {
    body: { body: { ...shown.body, subject: 'Autumn letter: three things worth a walk' } },
    as: 'marketer',
  })
  await at.ask('POST /api/approvals', {
    body: {
      wanted: { kind: 'publish', drafts: [{ kind: 'template', id: 'thank-you' }] },
      title: 'Autumn letter',
      note: 'For everybody who bought in October.',
    },
    as: 'marketer',
  })
  await at.settled()
}

/** The picture of a screen once everything on it has come, as PNG. */
export async function take(at: House, { path, ready, dark = false, as = 'admin', deeds }: Shot): Promise<Buffer> {
  const address = typeof path === 'string' ? path : await path(at)
  const { page, wrong } = await at.open('/favicon.svg', {
    as,
    theme: dark ? 'dark' : 'light',
    context: { viewport: { width: 1280, height: 800 } },
  })
  try {
    page.setDefaultTimeout(90_000)
    // The browser's clock is the server's, so that it is morning on both.
    await page.clock.install({ time: START })
    await page.goto(at.url + address)
    await page.getByText(ready).filter({ visible: true }).first().waitFor()
    await deeds?.(page, at)
    await until('nothing is loading', async () => (await page.locator('[data-loading]').count()) === 0)
    await until('fonts are there', () => page.evaluate('document.fonts.status === "loaded"'))
    await page.evaluate('new Promise((done) => setTimeout(done, 400))')
    const errors = wrong.filter((each) => !OUR_OWN.test(each))
    if (errors.length > 0) throw new Error(`${address}: ${errors.join('; ')}`)
    return await page.screenshot({ animations: 'disabled' })
  } finally {
    await page.context().close()
  }
}
