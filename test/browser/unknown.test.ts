// Addresses of what is not there: every route with a parameter, asked for a name that nothing has.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { overflow, until } from './browser.ts'
import { house } from './house.ts'
import { arrived, follow, routesOfTheRouter } from './stops.ts'

const at = house({ people: false })

/** What else an address needs before it asks for anything. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  '/journeys/$id': ['', '?view=draft', '?tab=report', '?tab=runs', '?tab=versions'],
  '/reports/$id/behind': ['?list=people'],
  '/people/$id': ['', '?tab=consent', '?tab=messages'],
}
const addresses = (): readonly string[] => [
  ...routesOfTheRouter()
    .filter((path) => path.includes('$'))
    .flatMap((path) => (MORE[path] ?? ['']).map((more) => path.replace(/\$\w+/g, 'no-such-thing') + more)),
  // Of a kind that is there.
  '/documents/sender/no-such-thing',
  '/reports/channels/behind?list=no-such-thing',
  '/nowhere/at/all',
]

/** Nothing is on its way any more, and something stands there. */
const drawn = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const { document } = globalThis as never as { document: { querySelectorAll(of: string): { length: number } } }
    return document.querySelectorAll('[data-loading]').length === 0 && document.querySelectorAll('h1').length === 1
  })

test('an address of nothing has one heading, says so, and leads back', async () => {
  const { page, wrong } = await at.open('/', { width: 390 })
  const found: string[] = []
  for (const path of addresses()) {
    await follow(page, path)
    await until('it is there', async () => (await arrived(page)) && (await drawn(page))).catch((error) => found.push(`${path}: ${error}`))
    const headings = await page.locator('h1').allTextContents()
    if (headings.length !== 1) found.push(`${path}: ${headings.length} headings: ${await page.locator('body').innerText()}`)
    if (!/^.+ · Cadenza$/.test(await page.title())) found.push(`${path}: title “${await page.title()}”`)
    if ((await overflow(page)) > 0) found.push(`${path}: wider than the window`)
    // Not of the frame around every screen.
    if ((await page.locator('main a[href]').count()) === 0) found.push(`${path}: no way back`)
    found.push(
      ...wrong
        .splice(0)
        .filter((each) => !/status of 4\d\d/.test(each))
        .map((each) => `${path}: ${each}`),
    )
  }
  await page.context().close()
  assert.deepEqual(found, [])
})

test('the people of a journey that is not there are not nobody: there is no such journey', async () => {
  for (const [locale, says, back] of [
    ['en', 'There is no such journey', 'Journeys'],
    ['de', 'Diese Journey gibt es nicht', 'Journeys'],
  ] as const) {
    const { page } = await at.open('/journeys/no-such-thing/people?of=entered', { context: { locale } })
    const main = page.getByRole('main')
    await main.getByText(says).waitFor()
    assert.equal(await main.getByText(/Nobody|Niemand/).count(), 0)
    assert.equal(await main.getByRole('link', { name: back, exact: true }).getAttribute('href'), '/journeys')
    await page.context().close()
  }
})
