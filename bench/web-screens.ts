import type { Page } from 'playwright-core'
import { until } from '../test/browser/browser.ts'
import type { House } from '../test/browser/house.ts'
import { type Frames, frames, wheel } from './web-frames.ts'
import { LONG, SHORT } from './web-server.ts'

/** Of one visit with an empty cache, in milliseconds; `cls` is a share of the window. */
export interface Vitals {
  readonly lcp: number
  readonly cls: number
  /** Longest blocking: what tasks took above 50 ms each, from the first paint until the screen rested. */
  readonly tbt: number
  /** Longest time from an input to the next paint. */
  readonly inp: number
  /** Processor time of the page's thread until the screen rested: unlike the others it does not hang on what else the machine does. */
  readonly worked: number
  /** What is painted largest. */
  readonly largest: string
  /** What that input was. */
  readonly slowest: string
  /** Requests to anywhere but this server, and errors. */
  readonly wrong: readonly string[]
}

export interface Screen {
  readonly name: string
  readonly path: string
  /** Stands there once the data has come. */
  readonly ready: string
  readonly deeds: (page: Page) => Promise<void>
}

/** Runs before anything of the page; the policy of the page is not asked about scripts of the debugger. */
const WATCH = `
  if (self === top) {
    const seen = globalThis.benchSeen = { lcp: 0, largest: '', cls: 0, fcp: 0, long: [], inputs: [] }
    const on = (type, take, more) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...more })
    on('largest-contentful-paint', (entry) => { seen.lcp = entry.startTime; seen.largest = entry.element?.textContent.slice(0, 60) ?? '' })
    on('paint', (entry) => { if (entry.name === 'first-contentful-paint') seen.fcp = entry.startTime })
    on('layout-shift', (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value })
    on('longtask', (entry) => seen.long.push([entry.startTime, entry.duration]))
    on('event', (entry) => { if (entry.interactionId) seen.inputs.push([entry.duration, entry.name, entry.target?.outerHTML.slice(0, 80) ?? '']) }, { durationThreshold: 16 })
  }
`
interface Seen {
  readonly lcp: number
  readonly largest: string
  readonly cls: number
  readonly fcp: number
  readonly long: readonly (readonly [start: number, duration: number])[]
  readonly inputs: readonly (readonly [duration: number, name: string, target: string])[]
}

const seenOn = (page: Page): Promise<Seen> => page.evaluate('benchSeen') as Promise<Seen>
/** Long enough for what comes late to be noticed. */
const rest = (page: Page): Promise<unknown> => page.evaluate('new Promise((done) => setTimeout(() => requestIdleCallback(done), 500))')
/** What was typed or pressed has been painted. */
const painted = (page: Page): Promise<unknown> =>
  page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60))))')

/** Presses keys one by one, as a person does: the next when the one before has been painted. */
async function keys(page: Page, ...pressed: readonly string[]): Promise<void> {
  for (const key of pressed) {
    await page.keyboard.press(key)
    await painted(page)
  }
}

const palette = async (page: Page): Promise<void> => {
  await keys(page, 'Control+k')
  await page.getByRole('searchbox', { name: 'Search and commands' }).waitFor()
  await keys(page, ...'win', 'Escape', 'Escape')
}
const walkCanvas = async (page: Page): Promise<void> => {
  await page.locator('.react-flow').focus()
  await keys(page, 'Home', ...Array.from({ length: 8 }, () => 'ArrowDown'))
  await page.locator('[data-step]').first().click()
  await page.getByRole('complementary', { name: 'Step' }).waitFor()
  await painted(page)
  await keys(page, 'Escape')
}

export const SCREENS: readonly Screen[] = [
  {
    name: 'home',
    path: '/',
    ready: 'Live journeys',
    async deeds(page) {
      await page.getByLabel('Range').focus()
      await keys(page, 'ArrowDown', 'ArrowUp')
      await palette(page)
    },
  },
  {
    name: 'journeys',
    path: '/journeys',
    ready: 'Win back',
    async deeds(page) {
      await page.getByRole('searchbox').first().focus()
      await keys(page, ...'win', 'Backspace', 'Backspace', 'Backspace')
      await palette(page)
    },
  },
  { name: 'studio', path: '/journeys/win-back?view=draft', ready: 'Win back', deeds: walkCanvas },
  { name: 'studio, 40 steps', path: `/journeys/${SHORT.id}?view=draft`, ready: '40 steps', deeds: walkCanvas },
  { name: 'studio, 300 steps', path: `/journeys/${LONG.id}?view=draft`, ready: '300 steps', deeds: walkCanvas },
  {
    name: 'people',
    path: '/people',
    ready: '@people.example',
    async deeds(page) {
      await page.getByRole('searchbox').first().focus()
      await keys(page, ...'maya', 'Backspace')
      await page.getByText('Filter and columns').click()
      await painted(page)
    },
  },
  {
    name: 'content studio',
    path: '/content/templates/cart-reminder',
    ready: 'Send a test',
    async deeds(page) {
      await page.getByLabel('Preheader').focus()
      await keys(page, ...' today')
      await page.locator('[data-block]').first().click()
      await painted(page)
      await page.getByRole('tab', { name: /Checks/ }).click()
      await painted(page)
    },
  },
]

export async function vitals(at: House, { path, ready, deeds }: Screen): Promise<Vitals> {
  // A file, so that there is a page to watch before the first screen is asked for; nothing of the screens is fetched by it.
  const { page, wrong } = await at.open('/favicon.svg')
  try {
    await page.context().addInitScript(WATCH)
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
    await page.goto(at.url + path)
    await page.getByText(ready).filter({ visible: true }).first().waitFor({ state: 'attached' })
    await until('nothing is loading', async () => (await page.locator('[data-loading]').count()) === 0)
    await rest(page)
    const { lcp, cls, fcp, long, largest } = await seenOn(page)
    const { metrics } = await cdp.send('Performance.getMetrics')
    const worked = (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000
    const tbt = long.reduce((sum, [start, duration]) => sum + (start + duration > fcp ? Math.max(0, duration - 50) : 0), 0)
    await deeds(page)
    await rest(page)
    const [slowest] = [...(await seenOn(page)).inputs].sort(([a], [b]) => b - a)
    return {
      lcp,
      cls,
      tbt,
      worked,
      largest,
      inp: slowest?.[0] ?? 0,
      slowest: slowest ? `${slowest[1]} on ${slowest[2]}` : '',
      wrong: wrong.filter((each) => !each.endsWith('/favicon.ico')),
    }
  } finally {
    await page.context().close()
  }
}

/** The list of people with all its rows shown, scrolled by the wheel. */
export async function scrolled(at: House, rows: number): Promise<Frames & { readonly rows: number }> {
  const { page } = await at.open('/people')
  try {
    await page.getByText('@people.example').first().waitFor()
    const shown = () => page.getByRole('row').count()
    for (let before = 0, now = await shown(); now > before && now < rows; now = await shown()) {
      before = now
      const more = page.getByRole('button', { name: 'Show more' })
      if ((await more.count()) === 0) break
      await more.click()
      await until('more rows are there', async () => (await shown()) > before)
    }
    await page.mouse.move(700, 500)
    const cdp = await page.context().newCDPSession(page)
    const found = await frames(page, () => wheel(cdp, 90, { x: 700, y: 500, deltaY: 120 }))
    return { ...found, rows: await shown() }
  } finally {
    await page.context().close()
  }
}
