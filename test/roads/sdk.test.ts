import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser, until } from '../browser/browser.ts'
import { buildScreens } from '../fixtures/screens.ts'
import { type FaultyProxy, faultyProxy } from './faulty-proxy.ts'
import { journey, startWorld, type World } from './world.ts'

const ROOT = join(import.meta.dirname, '../..')

let world: World
let proxy: FaultyProxy
let shop: Server
let browser: Browser
before(async () => {
  await buildScreens()
  ;[world, browser] = await Promise.all([startWorld(), launchBrowser()])
  proxy = await faultyProxy(() => world.url)
  shop = createServer((_request, response) => {
    response
      .setHeader('content-type', 'text/html')
      .end(`<!doctype html><title>Shop</title><script src="${proxy.url}/sdk/cadenza.js" data-write-key="${world.writeKey}"></script>`)
  }).listen(0, '127.0.0.1')
  await once(shop, 'listening')
})
after(async () => {
  await browser?.close()
  await proxy?.stop()
  shop?.close()
  await world?.stop()
})

/** The shop's page, on another origin than Cadenza. */
async function visit(query = ''): Promise<Page> {
  const page = await (await browser.newContext({ timezoneId: 'Asia/Tokyo', locale: 'en-GB' })).newPage()
  await page.goto(`http://localhost:${(shop.address() as AddressInfo).port}/${query}`)
  return page
}

/** Runs a function of the SDK in the page; its own mistakes come back as text. */
const sdk = <T>(page: Page, path: string, ...args: readonly unknown[]): Promise<T | string> =>
  page.evaluate(
    async ([way, given]) => {
      const { cadenza } = globalThis as never as { cadenza: Record<string, (...args: unknown[]) => unknown> }
      const [first, second] = (way as string).split('.') as [string, string?]
      try {
        if (second === undefined) return (await cadenza[first]!(...(given as unknown[]))) as never
        const part = cadenza[first]!() as Record<string, (...args: unknown[]) => unknown>
        return (await part[second]!(...(given as unknown[]))) as never
      } catch (error) {
        return (error as Error).message as never
      }
    },
    [path, args] as const,
  )

const names = async (identifier: string): Promise<string[]> => {
  await world.settled()
  const { people } = await world.api<{ people: unknown[] }>(`GET /api/profiles?q=${identifier}`)
  if (people.length === 0) return []
  return (await world.timeline(identifier, 'event')).filter(({ verdict }) => verdict !== 'duplicate').map(({ name }) => name)
}

test('the script weighs at most 5 KB, any page may load it, and it begins by itself', async () => {
  const script = readFileSync(join(ROOT, 'dist/sdk/cadenza.js'))
  assert.ok(gzipSync(script, { level: 9 }).length <= 5_120, `${gzipSync(script, { level: 9 }).length} bytes`)
  const answer = await fetch(`${world.url}/sdk/cadenza.js`)
  assert.deepEqual(
    [answer.headers.get('access-control-allow-origin'), answer.headers.get('cross-origin-resource-policy')],
    ['*', 'cross-origin'],
  )
  const again = await fetch(`${world.url}/sdk/cadenza.js`, { headers: { 'if-none-match': answer.headers.get('etag')! } })
  assert.equal(again.status, 304)
  const page = await visit('?utm_source=news&utm_campaign=spring')
  await sdk(page, 'identify', 'first', { email: 'first@people.example' })
  await sdk(page, 'flush')
  await until('both are stored', async () => (await names('first')).length === 2)
  assert.deepEqual(
    (await names('first')).sort(),
    ['Page Viewed', 'Profile Updated'],
    'what was done before the log-in belongs to the same person',
  )
  await page.context().close()
})

test('what is said while the line is down arrives later, once', async () => {
  const page = await visit()
  await sdk(page, 'identify', 'patient', { email: 'patient@people.example' })
  await sdk(page, 'flush')
  // Refused, then stored although the answer is lost, then stored again as the same.
  proxy.faults.push({ status: 503, retryAfter: 1 }, 'lose-answer', 'lose-answer')
  for (const sku of ['s1', 's2', 's3']) await sdk(page, 'track', 'Product Viewed', { sku })
  await sdk(page, 'flush')
  await until('all three are there', async () => (await names('patient')).filter((name) => name === 'Product Viewed').length >= 3)
  await until('the browser has heard that they are', () =>
    page.evaluate(() => {
      const { localStorage: kept } = globalThis as never as {
        localStorage: { length: number; key(i: number): string; getItem(name: string): string }
      }
      const queued = Array.from({ length: kept.length }, (_, i) => kept.key(i)).filter((name) => name.startsWith('cadenza.queue'))
      return queued.every((name) => kept.getItem(name) === '[]')
    }),
  )
  assert.equal((await names('patient')).filter((name) => name === 'Product Viewed').length, 3)
  await page.context().close()
})

test('what a page says as it goes away is sent by the browser, and again by the next page, and counts once', async () => {
  const page = await visit()
  await sdk(page, 'identify', 'leaver', { email: 'leaver@people.example' })
  await sdk(page, 'flush')
  await page.evaluate(() => {
    const { cadenza } = globalThis as never as { cadenza: { track(name: string): void } }
    cadenza.track('Left The Shop')
  })
  await page.goto('about:blank')
  await until('it is there', async () => (await names('leaver')).includes('Left The Shop'))
  await page.goto(`http://localhost:${(shop.address() as AddressInfo).port}/`)
  await sdk(page, 'flush')
  assert.equal((await names('leaver')).filter((name) => name === 'Left The Shop').length, 1)
  await page.context().close()
})

interface Shown {
  readonly items: readonly {
    readonly id: string
    readonly title: string
    readonly body: string
    readonly seen: boolean
    readonly read: boolean
  }[]
  readonly unseen: number
}

test('a journey writes into the inbox; the reader is proved by the shop’s own server; what they do is an event', async () => {
  await world.publish(
    {
      kind: 'template',
      id: 'hello',
      channel: 'inapp',
      purpose: 'marketing',
      title: 'Hello {{ profile.first_name }}',
      body: 'Look around.',
      url: 'https://shop.example/',
    },
    journey('greet', 'Signed Up', { steps: [{ kind: 'inapp', id: 'note', template: 'hello', lane: 'transactional' }] }),
  )
  const { secret } = await world.api<{ secret: string }>('GET /api/inbox/secret')
  const userHash = createHmac('sha256', secret).update('reader').digest('hex')
  const page = await visit()
  await sdk(page, 'identify', 'reader', { email: 'reader@people.example', first_name: 'Ada' }, { userHash })
  await sdk(page, 'track', 'Signed Up')
  await sdk(page, 'flush')
  await world.pass({ minutes: 1 })

  const { items, unseen } = (await sdk<Shown>(page, 'messages.list')) as Shown
  assert.deepEqual([unseen, items.map(({ title, body, read }) => [title, body, read])], [1, [['Hello Ada', 'Look around.', false]]])
  assert.equal(await sdk(page, 'messages.mark', [items[0]!.id], 'read'), undefined)
  await sdk(page, 'messages.mark', [items[0]!.id], 'read')
  await sdk(page, 'messages.mark', [items[0]!.id], 'clicked')
  assert.equal(((await sdk<Shown>(page, 'messages.list')) as Shown).unseen, 0)
  await world.settled()
  const [sent] = await world.messages('reader')
  assert.deepEqual([sent!.channel, sent!.status], ['inapp', 'sent'])
  const { history } = await world.message(sent!.id)
  assert.deepEqual(
    history.map(({ status }) => status),
    ['queued', 'sent', 'opened', 'clicked'],
  )

  await sdk(page, 'messages.mark', [items[0]!.id], 'dismissed')
  assert.deepEqual(((await sdk<Shown>(page, 'messages.list')) as Shown).items, [])
  await page.context().close()
})

test('the public write key opens nobody’s inbox: without the proof, with another’s, with a made-up one', async () => {
  const { secret } = await world.api<{ secret: string }>('GET /api/inbox/secret')
  const key = `Basic ${btoa(`${world.writeKey}:`)}`
  const others = createHmac('sha256', secret).update('somebody').digest('hex')
  const ask = (headers: Record<string, string>) => fetch(`${world.url}/v1/inbox`, { headers })
  assert.equal((await ask({})).status, 401)
  for (const hash of ['', others, '0'.repeat(64)]) {
    const answer = await ask({ authorization: key, 'cadenza-user': 'reader', 'cadenza-user-hash': hash })
    assert.equal(answer.status, 403)
    assert.equal(((await answer.json()) as { code: string }).code, 'inbox.identity')
  }
  const own = await ask({ authorization: key, 'cadenza-user': 'somebody', 'cadenza-user-hash': others })
  assert.deepEqual(await own.json(), { items: [], unseen: 0 })
  const strange = await fetch(`${world.url}/v1/inbox/marks`, {
    method: 'POST',
    headers: { authorization: key, 'cadenza-user': 'somebody', 'cadenza-user-hash': others, 'content-type': 'application/json' },
    body: JSON.stringify({ ids: ['x'], mark: 'eaten' }),
  })
  assert.equal(strange.status, 422)
})
