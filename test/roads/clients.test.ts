import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import RudderAnalytics from '@rudderstack/rudder-sdk-node'
import { Analytics } from '@segment/analytics-node'
import { type Fault, type FaultyProxy, faultyProxy } from './faulty-proxy.ts'
import { startWorld, type World } from './world.ts'

let world: World
let proxy: FaultyProxy
before(async () => {
  world = await startWorld()
  proxy = await faultyProxy(() => world.url)
})
after(async () => {
  await proxy?.stop()
  await world?.stop()
})
beforeEach(() => void proxy.seen.splice(0))

/** What is stored of a person, each event once: type, name and properties. */
async function stored(identifier: string): Promise<[string, string, Record<string, unknown>][]> {
  await world.settled()
  const events = await world.timeline(identifier, 'event')
  return events.filter(({ verdict }) => verdict !== 'duplicate').map(({ type, name, properties }) => [type, name, JSON.parse(properties)])
}
const attributes = async (identifier: string): Promise<Record<string, unknown>> =>
  Object.fromEntries((await world.profile(identifier)).attributes.map(({ name, value }) => [name, value]))
const told = (): string[] => proxy.seen.map(({ fault }) => (typeof fault === 'object' ? String(fault.status) : fault))

test('@segment/analytics-node: every call, under refusals and lost answers, is stored once', async () => {
  const faults: Fault[] = [{ status: 429, retryAfter: 1 }, { status: 503 }, 'lose-answer']
  proxy.faults.push(...faults)
  const analytics = new Analytics({
    host: proxy.url,
    path: '/v1/batch',
    writeKey: world.writeKey,
    maxEventsInBatch: 6,
    flushInterval: 50,
    maxRetries: 10,
  })
  const failures: unknown[] = []
  analytics.on('error', (error) => failures.push(error))
  const userId = 'node-person'
  await world.call('track', { anonymousId: 'segment-node-before', event: 'Shop Entered' })
  analytics.page({ anonymousId: 'segment-node-anon', name: 'Cart', properties: { path: '/cart' } })
  analytics.identify({ userId, anonymousId: 'segment-node-anon', traits: { email: 'Segment-Node@People.example ', plan: 'pro' } })
  analytics.track({ userId, event: 'Product Added', properties: { cart_id: 'c1', price: 3.5 }, timestamp: new Date(Date.now() - 60_000) })
  analytics.group({ userId, groupId: 'g1', traits: { name: 'Acme' } })
  analytics.screen({ userId, name: 'Home' })
  analytics.alias({ userId, previousId: 'segment-node-before' })
  await analytics.closeAndFlush({ timeout: 20_000 })
  assert.deepEqual(failures, [])
  assert.deepEqual(told(), ['429', '503', 'lose-answer', 'pass'])
  const [refused, afterwards] = proxy.seen
  assert.ok(afterwards!.at - refused!.at >= 990, 'Retry-After is heeded')

  assert.deepEqual((await stored(userId)).map(([type, name]) => `${type} ${name}`).sort(), [
    'alias Profile Merged',
    'group Account Joined',
    'identify Profile Updated',
    'page Page Viewed',
    'screen Screen Viewed',
    'track Product Added',
    'track Shop Entered',
  ])
  const all = await world.timeline(userId, 'event')
  assert.equal(
    all.filter(({ verdict }) => verdict === 'duplicate').length,
    6,
    'what was sent again after a lost answer is told, not counted',
  )
  const { ids, activity } = await world.profile(userId)
  assert.deepEqual(ids['user_id'], [userId])
  assert.deepEqual(ids['anonymous_id']?.sort(), ['segment-node-anon', 'segment-node-before'])
  assert.deepEqual(ids['email'], ['segment-node@people.example'], 'identifiers are compared in lower case; what was said is kept')
  assert.deepEqual(await attributes(userId), { email: 'Segment-Node@People.example ', plan: 'pro' })
  const added = activity.find(({ name }) => name === 'Product Added')
  assert.equal(added?.count, 1)
  const age = world.clock.now() - added.last
  assert.ok(age > 55_000 && age < 90_000, `it happened a minute ago by the client's clock, and ${age} ms ago by ours`)
})

test('@rudderstack/rudder-sdk-node: gzip under the label of a form', async () => {
  proxy.faults.push({ status: 503 }, 'lose-answer')
  const client = new RudderAnalytics(world.writeKey, { dataPlaneUrl: proxy.url, flushAt: 20, flushInterval: 60_000, logLevel: 'error' })
  const userId = 'rudder-node'
  client.identify({ userId, traits: { email: 'rudder-node@people.example', age: 40 } })
  client.track({ userId, event: 'Cart Viewed', properties: { cart_id: 'c7', products: [{ product_id: 'p1' }] } })
  client.group({ userId, groupId: 'g7' })
  await client.flush()
  const answers = told()
  assert.deepEqual([...answers.slice(0, 2), ...new Set(answers.slice(2))], ['503', 'lose-answer', 'pass'])
  // It sends its first call on its own, at the same time as the others.
  const events = (await stored(userId)).sort(([, a], [, b]) => (a < b ? -1 : 1))
  assert.deepEqual(events, [
    ['group', 'Account Joined', { group_id: 'g7' }],
    ['track', 'Cart Viewed', { cart_id: 'c7', products: [{ product_id: 'p1' }] }],
    ['identify', 'Profile Updated', { email: 'rudder-node@people.example', age: 40 }],
  ])
  assert.equal((await attributes(userId))['age'], 40)
})

test('a client that is told to stop for good drops the event and says so', async () => {
  const analytics = new Analytics({ host: world.url, path: '/v1/batch', writeKey: 'wk_nobody', flushInterval: 10, maxRetries: 0 })
  const failures: unknown[] = []
  analytics.on('error', (error) => failures.push(error))
  analytics.track({ userId: 'lost', event: 'Product Added' })
  await analytics.closeAndFlush({ timeout: 5_000 })
  assert.equal(failures.length, 1)
  await assert.rejects(world.profile('lost'), /0 people/)
})

interface Captured {
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string
}

const captured = (name: string): Captured[] =>
  readFileSync(join(import.meta.dirname, '../fixtures/captures', `${name}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Captured)

/** Sends what a client once sent, byte for byte but for the write key; people get a name of their own. */
async function replay(name: string): Promise<number[]> {
  const statuses: number[] = []
  for (const { path, headers, body } of captured(name)) {
    const text = body
      .replaceAll('"u1"', `"${name}"`)
      .replaceAll('a@b.c', `${name}@people.example`)
      .replace(/"writeKey":"[^"]*"/, `"writeKey":"${world.writeKey}"`)
    const bytes = headers['content-encoding'] === 'gzip' ? gzipSync(text) : Buffer.from(text)
    const authorization = `Basic ${btoa(`${world.writeKey}:`)}`
    const response = await fetch(`${world.url}${path}`, { method: 'POST', headers: { ...headers, authorization }, body: bytes })
    assert.deepEqual(await response.json(), { success: true }, `${name} ${path}`)
    statuses.push(response.status)
  }
  return statuses
}

for (const [name, expected] of [
  ['segment-node', ['identify Profile Updated', 'track Product Added']],
  ['rudder-node', ['identify Profile Updated', 'track Cart Viewed']],
  ['customerio-cdp-node', ['identify Profile Updated', 'track x']],
  ['segment-browser', ['identify Profile Updated', 'track Product Added', 'group Account Joined']],
  ['rudder-browser', ['identify Profile Updated', 'track Cart Viewed']],
] as const) {
  test(`what ${name} once sent is understood`, async () => {
    assert.ok((await replay(name)).every((status) => status === 200))
    const events = (await stored(name)).map(([type, event]) => `${type} ${event}`)
    for (const one of expected) assert.ok(events.includes(one), `${one} is among ${events.join(', ')}`)
    assert.ok(Object.keys(await attributes(name)).length > 0, 'the traits became attributes')
    const before = events.length
    await replay(name)
    assert.equal((await stored(name)).length, before, 'sent again it is the same')
  })
}

test('four attempts of one request, each with a new sentAt, are one event', async () => {
  await replay('segment-node-retries')
  const orders = (await stored('segment-node-retries')).filter(([, name]) => name === 'Order Completed')
  assert.equal(orders.length, 2, 'two calls in five requests')
})
