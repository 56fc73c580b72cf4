import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const CANDIDATES = [process.env['CHROME_PATH'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].filter(
  (path) => path !== undefined,
)

export async function launchBrowser(): Promise<Browser> {
  const executablePath = CANDIDATES.find((path) => existsSync(path))
  if (!executablePath) throw new Error('No Chromium found. Install it (apt-get install chromium) or set CHROME_PATH.')
  return chromium.launch({
    executablePath,
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** A page, and everything wrong that it did: console errors, thrown errors, requests to anywhere but its own server. */
export interface Watched {
  readonly page: Page
  readonly wrong: string[]
}

export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Oslo',
    reducedMotion: 'reduce',
    ...options,
  })
  const page = await context.newPage()
  const wrong: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      wrong.push(`console ${message.type()}: ${message.text()} ${message.location().url}`.trimEnd())
  })
  page.on('pageerror', (error) => wrong.push(`thrown: ${error.message}`))
  page.on('response', (response) => {
    if (response.status() >= 500) wrong.push(`${response.status()} ${response.request().method()} ${response.url()}`)
  })
  page.on('request', (request) => {
    const to = request.url()
    if (!to.startsWith(url) && !to.startsWith('data:') && !to.startsWith('blob:')) wrong.push(`request to ${to}`)
  })
  return { page, wrong }
}

let source: Promise<string> | undefined
const axeSource = (): Promise<string> => {
  source ??= readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  return source
}

const AT_REST = `document.getAnimations().every(({ playState, effect }) => playState === 'finished' || effect.getComputedTiming().iterations === Infinity)`

/** Rules of WCAG 2.2 A and AA that the page breaks, each with the elements. The content security policy forbids inline scripts, so axe is run by the debugger. */
export async function violations(page: Page): Promise<string[]> {
  // A colour on its way to another is neither.
  await until('nothing changes its colours', () => page.evaluate(AT_REST))
  if (await page.evaluate('typeof axe === "undefined"')) await page.evaluate(await axeSource())
  return page.evaluate(async () => {
    const { axe } = globalThis as never as {
      axe: {
        run(root: unknown, options: object): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>
      }
    }
    const { document } = globalThis as never as { document: unknown }
    const result = await axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      iframes: false,
    })
    return result.violations.flatMap((violation) =>
      violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 200)} ${node.failureSummary.split('\n')[1] ?? ''}`),
    )
  })
}

/** Asks again until it is so; says what is not, after half a minute: a busy machine is slow. */
export async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`never came true: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Changes theme and width of an open page, as far as they differ; both are there when this returns. */
export async function dress(page: Page, theme: 'light' | 'dark', width: number): Promise<void> {
  if (page.viewportSize()?.width !== width) await page.setViewportSize({ width, height: width < 500 ? 844 : 900 })
  const isIn = (): Promise<boolean> => page.evaluate(`document.documentElement.dataset.theme === '${theme}'`)
  if (!(await isIn())) {
    await page.emulateMedia({ colorScheme: theme })
    await until('the theme is taken over', isIn)
  }
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))')
}

/** Pixels by which the page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const { document } = globalThis as never as { document: { documentElement: { scrollWidth: number; clientWidth: number } } }
    return document.documentElement.scrollWidth - document.documentElement.clientWidth
  })
