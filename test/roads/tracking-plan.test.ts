import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Analytics } from '@segment/analytics-node'
import type { CountHeld, GetEvent, ListEvents, ListHeld, ListSources, ReplayHeld, SendTestEvent, TraceEvent } from '#events/api.ts'
import type { OutputOf } from '#lib/action.ts'
import { type Document, journey, startWorld, template, type World } from './world.ts'

let world: World
before(async () => {
  world = await startWorld()
})
after(async () => {
  await world?.stop()
})

const ORDER = {
  kind: 'event',
  id: 'order-completed',
  event: 'Order Completed',
  description: 'Somebody paid.',
  owner: 'Team Checkout',
  properties: [
    { name: 'order_id', type: 'text', required: true },
    { name: 'total', type: 'number', required: true },
    { name: 'note', type: 'text', pii: 'sensitive' },
  ],
  alsoSentAs: ['order_complete'],
} as const

/** What the API of events answered, whatever it was. */
async function send(body: unknown, path = '/v1/batch'): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${world.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${world.writeKey}:`)}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + 10_000
  for (;;) {
    const found = await ask()
    if (found !== undefined) return found
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`)
    await new Promise((done) => setTimeout(done, 50))
  }
}

/** A plan works everywhere within a second after it was published. */
async function plan(...documents: Document[]): Promise<void> {
  await world.publish(...documents)
  await send({ batch: [{ type: 'identify', userId: 'waker' }] })
  await new Promise((done) => setTimeout(done, 1_100))
  await send({ batch: [{ type: 'identify', userId: 'waker' }] })
  await new Promise((done) => setTimeout(done, 150))
}

const order = (userId: string, properties: object, more: object = {}) => ({
  type: 'track',
  userId,
  event: 'Order Completed',
  properties,
  ...more,
})
const eventOf = async (name: string): Promise<OutputOf<typeof GetEvent>> => {
  await world.settled()
  await world.app.reported()
  return world.api(`GET /api/data/events/${encodeURIComponent(name)}`)
}
const held = (query = '') => world.api<OutputOf<typeof ListHeld>>(`GET /api/data/held?${query}`)

test('an event that breaks a lenient plan goes on, and each violation is a fact with its reason', async () => {
  await plan(ORDER)
  const answer = await send({
    batch: [
      order('vera', { order_id: 'o1' }),
      order('vera', { order_id: 'o2', total: 'ten' }),
      order('vera', { order_id: 'o3', total: 3 }),
    ],
  })
  assert.deepEqual(answer, { status: 200, body: { success: true } })
  const seen = await eventOf('Order Completed')
  assert.deepEqual(seen.violations.map(({ kind, property, says, week }) => [kind, property, says, week]).sort(), [
    ['missing', 'total', 'is required', 1],
    ['type', 'total', 'text instead of number', 1],
  ])
  assert.equal(seen.line.week, 3)
  assert.equal(seen.line.violating, 2)
  assert.equal(seen.line.planned?.owner, 'Team Checkout')
  assert.equal(seen.samples.length, 2)
  assert.deepEqual(seen.properties.find(({ name }) => name === 'total')?.planned, {
    type: 'number',
    required: true,
    pii: 'none',
    description: '',
  })
})

test('a name that sources send by mistake is taken under the planned one, and that is told', async () => {
  await send({ batch: [{ type: 'track', userId: 'alias', event: 'order_complete', properties: { order_id: 'o9', total: 1 } }] })
  const seen = await eventOf('Order Completed')
  assert.ok(seen.violations.some(({ kind, says }) => kind === 'renamed' && says === 'sent as order_complete'))
  assert.equal(seen.line.violating, 2, 'a rename is no violation')
})

test('quarantine: the sender hears that it was taken, nothing reaches the log, and after mending it is replayed with its own time', async () => {
  await plan({ ...ORDER, onViolation: 'quarantine' })
  const answer = await send({
    batch: [order('quinn', { order_id: 'q1', note: 'my pin' }, { messageId: 'quinn-1' }), order('quinn', { order_id: 'q2', total: 2 })],
  })
  assert.equal(answer.status, 200)
  assert.deepEqual(answer.body, { success: true, accepted: 1, quarantined: 1, rejected: [] })
  const came = world.clock.now()
  const waiting = await held('kind=quarantined')
  assert.equal(waiting.total, 1)
  const [row] = waiting.events
  assert.equal(row?.problem.title, 'total is required')
  assert.equal(row?.problem.hint, 'Send the property, or make it optional in the plan.')
  assert.equal((row!.payload as { properties: { note: string } }).properties.note, '•••', 'what the plan calls sensitive is not shown')

  const early = await world.api<OutputOf<typeof ReplayHeld>>('POST /api/data/held/replay', { kind: 'quarantined' })
  assert.deepEqual([early.replayed, early.still, early.reasons], [0, 1, [{ title: 'total is required', events: 1 }]])

  const mended = { ...ORDER, properties: ORDER.properties.map((each) => (each.name === 'total' ? { ...each, required: false } : each)) }
  await plan({ ...mended, onViolation: 'quarantine' })
  await world.pass({ hours: 1 })
  const replayed = await world.api<OutputOf<typeof ReplayHeld>>('POST /api/data/held/replay', { kind: 'quarantined' })
  assert.deepEqual([replayed.replayed, replayed.still, replayed.left], [1, 0, 0])
  await world.settled()
  const events = await world.timeline('quinn', 'event')
  const one = events.find((each) => JSON.parse(each.properties)['order_id'] === 'q1')
  assert.equal(one?.at, came, 'it happened when it came, not when it was replayed')
  assert.equal(JSON.parse(one!.properties)['note'], 'my pin', 'what was hidden on the screen is whole on the log')
  assert.equal((await held('kind=quarantined')).total, 0)
})

test('block: each bad event is refused by itself with its reason, and lies there for whoever looks', async () => {
  await plan({ ...ORDER, onViolation: 'block' })
  const answer = await send({
    batch: [order('bo', { order_id: 'b1', total: 5 }), order('bo', { total: 'x', password: 'geheim' }, { messageId: 'bo-2' })],
  })
  assert.equal(answer.status, 200)
  const rejected = answer.body['rejected'] as { index: number; messageId: string; code: string; problems: { code: string }[] }[]
  assert.equal(answer.body['accepted'], 1)
  assert.deepEqual([rejected.length, rejected[0]?.index, rejected[0]?.messageId, rejected[0]?.code], [1, 1, 'bo-2', 'plan.violations'])
  assert.deepEqual(
    rejected[0]?.problems.map(({ code }) => code),
    ['plan.missing', 'plan.type'],
  )
  const alone = await send({ userId: 'bo', event: 'Order Completed', properties: { order_id: 'b3' } }, '/v1/track')
  assert.equal(alone.status, 400)
  const found = await until('both lie there', async () => {
    const list = await held('kind=blocked')
    return list.total === 2 ? list : undefined
  })
  assert.ok(!JSON.stringify(found).includes('geheim'), 'secrets of what was refused are not kept')
})

test('unplanned events: reported, put into quarantine or refused, as the plan says; a name near a planned one is told', async () => {
  await plan({ kind: 'tracking-plan', id: 'plan', unplanned: 'report' })
  await send({ batch: [{ type: 'track', userId: 'uma', event: 'Order Complted', properties: {} }] })
  const seen = await eventOf('Order Complted')
  assert.equal(seen.violations[0]?.kind, 'unplanned_event')
  assert.equal(seen.line.similar, 'Order Completed')
  assert.equal(seen.proposal.id, 'order-complted')
  await plan({ kind: 'tracking-plan', id: 'plan', unplanned: 'block' })
  const answer = await send({ batch: [{ type: 'track', userId: 'uma', event: 'Never Planned', properties: {} }] })
  assert.equal(answer.status, 400)
  const { events } = await world.api<OutputOf<typeof ListEvents>>('GET /api/data/events')
  const blocked = await until('it is listed', async () =>
    (await world.api<OutputOf<typeof ListEvents>>('GET /api/data/events')).events.find(({ event }) => event === 'Never Planned'),
  )
  assert.equal(blocked.refused, 1)
  assert.ok(events.length > 1)
  await plan({ kind: 'tracking-plan', id: 'plan', unplanned: 'allow' })
})

test('malformed events are kept with what is wrong and how to mend it', async () => {
  await send({
    batch: [
      { type: 'track', userId: 'mel', event: 'segment.entered', properties: { api_key: 'sk_live_1' } },
      { type: 'identify', userId: 'mel' },
    ],
  })
  const found = await until('it is there', async () => (await held('kind=rejected&code=event.reserved')).events[0])
  assert.equal(found.problem.code, 'event.reserved')
  assert.ok(found.problem.hint)
  assert.equal((found.payload as { properties: { api_key: string } }).properties.api_key, '•••')
  const counts = await world.api<OutputOf<typeof CountHeld>>('GET /api/data/held/counts')
  assert.ok(counts.rejected >= 1)
  const gone = await world.api<{ discarded: number }>('POST /api/data/held/discard', { kind: 'rejected' })
  assert.equal(gone.discarded, counts.rejected)
})

test('sources: a new one waits, and turns within a second after its first event; clients and versions are told', async () => {
  const { key, value } = await world.api<{ key: { id: string }; value: string }>('POST /api/keys', {
    kind: 'write',
    name: 'The shop window',
  })
  const sourceOf = async () => {
    const { sources } = await world.api<OutputOf<typeof ListSources>>('GET /api/data/sources')
    return sources.find(({ id }) => id === key.id)!
  }
  assert.equal((await sourceOf()).last, null)
  const analytics = new Analytics({ host: world.url, path: '/v1/batch', writeKey: value, flushInterval: 20 })
  analytics.track({ userId: 'sophie', event: 'Window Looked At', properties: { seconds: 3 } })
  await analytics.closeAndFlush({ timeout: 10_000 })
  const heard = await until('the first event is counted', async () => {
    const source = await sourceOf()
    return source.last === null ? undefined : source
  })
  assert.equal(heard.week, 1)
  assert.match(heard.libraries[0]!.library, /^@segment\/analytics-node \d+\.\d+\.\d+/)
  assert.equal(heard.score, 100)
  const seen = await eventOf('Window Looked At')
  assert.deepEqual(seen.sources, [{ id: key.id, events: 1 }])
})

test('the debugger follows one event: whose it is, into which journey, and what was sent', async () => {
  await world.publish(
    template('hello'),
    journey('greeting', 'Doorbell Rung', { steps: [{ kind: 'email', id: 'hello', template: 'hello' }] }),
  )
  const { sources } = await world.api<OutputOf<typeof ListSources>>('GET /api/data/sources')
  const source = sources.find(({ revokedAt }) => revokedAt === null)!.id
  const ask = (event: object) => world.api<OutputOf<typeof SendTestEvent>>('POST /api/data/test-event', { source, event })
  await ask({ type: 'identify', userId: 'tracy', traits: { email: 'tracy@people.example', name: 'Tracy' } })
  const sent = await ask({ type: 'track', userId: 'tracy', event: 'Doorbell Rung', properties: {} })
  assert.equal(sent.outcome, 'accepted')
  await world.settled()
  await world.app.reported()
  const traced = await world.api<OutputOf<typeof TraceEvent>>(`GET /api/data/trace/${sent.messageId}`)
  assert.equal(traced.state, 'handled')
  assert.equal(traced.event?.personName, 'Tracy')
  assert.ok(traced.steps.some(({ of, id, what }) => of === 'journey' && id === 'greeting' && what === 'entered'))
  assert.ok(traced.steps.some(({ of, what }) => of === 'message' && what === 'sent'))
  const refused = await ask({ type: 'track', event: 'Nobody' })
  assert.deepEqual([refused.outcome, refused.problem?.code], ['rejected', 'event.nobody'])
  const unknown = await world.api<OutputOf<typeof TraceEvent>>('GET /api/data/trace/never-seen')
  assert.equal(unknown.state, 'unknown')
})

test('the stream shows an event within a second', async () => {
  const stop = new AbortController()
  const response = await fetch(`${world.url}/api/data/live?event=Live%20One`, {
    headers: { authorization: `Bearer ${world.secretKey}` },
    signal: stop.signal,
  })
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8')
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  await reader.read()
  const begun = performance.now()
  await send({
    batch: [
      { type: 'track', userId: 'liv', event: 'Other One' },
      { type: 'track', userId: 'liv', event: 'Live One', properties: { token: 'secret', n: 1 } },
    ],
  })
  let text = ''
  while (!text.includes('Live One')) text += (await reader.read()).value ?? ''
  assert.ok(performance.now() - begun < 1_000, `after ${performance.now() - begun} ms`)
  assert.ok(!text.includes('Other One'), 'only what was asked for')
  assert.ok(!text.includes('secret'), 'no secrets')
  stop.abort()
})
