import type { Page } from 'playwright-core'
import { until } from '../browser/browser.ts'
import type { House } from '../browser/house.ts'
import { arrived, follow } from '../browser/stops.ts'
import { PAYLOADS } from './payloads.ts'

/** What others wrote, as it is read. */
const ATTACK = /harmed=1|evil\.test/

/** Elements and attributes that none of ours has, in the page and its frames. */
export async function marks(page: Page): Promise<string[]> {
  const found = await Promise.all(page.frames().map((frame) => frame.evaluate(MARKS).catch(() => [])))
  return found.flat() as string[]
}
const MARKS = `(() => {
  const found = 'harmed' in window ? ['a script ran'] : []
  const leads = (value) => /^[\\s\\0]*(java\\s*script|data:text)/i.test(value) || URL.parse(value, document.baseURI)?.host === 'evil.test'
  for (const each of document.querySelectorAll('*')) {
    const bad =
      [...each.attributes].some(({ name, value }) => /^on|^srcdoc$/i.test(name) || (/^(href|src|action|formaction|data|xlink:href)$/i.test(name) && leads(value))) ||
      /^(object|embed|marquee|math)$/i.test(each.localName) ||
      (/^(base|meta)$/i.test(each.localName) && /evil\\.test|refresh/.test(each.outerHTML)) ||
      (/^(script|style)$/i.test(each.localName) && /harmed|evil\\.test/.test(each.textContent))
    if (bad) found.push(each.outerHTML.slice(0, 160))
  }
  return found
})()`

/** Text of the page and its frames, with what stands in fields and attributes that people see. */
async function read(page: Page): Promise<string> {
  const texts = await Promise.all(page.frames().map((frame) => frame.evaluate(TEXT).catch(() => '')))
  return texts.join(' ')
}
const TEXT = `[document.title, document.body?.textContent, ...[...document.querySelectorAll('[title], [aria-label], input, textarea')].map((each) => each.title + ' ' + each.ariaLabel + ' ' + each.value)].join(' ')`

export interface Watched {
  readonly page: Page
  readonly harm: string[]
}
/** A page that notes whatever a script of others would do. */
export async function watched(at: House, as: 'admin' | 'nobody' = 'admin'): Promise<Watched> {
  // Whoever signs in with such a browser is told of it on the page of the account.
  const { page } = await at.open('/', { as, context: { userAgent: PAYLOADS[10]! } })
  const harm: string[] = []
  page.on('dialog', (dialog) => {
    harm.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (line) => {
    if (/Content Security Policy|Refused to|Blocked script/i.test(line.text())) harm.push(line.text())
  })
  page.on('pageerror', (error) => harm.push(`thrown: ${error.message}`))
  page.context().on('page', (opened) => harm.push(`a window of ${opened.url()}`))
  page.on('request', (each) => {
    if (!each.url().startsWith(at.url) && !/^(data|blob|about):/.test(each.url())) harm.push(`request to ${each.url()}`)
  })
  return { page, harm }
}

const drawn = async (page: Page): Promise<boolean> =>
  (await arrived(page)) &&
  (await page.evaluate(`document.querySelector('[data-loading]') === null && document.querySelector('h1') !== null`))

/** What happened on the stops, and on which of them something hostile stood. `doing`: what else is done on each of them. */
export async function walk(
  at: House,
  paths: readonly string[],
  doing?: (page: Page) => Promise<void>,
): Promise<{ found: string[]; shown: Set<string> }> {
  const { page, harm } = await watched(at)
  const [found, shown]: [string[], Set<string>] = [[], new Set()]
  for (const path of paths) {
    await follow(page, path)
    // Statistics of what has just changed are reckoned anew: on a busy machine that is twenty seconds.
    const there = () => until(`${path} is there`, () => drawn(page))
    await there()
      .catch(there)
      .catch((error) => found.push(String(error)))
    await until('frames have loaded', () => loaded(page)).catch((error) => found.push(`${path}: ${error}`))
    await doing?.(page)
    if (ATTACK.test(await read(page))) shown.add(path)
    found.push(...[...harm.splice(0), ...(await marks(page))].map((each) => `${path}: ${each}`))
  }
  await page.context().close()
  return { found, shown }
}
const loaded = async (page: Page): Promise<boolean> =>
  (await Promise.all(page.frames().map((frame) => frame.evaluate('document.readyState').catch(() => 'complete')))).every(
    (state) => state === 'complete',
  )
