// A workspace in which nothing is yet: what each list says while it is empty, and the forms in which its first things are written.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { dress, overflow, until, violations } from './browser.ts'
import { house } from './house.ts'

const at = house({ documents: [], people: false })
const PICTURES = process.env['PICTURES']

const picture = async (page: Page, name: string): Promise<void> => {
  if (!PICTURES) return
  mkdirSync(PICTURES, { recursive: true })
  await page.screenshot({ path: join(PICTURES, `${name}.png`) })
}

/** A form as it is open: in the light on a desk and in the dark on a telephone nothing that axe finds, and nothing wider than the window. */
async function looked(page: Page, name: string): Promise<void> {
  for (const [theme, width] of [
    ['dark', 390],
    ['light', 1440],
  ] as const) {
    await dress(page, theme, width)
    await until('nothing is loading', () => page.evaluate('document.querySelector("[data-loading]") === null'))
    await picture(page, `${name}-${theme}-${width}`)
    assert.deepEqual(await violations(page), [], `${name}, ${theme}, ${width} px`)
    const wider = await overflow(page)
    assert.ok(wider <= 0, `${name}: wider than ${width} px by ${wider}`)
  }
}

/** Lists whose first action opens a form of its own. */
const FORMS: ReadonlySet<string> = new Set([
  '/lists',
  '/content/products',
  '/content/coupons',
  '/documents?kind=product-feed',
  '/documents?kind=coupon-pool',
])

/** Each list: where it is, what it says it is good for, and the first action, a link or a button, with what it leads to. */
const LISTS: readonly (readonly [path: string, says: RegExp, action: RegExp, leads: RegExp])[] = [
  ['/journeys', /journey/i, /New journey|Gallery|template/i, /./],
  ['/campaigns', /campaign/i, /New campaign/i, /./],
  ['/segments', /segment/i, /New segment|ready-made|Begin/i, /./],
  ['/people', /(people|person)/i, /Connect|Import|source/i, /./],
  ['/companies', /compan/i, /Connect|source|guide/i, /./],
  ['/lists', /holds people by hand/, /New list/, /Name/],
  ['/content', /template/i, /New|gallery|Begin/i, /./],
  ['/content/snippets', /Snippets|said alike|many/i, /New snippet/i, /Name/],
  ['/content/brands', /dresses all mails/, /Set up the brand/, /Colours/],
  ['/content/products', /prices? and the stock|product/i, /Import products/, /File/],
  ['/content/coupons', /one person only/, /New pool/, /Name/],
  ['/content/pages', /answers one question/, /New page/, /Title/],
  ['/documents?kind=product-feed', /fetches the file of your products/, /New Product feed/i, /Id of the new document/],
  ['/documents?kind=coupon-pool', /one person only/, /New Coupon pool/i, /Id of the new document/],
  ['/documents?kind=calendar', /names days/, /New Calendar/i, /Id of the new document/],
  ['/goals', /goal/i, /New goal|goal/i, /./],
  ['/experiments', /experiment/i, /New experiment|experiment/i, /./],
  ['/models', /learns from your events/, /^Publish \d+ models$/, /Publish/],
  ['/messages', /decides to write/, /Begin a journey/, /./],
  ['/approvals', /approv|agree/i, /polic|rule|Set/i, /./],
  ['/data/live', /event/i, /Connect|source/i, /./],
  ['/data/events', /source sends/, /Connect a source/, /./],
]

for (const [path, says, action, leads] of LISTS)
  test(`${path} while it is empty: what it is good for, and a first action that works`, async () => {
    const { page, wrong } = await at.open(path)
    try {
      const main = page.getByRole('main')
      await page.locator('h1').waitFor()
      await until('nothing is loading', () => page.evaluate('document.querySelector("[data-loading]") === null'))
      await picture(page, `fresh${path.replaceAll(/[/?=]/g, '-')}`)
      assert.match((await main.textContent())!, says)
      const first = main
        .getByRole('link', { name: action })
        .or(main.getByRole('button', { name: action }))
        .filter({ visible: true })
      assert.ok((await first.count()) > 0, `no first action: ${(await main.innerText()).slice(0, 600)}`)
      const before = page.url()
      await first.first().click()
      await until(
        'it leads somewhere',
        async () => page.url() !== before || (await page.getByRole('dialog').count()) > 0 || leads.source !== '.',
      )
      await page.getByText(leads).or(page.getByLabel(leads)).filter({ visible: true }).first().waitFor()
      if (FORMS.has(path)) await looked(page, `form${path.replaceAll(/[/?=]/g, '-')}`)
      assert.deepEqual(wrong, [])
    } finally {
      await page.context().close()
    }
  })

const draftOf = async (kind: string, id: string) => (await at.ask(`GET /api/documents/${kind}/${id}`)).draft?.body

test('a product is written as a form, shown in the catalogue, and changed', async () => {
  const { page, wrong } = await at.open('/content/products')
  await page.getByRole('button', { name: 'New product' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Id', { exact: true }).fill('lamp')
  await dialog.getByLabel('Title').fill('Oak lamp')
  await dialog.getByRole('button', { name: 'Save product' }).click()
  await dialog
    .getByText(/whole http/)
    .first()
    .waitFor()
  await dialog.getByLabel('Address', { exact: true }).fill('https://shop.example/lamp')
  await dialog.getByLabel('Price', { exact: true }).fill('64')
  await looked(page, 'product-form')
  await dialog.getByRole('button', { name: 'Save product' }).click()
  await page.getByRole('button', { name: 'Oak lamp', exact: true }).click()
  await page.getByRole('button', { name: 'Change', exact: true }).click()
  await page.getByRole('dialog').getByLabel('Price', { exact: true }).fill('59')
  await page.getByRole('dialog').getByRole('button', { name: 'Save product' }).click()
  await until('it costs less', async () => (await at.ask('GET /api/products')).products[0]?.price === 59)
  assert.deepEqual(wrong, [])
  await page.context().close()
})

test('a page is written as a form, and read as text', async () => {
  const { page, wrong } = await at.open('/content/pages')
  await page.getByRole('button', { name: 'New page' }).first().click()
  await page.waitForURL(/\/content\/pages\/new-page/)
  const id = page.url().split('/').at(-1)!
  await page.getByLabel('Title', { exact: true }).fill('How long does a lamp last?')
  await page
    .getByText(/^More settings/)
    .first()
    .click()
  await page.getByRole('button', { name: 'Add a question' }).click()
  await page.getByLabel('Question', { exact: true }).fill('Does oak last?')
  await until('the draft has it', async () => (await draftOf('page', id))?.faq?.[0]?.question === 'Does oak last?')
  await looked(page, 'page-form')
  await page.getByRole('button', { name: 'As text', exact: true }).click()
  assert.match(await page.getByLabel('The page as JSON').inputValue(), /How long does a lamp last/)
  assert.deepEqual(
    wrong.filter((each) => !/422|400/.test(each)),
    [],
  )
  await page.context().close()
})

test('slots and coupons of a template are written as a form; the text view says the same', async () => {
  await at.ask('PUT /api/documents/template/probe/draft', {
    body: { body: { kind: 'template', id: 'probe', name: 'Probe', subject: 'Probe', blocks: [{ kind: 'text', text: 'Hello' }] } },
  })
  const { page } = await at.open('/content/templates/probe?panel=live')
  await page.getByRole('button', { name: 'Add a coupon' }).click()
  await page.getByRole('group', { name: 'Coupons' }).first().waitFor()
  await page.getByLabel('Pool', { exact: true }).fill('friends')
  await page.getByRole('button', { name: 'Add a slot' }).click()
  await page.getByRole('combobox', { name: 'Filled by' }).waitFor()
  await until('the draft has both', async () => {
    const body = await draftOf('template', 'probe')
    return body?.coupons?.welcome?.pool === 'friends' && body?.slots?.hero?.by === 'model'
  })
  await looked(page, 'live-form')
  await page.getByRole('button', { name: 'As text' }).click()
  assert.match(await page.getByLabel('Coupons as JSON').inputValue(), /friends/)
  await page.context().close()
})

test('a feed is begun and written in its own words; nobody has to know JSON', async () => {
  const { page } = await at.open('/documents/product-feed/shop')
  await page.getByLabel('Address', { exact: true }).fill('https://shop.example/feed.csv')
  await page.getByText(/^More settings/).click()
  await page.getByLabel('The file holds everything').check()
  await looked(page, 'feed-form')
  await page.getByRole('button', { name: 'Save draft' }).click()
  await until(
    'the draft is there',
    async () => (await at.answer('GET /api/documents/product-feed/shop')).body.draft?.body?.url === 'https://shop.example/feed.csv',
  )
  await page.context().close()
})

test('before a brand is published it is said which templates wear it and what will look different', async () => {
  await at.ask('PUT /api/documents/brand/default/draft', {
    body: { body: { kind: 'brand', id: 'default', colours: { primary: '#7a1f3d' } } },
  })
  const { page, wrong } = await at.open('/content/brands/default')
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('link', { name: 'Probe' }).waitFor()
  await dialog.getByText('What will look different').waitFor()
  await dialog.getByText('#7a1f3d').first().waitFor()
  assert.equal(await dialog.getByText(/journey/i).count(), 0)
  await picture(page, 'brand-publish')
  assert.deepEqual(wrong, [])
  await page.context().close()
})

test('the palette finds single settings and help, in either language, and opens them', async () => {
  const { page } = await at.open('/')
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  const box = page.getByRole('searchbox', { name: 'Search and commands' })
  for (const [typed, item, path] of [
    ['quiet hours', /^Quiet hours/, /\/settings\/caps/],
    ['Ruhezeit', /^Quiet hours/, /\/settings\/caps/],
    ['retention', /How long things are kept/, /\/settings\/retention/],
    ['write key', /Keys that send events/, /\/settings\/keys/],
    ['currency', /^Currency/, /\/settings\/workspace/],
    ['first steps', /First steps and samples/, /\/first-steps/],
  ] as const) {
    await page.keyboard.press('Control+k')
    await box.fill(typed)
    await page.getByRole('menuitem', { name: item }).first().click()
    await page.waitForURL(path)
    await page.locator('h1').first().waitFor()
  }
  await page.keyboard.press('Control+k')
  await box.fill('deutsch')
  await page
    .getByRole('menuitem', { name: /Deutsch/ })
    .first()
    .waitFor()
  await box.fill('shortcuts')
  await page.getByRole('menuitem', { name: 'Help and shortcuts' }).click()
  await page.getByRole('dialog', { name: 'Help and shortcuts' }).waitFor()
  await page.context().close()
})

test('a tab or a link of a workspace that is gone opens the reader’s own', async () => {
  const { page } = await at.open('/segments?workspace=ws_gone')
  await page.getByRole('heading', { level: 1, name: 'Segments' }).waitFor()
  assert.notEqual(await page.evaluate(() => sessionStorage.getItem('workspace')), 'ws_gone')
  await page.context().close()
})
