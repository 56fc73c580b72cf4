import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { until } from './browser.ts'
import { house } from './house.ts'

const at = house()
const SAVED = 'All changes saved'
const EVIL = '<img src=x onerror="document.title=\'pwned\'"><script>document.title="pwned"</script>'

const saved = (page: Page) => page.getByText(SAVED).waitFor()
const focused = (page: Page) =>
  page.evaluate('document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.dataset.place ?? ""') as Promise<string>

suite('a marketer writes a mail', () => {
  test('from the gallery to the mailbox and live, by keyboard', async () => {
    const { page, wrong } = await at.open('/content', { as: 'marketer' })
    try {
      await page.getByRole('button', { name: 'New template' }).press('Enter')
      await page.getByRole('radio', { name: /Newsletter/ }).press('Space')
      await page.getByLabel('Name', { exact: true }).press('A')
      await page.keyboard.type('utumn news')
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/content\/templates\/autumn-news/)

      // Words where they stand, a block moved, copied and taken back: no pointer.
      await page.getByRole('button', { name: 'Heading: This month', exact: true }).press('Enter')
      await until('the caret is in the words', async () => (await focused(page)) === '/blocks/0/text')
      await page.keyboard.press('ControlOrMeta+a')
      await page.keyboard.type('Autumn, at last')
      await page.keyboard.press('Escape')
      await page.keyboard.press('Alt+ArrowDown')
      await until('it went down', async () => (await page.locator('[data-block="/blocks/1"]').textContent())?.includes('Heading') === true)
      await page.keyboard.press('ControlOrMeta+z')
      await until('it is back', async () => (await page.locator('[data-block="/blocks/0"]').textContent()) === 'Heading: Autumn, at last')
      await saved(page)

      // As a person of the workspace.
      await page.getByRole('button', { name: /^Preview as/ }).click()
      await page.getByPlaceholder('Find a person by e-mail, id or phone').fill('maya')
      await page.getByRole('button', { name: /Maya Lind/ }).click()
      const frame = page.frameLocator('iframe[title="How the mail will look"]')
      await frame.getByText('Hello Maya Lind').waitFor()
      await frame.getByText('Autumn, at last').waitFor()

      // A finding leads to its field and goes when it is mended.
      await page.getByLabel('Preheader').fill('')
      await page.getByRole('tab', { name: /Checks/ }).click()
      await page.getByText('There is no preheader').waitFor()
      await page.getByRole('button', { name: /Go there \/preheader/ }).press('Enter')
      await until('the caret is in the preheader', async () => (await focused(page)) === '/preheader')
      await page.keyboard.type('Three things, five minutes each.')
      await page.getByText('There is no preheader').waitFor({ state: 'detached' })

      // A test by the real way, into the built-in mailbox.
      await saved(page)
      await page.getByRole('button', { name: 'Send a test' }).click()
      await page.getByRole('button', { name: 'Send to 1 address' }).click()
      await page.getByRole('link', { name: 'Follow the message to marketer@shop.example' }).waitFor()
      await until('the test is in the mailbox', async () =>
        JSON.stringify(await at.ask('GET /api/mailbox')).includes('[Test] Three things'),
      )
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()

      await page.getByRole('button', { name: 'Publish', exact: true }).click()
      await page.getByText('No live journey sends it').waitFor()
      await page.getByRole('button', { name: 'Publish this version' }).press('Enter')
      await page.getByText('Live, version 1').first().waitFor()
      assert.deepEqual(wrong, [])
    } finally {
      await page.context().close()
    }
  })

  test('two who write the same draft are told, and nothing is lost', async () => {
    await at.ask('PUT /api/documents/template/both/draft', { body: { body: letter('both', 'Both') } })
    const { page } = await at.open('/content/templates/both')
    try {
      await page.getByLabel('Subject').waitFor()
      await at.ask('PUT /api/documents/template/both/draft', { body: { body: { ...letter('both', 'Both'), subject: 'Theirs' } } })
      await page.getByLabel('Subject').fill('Mine')
      await page.getByText('Somebody else saved this draft meanwhile.').waitFor()
      await page.getByRole('button', { name: 'Show theirs' }).click()
      await until('theirs is shown', async () => (await page.getByLabel('Subject').inputValue()) === 'Theirs')
      await page.getByRole('button', { name: 'Undo' }).click()
      await until('mine is back', async () => (await page.getByLabel('Subject').inputValue()) === 'Mine')
      await saved(page)
      assert.equal((await at.ask('GET /api/documents/template/both')).draft.body.subject, 'Mine')
    } finally {
      await page.context().close()
    }
  })

  test('the brand says what can be read, and keeps it from being published when it cannot', async () => {
    await at.ask('PUT /api/documents/brand/default/draft', { body: { body: { kind: 'brand', id: 'default' } } })
    const { page, wrong } = await at.open('/content/brands/default')
    try {
      await page.getByLabel('Links', { exact: true }).fill('#ffeeaa')
      await page.getByText('Too little to be read by people with weak sight').waitFor()
      await page.getByRole('button', { name: 'Publish', exact: true }).click()
      await page.getByText('It cannot be published yet.').waitFor()
      assert.equal(await page.getByRole('button', { name: 'Publish this version' }).count(), 0)
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Undo' }).click()
      await page.getByText('Too little to be read by people with weak sight').waitFor({ state: 'detached' })
      assert.deepEqual(wrong, [])
    } finally {
      await page.context().close()
    }
  })

  test('products are tried before they are imported, and each row that cannot be read is named', async () => {
    const { page } = await at.open('/content/products')
    try {
      await page.getByRole('button', { name: 'Import products' }).first().click()
      await page
        .getByLabel('Or paste it')
        .fill('id,title,url,price,stock\nlamp-1,Lamp,https://shop.example/1,20,3\nlamp-2,Lamp two,no address,20,3')
      await page.getByRole('button', { name: 'Try it' }).click()
      await page.getByText('1 of 2 rows can be taken').waitFor()
      await page.getByText('Row 3').waitFor()
      assert.equal((await at.ask('GET /api/products')).total, 0, 'nothing is written by trying')
      await page.getByRole('button', { name: 'Import 1 product' }).click()
      await page.getByText('1 of 2 rows are in the catalogue').waitFor()
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
      await page.getByRole('button', { name: 'Lamp', exact: true }).waitFor()
    } finally {
      await page.context().close()
    }
  })

  test('scripts in names, products and drafts run nowhere', async () => {
    await at.call('identify', { userId: 'evil', traits: { name: EVIL, email: 'evil@people.example' } })
    await at.ask('POST /api/products/import', {
      body: { products: [{ id: 'evil', title: EVIL, url: 'https://shop.example/e', price: 1, currency: 'EUR' }] },
    })
    await at.ask('PUT /api/documents/template/evil/draft', { body: { body: { ...letter('evil', EVIL), html: undefined } } })
    await at.settled()
    const person = (await at.ask('GET /api/profiles?q=evil')).people[0].id as string
    for (const path of ['/content', '/content/products', `/content/templates/evil?as=${person}&name=${encodeURIComponent(EVIL)}`]) {
      const { page } = await at.open(path)
      try {
        await page.getByText('<img src=x onerror').first().waitFor()
        if (path.includes('templates'))
          await page.frameLocator('iframe[title="How the mail will look"]').getByText('onerror').first().waitFor()
        assert.notEqual(await page.title(), 'pwned')
        for (const frame of page.frames()) assert.equal(await frame.locator('img[src="x"]').count(), 0)
      } finally {
        await page.context().close()
      }
    }
  })
})

const letter = (id: string, name: string) => ({
  kind: 'template',
  id,
  name,
  channel: 'email',
  subject: 'A letter',
  blocks: [{ kind: 'text', text: 'Hello {{ profile.name }}', size: 'normal' }],
})
