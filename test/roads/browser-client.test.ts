import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser, until } from '../browser/browser.ts'
import { type FaultyProxy, faultyProxy } from './faulty-proxy.ts'
import { startWorld, type World } from './world.ts'

const BUNDLES = join(dirname(createRequire(import.meta.url).resolve('@segment/analytics-next/package.json')), 'dist/umd')

let world: World
let proxy: FaultyProxy
let shop: Server
let browser: Browser
before(async () => {
  ;[world, browser, shop] = await Promise.all([startWorld(), launchBrowser(), startShop()])
  proxy = await faultyProxy(() => world.url)
})
after(async () => {
  await browser?.close()
  await proxy?.stop()
  shop?.close()
  await world?.stop()
})
beforeEach(() => void proxy.seen.splice(0))

/** The shop's own web server: another origin than Cadenza, as in life. */
async function startShop(): Promise<Server> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0]!
    if (path === '/')
      return void response.setHeader('content-type', 'text/html').end('<!doctype html><title>Shop</title><script src="/index.js"></script>')
    readFile(join(BUNDLES, basename(path))).then(
      (script) => response.setHeader('content-type', 'text/javascript').end(script),
      () => response.writeHead(404).end(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function visit(query: string): Promise<Page> {
  const page = await (await browser.newContext({ timezoneId: 'Asia/Tokyo', locale: 'en-GB' })).newPage()
  // `localhost` and `127.0.0.1` are different origins, and so are the ports.
  await page.goto(`http://localhost:${(shop.address() as AddressInfo).port}/${query}`)
  return page
}

interface Snippet {
  readonly writeKey: string
  readonly cdnURL: string
  readonly integrations: object
}

/** What a shop's page does. `expose` keeps the library where later calls find it. */
const load = (page: Page, snippet: Snippet): Promise<void> =>
  page.evaluate(async ({ writeKey, cdnURL, integrations }) => {
    const here = globalThis as never as {
      AnalyticsNext: { AnalyticsBrowser: { load(settings: object, options: object): PromiseLike<[unknown, unknown]> } }
      analytics: unknown
    }
    const [analytics] = await here.AnalyticsNext.AnalyticsBrowser.load({ writeKey, cdnURL }, { integrations })
    here.analytics = analytics
  }, snippet)

type Called = readonly [method: 'page' | 'identify' | 'track' | 'group' | 'alias', ...args: unknown[]]
const say = (page: Page, ...calls: readonly Called[]): Promise<void> =>
  page.evaluate(async (list) => {
    const { analytics } = globalThis as never as { analytics: Record<string, (...args: unknown[]) => Promise<unknown>> }
    for (const [method, ...args] of list as readonly [string, ...unknown[]][]) await analytics[method]!(...args)
  }, calls as unknown[])

async function events(identifier: string): Promise<string[]> {
  await world.settled()
  const all = await world.timeline(identifier, 'event')
  return all.filter(({ verdict }) => verdict !== 'duplicate').map(({ type, name }) => `${type} ${name}`)
}
const posts = () => proxy.seen.filter(({ method }) => method === 'POST')

test('@segment/analytics-next on another origin: settings, preflight, one request for each call', async () => {
  const page = await visit('?utm_source=news&utm_campaign=spring')
  await load(page, { writeKey: world.writeKey, cdnURL: proxy.url, integrations: {} })
  await say(page, ['page', 'Cart'], ['track', 'Product Viewed', { sku: 's1' }])
  await say(
    page,
    ['identify', 'next', { email: 'next@people.example' }],
    ['track', 'Product Added', { cart_id: 'c1' }],
    ['group', 'g1', { name: 'Acme' }],
  )
  const said = ['page Page Viewed', 'track Product Viewed', 'identify Profile Updated', 'track Product Added', 'group Account Joined']
  await until('five events are stored', async () => posts().length >= 5)
  await until('they belong to one person', async () => (await events('next')).length === 5)
  assert.deepEqual((await events('next')).sort(), said.toSorted())
  const paths = proxy.seen.map(({ method, path }) => `${method} ${path}`)
  assert.ok(paths.includes(`GET /v1/projects/${world.writeKey}/settings`))
  for (const path of ['p', 't', 'i', 'g']) {
    assert.ok(paths.includes(`OPTIONS /v1/${path}`), `a preflight for /v1/${path}`)
    assert.ok(paths.includes(`POST /v1/${path}`))
  }
  const { ids, attributes } = await world.profile('next')
  assert.equal(ids['anonymous_id']?.length, 1, 'what was done before the log-in belongs to the same person')
  const known = Object.fromEntries(attributes.map(({ name, value }) => [name, value]))
  assert.deepEqual([known['email'], known['timezone']], ['next@people.example', 'Asia/Tokyo'], 'the zone of the browser')
  const [viewed] = (await world.timeline('next', 'event')).filter(({ name }) => name === 'Page Viewed')
  assert.equal(JSON.parse(viewed!.properties).name, 'Cart')
  await page.context().close()
})

test('@segment/analytics-next in batches', async () => {
  const page = await visit('')
  const integrations = { 'Segment.io': { deliveryStrategy: { strategy: 'batching', config: { size: 3, timeout: 500 } } } }
  await load(page, { writeKey: world.writeKey, cdnURL: proxy.url, integrations })
  await say(page, ['identify', 'batched', { email: 'batched@people.example' }], ['track', 'A'], ['track', 'B'], ['track', 'C'])
  await until('all four are stored', async () => posts().length >= 2 && (await events('batched')).length === 4)
  assert.deepEqual([...new Set(posts().map(({ path }) => path))], ['/v1/b'])
  await page.context().close()
})

test('@segment/analytics-next under refusals and a lost answer: stored once', async () => {
  const page = await visit('')
  await load(page, { writeKey: world.writeKey, cdnURL: proxy.url, integrations: {} })
  proxy.faults.push({ status: 503 }, { status: 429, retryAfter: 1 }, 'lose-answer')
  await say(page, ['identify', 'patient', { email: 'patient@people.example' }], ['track', 'Order Completed', { total: 7 }])
  await until('both arrive in the end', async () => posts().length >= 5 && (await events('patient')).length === 2)
  const { activity } = await world.profile('patient')
  assert.equal(activity.find(({ name }) => name === 'Order Completed')?.count, 1)
  assert.equal(posts().filter(({ fault }) => fault === 'lose-answer').length, 1)
  await page.context().close()
})
