import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { until, violations } from './browser.ts'
import { house, type OpenOptions } from './house.ts'
import { tour } from './tour.ts'

/** Writes as soon as it is entered, so that there is a message to look at. */
const AT_ONCE = {
  kind: 'journey',
  id: 'at-once',
  goal: { event: 'Order Completed', within: '1d' },
  entry: { event: 'Lamp Broken' },
  steps: [{ kind: 'email', id: 'sorry', template: 'thank-you', otherwise: [] }],
}
const at = house({
  prepare: async (shop) => {
    await shop.ask('POST /api/documents/apply', { body: { documents: [{ kind: 'journey', id: AT_ONCE.id, body: AT_ONCE }] } })
    await shop.call('track', { userId: 'sofia-rossi', event: 'Lamp Broken' })
    await shop.settled()
  },
})

tour(at, {
  'not-found': ['/nowhere', 'There is no such page'],
})

/** Opens a screen, tells a story on it, and closes it; whatever went wrong that the story did not take away fails it. */
async function on(path: string, story: (page: Page, wrong: string[]) => Promise<void>, options: OpenOptions = {}): Promise<void> {
  const { page, wrong } = await at.open(path, options)
  try {
    await story(page, wrong)
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
}

const theme = (page: Page): Promise<string> => page.evaluate('document.documentElement.dataset.theme')

test('the palette finds screens, journeys, documents and people, and goes there by keyboard', async () => {
  await on('/', async (page) => {
    await page.getByRole('navigation', { name: 'Main' }).waitFor()
    await page.keyboard.press('Control+k')
    const box = page.getByRole('searchbox', { name: 'Search and commands' })
    await box.fill('maya')
    await page.getByRole('menuitem', { name: /Maya Lind/ }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Maya Lind' }).waitFor()
    await page.keyboard.press('Control+k')
    await box.fill('cart reminder')
    await page
      .getByRole('menuitem', { name: /cart reminder/i })
      .first()
      .waitFor()
    await box.fill('zzz')
    await page.getByText('Nothing matches “zzz”.').waitFor()
    // The first Escape empties the box, the second closes it.
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await box.waitFor({ state: 'detached' })
  })
})

test('g j goes to journeys, ? shows the help, letters in a field are letters', async () => {
  await on('/people', async (page) => {
    await page.getByText('Maya Lind').waitFor()
    await page.getByRole('searchbox').first().focus()
    await page.keyboard.type('g j')
    assert.match(page.url(), /\/people/)
    await page.evaluate('document.activeElement.blur()')
    await page.keyboard.press('g')
    await page.keyboard.press('j')
    await page.getByRole('heading', { level: 1, name: 'Journeys' }).waitFor()
    await page.keyboard.press('?')
    const help = page.getByRole('dialog', { name: 'Help and shortcuts' })
    await help.waitFor()
    for (const part of ['Anywhere', 'In a journey', 'On the canvas and in the outline', 'In a message of blocks', 'In approvals'])
      await help.getByRole('region', { name: part }).waitFor()
    assert.deepEqual(await violations(page), [])
    await page.keyboard.press('Escape')
  })
})

test('what was typed a moment before leaving calls nobody back', async () => {
  await on('/people', async (page) => {
    await page.getByText('Maya Lind').waitFor()
    await page.route('**/*.js', async (route) => {
      // Longer than the search waits for the next key.
      await new Promise((resolve) => setTimeout(resolve, 600))
      await route.continue()
    })
    await page.getByRole('searchbox').first().fill('maya')
    await page.evaluate('document.activeElement.blur()')
    await page.keyboard.press('g')
    await page.keyboard.press('i')
    await page.getByRole('heading', { level: 1, name: 'Decisions' }).waitFor()
    assert.match(page.url(), /\/models/)
  })
})

test('the theme follows the system, then the choice, and stays chosen; so do density and language', async () => {
  await on('/people', async (page) => {
    assert.equal(await theme(page), 'light')
    await page.emulateMedia({ colorScheme: 'dark' })
    await until('dark', async () => (await theme(page)) === 'dark')
    await page.getByRole('button', { name: /^Theme: as the system/ }).click()
    await until('light again', async () => (await theme(page)) === 'light')
    await page.keyboard.press('Control+k')
    await page.getByRole('searchbox', { name: 'Search and commands' }).fill('rows close')
    await page.getByRole('menuitem', { name: 'Rows close together' }).click()
    await until('compact', () => page.evaluate('document.documentElement.dataset.density === "compact"'))
    await page.keyboard.press('Control+k')
    await page.getByRole('searchbox', { name: 'Search and commands' }).fill('deutsch')
    await page.getByRole('menuitem', { name: 'Language: Deutsch' }).click()
    await page.getByRole('heading', { level: 1, name: 'Personen' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Personen' }).waitFor()
    assert.deepEqual(
      await page.evaluate(
        '[document.documentElement.lang, document.documentElement.dataset.theme, document.documentElement.dataset.density]',
      ),
      ['de', 'light', 'compact'],
    )
  })
})

test('another theme is there at once: nothing fades from the colours of the old one', async () => {
  const moving = { context: { reducedMotion: 'no-preference' } } as const
  await on(
    '/segments',
    async (page) => {
      await page.getByText('Add a segment').or(page.getByText('New segment')).first().waitFor()
      const told = await page.evaluate(`(() => {
        localStorage.setItem('theme', 'dark')
        dispatchEvent(new Event('theme'))
        const fading = document.getAnimations().filter((each) => each instanceof CSSTransition)
        return { theme: document.documentElement.dataset.theme, fading: fading.length, fades: document.querySelectorAll('.duration-100').length }
      })()`)
      const { fades, ...rest } = told as { fades: number; theme: string; fading: number }
      assert.deepEqual(rest, { theme: 'dark', fading: 0 })
      assert.ok(fades > 0, 'nothing on this screen could fade')
    },
    moving,
  )
})

test('the first Tab leads past the navigation; every place of it can be reached by keyboard', async () => {
  await on('/people', async (page) => {
    await page.getByText('Maya Lind').waitFor()
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the content')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    assert.ok(await page.evaluate('document.querySelector("main").contains(document.activeElement)'), 'the next stop is in the content')
  })
})

test('what was told is on the bell, leads to what it is about, and is read then', async () => {
  await at.ask('POST /api/comments/journey/abandoned-cart', { as: 'marketer', body: { text: 'Is one hour enough? @Grace Hopper' } })
  await on('/people', async (page) => {
    await page.getByRole('button', { name: /Notifications, 1 unread/ }).click()
    const told = page.getByRole('dialog', { name: 'Notifications' }).getByRole('link').first()
    await told.waitFor()
    await told.click()
    await page.waitForURL(/\/journeys\/abandoned-cart/)
    await until('it is read', async () => (await at.ask('GET /api/notifications', { as: 'admin' })).unread === 0)
    await page.getByRole('button', { name: 'Notifications', exact: true }).waitFor()
  })
})

test('a read that fails says what failed, how to mend it and the request id; the rest of the page works', async () => {
  await on('/people', async (page, wrong) => {
    await page.getByText('Maya Lind').waitFor()
    const problem = {
      code: 'reports.unavailable',
      status: 503,
      title: 'The reports cannot be read now.',
      hint: 'Sending goes on. Try again.',
      requestId: 'r-17',
    }
    await page.route('**/api/journeys', (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
    )
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Journeys' }).click()
    const alert = page.getByRole('alert')
    await alert.waitFor({ timeout: 25_000 })
    const text = (await alert.textContent()) ?? ''
    for (const part of [problem.title, problem.hint, problem.code, problem.requestId]) assert.ok(text.includes(part), `${part} in ${text}`)
    await page.unroute('**/api/journeys')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('Abandoned cart').first().waitFor()
    wrong.splice(0)
  })
})

test('nobody signed in: the sign-in screen, a wrong password in words, then back to where one wanted to go', async () => {
  await on(
    '/segments',
    async (page, wrong) => {
      await page.waitForURL(/\/sign-in\?to=/)
      const submit = async (password: string) => {
        await page.getByLabel('E-mail').fill('admin@shop.example')
        await page.getByLabel('Password').fill(password)
        await page.keyboard.press('Enter')
      }
      await submit('not the password')
      await page.getByText('This e-mail and password do not belong together.').waitFor()
      wrong.splice(0)
      await submit('a long and good password')
      await page.waitForURL(/\/segments$/)
      wrong.splice(0)
    },
    { as: 'nobody' },
  )
})

test('an address of another site is never followed after sign-in', async () => {
  await on(
    '/sign-in?to=https://evil.test/',
    async (page, wrong) => {
      await page.getByLabel('E-mail').fill('admin@shop.example')
      await page.getByLabel('Password').fill('a long and good password')
      await page.keyboard.press('Enter')
      await page.getByRole('navigation', { name: 'Main' }).waitFor()
      assert.equal(new URL(page.url()).origin, at.url)
      wrong.splice(0)
    },
    { as: 'nobody' },
  )
})

test('a sent message is shown dead: no image is asked for, no link works; the mailbox opens links in a tab', async () => {
  await until('a message has been sent', async () => (await at.ask('GET /api/messages?status=sent')).messages.length > 0)
  const { messages } = await at.ask('GET /api/messages?status=sent')
  await on(`/messages/${encodeURIComponent(messages[0].id)}`, async (page) => {
    const frame = page.locator('iframe')
    await frame.waitFor()
    assert.doesNotMatch((await frame.getAttribute('sandbox')) ?? '', /allow-(scripts|same-origin|forms)/)
    const answer = await page.request.get(at.url + (await frame.getAttribute('src')))
    assert.match(answer.headers()['content-security-policy'] ?? '', /default-src 'none'.*sandbox/)
    assert.doesNotMatch(await answer.text(), /<img[^>]+src="http/)
  })
})

test('eight windows of live screens: all go on, and the next one opens', async () => {
  await on('/data/live', async (page) => {
    const windows = [page]
    while (windows.length < 8) {
      const next = await page.context().newPage()
      await next.goto(`${at.url}/data/live`)
      windows.push(next)
    }
    const last = await page.context().newPage()
    await last.goto(`${at.url}/people`)
    await last.getByText('Maya Lind').waitFor()
    await at.call('track', { userId: 'sofia-rossi', event: 'Bell Rung', properties: {} })
    for (const each of windows) await each.getByRole('button', { name: 'Bell Rung' }).waitFor()
  })
})
