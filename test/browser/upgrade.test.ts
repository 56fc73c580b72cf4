import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { until } from './browser.ts'
import { house } from './house.ts'

const at = house()

/** From now on the server is as after an upgrade: its page has another first script, and the files of the old program are gone. */
async function upgrade(page: Page): Promise<void> {
  const now = await (await fetch(`${at.url}/`, { headers: { accept: 'text/html' } })).text()
  const gone = /\/assets\/(?:journeys-page|help)-[\w-]{8}\.js$/
  await page.context().route(
    (url) => gone.test(url.pathname),
    (route) => route.fulfill({ status: 404, json: { code: 'route.unknown' } }),
  )
  await page
    .context()
    .route(`${at.url}/`, (route) =>
      route.fulfill({ contentType: 'text/html', body: now.replace(/index-[\w-]{8}\.js/, 'index-UPGRADED.js') }),
    )
}
/** How often the page was loaded. */
const counted = (page: Page) => {
  const loads = { count: 0 }
  page.on('load', () => {
    loads.count += 1
  })
  return loads
}
const toJourneys = (page: Page) => page.getByRole('link', { name: 'Journeys', exact: true }).first().click()
const told = (page: Page) => page.getByText('The server has a new version of Cadenza')

test('a tab that was open during an upgrade is loaded anew on its way to another screen, once', async () => {
  const { page } = await at.open('/people')
  try {
    await page.getByText('@people.example').first().waitFor()
    await upgrade(page)
    const loads = counted(page)
    await toJourneys(page)
    await until('it was loaded anew', async () => loads.count === 1)
    assert.equal(new URL(page.url()).pathname, '/journeys', 'where its reader went')
    // Here the files of the next program are missing as well: it must not go round in a circle.
    await told(page).waitFor()
    assert.equal(loads.count, 1)
    await page.getByText('A part of this screen could not be fetched').waitFor()
    await page.context().unrouteAll()
    await page.getByRole('button', { name: 'Load the new version' }).click()
    await page.getByRole('heading', { level: 1, name: 'Journeys' }).waitFor()
    assert.equal(loads.count, 2)
  } finally {
    await page.context().close()
  }
})

test('what is being written is left alone: the reader loads the new version', async () => {
  const { page } = await at.open('/people')
  try {
    await page.getByText('@people.example').first().waitFor()
    await upgrade(page)
    const loads = counted(page)
    await page.getByRole('searchbox').first().fill('maya')
    await page.getByRole('button', { name: 'Help', exact: false }).first().click()
    await told(page).waitFor()
    assert.equal(await page.getByRole('searchbox').first().inputValue(), 'maya')
    assert.equal(loads.count, 0)
  } finally {
    await page.context().close()
  }
})

test('a part that did not arrive says so in its place, and is fetched again when asked for', async () => {
  const { page } = await at.open('/people')
  try {
    await page.getByText('@people.example').first().waitFor()
    await page.context().setOffline(true)
    await toJourneys(page)
    await page.getByText('A part of this screen could not be fetched').waitFor()
    assert.equal(await told(page).count(), 0, 'nothing is known of another version')
    await page.context().setOffline(false)
    await page.getByRole('button', { name: 'Try again' }).first().click()
    await page.getByRole('heading', { level: 1, name: 'Journeys' }).waitFor()
  } finally {
    await page.context().close()
  }
})
