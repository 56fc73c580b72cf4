import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPage, overflow, violations } from './browser.ts'
import { stage } from './stage.ts'

const on = stage()

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
      const { page, wrong } = await openPage(on.browser, on.api.url, { viewport: { width, height: 900 }, colorScheme })
      await page.goto(on.api.url + path)
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
  const { page } = await openPage(on.browser, on.api.url)
  await page.goto(`${on.api.url}/segments/new`)
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
