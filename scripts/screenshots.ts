import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { launchBrowser, until } from '../test/browser/browser.ts'

/** Takes the pictures of the README from a running server: `npm run screenshots -- --url http://127.0.0.1:8080 --email … --password …`. */
const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    email: { type: 'string' },
    password: { type: 'string' },
    /** Journey to show; the first of the list if left out. */
    journey: { type: 'string' },
    into: { type: 'string', default: join(import.meta.dirname, '../docs/pictures') },
  },
})

const LIMIT_KB = 200

/** A screen: how to get there, and the text that shows that its data has come. */
interface Shot {
  readonly name: string
  readonly dark?: boolean
  readonly go: (page: Page) => Promise<void>
}

const open = async (page: Page, path: string, heading?: string): Promise<void> => {
  await page.goto(values.url + path)
  await page.getByRole('heading', { level: 1, name: heading }).first().waitFor()
}

const shots = (journey: string): readonly Shot[] => [
  { name: 'home', go: (page) => open(page, '/') },
  {
    name: 'canvas',
    go: async (page) => {
      await open(page, `/journeys/${journey}`)
      await page.locator('.react-flow__edge').first().waitFor({ state: 'attached' })
    },
  },
  {
    name: 'canvas-dark',
    dark: true,
    go: (page) => open(page, `/journeys/${journey}`).then(() => page.locator('.react-flow__edge').first().waitFor({ state: 'attached' })),
  },
  {
    name: 'report',
    go: async (page) => {
      await open(page, `/journeys/${journey}?tab=report`)
      await page.getByRole('heading', { name: 'What came of it' }).waitFor()
    },
  },
  {
    name: 'person',
    go: async (page) => {
      // Somebody of whom there is something to tell: a person who left the journey.
      await open(page, `/journeys/${journey}/people?of=left`)
      await page.getByRole('table').getByRole('link').first().click()
      await page.getByRole('heading', { name: 'Timeline' }).waitFor()
      await page.getByRole('heading', { name: 'Why, or why not?' }).waitFor()
    },
  },
  {
    name: 'message',
    go: async (page) => {
      await open(page, '/messages?status=sent')
      await page.getByRole('table').getByRole('link').first().click()
      await page.frameLocator('iframe').locator('body').waitFor()
    },
  },
]

async function signIn(page: Page): Promise<void> {
  await page.goto(`${values.url}/sign-in`)
  await page.getByLabel('E-mail').fill(values.email ?? '')
  await page.getByLabel('Password').fill(values.password ?? '')
  await page.keyboard.press('Enter')
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
}

async function firstJourney(page: Page): Promise<string> {
  await open(page, '/journeys')
  const href = await page.getByRole('table').getByRole('link').first().getAttribute('href')
  return decodeURIComponent(href?.split('/').at(-1) ?? '')
}

const browser = await launchBrowser()
try {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    reducedMotion: 'reduce',
    colorScheme: 'light',
  })
  const page = await context.newPage()
  if (values.email) await signIn(page)
  const journey = values.journey ?? (await firstJourney(page))
  await mkdir(values.into, { recursive: true })
  for (const { name, dark = false, go } of shots(journey)) {
    await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' })
    await go(page)
    await until('nothing is loading', async () => (await page.locator('[role=status][aria-label=Loading]').count()) === 0)
    await until('fonts are there', () => page.evaluate('document.fonts.status === "loaded"'))
    const file = join(values.into, `${name}.png`)
    await writeFile(file, await page.screenshot({ animations: 'disabled' }))
    const kb = Math.round((await stat(file)).size / 1024)
    if (kb > LIMIT_KB) throw new Error(`${file} has ${kb} KB, more than ${LIMIT_KB}: show less on it.`)
    process.stdout.write(`${file} ${kb} KB\n`)
  }
} finally {
  await browser.close()
}
