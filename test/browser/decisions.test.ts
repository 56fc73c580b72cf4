import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { buildScreens } from '../fixtures/screens.ts'
import { journey, startWorld, template, type World } from '../roads/world.ts'
import { launchBrowser, overflow, until, violations } from './browser.ts'
import { House } from './house.ts'
import { tour } from './tour.ts'

const GRACE = 'grace@shop.example'
const PEOPLE = 420
const AT_ONCE = 40

const MODEL = { kind: 'model', id: 'cart', name: 'Cart recovery', type: 'choice', within: '1h', margin: 0.4 }
const CHURN = {
  kind: 'model',
  id: 'churn',
  name: 'Stops buying',
  type: 'propensity',
  outcome: { kind: 'churned', contract: false, event: 'Order Completed' },
}
const BUDGET = { kind: 'budget', id: 'spring', name: 'Spring', currency: 'EUR', amount: 400, per: 'month' }
const CART = journey('cart', 'Cart Abandoned', {
  name: 'Abandoned cart',
  goal: { event: 'Order Completed', within: '1d', value: 'total' },
  steps: [
    {
      kind: 'choose',
      id: 'nudge',
      by: { model: 'cart', control: '30%', holdout: '0%' },
      options: [
        { id: 'discount', offer: 'discount', cost: 1, steps: [{ kind: 'email', id: 'cart-10-off', template: 'cart-10-off' }] },
        {
          id: 'shipping',
          offer: 'shipping',
          when: 'entry.properties.value > 20',
          steps: [{ kind: 'email', id: 'free-shipping', template: 'free-shipping' }],
        },
        { id: 'scarcity', steps: [{ kind: 'sms', id: 'low-stock', template: 'low-stock' }] },
      ],
      fallback: [{ kind: 'email', id: 'plain', template: 'plain' }],
    },
  ],
})
const TEMPLATES = [
  template('cart-10-off'),
  template('free-shipping'),
  template('plain'),
  { kind: 'template', id: 'low-stock', channel: 'sms', text: 'Few are left' },
]

type Decided = { id: string; profile: string; chosen: string; by: string; snapshot: number; enrollment: string }
let world: World
let late: Decided

/** A shop on a clock of its own: the outcomes of its choices are known, so that the model has learned. */
const at = new House()
before(async () => {
  await buildScreens()
  const [made, browser] = await Promise.all([startWorld(), launchBrowser()])
  world = made
  at.goOn(world.app, browser, { secretKey: world.secretKey, writeKey: world.writeKey, workspace: world.workspace })
  await world.publish(MODEL, CHURN, BUDGET, ...TEMPLATES)
  await world.publish(CART)
  const names = Array.from({ length: PEOPLE }, (_, i) => `person${i}`)
  await inParts(names, async (name) => {
    await world.identify(name, { country: 'NO' })
    await world.track(name, 'Product Viewed', { product_id: 'lamp' })
  })
  await world.settled()
  await inParts(names, (name, i) => world.track(name, 'Cart Abandoned', { value: i % 7 === 0 ? 10 : 50 }))
  await world.settled()
  await world.pass({ minutes: 10 })
  await world.app.reported()
  const chosen = await decisions()
  // Most of those who got a discount buy, and some of all others.
  const buyers = chosen.filter(({ chosen: arm }, i) => (arm === 'discount' ? i % 3 !== 0 : i % 8 === 0))
  const users = new Map(await Promise.all(buyers.map(async ({ profile }) => [profile, await userOf(profile)] as const)))
  await inParts(buyers, ({ profile }) => world.track(users.get(profile)!, 'Order Completed', { total: 80 }))
  await world.settled()
  await world.pass({ hours: 2 })
  await world.app.reported()
  await world.api('POST /api/models/cart/train')
  await until('the model has learned', async () => (await world.api<{ state: string }>('GET /api/models/cart')).state === 'learning')
  await world.settled()
  const newer = Array.from({ length: 16 }, (_, i) => `late${i}`)
  await inParts(newer, (name) => world.identify(name, { country: 'NO' }))
  await world.settled()
  await inParts(newer, (name) => world.track(name, 'Cart Abandoned', { value: 10 }))
  await world.settled()
  await world.app.reported()
  late = (await decisions()).find(({ snapshot, by }) => snapshot > 0 && by === 'model')!
})
after(async () => {
  await at.browser.close()
  await world.stop()
})

async function inParts<T>(all: readonly T[], run: (each: T, i: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < all.length; from += AT_ONCE)
    await Promise.all(all.slice(from, from + AT_ONCE).map((each, i) => run(each, from + i)))
}
const userOf = async (profile: string): Promise<string> => {
  const { ids } = await world.api<{ ids: Record<string, string[]> }>(`GET /api/profiles/${profile}`)
  return Object.values(ids)
    .flat()
    .find((each) => /^person\d+$/.test(each))!
}

async function decisions(query = ''): Promise<Decided[]> {
  const all: Decided[] = []
  for (let cursor = ''; ; ) {
    const page = await world.api<{ decisions: Decided[]; next: string | null }>(
      `GET /api/models/cart/decisions?limit=200${query}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    all.push(...page.decisions)
    if (page.next === null) return all
    cursor = page.next
  }
}

tour(at, {
  model: ['/models/cart', 'How well it foretells', GRACE],
  arms: ['/models/cart?tab=arms', 'What is believed of each option', GRACE],
  decisions: ['/models/cart?tab=decisions', /shown, the newest first/, GRACE],
  budgets: ['/decisions/budgets', 'Spring', GRACE],
  offers: ['/decisions/offers', 'No offers have been weighed yet', GRACE],
})

test('one decision is explained: why not that option, what would have been, and that it comes out again bit for bit', async () => {
  const told = await world.api<{ replay: { state: string }; would: { kind: string; name: string }[] }>(
    `GET /api/decisions/${encodeURIComponent(late.id)}/explanation`,
  )
  assert.equal(told.replay.state, 'same')
  assert.ok(told.would.some(({ kind, name }) => kind === 'possible' && name === 'shipping'))
  const { page, wrong } = await at.open('/models/cart?tab=decisions', { as: GRACE })
  const row = page.locator(`a[href="/decisions/${encodeURIComponent(late.id)}"]`)
  await row.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'One decision' }).waitFor()
  await page.getByText('It comes out bit for bit as it was written down.').waitFor()
  await page.getByText('Had “shipping” been possible:').waitFor()
  await page.getByText(/Its condition did not hold for this person/).waitFor()
  for (const [theme, width] of [
    ['light', 1440],
    ['light', 390],
    ['dark', 1024],
    ['dark', 390],
  ] as const) {
    await page.emulateMedia({ colorScheme: theme })
    await page.setViewportSize({ width, height: 900 })
    await until('the theme is drawn', () =>
      page.evaluate(`new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn(true))))`),
    )
    const pictures = process.env['PICTURES']
    if (pictures) await page.screenshot({ path: `${pictures}/decision-${theme}-${width}.png`, fullPage: true })
    assert.deepEqual(await violations(page), [], `${theme}, ${width} px`)
    assert.ok((await overflow(page)) <= 0, `wider than ${width} px`)
  }
  assert.deepEqual(wrong, [])
  await page.context().close()
})

test('the log is filtered by how and what was decided, and the address keeps it', async () => {
  const { page, wrong } = await at.open('/models/cart?tab=decisions', { as: GRACE })
  await page.getByLabel('Decided by').selectOption('control')
  await until('the address says it', async () => page.url().includes('by=control'))
  const control = (await decisions('&by=control')).length
  assert.ok(control > 50 && (await decisions()).length > control)
  await until('only the comparison group is listed', async () => {
    const ways = await page.getByRole('table', { name: 'Decisions' }).locator('tbody td:nth-child(3)').allInnerTexts()
    return ways.length > 0 && ways.every((way) => way === 'Comparison group')
  })
  await page.getByLabel('Option').selectOption('shipping')
  await page.getByText('Nothing matches this filter').waitFor()
  await page.getByRole('button', { name: 'Clear' }).click()
  await page.getByText(/shown, the newest first/).waitFor()
  assert.deepEqual(wrong, [])
  await page.context().close()
})

test('by keyboard: a policy is valued on the log, told with its interval beside the others', async () => {
  const { page, wrong } = await at.open('/models/cart?tab=evaluation', { as: GRACE })
  await page.getByText('Nothing was valued yet').waitFor()
  await page.getByLabel('Policy', { exact: true }).selectOption('best-arm')
  const begin = page.getByRole('button', { name: 'Begin' })
  await begin.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Policies beside each other' }).waitFor()
  await page.getByText('Worth as many decisions of its own').waitFor()
  assert.deepEqual(wrong, [])
  await page.context().close()
})

test('forgetting is asked for, says what it does, and the model begins anew', async () => {
  const { page, wrong } = await at.open('/models/cart?tab=training', { as: GRACE })
  await page.getByRole('button', { name: 'Forget what it learned' }).click()
  await page
    .getByRole('dialog')
    .getByText(/no message is sent or taken back/)
    .waitFor()
  await page.keyboard.press('Escape')
  assert.equal((await world.api<{ state: string }>('GET /api/models/cart')).state, 'learning')
  await page.getByRole('button', { name: 'Forget what it learned' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Forget what it learned' }).click()
  await page.getByText('It begins anew.').waitFor()
  await until('it is forgotten', async () => {
    const { snapshots } = await world.api<{ snapshots: { kind: string }[] }>('GET /api/models/cart')
    return snapshots.some(({ kind }) => kind === 'reset')
  })
  assert.deepEqual(wrong, [])
  await page.context().close()
})
