// The one place where a screen’s look is judged; other files tour only what needs their own data or a view of its own.
// Every route of the router and every part of the settings, with a shop of some hundred people in it, looked at by those who may and those who may not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { dress, overflow, until, violations } from './browser.ts'
import { house } from './house.ts'
import { arrived, doors, follow, furnish, inside, routesOfTheRouter, STOPS, type Stop, settingsParts, stops } from './stops.ts'
import { LOOKS } from './tour.ts'

const at = house({ sample: 'shop', prepare: furnish })

/** By page: addresses that were asked for and are not answered yet. */
const waiting = new WeakMap<Page, Set<string>>()
function note(page: Page): void {
  const asked = new Set<string>()
  waiting.set(page, asked)
  page.on('request', (each) => void asked.add(each.url()))
  page.on('requestfinished', (each) => void asked.delete(each.url()))
  page.on('requestfailed', (each) => void asked.delete(each.url()))
}

/** What is wrong with a screen, in words. */
async function looked(page: Page, [path, ready]: Stop): Promise<string[]> {
  const found: string[] = []
  await until('the screen before has left', () => arrived(page)).catch(() => found.push('the screen before stays'))
  await until(`it shows ${ready}`, async () => (await page.getByText(ready).filter({ visible: true }).count()) > 0).catch(() =>
    found.push(`never shows ${ready}; not answered: ${[...(waiting.get(page) ?? [])].join(', ')}`),
  )
  await until('nothing is loading', async () => (await page.locator('[data-loading]').count()) === 0).catch(() =>
    found.push('goes on loading'),
  )
  // A screen that takes the place of another has none, or both, for a moment.
  await until('it has one heading', async () => (await page.locator('h1').count()) === 1).catch(async () =>
    found.push(`${await page.locator('h1').count()} h1`),
  )
  if (!/Cadenza$/.test(await page.title())) found.push(`title “${await page.title()}”`)
  for (const text of await page.locator('[role=alert].border-bad').allTextContents())
    if (!REFUSED.test(path)) found.push(`error view: ${text.slice(0, 200)}`)
  return found.map((each) => `${path}: ${each}`)
}

test('every route with a parameter has a stop', () => {
  const routes = routesOfTheRouter()
  assert.deepEqual(
    routes.filter((path) => path.includes('$') && !(path in STOPS())),
    [],
    'write a stop for them into STOPS',
  )
  assert.ok(settingsParts().length >= 7, settingsParts().join())
})

/** One stop in every look. */
async function visit(page: Page, stop: Stop): Promise<string[]> {
  const found = await looked(page, stop)
  for (const [theme, width, way] of LOOKS) {
    await dress(page, theme, width)
    // A screen that is only now taking the place of the one before has none for a moment.
    await until('it has a heading', async () => (await page.locator('h1').count()) === 1).catch(() => found.push(`no heading: ${stop[0]}`))
    const wider = await overflow(page)
    const here = [...(wider > 0 ? [`wider than the window by ${wider} px`] : []), ...(way === 'axe' ? await violations(page) : [])]
    found.push(...here.map((each) => `${theme} ${width} ${stop[0]}: ${each}`))
  }
  return found
}

/** Every second stop each, side by side, in browsers of their own. */
test('as administrator: there, in both themes and three widths, accessible, no error, nothing from outside', async () => {
  const found = await Promise.all([0, 1].map((half) => walk(inside().filter((_, i) => i % 2 === half))))
  assert.deepEqual(found.flat(), [])
})

async function walk(stops: readonly Stop[]): Promise<string[]> {
  const { page, wrong } = await at.open('/')
  note(page)
  const found: string[] = []
  for (const stop of stops) {
    await page.setViewportSize({ width: 1440, height: 900 })
    await follow(page, stop[0])
    found.push(...(await visit(page, stop)), ...unexpected(wrong, stop[0]))
  }
  await page.context().close()
  return found
}

test('before sign-in: the same', async () => {
  const found: string[] = []
  for (const stop of stops().filter(([, , as]) => as === 'nobody')) {
    const { page, wrong } = await at.open(stop[0], { as: 'nobody' })
    found.push(...(await visit(page, stop)), ...unexpected(wrong, stop[0]))
    await page.context().close()
  }
  assert.deepEqual(found, [])
})

/** Refusals that the address itself asks for; the browser tells of each on its console. */
const REFUSED = /^\/content\/pages\/offers|^\/invitation#|^\/reset#|no-such-decision|^\/reports\/(value|journey-value)/
const unexpected = (wrong: string[], path: string): string[] =>
  wrong
    .splice(0)
    .filter((each) => !(REFUSED.test(path) && /status of 4\d\d/.test(each)))
    .map((each) => `${path}: ${each}`)

for (const role of ['viewer', 'analyst'])
  test(`as ${role}: what is closed says who can open it, nothing fails`, async () => {
    const { page, wrong } = await at.open('/', { as: role })
    const found: string[] = []
    for (const [path] of doors()) {
      await follow(page, path)
      found.push(...(await looked(page, [path, /./])), ...unexpected(wrong, path).filter((each) => !/status of 403/.test(each)))
    }
    await page.context().close()
    assert.deepEqual(found, [])
  })
