import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openPage, overflow, until, violations } from './browser.ts'
import { stage } from './stage.ts'

/** Set to a folder to look at every screen. */
const PICTURES = process.env['PICTURES']

const on = stage()
beforeEach(() => {
  on.api.mood = 'busy'
  on.api.signedIn = true
})

/** Address → the text that shows that its data is there. */
const SCREENS: Readonly<Record<string, readonly [path: string, ready: string]>> = {
  home: ['/', 'You left a lamp behind'],
  journeys: ['/journeys', 'Welcome series'],
  canvas: ['/journeys/abandoned-cart', 'Warm or plain'],
  'canvas-step': ['/journeys/abandoned-cart?step=worth', 'Otherwise'],
  'canvas-kinds': ['/journeys/every-kind', 'Wait for 09:00–17:00'],
  'canvas-hold': ['/journeys/every-kind?step=ask', 'Waiting for a decision'],
  'outline-kinds': ['/journeys/every-kind?tab=outline', 'Send by e-mail, else webhook'],
  outline: ['/journeys/abandoned-cart?tab=outline', 'Offer ten percent'],
  report: ['/journeys/abandoned-cart?tab=report&version=3', 'Lift of the goal rate'],
  'report-early': ['/journeys/abandoned-cart?tab=report&version=2', 'Too early to tell'],
  code: ['/journeys/abandoned-cart?tab=code', 'This is the whole journey'],
  behind: ['/journeys/abandoned-cart/people?of=left&reason=completed', 'all'],
  people: ['/people', 'Maya Lind'],
  person: ['/people/p_1?why=abandoned-cart', 'Reached the goal'],
  models: ['/models', 'Buys within a week'],
  messages: ['/messages', 'Ten percent, until Friday'],
  message: ['/messages/enr0:warm-mail', 'As it was sent'],
  'message-never': ['/messages/enr2:warm-mail', 'Never rendered'],
  mailbox: ['/mailbox', 'You left a lamp behind'],
  mail: ['/mailbox/mail-0', 'As it was received'],
  keys: ['/settings/keys', 'Continuous integration'],
  connect: ['/settings/connect', 'Send events'],
  'not-found': ['/nowhere', 'There is no such page'],
}
const EMPTY: Readonly<Record<string, readonly [path: string, ready: string]>> = {
  'empty-home': ['/', 'No journeys yet'],
  'empty-journeys': ['/journeys', 'No journeys yet'],
  'empty-people': ['/people', 'Nobody here yet'],
  'empty-models': ['/models', 'No models yet'],
  'empty-messages': ['/messages', 'No messages yet'],
  'empty-mailbox': ['/mailbox', 'Nothing received yet'],
}

async function look(
  path: string,
  ready: string,
  { theme, width, name }: { theme: 'light' | 'dark'; width: number; name: string },
): Promise<void> {
  const { page, wrong } = await openPage(on.browser, on.api.url, {
    viewport: { width, height: width < 500 ? 812 : 900 },
    colorScheme: theme,
    hasTouch: width < 500,
  })
  try {
    await page.goto(on.api.url + path)
    await page.getByText(ready).first().waitFor()
    await until('fonts are there', () => page.evaluate('document.fonts.status === "loaded"'))
    assert.equal(await page.locator('h1').count(), 1, 'one h1')
    assert.match(await page.title(), / · Cadenza$|^Cadenza$/)
    if (PICTURES) {
      mkdirSync(PICTURES, { recursive: true })
      await page.screenshot({ path: join(PICTURES, `${name}-${theme}-${width}.png`) })
    }
    assert.deepEqual(await violations(page), [])
    assert.ok((await overflow(page)) <= 0, `wider than the window by ${await overflow(page)} px`)
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
}

for (const [name, [path, ready]] of Object.entries(SCREENS)) {
  test(`${name}: accessible in both themes and at 375 px, no error, nothing from outside`, async () => {
    await look(path, ready, { theme: 'light', width: 1440, name })
    await look(path, ready, { theme: 'dark', width: 1440, name })
    await look(path, ready, { theme: 'light', width: 375, name })
  })
}

for (const [name, [path, ready]] of Object.entries(EMPTY)) {
  test(`${name}: says what it is for and the first step`, async () => {
    on.api.mood = 'empty'
    await look(path, ready, { theme: 'light', width: 1440, name })
  })
}

/** A page on a path, with what it did wrong; closed after the test. */
async function at(
  path: string,
  story: (page: Page, wrong: string[]) => Promise<void>,
  options: Parameters<typeof openPage>[2] = {},
): Promise<void> {
  const { page, wrong } = await openPage(on.browser, on.api.url, options)
  try {
    await page.goto(on.api.url + path)
    await story(page, wrong)
  } finally {
    await page.context().close()
  }
}

const focused = (page: Page): Promise<string> =>
  page.evaluate('document.activeElement.getAttribute("aria-label") ?? document.activeElement.innerText')

test('a report that cannot be read says what failed, how to mend it and the request id; the rest of the page works', async () => {
  on.api.mood = 'failing'
  await at('/journeys/abandoned-cart?tab=report', async (page) => {
    const alert = page.getByRole('alert')
    await alert.waitFor({ timeout: 20_000 })
    const text = (await alert.textContent())!
    assert.match(text, /The reports cannot be read now/)
    assert.match(text, /Sending goes on/)
    assert.match(text, /reports\.unavailable/)
    assert.match(text, /request \S+/)
    assert.deepEqual(await violations(page), [])
    on.api.mood = 'busy'
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('What came of it').waitFor()
  })
})

test('nobody signed in: the sign-in screen, a wrong password in words, then back to where one wanted to go', async () => {
  on.api.signedIn = false
  await at('/people?q=ada', async (page) => {
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    assert.deepEqual(await violations(page), [])
    if (PICTURES) await page.screenshot({ path: join(PICTURES, 'sign-in-light-1440.png') })
    await page.getByLabel('E-mail').fill('ada@example.com')
    await page.getByLabel('Password').fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByText('do not belong together').waitFor()
    await page.getByLabel('Password').fill('correct horse')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'People' }).waitFor()
    assert.equal(new URL(page.url()).search, '?q=ada')
  })
})

test('an address of another site is never followed after sign-in', async () => {
  on.api.signedIn = false
  await at('/sign-in?to=//evil.example/x', async (page) => {
    await page.getByLabel('E-mail').fill('ada@example.com')
    await page.getByLabel('Password').fill('correct horse')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Harbour Shop' }).waitFor()
    assert.equal(new URL(page.url()).origin, on.api.url)
  })
})

test('first start: set-up makes the workspace, shows both keys once and leads to connecting a source', async () => {
  on.api.mood = 'new'
  on.api.signedIn = false
  await at('/', async (page) => {
    await page.getByRole('heading', { name: 'Set up Cadenza' }).waitFor()
    assert.deepEqual(await violations(page), [])
    if (PICTURES) await page.screenshot({ path: join(PICTURES, 'setup-light-1440.png') })
    const form: Record<string, string> = {
      'Setup token': 'wrong',
      'Name of the workspace': 'Harbour Shop',
      'Your name': 'Ada',
      'Your e-mail': 'ada@example.com',
      Password: 'correct horse',
    }
    for (const [label, value] of Object.entries(form)) await page.getByLabel(label).fill(value)
    await page.getByRole('button', { name: 'Make the workspace' }).click()
    await page.getByText('not the one that the server printed').waitFor()
    await page.getByLabel('Setup token').fill('right')
    await page.getByRole('button', { name: 'Make the workspace' }).click()
    await page.getByText('wk_0123456789abcdef', { exact: true }).waitFor()
    assert.deepEqual(await violations(page), [])
    await page.getByRole('button', { name: 'I have copied them' }).click()
    await page.getByRole('heading', { name: 'Send events' }).waitFor()
  })
})

test('the canvas is one tab stop; arrows walk the steps, Enter opens one, Escape comes back', async () => {
  await at('/journeys/abandoned-cart', async (page, wrong) => {
    await page.getByText('Warm or plain').waitFor()
    await until('lines join the boxes', async () => (await page.locator('.react-flow__edge').count()) >= 6)
    let presses = 0
    while (!(await focused(page)).startsWith('Canvas of')) {
      await page.keyboard.press('Tab')
      presses += 1
      assert.ok(presses < 40, 'the canvas is not reached')
    }
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key)
    await page
      .getByRole('status')
      .filter({ hasText: /Send cart-plain, step 5 of \d+, first step of “Plain · 50 %”/ })
      .waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('complementary', { name: 'Step' }).getByRole('heading', { name: 'Send cart-plain' }).waitFor()
    assert.deepEqual(await violations(page), [])
    await page.keyboard.press('Escape')
    await page.getByRole('complementary', { name: 'Step' }).waitFor({ state: 'detached' })
    assert.match(await focused(page), /^Canvas of/)
    assert.deepEqual(wrong, [])
  })
})

test('the outline is a tree: fold with the left key, walk, open with Enter', async () => {
  await at('/journeys/abandoned-cart?tab=outline', async (page) => {
    const row = (name: string) => page.getByRole('treeitem').filter({ hasText: name }).first()
    await row('Warm or plain').focus()
    await page.keyboard.press('ArrowLeft')
    await until('it is folded', async () => (await row('Warm or plain').getAttribute('aria-expanded')) === 'false')
    assert.equal(await row('Send cart-warm').count(), 0)
    await page.keyboard.press('ArrowRight')
    await row('Send cart-warm').waitFor()
    await page.keyboard.press('End')
    assert.match(await focused(page), /Wait 2 days/)
    await page.keyboard.press('Home')
    assert.match(await focused(page), /Product Added/)
  })
})

test('a held run is released at its step', async () => {
  const { page, wrong } = await openPage(on.browser, on.api.url)
  try {
    await page.goto(`${on.api.url}/journeys/every-kind?step=ask`)
    await page.getByRole('button', { name: 'Release p_1' }).click()
    await page.getByText('Nobody waits here now').waitFor()
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
})

test('a broadcast on its way shows how far it is, and is paused, resumed and cancelled', async () => {
  const { page, wrong } = await openPage(on.browser, on.api.url)
  try {
    await page.goto(`${on.api.url}/journeys/weekly-news?step=@entry`)
    const list = page.getByRole('region', { name: 'Broadcasts' })
    await list.getByText(/^17.310 reached, 42.000 of 100.000 looked at$/).waitFor()
    await list.getByText(/^Next: 2026-03-16 at 09:00/).waitFor()
    await list.getByRole('button', { name: 'Pause 2026-03-09 at 09:00' }).click()
    await list.getByText('Paused', { exact: true }).waitFor()
    await list.getByRole('button', { name: 'Resume 2026-03-09 at 09:00' }).click()
    await list.getByText('On its way').waitFor()
    await list.getByRole('button', { name: 'Cancel 2026-03-09 at 09:00' }).click()
    await list.getByText('Cancelled', { exact: true }).waitFor()
    assert.equal(await list.getByRole('progressbar').count(), 0)
    assert.deepEqual(await violations(page), [])
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
})

test('counts come alive over the stream, and only numbers change', async () => {
  await at('/journeys/welcome?tab=outline', async (page, wrong) => {
    const first = page.getByRole('treeitem').nth(1)
    await first.getByText(/^8\d\d/).waitFor()
    const before = await first.textContent()
    await until('the number changes', async () => (await first.textContent()) !== before)
    await page.getByText('live', { exact: true }).waitFor()
    assert.deepEqual(wrong, [])
  })
})

test('the palette finds screens, journeys and people, and goes there by keyboard', async () => {
  await at('/', async (page, wrong) => {
    await page.getByRole('heading', { name: 'Harbour Shop' }).waitFor()
    await page.keyboard.press('Control+k')
    const input = page.getByRole('searchbox', { name: 'Search and commands' })
    await input.waitFor()
    await page
      .getByRole('menuitem', { name: /Journeys/ })
      .first()
      .waitFor()
    if (PICTURES) await page.screenshot({ path: join(PICTURES, 'palette-light-1440.png') })
    assert.deepEqual(await violations(page), [])
    await input.fill('maya')
    await page.getByRole('menuitem', { name: /Maya Lind/ }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Maya Lind' }).waitFor()
    assert.deepEqual(wrong, [])
  })
})

test('g j goes to journeys, ? shows the help, letters in a field are letters', async () => {
  await at('/people', async (page) => {
    await page.getByText('Ada Lovelace').first().waitFor()
    await page.getByRole('searchbox').fill('')
    await page.getByRole('searchbox').pressSequentially('gj?')
    assert.equal(await page.getByRole('searchbox').inputValue(), 'gj?')
    assert.match(page.url(), /\/people/)
    await page.getByRole('button', { name: 'Clear the search' }).click()
    await page.locator('main').focus()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Help and shortcuts' }).waitFor()
    assert.deepEqual(await violations(page), [])
    if (PICTURES) await page.screenshot({ path: join(PICTURES, 'help-light-1440.png') })
    await page.keyboard.press('Escape')
    await page.keyboard.press('g')
    await page.keyboard.press('j')
    await page.getByRole('heading', { name: 'Journeys' }).waitFor()
  })
})

test('a key is made, shown once, and revoked after a question', async () => {
  await at('/settings/keys', async (page) => {
    await page.getByRole('button', { name: 'New key' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('Kiosk')
    assert.deepEqual(await violations(page), [])
    if (PICTURES) await page.screenshot({ path: join(PICTURES, 'new-key-light-1440.png') })
    await dialog.getByRole('button', { name: 'Make the key' }).click()
    await dialog.getByText('wk_newlymadebeef').waitFor()
    await dialog.getByRole('button', { name: 'I have copied it' }).click()
    await page.getByRole('button', { name: 'Revoke Kiosk' }).click()
    await page.getByRole('button', { name: 'Revoke the key' }).click()
    await page.getByRole('row', { name: /Kiosk/ }).getByText('Revoked').waitFor()
  })
})

test('a sent message is shown dead: no image is asked for, no link works; the mailbox opens links in a tab', async () => {
  await at('/messages/enr0:warm-mail', async (page, wrong) => {
    const frame = page.frameLocator('iframe')
    await frame.getByText('Back to your cart').waitFor()
    await frame.getByText('Back to your cart').click()
    await frame.getByText('You left a lamp behind').waitFor()
    assert.equal(page.context().pages().length, 1)
    assert.deepEqual(
      wrong.filter((line) => !line.includes('sandboxed frame')),
      [],
    )
  })
  await at('/mailbox/mail-0', async (page) => {
    const popup = page.waitForEvent('popup')
    await page.frameLocator('iframe').getByText('Back to your cart').click()
    await popup
  })
})

test('the theme follows the system, then the choice, and stays chosen', async () => {
  await at(
    '/',
    async (page) => {
      const theme = () => page.evaluate('document.documentElement.dataset.theme')
      await page.getByRole('button', { name: /^Theme: system/ }).waitFor()
      assert.equal(await theme(), 'dark')
      await page.emulateMedia({ colorScheme: 'light' })
      await until('it is light', async () => (await theme()) === 'light')
      await page.getByRole('button', { name: /^Theme: system/ }).click()
      await page.getByRole('button', { name: /^Theme: light/ }).click()
      await until('it is dark', async () => (await theme()) === 'dark')
      await page.reload()
      await page.getByRole('button', { name: /^Theme: dark/ }).waitFor()
      assert.equal(await theme(), 'dark')
    },
    { colorScheme: 'dark' },
  )
})

test('a journey of 300 steps opens and stays quick under the arrow keys', async () => {
  await at('/journeys/long-nurture', async (page) => {
    await page.getByText('Week 1', { exact: true }).first().waitFor()
    assert.ok((await page.locator('.react-flow__node').count()) < 60, 'boxes outside of the window are not in the page')
    await page.locator('.react-flow').focus()
    const took: number[] = []
    for (let i = 0; i < 20; i++) {
      const from = performance.now()
      await page.keyboard.press('ArrowDown')
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
      took.push(performance.now() - from)
    }
    took.sort((a, b) => a - b)
    assert.ok(took[10]! < 250, `median ${Math.round(took[10]!)} ms for a key`)
    if (PICTURES) await page.screenshot({ path: join(PICTURES, 'long-light-1440.png') })
  })
})
