import assert from 'node:assert/strict'
import { test } from 'node:test'
import { violations } from './browser.ts'
import { house } from './house.ts'

const at = house({ people: false })

test('a document of a kind without a screen is written in a form, published, and stands in its history', async () => {
  const { page, wrong } = await at.open('/documents?kind=list')
  await page.getByRole('button', { name: 'New List' }).click()
  await page.getByLabel('Id of the new document').fill('guests')
  await page.keyboard.press('Enter')
  await page.getByRole('textbox', { name: 'Name optional' }).fill('Guests of the opening')
  assert.deepEqual(await violations(page), [])
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click()
  await page.getByRole('heading', { name: 'Guests of the opening' }).waitFor()
  await page.getByRole('link', { name: 'History' }).click()
  await page.getByText('name: Guests of the opening').first().waitFor()
  assert.deepEqual(wrong, [])
  await page.context().close()
})

test('a form offers the ids of parts inside, and not those of the document itself', async () => {
  const { page, wrong } = await at.open('/documents/pipeline/deals')
  await page.getByText('Stages, in the order of the sale').first().waitFor()
  assert.equal(await page.getByLabel('Kind', { exact: true }).count(), 0)
  assert.equal(await page.getByLabel('Id', { exact: true }).count(), 1)
  assert.deepEqual(await violations(page), [])
  assert.deepEqual(wrong, [])
  await page.context().close()
})
