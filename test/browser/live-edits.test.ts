import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { openPage, overflow, violations } from './browser.ts'
import { stage } from './stage.ts'

const PICTURES = process.env['PICTURES']
const on = stage()

async function at(path: string, story: (page: Page) => Promise<void>, options: Parameters<typeof openPage>[2] = {}): Promise<void> {
  const { page, wrong } = await openPage(on.browser, on.api.url, options)
  try {
    await page.goto(on.api.url + path)
    await story(page)
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
}

async function picture(page: Page, name: string): Promise<void> {
  if (!PICTURES) return
  mkdirSync(PICTURES, { recursive: true })
  await page.screenshot({ path: join(PICTURES, `${name}.png`) })
}

test('publishing says first what happens to the people inside, and publishes exactly that', async () => {
  await at('/journeys/abandoned-cart?tab=outline', async (page) => {
    await page.getByRole('button', { name: 'Publish…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Publish this draft' })
    await dialog.getByText('1\u2009104 people inside').waitFor()
    await dialog.getByText('finish on their version').first().waitFor()
    assert.deepEqual(await violations(page), [])
    await dialog.getByLabel(/go on with the new version/).check()
    await dialog.getByText(/get cart-warm now/).waitFor()
    await dialog.getByText(/People may stand on the step gone/).waitFor()
    await dialog.getByText(/Nobody who is inside will come by these new steps: early-hello/).waitFor()
    assert.equal(await dialog.getByRole('button', { name: 'Publish version 4' }).isDisabled(), true)
    assert.deepEqual(await violations(page), [])
    await picture(page, 'publish-light-1440')
    await dialog.getByLabel(/Who stands on gone/).selectOption({ label: 'leaves the journey' })
    await dialog.getByText('leave the journey', { exact: false }).first().waitFor()
    await dialog.getByRole('button', { name: 'Publish version 4' }).click()
    await dialog.waitFor({ state: 'detached' })
    const [sent] = on.api.lifecycle.published as { inFlight: unknown; impact: string }[]
    assert.deepEqual([sent?.inFlight, sent?.impact], [{ kind: 'migrate', map: { gone: null } }, 'im_migrate'])
  })
})

test('the publish dialog fits a phone, in the dark', async () => {
  await at(
    '/journeys/abandoned-cart?tab=outline',
    async (page) => {
      await page.getByRole('button', { name: 'Publish…' }).click()
      await page.getByRole('dialog').getByText('1\u2009104 people inside').waitFor()
      assert.deepEqual(await violations(page), [])
      assert.ok((await overflow(page)) <= 0)
      await picture(page, 'publish-dark-375')
    },
    { viewport: { width: 375, height: 812 }, colorScheme: 'dark', hasTouch: true },
  )
})

test('a journey is paused and let run again, each with words about what it means; the list shows it', async () => {
  await at('/journeys/welcome?tab=outline', async (page) => {
    await page.getByRole('button', { name: 'Pause' }).click()
    const dialog = page.getByRole('dialog', { name: 'Pause this journey' })
    await dialog.getByText('Nobody enters, and nobody inside goes on').waitFor()
    assert.deepEqual(await violations(page), [])
    await dialog.getByRole('button', { name: 'Pause this journey' }).click()
    await page.getByText('Paused v7').waitFor()
    await page.getByRole('button', { name: 'Let it run' }).click()
    await page
      .getByRole('dialog')
      .getByLabel(/wait longer by the pause/)
      .check()
    assert.deepEqual(await violations(page), [])
    await picture(page, 'resume-light-1440')
    await page.keyboard.press('Escape')
    await page.goto(`${on.api.url}/journeys`)
    await page.getByText('Paused v7').waitFor()
    assert.deepEqual(await violations(page), [])
  })
})

test('stopping asks with plain words before it cannot be undone', async () => {
  await at('/journeys/abandoned-cart?tab=outline', async (page) => {
    await page.getByRole('button', { name: 'Stop' }).click()
    const dialog = page.getByRole('dialog', { name: 'Stop this journey' })
    await dialog.getByText('This cannot be undone').waitFor()
    await dialog.getByRole('button', { name: 'Stop this journey' }).click()
    await page.getByText('Stopped v3').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Pause' }).count(), 0)
  })
})

test('a copy is made under another id; a taken one is refused in words', async () => {
  const { page } = await openPage(on.browser, on.api.url)
  await page.goto(`${on.api.url}/journeys/welcome?tab=outline`)
  await page.getByRole('button', { name: 'Duplicate' }).click()
  assert.deepEqual(await violations(page), [])
  await page.getByLabel('Id of the copy').fill('welcome')
  await page.getByRole('button', { name: 'Make the copy' }).click()
  await page.getByText('There is a journey of this name already').waitFor()
  await page.getByLabel('Id of the copy').fill('every-kind')
  await page.getByRole('button', { name: 'Make the copy' }).click()
  await page.waitForURL(/\/journeys\/every-kind/)
  await page.context().close()
})

test('archiving asks what becomes of the people inside', async () => {
  await at('/journeys/every-kind?tab=outline', async (page) => {
    await page.getByRole('button', { name: 'Archive' }).click()
    const dialog = page.getByRole('dialog', { name: 'Archive this journey' })
    await dialog.getByLabel('leave at once').check()
    assert.deepEqual(await violations(page), [])
    await dialog.getByRole('button', { name: 'Archive this journey' }).click()
    await dialog.waitFor({ state: 'detached' })
    assert.deepEqual(on.api.lifecycle.archived, ['every-kind stop'])
  })
})
