import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openPage, overflow, until, violations } from './browser.ts'
import { stage } from './stage.ts'
import { LOOKS } from './tour.ts'

/** Set to a folder to look at every screen. */
const PICTURES = process.env['PICTURES']

const on = stage()
beforeEach(() => {
  on.api.mood = 'busy'
})

const CHOICE = '/experiments/choose%3Aabandoned-cart%3Anudge'
/** What the sample of `every-screen` does not show. Address → the text that shows that its data is there. */
const SCREENS: Readonly<Record<string, readonly [path: string, ready: string]>> = {
  'report-asks': ['/reports/retention', 'Say first: start, end'],
  'report-behind': ['/reports/channels/behind?list=messages&is.channel=email&is.clicked=1', '6 shown, all'],
  'experiment-choose': [CHOICE, 'Arms by'],
  'experiment-blocked': ['/experiments/journey%3Awelcome', 'People are not split as designed'],
  goal: ['/goals/orders-this-quarter', 'What journeys have added'],
}

for (const [name, [path, ready]] of Object.entries(SCREENS)) {
  test(`${name}: accessible in both themes, at 1440, 1024 and 390 px, no error, nothing from outside`, async () => {
    const { page, wrong } = await openPage(on.browser, on.api.url, { viewport: { width: 1440, height: 900 } })
    await page.goto(on.api.url + path)
    await page.getByText(ready).first().waitFor()
    await until('fonts are there', () => page.evaluate('document.fonts.status === "loaded"'))
    assert.equal(await page.locator('h1').count(), 1)
    for (const [colorScheme, width, by] of LOOKS) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height: 900 })
      await page.evaluate(DRAWN)
      await until('colours have changed, and charts are as wide as their places', () => page.evaluate(FITS))
      if (PICTURES) {
        mkdirSync(PICTURES, { recursive: true })
        await whole(page)
        await page.screenshot({ path: join(PICTURES, `${name}-${colorScheme}-${width}.png`) })
      }
      if (by === 'axe') assert.deepEqual(await violations(page), [], `${colorScheme} ${width}`)
      assert.ok((await overflow(page)) <= 0, `wider than the window of ${width} by ${await overflow(page)} px`)
    }
    assert.deepEqual(wrong, [])
    await page.context().close()
  })
}

/** Two frames: styles of the new theme and width are worked out, and what they set going has begun. */
const DRAWN = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))'
const FITS = `document.getAnimations().every(({ playState }) => playState === 'finished') && [...document.querySelectorAll('section[aria-label=Charts] > div')].every((box) => Number(box.firstElementChild?.getAttribute('width')) === Math.max(240, box.clientWidth))`

/** As tall as its content, for a picture. */
async function whole(page: Page): Promise<void> {
  const height = (await page.evaluate('document.querySelector("main").scrollHeight')) as number
  await page.setViewportSize({ width: page.viewportSize()!.width, height: Math.max(900, height + 60) })
}

async function at(path: string, story: (page: Page, wrong: string[]) => Promise<void>): Promise<void> {
  const { page, wrong } = await openPage(on.browser, on.api.url, {})
  try {
    await page.goto(on.api.url + path)
    await story(page, wrong)
  } finally {
    await page.context().close()
  }
}

for (const [path, ready] of [
  ['/experiments', 'Nothing is compared yet'],
  ['/goals', 'No goals yet'],
  ['/reports/journey-funnel', 'It reads one journey, and there is none yet'],
  ['/reports/outcomes', 'There is nothing to tell yet'],
] as const) {
  test(`${path} without anything: says what it is for and the first step`, async () => {
    on.api.mood = 'empty'
    await at(path, async (page, wrong) => {
      await page.getByText(ready).first().waitFor()
      assert.deepEqual(await violations(page), [])
      assert.deepEqual(wrong, [])
    })
  })
}

test('a report that cannot be read says what failed and can be tried again', async () => {
  on.api.mood = 'failing'
  await at('/reports/channels', async (page) => {
    await page.getByRole('alert').waitFor({ timeout: 20_000 })
    assert.match((await page.getByRole('alert').textContent())!, /cannot be read now.*Sending goes on/s)
    on.api.mood = 'busy'
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('table', { name: 'Messages by channel' }).waitFor()
  })
})

test('who may not read reports is told so, and whom to ask', async () => {
  on.api.mood = 'locked'
  await at('/reports', async (page) => {
    await page.getByText('This is not open to you').waitFor()
    assert.match((await page.getByRole('main').textContent())!, /reports:read.*administrator/s)
    assert.deepEqual(await violations(page), [])
  })
})

test('from the question to the people: a report is parted anew, a number opens its messages, and back', async () => {
  await at('/reports', async (page, wrong) => {
    await page.getByRole('link', { name: 'Channels' }).click()
    await page.getByRole('table', { name: 'Messages by channel' }).waitFor()
    await page.getByLabel('By', { exact: true }).selectOption('topic')
    await page.getByRole('table', { name: 'Messages by topic' }).waitFor()
    assert.equal(new URL(page.url()).search, '?by=topic')
    await page.getByLabel('Days back').fill('7')
    await page.keyboard.press('Enter')
    await until('the address says it', async () => new URL(page.url()).searchParams.get('days') === '7')
    await page.getByRole('table', { name: 'Messages by topic' }).getByRole('link', { name: '1,104' }).click()
    await page.getByText('6 shown, all').waitFor()
    const search = new URL(page.url()).searchParams
    assert.equal(search.get('is.clicked'), '1')
    assert.ok(Number(search.get('to')) > 0, 'the list ends where the report did')
    await page.getByRole('link', { name: 'Channels' }).click()
    await page.getByRole('table', { name: 'Messages by topic' }).waitFor()
    assert.deepEqual(wrong, [])
  })
})

test('a table is taken along as a file; what cannot be made is said where one pressed', async () => {
  await at('/reports/channels', async (page) => {
    const arrives = page.waitForEvent('download')
    await page.getByRole('button', { name: 'CSV of Messages by channel' }).click()
    const file = await arrives
    assert.equal(file.suggestedFilename(), 'channels.csv')
    assert.match(readFileSync(await file.path(), 'utf8'), /Channel,Messages,People/)
    await page.getByRole('button', { name: 'PDF' }).click()
    await page.getByRole('alert').getByText('no such table or chart').waitFor()
  })
})

test('a choice shows the model’s way, the fallback and people who got nothing side by side, each with an interval', async () => {
  await at(CHOICE, async (page, wrong) => {
    const table = page.getByRole('table', { name: 'Arms' })
    await table.waitFor()
    const rows = await table.getByRole('rowheader').allTextContents()
    assert.deepEqual(
      rows.map((row) => row.replace('Control', '')),
      ['The model chose', 'The fallback, as for everybody', 'Held out'],
    )
    assert.equal(await table.getByRole('row').nth(1).getByRole('img').count(), 2, 'against the fallback and against nothing')
    await page
      .getByRole('img', { name: /less “The fallback/ })
      .first()
      .waitFor()
    assert.deepEqual(wrong, [])
  })
})

test('where people are not split as designed, there is no figure of what an arm did', async () => {
  await at('/experiments/journey%3Awelcome', async (page) => {
    await page
      .getByRole('region', { name: 'Why no figures are shown' })
      .getByText(/people, 66\.\d\d % where 90\.00 % were drawn/)
      .waitFor()
    assert.equal(await page.getByRole('table', { name: 'Arms' }).getByRole('columnheader').count(), 2)
    assert.equal(await page.getByRole('img', { name: /interval|less/ }).count(), 0)
  })
})

test('a goal shows its way, the fan of its forecast and what each journey added', async () => {
  await at('/goals', async (page, wrong) => {
    await page.getByRole('link', { name: 'Orders this quarter' }).click()
    await page.getByRole('img', { name: '“Orders”', exact: true }).waitFor()
    await page.getByRole('img', { name: /Abandoned cart added \+412, interval \+188 to \+640/ }).waitFor()
    await page.getByRole('link', { name: 'The people behind it' }).click()
    await page.getByText('6 shown, all').waitFor()
    assert.deepEqual(wrong, [])
  })
})
