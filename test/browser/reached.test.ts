import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './browser.ts'
import { house } from './house.ts'
import { arrived, follow, furnish, routesOfTheRouter } from './stops.ts'

const at = house({ sample: 'shop', prepare: furnish })

/** Before somebody is signed in, and what is said in their place: an invitation, a new password, a second factor. */
const DOORS = ['/sign-in', '/setup', '/invitation', '/reset', '/locked']

const inPattern = (route: string): RegExp => new RegExp(`^${route.replace(/\/$/, '').replace(/\$\w+/g, '[^/]+')}/?$`)

test('whoever begins at home comes by links to every screen', async () => {
  const routes = routesOfTheRouter().filter((route) => !DOORS.includes(route))
  // What is written out goes before what stands for many.
  const patterns = routes.toSorted((a, b) => a.split('$').length - b.split('$').length).map((route) => [route, inPattern(route)] as const)
  const routeOf = (path: string): string | undefined => patterns.find(([, pattern]) => pattern.test(path))?.[0]
  const { page } = await at.open('/')
  const reached = new Set(['/'])
  const queue = ['/']
  const missing = () => routes.filter((route) => !route.includes('$') && !reached.has(route))
  for (let href = queue.shift(); href !== undefined && missing().length > 0; href = queue.shift()) {
    await follow(page, href)
    await until(`${href} is there`, () => arrived(page))
    await until(`nothing is loading at ${href}`, async () => (await page.locator('[data-loading]').count()) === 0)
    if (href === '/') {
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: 'Help and shortcuts' }).waitFor()
    }
    const links = await page.locator('a[href^="/"]').evaluateAll((all) => all.map((each) => (each as unknown as { href: string }).href))
    for (const link of links) {
      const { pathname, search } = new URL(link)
      const route = routeOf(pathname)
      if (route === undefined || reached.has(route)) continue
      reached.add(route)
      queue.push(pathname + search)
    }
    if (href === '/') await page.keyboard.press('Escape')
  }
  assert.deepEqual(missing(), [], 'no link leads there')
  await page.context().close()
})

test('the screens for developers are in the menu of those who make keys, and in nobody else’s', async () => {
  for (const [role, shown] of [
    ['developer', 1],
    ['marketer', 0],
  ] as const) {
    const { page } = await at.open('/journeys', { as: role })
    const menu = page.getByRole('navigation', { name: 'Main' })
    await menu.getByRole('link', { name: 'Journeys' }).waitFor()
    assert.equal(await menu.getByRole('link', { name: 'Developers' }).count(), shown, role)
    await page.context().close()
  }
})
