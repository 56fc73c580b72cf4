// A workspace in which everything that strangers and colleagues may write is a script, in forty ways: every route of the app and every page that the server makes, in a real browser.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { until } from '../browser/browser.ts'
import { type House, house } from '../browser/house.ts'
import { arrived, follow, furnish, inside, routesOfTheRouter, STOPS, stops } from '../browser/stops.ts'
import { colleaguesWrite, Hostile, rewrite, strangersWrite } from './hostile.ts'
import { PAYLOADS } from './payloads.ts'

const hostile = new Hostile()
let written: Awaited<ReturnType<typeof rewrite>>
/** Pages that the server itself makes: what mails lead to, and what stands in frames. */
const served: string[] = []
const at = house({ sample: 'shop', prepare: inhabit })

async function inhabit(house: House): Promise<void> {
  written = await rewrite(house, hostile)
  await furnish(house)
  const { messages } = (await house.ask('GET /api/messages?journey=win-back&limit=1')) as { messages: { id: string; profile: string }[] }
  const { id, profile } = messages[0]!
  const { ids } = (await house.ask(`GET /api/profiles/${profile}`)) as { ids: Record<string, string[]> }
  await strangersWrite(house, hostile, ids['user_id']![0]!)
  await colleaguesWrite(house, hostile)
  await house.settled()
  const { mail } = (await house.ask('GET /api/mailbox')) as { mail: { id: string; to: unknown }[] }
  const links = new Set<string>()
  // One to a customer: what goes to colleagues has none of these links.
  for (const each of mail.filter(({ to }) => /@people\.example/.test(String(to))).slice(0, 3)) {
    const { text } = (await house.ask(`GET /api/mailbox/${each.id}`)) as { text: string }
    for (const [, path] of text.matchAll(/https?:\/\/[^/\s]+(\/[upwy]\/[\w.~-]+)/g)) links.add(path!)
  }
  served.push(...links, `/view/messages/${id}`, `/view/mailbox/${mail[0]!.id}?images=1`, '/view/preferences')
}

/** What others wrote, as it is read. */
const ATTACK = /harmed=1|evil\.test/

/** Elements and attributes that none of ours has, in the page and its frames. */
async function marks(page: Page): Promise<string[]> {
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

interface Watched {
  readonly page: Page
  readonly harm: string[]
}
async function watched(as: 'admin' | 'nobody' = 'admin'): Promise<Watched> {
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

/** What happened on the stops, and on which of them something hostile stood. */
async function walk(paths: readonly string[]): Promise<{ found: string[]; shown: Set<string> }> {
  const { page, harm } = await watched()
  const [found, shown]: [string[], Set<string>] = [[], new Set()]
  for (const path of paths) {
    await follow(page, path)
    // Statistics of what has just changed are reckoned anew: on a busy machine that is twenty seconds.
    const there = () => until(`${path} is there`, () => drawn(page))
    await there()
      .catch(there)
      .catch((error) => found.push(String(error)))
    await until('frames have loaded', () => loaded(page)).catch((error) => found.push(`${path}: ${error}`))
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

test('everything that can be written is hostile', () => {
  assert.ok(written.documents >= 30, `${written.documents} documents`)
  for (const kind of ['journey', 'template', 'segment', 'experiment', 'goal', 'model', 'report', 'topic', 'sender', 'coupon-pool'])
    assert.ok(written.kinds.includes(kind), `a ${kind} says what its author likes: ${written.left.join('\n')}`)
})

test('every route of the app: no script, no element of theirs, no word of the policy, no request elsewhere', async () => {
  const paths = inside().map(([path]) => path)
  const walks = await Promise.all([0, 1].map((half) => walk(paths.filter((_, i) => i % 2 === half))))
  const shown = new Set(walks.flatMap((each) => [...each.shown]))
  const quiet = routesOfTheRouter().filter((route) =>
    (STOPS()[route] ?? [[route, /./] as const]).every(([path, , as]) => as !== 'nobody' && !shown.has(path)),
  )
  assert.deepEqual([walks.flatMap(({ found }) => found), quiet], [[], []], 'what ran; routes on which nothing hostile stood')
})

test('pages before sign-in, pages that mails lead to, and what stands in frames', async () => {
  const { page, harm } = await watched('nobody')
  const found: string[] = []
  const signedIn = await watched()
  for (const path of [
    ...stops()
      .filter(([, , as]) => as === 'nobody')
      .map(([path]) => path),
    ...served,
    '/api/docs',
  ]) {
    const { page: on, harm: of } = path.startsWith('/view/') ? signedIn : { page, harm }
    await on.goto(at.url + path)
    await on.waitForLoadState('load')
    // The word of these tests on which workspace is meant is a script as well: the sandbox refuses it.
    const ran = of.splice(0).filter((each) => !(path.startsWith('/view/') && /sandboxed/.test(each)))
    found.push(...[...ran, ...(await marks(on))].map((each) => `${path}: ${each}`))
  }
  for (const way of ['/u/', '/p/'])
    assert.ok(
      served.some((path) => path.startsWith(way)),
      `${way}: ${served}`,
    )
  await Promise.all([page.context().close(), signedIn.page.context().close()])
  assert.deepEqual(found, [])
})
