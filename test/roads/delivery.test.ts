import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { ListTemplateMessages, ReadTemplateReached } from '#content/reached-api.ts'
import type { OutputOf } from '#lib/action.ts'
import { type SmtpSink, smtpSink } from '../fixtures/smtp-sink.ts'
import { type HookServer, hookServer, type Received } from './hook-server.ts'
import { addressOf, BROWSER, journey, type Mail, readMail, startWorld, template, type World } from './world.ts'

let world: World
let sink: SmtpSink
let hooks: HookServer
before(async () => {
  sink = await smtpSink()
  hooks = await hookServer()
  world = await startWorld({ env: { SMTP_URL: sink.url, ALLOW_PRIVATE_EGRESS: hooks.host } })
  hooks.now = () => world.clock.now()
})
after(async () => {
  await world?.stop()
  await hooks?.stop()
  await sink?.stop()
})

/** What the mail server took over for this person, oldest first. */
const taken = (person: string): Promise<Mail[]> =>
  Promise.all(sink.taken.filter(({ to }) => to === addressOf(person)).map(({ to, raw }) => readMail(to, raw)))
const subjects = async (person: string): Promise<string[]> => (await taken(person)).map(({ subject }) => subject)
const statuses = async (person: string): Promise<string[]> =>
  (await world.messages(person)).map(({ step, status, reason }) => `${step} ${status}${reason && ` ${reason}`}`)
const mail = (id: string, more: object = {}) => ({ kind: 'email', id, template: id, ...more })
const begin = async (person: string, event: string): Promise<void> => {
  await world.identify(person)
  await world.track(person, event)
}

test('a mail server that is down for a while: all arrives, once; what was bought meanwhile does not', async () => {
  await world.publish(
    template('patience'),
    journey('patience', 'Patience Asked', { exit: [{ event: 'Order Completed' }], steps: [mail('patience', { otherwise: [] })] }),
  )
  sink.down = true
  for (const person of ['pat', 'pia']) await begin(person, 'Patience Asked')
  await world.pass({ seconds: 20 })
  assert.deepEqual(sink.taken, [])
  assert.match((await statuses('pat'))[0]!, /^patience ready smtp_/)
  await world.track('pia', 'Order Completed', { total: 5 })
  await world.settled()
  sink.down = false
  await world.pass({ hours: 1 })
  assert.deepEqual(await subjects('pat'), ['patience'])
  assert.deepEqual(await subjects('pia'), [], 'bought while the message was queued')
  assert.match((await statuses('pia'))[0]!, /^patience cancelled/)
  const { total } = await world.report('patience')
  assert.deepEqual([total.entered.all, total.waiting.all, total.left.all], [2, 0, 2])
})

test('an address that does not exist: the run goes on without it, and nobody writes there again', async () => {
  await world.publish(
    template('hello'),
    template('again'),
    journey('hello', 'Hello Asked', {
      steps: [mail('hello', { otherwise: [{ kind: 'update', id: 'noted', set: { unreachable: true } }] })],
    }),
    journey('again', 'Again Asked', { steps: [mail('again', { otherwise: [] })] }),
  )
  await begin('rcpt550-bob', 'Hello Asked')
  await begin('policy-sam', 'Hello Asked')
  await world.pass({ minutes: 1 })
  assert.deepEqual(await statuses('rcpt550-bob'), ['hello failed smtp_5.1.1'])
  const bob = await world.profile('rcpt550-bob')
  assert.deepEqual(bob.consent.blocked, [{ address: addressOf('rcpt550-bob'), reason: 'bounced' }])
  assert.equal(bob.attributes.find(({ name }) => name === 'unreachable')?.value, true)
  await world.track('rcpt550-bob', 'Again Asked')
  await world.track('policy-sam', 'Again Asked')
  await world.pass({ minutes: 1 })
  assert.match((await world.why('again', 'rcpt550-bob')).sentence, /bounced or complained/)
  assert.equal((await world.messages('rcpt550-bob')).length, 1, 'nothing was even queued')
  assert.deepEqual((await world.profile('policy-sam')).consent.blocked, [], 'a refusal for reasons of policy says nothing of the address')
})

test('one-click unsubscribe takes back what is queued; looking at links changes nothing', async () => {
  await world.publish(
    template('deals', { topic: 'deals' }),
    template('more-deals', { topic: 'deals' }),
    template('tips', { topic: 'tips' }),
    { ...template('receipt'), purpose: 'transactional' },
    journey('deals', 'Deals Wanted', { steps: [mail('deals')] }),
    journey('more-deals', 'Second Round', { steps: [mail('more-deals', { otherwise: [] })] }),
    journey('tips', 'Second Round', { steps: [mail('tips')] }),
    journey('receipt', 'Second Round', { steps: [mail('receipt', { lane: 'transactional' })] }),
  )
  for (const person of ['una', 'leaver']) await begin(person, 'Deals Wanted')
  await world.pass({ minutes: 10 })
  const [letter] = await taken('una')
  const link = letter!.link
  assert.ok(link.open && link.click && link.unsubscribe)
  const header = /^List-Unsubscribe: <(.*)>\r?$/m.exec(letter!.source.replace(/\r\n[ \t]+/g, ' '))?.[1]
  assert.equal(header, link.unsubscribe)
  assert.match(letter!.source, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$/m)

  // Mail gateways look at every link with GET and HEAD.
  for (const method of ['GET', 'HEAD'])
    assert.equal((await fetch(link.unsubscribe, { method, headers: { 'user-agent': BROWSER } })).status, 200)
  for (const url of [link.open, link.click]) assert.ok((await fetch(url, { method: 'HEAD', redirect: 'manual' })).status >= 400)
  await world.settled()
  const heard = async (person: string) =>
    (await world.timeline(person, 'event')).filter(({ name }) => name.startsWith('message.')).map(({ name }) => name)
  assert.deepEqual(await heard('una'), ['message.sent'])
  assert.deepEqual((await world.profile('una')).consent.permits, [])
  assert.match(await (await fetch(link.unsubscribe)).text(), /u••@people\.example/)

  // What is forged or cut off says so and does nothing.
  assert.equal((await fetch(link.unsubscribe.slice(0, -2), { method: 'POST' })).status, 404)
  assert.equal((await fetch(link.click.replace('/c/', '/u/'), { method: 'POST' })).status, 404)

  sink.down = true
  await world.track('una', 'Second Round')
  await world.pass({ seconds: 4 })
  const oneClick = await fetch(link.unsubscribe, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
    redirect: 'error',
  })
  assert.equal(oneClick.status, 200)
  sink.down = false
  await world.pass({ hours: 2 })
  assert.deepEqual((await subjects('una')).sort(), ['deals', 'receipt', 'tips'], 'other topics and answers still arrive')
  assert.ok((await statuses('una')).includes('more-deals cancelled consent_withdrawn'))
  assert.deepEqual(
    (await world.profile('una')).consent.permits.map(({ topic, status, source }) => [topic, status, source]),
    [['deals', 'withdrawn', 'one-click']],
  )
  const { total } = await world.report('deals')
  assert.equal(total.messages.find(({ status }) => status === 'unsubscribed')?.people, 1)

  // The page: its button leaves, and the way back is there.
  const [other] = await taken('leaver')
  assert.match(await (await fetch(other!.link.unsubscribe, { method: 'POST' })).text(), /You are unsubscribed/)
  await world.track('leaver', 'Second Round')
  await world.pass({ minutes: 1 })
  assert.deepEqual((await subjects('leaver')).sort(), ['deals', 'receipt', 'tips'])
  const back = await fetch(other!.link.unsubscribe, { method: 'POST', body: new URLSearchParams({ do: 'return' }) })
  assert.match(await back.text(), /subscribed again/)
  await world.settled()
  assert.equal((await world.profile('leaver')).consent.permits[0]?.status, 'granted')
})

test('opens and clicks come back as events, and a click leads only where the message led', async () => {
  await begin('clara', 'Deals Wanted')
  await world.pass({ minutes: 10 })
  const [letter] = await taken('clara')
  const headers = { 'user-agent': BROWSER }
  for (let i = 0; i < 3; i++) await fetch(letter!.link.open, { headers })
  const click = await fetch(letter!.link.click, { redirect: 'manual', headers })
  assert.deepEqual([click.status, click.headers.get('location')], [302, 'https://shop.example/deals'])
  const [body, tag] = [letter!.link.click.slice(0, -6), letter!.link.click.slice(-6)]
  assert.equal((await fetch(`${body}${tag === 'AAAAAA' ? 'BBBBBB' : 'AAAAAA'}`, { redirect: 'manual' })).status, 404)
  await world.settled()
  const events = (await world.timeline('clara', 'event')).filter(({ verdict }) => verdict !== 'duplicate')
  const names = events.map(({ name }) => name).filter((name) => /opened|clicked/.test(name))
  assert.deepEqual(names, ['message.opened', 'message.clicked'], 'opens within a minute are one')
  await leadsToAsMany('deals')
})

/** Behind each number of a template stand as many messages. */
async function leadsToAsMany(id: string): Promise<void> {
  await world.app.reported()
  const { outcomes } = await world.api<OutputOf<typeof ReadTemplateReached>>(`GET /api/templates/${id}/reached`)
  assert.deepEqual(
    [outcomes.sent, outcomes.opened, outcomes.clicked].map((n) => n > 0),
    [true, true, true],
  )
  for (const [outcome, n] of Object.entries(outcomes)) {
    const found = await world.api<OutputOf<typeof ListTemplateMessages>>(`GET /api/templates/${id}/messages?outcome=${outcome}`)
    assert.equal(found.messages.length, n, outcome)
    assert.ok(found.messages.every(({ id: message, person }) => message !== '' && person !== ''))
  }
}

test('a lost answer: nobody knows whether it arrived, so it waits, is sent once, and the run goes on', async () => {
  await world.publish(
    template('unsure'),
    journey('unsure', 'Unsure Asked', {
      steps: [mail('unsure', { otherwise: [] }), { kind: 'update', id: 'done', set: { went_on: true } }],
    }),
  )
  await begin('drop-after-zoe', 'Unsure Asked')
  await world.pass({ minutes: 5 })
  assert.deepEqual(await statuses('drop-after-zoe'), ['unsure ambiguous smtp_no_answer'])
  assert.equal((await world.profile('drop-after-zoe')).journeys[0]?.step, 'unsure')
  await world.pass({ minutes: 30 })
  assert.deepEqual(await subjects('drop-after-zoe'), ['unsure'], 'not tried again: it may have arrived')
  assert.equal((await world.profile('drop-after-zoe')).attributes.find(({ name }) => name === 'went_on')?.value, true)
  const [message] = await world.messages('drop-after-zoe')
  const { history } = await world.message(message!.id)
  assert.deepEqual(
    history.map(({ status }) => status),
    ['queued', 'ambiguous', 'sent'],
  )
})

/** As a receiver checks it, from the words of the standard (standardwebhooks.com). */
function isSigned({ headers, body }: Received, secret: string): boolean {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const expected = createHmac('sha256', key).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`).digest('base64')
  return String(headers['webhook-signature']).split(' ').includes(`v1,${expected}`)
}

test('a webhook is signed, tried again under the same id, waits as long as it is asked to, and gives up where it must', async () => {
  const calls = ['fine', 'slow', 'failing', 'busy', 'lost', 'gone']
  const step = (path: string) => ({
    kind: 'webhook',
    id: path,
    url: `http://${hooks.host}/${path}`,
    headers: { 'x-shop': 'road', host: 'evil.example' },
    body: { who: '{{ profile.email }}', cart: '{{ entry.properties.cart }}', deep: { list: [1, '{{ profile.name }}'] } },
    otherwise: [{ kind: 'update', id: `${path}-failed`, set: { [`${path}_failed`]: true } }],
  })
  await world.publish(journey('hooks', 'Hooks Asked', { steps: calls.map(step) }))
  hooks.manners.set('/slow', [{ status: 200, slowMs: 300 }])
  hooks.manners.set('/failing', [{ status: 500 }, { status: 503 }, { status: 204 }])
  hooks.manners.set('/busy', [{ status: 429, retryAfter: 120 }, { status: 200 }])
  hooks.manners.set('/lost', ['hang-up', { status: 200 }])
  hooks.manners.set('/gone', [{ status: 404 }])
  await world.identify('hank', { name: 'Hank "the tank"' })
  await world.track('hank', 'Hooks Asked', { cart: 'c9' })
  await world.pass({ hours: 1 })

  const to = (path: string) => hooks.received.filter((each) => each.path === `/${path}`)
  assert.deepEqual(
    calls.map((path) => to(path).length),
    [1, 1, 3, 2, 2, 1],
  )
  const { secret } = await world.api<{ secret: string }>('GET /api/webhooks/secret')
  for (const request of hooks.received) assert.ok(isSigned(request, secret), `${request.path} is signed`)
  for (const path of calls) {
    const ids = new Set(to(path).map(({ headers }) => `${headers['webhook-id']} ${headers['idempotency-key']}`))
    assert.equal(ids.size, 1, `${path}: every attempt has the same id`)
  }
  const [fine] = to('fine')
  assert.deepEqual(JSON.parse(fine!.body), { who: addressOf('hank'), cart: 'c9', deep: { list: [1, 'Hank "the tank"'] } })
  assert.deepEqual([fine!.headers['x-shop'], fine!.headers.host], ['road', hooks.host])
  const [first, second] = to('busy')
  assert.ok(second!.at - first!.at >= 120_000, `asked for 120 s, came after ${second!.at - first!.at} ms`)
  const { attributes, journeys } = await world.profile('hank')
  const failed = attributes.map(({ name }) => name).filter((name) => name.endsWith('_failed'))
  assert.deepEqual(failed, ['gone_failed'])
  assert.deepEqual(journeys, [])
  assert.deepEqual((await statuses('hank')).at(-1), 'gone failed webhook_404')
})

test('a private address that nobody allowed is never called', async () => {
  const other = await hookServer()
  await world.publish(
    journey('private', 'Private Asked', { steps: [{ kind: 'webhook', id: 'inside', url: `http://${other.host}/`, otherwise: [] }] }),
  )
  await begin('prue', 'Private Asked')
  await world.pass({ minutes: 1 })
  assert.deepEqual(await statuses('prue'), ['inside failed webhook_blocked'])
  assert.deepEqual(other.received, [])
  await other.stop()
})

test('a message that was given up is replayed under the same id', async () => {
  await world.publish(
    journey('dead', 'Dead Asked', { steps: [{ kind: 'webhook', id: 'call', url: `http://${hooks.host}/dead`, otherwise: [] }] }),
  )
  hooks.manners.set('/dead', [{ status: 500 }])
  await begin('dee', 'Dead Asked')
  await world.pass({ hours: 6 })
  const [message] = await world.messages('dee')
  assert.deepEqual([message!.status, message!.attempts], ['dead', 12])
  await assert.rejects(world.api('POST /api/messages/nothing/replay'), /404/)
  hooks.manners.set('/dead', [{ status: 200 }])
  await world.api(`POST /api/messages/${encodeURIComponent(message!.id)}/replay`)
  await world.pass({ minutes: 1 })
  assert.deepEqual(await statuses('dee'), ['call sent'])
  const tries = hooks.received.filter(({ path }) => path === '/dead')
  assert.equal(tries.length, 13)
  assert.equal(new Set(tries.map(({ headers }) => headers['webhook-id'])).size, 1)
  await assert.rejects(world.api(`POST /api/messages/${encodeURIComponent(message!.id)}/replay`), /409/)
})

test('the server stops and starts again in mid-journey: nothing is lost, nothing is done twice', async () => {
  await world.publish(
    template('before'),
    template('after'),
    journey('restart', 'Restart Asked', {
      steps: [mail('before', { otherwise: [] }), { kind: 'wait', id: 'night', for: '8h' }, mail('after', { otherwise: [] })],
    }),
  )
  const people = ['rose', 'ruth', 'rick']
  for (const person of people) await begin(person, 'Restart Asked')
  await world.pass({ hours: 1 })
  sink.down = true
  await begin('queued', 'Restart Asked')
  await world.pass({ seconds: 1 })
  await world.end()
  await world.clock.advance(10 * 3_600_000)
  sink.down = false
  await world.begin()
  await world.pass({ hours: 12 })
  for (const person of [...people, 'queued']) assert.deepEqual(await subjects(person), ['before', 'after'], person)
  const { total } = await world.report('restart')
  assert.deepEqual([total.entered.all, total.waiting.all, total.left.all], [4, 0, 4])
  assert.equal(total.messages.find(({ status }) => status === 'sent')?.messages, 8)
  const transitions = await world.timeline('rose', 'transition')
  assert.deepEqual(
    transitions.filter(({ journeyId }) => journeyId === 'restart').map(({ move, toStep }) => `${move} ${toStep}`.trim()),
    ['entered before', 'moved night', 'moved after', 'exited'],
  )
})
