import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApi } from '../fixtures/api.ts'
import { launchBrowser, openPage, until } from './browser.ts'

test('the API reference shows every action in a browser, with nothing from elsewhere and nothing against its policy', async () => {
  const api = await testApi()
  const browser = await launchBrowser()
  try {
    const { page, wrong } = await openPage(browser, api.url)
    await page.goto(`${api.url}/api/docs`)
    const operations = page.locator('.opblock')
    await until('the operations are shown', async () => (await operations.count()) > 20)
    await operations.first().locator('.opblock-summary-control').click()
    await until('one operation is open', async () => (await page.locator('.opblock.is-open .responses-wrapper').count()) === 1)
    assert.deepEqual(wrong, [])
  } finally {
    await browser.close()
    await api.stop()
  }
})
