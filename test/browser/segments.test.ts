import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { buildWebIfNeeded } from '#app/web-build.ts'
import { launchBrowser, openPage, overflow, violations } from './browser.ts'
import { type FakeApi, startFakeApi } from './fake-api.ts'

const ROOT = join(import.meta.dirname, '../..')
let api: FakeApi
let browser: Browser

before(async () => {
  await buildWebIfNeeded(ROOT)
  api = await startFakeApi(join(ROOT, 'dist/web'))
  browser = await launchBrowser()
})
after(async () => {
  await browser?.close()
  await api?.stop()
})

for (const [path, ready] of [
  ['/segments', 'Gone quiet'],
  ['/segments/regulars', '1\u2009204'],
  ['/segments/quiet', '40 %'],
  ['/segments/new', 'New segment'],
] as const) {
  test(`${path}: accessible in both themes and at 375 px`, async () => {
    for (const [colorScheme, width] of [
      ['light', 1440],
      ['dark', 1440],
      ['light', 375],
    ] as const) {
      const { page, wrong } = await openPage(browser, api.url, { viewport: { width, height: 900 }, colorScheme })
      await page.goto(api.url + path)
      await page.getByText(ready).first().waitFor()
      assert.equal(await page.locator('h1').count(), 1)
      assert.deepEqual(await violations(page), [])
      assert.ok((await overflow(page)) <= 0)
      assert.deepEqual(wrong, [])
      await page.context().close()
    }
  })
}

test('a marketer writes a condition: what is wrong stands below it, then how many people it is and who', async () => {
  const { page } = await openPage(browser, api.url)
  await page.goto(`${api.url}/segments/new`)
  await page.getByLabel('Name').fill('Regulars in Germany')
  await page.getByText('Known to journeys as regulars-in-germany').waitFor()
  await page.getByLabel('Condition').fill('profile.country ==')
  await page.getByText('1:19: Something is missing after ==. For example: "DE"').waitFor()
  await page.getByLabel('Condition').fill('profile.country == "DE"')
  await page.getByText('of 48\u2009120 people now').waitFor()
  await page.getByText('country is “DE”').waitFor()
  assert.equal(await page.getByRole('list', { name: 'Some of them' }).getByRole('link').count(), 2)
  assert.deepEqual(await violations(page), [])
  await page.context().close()
})
